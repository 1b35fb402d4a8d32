#include <gtest/gtest.h>

#include "model/event/event.h"
#include "tests/support/json.h"

namespace stateroom::event {
namespace {

using base::ErrorCode;
using support::read_json;

constexpr CanonicalJson kLoose{};
constexpr CanonicalJson kEnforced{.enforced = true};
constexpr CanonicalJson kRfc8785{.scheme = CanonicalScheme::kRfc8785};

std::string canonical(std::string_view text, const CanonicalJson& rules = kLoose) {
  const auto document = read_json(text);
  const auto out = canonical_json(document.value, rules);
  return out ? *out : "error: " + out.error().message;
}

// Source of the pairs: appendices, "Canonical JSON", "Examples".
TEST(CanonicalJson, GivesTheSpecificationsExamples) {
  EXPECT_EQ(canonical("{}"), "{}");
  EXPECT_EQ(canonical("{\n \"one\": 1,\n \"two\": \"Two\"\n}"), R"({"one":1,"two":"Two"})");
  EXPECT_EQ(canonical(R"({"b": "2", "a": "1"})"), R"({"a":"1","b":"2"})");
  EXPECT_EQ(
      canonical(R"({"auth": {"success": true, "mxid": "@john.doe:example.com", "profile": {"display_name": "John Doe",
    "three_pids": [{"medium": "email", "address": "john.doe@example.org"}, {"medium": "msisdn", "address": "123456789"}]}}})"),
      R"({"auth":{"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe","three_pids":[)"
      R"({"address":"john.doe@example.org","medium":"email"},{"address":"123456789","medium":"msisdn"}]},"success":true}})");
  EXPECT_EQ(canonical(R"({"a": "日本語"})"), R"({"a":"日本語"})");
  EXPECT_EQ(canonical(R"({"本": 2, "日": 1})"), R"({"日":1,"本":2})");
  EXPECT_EQ(canonical(R"({"a": "\u65E5"})"), R"({"a":"日"})");
  EXPECT_EQ(canonical(R"({"a": null})"), R"({"a":null})");
  EXPECT_EQ(canonical(R"({"a": -0, "b": 1e10})"), R"({"a":0,"b":10000000000})");
}

TEST(CanonicalJson, WritesAnIntegerInRangeAsOneWhateverItsSpelling) {
  EXPECT_EQ(canonical("[1.0, -2.50e1, 100e-2, 0.0, -0.0, 0e99999999999]"), "[1,-25,1,0,0,0]");
  EXPECT_EQ(canonical("[9007199254740991.0, 9007199254740992.0]"), "[9007199254740991,9007199254740992.0]");
}

TEST(CanonicalJson, LeavesOtherNumbersAsTheyWereWrittenWhereItIsNotEnforced) {
  EXPECT_EQ(
      canonical("[1.50, 1e400, -1E-2, 1e99999999999, 18446744073709551616, 10e-99999999999, 0.00000000000000000001]"),
      "[1.50,1e400,-1E-2,1e99999999999,18446744073709551616,10e-99999999999,0.00000000000000000001]");
}

TEST(CanonicalJson, RefusesNumbersOutsideTheRangeWhereItIsEnforced) {
  EXPECT_EQ(canonical("[9007199254740991, -9007199254740991, -0]", kEnforced),
            "[9007199254740991,-9007199254740991,0]");
  for (const char* number : {"9007199254740992", "-9007199254740992", "1.5", "1e10", "1e400", "18446744073709551616"}) {
    const auto document = read_json(number);
    const auto out = canonical_json(document.value, kEnforced);
    ASSERT_FALSE(out) << number;
    EXPECT_EQ(out.error().code, ErrorCode::kNumber);
    EXPECT_NE(out.error().message.find(number), std::string::npos) << out.error().message;
  }
}

TEST(CanonicalJson, EscapesOnlyWhatItMust) {
  EXPECT_EQ(canonical(R"("\u0000\u0007\b\t\n\f\r\u001b\"\\\/\u007f\u00e9\ud83d\ude00")"),
            "\"\\u0000\\u0007\\b\\t\\n\\f\\r\\u001b\\\"\\\\/\x7f\u00e9\U0001F600\"");
}

TEST(CanonicalJson, SortsKeysByCodePointAndRfc8785ByUtf16) {
  // U+1F600 is above U+FF5E as a code point and below it in UTF-16.
  const std::string text = R"({"\ud83d\ude00": 1, "\uff5e": 2, "a": 3})";
  EXPECT_EQ(canonical(text), "{\"a\":3,\"\uff5e\":2,\"\U0001F600\":1}");
  EXPECT_EQ(canonical(text, kRfc8785), "{\"a\":3,\"\U0001F600\":1,\"\uff5e\":2}");
}

// Source: RFC 8785, section 3.2.2.3 and appendix B.
TEST(CanonicalJson, Rfc8785WritesNumbersAsEcmascript) {
  EXPECT_EQ(canonical("[333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001]", kRfc8785),
            "[333333333.3333333,1e+30,4.5,0.002,1e-27]");
  EXPECT_EQ(
      canonical("[-0.0, 5e-324, 1.7976931348623157e308, 9007199254740992, 295147905179352830000, 1e21, 1e-7, 0.000001]",
                kRfc8785),
      "[0,5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000,1e+21,1e-7,0.000001]");
  EXPECT_EQ(canonical("1e400", kRfc8785), "error: the number 1e400 is beyond a double");
}

TEST(CanonicalJson, IsItsOwnCanonicalForm) {
  const std::string once = canonical(R"({"z": [{"y": 1, "x": [[], {}]}], "": "\u0001", "a": {"b": 10e3}})");
  EXPECT_EQ(canonical(once), once);
}

}  // namespace
}  // namespace stateroom::event
