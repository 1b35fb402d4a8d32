// One history under two versions: where they differ, and a smaller history that still shows it.
//
// In:  a plan and the programs of two versions.
// Out: steps on which the rules decide differently, each in the state that its server had; merges that the two resolve
//      differently, from the same state sets.
// Promise: both versions are asked about the same events in the same states: only the form of the PDUs differs. A
//          smaller history is again one whose events the base allows.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/workload/plan.h"

namespace stateroom::search {

using workload::Plan;
using workload::Resolved;
using workload::StateOfSteps;
using ProgramPtr = std::shared_ptr<const rules::Program>;

struct StepVerdicts {
  std::uint32_t step = 0;
  rules::Decision base, candidate;
};

struct Difference {
  std::vector<StepVerdicts> verdicts;              // steps on which the verdicts differ
  std::vector<std::vector<std::uint32_t>> merges;  // extremities whose states resolve differently
  std::uint32_t merges_asked = 0;
  bool any() const { return !verdicts.empty() || !merges.empty(); }
};

base::Result<Difference> compare(const Plan& plan, const ProgramPtr& base, const ProgramPtr& candidate);
/// The same for a plan that was staged under the base already. A create event names its version, so that two versions
/// give events other ids, and ties other outcomes. `control` (the candidate's rules under the base's name; null: none)
/// leaves out the merges that differ by that alone.
base::Result<Difference> compare(const Plan& plan, const workload::Staged& base, const ProgramPtr& candidate,
                                 const ProgramPtr& control = nullptr);

/// A history and a merge of it that resolves differently.
struct Shrunk {
  Plan plan;
  std::vector<StateOfSteps> state_sets;
};

/// Leaves out steps, state sets and entries as long as the merge still resolves differently and the base allows every
/// event that is not marked as refused. `tries` bounds the work.
base::Result<Shrunk> shrink(const Plan& plan, const std::vector<std::uint32_t>& merge, const ProgramPtr& base,
                            const ProgramPtr& candidate, std::uint32_t tries = 400,
                            const ProgramPtr& control = nullptr);

}  // namespace stateroom::search
