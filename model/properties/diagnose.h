// What the merges of a whole room did to promises: which merge lost or rolled back which key.
//
// In:  a room that was walked, and programs of properties about resolution.
// Out: for each merge (the events that an event follows, and the forward extremities) and property what breaks it.
// Promise: merges come in the order of their events, that of the extremities last; equal state sets are asked once.
#pragma once

#include <span>
#include <vector>

#include "model/properties/property.h"
#include "model/resolve/state_before.h"

namespace stateroom::properties {

struct Finding {
  std::size_t property = 0;       // of the programs
  EventIndex merge;               // the event that brings the states together; none: the forward extremities
  std::vector<EventIndex> after;  // the state sets are the states after these
  State result;
  std::vector<EventIndex> violations;  // never empty
};

struct Diagnosis {
  std::uint64_t merges = 0;
  std::vector<Finding> findings;
};

/// Error: kLimit of a resolution.
base::Result<Diagnosis> diagnose(graph::Room& room, graph::StateStore& store, const resolve::Walk& walk,
                                 std::span<const std::shared_ptr<const rules::Program>> programs);

}  // namespace stateroom::properties
