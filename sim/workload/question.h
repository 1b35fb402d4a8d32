// A draw of a made room as other implementations are asked about it.
//
// In:  a made history and the number of a draw: the same room with other state sets and other rejected events.
// Out: the line of JSON that asks an oracle to resolve it (oracles/README.md), and a number that is the same for
//      histories alike up to renaming.
// Promise: the same seed and draw give the same bytes. Only what a resolution looks at is asked: the state sets, what
//          they cite, and create events.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/workload/workload.h"

namespace stateroom::workload {

struct Draw {
  std::vector<StateOfSteps> state_sets;
  std::vector<std::uint32_t> rejected;  // steps, ascending
  /// Do the state sets differ?
  bool contested() const;
};

Draw draw_of(const Plan& plan, std::uint32_t number);

/// Steps that a resolution of the draw looks at, ascending.
std::vector<std::uint32_t> looked_at(const HistoryMade& history, const Draw& draw);

/// 63 bits of a hash that is the same for draws alike up to the names of events, users and servers. Timestamps count by
/// their order only, state sets and edges as sets.
std::uint64_t shape(const HistoryMade& history, const Draw& draw, const std::vector<std::uint32_t>& steps);

/// A PDU with its id as `event_id`, which not every format has.
std::string named_pdu(const event::Event& event);
/// The line without its end; `pdus`: `named_pdu` by step.
std::string question(const HistoryMade& history, const std::vector<std::string>& pdus, std::string_view room_version,
                     const Draw& draw, const std::vector<std::uint32_t>& steps);

}  // namespace stateroom::workload
