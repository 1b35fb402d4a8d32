#include <gtest/gtest.h>

#include "tests/sim/server/support.h"

namespace stateroom::server {
namespace {

WorldOptions options(std::uint32_t servers, std::uint64_t seed = 1) {
  WorldOptions out;
  out.servers = servers;
  out.seed = seed;
  return out;
}

/// Everybody talks while some change the topic, then all comes to rest.
void talk(World& world, RoomIndex room, std::uint32_t rounds) {
  for (std::uint32_t i = 0; i < rounds; ++i) {
    for (std::uint32_t s = 0; s < world.servers(); ++s)
      EXPECT_TRUE(world.act(room, message_act(user(s, s), "word " + std::to_string(i))));
    world.act(room, state_act(user(0, 0), "m.room.topic", "", "{\"topic\":\"topic " + std::to_string(i) + "\"}"));
    world.run_until(world.now() + 50 * kernel::kMillisecond);
  }
  world.run_until(world.now() + kernel::kHour);
}

TEST(Federation, ServersOfEveryVersionComeToTheSameState) {
  for (const std::string name : {"1", "2", "6", "8", "10", "11", "12", "org.matrix.msc4242.12"}) {
    World world(options(4));
    const RoomIndex room = open_room(world, name, 4);
    talk(world, room, 5);
    EXPECT_EQ(world.error(), std::nullopt);
    const auto state = current_entries(world, room, 0);
    EXPECT_EQ(state.size(), 8u) << name;  // create, levels, join rules, topic, four members
    for (std::uint32_t s = 1; s < 4; ++s) {
      EXPECT_EQ(current_entries(world, room, s), state) << name;
      EXPECT_EQ(world.server(ServerIndex{s}).gaps(), 0u);
    }
    // What a server refuses to its own user goes nowhere: levels that some versions do not take.
    EXPECT_EQ(world.counts().rejected + world.counts().dropped, 0u) << name;
    EXPECT_GT(world.counts().deliveries, 60u);
  }
}

TEST(Federation, RoomsOfSeveralVersionsLiveSideBySide) {
  World world(options(3));
  const RoomIndex one = open_room(world, "6", 3), other = open_room(world, "12", 3);
  talk(world, one, 2);
  talk(world, other, 2);
  EXPECT_EQ(current_entries(world, one, 1), current_entries(world, one, 2));
  EXPECT_EQ(current_entries(world, other, 1), current_entries(world, other, 2));
}

TEST(Federation, ABannedUserMayNotSpeakAndTheirServerKnows) {
  World world(options(3));
  const RoomIndex room = open_room(world, "11", 3);
  EXPECT_TRUE(world.act(room, state_act(user(0, 0), "m.room.member", user(1, 1), R"({"membership":"ban"})")));
  world.run_until(world.now() + kernel::kMinute);
  EXPECT_FALSE(world.act(room, message_act(user(1, 1), "still here")));
  EXPECT_EQ(world.counts().refused, 1u);
}

TEST(Federation, ABanThatCrossesAMessageSoftFailsIt) {
  World world(options(3));
  const RoomIndex room = open_room(world, "11", 3);
  // At the same moment: neither knows of the other.
  EXPECT_TRUE(world.act(room, state_act(user(0, 0), "m.room.member", user(1, 1), R"({"membership":"ban"})")));
  EXPECT_TRUE(world.act(room, message_act(user(1, 1), "a last word")));
  world.run_until(world.now() + kernel::kMinute);
  EXPECT_GE(world.counts().soft_failed, 1u);
  EXPECT_EQ(current_entries(world, room, 0), current_entries(world, room, 2));
}

TEST(Federation, AnInvitedUserJoinsThroughTheServerThatInvited) {
  World world(options(3));
  const RoomIndex room = open_room(world, "11", 2);
  EXPECT_TRUE(world.act(room, state_act(user(0, 0), "m.room.join_rules", "", R"({"join_rule":"invite"})")));
  world.run_until(world.now() + kernel::kMinute);
  world.member(room, user(2, 2), "join");
  world.run_until(world.now() + kernel::kMinute);
  EXPECT_EQ(world.server(ServerIndex{2}).view(room), nullptr);
  EXPECT_TRUE(world.act(room, state_act(user(0, 0), "m.room.member", user(2, 2), R"({"membership":"invite"})")));
  world.run_until(world.now() + kernel::kMinute);
  EXPECT_EQ(world.server(ServerIndex{2}).invites().size(), 1u);
  world.member(room, user(2, 2), "join");
  world.run_until(world.now() + kernel::kMinute);
  ASSERT_NE(world.server(ServerIndex{2}).view(room), nullptr);
  EXPECT_TRUE(world.server(ServerIndex{2}).invites().empty());
  EXPECT_EQ(current_entries(world, room, 2), current_entries(world, room, 0));
}

TEST(Federation, ARestrictedRoomIsJoinedThroughAResidentWhoMayInvite) {
  World world(options(3));
  const RoomIndex room = open_room(world, "10", 2);
  EXPECT_TRUE(
      world.act(room, state_act(user(0, 0), "m.room.join_rules", "", R"({"join_rule":"restricted","allow":[]})")));
  world.run_until(world.now() + kernel::kMinute);
  world.member(room, user(2, 2), "join", ServerIndex{0});
  world.run_until(world.now() + kernel::kMinute);
  ASSERT_NE(world.server(ServerIndex{2}).view(room), nullptr);
  EXPECT_EQ(current_entries(world, room, 2), current_entries(world, room, 1));
}

TEST(Federation, AKnockIsSentThroughAResident) {
  World world(options(3));
  const RoomIndex room = open_room(world, "10", 2);
  EXPECT_TRUE(world.act(room, state_act(user(0, 0), "m.room.join_rules", "", R"({"join_rule":"knock"})")));
  world.run_until(world.now() + kernel::kMinute);
  world.member(room, user(2, 2), "knock");
  world.run_until(world.now() + kernel::kMinute);
  EXPECT_EQ(world.server(ServerIndex{2}).view(room), nullptr);
  EXPECT_TRUE(world.server(ServerIndex{0}).view(room)->current("m.room.member", user(2, 2)).valid());
}

std::string hash_of(std::uint64_t seed) {
  World world(options(4, seed));
  const RoomIndex room = open_room(world, "11", 4);
  talk(world, room, 3);
  return world.log().hash();
}

TEST(Federation, TheSameSeedGivesTheSameLogAndAnotherAnother) {
  EXPECT_EQ(hash_of(5), hash_of(5));
  EXPECT_NE(hash_of(5), hash_of(6));
}

TEST(Federation, WhatIsWrittenOutIsSignedByItsServers) {
  World world(options(2));
  const RoomIndex room = open_room(world, "11", 2);
  event::ServerKeys keys;
  for (const event::SigningKey& key : world.keys()) keys[key.server][key.key_id] = event::verify_key(key);
  for (std::uint32_t e = 0; e < world.ledger(room).room().size(); ++e) {
    const event::Event& plain = world.ledger(room).room().event(EventIndex{e});
    const auto event = world.maker(room).signed_event(EventIndex{e});
    ASSERT_TRUE(event);
    EXPECT_EQ(event->event_id, plain.event_id);
    const auto state =
        event::verify(*event, world.ledger(room).room().format(), *event::server_part(event->sender), keys);
    EXPECT_EQ(state, event::SignatureState::kValid);
  }
}

}  // namespace
}  // namespace stateroom::server
