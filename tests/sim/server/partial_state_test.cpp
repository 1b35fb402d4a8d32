// A server that joins without the memberships.
#include <gtest/gtest.h>

#include "tests/sim/server/support.h"

namespace stateroom::server {
namespace {

/// Servers 0 to `joined` - 1 are in the room; the next one joins in part through server 0.
struct Joined {
  explicit Joined(std::uint32_t servers, std::uint32_t joined, const std::string& version = "11")
      : world([&] {
          WorldOptions options;
          options.servers = servers;
          return options;
        }()),
        room(open_room(world, version, joined)),
        late(joined) {
    world.set_partial_joins(room, kernel::kHour);
  }
  void join() {
    world.member(room, user(late.value(), late.value()), "join", ServerIndex{0});
    world.run_until(world.now() + kernel::kMinute);
  }
  const receive::View& view(std::uint32_t server) const { return *world.server(ServerIndex{server}).view(room); }
  const Server& server() const { return world.server(late); }

  World world;
  RoomIndex room;
  ServerIndex late;
};

TEST(PartialState, MembershipsComeLaterAndThenTheServersHoldTheSame) {
  for (const std::string version : {"6", "11", "12"}) {
    Joined of(4, 3, version);
    of.join();
    ASSERT_TRUE(of.server().knows_in_part(of.room));
    EXPECT_FALSE(of.view(3).current("m.room.member", user(1, 1)).valid());
    EXPECT_TRUE(of.view(3).current("m.room.power_levels", "").valid());
    const auto theirs = of.world.act(of.room, message_act(user(1, 1), "from one who is not known to be in"));
    of.world.run_until(of.world.now() + kernel::kMinute);
    const auto own = of.world.act(of.room, message_act(user(3, 3), "to those who are said to be in"));
    of.world.run_until(of.world.now() + kernel::kMinute);
    ASSERT_TRUE(theirs && own);
    EXPECT_EQ(of.view(3).outcome(*theirs), receive::Outcome::kAccepted);
    for (std::uint32_t s = 0; s < 3; ++s) EXPECT_TRUE(of.view(s).has(*own)) << s;
    of.world.run_until(of.world.now() + 2 * kernel::kHour);
    EXPECT_FALSE(of.server().knows_in_part(of.room));
    EXPECT_EQ(current_entries(of.world, of.room, 3), current_entries(of.world, of.room, 0));
    EXPECT_EQ(of.world.counts().resyncs, 1u);
    EXPECT_EQ(of.world.counts().rechecked, 3u);  // the join and two messages
    EXPECT_EQ(of.world.counts().corrected, 0u);
  }
}

TEST(PartialState, WhatABannedUserGotInMeanwhileIsSoftFailedInTheEnd) {
  Joined of(4, 3);
  const EventIndex last = of.view(2).forward_extremities()[0];
  ASSERT_TRUE(of.world.act(of.room, state_act(user(0, 0), "m.room.member", user(2, 2), R"({"membership":"ban"})")));
  of.world.run_until(of.world.now() + kernel::kMinute);
  of.join();
  Act message = message_act(user(2, 2), "as if I were in");
  message.prev_events = std::vector{last};
  message.selected_from = of.view(2).after(last);
  const auto made = of.world.act_anyhow(of.room, message, std::vector{ServerIndex{0}, ServerIndex{3}});
  ASSERT_TRUE(made);
  of.world.run_until(of.world.now() + 20 * kernel::kMinute);
  ASSERT_TRUE(of.view(0).has(*made) && of.view(3).has(*made));
  EXPECT_EQ(of.view(0).outcome(*made), receive::Outcome::kSoftFailed);
  EXPECT_EQ(of.view(3).outcome(*made), receive::Outcome::kAccepted);
  of.world.run_until(of.world.now() + 2 * kernel::kHour);
  EXPECT_EQ(of.view(3).outcome(*made), receive::Outcome::kSoftFailed);
  EXPECT_EQ(of.world.counts().corrected, 2u);  // it, and their join, which was fetched since it comes after that
  EXPECT_EQ(current_entries(of.world, of.room, 3), current_entries(of.world, of.room, 0));
}

TEST(PartialState, WhoKnowsAPartLetsNobodyIn) {
  Joined of(5, 3);
  of.join();
  of.world.member(of.room, user(4, 4), "join", ServerIndex{3});
  of.world.run_until(of.world.now() + kernel::kMinute);
  EXPECT_EQ(of.world.server(ServerIndex{4}).view(of.room), nullptr);
  of.world.run_until(of.world.now() + 2 * kernel::kHour);
  of.world.member(of.room, user(4, 4), "join", ServerIndex{3});
  of.world.run_until(of.world.now() + kernel::kMinute);
  EXPECT_NE(of.world.server(ServerIndex{4}).view(of.room), nullptr);
}

TEST(PartialState, AResidentThatIsGoneAndARestartOnlyMakeItLater) {
  Joined of(4, 3);
  of.join();
  for (const std::uint32_t other : {1u, 2u, 3u}) {
    of.world.network().stop(ServerIndex{0}, ServerIndex{other});
    of.world.network().stop(ServerIndex{other}, ServerIndex{0});
  }
  of.world.add_restart(ServerIndex{3}, of.world.now() + 10 * kernel::kMinute, of.world.now() + 3 * kernel::kHour);
  of.world.run_until(of.world.now() + 2 * kernel::kHour);
  EXPECT_TRUE(of.server().knows_in_part(of.room));
  of.world.run_until(of.world.now() + 2 * kernel::kHour);
  EXPECT_FALSE(of.server().knows_in_part(of.room));
  EXPECT_EQ(current_entries(of.world, of.room, 3), current_entries(of.world, of.room, 1));
}

}  // namespace
}  // namespace stateroom::server
