#include "model/properties/diagnose.h"

#include <algorithm>
#include <set>

namespace stateroom::properties {
namespace {

struct Merge {
  EventIndex event;
  std::vector<EventIndex> after;
  std::vector<State> states;  // ascending, each once
};

/// Merges of different states, each list of states once.
std::vector<Merge> merges_of(const graph::Room& room, const resolve::Walk& walk) {
  std::vector<Merge> out;
  std::set<std::vector<State>> known;
  const auto add = [&](EventIndex event, std::span<const EventIndex> after) {
    Merge merge{event, {}, {}};
    for (const EventIndex one : after) {
      if (!one.valid()) continue;
      merge.after.push_back(one);
      merge.states.push_back(walk.after(one));
    }
    std::ranges::sort(merge.states);
    merge.states.erase(std::unique(merge.states.begin(), merge.states.end()), merge.states.end());
    if (merge.states.size() > 1 && known.insert(merge.states).second) out.push_back(std::move(merge));
  };
  // What follows which events along the edges from which a version takes the state before.
  const graph::EdgeField prev_state = room.edge_field("prev_state_events");
  const graph::EdgeField field =
      prev_state < room.format().edge_fields.size() ? prev_state : room.edge_field("prev_events");
  for (std::uint32_t e = 0; e < room.size(); ++e) add(EventIndex{e}, room.cited(field, EventIndex{e}));
  add(EventIndex::none(), walk.extremities());
  return out;
}

}  // namespace

base::Result<Diagnosis> diagnose(graph::Room& room, graph::StateStore& store, const resolve::Walk& walk,
                                 std::span<const std::shared_ptr<const rules::Program>> programs) {
  Diagnosis out;
  const std::vector<Merge> merges = merges_of(room, walk);
  out.merges = merges.size();
  std::vector<std::unique_ptr<rules::Evaluator>> evaluators;
  std::vector<std::unique_ptr<Checker>> checkers;
  for (const auto& program : programs) {
    evaluators.push_back(std::make_unique<rules::Evaluator>(program, room));
    checkers.push_back(std::make_unique<Checker>(*evaluators.back(), store));
  }
  for (const Merge& merge : merges) {
    for (std::size_t i = 0; i < checkers.size(); ++i) {
      auto answer = checkers[i]->ask(merge.states);
      if (!answer) return std::unexpected(answer.error());
      if (answer->violations.empty()) continue;
      out.findings.push_back({i, merge.event, merge.after, answer->result, std::move(answer->violations)});
    }
  }
  return out;
}

}  // namespace stateroom::properties
