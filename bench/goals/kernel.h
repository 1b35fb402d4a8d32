// A lower bound to measure against: the passes over a room that a resolution cannot do without if its state sets come
// as plain arrays, and nothing else: no order, no rules, no result.
//
// In:  a room; for each state set an array of events by key.
// Out: how many events are conflicted, in the difference of the auth chains, and in the conflicted subgraph.
#pragma once

#include <cstdint>
#include <vector>

#include "model/graph/room.h"
#include "model/graph/state.h"

namespace stateroom::bench {

class Kernel {
 public:
  /// At most 64 states.
  Kernel(const graph::Room& room, const graph::StateStore& store, const std::vector<graph::State>& states);
  struct Sizes {
    std::uint32_t conflicted = 0, difference = 0, subgraph = 0;
  };
  Sizes run();

 private:
  std::vector<std::vector<std::uint32_t>> states_;  // by state and key: an event, kNothing without
  std::vector<std::uint32_t> begin_, cited_;        // auth_events as compressed sparse rows
  std::vector<std::uint64_t> masks_;                // by event: the states whose chain holds it
  std::vector<std::uint8_t> below_, above_;         // by event: a conflicted event reaches it; it reaches one
  std::vector<std::uint32_t> conflicted_;
};

}  // namespace stateroom::bench
