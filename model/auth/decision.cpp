#include "model/auth/decision.h"

namespace stateroom::auth {

NamedDecision authorise(rules::Evaluator& evaluator, base::EventIndex event, const rules::StateView& state) {
  rules::ReadLog reads;
  const rules::Decision decision = evaluator.authorise(event, state, false, &reads);
  const rules::Program& program = evaluator.program();
  return {decision.allowed, program.label(decision.rule), program.number(decision.rule), std::move(reads.reads)};
}

}  // namespace stateroom::auth
