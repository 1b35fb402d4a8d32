#include "model/base/interner.h"

#include <gtest/gtest.h>

#include <string>

namespace stateroom::base {
namespace {

TEST(Interner, GivesIdsInOrderOfFirstUse) {
  Interner strings;
  EXPECT_EQ(strings.intern("b").value(), 0u);
  EXPECT_EQ(strings.intern("a").value(), 1u);
  EXPECT_EQ(strings.intern("b").value(), 0u);
  EXPECT_EQ(strings.size(), 2u);
  EXPECT_EQ(strings.text(StringId(1)), "a");
}

TEST(Interner, FindsOnlyWhatWasInterned) {
  Interner strings;
  strings.intern("a");
  EXPECT_TRUE(strings.find("a").valid());
  EXPECT_FALSE(strings.find("b").valid());
  EXPECT_EQ(strings.size(), 1u);
}

TEST(Interner, KeepsViewsValidWhileItGrows) {
  Interner strings;
  const std::string_view first = strings.text(strings.intern("first"));
  for (int i = 0; i < 100000; ++i) strings.intern(std::to_string(i));
  EXPECT_EQ(first, "first");
  EXPECT_EQ(strings.find("first").value(), 0u);
}

}  // namespace
}  // namespace stateroom::base
