// ruma-state-res on the same input, by its driver in oracles/ruma.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/goals/measure.h"
#include "tests/model/resolve/support.h"

namespace stateroom::bench {

/// Why the driver cannot be asked; empty if it can.
std::string peer_missing();

struct PeerTimes {
  Times resolve, with_chains;  // the auth chains of the state sets made before, or counted
  bool same = false;           // the peer's state is ours
};

/// Lets the peer resolve the states of a room `repeat` times: parsed and put into its maps before its clock starts.
/// None without the driver.
std::optional<PeerTimes> ask_peer(testing::Lab& lab, const std::vector<graph::State>& states, std::uint32_t repeat);

}  // namespace stateroom::bench
