#include "sim/kernel/queue.h"

#include <gtest/gtest.h>

#include <vector>

#include "sim/kernel/random.h"

namespace stateroom::kernel {
namespace {

TEST(Queue, GivesWhatIsNextAndMakesItsTimeThePresent) {
  Queue<char> queue;
  queue.put(30, 'c');
  queue.put(10, 'a');
  queue.put(20, 'b');
  EXPECT_EQ(queue.next(), 10);
  EXPECT_EQ(queue.take(), 'a');
  EXPECT_EQ(queue.now(), 10);
  EXPECT_EQ(queue.take(), 'b');
  EXPECT_EQ(queue.take(), 'c');
  EXPECT_EQ(queue.take(), std::nullopt);
  EXPECT_EQ(queue.now(), 30);
}

TEST(Queue, WhatHappensAtOneTimeComesInTheOrderOfPuttingIn) {
  Queue<int> queue;
  Random random(1, "queue");
  std::vector<std::pair<Time, int>> put;
  for (int i = 0; i < 2000; ++i) {
    put.emplace_back(static_cast<Time>(random.below(20)), i);
    queue.put(put.back().first, i);
  }
  std::stable_sort(put.begin(), put.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [time, item] : put) {
    EXPECT_EQ(queue.take(), item);
    EXPECT_EQ(queue.now(), time);
  }
}

}  // namespace
}  // namespace stateroom::kernel
