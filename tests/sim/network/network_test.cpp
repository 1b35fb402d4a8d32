#include "sim/network/network.h"

#include <gtest/gtest.h>

namespace stateroom::network {
namespace {

constexpr ServerIndex kA{0}, kB{1}, kC{2};

Network network(const Link& link) { return Network(3, kernel::Streams(1), link); }

TEST(Network, AMessageArrivesAfterItsLatency) {
  Network net = network({Latency::constant(5)});
  const Arrivals arrivals = net.send(kA, kB, 100);
  ASSERT_EQ(arrivals.count, 1u);
  EXPECT_EQ(arrivals.times[0], 105);
}

TEST(Network, LossAndDuplicationHappenAsOftenAsAsked) {
  Network net = network({Latency::constant(5), 200, 100});
  std::uint32_t never = 0, twice = 0;
  for (int i = 0; i < 100'000; ++i) {
    const Arrivals arrivals = net.send(kA, kB, i);
    never += arrivals.count == 0 ? 1 : 0;
    twice += arrivals.count == 2 ? 1 : 0;
  }
  EXPECT_NEAR(never, 20'000, 600);
  EXPECT_NEAR(twice, 8'000, 400);
  EXPECT_EQ(net.counts().lost, never);
  EXPECT_EQ(net.counts().duplicated, twice);
}

TEST(Network, LateMessagesAreOvertaken) {
  Network net = network({Latency::constant(5), 0, 0, 100, 1000});
  std::uint32_t overtaken = 0;
  Time last = 0;
  for (int i = 0; i < 1000; ++i) {
    const Time time = net.send(kA, kB, i).times[0];
    overtaken += time < last ? 1 : 0;
    last = std::max(last, time);
  }
  EXPECT_GT(overtaken, 10u);
}

TEST(Network, AStoppedLinkIsOneDirectionAndOpensWhenEachStopHasItsStart) {
  Network net = network({Latency::constant(5)});
  net.stop(kA, kB);
  net.stop(kA, kB);
  EXPECT_EQ(net.send(kA, kB, 0).count, 0u);
  EXPECT_EQ(net.send(kB, kA, 0).count, 1u);
  net.start(kA, kB);
  EXPECT_FALSE(net.open(kA, kB));
  net.start(kA, kB);
  EXPECT_TRUE(net.open(kA, kB));
  EXPECT_EQ(net.counts().blocked, 1u);
}

TEST(Network, AHealedCoreIsConnectedWithoutLossAndTheRestIsCutOff) {
  Network net = network({Latency::constant(5), 1000});
  net.stop(kA, kB);
  net.heal(std::vector{kA, kB});
  EXPECT_EQ(net.send(kA, kB, 0).count, 1u);
  EXPECT_EQ(net.send(kA, kC, 0).count, 0u);
  EXPECT_EQ(net.send(kC, kA, 0).count, 0u);
}

TEST(Network, WhatOthersSendShiftsNoNumberOfASender) {
  Network one = network({}), other = network({});
  for (int i = 0; i < 10; ++i) other.send(kB, kC, i);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(one.send(kA, kB, i).times[0], other.send(kA, kB, i).times[0]);
}

}  // namespace
}  // namespace stateroom::network
