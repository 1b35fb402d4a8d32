// The checks on receipt that look at the PDU itself, on signed events in strict mode.
#include <gtest/gtest.h>

#include <functional>

#include "model/event/builder.h"
#include "model/event/history.h"
#include "tests/model/resolve/support.h"

namespace stateroom::resolve {
namespace {

/// A signed create event and a join, whose text is changed on the way; checks of the join by name.
std::map<std::string, std::string> received(const std::string& version,
                                            const std::function<void(std::string& join)>& change,
                                            bool with_keys = true) {
  const auto program = stateroom::testing::program(version);
  const event::EventFormat& format = program->version().format;
  const std::vector<event::SigningKey> keys{event::signing_key("x", "seed")};
  event::Draft draft;
  draft.type = "m.room.create";
  draft.state_key = "";
  draft.sender = "@a:x";
  draft.room_id = "!room:x";
  draft.content_json = R"({"creator":"@a:x","room_version":")" + version + "\"}";
  draft.event_id_localpart = "create";
  const event::Event create = event::build(draft, format, keys).value();
  draft.type = "m.room.member";
  draft.state_key = draft.sender;
  draft.room_id = event::room_id_of(create);
  draft.content_json = R"({"displayname":"Anna","membership":"join"})";
  draft.event_id_localpart = "join";
  draft.edges = {{"prev_events", {&create}}};
  if (format.field("room_id")->when == nullptr) draft.edges.push_back({"auth_events", {&create}});
  std::string join = json::to_text(event::build(draft, format, keys).value().json);
  change(join);

  const auto items = event::read_items(json::to_text(create.json) + "\n" + join, "made");
  auto history = event::decode(items.at(0).value(), format, true).value();
  const std::string id = history.events.at(1).event_id;
  const auto room = graph::Room::build(std::move(history.events), format).value();
  event::ServerKeys known;
  known["x"][keys[0].key_id] = event::verify_key(keys[0]);
  rules::Oracles oracles;
  if (with_keys) {
    oracles.signed_by = [&](EventIndex event, std::string_view server, std::string_view object) {
      return event::verify(room->event(event), format, server, known, object) == event::SignatureState::kValid;
    };
  }
  rules::Evaluator evaluator(program, *room, std::move(oracles));
  graph::StateStore store;
  Resolver resolver(evaluator, store);
  WalkOptions options;
  options.strict = true;
  const auto walk = Walk::run(evaluator, store, resolver, options).value();
  std::map<std::string, std::string> out;
  for (const auto& check : walk.receipts()[room->find(id).at()].checks) out[check.name] = check.outcome;
  return out;
}

void replace(std::string& text, std::string_view found, std::string_view by) {
  text.replace(text.find(found), found.size(), by);
}

class Receipt : public ::testing::TestWithParam<std::string> {};

TEST_P(Receipt, AnEventAsItWasSignedPassesAllChecks) {
  const auto checks = received(GetParam(), [](std::string&) {});
  for (const char* name : {"format", "signatures", "hashes", "auth_events", "state_before"}) {
    EXPECT_EQ(checks.at(name), "pass") << name;
  }
}

TEST_P(Receipt, AContentThatRedactionDropsMayChangeAndTheEventIsRedacted) {
  const auto checks = received(GetParam(), [](std::string& join) { replace(join, "Anna", "Boris"); });
  EXPECT_EQ(checks.at("hashes"), "redact");
  EXPECT_EQ(checks.at("signatures"), "pass");
  EXPECT_EQ(checks.at("auth_events"), "pass") << "a redacted event goes on";
}

TEST_P(Receipt, AContentThatRedactionKeepsMayNot) {
  const auto change = [](std::string& join) { replace(join, R"("membership":"join")", R"("membership":"leave")"); };
  const auto checks = received(GetParam(), change);
  EXPECT_EQ(checks.at("signatures"), "drop");
  EXPECT_EQ(checks.at("auth_events"), "not asked") << "a drop ends the checks";
  EXPECT_EQ(received(GetParam(), change, false).at("signatures"), "pass") << "without keys nothing is said";
}

TEST_P(Receipt, AnIllFormedEventIsDropped) {
  const auto checks = received(GetParam(), [](std::string& join) { replace(join, R"("@a:x")", R"("@ax")"); });
  EXPECT_EQ(checks.at("format"), "drop");
}

INSTANTIATE_TEST_SUITE_P(Versions, Receipt, ::testing::Values("1", "3", "6", "11", "12"),
                         [](const auto& version) { return version.param; });

TEST(ReceiptOfAHub, TheSameLpduASecondTimeIsDroppedUnderTheReadingThatSaysSo) {
  const std::string lpdu = R"("type":"m.note","sender":"@a:x","hub_server":"h","origin_server_ts":7)";
  const std::string bytes = R"([{"event_id":"$c","type":"m.room.create","sender":"@a:x","state_key":"","content":{}},)"
                            R"({"event_id":"$1",)" +
                            lpdu +
                            R"(,"content":{"n":1},"prev_events":["$c"]},)"
                            R"({"event_id":"$2",)" +
                            lpdu +
                            R"(,"content":{"n":2},"prev_events":["$1"]},)"
                            R"({"event_id":"$3",)" +
                            lpdu + R"(,"content":{"n":1},"prev_events":["$2"]}])";
  const auto outcomes = [&](const std::string& profile) {
    stateroom::testing::Lab lab("org.matrix.i-d.ralston-mimi-linearized-matrix.02", bytes, profile);
    const Walk walk = Walk::run(*lab.evaluator, lab.store, *lab.resolver).value();
    std::string out;
    for (const char* id : {"$1", "$2", "$3"})
      out += walk.receipts()[lab.room->find(id).at()].dropped ? "dropped " : "- ";
    return out;
  };
  EXPECT_EQ(outcomes("default"), "- - - ");
  EXPECT_EQ(outcomes("lpdu_once"), "- - dropped ");
}

}  // namespace
}  // namespace stateroom::resolve
