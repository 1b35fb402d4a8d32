// Searches for a small history in which a property does not hold.
//
// In:  a stage whose program has the property, the study on it, terms (hypotheses and permissions), a bound.
// Out: a history and state sets that break the property, the first that was met, or what was looked through.
// Promise: a random search is a function of its seed, an exhaustive one of its bound: both stop at the same find on
// every
//          machine, unless time ran out. An exhaustive search goes from small to large, so its find has the least
//          number of events.
// Scope: one or two prev_events an event; two state sets. With `stale:N` one of the two has up to N older entries.
// Where
//          auth_events are free, they are the selection, or the selection with one entry left out or older. Where
//          timestamps are free, each order of them is tried in an exhaustive search, each gap with one value.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "model/properties/hypotheses.h"
#include "sim/explore/study.h"
#include "sim/kernel/random.h"

namespace stateroom::explore {

/// A state set: the state after an event, some entries replaced by older events.
struct StateSet {
  std::uint32_t after = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> stale;  // events: the entry, and what stands in its place
  bool operator==(const StateSet&) const = default;
};

struct Find {
  std::vector<Choice> choices;  // the create event first
  std::vector<StateSet> sets;
};

struct Progress {
  std::uint64_t histories = 0, questions = 0;
  std::uint32_t events = 0;                // of the histories that are looked through, in an exhaustive search
  std::uint64_t features = 0, corpus = 0;  // of a guided search: what merges did so far, histories that are kept
};

struct SearchOptions {
  properties::Terms terms;
  std::uint32_t events = 6;  // after the prefix
  std::uint64_t seed = 0;
  std::uint64_t histories_max = 0;  // 0: no bound
  /// Asked now and then; false ends the search.
  std::function<bool(const Progress&)> go_on;
  /// Of an exhaustive search: given each find, on the stage; true: the search goes on.
  std::function<bool(const Find&)> on_find;
  /// Of an exhaustive search: only histories whose first event after the prefix is number `part`, `part` + `parts`, …
  std::uint32_t part = 0, parts = 1;
};

struct Level {
  std::uint32_t events = 0;
  std::uint64_t shapes = 0, histories = 0, questions = 0;
};

struct Outcome {
  std::optional<Find> find;
  Progress progress;
  bool complete = false;      // of an exhaustive search: everything up to the bound was asked
  std::vector<Level> levels;  // of an exhaustive search, by number of events
};

/// Random histories: in each a random part of what people can do is left out.
base::Result<Outcome> search_random(Stage& stage, Study& study, const SearchOptions& options);
/// Histories made of earlier ones that did something new (sim/explore/novelty), and some drawn afresh.
base::Result<Outcome> search_guided(Stage& stage, Study& study, const SearchOptions& options);
/// All histories of up to `events` events, up to the names of events.
base::Result<Outcome> search_exhaustive(Stage& stage, Study& study, const SearchOptions& options);

/// Does the last event of the history keep to the terms?
bool keeps(Stage& stage, const properties::Terms& terms);
/// The state of a set; none if an entry that it replaces is not there.
std::optional<State> state_of(Stage& stage, const StateSet& set);
/// Asks the property of all state sets that the last event brings; stops at the first that breaks it.
base::Result<std::optional<std::vector<StateSet>>> ask_last(Stage& stage, const Study& study,
                                                            const properties::Terms& terms, std::uint64_t& questions);

}  // namespace stateroom::explore
