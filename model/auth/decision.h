// authorise(event, state, version): what the auth command prints.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/rules/program.h"

namespace stateroom::auth {

/// A decision with names instead of indices.
struct NamedDecision {
  bool allowed = false;
  std::string label;   // "member.join.banned"
  std::string number;  // "5.3.3"; empty: unnumbered
  std::vector<std::pair<std::string, std::string>>
      reads;  // (type, state_key), sorted; read up to the decision, absent ones too
};

NamedDecision authorise(rules::Evaluator& evaluator, base::EventIndex event, const rules::StateView& state);

}  // namespace stateroom::auth
