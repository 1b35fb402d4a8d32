// Messages that get lost, servers that were away: what is missing is asked for.
#include <gtest/gtest.h>

#include "tests/sim/server/support.h"

namespace stateroom::server {
namespace {

WorldOptions options(std::uint32_t servers) {
  WorldOptions out;
  out.servers = servers;
  return out;
}

void say(World& world, RoomIndex room, std::uint32_t by, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    EXPECT_TRUE(world.act(room, message_act(user(by, by), "word " + std::to_string(i))));
    world.run_until(world.now() + kernel::kSecond);
  }
}

void expect_same(World& world, RoomIndex room) {
  for (std::uint32_t s = 1; s < world.servers(); ++s) {
    EXPECT_EQ(current_entries(world, room, s), current_entries(world, room, 0)) << s;
    const auto mine = world.server(ServerIndex{s}).view(room)->forward_extremities();
    const auto first = world.server(ServerIndex{0}).view(room)->forward_extremities();
    EXPECT_EQ(std::set(mine.begin(), mine.end()), std::set(first.begin(), first.end()));
    EXPECT_EQ(world.server(ServerIndex{s}).gaps(), 0u);
  }
}

TEST(Gaps, LostTransactionsAreSentAgainUntilTheyArrive) {
  WorldOptions lossy = options(4);
  lossy.link.loss_of_1000 = 200;
  lossy.link.late_of_1000 = 100;
  World world(lossy);
  const RoomIndex room = open_room(world, "11", 4);
  say(world, room, 1, 20);
  world.run_until(world.now() + kernel::kDay);
  expect_same(world, room);
}

TEST(Gaps, AfterAPartitionServersAskForWhatTheyMissed) {
  World world(options(4));
  const RoomIndex room = open_room(world, "11", 4);
  const std::vector<network::Servers> groups{{ServerIndex{0}, ServerIndex{1}}, {ServerIndex{2}, ServerIndex{3}}};
  world.add_changes(network::partition(groups, world.now(), world.now() + 6 * kernel::kHour));
  say(world, room, 0, 120);
  say(world, room, 2, 120);
  EXPECT_NE(world.server(ServerIndex{0}).view(room)->forward_extremities()[0],
            world.server(ServerIndex{2}).view(room)->forward_extremities()[0]);
  world.run_until(world.now() + 2 * kernel::kDay);
  say(world, room, 1, 1);
  say(world, room, 3, 1);
  world.run_until(world.now() + kernel::kDay);
  expect_same(world, room);
  EXPECT_GT(world.counts().requests, 0u);
}

TEST(Gaps, AServerThatMissedTooMuchAsksForTheState) {
  WorldOptions few = options(3);
  few.missing_events_most = 2;
  few.missing_rounds_most = 2;
  World world(few);
  const RoomIndex room = open_room(world, "11", 3);
  world.add_restart(ServerIndex{2}, world.now(), world.now() + 6 * kernel::kHour);
  world.run_until(world.now() + kernel::kSecond);
  say(world, room, 0, 100);
  world.act(room, state_act(user(0, 0), "m.room.topic", "", R"({"topic":"new"})"));
  world.run_until(world.now() + kernel::kDay);
  say(world, room, 0, 1);
  world.run_until(world.now() + kernel::kDay);
  EXPECT_GT(world.counts().states_asked, 0u);
  EXPECT_EQ(world.counts().restarts, 1u);
  EXPECT_EQ(current_entries(world, room, 2), current_entries(world, room, 0));
}

TEST(Gaps, AHealedCoreComesToRestWithoutTheOthers) {
  World world(options(4));
  const RoomIndex room = open_room(world, "11", 4);
  const std::vector<network::Servers> groups{{ServerIndex{0}}, {ServerIndex{1}}, {ServerIndex{2}}, {ServerIndex{3}}};
  world.add_changes(network::partition(groups, world.now(), std::nullopt));
  for (std::uint32_t s = 0; s < 4; ++s) say(world, room, s, 3);
  const std::vector<ServerIndex> core{ServerIndex{0}, ServerIndex{1}, ServerIndex{2}};
  EXPECT_TRUE(world.heal(core, kernel::kDay));
  EXPECT_EQ(current_entries(world, room, 0), current_entries(world, room, 1));
  const auto one = world.server(ServerIndex{0}).view(room)->forward_extremities();
  const auto other = world.server(ServerIndex{1}).view(room)->forward_extremities();
  EXPECT_EQ(std::set(one.begin(), one.end()), std::set(other.begin(), other.end()));
  EXPECT_EQ(one.size(), 3u);
}

}  // namespace
}  // namespace stateroom::server
