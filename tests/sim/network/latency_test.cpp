#include "sim/network/latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace stateroom::network {
namespace {

TEST(Latency, DrawsFollowTheQuantiles) {
  const Latency latency{{100, 1'000, 10'000, 50'000, 1'000'000}};
  kernel::Random random(1, "latency");
  std::vector<Time> drawn;
  for (int i = 0; i < 100'000; ++i) drawn.push_back(latency.draw(random));
  std::ranges::sort(drawn);
  EXPECT_GE(drawn.front(), 100);
  EXPECT_LT(drawn.back(), 1'000'000);
  EXPECT_NEAR(static_cast<double>(drawn[50'000]), 1'000, 30);
  EXPECT_NEAR(static_cast<double>(drawn[90'000]), 10'000, 600);
  EXPECT_NEAR(static_cast<double>(drawn[99'000]), 50'000, 10'000);
}

TEST(Latency, AConstantIsConstantAndLongTimesDoNotOverflow) {
  kernel::Random random(1, "latency");
  EXPECT_EQ(Latency::constant(7).draw(random), 7);
  const Latency years = Latency::uniform(0, 1000 * kernel::kDay);
  for (int i = 0; i < 1000; ++i) {
    const Time time = years.draw(random);
    EXPECT_GE(time, 0);
    EXPECT_LE(time, 1000 * kernel::kDay);
  }
}

}  // namespace
}  // namespace stateroom::network
