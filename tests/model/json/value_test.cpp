#include "model/json/value.h"

#include <gtest/gtest.h>

namespace stateroom::json {
namespace {

std::shared_ptr<const Document> read(std::string_view text) { return parse(text).value(); }

TEST(Value, QuotesATextWithTheEscapesOfCanonicalJson) {
  EXPECT_EQ(quoted(""), "\"\"");
  EXPECT_EQ(quoted("a\"\\\n\x01/é"), R"("a\"\\\n\u0001/é")");
  EXPECT_EQ(root(*read(quoted("\x1f\t\"€"))).string(), "\x1f\t\"€");
}

TEST(Value, IteratesChildrenInSourceOrder) {
  const auto document = read(R"({"b": 1, "a": [true, null]})");
  const Value object = root(*document);
  EXPECT_EQ(object.key(0), "b");
  EXPECT_EQ(object.key(1), "a");
  std::string keys;
  for (const Value child : object.children()) keys += child.own_key();
  EXPECT_EQ(keys, "ba");
  EXPECT_EQ(object.get("a").size(), 2u);
  EXPECT_EQ(object.get("a").at(1).kind(), Kind::kNull);
}

TEST(Value, GetOfWhatIsNotThereIsInvalid) {
  const auto document = read(R"({"a": 1})");
  EXPECT_FALSE(root(*document).get("b").valid());
  EXPECT_FALSE(root(*document).get("a").get("b").valid()) << "no object";
  EXPECT_FALSE(Value().get("a").valid());
}

TEST(Value, OnlyArraysAndObjectsHaveChildren) {
  const auto document = read(R"(["text", 12, true, null])");
  for (const Value scalar : root(*document).children()) {
    EXPECT_EQ(scalar.size(), 0u) << to_text(scalar);
    EXPECT_EQ(scalar.children().begin(), scalar.children().end()) << to_text(scalar);
  }
}

TEST(Value, AskedForAnotherKindIsABugOfOurs) {
  const auto document = read("[1]");
  EXPECT_THROW((void)root(*document).string(), base::InternalError);
  EXPECT_THROW((void)root(*document).at(1), base::InternalError);
}

TEST(Same, ComparesNumbersByValueAndObjectsWithoutOrder) {
  const auto a = read(R"({"x": [1, 2.50, "s"], "y": {"p": null, "q": false}})");
  const auto b = read(R"({"y": {"q": false, "p": null}, "x": [1.0, 2.5, "s"]})");
  EXPECT_TRUE(same(root(*a), root(*b)));
}

TEST(Same, TellsApart) {
  const auto list = read(
      R"([1, "1", true, null, [], {}, [1], {"a": 1}, {"b": 1}, {"a": 2}, 9223372036854775808, 9223372036854775809])");
  for (std::uint32_t i = 0; i < root(*list).size(); ++i) {
    for (std::uint32_t j = 0; j < root(*list).size(); ++j) {
      EXPECT_EQ(same(root(*list).at(i), root(*list).at(j)), i == j) << i << " " << j;
    }
  }
}

TEST(ToText, GivesBackWhatWasRead) {
  const std::string text = R"({"b":[1,-0,1e400,"\"\\\n\u0001€"],"a":{"c":null,"d":true}})";
  EXPECT_EQ(to_text(root(*read(text))), text);
}

}  // namespace
}  // namespace stateroom::json
