#include "sim/kernel/random.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace stateroom::kernel {
namespace {

std::vector<std::uint64_t> first(Random random, int count) {
  std::vector<std::uint64_t> out;
  for (int i = 0; i < count; ++i) out.push_back(random.next());
  return out;
}

TEST(Random, IsTheSameForTheSameSeedAndName) {
  EXPECT_EQ(first(Random(7, "network"), 10), first(Random(7, "network"), 10));
}

TEST(Random, DiffersByNameAndBySeed) {
  std::set<std::vector<std::uint64_t>> streams{first(Random(7, "network"), 3), first(Random(7, "people"), 3),
                                               first(Random(8, "network"), 3)};
  EXPECT_EQ(streams.size(), 3u);
}

TEST(Random, FirstNumbersArePinned) {
  EXPECT_EQ(first(Random(1, "pinned"), 3),
            (std::vector<std::uint64_t>{922613645851020321u, 4920337108503137920u, 8636106095871071206u}));
}

TEST(Random, BelowFavoursNoNumber) {
  Random random(3, "below");
  std::vector<int> counts(6);
  for (int i = 0; i < 60000; ++i) ++counts[random.below(6)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
  EXPECT_EQ(random.below(0), 0u);
  EXPECT_EQ(random.below(1), 0u);
}

}  // namespace
}  // namespace stateroom::kernel
