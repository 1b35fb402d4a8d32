#include "model/event/builder.h"

#include <gtest/gtest.h>

#include <ostream>

#include "model/event/history.h"
#include "tests/support/event_formats.h"
#include "tests/support/json.h"

namespace stateroom::event {
namespace {

struct NamedFormat {
  std::string name;
  EventFormat format;
};

/// What GoogleTest prints of a parameter.
void PrintTo(const NamedFormat& format, std::ostream* out) { *out << format.name; }

class Build : public testing::TestWithParam<NamedFormat> {
 protected:
  const EventFormat& format() const { return GetParam().format; }
  const std::vector<SigningKey> keys{signing_key("a.example", "seed"), signing_key("b.example", "seed")};

  ServerKeys public_keys() const {
    ServerKeys out;
    for (const SigningKey& key : keys) out[key.server][key.key_id] = verify_key(key);
    return out;
  }

  Draft draft(std::string type, std::string content, std::string localpart) const {
    Draft out;
    out.type = std::move(type);
    out.sender = "@alice:a.example";
    out.room_id = "!room:a.example";
    out.content_json = std::move(content);
    out.origin_server_ts = 1700000000000;
    out.event_id_localpart = std::move(localpart);
    return out;
  }

  Event create() const {
    Draft out = draft("m.room.create", R"({"room_version": "x"})", "create");
    out.state_key = "";
    return build(out, format(), keys).value();
  }
};

TEST_P(Build, MakesWhatStrictImportTakes) {
  const Event first = create();
  Draft next = draft("m.room.member", R"({"membership": "join", "displayname": "Ä\n"})", "join");
  next.state_key = next.sender;
  next.room_id = room_id_of(first);
  next.depth = 2;
  next.edges = {{"prev_events", {&first}}, {"auth_events", {&first}}};
  const Event second = build(next, format(), keys, {"b.example"}).value();
  EXPECT_EQ(second.edges[0], std::vector{first.event_id});
  EXPECT_EQ(second.edges[1], std::vector{first.event_id});

  const std::string lines = json::to_text(first.json) + "\n" + json::to_text(second.json) + "\n";
  const auto items = read_items(lines, "made");
  ASSERT_EQ(items.size(), 1u);
  ASSERT_TRUE(items[0]);
  const auto history = decode(*items[0], format(), true);
  ASSERT_TRUE(history) << history.error().message;
  ASSERT_EQ(history->events.size(), 2u);
  for (const Event& event : history->events) {
    EXPECT_TRUE(event.ill_formed.empty()) << event.type << ": " << event.ill_formed.front();
    EXPECT_EQ(content_hash(event.json, format()).value(), event.json.get("hashes").get("sha256").string());
    EXPECT_EQ(verify(event.json, format(), "a.example", public_keys()), SignatureState::kValid);
  }
  EXPECT_EQ(history->events[0].event_id, first.event_id);
  EXPECT_EQ(history->events[1].event_id, second.event_id);
  EXPECT_EQ(history->events[1].depth, 2);
  EXPECT_EQ(verify(second.json, format(), "b.example", public_keys()), SignatureState::kValid);
  EXPECT_EQ(verify(first.json, format(), "b.example", public_keys()), SignatureState::kInvalid);
}

TEST_P(Build, IsAFunctionOfTheDraft) { EXPECT_EQ(json::to_text(create().json), json::to_text(create().json)); }

TEST_P(Build, WritesRedactsWhereTheFormatHasIt) {
  Draft redaction = draft("m.room.redaction", R"({"reason": "r", "redacts": "$no"})", "redaction");
  redaction.redacts = "$target:a.example";
  if (GetParam().name == "Twelve") redaction.room_id = room_id_of(create());
  const Event event = build(redaction, format(), keys).value();
  const bool at_top = format().field("redacts") != nullptr;
  EXPECT_EQ(event.json.get("redacts").valid(), at_top);
  EXPECT_EQ((at_top ? event.json : event.content).get("redacts").string(), "$target:a.example");
  EXPECT_EQ(event.content.get("reason").string(), "r");
}

TEST_P(Build, ACreateEventNamesTheRoomOrIsItsName) {
  const Event event = create();
  const bool derived = GetParam().name == "Twelve";
  EXPECT_EQ(event.room_id.has_value(), !derived);
  EXPECT_EQ(room_id_of(event), derived ? "!" + event.event_id.substr(1) : "!room:a.example");
  EXPECT_TRUE(matches(format(), "room_id", room_id_of(event)));
}

TEST_P(Build, RefusesADraftThatMakesNoEvent) {
  const auto code = [&](const Draft& bad) {
    const auto event = build(bad, format(), keys);
    return event ? "built" : std::string(base::name(event.error().code));
  };
  EXPECT_EQ(code(draft("X", "{", "x")), "json");
  EXPECT_EQ(code(draft("X", R"({}, "sender": "@eve:a.example")", "x")), "json") << "content stays inside its member";
  EXPECT_EQ(code(draft("X", R"({"a": 1, "a": 2})", "x")), "duplicate-key");
  Draft stranger = draft("X", "{}", "x");
  stranger.sender = "@eve:c.example";
  EXPECT_EQ(code(stranger), "signature") << "no key of that server";
  if (format().canonical_json.enforced) {
    EXPECT_EQ(code(draft("X", R"({"a": 1.5})", "x")), "number");
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Build,
                         testing::Values(NamedFormat{"One", support::format_1()},
                                         NamedFormat{"Three", support::format_3()},
                                         NamedFormat{"Six", support::format_6()},
                                         NamedFormat{"Eleven", support::format_11()},
                                         NamedFormat{"Twelve", support::format_12()}),
                         [](const auto& format) { return format.param.name; });

TEST(BuildIds, AFormatWhoseIdIsAFieldNeedsAName) {
  Draft draft;
  draft.type = "X";
  draft.sender = "@a:a.example";
  draft.room_id = "!r:a.example";
  const std::vector keys{signing_key("a.example", "seed")};
  EXPECT_EQ(build(draft, support::format_1(), keys).error().code, base::ErrorCode::kFormat);
  draft.event_id_localpart = "x";
  const auto named = build(draft, support::format_1(), keys);
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_EQ(named->event_id, "$x:a.example");
  draft.sender = "a";
  EXPECT_EQ(build(draft, support::format_1(), keys).error().code, base::ErrorCode::kFormat);
}

}  // namespace
}  // namespace stateroom::event
