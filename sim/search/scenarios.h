// The events and states of the search for witnesses: made of the words of two versions' texts. Only sim/search includes
// this.
#pragma once

#include <string>
#include <vector>

#include "sim/search/difference.h"
#include "sim/workload/vocabulary.h"

namespace stateroom::search {

/// An entry of the state that is otherwise than in `study`.
struct Deviation {
  std::string words;
  workload::Key key;
  std::optional<std::uint32_t> step;  // none: the entry is absent
};

struct WordedStep {
  std::string words;
  workload::Step step;
};

/// A room with one create event. `room` holds the events of `study` (create, joins of A, B and C, power levels, join
/// rules) and then the alternatives.
struct Scenario {
  std::string words;  // how its create event deviates; empty: it does not
  std::vector<workload::Step> room;
  StateOfSteps study;
  std::vector<Deviation> deviations;
  std::vector<WordedStep> events;
};

std::vector<Scenario> scenarios(const rules::CoreVersion& base, const rules::CoreVersion& candidate);

}  // namespace stateroom::search
