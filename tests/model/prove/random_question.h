// Random events in random states, sensible and senseless, as events of one version.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/graph/room.h"
#include "model/graph/state.h"
#include "model/rules/program.h"

namespace stateroom::prove {

struct RandomQuestion {
  std::unique_ptr<graph::Room> room;
  base::EventIndex event;
  std::vector<base::EventIndex> state;
};

/// The event cites mostly what the version's selection takes.
RandomQuestion random_question(std::uint64_t seed, const std::shared_ptr<const rules::Program>& program);

/// The verdict of the version's rules on it, by the evaluator.
rules::Decision decide(const RandomQuestion& question, const std::shared_ptr<const rules::Program>& program);

}  // namespace stateroom::prove
