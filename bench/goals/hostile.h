// Rooms that are made to be expensive: legal events, as many as asked for, and state sets to resolve.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/event/format.h"

namespace stateroom::bench {

struct HostileRoom {
  std::string json;
  std::vector<std::string> common;             // what all state sets hold
  std::vector<std::vector<std::string>> sets;  // what each holds besides
};

/// Two branches of `events / 4` power level events in a line, each with as many topics that cite one of them each.
HostileRoom levels_in_a_line(const event::EventFormat& format, std::uint32_t events);
/// Two branches in which power levels, join rules and the sender's membership cite each other crosswise, so that the
/// number of paths doubles every few events.
HostileRoom diamonds(const event::EventFormat& format, std::uint32_t events);
/// `forks` branches of one change of the power levels and 20 of names.
HostileRoom many_forks(const event::EventFormat& format, std::uint32_t forks);
/// `keys` keys, two branches of 20 changes.
HostileRoom many_keys(const event::EventFormat& format, std::uint32_t keys);
/// Two branches, `events` contested events between them.
HostileRoom many_conflicts(const event::EventFormat& format, std::uint32_t events);

}  // namespace stateroom::bench
