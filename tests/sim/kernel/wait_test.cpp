#include "sim/kernel/wait.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace stateroom::kernel {
namespace {

TEST(Wait, FollowsTheExponentialDistribution) {
  Random random(1, "wait");
  std::vector<Time> waits;
  Time sum = 0;
  for (int i = 0; i < 100'000; ++i) {
    waits.push_back(exponential_wait(random, kHour));
    sum += waits.back();
  }
  std::ranges::sort(waits);
  const auto hour = static_cast<double>(kHour);
  EXPECT_NEAR(static_cast<double>(sum) / 1e5, hour, hour * 0.02);
  EXPECT_NEAR(static_cast<double>(waits[50'000]), hour * 0.6931, hour * 0.015);
  EXPECT_NEAR(static_cast<double>(waits[90'000]), hour * 2.3026, hour * 0.05);
}

TEST(Wait, LongMeansDoNotOverflow) {
  Random random(1, "wait");
  for (int i = 0; i < 1000; ++i) EXPECT_GE(exponential_wait(random, 100'000 * kDay), 0);
}

}  // namespace
}  // namespace stateroom::kernel
