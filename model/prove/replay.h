// A situation as signed PDUs of a version, decided by its evaluator.
//
// In:  a situation that was decoded; a version.
// Out: the PDUs and the decision.
// Promise: nothing of the solver is in it but what stands in the PDUs, the set of rejected events, and the host's
// answers,
//          which are named.
#pragma once

#include <functional>

#include "model/base/error.h"
#include "model/event/event.h"
#include "model/graph/room.h"
#include "model/graph/state.h"
#include "model/prove/decode.h"
#include "model/prove/prove.h"

namespace stateroom::prove {

/// What is done to the event, or to the state, before it is decided.
enum class Change : std::uint8_t { kNone, kRedacted, kSelection, kDepth, kTimestamp };

/// How a situation becomes events of a version.
struct Form {
  bool create_not_cited = false;
  bool creator_is_sender = false;
  Change change = Change::kNone;
};

struct Replayed {
  std::vector<event::Event> state, others;
  std::vector<std::string> rejected;
  event::Event event;
  rules::Decision decision;
};

/// Sees the room in which the event was decided, and the state.
using LookAt = std::function<void(graph::Room&, graph::StateStore&, base::EventIndex, graph::State)>;

/// Errors: those of the builder, for what cannot be said in the version's format.
base::Result<Replayed> replay(const Situation& situation, const Subject& version, const Form& form,
                              const LookAt& look = {});

Side side_of(const Replayed& replayed, const Subject& version);

}  // namespace stateroom::prove
