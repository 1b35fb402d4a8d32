#include "model/receive/known.h"

#include <gtest/gtest.h>

#include <set>

namespace stateroom::receive {
namespace {

TEST(KnownSet, HasWhatWasAddedInAnyOrder) {
  KnownSet known;
  std::set<std::uint32_t> added;
  for (std::uint32_t i = 0; i < 500; ++i) {
    const std::uint32_t event = (i * 37) % 401;
    EXPECT_EQ(known.add(EventIndex{event}), added.insert(event).second);
    for (std::uint32_t e = 0; e < 420; ++e) ASSERT_EQ(known.has(EventIndex{e}), added.contains(e));
  }
}

TEST(KnownSet, WhatIsKnownWithoutAHoleCostsNothing) {
  KnownSet known;
  for (std::uint32_t e = 0; e < 100'000; ++e) known.add(EventIndex{e});
  EXPECT_LE(known.words(), 1u);
  EXPECT_EQ(known.all_below(), 100'000u);
  known.add(EventIndex{100'500});
  EXPECT_LE(known.words(), 16u);
  EXPECT_EQ(known.all_below(), 100'000u);
}

}  // namespace
}  // namespace stateroom::receive
