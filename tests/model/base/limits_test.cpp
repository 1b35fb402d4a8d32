#include "model/base/limits.h"

#include <gtest/gtest.h>

namespace stateroom::base {
namespace {

std::uint64_t value_of(const std::string& name) {
  for (const auto& [known, value] : process_limits()) {
    if (known == name) return value;
  }
  return 0;
}

TEST(Limits, ALimitOfTheProcessHoldsWhereNobodyGivesOthers) {
  const std::uint32_t usual = Limits{}.state_sets_max;
  ASSERT_TRUE(set_process_limit("state_sets_max", 7));
  EXPECT_EQ(Limits{}.state_sets_max, 7U);
  EXPECT_EQ(value_of("state_sets_max"), 7U);
  EXPECT_EQ(Limits{}.events_max, value_of("events_max"));
  ASSERT_TRUE(set_process_limit("state_sets_max", usual));
}

TEST(Limits, EveryLimitHasItsName) {
  // Each member of the struct is set by its own name and by no other.
  const auto before = process_limits();
  EXPECT_EQ(before.size(), 12U);
  for (const auto& [name, value] : before) {
    ASSERT_TRUE(set_process_limit(name, value - 1)) << name;
    std::uint32_t changed = 0;
    for (const auto& [other, usual] : before) changed += value_of(other) != usual ? 1 : 0;
    EXPECT_EQ(changed, 1U) << name;
    EXPECT_EQ(value_of(name), value - 1);
    ASSERT_TRUE(set_process_limit(name, value));
  }
}

TEST(Limits, WhatALimitCannotHoldIsAnError) {
  EXPECT_EQ(set_process_limit("no_such_limit", 1).error().code, ErrorCode::kUnknownName);
  EXPECT_EQ(set_process_limit("events_max", 0).error().code, ErrorCode::kLimit);
  EXPECT_EQ(set_process_limit("events_max", 1ull << 32).error().code, ErrorCode::kLimit);
  EXPECT_TRUE(set_process_limit("input_bytes_max", 1ull << 32));
}

TEST(Limits, AnErrorSaysHowToRaiseTheLimitThatItNames) {
  const Error named = with_limit_hint({ErrorCode::kLimit, "more events than the limit events_max (3)", "file", {}});
  EXPECT_NE(named.hint.find("--limit events_max=N"), std::string::npos);
  EXPECT_EQ(with_limit_hint({ErrorCode::kLimit, "found an exponent above 64", {}, {}}).hint, "");
  EXPECT_EQ(with_limit_hint({ErrorCode::kJson, "events_max", {}, {}}).hint, "");
}

}  // namespace
}  // namespace stateroom::base
