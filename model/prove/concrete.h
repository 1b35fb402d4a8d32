// Real events as values of a world's symbols. (Z3's types are in this header.)
//
// In:  a room; an event of it; the events that are its state.
// Out: for each symbol that was applied, what it is for these.
// Promise: a world whose symbols are fixed so has one verdict, that of the evaluator: the agreement test of this
// folder.
#pragma once

#include <span>

#include "model/graph/room.h"
#include "model/prove/world.h"

namespace stateroom::prove {

/// A JSON value's kind and, where it is or spells an integer, that.
struct JsonCell {
  JsonKind kind = JsonKind::kAbsent;
  std::int64_t number = 0;
};
JsonCell cell_of(json::Value value);

/// Names every string of the events, so that quantifiers are decided at them; before `World::close`.
void name_strings(World& world, const graph::Room& room, base::EventIndex event,
                  std::span<const base::EventIndex> state);
/// After `World::close`. The host's answers are all true, as the evaluator's are when it is given none.
Terms fix(World& world, const graph::Room& room, base::EventIndex event, std::span<const base::EventIndex> state);

}  // namespace stateroom::prove
