#include "sim/adversary/strategy.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/sim/server/support.h"

namespace stateroom::adversary {
namespace {

using base::EventIndex;
using server::RoomIndex;
using server::ServerIndex;
using server::state_act;
using server::World;

struct Attacked {
  std::unique_ptr<World> world;
  RoomIndex room;
};

/// Four servers; the user of server 3 is hostile for a day while the others talk.
Attacked attacked(std::vector<Capability> capabilities, bool banned = false) {
  server::WorldOptions options;
  options.servers = 4;
  Attacked out{std::make_unique<World>(options), {}};
  World& world = *out.world;
  out.room = open_room(world, "11", 4);
  StrategyOptions strategy;
  strategy.capabilities = std::move(capabilities);
  strategy.begin = world.now() + kernel::kHour;
  strategy.rate = 48'000;
  attack(world, ServerIndex{3}, out.room, server::user(3, 3), strategy);
  if (banned)
    world.act(out.room, state_act(server::user(0, 0), "m.room.member", server::user(3, 3), R"({"membership":"ban"})"));
  for (int i = 0; i < 24; ++i) {
    world.act(out.room, server::message_act(server::user(1, 1), std::to_string(i)));
    world.act(out.room, state_act(server::user(0, 0), "m.room.topic", "", "{\"topic\":\"" + std::to_string(i) + "\"}"));
    world.run_until(world.now() + kernel::kHour);
  }
  return out;
}

/// Events of the hostile user that a server has, by their outcome there.
std::multiset<receive::Outcome> outcomes(Attacked& of, std::uint32_t server) {
  std::multiset<receive::Outcome> out;
  const graph::Room& room = of.world->ledger(of.room).room();
  const receive::View& view = *of.world->server(ServerIndex{server}).view(of.room);
  for (std::uint32_t e = 0; e < room.size(); ++e) {
    if (room.event(EventIndex{e}).sender == server::user(3, 3) && view.has(EventIndex{e}))
      out.insert(view.outcome(EventIndex{e}));
  }
  return out;
}

TEST(Strategy, EveryCapabilityHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const Capability one : all_capabilities()) names.insert(name(one));
  EXPECT_EQ(names.size(), all_capabilities().size());
  EXPECT_FALSE(names.contains(""));
}

TEST(Strategy, WithoutCapabilitiesItIsAUserLikeOthers) {
  Attacked plain = attacked({});
  EXPECT_EQ(outcomes(plain, 0), outcomes(plain, 1));
  EXPECT_GT(outcomes(plain, 0).count(receive::Outcome::kAccepted), 5u);
}

TEST(Strategy, WhatIsWithheldOneHalfDoesNotGet) {
  Attacked withheld = attacked({Capability::kWithhold});
  EXPECT_GT(outcomes(withheld, 0).size(), outcomes(withheld, 1).size());
}

TEST(Strategy, EquivocationGivesTheHalvesDifferentEvents) {
  Attacked of = attacked({Capability::kEquivocate, Capability::kFlood});
  const receive::View &one = *of.world->server(ServerIndex{0}).view(of.room),
                      &other = *of.world->server(ServerIndex{1}).view(of.room);
  const graph::Room& room = of.world->ledger(of.room).room();
  std::size_t only_one = 0, only_other = 0;
  for (std::uint32_t e = 0; e < room.size(); ++e) {
    only_one += one.has(EventIndex{e}) && !other.has(EventIndex{e}) ? 1 : 0;
    only_other += other.has(EventIndex{e}) && !one.has(EventIndex{e}) ? 1 : 0;
  }
  EXPECT_GT(only_one + only_other, 0u);
}

TEST(Strategy, TimestampsSayWhatTheAdversarySays) {
  for (const Capability capability : {Capability::kBackDate, Capability::kForwardDate}) {
    Attacked of = attacked({capability});
    const graph::Room& room = of.world->ledger(of.room).room();
    std::size_t wrong = 0;
    for (std::uint32_t e = 0; e < room.size(); ++e) {
      const std::int64_t time = room.origin_server_ts(EventIndex{e});
      const std::int64_t now = server::kFirstTimestamp + of.world->now() / kernel::kMillisecond;
      wrong += time < server::kFirstTimestamp || time > now ? 1 : 0;
    }
    EXPECT_GT(wrong, 5u) << name(capability);
  }
}

TEST(Strategy, ABannedUserWhoComesBackThroughAnOldEventIsSoftFailed) {
  Attacked of = attacked({Capability::kResurrect}, true);
  EXPECT_GT(outcomes(of, 0).count(receive::Outcome::kSoftFailed), 5u);
  Attacked plain = attacked({}, true);
  EXPECT_EQ(outcomes(plain, 0).count(receive::Outcome::kSoftFailed), 0u);
}

TEST(Strategy, OldEventsMakeForksAndReplayedOnesChangeNothing) {
  EXPECT_GT(attacked({Capability::kOldPrev}).world->ledger(RoomIndex{0}).counts().resolutions, 0u);
  EXPECT_GT(attacked({Capability::kReplay}).world->counts().repeated, 10u);
}

TEST(Strategy, ALiarTellsAStateThatIsNotSoToWhoeverJoinsThroughIt) {
  server::WorldOptions options;
  options.servers = 4;
  World world(options);
  const RoomIndex room = open_room(world, "11", 3);
  StrategyOptions strategy;
  strategy.capabilities = {Capability::kLieInState};
  strategy.begin = kernel::kDay;
  attack(world, ServerIndex{2}, room, server::user(2, 2), strategy);
  world.member(room, server::user(3, 3), "join", ServerIndex{2});
  world.run_until(world.now() + kernel::kMinute);
  ASSERT_NE(world.server(ServerIndex{3}).view(room), nullptr);
  EXPECT_NE(current_entries(world, room, 3), current_entries(world, room, 0));
  EXPECT_EQ(current_entries(world, room, 1), current_entries(world, room, 0));
  EXPECT_GT(world.server(ServerIndex{3}).view(room)->deviations(), 0u);
}

TEST(Strategy, AnOldKeyIsUsedAfterItWasGivenUp) {
  for (const Capability capability : {Capability::kOldKey, Capability::kForwardDate}) {
    server::WorldOptions options;
    options.servers = 3;
    World world(options);
    world.add_rotation(ServerIndex{2}, kernel::kHour);
    const RoomIndex room = open_room(world, "11", 3);
    StrategyOptions strategy;
    strategy.capabilities = {capability};
    strategy.begin = 2 * kernel::kHour;
    strategy.rate = 48'000;
    attack(world, ServerIndex{2}, room, server::user(2, 2), strategy);
    // Honest people of that server sign with the new key, so that all learn of it.
    world.run_until(90 * kernel::kMinute);
    world.act(room, server::message_act(server::user(2, 2), "with the new key"));
    world.run_until(kernel::kDay);
    EXPECT_EQ(world.counts().unverifiable > 5, capability == Capability::kOldKey) << name(capability);
  }
}

/// Who set the topic that server 1 has after a hostile moderator set some beside those of the creator.
struct Contest {
  std::string winner;
  std::size_t beside = 0;  // hostile topics with the prev_events and the timestamp of an honest one
};

Contest contest(Capability capability) {
  server::WorldOptions options;
  options.servers = 4;
  World world(options);
  const RoomIndex room = open_room(world, "11", 4);
  const std::string creator = server::user(0, 0), hostile = server::user(3, 3);
  world.act(room, state_act(creator, "m.room.power_levels", "",
                            R"({"users":{")" + creator + R"(":100,")" + hostile + R"(":50}})"));
  world.act(room, state_act(creator, "m.room.topic", "", R"({"topic":"honest"})"));
  StrategyOptions strategy;
  strategy.capabilities = {capability};
  strategy.begin = world.now() + kernel::kHour;
  strategy.rate = 240'000;
  attack(world, ServerIndex{3}, room, hostile, strategy);
  world.run_until(world.now() + 12 * kernel::kHour);
  const graph::Room& events = world.ledger(room).room();
  const receive::View& view = *world.server(ServerIndex{1}).view(room);
  Contest out{events.event(view.current("m.room.topic", "")).sender, 0};
  const graph::EdgeField prev = events.edge_field("prev_events");
  for (std::uint32_t e = 0; e < events.size(); ++e) {
    for (std::uint32_t other = 0; other < e; ++other) {
      const EventIndex one{e}, two{other};
      if (events.event(one).sender != hostile || events.event(two).sender != creator || !view.has(one)) continue;
      if (events.event(one).type != "m.room.topic" || events.event(two).type != "m.room.topic") continue;
      const bool same = std::ranges::equal(events.cited(prev, one), events.cited(prev, two)) &&
                        events.origin_server_ts(one) == events.origin_server_ts(two);
      const bool last = events.event(one).event_id > events.event(two).event_id;
      out.beside += same && last == (capability == Capability::kGrindLast) ? 1 : 0;
    }
  }
  return out;
}

TEST(Strategy, IdsThatAreSearchedForDecideBetweenTwoEventsInOnePlace) {
  const Contest last = contest(Capability::kGrindLast), first = contest(Capability::kGrindFirst);
  EXPECT_EQ(last.winner, server::user(3, 3));
  EXPECT_GE(last.beside, 1u);
  EXPECT_EQ(first.winner, server::user(0, 0));
  EXPECT_GE(first.beside, 5u);
  EXPECT_EQ(contest(Capability::kReplay).beside, 0u);
}

/// Counts events of one hostile user that the other's server gets while no honest server has them.
class SeenInSecret final : public server::Observer {
 public:
  void received(World& world, RoomIndex room, ServerIndex by, EventIndex event, const receive::Verdict&,
                graph::State) override {
    if (by != ServerIndex{3} || world.ledger(room).room().event(event).sender != server::user(2, 2)) return;
    count += world.server(ServerIndex{0}).view(room)->has(event) ? 0 : 1;
  }
  std::size_t count = 0;
};

struct Colluded {
  std::size_t in_secret = 0, joint = 0;  // events that honest servers have and that follow one of the other
};

Colluded colluded(bool together) {
  server::WorldOptions options;
  options.servers = 4;
  World world(options);
  const RoomIndex room = open_room(world, "11", 4);
  world.network().stop(ServerIndex{2}, ServerIndex{3});
  world.network().stop(ServerIndex{3}, ServerIndex{2});
  SeenInSecret seen;
  world.add_observer(&seen);
  StrategyOptions strategy;
  strategy.capabilities = {Capability::kCollude};
  strategy.begin = world.now() + kernel::kHour;
  strategy.rate = 48'000;
  const auto ring = together ? std::make_shared<Ring>() : nullptr;
  for (std::uint32_t s = 2; s < 4; ++s) attack(world, ServerIndex{s}, room, server::user(s, s), strategy, ring);
  world.run_until(world.now() + kernel::kDay);
  Colluded out{seen.count, 0};
  const graph::Room& events = world.ledger(room).room();
  for (std::uint32_t e = 0; e < events.size(); ++e) {
    const std::string& sender = events.event(EventIndex{e}).sender;
    if (sender != server::user(3, 3) || !world.server(ServerIndex{0}).view(room)->has(EventIndex{e})) continue;
    for (const EventIndex cited : events.cited(events.edge_field("prev_events"), EventIndex{e}))
      out.joint += events.event(cited).sender == server::user(2, 2) ? 1 : 0;
  }
  return out;
}

TEST(Strategy, ThoseWhoColludeKnowWhatNobodyElseKnowsAndShowItAtOnce) {
  const Colluded together = colluded(true), apart = colluded(false);
  EXPECT_GT(together.in_secret, 5u);
  EXPECT_GT(together.joint, 3u);
  EXPECT_EQ(apart.in_secret, 0u);
}

}  // namespace
}  // namespace stateroom::adversary
