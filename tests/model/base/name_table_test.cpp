#include "model/base/name_table.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace stateroom::base {
namespace {

TEST(NameTable, NumbersNamesInOrderOfFirstUse) {
  NameTable table;
  EXPECT_EQ(table.find("a"), NameTable::kNone);
  EXPECT_EQ(table.add("a"), std::pair(0U, true));
  EXPECT_EQ(table.add(""), std::pair(1U, true));
  EXPECT_EQ(table.add("a"), std::pair(0U, false));
  EXPECT_EQ(table.find(""), 1U);
  EXPECT_EQ(table[0], "a");
  EXPECT_EQ(table.size(), 2U);
}

TEST(NameTable, FindsAllNamesAfterItGrew) {
  std::deque<std::string> names;
  NameTable table(10);
  for (std::uint32_t i = 0; i < 5000; ++i) {
    EXPECT_EQ(table.add(names.emplace_back("$event" + std::to_string(i))), std::pair(i, true));
  }
  for (std::uint32_t i = 0; i < 5000; ++i) EXPECT_EQ(table.find("$event" + std::to_string(i)), i);
  EXPECT_EQ(table.find("$event5000"), NameTable::kNone);
}

TEST(NameTable, KeepsTheTextThatItIsGiven) {
  NameTable table;
  std::string kept;
  std::string passing = "name";
  table.add(passing, [&](std::string_view text) { return std::string_view(kept = text); });
  passing = "else";
  EXPECT_EQ(table.find("name"), 0U);
}

}  // namespace
}  // namespace stateroom::base
