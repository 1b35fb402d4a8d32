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

#include "model/resolve/resolution.h"
#include "model/rules/elaborate.h"
#include "model/versions/registry.h"
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
  History(const std::shared_ptr<const rules::Program>& program, const workload::HistoryMade& made)
      : program_(*program),
        made_(made),
        room_(graph::Room::build(made.events, program->version().format).value()),
        evaluator_(program, *room_),
        resolver_(evaluator_, store_) {
    for (std::size_t i = 0; i < made.events.size(); ++i) {
      if (made.plan.steps[i].rejected) room_->set_rejected(event(static_cast<std::uint32_t>(i)), true);
    }
  }

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
             return verdict(evaluator_.authorise(event(step), rules::StateView::of(store_, before)));
           });
    return out + resolution() + "}";
  }

 private:
  EventIndex event(std::uint32_t step) const { return room_->find(made_.events[step].event_id); }
  std::string id(EventIndex event) const { return json::quoted(room_->strings().text(room_->event_id(event))); }
  std::string ids(const workload::StateOfSteps& state) const {
    return list(state, [&](const auto& entry) { return json::quoted(made_.events[entry.second].event_id); });
  }
  graph::State state(const workload::StateOfSteps& steps) {
    std::vector<std::pair<base::KeyIndex, EventIndex>> entries;
    for (const auto& [key, step] : steps) entries.emplace_back(room_->key(event(step)), event(step));
    return store_.from(std::move(entries));
  }
  std::string verdict(const rules::Decision& decision) const {
    return std::string("[") + (decision.allowed ? "true" : "false") + "," +
           json::quoted(program_.number(decision.rule)) + "]";
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
    if (const auto done = resolver_.resolve(sets, &trace); !done) throw base::InternalError(done.error().message);
    std::string out = ",\"state_sets\":" + list(chosen, [&](const auto& set) { return ids(set); });
    out += ",\"trace\":{";
    bool first = true;
    for (const resolve::TraceValue& value : trace.values) {
      if (value.kind == resolve::TraceValue::Kind::kFunction) continue;
      std::vector<EventIndex> events;
      if (value.kind != resolve::TraceValue::Kind::kState) {
        events = value.events;
      } else {
        for (const auto& [key, entry] : store_.entries(value.state)) events.push_back(entry);
      }
      out += (first ? "" : ",") + json::quoted(value.name) + ":" + list(events, [&](EventIndex e) { return id(e); });
      first = false;
    }
    return out + "},\"checks\":" + list(trace.checks, [&](const resolve::TraceCheck& check) {
             return "[" + id(check.event) + "," + verdict(check.decision) + "]";
           });
  }

  const rules::Program& program_;
  const workload::HistoryMade& made_;
  std::unique_ptr<graph::Room> room_;
  rules::Evaluator evaluator_;
  graph::StateStore store_;
  resolve::Resolver resolver_;
};

int run(const std::string& version, const std::string& profile, std::uint64_t first, std::uint64_t count) {
  const versions::Registry registry;
  rules::LoadOptions options;
  options.profile = profile;
  const auto text = registry.load(version, options);
  if (!text) {
    std::cerr << text.error().front().message << '\n';
    return 1;
  }
  const auto core = rules::elaborate(*text);
  if (!core) {
    std::cerr << core.error().front().message << '\n';
    return 1;
  }
  const auto program = rules::Program::compile(*core);
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const auto made = workload::make(program, seed);
    if (!made) {
      std::cerr << "seed " << seed << ": " << made.error().message << '\n';
      return 1;
    }
    std::cout << History(program, *made).line() << '\n';
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
