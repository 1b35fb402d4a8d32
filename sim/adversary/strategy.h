// Hostile servers: strategies composed from capabilities by name.
//
// In:  a server, one of its users with whatever power the room gives them, capabilities.
// Out: an actor that makes hostile events, and the behaviour of the server.
// Promise: an adversary has the keys of its own server alone; what it sends are real PDUs that other servers judge.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/server/world.h"

namespace stateroom::adversary {

enum class Capability : std::uint8_t {
  kWithhold,     // does not send its events to half of the servers, and answers no request
  kDelay,        // sends its events to half of the servers later
  kEquivocate,   // different events in the same place to the two halves of the servers
  kBackDate,     // timestamps before those of all events
  kForwardDate,  // timestamps far ahead
  kCherryPick,   // leaves out some of the auth_events
  kOldPrev,      // comes after old events, as if it knew nothing of what followed
  kLieInState,   // says of a state, when asked, that an entry was another one, or was not there
  kReplay,       // sends old events again
  kFlood,        // many events at once
  kResurrect,    // once out of the room, comes back through the last event at which it was in
  kGrindFirst,   // puts its state beside the entry that it replaces: same prev_events, same timestamp, an id before it
  kGrindLast,    // the same with an id after it
  kOldKey,       // signs with the first key of its server, also when that has given it up
  kCollude,  // shares what it knows with the others that collude; they make a branch of their own and show it at once
};
std::string_view name(Capability capability);  // "withhold", "back-date", …
std::span<const Capability> all_capabilities();

struct StrategyOptions {
  std::uint32_t user = 0;  // number of the user that acts
  std::vector<Capability> capabilities;
  kernel::Time begin = kernel::kHour;
  std::int64_t rate = 24'000;  // acts a day, in thousandths
  kernel::Time delay = kernel::kHour;
};

/// Hostile servers of one room that act together: what one knows all know, and what they made and have not shown yet.
struct Ring {
  std::vector<server::ServerIndex> members;
  std::vector<std::pair<base::EventIndex, server::ServerIndex>> hidden;  // with whose it is
};

/// Makes `server` hostile in `room`. `user` is the id of the acting user, who is one of its own. `ring`: with whom it
/// colludes, if it does.
void attack(server::World& world, server::ServerIndex server, server::RoomIndex room, const std::string& user,
            const StrategyOptions& options, std::shared_ptr<Ring> ring = nullptr);

}  // namespace stateroom::adversary
