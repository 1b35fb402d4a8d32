// What the servers of a world know at a moment, as JSON for files and commands.
//
// In:  a world. Out: for each room what every server that is in it holds, and where their current states differ.
// Promise: deterministic bytes.
#pragma once

#include <string>
#include <vector>

#include "sim/server/world.h"

namespace stateroom::monitor {

/// One object a room: {"room", "room_version", "events", "servers": [{"server", "up", "honest", "in_part", "received",
/// "outliers", "soft_failed", "rejected", "waiting", "extremities", "state"}], "divergences": [{"type", "state_key",
/// "held":
/// [{"event_id", "servers"}]}]}. A divergence is a key for which two servers have different entries; they are sorted by
/// type, then state_key.
std::vector<std::string> views_json(const server::World& world);

}  // namespace stateroom::monitor
