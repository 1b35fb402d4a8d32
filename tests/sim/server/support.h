// Small federations for tests.
#pragma once

#include <string>

#include "sim/server/world.h"

namespace stateroom::server {

inline std::string user(std::uint32_t number, std::uint32_t server) {
  return "@u" + std::to_string(number) + ":s" + std::to_string(server) + ".example";
}

Act state_act(const std::string& sender, const std::string& type, const std::string& state_key,
              const std::string& content);
Act message_act(const std::string& sender, const std::string& body);

/// A public room of `user(0, 0)`, who has all power, with a user of each of the first `joined` servers.
RoomIndex open_room(World& world, const std::string& version, std::uint32_t joined);

/// The same under a program.
RoomIndex open_room(World& world, std::shared_ptr<const rules::Program> program, std::uint32_t joined);

/// The entries of a server's current state, in the order of keys.
std::vector<EventIndex> current_entries(World& world, RoomIndex room, std::uint32_t server);

}  // namespace stateroom::server
