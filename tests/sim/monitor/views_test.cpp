#include "sim/monitor/views.h"

#include <gtest/gtest.h>

#include "model/json/value.h"
#include "tests/sim/server/support.h"

namespace stateroom::monitor {
namespace {

using server::RoomIndex;
using server::ServerIndex;
using server::World;

std::vector<std::string> divergences(const World& world) {
  const auto document = json::parse(views_json(world).at(0), "views");
  std::vector<std::string> out;
  for (const json::Value one : json::root(**document).get("divergences").children()) {
    std::string text(one.get("type").string());
    for (const json::Value held : one.get("held").children()) {
      text += held.get("event_id").is_string() ? " event at" : " nothing at";
      for (const json::Value server : held.get("servers").children()) text += " " + std::string(server.string());
    }
    out.push_back(std::move(text));
  }
  return out;
}

TEST(Views, ServersThatHoldTheSameDoNotDiffer) {
  World world(server::WorldOptions{});
  server::open_room(world, "11", 3);
  world.run_until(world.now() + kernel::kHour);
  EXPECT_EQ(divergences(world), std::vector<std::string>{});
}

TEST(Views, AKeyThatOneServerLacksIsSaidWithWhoHasIt) {
  World world(server::WorldOptions{});
  const RoomIndex room = server::open_room(world, "11", 3);
  world.run_until(world.now() + kernel::kHour);
  world.act_anyhow(room, server::state_act(server::user(0, 0), "m.room.topic", "", R"({"topic":"for one"})"),
                   std::vector{ServerIndex{1}});
  world.run_until(world.now() + kernel::kHour);
  EXPECT_EQ(divergences(world),
            std::vector<std::string>{"m.room.topic nothing at s2.example event at s0.example s1.example"});
}

}  // namespace
}  // namespace stateroom::monitor
