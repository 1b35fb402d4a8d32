// What a world did and what its monitor saw, as JSON for files and commands.
//
// Promise: deterministic bytes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/monitor/monitor.h"

namespace stateroom::monitor {

/// The counts of the world and of its rooms' ledgers.
std::string counts_json(const server::World& world);
/// One object a property: name, id, asked, violated, hypotheses, the first violations.
std::vector<std::string> tallies_json(const server::World& world, const Monitor& monitor);
std::string witnesses_json(const Monitor& monitor);
/// All events of all rooms, signed, with the room's number and version: {"room", "room_version", "event_id", "event"}.
base::Result<std::vector<std::string>> events_json(const server::World& world);
/// The log, an object an entry; empty unless it was kept.
std::vector<std::string> log_json(const server::World& world);
/// History files of the first violations that merges show: (name, text).
base::Result<std::vector<std::pair<std::string, std::string>>> find_files(const server::World& world,
                                                                          const Monitor& monitor, std::uint64_t seed,
                                                                          const std::string& command);

}  // namespace stateroom::monitor
