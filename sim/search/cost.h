// What a version's text costs a server: work of its resolutions, size of its events.
//
// In:  a history as a plan, the program of a version.
// Out: counts over the events and merges of the history, and how long the resolutions took.
// Promise: the counts are a function of plan and program; the time is that of the machine, the least of several tries.
#pragma once

#include <cstdint>

#include "sim/search/difference.h"

namespace stateroom::search {

struct Cost {
  std::uint64_t events = 0;       // of the history
  std::uint64_t bytes = 0;        // of their PDUs, without signatures
  std::uint64_t auth_events = 0;  // that they depend on, whether they name them or not
  std::uint64_t merges = 0;       // resolved, with more than one state set
  std::uint64_t checks = 0;       // events that the rules were asked about in them
  std::uint64_t ordered = 0;      // entries of the orders that they made
  std::uint64_t resolve_ns = 0;   // of all merges together, after all is read

  Cost& operator+=(const Cost& other);
};

base::Result<Cost> cost(const Plan& plan, const ProgramPtr& program);

}  // namespace stateroom::search
