#include "sim/network/faults.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace stateroom::network {
namespace {

constexpr ServerIndex kA{0}, kB{1}, kC{2}, kD{3};

TEST(Faults, APartitionStopsTheLinksBetweenItsGroupsAndOnlyThose) {
  const std::vector<Servers> groups{{kA, kB}, {kC}};
  Network net(3, kernel::Streams(1), {});
  for (const LinkChange& change : partition(groups, 10, 20)) {
    if (change.at == 10) net.stop(change.from, change.to);
  }
  EXPECT_TRUE(net.open(kA, kB));
  for (const auto& [from, to] : {std::pair(kA, kC), std::pair(kC, kA), std::pair(kB, kC), std::pair(kC, kB)})
    EXPECT_FALSE(net.open(from, to));
  for (const LinkChange& change : partition(groups, 10, 20)) {
    if (change.at == 20) net.start(change.from, change.to);
  }
  EXPECT_TRUE(net.open(kC, kA));
}

TEST(Faults, AOneWayFaultWithoutEndHasNoStart) {
  const auto changes = one_way({kA}, {kB, kC}, 5, std::nullopt);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_TRUE(changes[0].stops && changes[1].stops);
}

TEST(Faults, SwizzledLinksComeBackInAnotherOrder) {
  kernel::Random random(3, "swizzle");
  const auto changes = swizzle({kA, kB, kC, kD}, 1000, 3000, random);
  std::vector<std::pair<ServerIndex, ServerIndex>> stopped, started;
  for (const LinkChange& change : changes) {
    (change.stops ? stopped : started).emplace_back(change.from, change.to);
    EXPECT_EQ(change.stops, change.at < 2000);
  }
  EXPECT_EQ(stopped.size(), 12u);
  EXPECT_NE(stopped, started);
  EXPECT_EQ(std::set(stopped.begin(), stopped.end()), std::set(started.begin(), started.end()));
  EXPECT_TRUE(std::ranges::is_sorted(changes, {}, &LinkChange::at));
}

TEST(Faults, ASplitHasEverybodyOnce) {
  kernel::Random random(1, "split");
  std::set<std::size_t> sizes;
  for (int i = 0; i < 50; ++i) {
    const auto groups = split({kA, kB, kC, kD}, false, random);
    ASSERT_EQ(groups.size(), 2u);
    EXPECT_EQ(groups[0].size() + groups[1].size(), 4u);
    EXPECT_FALSE(groups[0].empty() || groups[1].empty());
    sizes.insert(groups[0].size());
  }
  EXPECT_EQ(sizes, (std::set<std::size_t>{1, 2, 3}));
  EXPECT_EQ(split({kA, kB, kC}, true, random)[0].size(), 1u);
}

}  // namespace
}  // namespace stateroom::network
