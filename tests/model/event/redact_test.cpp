#include <gtest/gtest.h>

#include "model/event/event.h"
#include "tests/support/event_formats.h"
#include "tests/support/json.h"

namespace stateroom::event {
namespace {

using support::read_json;

std::string redacted(std::string_view text, const EventFormat& format) {
  return redacted_json(read_json(text).value, format).value();
}

ContentField kept(std::vector<std::string> path, bool empty = false) {
  ContentField out;
  out.path = std::move(path);
  out.kept = true;
  out.kept_empty = empty;
  return out;
}

TEST(Redaction, KeepsOnlyWhatTheFormatKeeps) {
  EXPECT_EQ(
      redacted(R"({"type": "m.room.message", "sender": "@a:b", "content": {"body": "x"}, "unsigned": {}, "other": 1})",
               support::format_6()),
      R"({"content":{},"sender":"@a:b","type":"m.room.message"})");
}

TEST(Redaction, KeepsAnEventIdMemberAfterItIsNoLongerTheId) {
  EXPECT_EQ(redacted(R"({"type": "X", "event_id": "$x:y", "content": {}})", support::format_11()),
            R"({"content":{},"event_id":"$x:y","type":"X"})");
}

TEST(Redaction, KeepsOriginPrevStateAndMembershipBeforeVersion11) {
  const std::string text = R"({"type": "X", "origin": "o", "prev_state": [], "membership": "join", "content": {}})";
  EXPECT_EQ(redacted(text, support::format_6()),
            R"({"content":{},"membership":"join","origin":"o","prev_state":[],"type":"X"})");
  EXPECT_EQ(redacted(text, support::format_11()), R"({"content":{},"type":"X"})");
}

TEST(Redaction, LeavesNoEmptyParentUnlessTheTextSaysSo) {
  const std::string with = R"({"type": "m.room.member", "content": {"membership": "invite",
    "third_party_invite": {"display_name": "d", "signed": {"token": "t"}}}})";
  const std::string without = R"({"type": "m.room.member", "content": {"third_party_invite": {"display_name": "d"}}})";
  EventFormat format = support::format_11();
  EXPECT_EQ(redacted(with, support::format_6()), R"({"content":{"membership":"invite"},"type":"m.room.member"})");
  EXPECT_EQ(
      redacted(with, format),
      R"({"content":{"membership":"invite","third_party_invite":{"signed":{"token":"t"}}},"type":"m.room.member"})");
  EXPECT_EQ(redacted(without, format), R"({"content":{},"type":"m.room.member"})");
  format.content["m.room.member"].push_back(kept({"third_party_invite"}, true));
  EXPECT_EQ(redacted(without, format), R"({"content":{"third_party_invite":{}},"type":"m.room.member"})");
  EXPECT_EQ(
      redacted(with, format),
      R"({"content":{"membership":"invite","third_party_invite":{"signed":{"token":"t"}}},"type":"m.room.member"})");
}

TEST(Redaction, StarKeepsAllKeys) {
  EXPECT_EQ(redacted(R"({"type": "m.room.create", "content": {"a": {"b": 1}, "c": 2}})", support::format_11()),
            R"({"content":{"a":{"b":1},"c":2},"type":"m.room.create"})");
}

TEST(Redaction, StarInAPathKeepsThatOfEveryElement) {
  EventFormat format = support::format_11();
  format.content["X"] = {kept({"keys", "*", "key"})};
  EXPECT_EQ(redacted(R"({"type": "X", "content": {"keys": [{"key": 1, "b": 2}, {"b": 3}, 4], "other": 5}})", format),
            R"({"content":{"keys":[{"key":1},{},{}]},"type":"X"})");
  EXPECT_EQ(redacted(R"({"type": "X", "content": {"keys": {"p": {"key": 1, "b": 2}}}})", format),
            R"({"content":{"keys":{"p":{"key":1}}},"type":"X"})");
  format.content["X"].push_back(kept({"keys", "*"}));
  EXPECT_EQ(redacted(R"({"type": "X", "content": {"keys": {"p": {"key": 1, "b": 2}}}})", format),
            R"({"content":{"keys":{"p":{"b":2,"key":1}}},"type":"X"})");
}

TEST(Redaction, SurvivesContentOfAnyShape) {
  EXPECT_EQ(redacted(R"({"type": "m.room.member", "content": "x"})", support::format_11()),
            R"({"content":{},"type":"m.room.member"})");
  EXPECT_EQ(redacted(R"({"type": 1, "content": {"membership": "x"}})", support::format_11()),
            R"({"content":{},"type":1})");
  EXPECT_EQ(redacted(R"({"type": "m.room.member", "content": {"third_party_invite": [1], "membership": null}})",
                     support::format_11()),
            R"({"content":{"membership":null},"type":"m.room.member"})");
}

TEST(HashedObjects, TakeOutPathsAndPutBackExceptions) {
  EventFormat format = support::format_11();
  format.hashed_objects["lpdu"] = {false, {{"hashes", "*"}, {"signatures", "*", "k"}}, {{"hashes", "lpdu"}}};
  const auto event =
      read_json(R"({"type": "X", "hashes": {"sha256": "a", "lpdu": "b"}, "signatures": {"s": {"k": 1, "l": 2}}})");
  EXPECT_EQ(hashed_bytes(event.value, format, "lpdu").value(),
            R"({"hashes":{"lpdu":"b"},"signatures":{"s":{"l":2}},"type":"X"})");
  EXPECT_EQ(hashed_bytes(event.value, format, "content_hash").value(), R"({"type":"X"})");
  EXPECT_EQ(hashed_bytes(event.value, format, "none").error().code, base::ErrorCode::kUnknownName);
}

TEST(EventId, ComesFromTheFieldOrFromTheHashInEitherAlphabet) {
  const auto event = read_json(R"({"type": "X", "event_id": "$x:y", "content": {}, "origin_server_ts": 7})");
  EXPECT_EQ(event_id(event.value, support::format_1()).value(), "$x:y");
  const std::string id_3 = event_id(event.value, support::format_3()).value();
  std::string id_6 = event_id(event.value, support::format_6()).value();
  EXPECT_EQ(id_3.size(), 44u);
  for (char& c : id_6) c = c == '-' ? '+' : c == '_' ? '/' : c;
  EXPECT_EQ(id_6, id_3);
  EXPECT_EQ(event_id(read_json(R"({"type": "X"})").value, support::format_1()).error().code, base::ErrorCode::kFormat);
}

TEST(EventId, OfARedactedEventIsTheSame) {
  const auto event =
      read_json(R"({"type": "m.room.member", "sender": "@a:b", "state_key": "@a:b", "depth": 1, "unsigned": {"age": 1},
    "signatures": {"b": {}}, "hashes": {"sha256": "h"}, "content": {"membership": "join", "displayname": "A"}, "redacts": "$x"})");
  for (const EventFormat& format :
       {support::format_3(), support::format_6(), support::format_11(), support::format_12()}) {
    const std::string text = redacted_json(event.value, format).value();
    EXPECT_EQ(event_id(read_json(text).value, format).value(), event_id(event.value, format).value());
    EXPECT_EQ(redacted_json(read_json(text).value, format).value(), text) << "redacting twice changes nothing";
  }
}

}  // namespace
}  // namespace stateroom::event
