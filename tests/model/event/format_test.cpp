#include "model/event/format.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/event_formats.h"
#include "tests/support/json.h"

namespace stateroom::event {
namespace {

using support::read_json;

// Source: appendices, "Server Name".
TEST(Matches, ServerNames) {
  const EventFormat format = support::format_1();
  for (const char* name : {"matrix.org", "matrix.org:8888", "1.2.3.4", "1.2.3.4:1234", "[1234:5678::abcd]",
                           "[1234:5678::abcd]:5678", "a", "A-b.c"}) {
    EXPECT_TRUE(matches(format, "server_name", name)) << name;
  }
  for (const char* name :
       {"", ":80", "a:", "a:123456", "a:x", "a_b", "a b", "[::1", "[]", "[g::1]", "a:80:80", "ä.org", "a/b"}) {
    EXPECT_FALSE(matches(format, "server_name", name)) << name;
  }
  EXPECT_TRUE(matches(format, "server_name", std::string(255, 'a')));
  EXPECT_FALSE(matches(format, "server_name", std::string(256, 'a')));
}

TEST(Matches, UserAndRoomIds) {
  const EventFormat format = support::format_1();
  for (const char* id : {"@a:b", "@:b", "@Ä ü:b.c:80", "@a:[::1]:80"})
    EXPECT_TRUE(matches(format, "user_id", id)) << id;
  for (const char* id : {"", "@", "@a", "@a:", "a:b", "!a:b", "@a:b:c", "@a:b:80:80", "@a:b c"}) {
    EXPECT_FALSE(matches(format, "user_id", id)) << id;
  }
  EXPECT_FALSE(matches(format, "user_id", std::string_view("@a\0:b", 5)));
  EXPECT_TRUE(matches(format, "room_id", "!a:b"));
  EXPECT_FALSE(matches(format, "room_id", "!a"));
  const EventFormat with_hash = support::format_12();
  EXPECT_TRUE(matches(with_hash, "room_id", "!lVEL38waGAf4ggmWC3OVk_bbx8kZx-iOcTBKXTBnM54"));
  EXPECT_FALSE(matches(with_hash, "room_id", "!lVEL38waGAf4ggmWC3OVk_bbx8kZx-iOcTBKXTBnM5"));
  EXPECT_FALSE(matches(with_hash, "room_id", "!lVEL38waGAf4ggmWC3OVk_bbx8kZx-iOcTBKXTBnM544"));
  EXPECT_FALSE(matches(with_hash, "room_id", "!lVEL38waGAf4ggmWC3OVk/bbx8kZx+iOcTBKXTBnM54"));
}

TEST(Matches, CountsBytesAndNotCharacters) {
  const EventFormat format = support::format_1();
  EXPECT_TRUE(matches(format, "user_id", "@" + std::string(252, 'a') + ":b"));
  EXPECT_FALSE(matches(format, "user_id", "@" + std::string(253, 'a') + ":b"));
  std::string umlauts = "@";
  for (int i = 0; i < 127; ++i) umlauts += "ä";
  EXPECT_FALSE(matches(format, "user_id", umlauts + ":b"));
}

TEST(Matches, ClassesOfCharactersAndUnknownNames) {
  EventFormat format;
  format.identifiers["user_localpart"] = {{{PatternItem::Kind::kChars, "a-z0-9._=/+-", {}}}, std::nullopt};
  for (const char* text : {"a", "az09._=/+-"}) EXPECT_TRUE(matches(format, "user_localpart", text)) << text;
  for (const char* text : {"", "A", "a:", "a,", "ä"}) EXPECT_FALSE(matches(format, "user_localpart", text)) << text;
  EXPECT_FALSE(matches(format, "user_id", "@a:b")) << "a format that has no such identifier";
  format.identifiers["loop"] = {{{PatternItem::Kind::kClass, "loop", {}}}, std::nullopt};
  EXPECT_FALSE(matches(format, "loop", "x")) << "an identifier made of itself is matched by nothing, and ends";
}

TEST(ServerPart, FollowsTheFirstColon) {
  EXPECT_EQ(server_part("@a:b.c:80"), "b.c:80");
  EXPECT_EQ(server_part("$abc"), std::nullopt);
  EXPECT_EQ(server_part("@a:"), "");
}

// The table of spellings: what is a level in room versions 1, 6 and 10, and for Synapse's reading of 1 to 9.
TEST(DecodeLevel, TableOfSpellings) {
  constexpr LevelSpelling v1{.integer = true, .ascii_integer = true, .truncated_float = true};
  constexpr LevelSpelling v6{.integer = true, .ascii_integer = true};
  constexpr LevelSpelling v10{.integer = true};
  constexpr LevelSpelling python{.integer = true, .python_integer = true, .truncated_float = true};
  constexpr std::int64_t kNone = -12345;
  struct Row {
    const char* json;
    std::int64_t in_v1, in_v6, in_v10, in_python;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"7", 7, 7, 7, 7},
           {"-7", -7, -7, -7, -7},
           {R"("7")", 7, 7, kNone, 7},
           {R"(" +7 ")", 7, 7, kNone, 7},
           {R"("-07")", -7, -7, kNone, -7},
           {R"("\t7\n")", kNone, kNone, kNone, 7},
           {R"("1_0")", kNone, kNone, kNone, 10},
           {R"("1__0")", kNone, kNone, kNone, kNone},
           {R"("_1")", kNone, kNone, kNone, kNone},
           {R"("1_")", kNone, kNone, kNone, kNone},
           {R"("+-7")", kNone, kNone, kNone, kNone},
           {R"("+ 7")", kNone, kNone, kNone, kNone},
           {R"("")", kNone, kNone, kNone, kNone},
           {R"(" ")", kNone, kNone, kNone, kNone},
           {R"("+")", kNone, kNone, kNone, kNone},
           {R"("7.0")", kNone, kNone, kNone, kNone},
           {R"("0x7")", kNone, kNone, kNone, kNone},
           {R"("\u0661\u0662")", kNone, kNone, kNone, 12},
           {R"("\uff11\u0662")", kNone, kNone, kNone, 12},
           {R"("\u00b2")", kNone, kNone, kNone, kNone},
           {"1.5", 1, kNone, kNone, 1},
           {"-1.9", -1, kNone, kNone, -1},
           {"1e2", 100, kNone, kNone, 100},
           {"1e400", kNone, kNone, kNone, kNone},
           {"-1e400", kNone, kNone, kNone, kNone},
           {"true", kNone, kNone, kNone, 1},
           {"false", kNone, kNone, kNone, 0},
           {"null", kNone, kNone, kNone, kNone},
           {"[]", kNone, kNone, kNone, kNone},
           {"{}", kNone, kNone, kNone, kNone},
       }) {
    const auto document = read_json(row.json);
    const auto value = [&](const LevelSpelling& spelling) {
      const auto level = decode_level(document.value, spelling);
      return level ? level->value : kNone;
    };
    EXPECT_EQ(value(v1), row.in_v1) << row.json;
    EXPECT_EQ(value(v6), row.in_v6) << row.json;
    EXPECT_EQ(value(v10), row.in_v10) << row.json;
    EXPECT_EQ(value(python), row.in_python) << row.json;
  }
}

TEST(DecodeLevel, BeyondSixtyFourBitsSaturatesAndSaysSo) {
  constexpr LevelSpelling all{.integer = true, .ascii_integer = true, .python_integer = true, .truncated_float = true};
  using Limit = std::numeric_limits<std::int64_t>;
  for (const char* text : {"9223372036854775808", R"("9223372036854775808")", R"("+99999999999999999999999")", "1e300",
                           R"("1_000_000_000_000_000_000_000")"}) {
    const auto level = decode_level(read_json(text).value, all);
    ASSERT_TRUE(level) << text;
    EXPECT_EQ(level->value, Limit::max()) << text;
    EXPECT_TRUE(level->saturated) << text;
  }
  for (const char* text : {"-9223372036854775809", R"("-9223372036854775809")", "-1e300"}) {
    const auto level = decode_level(read_json(text).value, all);
    ASSERT_TRUE(level) << text;
    EXPECT_EQ(level->value, Limit::min()) << text;
    EXPECT_TRUE(level->saturated) << text;
  }
  EXPECT_FALSE(decode_level(read_json("9223372036854775807").value, all)->saturated);
  EXPECT_FALSE(decode_level(read_json(R"("-9223372036854775808")").value, all)->saturated);
}

TEST(HasType, OfEachKind) {
  const EventFormat format = support::format_6();
  const auto has = [&](const char* text, const ValueType& type) {
    return has_type(read_json(text).value, type, format);
  };
  const auto of = [](ValueType::Base base) {
    ValueType type;
    type.base = base;
    return type;
  };
  using Base = ValueType::Base;
  const char* samples[] = {"null", "true", "1", "1.0", "\"s\"", "[]", "{}"};
  const auto taken = [&](Base base) {
    std::string out;
    for (const char* sample : samples) out += has(sample, of(base)) ? '1' : '0';
    return out;
  };
  EXPECT_EQ(taken(Base::kAny), "1111111");
  EXPECT_EQ(taken(Base::kBoolean), "0100000");
  EXPECT_EQ(taken(Base::kInteger), "0010000");
  EXPECT_EQ(taken(Base::kString), "0000100");
  EXPECT_EQ(taken(Base::kObject), "0000001");
  EXPECT_FALSE(has_type(json::Value(), of(Base::kAny), format));
}

TEST(HasType, OfRangesListsMapsAndPairs) {
  const EventFormat format = support::format_1();
  const auto has = [&](const char* text, std::string_view field) {
    return has_type(read_json(text).value, format.field(field)->type, format);
  };
  EXPECT_TRUE(has("0", "depth"));
  EXPECT_TRUE(has("9223372036854775807", "depth"));
  EXPECT_FALSE(has("9223372036854775808", "depth"));
  EXPECT_FALSE(has("-1", "depth"));
  EXPECT_TRUE(has("99999999999999999999", "origin_server_ts")) << "an integer without a range";
  EXPECT_TRUE(has(R"([["$a:b", {"sha256": "x"}]])", "prev_events"));
  EXPECT_FALSE(has(R"(["$a:b"])", "prev_events"));
  EXPECT_FALSE(has(R"([["$a:b"]])", "prev_events"));
  EXPECT_FALSE(has(R"([["$a", {}]])", "prev_events"));
  EXPECT_TRUE(has(R"({"b": {"ed25519:1": "x"}})", "signatures"));
  EXPECT_FALSE(has(R"({"b c": {"ed25519:1": "x"}})", "signatures"));
  EXPECT_FALSE(has(R"({"b": {"ed25519:1": 1}})", "signatures"));
  EXPECT_TRUE(has_type(read_json(R"(["$a", "$b"])").value, support::format_3().field("auth_events")->type,
                       support::format_3()));
}

}  // namespace
}  // namespace stateroom::event
