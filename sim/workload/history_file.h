// A made history as a file, with state sets to resolve.
//
// In:  a history and its seed. Out: the bytes of a file "stateroom-history/1", ids given beside the events.
// Promise: the same seed gives the same state sets. They are what servers may come to hold: the states after the last
//          events, or after any two or three events of the history, so that stale ones and such that lie apart occur.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/workload/workload.h"

namespace stateroom::workload {

/// The events that no accepted event follows, in order.
std::vector<std::uint32_t> last_events(const Plan& plan);
/// Two or more state sets, another choice of them for each `draw`: even draws take the merges of the history, its last
/// events first, as long as there are some; the others the states after two or three events. A rejected event is now
/// and then an entry of the state that a server has after it, as where only others rejected it.
std::vector<StateOfSteps> choose_state_sets(const Plan& plan, std::uint32_t draw = 0);
/// State sets that no server computed from what it knows: now and then an entry is an older one of its key, or lacking.
std::vector<StateOfSteps> stale(std::vector<StateOfSteps> sets, const Plan& plan, std::uint32_t draw);
/// Steps that are marked as rejected: those of the plan, now and then one more, which only those who hand on the
/// history rejected, so that accepted events cite it.
std::vector<std::uint32_t> choose_rejected(const Plan& plan, std::uint32_t draw);
/// `rejected`: steps; `with_states`: `about.before` holds the state before each event.
std::string history_file(const HistoryMade& history, std::string_view room_version,
                         const std::vector<StateOfSteps>& state_sets, const std::vector<std::uint32_t>& rejected,
                         bool with_states = false);

}  // namespace stateroom::workload
