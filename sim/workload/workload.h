// Random histories of honest servers.
//
// In:  a version's program and a seed.
// Out: a plan and its signed PDUs: servers that fork and merge, people who do everything that the version's text speaks
//      about, each event allowed by the version's rules in the state that its server had; some are refused and marked.
// Promise: the same seed gives the same bytes on every machine. Event types, memberships and join rules are those of
//          the text. A server's state at a merge is the version's own resolution. Servers here do not soft-fail what
//          they receive, so more conflicts reach the resolution than a real federation lets through.
#pragma once

#include <memory>
#include <vector>

#include "sim/workload/plan.h"

namespace stateroom::workload {

struct WorkloadOptions {
  std::uint32_t steps = 32;               // events, the first five of the room included
  std::uint32_t servers = 3;              // 1 to 3
  std::uint32_t people_each = 2;          // users of a server, 1 to 3
  std::uint32_t merges_of_100 = 22;       // chance that a server fetches what another one knows before it acts
  std::uint32_t refused_of_100 = 4;       // chance that an event which the rules refuse is made
  std::uint32_t equal_times_of_100 = 25;  // chance that the clock stands still between two events
  std::uint32_t unruly_of_100 = 0;        // chance that what people try is odd (unruly.h)
  Signing signing = Signing::kSigned;
};

/// Options drawn from a seed, so that rooms differ in kind: short and long ones, calm and torn ones, ones where the
/// clock stands still, ones where everybody keeps to what is usual and ones where hardly anybody does.
WorkloadOptions varied(std::uint64_t seed);

struct HistoryMade {
  Plan plan;
  std::vector<event::Event> events;  // by step
  Staged staged;                     // the same, as it was made
};

/// Errors: those of building events, which a text without contradictions does not give; kFormat where the rules refuse
/// the first events of a room.
base::Result<HistoryMade> make(std::shared_ptr<const rules::Program> program, std::uint64_t seed,
                               const WorkloadOptions& options = {});

}  // namespace stateroom::workload
