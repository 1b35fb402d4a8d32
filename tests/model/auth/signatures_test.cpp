#include "model/auth/signatures.h"

#include <gtest/gtest.h>

#include "model/auth/ask.h"
#include "model/base/encode.h"
#include "model/event/builder.h"
#include "tests/support/programs.h"

namespace stateroom::auth {
namespace {

event::ServerKeys keys_of(const std::vector<event::SigningKey>& keys) {
  event::ServerKeys out;
  for (const auto& key : keys) out[key.server][key.key_id] = event::verify_key(key);
  return out;
}

std::string base64_of(const std::string& bytes) {
  return base::base64(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

TEST(Oracles, FromKeysAreTrueOnlyForSignaturesThatVerify) {
  const auto program = testing::program_of("11");
  const event::EventFormat& format = program->version().format;
  const event::SigningKey x = event::signing_key("x", "one");
  const event::SigningKey y = event::signing_key("y", "two");
  event::Draft draft;
  draft.type = "m.room.create";
  draft.state_key = "";
  draft.sender = "@a:x";
  draft.room_id = "!c:x";
  draft.content_json = R"({"room_version": "11"})";
  auto built = event::build(draft, format, {x, y});
  ASSERT_TRUE(built) << built.error().message;
  auto room = graph::Room::build({*built}, format);
  ASSERT_TRUE(room);
  const base::EventIndex e{0};
  const rules::Oracles oracles = oracles_from_keys(**room, keys_of({x, y}), {});
  EXPECT_TRUE(oracles.signed_by(e, "x", "signed_object"));
  EXPECT_FALSE(oracles.signed_by(e, "y", "signed_object")) << "y did not sign it";
  EXPECT_FALSE(oracles_from_keys(**room, {}, {}).signed_by(e, "x", "signed_object")) << "no key is no signature";
  event::ServerKeys wrong = keys_of({x});
  wrong["x"][x.key_id] = event::verify_key(y);
  EXPECT_FALSE(oracles_from_keys(**room, wrong, {}).signed_by(e, "x", "signed_object"));
  EXPECT_FALSE(oracles_from_keys(**room, keys_of({x}), [](base::EventIndex, const event::VerifyKey&) {
                 return false;
               }).signed_by(e, "x", "signed_object"));
}

TEST(KeyValid, AnExpiredKeySignsNoLaterEvent) {
  const auto program = testing::program_of("11");
  event::Event event;
  event.event_id = "$e";
  event.type = "t";
  event.sender = "@a:x";
  event.origin_server_ts = 1000;
  auto room = graph::Room::build({event}, program->version().format);
  ASSERT_TRUE(room);
  rules::Evaluator evaluator(program, **room);
  event::VerifyKey key;
  key.valid_until_ts = 5000;
  EXPECT_TRUE(evaluator.key_valid(base::EventIndex{0}, key));
  key.expired_ts = 1000;
  EXPECT_TRUE(evaluator.key_valid(base::EventIndex{0}, key));
  key.expired_ts = 999;
  EXPECT_FALSE(evaluator.key_valid(base::EventIndex{0}, key));
  key.expired_ts.reset();
  key.valid_until_ts = 999;
  EXPECT_FALSE(evaluator.key_valid(base::EventIndex{0}, key)) << "since version 5";
  key.valid_until_ts.reset();
  EXPECT_TRUE(evaluator.key_valid(base::EventIndex{0}, key)) << "a key from a plain file has no end";
}

// A third-party invite whose `signed` carries the signature of the key in the m.room.third_party_invite event.
TEST(Oracles, AThirdPartyInviteNeedsAKeyOfItsEvent) {
  const event::SigningKey identity = event::signing_key("id.x", "identity");
  const event::SigningKey other = event::signing_key("id.x", "other");
  const std::string object = R"({"mxid":"@b:x","token":"tok"})";
  const auto question = [&](const std::string& public_key) {
    const std::string signed_object = R"({"mxid": "@b:x", "token": "tok", "signatures": {"id.x": {")" +
                                      identity.key_id + R"(": ")" + event::sign(identity, object) + R"("}}})";
    return R"({"room_version": "11",
      "event": {"event_id": "$i", "type": "m.room.member", "state_key": "@b:x", "sender": "@a:x", "room_id": "!c:x", "prev_events": [],
        "auth_events": ["$c", "$a", "$t"], "content": {"membership": "invite", "third_party_invite": {"signed": )" +
           signed_object + R"(}}},
      "state": [
        {"event_id": "$c", "type": "m.room.create", "state_key": "", "sender": "@a:x", "room_id": "!c:x", "prev_events": [], "auth_events": [], "content": {}},
        {"event_id": "$a", "type": "m.room.member", "state_key": "@a:x", "sender": "@a:x", "room_id": "!c:x", "prev_events": [], "auth_events": [], "content": {"membership": "join"}},
        {"event_id": "$t", "type": "m.room.third_party_invite", "state_key": "tok", "sender": "@a:x", "room_id": "!c:x", "prev_events": [], "auth_events": [],
          "content": {"public_keys": [{"public_key": "AAAA"}, {"public_key": ")" +
           public_key + R"("}]}}]})";
  };
  AskOptions options;
  options.keys.emplace();
  const auto verdict = [&](const std::string& text) {
    const auto document = json::parse(text);
    const auto answer = ask(
        *document, json::root(**document), "question",
        [](std::string_view version) { return testing::program_of(std::string(version)); }, options);
    return answer ? answer->decision.label : answer.error().message;
  };
  EXPECT_EQ(verdict(question(base64_of(event::verify_key(identity).key))), "member.invite.third_party.signature");
  EXPECT_EQ(verdict(question(base64_of(event::verify_key(other).key))), "member.invite.third_party.otherwise");
}

}  // namespace
}  // namespace stateroom::auth
