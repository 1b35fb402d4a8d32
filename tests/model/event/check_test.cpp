#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/event/event.h"
#include "tests/support/event_formats.h"
#include "tests/support/json.h"

namespace stateroom::event {
namespace {

using support::read_json;
using testing::ElementsAre;
using testing::IsEmpty;

/// A well-formed event of format 6 with one member replaced, or taken out where `json` is empty.
std::string with(std::string_view member, std::string_view json) {
  std::string out = "{";
  bool found = false;
  for (const auto& [name, text] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"type", "\"m.room.message\""},
           {"room_id", "\"!r:s\""},
           {"sender", "\"@u:s\""},
           {"content", "{}"},
           {"hashes", R"({"sha256":"x"})"},
           {"signatures", R"({"s":{"ed25519:1":"x"}})"},
           {"depth", "1"},
           {"prev_events", R"(["$p"])"},
           {"auth_events", R"(["$a"])"},
           {"origin_server_ts", "1"}}) {
    found = found || name == member;
    const std::string_view value = name == member ? json : text;
    if (value.empty()) continue;
    out += (out.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + std::string(value);
  }
  if (!found && !json.empty()) out += ",\"" + std::string(member) + "\":" + std::string(json);
  return out + "}";
}

std::vector<std::string> findings(std::string_view member, std::string_view json) {
  return check_format(read_json(with(member, json)).value, support::format_6());
}

TEST(CheckFormat, TakesAWellFormedEvent) { EXPECT_THAT(findings("unsigned", ""), IsEmpty()); }

TEST(CheckFormat, NamesEachMissingField) {
  for (const char* name : {"type", "room_id", "sender", "content", "hashes", "signatures", "depth", "prev_events",
                           "auth_events", "origin_server_ts"}) {
    EXPECT_THAT(findings(name, ""), ElementsAre("`" + std::string(name) + "` is missing"));
  }
  EXPECT_EQ(check_format(read_json("{}").value, support::format_6()).size(), 10u);
}

TEST(CheckFormat, NamesAMissingMemberOfAField) {
  EXPECT_THAT(findings("hashes", R"({"sha512":"x"})"), ElementsAre("`hashes.sha256` is missing"));
}

TEST(CheckFormat, NamesFieldsOfTheWrongType) {
  for (const auto& [name, json] :
       std::initializer_list<std::pair<const char*, const char*>>{{"type", "1"},
                                                                  {"sender", "\"u:s\""},
                                                                  {"room_id", "\"!r\""},
                                                                  {"content", "[]"},
                                                                  {"state_key", "null"},
                                                                  {"hashes", R"({"sha256":1})"},
                                                                  {"signatures", R"({"s":"x"})"},
                                                                  {"depth", "-1"},
                                                                  {"depth", "true"},
                                                                  {"depth", "\"1\""},
                                                                  {"prev_events", "{}"},
                                                                  {"prev_events", R"([["$p",{}]])"},
                                                                  {"auth_events", "[null]"},
                                                                  {"origin_server_ts", "\"1\""},
                                                                  {"redacts", "\"x\""},
                                                                  {"unsigned", "1"}}) {
    const auto found = findings(name, json);
    ASSERT_EQ(found.size(), 1u) << name << json;
    EXPECT_TRUE(found[0].starts_with("`" + std::string(name) + "` is not ")) << found[0];
  }
}

TEST(CheckFormat, CountsBytesOfTypeAndStateKey) {
  const auto quoted = [](std::size_t n) { return '"' + std::string(n, 'x') + '"'; };
  EXPECT_THAT(findings("type", quoted(255)), IsEmpty());
  EXPECT_THAT(findings("type", quoted(256)), ElementsAre("`type` has 256 bytes, more than 255"));
  EXPECT_THAT(findings("state_key", quoted(255)), IsEmpty());
  EXPECT_THAT(findings("state_key", "\"" + std::string(253, 'x') + "€\""),
              ElementsAre("`state_key` has 256 bytes, more than 255"));
}

TEST(CheckFormat, CountsBytesOfIdentifiers) {
  const auto identifier = [](char sigil, std::size_t size) {
    const std::string tail = ":s";
    return '"' + std::string(1, sigil) + std::string(size - 1 - tail.size(), 'x') + tail + '"';
  };
  for (const auto& [name, sigil] : {std::pair("sender", '@'), {"room_id", '!'}}) {
    EXPECT_THAT(findings(name, identifier(sigil, 255)), IsEmpty());
    EXPECT_THAT(findings(name, identifier(sigil, 256)),
                ElementsAre("`" + std::string(name) + "` has 256 bytes, more than 255"));
  }
  EXPECT_THAT(findings("sender", "\"@" + std::string(250, 'x') + "€:s\""),
              ElementsAre("`sender` has 256 bytes, more than 255"))
      << "bytes are counted, not characters";
  const auto event_id = [&](std::size_t size) {
    const auto all = check_format(read_json(with("event_id", identifier('$', size))).value, support::format_1());
    return std::count(all.begin(), all.end(), "`event_id` has 256 bytes, more than 255");
  };
  EXPECT_EQ(event_id(255), 0);
  EXPECT_EQ(event_id(256), 1);
  EXPECT_THAT(findings("prev_events", "[\"$" + std::string(254, 'x') + "\"]"), IsEmpty());
  EXPECT_THAT(findings("prev_events", "[\"$" + std::string(255, 'x') + "\"]"),
              ElementsAre("`prev_events` is not a list of the right entries"));
}

TEST(CheckFormat, CountsEntriesOfEdges) {
  const auto list = [](int n) {
    std::string out = "[";
    for (int i = 0; i < n; ++i) out += (i > 0 ? ",\"$" : "\"$") + std::to_string(i) + "\"";
    return out + "]";
  };
  EXPECT_THAT(findings("prev_events", list(20)), IsEmpty());
  EXPECT_THAT(findings("prev_events", list(21)), ElementsAre("`prev_events` has 21 entries, more than 20"));
  EXPECT_THAT(findings("auth_events", list(10)), IsEmpty());
  EXPECT_THAT(findings("auth_events", list(11)), ElementsAre("`auth_events` has 11 entries, more than 10"));
}

TEST(CheckFormat, CountsTheBytesOfTheCanonicalForm) {
  const std::size_t rest = canonical_json(read_json(with("content", R"({"b":""})")).value, {}).value().size();
  const auto content = [&](std::size_t n) { return R"({ "b" : ")" + std::string(n - rest, 'x') + "\"}"; };
  EXPECT_THAT(findings("content", content(65536)), IsEmpty());
  EXPECT_THAT(findings("content", content(65537)), ElementsAre("the event has 65537 bytes, more than 65536"));
}

TEST(CheckFormat, AsksForCanonicalNumbersWhereTheyAreEnforced) {
  EXPECT_THAT(findings("content", R"({"n": 1.5})"), ElementsAre("the number 1.5 has a fraction or an exponent"));
  EXPECT_THAT(findings("content", R"({"n": 9007199254740992})"),
              ElementsAre("the number 9007199254740992 is outside the range of canonical JSON"));
  EXPECT_THAT(check_format(read_json(with("content", R"({"n": 1.5})")).value, support::format_3()), IsEmpty());
}

TEST(CheckFormat, AskFieldsOnlyWhereTheyAreRequired) {
  const EventFormat format = support::format_12();
  const std::string room = "\"!lVEL38waGAf4ggmWC3OVk_bbx8kZx-iOcTBKXTBnM54\"";
  EXPECT_THAT(check_format(read_json(with("room_id", room)).value, format), IsEmpty());
  EXPECT_THAT(check_format(read_json(with("room_id", "")).value, format), ElementsAre("`room_id` is missing"));
  std::string create = with("room_id", "");
  create.replace(create.find("m.room.message"), 14, "m.room.create");
  EXPECT_THAT(check_format(read_json(create).value, format), IsEmpty());
}

TEST(DecodeEvent, TreatsMembersOfTheWrongTypeAsAbsentAndSaysSo) {
  const auto json =
      read_json(R"({"type": "X", "sender": 1, "state_key": [], "room_id": {}, "depth": "1", "origin_server_ts": null,
    "content": [], "prev_events": "x", "auth_events": [1, "$a", [], ["$b", 1], null]})");
  const auto event = decode_event(json.document, json.value, support::format_6(), "$name", false, "f:1:1");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->event_id, "$name");
  EXPECT_EQ(event->ids, IdMode::kPlaceholder);
  EXPECT_EQ(event->sender, "");
  EXPECT_EQ(event->state_key, std::nullopt);
  EXPECT_EQ(event->room_id, std::nullopt);
  EXPECT_FALSE(event->content.valid());
  EXPECT_THAT(event->edges, ElementsAre(IsEmpty(), ElementsAre("$a", "$b")));
  EXPECT_EQ(event->ill_formed.size(), 9u);
}

TEST(DecodeEvent, StrictModeNamesTheLimitThatAnEventBreaks) {
  const auto decoded = [](std::size_t bytes) {
    const std::size_t rest = canonical_json(read_json(with("content", R"({"b":""})")).value, {}).value().size();
    const auto json = read_json(with("content", R"({"b":")" + std::string(bytes - rest, 'x') + "\"}"));
    return decode_event(json.document, json.value, support::format_6(), std::nullopt, true, "f:1:1")->ill_formed;
  };
  EXPECT_THAT(decoded(65536), IsEmpty());
  EXPECT_THAT(decoded(65537), ElementsAre("the event has 65537 bytes, more than 65536"));
}

TEST(DecodeEvent, StrictModeRedactsAnEventWhoseContentHashIsWrong) {
  const auto decoded = [](std::string_view hash, bool strict = true) {
    const auto json = read_json(with("hashes", R"({"sha256":")" + std::string(hash) + "\"}"));
    return decode_event(json.document, json.value, support::format_6(), std::nullopt, strict, "f:1:1").value();
  };
  const std::string right =
      content_hash(read_json(with("unsigned", R"({"age":1})")).value, support::format_6()).value();
  const Event good = decoded(right);
  EXPECT_FALSE(good.redacted_on_import);
  EXPECT_EQ(content_hash_state(good, support::format_6()), HashState::kValid);
  EXPECT_FALSE(decoded(right + "=").redacted_on_import) << "padding says nothing";
  for (const char* wrong : {"x", "", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"}) {
    const Event bad = decoded(wrong);
    EXPECT_TRUE(bad.redacted_on_import) << wrong;
    EXPECT_EQ(content_hash_state(bad, support::format_6()), HashState::kInvalid);
    EXPECT_EQ(bad.event_id, event_id(bad.json, support::format_6()).value()) << "redaction keeps the id";
    EXPECT_EQ(json::to_text(bad.json), redacted_json(decoded(wrong, false).json, support::format_6()).value());
    EXPECT_THAT(bad.ill_formed, IsEmpty()) << "the received event is well formed";
  }
}

TEST(DecodeEvent, PlaceholderNamesAreNoPartOfWhatIsHashed) {
  const std::string plain = with("unsigned", "");
  const std::string named = plain.substr(0, plain.size() - 1) + R"(,"event_id":"$name","rejected":true})";
  for (const EventFormat& format : {support::format_3(), support::format_6(), support::format_12()}) {
    const auto json = read_json(named);
    const Event event = decode_event(json.document, json.value, format, "$name", false, "f:1:1").value();
    const Event computed = decode_event(json.document, json.value, format, std::nullopt, false, "f:1:1").value();
    for (const char* object : {"content_hash", "reference_hash", "signed_object"}) {
      EXPECT_EQ(hashed_bytes(event, format, object).value(),
                hashed_bytes(read_json(plain).value, format, object).value())
          << object;
      EXPECT_EQ(hashed_bytes(computed, format, object).value(), hashed_bytes(json.value, format, object).value())
          << object;
    }
  }
  const EventFormat format = support::format_1();  // which has the field
  const auto json = read_json(named);
  const Event event = decode_event(json.document, json.value, format, "$name", false, "f:1:1").value();
  EXPECT_NE(hashed_bytes(event, format, "content_hash")->find("$name"), std::string::npos);
  EXPECT_EQ(hashed_bytes(event, format, "content_hash")->find("rejected"), std::string::npos);
}

TEST(DecodeEvent, RefusesOnlyWhatIsUnusable) {
  for (const char* text : {"[]", "1", "{}", R"({"type": 1})"}) {
    const auto json = read_json(text);
    const auto event = decode_event(json.document, json.value, support::format_6(), std::nullopt, false, "f:1:1");
    ASSERT_FALSE(event) << text;
    EXPECT_EQ(event.error().code, base::ErrorCode::kFormat);
    EXPECT_EQ(event.error().where, "f:1:1");
  }
}

TEST(DecodeEvent, RefusesInStrictModeANameThatIsNotTheId) {
  const auto json = read_json(with("unsigned", ""));
  const auto id = event_id(json.value, support::format_6()).value();
  const auto good = decode_event(json.document, json.value, support::format_6(), id, true, "f");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->ids, IdMode::kStrict);
  const auto bad = decode_event(json.document, json.value, support::format_6(), "$other", true, "f");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, base::ErrorCode::kEventId);
}

}  // namespace
}  // namespace stateroom::event
