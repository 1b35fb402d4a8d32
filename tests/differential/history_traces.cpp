// Random histories of a version with everything that the engine says about them, for comparison with what rests on none
// of it.
//
//   history_traces VERSION PROFILE FIRST_SEED COUNT
//
// A JSON object a line: events with their ids, which were rejected, the state before each event and the verdict in it,
// state sets, every named value of their resolution, and every decision of the iterative auth checks.
#include <cstdlib>
#include <iostream>
#include <string>

#include "model/report/opened.h"
#include "sim/kernel/random.h"
#include "sim/workload/workload.h"

namespace stateroom {
namespace {

using base::EventIndex;

/// A JSON list of what `write` makes of each item.
template <class Items, class Write>
std::string list(const Items& items, Write write) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += write(item);
  }
  return out + "]";
}

class History {
 public:
  History(report::Opened& opened, const workload::HistoryMade& made) : opened_(opened), made_(made) {}

  std::string line() {
    std::string out = "{\"seed\":" + std::to_string(made_.plan.seed);
    out += ",\"events\":" + list(made_.events, [](const event::Event& event) {
             return "{\"event_id\":" + json::quoted(event.event_id) + ",\"pdu\":" + json::to_text(event.json) + "}";
           });
    std::vector<std::uint32_t> rejected, all;
    for (std::uint32_t i = 0; i < made_.plan.steps.size(); ++i) {
      all.push_back(i);
      if (made_.plan.steps[i].rejected) rejected.push_back(i);
    }
    out += ",\"rejected\":" + list(rejected, [&](std::uint32_t step) { return id(event(step)); });
    out += ",\"before\":" + list(all, [&](std::uint32_t step) { return ids(made_.plan.steps[step].before); });
    out += ",\"verdicts\":" + list(all, [&](std::uint32_t step) {
             const graph::State before = state(made_.plan.steps[step].before);
             return verdict(opened_.evaluator->authorise(event(step), rules::StateView::of(opened_.store, before)));
           });
    return out + resolution() + "}";
  }

 private:
  EventIndex event(std::uint32_t step) const { return opened_.room->find(made_.events[step].event_id); }
  std::string id(EventIndex event) const { return json::quoted(opened_.id(event)); }
  std::string ids(const workload::StateOfSteps& state) const {
    return list(state, [&](const auto& entry) { return json::quoted(made_.events[entry.second].event_id); });
  }
  graph::State state(const workload::StateOfSteps& steps) {
    std::vector<std::pair<base::KeyIndex, EventIndex>> entries;
    for (const auto& [key, step] : steps) entries.emplace_back(opened_.room->key(event(step)), event(step));
    return opened_.store.from(std::move(entries));
  }
  std::string verdict(const rules::Decision& decision) const {
    return std::string("[") + (decision.allowed ? "true" : "false") + "," +
           json::quoted(opened_.version->program->number(decision.rule)) + "]";
  }

  /// The states after two or three random events, resolved.
  std::string resolution() {
    kernel::Random random(made_.plan.seed, "state sets");
    std::vector<graph::State> sets;
    std::vector<workload::StateOfSteps> chosen;
    for (std::uint64_t i = 2 + random.below(2); i > 0; --i) {
      const auto number = static_cast<std::uint32_t>(random.below(made_.plan.steps.size()));
      const workload::Step& step = made_.plan.steps[number];
      workload::StateOfSteps after = step.before;
      if (step.state_key && !step.rejected) after[{step.type, *step.state_key}] = number;
      sets.push_back(state(after));
      chosen.push_back(std::move(after));
    }
    resolve::Trace trace;
    const auto done = opened_.resolver->resolve(sets, &trace);
    if (!done) throw base::InternalError(done.error().message);
    // Without a trace decisions are remembered: those of this resolution, and those of another.
    for (const std::vector<graph::State>& others : {std::vector<graph::State>{sets.front(), {}}, sets}) {
      base::require(opened_.resolver->resolve(others).has_value(), "other states are resolved");
      base::require(opened_.resolver->resolve(sets).value() == *done, "a resolution without a trace comes to the same");
    }
    std::string out = ",\"state_sets\":" + list(chosen, [&](const auto& set) { return ids(set); });
    out += ",\"trace\":{";
    bool first = true;
    for (const resolve::TraceValue& value : trace.values) {
      if (value.kind == resolve::TraceValue::Kind::kFunction) continue;
      std::vector<EventIndex> events;
      if (value.kind != resolve::TraceValue::Kind::kState) {
        events = value.events;
      } else {
        for (const auto& [key, entry] : opened_.store.entries(value.state)) events.push_back(entry);
      }
      out += (first ? "" : ",") + json::quoted(value.name) + ":" + list(events, [&](EventIndex e) { return id(e); });
      first = false;
    }
    return out + "},\"checks\":" + list(trace.checks, [&](const resolve::TraceCheck& check) {
             return "[" + id(check.event) + "," + verdict(check.decision) + "]";
           });
  }

  report::Opened& opened_;
  const workload::HistoryMade& made_;
};

int run(const std::string& version, const std::string& profile, std::uint64_t first, std::uint64_t count) {
  report::Workbench workbench;
  report::Choice choice;
  choice.profile = profile;
  const auto loaded = workbench.load(version, choice);
  if (!loaded) {
    std::cerr << loaded.error().front().message << '\n';
    return 1;
  }
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto made = workload::make((*loaded)->program, seed);
    if (!made) {
      std::cerr << "seed " << seed << ": " << made.error().message << '\n';
      return 1;
    }
    event::History history;
    history.events = made->events;
    const auto opened = report::open(workbench.registry(), *loaded, std::move(history));
    if (!opened) {
      std::cerr << "seed " << seed << ": " << opened.error().message << '\n';
      return 1;
    }
    std::cout << History(**opened, *made).line() << '\n';
  }
  return 0;
}

}  // namespace
}  // namespace stateroom

int main(int count, char** words) {
  if (count != 5) {
    std::cerr << "history_traces VERSION PROFILE FIRST_SEED COUNT\n";
    return 2;
  }
  return stateroom::run(words[1], words[2], std::strtoull(words[3], nullptr, 10), std::strtoull(words[4], nullptr, 10));
}
