#include "tests/sim/server/support.h"

#include <gtest/gtest.h>

#include "tests/support/programs.h"

namespace stateroom::server {

Act state_act(const std::string& sender, const std::string& type, const std::string& state_key,
              const std::string& content) {
  Act act;
  act.type = type;
  act.state_key = state_key;
  act.sender = sender;
  act.content = content;
  return act;
}

Act message_act(const std::string& sender, const std::string& body) {
  Act act;
  act.type = "m.room.message";
  act.sender = sender;
  act.content = "{\"body\":\"" + body + "\"}";
  return act;
}

RoomIndex open_room(World& world, const std::string& version, std::uint32_t joined) {
  return open_room(world, testing::program_of(version), joined);
}

RoomIndex open_room(World& world, std::shared_ptr<const rules::Program> program, std::uint32_t joined) {
  receive::Ledger::Keys keys{{"m.room.create", ""}, {"m.room.power_levels", ""}, {"m.room.join_rules", ""}};
  for (std::uint32_t s = 0; s < world.servers(); ++s) keys.emplace_back("m.room.member", user(s, s));
  const RoomIndex room = world.add_room(std::move(program), keys);
  const std::string creator = user(0, 0);
  const rules::CoreVersion& core = world.ledger(room).program().version();
  std::string content = "{\"room_version\":\"" + core.identifier + "\"";
  if (core.plan.find("m.room.create", {"creator"}).valid()) content += ",\"creator\":\"" + creator + "\"";
  EXPECT_TRUE(world.create(room, state_act(creator, "m.room.create", "", content + "}")));
  EXPECT_TRUE(world.act(room, state_act(creator, "m.room.member", creator, R"({"membership":"join"})")));
  const std::string levels = "{\"users\":{\"" + creator + "\":100}}";
  if (!world.act(room, state_act(creator, "m.room.power_levels", "", levels))) {
    EXPECT_TRUE(world.act(room, state_act(creator, "m.room.power_levels", "", R"({"users":{}})")));
  }
  EXPECT_TRUE(world.act(room, state_act(creator, "m.room.join_rules", "", R"({"join_rule":"public"})")));
  for (std::uint32_t s = 1; s < joined; ++s) {
    // A handshake may get lost: the user tries again.
    for (int tries = 0; tries < 20 && world.server(ServerIndex{s}).view(room) == nullptr; ++tries) {
      world.member(room, user(s, s), "join");
      world.run_until(world.now() + kernel::kMinute);
    }
    EXPECT_NE(world.server(ServerIndex{s}).view(room), nullptr);
  }
  return room;
}

std::vector<EventIndex> current_entries(World& world, RoomIndex room, std::uint32_t server) {
  std::vector<EventIndex> out;
  const receive::View* view = world.server(ServerIndex{server}).view(room);
  if (view == nullptr) return out;
  for (const auto& [key, event] : world.ledger(room).store().entries(view->current())) out.push_back(event);
  return out;
}

}  // namespace stateroom::server
