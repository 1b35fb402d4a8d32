#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <string>

#include "model/json/value.h"

namespace stateroom::json {
namespace {

using base::ErrorCode;

std::shared_ptr<const Document> read(std::string_view text) {
  auto document = parse(text, "f");
  EXPECT_TRUE(document.has_value()) << text << ": " << document.error().message;
  return document.value_or(nullptr);
}

struct Refusal {
  std::string name, text;
  ErrorCode code;
  std::string where;
};

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithItsCodeAndPlace) {
  const auto document = parse(GetParam().text, "f");
  ASSERT_FALSE(document.has_value());
  EXPECT_EQ(base::name(document.error().code), base::name(GetParam().code)) << document.error().message;
  if (!GetParam().where.empty()) {
    EXPECT_EQ(document.error().where, GetParam().where);
  }
  EXPECT_TRUE(document.error().where.starts_with("f:")) << document.error().where;
}

INSTANTIATE_TEST_SUITE_P(
    Json, Refused,
    testing::Values(
        Refusal{"Empty", "", ErrorCode::kJson, ""}, Refusal{"Blank", " \n ", ErrorCode::kJson, ""},
        Refusal{"CutObject", "{\"a\": 1", ErrorCode::kJson, ""},
        Refusal{"CutString", "{\"a\": \"x", ErrorCode::kJson, ""}, Refusal{"CutArray", "[1, [2", ErrorCode::kJson, ""},
        Refusal{"Comma", "[1 2]", ErrorCode::kJson, ""}, Refusal{"TrailingComma", "[1,]", ErrorCode::kJson, ""},
        Refusal{"Colon", "{\"a\" 1}", ErrorCode::kJson, ""}, Refusal{"After", "{} {}", ErrorCode::kJson, "f:1:4"},
        Refusal{"AfterNumber", "1 2", ErrorCode::kJson, ""}, Refusal{"Literal", "[tru]", ErrorCode::kJson, ""},
        Refusal{"Nul", "[nul]", ErrorCode::kJson, "f:1:2"},
        Refusal{"NullAndMore", "[null_]", ErrorCode::kJson, "f:1:2"},
        Refusal{"FalseAndMore", "falsex", ErrorCode::kJson, "f:1:1"},
        Refusal{"AfterFalse", "\nfalse  1", ErrorCode::kJson, "f:2:8"},
        Refusal{"LeadingZero", "[01]", ErrorCode::kJson, "f:1:2"}, Refusal{"Plus", "[+1]", ErrorCode::kJson, ""},
        Refusal{"Point", "[1.]", ErrorCode::kJson, "f:1:2"}, Refusal{"Exponent", "[1e]", ErrorCode::kJson, "f:1:2"},
        Refusal{"Nan", "[NaN]", ErrorCode::kJson, ""}, Refusal{"Control", "[\"a\nb\"]", ErrorCode::kJson, ""},
        Refusal{"Duplicate", "{\"a\": 1,\n \"a\": 2}", ErrorCode::kDuplicateKey, "f:2:2"},
        Refusal{"DuplicateEscaped", "{\"a\": 1, \"\\u0061\": 2}", ErrorCode::kDuplicateKey, "f:1:10"},
        Refusal{"DuplicateAmongOthers", "[{\"a\":\"a\"}, {\"a\":[\"a\\\"\",{},-1e2]\n,\"b\":{\"a\":2}, \"a\":3}]",
                ErrorCode::kDuplicateKey, "f:2:15"},
        Refusal{"DuplicateAmongMany",
                [] {
                  std::string many = "{";
                  for (char c = 'a'; c <= 'z'; ++c) many += std::string("\"") + c + "\":\"x\",\n";
                  return many + "\"b\":0,\"a\":0}";
                }(),
                ErrorCode::kDuplicateKey, "f:27:7"},
        Refusal{"LoneSurrogate", "[\"\\ud800\"]", ErrorCode::kUtf8, "f:1:2"},
        Refusal{"LoneSurrogateKey", "{\"\\udc00\": 1}", ErrorCode::kUtf8, ""},
        Refusal{"NotUtf8", "[\"ab\xff\"]", ErrorCode::kUtf8, "f:1:5"},
        Refusal{"Overlong", "[\"\xc0\xaf\"]", ErrorCode::kUtf8, "f:1:3"},
        Refusal{"CutCharacter", "[\"\xe2\x82\"]", ErrorCode::kUtf8, "f:1:3"},
        Refusal{"CutDeepArrays", std::string(100000, '['), ErrorCode::kJson, ""},
        Refusal{"DeepArrays", std::string(100000, '[') + std::string(100000, ']'), ErrorCode::kLimit, "f:1:257"},
        Refusal{"DeepObjects",
                [] {
                  std::string deep;
                  for (int i = 0; i < 100000; ++i) deep += "{\"a\":";
                  return deep + "1" + std::string(100000, '}');
                }(),
                ErrorCode::kLimit, ""}),
    [](const auto& refusal) { return refusal.param.name; });

TEST(Parse, KeepsNumbersAsTheyWereWritten) {
  const auto document =
      read("[1, -0, 1e400, -1e400, 1.50, 9223372036854775807, 9223372036854775808, -99999999999999999999, 1E2]");
  const Value list = root(*document);
  EXPECT_EQ(list.at(0).kind(), Kind::kInteger);
  EXPECT_EQ(list.at(1).integer(), 0);
  EXPECT_EQ(list.at(1).literal(), "-0");
  EXPECT_EQ(list.at(2).kind(), Kind::kReal);
  EXPECT_TRUE(std::isinf(list.at(2).real()) && list.at(2).real() > 0);
  EXPECT_EQ(list.at(2).literal(), "1e400");
  EXPECT_TRUE(std::isinf(list.at(3).real()) && list.at(3).real() < 0);
  EXPECT_EQ(list.at(4).literal(), "1.50");
  EXPECT_EQ(list.at(5).integer(), INT64_MAX);
  EXPECT_EQ(list.at(6).kind(), Kind::kBigInteger);
  EXPECT_EQ(list.at(6).integer(), INT64_MAX) << "saturates";
  EXPECT_EQ(list.at(7).integer(), INT64_MIN);
  EXPECT_EQ(list.at(8).real(), 100.0);
}

TEST(Parse, TakesAnyValueAtTheTop) {
  EXPECT_EQ(root(*read(" null ")).kind(), Kind::kNull);
  EXPECT_EQ(root(*read("true")).boolean(), true);
  EXPECT_EQ(root(*read("\"\\u20ac\"")).string(), "€");
  EXPECT_EQ(root(*read(" 12 \n")).integer(), 12);
  EXPECT_EQ(root(*read("\nfalse  ")).boolean(), false);
}

TEST(Parse, UnescapesStringsAndKeys) {
  const auto document = read(R"({"a\u0062": "\ud83d\ude00\n\u0000x"})");
  EXPECT_EQ(root(*document).get("ab").string(), std::string_view("\xf0\x9f\x98\x80\n\0x", 7));
}

TEST(Parse, AMillionKeysTakeTheirShareOfASecond) {
  std::string text = "{";
  for (int i = 0; i < 1000000; ++i) {
    if (i > 0) text += ',';
    text.append("\"k").append(std::to_string(i)).append("\":").append(std::to_string(i));
  }
  text += "}";
  const auto start = std::chrono::steady_clock::now();
  const auto document = read(text);
  const Value object = root(*document);
  ASSERT_EQ(object.size(), 1000000u);
  for (int i = 0; i < 1000000; i += 999) ASSERT_EQ(object.get("k" + std::to_string(i)).integer(), i);
  EXPECT_FALSE(object.get("k1000000").valid());
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(seconds.count(), 30) << "quadratic time would take hours";
}

TEST(Parse, RefusesMoreKeysThanTheLimit) {
  base::Limits limits;
  limits.json_keys_max = 3;
  EXPECT_TRUE(parse(R"({"a":1,"b":2,"c":3})", "f", limits).has_value());
  const auto refused = parse(R"({"a":1,"b":2,"c":3,"d":4})", "f", limits);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
  EXPECT_NE(refused.error().message.find("json_keys_max"), std::string::npos);
}

}  // namespace
}  // namespace stateroom::json
