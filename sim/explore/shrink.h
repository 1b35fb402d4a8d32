// A history in which a property does not hold, made smaller.
//
// In:  a stage, a find on it, the terms under which it was found.
// Out: a find of which no single part can be taken away: no event, no edge, no lie about time or auth_events, no stale
//      entry. What is left is judged anew at each step: all events stand, the terms are kept, the property is broken.
// Promise: deterministic. The prefix is shrunk too, but for the create event.
#pragma once

#include "sim/explore/search.h"

namespace stateroom::explore {

struct Shrunk {
  Find find;
  std::uint64_t tried = 0;
};

/// Plays a find on the stage: false if an event does not stand, the terms are not kept, a state set is not there, or
/// the property holds. Error: kLimit.
base::Result<bool> breaks(Stage& stage, const Find& find, const properties::Terms& terms);
/// `find` breaks the property. Error: kLimit.
base::Result<Shrunk> shrink(Stage& stage, Find find, const properties::Terms& terms);

}  // namespace stateroom::explore
