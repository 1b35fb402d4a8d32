// The event formats that follow from the texts, against formats transcribed by hand and against real events. The two
// have nothing in common but the specification that they were written from.
#include <gtest/gtest.h>

#include <ostream>

#include "model/event/builder.h"
#include "model/event/history.h"
#include "model/rules/event_format.h"
#include "model/versions/registry.h"
#include "tests/support/event_formats.h"
#include "tests/support/json.h"

namespace stateroom::versions {
namespace {

using event::EventFormat;
using support::read_json;

EventFormat format_of(std::string_view name) {
  const Registry registry(STATEROOM_SOURCE_DIR "/model/versions");
  const auto version = registry.load(name);
  if (!version) throw std::runtime_error(version.error().front().where + ": " + version.error().front().message);
  auto format = rules::event_format(*version);
  if (!format) throw std::runtime_error(format.error().front().where + ": " + format.error().front().message);
  return std::move(*format);
}

struct Transcribed {
  std::string name;
  EventFormat (*by_hand)();
};
void PrintTo(const Transcribed& version, std::ostream* out) { *out << version.name; }

class Formats : public testing::TestWithParam<Transcribed> {
 protected:
  const EventFormat text = format_of(GetParam().name), hand = GetParam().by_hand();
};

/// Events with every top-level and content key that any version keeps, and some that none does.
std::vector<support::Json> samples() {
  std::vector<support::Json> out;
  const std::string head =
      R"("event_id":"$e:s","room_id":"!r:s","sender":"@a:s","state_key":"","hashes":{"sha256":"h"},"signatures":{"s":{"ed25519:1":"x"}},)"
      R"("depth":3,"prev_events":["$p"],"auth_events":["$a"],"origin_server_ts":5,"redacts":"$x","unsigned":{"age":1},"origin":"s",)"
      R"("prev_state":[],"membership":"join","prev_content":{},"other":1,)";
  for (
      const auto& [type, content] : std::initializer_list<std::pair<const char*, const char*>>{
          {"m.room.create",
           R"({"creator":"@a:s","room_version":"9","m.federate":false,"type":"m.space","predecessor":{},"x":1})"},
          {"m.room.member",
           R"({"membership":"invite","displayname":"d","reason":"r","join_authorised_via_users_server":"@b:s"})"},
          {"m.room.member",
           R"({"membership":"invite","third_party_invite":{"display_name":"d","signed":{"mxid":"@a:s","token":"t","signatures":{}}}})"},
          {"m.room.join_rules", R"({"join_rule":"invite","allow":[],"x":1})"},
          {"m.room.power_levels",
           R"({"users":{"@a:s":1},"users_default":1,"events":{"x":1},"events_default":1,"state_default":1,"ban":1,"kick":1,"redact":1,"invite":1,"notifications":{"room":1},"x":1})"},
          {"m.room.history_visibility", R"({"history_visibility":"shared","x":1})"},
          {"m.room.aliases", R"({"aliases":["#a:s"],"x":1})"},
          {"m.room.redaction", R"({"redacts":"$x","reason":"r"})"},
          {"m.room.third_party_invite", R"({"display_name":"d","public_key":"k","public_keys":[{"public_key":"k"}]})"},
          {"m.room.message", R"({"body":"b","membership":"join","users":{}})"}}) {
    out.push_back(read_json("{" + head + "\"type\":\"" + type + "\",\"content\":" + content + "}"));
  }
  return out;
}

TEST_P(Formats, RedactAsTheTranscription) {
  for (const support::Json& event : samples()) {
    EXPECT_EQ(event::redacted_json(event.value, text).value(), event::redacted_json(event.value, hand).value());
  }
}

TEST_P(Formats, HashAndNameAsTheTranscription) {
  for (const support::Json& event : samples()) {
    for (const char* object : {"content_hash", "reference_hash", "signed_object"}) {
      EXPECT_EQ(event::hashed_bytes(event.value, text, object).value(),
                event::hashed_bytes(event.value, hand, object).value());
    }
    EXPECT_EQ(event::event_id(event.value, text).value(), event::event_id(event.value, hand).value());
  }
}

TEST_P(Formats, HaveTheSameLimitsEdgesAndNumbers) {
  EXPECT_EQ(text.limits_bytes, hand.limits_bytes);
  EXPECT_EQ(text.limits_entries, hand.limits_entries);
  EXPECT_EQ(text.edge_fields, hand.edge_fields);
  EXPECT_EQ(text.derived_edge_field, hand.derived_edge_field);
  EXPECT_EQ(text.canonical_json.enforced, hand.canonical_json.enforced);
  EXPECT_EQ(text.canonical_json.least, hand.canonical_json.least);
  EXPECT_EQ(text.canonical_json.greatest, hand.canonical_json.greatest);
}

TEST_P(Formats, CheckAsTheTranscription) {
  for (const char* change :
       {R"("depth":-1)", R"("depth":9007199254740992)", R"("room_id":"!r")",
        R"("room_id":"!lVEL38waGAf4ggmWC3OVk_bbx8kZx-iOcTBKXTBnM54")", R"("sender":"a")", R"("state_key":1)",
        R"("prev_events":[["$p:s",{"sha256":"h"}]])", R"("prev_events":["$p"])", R"("hashes":[])", R"("hashes":{})",
        R"("origin_server_ts":1.5)", R"("content":[])", R"("redacts":1)", R"("event_id":1)"}) {
    const auto event = read_json("{\"type\":\"X\"," + std::string(change) + "}");
    EXPECT_EQ(event::check_format(event.value, text), event::check_format(event.value, hand)) << change;
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, Formats,
                         testing::Values(Transcribed{"1", support::format_1}, Transcribed{"2", support::format_1},
                                         Transcribed{"3", support::format_3}, Transcribed{"6", support::format_6},
                                         Transcribed{"7", support::format_6}, Transcribed{"11", support::format_11},
                                         Transcribed{"12", support::format_12}),
                         [](const auto& version) { return "V" + version.param.name; });

class Published : public testing::TestWithParam<std::string> {};

TEST_P(Published, WhatTheBuilderMakesPassesStrictImport) {
  const EventFormat format = format_of(GetParam());
  const std::vector keys{event::signing_key("a.example", "seed")};
  event::Draft draft;
  draft.type = "m.room.create";
  draft.state_key = "";
  draft.sender = "@alice:a.example";
  draft.room_id = "!room:a.example";
  draft.event_id_localpart = "create";
  const auto create = event::build(draft, format, keys);
  ASSERT_TRUE(create) << create.error().message;
  draft.type = "m.room.member";
  draft.state_key = draft.sender;
  draft.content_json = R"({"membership":"join"})";
  draft.room_id = event::room_id_of(*create);
  draft.event_id_localpart = "join";
  draft.depth = 2;
  for (const std::string& field : format.edge_fields) draft.edges.push_back({field, {&*create}});
  const auto join = event::build(draft, format, keys);
  ASSERT_TRUE(join) << join.error().message;
  const event::ServerKeys known{{"a.example", {{"ed25519:1", event::verify_key(keys[0])}}}};
  for (const event::Event* made : {&*create, &*join}) {
    const auto read = event::decode_event(made->document, made->json, format, made->event_id, true, "made");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(read->ill_formed.empty()) << read->ill_formed.front();
    EXPECT_EQ(event::content_hash(read->json, format).value(), read->json.get("hashes").get("sha256").string());
    EXPECT_EQ(event::verify(read->json, format, "a.example", known), event::SignatureState::kValid);
    const auto redacted = read_json(event::redacted_json(read->json, format).value());
    EXPECT_EQ(event::event_id(redacted.value, format).value(), made->event_id) << "a redacted event keeps its id";
    EXPECT_EQ(event::verify(redacted.value, format, "a.example", known), event::SignatureState::kValid);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, Published,
                         testing::Values("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12",
                                         "org.matrix.hydra.11", "org.matrix.msc3757.11", "org.matrix.msc4242.12",
                                         "org.matrix.msc4416.v1", "13-candidate"),
                         [](const auto& version) {
                           std::string name = "V" + version.param;
                           for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

// mautrix/go, federation/eventauth.
TEST(Vectors, MautrixEventsUnderTheTextOfTheirVersion) {
  const std::string path = support::vectors_path("mautrix/testroom-v12-success.jsonl");
  if (path.empty()) GTEST_SKIP() << "STATEROOM_VECTORS names no folder";
  const auto items = event::read_items(support::read_file(path), "mautrix");
  ASSERT_TRUE(items.at(0));
  const EventFormat format = format_of(items[0]->room_version.value());
  const auto history = event::decode(*items[0], format, true);
  ASSERT_TRUE(history) << history.error().message;
  ASSERT_EQ(history->events.size(), 21u);
  for (const event::Event& event : history->events) {
    EXPECT_EQ(event.event_id, event.json.get("unsigned").get("event_id").string());
    EXPECT_EQ(event::content_hash(event.json, format).value(), event.json.get("hashes").get("sha256").string());
    EXPECT_TRUE(event.ill_formed.empty()) << event.where << ": " << event.ill_formed.front();
  }
}

}  // namespace
}  // namespace stateroom::versions
