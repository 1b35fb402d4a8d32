// What is assumed of a history: hypotheses by name, each a fact of single events, of the graph or of the state sets.
//
// In:  a room whose events stand in it with the states before them, and the state sets of a merge.
// Out: which hypothesis is broken, and by which event.
// Promise: hypotheses restrict; with none of them timestamps are free, servers fork against themselves, take power away
//          and choose auth_events among what the rules accept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/resolve/resolution.h"

namespace stateroom::properties {

using base::EventIndex;
using base::KeyIndex;
using graph::State;

enum class Hypothesis : std::uint8_t {
  kHonestClock,       // a timestamp is greater than those of all ancestors
  kLinearSender,      // no sender forks against itself
  kNoRevocation,      // no kick, ban, lowered level or closed join rule, each against the state before the event
  kHonestAuthEvents,  // exactly the selection from the state before
  kLinearHistory,     // the events form one chain; state sets are states after its events
  kSameEvent,         // all state sets are states after one and the same event
};
constexpr std::size_t kHypotheses = 6;
std::string_view name(Hypothesis hypothesis);  // "honest-clock"
std::string_view says(Hypothesis hypothesis);
std::optional<Hypothesis> hypothesis_of(std::string_view name);

/// What a question assumes and permits.
struct Terms {
  std::vector<Hypothesis> hypotheses;
  std::uint32_t stale = 0;  // a state set has up to so many older entries
  bool told = false;        // a state set is what a server was told, and may be the state after no event
  bool has(Hypothesis one) const;
};

/// Facts of one event in the state before it. `clock`: greater than the timestamps of what it cites, from which the
/// same follows for all ancestors.
bool clock_is_honest(const graph::Room& room, EventIndex event);
bool revokes(const graph::Room& room, const graph::StateStore& store, State before, EventIndex event);
/// Whether every earlier event of its sender is among its ancestors along prev_events.
bool follows_own(const graph::Room& room, EventIndex event);
bool cites_the_selection(rules::Evaluator& evaluator, const graph::StateStore& store, State before, EventIndex event);

/// Entries in which a state differs from another, all of them older events of their keys; none if some are not.
std::optional<std::uint32_t> stale_entries(const graph::Room& room, const graph::StateStore& store, State set,
                                           State exact);

/// A history as a whole: its events with the states before and after them.
struct Facts {
  rules::Evaluator& evaluator;
  const graph::StateStore& store;
  std::function<State(EventIndex)> before, after;
  std::span<const State> sets;
};
/// The first thing that the terms do not allow, as a sentence; none if all is as they say. State sets that are no state
/// after an event of the history (with as many stale entries as permitted) are such a thing too.
std::optional<std::string> broken(const Facts& facts, const Terms& terms);

}  // namespace stateroom::properties
