// Smallest witnesses: an event and a state in which two versions decide differently, found by enumeration.
//
// In:  the programs of two versions.
// Out: for each pair of deciding rules (base's label, candidate's label) whose verdicts differ, the first event and
//      state that shows it, in order of scope.
// Promise: the order of enumeration is fixed, so the same texts give the same witnesses. The words come from both
// texts:
//          event types, literals that fields are compared with, declared fields (absent, ill-typed, values), levels
//          around the thresholds. Scopes: 1, the state `study` and any event; 2, one entry of it otherwise; 3, two. The
//          state is given, not reached: it need not be the outcome of a history.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sim/search/difference.h"

namespace stateroom::search {

struct Witness {
  std::string base_label, candidate_label, base_number, candidate_number;
  bool base_allows = false;
  std::uint32_t scope = 1;
  std::vector<std::string> deviations;  // what is otherwise than in `study`, in words; the event last
  workload::Step event;
  StateOfSteps state;                // steps of `room`
  std::vector<workload::Step> room;  // events that the state holds, the create event first
};

struct WitnessSearch {
  std::vector<Witness> witnesses;                     // in order of finding, one for each pair of labels
  std::uint64_t pairs = 0;                            // (event, state) pairs that were asked under both
  std::uint32_t scope = 0;                            // the largest scope that was gone through
  std::set<std::string> base_rules, candidate_rules;  // labels of those that decided some pair
};

struct WitnessOptions {
  std::uint32_t scope_max = 3;
  std::uint64_t pairs_max = 400'000;
};

base::Result<WitnessSearch> find_witnesses(const ProgramPtr& base, const ProgramPtr& candidate,
                                           const WitnessOptions& options = {});

/// The witness under one version, as signed PDUs: the state's events, and the event with the auth_events selected.
struct WitnessFiles {
  std::vector<event::Event> state;
  event::Event event;
};
base::Result<WitnessFiles> realise(const Witness& witness, const ProgramPtr& program);

}  // namespace stateroom::search
