// Event ids of events with the keys that redaction treats otherwise from version to version. The ids were computed
// apart from this project's code: SHA-256 of the canonical JSON of the redacted events as they are written out by hand.
#include <gtest/gtest.h>

#include "model/event/event.h"
#include "model/rules/event_format.h"
#include "model/versions/registry.h"
#include "tests/support/json.h"

namespace stateroom::versions {
namespace {

std::string id_in(const std::string& version, const std::map<std::string, std::string>& readings,
                  const std::string& content) {
  const Registry registry(STATEROOM_SOURCE_DIR "/model/versions");
  rules::LoadOptions options;
  options.readings = readings;
  const auto text = registry.load(version, options);
  if (!text) throw std::runtime_error(text.error().front().message);
  const auto event = support::read_json(
      R"({"type":"m.room.member","sender":"@a:x","room_id":"!r:x","state_key":"@b:x","origin_server_ts":7,"depth":3,)"
      R"("prev_events":[],"auth_events":[],"hashes":{"sha256":"h"},"event_id":"$e:x","origin":"x","prev_state":[],)"
      R"("membership":"invite","unsigned":{"age":1},"content":)" +
      content + "}");
  return event::event_id(event.value, rules::event_format(*text).value()).value();
}

TEST(LikelyMistake9, KeysThatVersionsKeepAndDropAreInTheEventId) {
  const std::string signed_invite =
      R"({"membership":"invite","displayname":"d","third_party_invite":{"display_name":"d","signed":{"token":"t"}}})";
  // `event_id` is kept though it is no longer the id; `origin`, `prev_state` and `membership` are until version 11.
  EXPECT_EQ(id_in("3", {}, signed_invite), "$vOqjnp6HM+XHQvmKp82wZFXzBEm/GNyIZa6iSdNjtXU");
  for (const std::string version : {"4", "6", "8", "9", "10"})
    EXPECT_EQ(id_in(version, {}, signed_invite), "$vOqjnp6HM-XHQvmKp82wZFXzBEm_GNyIZa6iSdNjtXU") << version;
  for (const std::string version : {"11", "12"})
    EXPECT_EQ(id_in(version, {}, signed_invite), "$cQnwAfcVjQ-Csx6DeCwx9boK0uNQorLjB58UFU0MpgM") << version;
}

TEST(LikelyMistake9, WhatIsLeftOfAnInviteWithoutSignedIsAReading) {
  const std::string unsigned_invite = R"({"membership":"invite","third_party_invite":{"display_name":"d"}})";
  EXPECT_EQ(id_in("11", {{"empty_third_party_invite", "object"}}, unsigned_invite),
            "$ZuA1uj-q8YOXT-sxHiTnaBBhXsOvxgQpm6piSPLMVLc");
  EXPECT_EQ(id_in("11", {{"empty_third_party_invite", "absent"}}, unsigned_invite),
            "$K8kk3yLTcdjib-6zEMPKOFQT1_xYHFy1_y3qdoNxvBI");
}

}  // namespace
}  // namespace stateroom::versions
