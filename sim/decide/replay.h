// A model held against the engine: the same history on a stage, every named value compared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/decide/scope.h"

namespace stateroom::decide {

struct Replay {
  explore::Find find;
  std::uint64_t compared = 0;           // values: states before, auth_events, names of merges
  std::vector<std::string> mismatches;  // in words; empty: the engine says what the model says
  bool violated = false;                // the concrete checker finds the property broken
};

/// Plays a model on the stage, which is cut to its prefix. Error: kLimit of a resolution, or what acts cannot be made.
base::Result<Replay> replay(explore::Stage& stage, const explore::Study& study, const Scope& scope,
                            const bounded::Model& model, const properties::Terms& terms);

/// A history on the stage, with these state sets, as a play.
Scope::Play play_of(explore::Stage& stage, const explore::Study& study, std::vector<explore::StateSet> sets);

}  // namespace stateroom::decide
