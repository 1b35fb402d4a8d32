// union, intersection and difference of something for each state set.
//
// Promise: over the states themselves the cost follows what differs. The difference of the auth chains is one pass over
// the events that are in no chain of what the states agree on, with a bit for each state set.
#pragma once

#include <span>

#include "model/resolve/context.h"

namespace stateroom::resolve {

/// What a list of states agrees on and what not.
struct Split {
  std::vector<State> states;           // each once
  State common;                        // entries of all states
  std::vector<EventIndex> differing;   // events that some states hold and some do not, ascending
  std::vector<std::uint64_t> holders;  // for each of them a bit for each state, `words` words
  std::size_t words = 1;
  std::vector<std::pair<EventIndex, std::size_t>> order;  // scratch
  std::vector<std::uint64_t> unordered;                   // scratch
  std::vector<StateStore::Entry> gone;                    // scratch
};

void split(Context& context, std::span<const State> states, Split& out);

/// Events of the chains of some states and not of all. `inclusive`: a chain holds the state's own events too.
void chain_difference(Context& context, const Split& split, graph::EdgeField field, bool inclusive, Events& out);

}  // namespace stateroom::resolve
