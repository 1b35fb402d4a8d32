// Each monitor has a history at which it must fire and one at which it must not.
#include "sim/monitor/monitor.h"

#include <gtest/gtest.h>

#include "model/versions/registry.h"
#include "sim/monitor/report.h"
#include "tests/sim/server/support.h"

namespace stateroom::monitor {
namespace {

using base::EventIndex;
using server::state_act;
using server::World;
using server::WorldOptions;

struct Watched {
  std::unique_ptr<Monitor> monitor;
  std::unique_ptr<World> world;
  RoomIndex room;
  const Tally& tally(std::string_view name) const {
    for (const Tally& one : monitor->tallies()) {
      if (one.property.name == name) return one;
    }
    throw std::runtime_error("not watched");
  }
  receive::View& view(std::uint32_t server) {
    return const_cast<receive::View&>(*world->server(ServerIndex{server}).view(room));
  }
};

Watched watched(std::uint32_t servers) {
  const auto compile = [](const std::string& version, const properties::Property& property) {
    static const versions::Registry registry;
    return *properties::compile(*registry.load(version), *property.text);
  };
  Watched out{std::make_unique<Monitor>(properties::all(), compile), nullptr, {}};
  WorldOptions options;
  options.servers = servers;
  out.world = std::make_unique<World>(options);
  out.world->add_observer(out.monitor.get());
  out.room = open_room(*out.world, "11", servers);
  return out;
}

std::vector<ServerIndex> everybody(const World& world) {
  std::vector<ServerIndex> out;
  for (std::uint32_t s = 0; s < world.servers(); ++s) out.emplace_back(s);
  return out;
}

TEST(Monitor, AnHonestFederationConvergesAndDelivers) {
  Watched of = watched(3);
  for (int i = 0; i < 5; ++i) of.world->act(of.room, server::message_act(server::user(1, 1), std::to_string(i)));
  EXPECT_TRUE(of.world->heal(everybody(*of.world), kernel::kDay));
  of.monitor->finish(*of.world, everybody(*of.world), true);
  EXPECT_GT(of.tally("converges").asked, 0u);
  EXPECT_EQ(of.tally("converges").violated, 0u);
  EXPECT_GT(of.tally("delivers").asked, 10u);
  EXPECT_EQ(of.tally("delivers").violated, 0u);
}

TEST(Monitor, AnEventThatOneServerNeverGetsIsNotDelivered) {
  Watched of = watched(3);
  of.world->act_anyhow(of.room, server::message_act(server::user(1, 1), "for one"), std::vector{ServerIndex{0}});
  of.world->run_until(of.world->now() + kernel::kHour);
  of.monitor->finish(*of.world, everybody(*of.world), true);
  EXPECT_EQ(of.tally("delivers").violated, 1u);
}

TEST(Monitor, ServersThatWereToldDifferentStatesDoNotConverge) {
  Watched of = watched(3);
  // Server 2 is told, of the state before the next event, that there is no topic.
  const auto topic = of.world->act_anyhow(
      of.room, state_act(server::user(0, 0), "m.room.topic", "", R"({"topic":"a"})"), std::vector{ServerIndex{1}});
  const auto next =
      of.world->act_anyhow(of.room, server::message_act(server::user(0, 0), "b"), std::vector{ServerIndex{1}});
  of.world->run_until(of.world->now() + kernel::kHour);
  ASSERT_TRUE(topic && next);
  const graph::State before = of.view(2).current();
  of.view(2).receive(*next, before);
  of.view(2).receive(*topic);
  of.monitor->finish(*of.world, everybody(*of.world), true);
  EXPECT_GT(of.tally("converges").violated, 0u);
  EXPECT_EQ(of.tally("converges").first[0].type, "m.room.topic");
}

/// Somebody does something, and everybody gets it; the state of server 0 then.
graph::State done(Watched& of, const server::Act& act) {
  EXPECT_TRUE(of.world->act(of.room, act)) << act.content;
  of.world->run_until(of.world->now() + kernel::kMinute);
  return of.view(0).current();
}

std::string levels(int own, int other) {
  return "{\"users\":{\"" + server::user(0, 0) + "\":" + std::to_string(own) + ",\"" + server::user(1, 1) +
         "\":" + std::to_string(other) + "}}";
}

TEST(Monitor, AMergeWithAStaleEntryLosesAKeyAndIsWrittenAsAHistory) {
  Watched of = watched(2);
  done(of, state_act(server::user(0, 0), "m.room.power_levels", "", levels(100, 50)));
  const EventIndex old = of.view(0).current("m.room.power_levels", "");
  done(of, state_act(server::user(0, 0), "m.room.power_levels", "", levels(100, 100)));
  const graph::State last =
      done(of, state_act(server::user(0, 0), "m.room.member", server::user(0, 0), R"({"membership":"leave"})"));
  receive::Ledger& ledger = of.world->ledger(of.room);
  const graph::State stale = ledger.store().set(last, ledger.room().key(old), old);
  const std::uint64_t before = of.tally("key-lost").asked;
  of.monitor->resolved(*of.world, of.room, std::vector{last, stale}, {});
  EXPECT_EQ(of.tally("key-lost").asked, before + 1);
  EXPECT_EQ(of.tally("key-lost").violated, 1u);
  EXPECT_EQ(of.tally("key-lost").first[0].type, "m.room.power_levels");
  const auto files = find_files(*of.world, *of.monitor, 7, "a command");
  ASSERT_TRUE(files);
  ASSERT_FALSE(files->empty());
  EXPECT_EQ(files->front().first, "key-lost-1.json");
  EXPECT_NE(files->front().second.find("\"stateroom-history/1\""), std::string::npos);
  EXPECT_NE(files->front().second.find("\"signatures\""), std::string::npos);
}

TEST(Monitor, AMergeOfTwoTopicsBreaksNothing) {
  Watched of = watched(2);
  const graph::State one = done(of, state_act(server::user(0, 0), "m.room.topic", "", R"({"topic":"a"})"));
  const graph::State two = done(of, state_act(server::user(0, 0), "m.room.topic", "", R"({"topic":"b"})"));
  of.monitor->resolved(*of.world, of.room, std::vector{one, two}, {});
  for (const char* name : {"key-lost", "rollback", "older-wins", "ban-holds", "authorised-result"}) {
    EXPECT_GT(of.tally(name).asked, 0u) << name;
    EXPECT_EQ(of.tally(name).violated, 0u) << name;
  }
}

TEST(Monitor, AnOlderEntryInACurrentStateIsAReset) {
  Watched of = watched(2);
  const graph::State one = done(of, state_act(server::user(0, 0), "m.room.topic", "", R"({"topic":"a"})"));
  const graph::State two = done(of, state_act(server::user(0, 0), "m.room.topic", "", R"({"topic":"b"})"));
  EXPECT_EQ(of.monitor->witnesses().at("resets"), 0u);
  of.monitor->watch_current(*of.world, of.room, ServerIndex{0}, two, one);
  EXPECT_EQ(of.monitor->witnesses().at("resets"), 1u);
  of.monitor->watch_current(*of.world, of.room, ServerIndex{0}, one, two);
  EXPECT_EQ(of.monitor->witnesses().at("resets"), 1u);
}

TEST(Monitor, WhatWasNeverAskedIsSaidToBeSo) {
  Watched of = watched(1);
  for (const std::string& line : tallies_json(*of.world, *of.monitor)) {
    if (line.find("\"key-lost\"") != std::string::npos) {
      EXPECT_NE(line.find("never asked"), std::string::npos) << line;
    }
  }
}

}  // namespace
}  // namespace stateroom::monitor
