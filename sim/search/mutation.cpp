#include "sim/search/mutation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/resolve/state_before.h"
#include "sim/search/scenarios.h"
#include "sim/workload/workload.h"

namespace stateroom::search {
namespace {

using base::EventIndex;
using Entries = std::vector<std::pair<base::KeyIndex, EventIndex>>;

/// What a version says about a history. Indices are those of any version that reads the same edges.
struct Said {
  std::vector<bool> rejected;
  std::vector<Entries> before;  // of events that merge
  Entries current, resolved;
};

base::Result<Said> say(const ProgramPtr& program, const SuiteHistory& history) {
  auto room = graph::Room::build(history.events, program->version().format);
  if (!room) return std::unexpected(room.error());
  for (const event::Event& event : history.events) {
    if (event.rejected_outside) (*room)->set_rejected((*room)->find(event.event_id), true);
  }
  rules::Evaluator evaluator(program, **room);
  graph::StateStore store;
  resolve::Resolver resolver(evaluator, store);
  resolve::WalkOptions options;
  options.keep_checks = false;
  const auto walk = resolve::Walk::run(evaluator, store, resolver, options);
  if (!walk) return std::unexpected(walk.error());
  Said out;
  const graph::EdgeField prev = (*room)->edge_field("prev_events");
  for (std::uint32_t e = 0; e < (*room)->size(); ++e) {
    out.rejected.push_back(walk->receipts()[e].rejected);
    if ((*room)->cited(prev, EventIndex(e)).size() > 1) out.before.push_back(store.entries(walk->receipts()[e].before));
  }
  out.current = store.entries(walk->current());
  if (history.state_sets.empty()) return out;
  std::vector<graph::State> sets;
  for (const std::vector<std::string>& ids : history.state_sets) {
    Entries entries;
    for (const std::string& id : ids) {
      const EventIndex event = (*room)->find(id);
      if (event.valid() && (*room)->key(event).valid()) entries.emplace_back((*room)->key(event), event);
    }
    sets.push_back(store.from(std::move(entries)));
  }
  const auto resolved = resolver.resolve(sets);
  if (!resolved) return std::unexpected(resolved.error());
  out.resolved = store.entries(*resolved);
  return out;
}

/// In words where two answers part, the first place; none: nowhere.
std::optional<std::string> parting(const Said& version, const base::Result<Said>& mutant) {
  if (!mutant) return "an error: " + mutant.error().message;
  if (mutant->rejected != version.rejected) return "an event is allowed by one and refused by the other";
  if (mutant->before != version.before) return "the state at a merge";
  if (mutant->current != version.current) return "the state at the extremities";
  if (mutant->resolved != version.resolved) return "the resolution of the state sets";
  return {};
}

}  // namespace

class Suites::Suite {
 public:
  explicit Suite(std::string name) : name_(std::move(name)) {}
  virtual ~Suite() = default;
  const std::string& name() const { return name_; }
  virtual std::uint64_t size() const = 0;
  virtual std::optional<std::string> ask(const ProgramPtr& mutant) const = 0;

 private:
  std::string name_;
};

class Suites::Histories final : public Suite {
 public:
  using Suite::Suite;
  base::Result<void> add(const ProgramPtr& version, SuiteHistory history) {
    auto said = say(version, history);
    if (!said) return std::unexpected(said.error());
    cases_.emplace_back(std::move(history), std::move(*said));
    return {};
  }
  std::uint64_t size() const override { return cases_.size(); }
  std::optional<std::string> ask(const ProgramPtr& mutant) const override {
    for (const auto& [history, said] : cases_) {
      if (const auto where = parting(said, say(mutant, history))) return history.name + ": " + *where;
    }
    return {};
  }

 private:
  std::vector<std::pair<SuiteHistory, Said>> cases_;
};

class Suites::SmallScope final : public Suite {
 public:
  using Suite::Suite;

  base::Result<void> add(const ProgramPtr& version, Scenario scenario) {
    auto staged = workload::stage(workload::Plan{0, scenario.room}, version);
    if (!staged) return std::unexpected(staged.error());
    Room made;
    made.events = staged->scene->events();
    const std::size_t steps = made.events.size();
    std::vector<workload::Step> asked;
    for (WordedStep& event : scenario.events) {
      asked.push_back(std::move(event.step));
      made.words.push_back(scenario.words.empty() ? event.words : scenario.words + "; " + event.words);
    }
    auto trials = staged->scene->trials(asked);
    if (!trials) return std::unexpected(trials.error());
    std::move(trials->begin(), trials->end(), std::back_inserter(made.events));
    made.trials = made.events.size() - steps;
    made.states.emplace_back("", scenario.study);
    // A create event that deviates is the one deviation.
    for (std::size_t d = 0; d < scenario.deviations.size() && scenario.words.empty(); ++d) {
      StateOfSteps state = scenario.study;
      state.erase(scenario.deviations[d].key);
      if (scenario.deviations[d].step) state[scenario.deviations[d].key] = *scenario.deviations[d].step;
      made.states.emplace_back(scenario.deviations[d].words, std::move(state));
    }
    const auto done = judge(version, made, [&](std::size_t, std::size_t, bool allowed) {
      made.allowed.push_back(allowed);
      return true;
    });
    if (!done) return std::unexpected(done.error());
    rooms_.push_back(std::move(made));
    return {};
  }

  std::uint64_t size() const override {
    std::uint64_t out = 0;
    for (const Room& room : rooms_) out += room.allowed.size();
    return out;
  }

  std::optional<std::string> ask(const ProgramPtr& mutant) const override {
    for (const Room& room : rooms_) {
      std::optional<std::string> found;
      const auto done = judge(mutant, room, [&](std::size_t state, std::size_t trial, bool allowed) {
        if (allowed == room.allowed[state * room.trials + trial]) return true;
        found = room.words[trial];
        if (!room.states[state].first.empty()) *found += ", where " + room.states[state].first;
        return false;
      });
      if (!done) return "an error: " + done.error().message;
      if (found) return found;
    }
    return {};
  }

 private:
  struct Room {
    std::vector<event::Event> events;  // of the states, then the trials
    std::size_t trials = 0;
    std::vector<std::string> words;                            // by trial
    std::vector<std::pair<std::string, StateOfSteps>> states;  // in words what is otherwise
    std::vector<bool> allowed;                                 // state by state
  };

  /// Calls `tell(state, trial, allowed)` until it says false.
  template <class Tell>
  static base::Result<void> judge(const ProgramPtr& program, const Room& made, const Tell& tell) {
    auto room = graph::Room::build(made.events, program->version().format);
    if (!room) return std::unexpected(room.error());
    std::vector<EventIndex> index;
    for (const event::Event& event : made.events) index.push_back((*room)->find(event.event_id));
    rules::Evaluator evaluator(program, **room);
    graph::StateStore store;
    const std::size_t first = made.events.size() - made.trials;
    for (std::size_t s = 0; s < made.states.size(); ++s) {
      Entries entries;
      for (const auto& [key, step] : made.states[s].second)
        entries.emplace_back((*room)->key(index[step]), index[step]);
      const auto view = rules::StateView::of(store, store.from(std::move(entries)));
      for (std::size_t t = 0; t < made.trials; ++t) {
        // The rules on auth_events are left to the suites of histories: a trial has none.
        if (!tell(s, t, evaluator.authorise(index[first + t], view, true).allowed)) return {};
      }
    }
    return {};
  }

  std::vector<Room> rooms_;
};

Suites::Suites(ProgramPtr version) : version_(std::move(version)) {}
Suites::~Suites() = default;

base::Result<void> Suites::add_histories(const std::string& suite, std::vector<SuiteHistory> histories) {
  auto made = std::make_unique<Histories>(suite);
  for (SuiteHistory& history : histories) {
    if (auto done = made->add(version_, std::move(history)); !done) return done;
  }
  suites_.push_back(std::move(made));
  return {};
}

base::Result<void> Suites::add_random(const std::string& suite, std::uint32_t count, std::uint64_t seed) {
  std::vector<SuiteHistory> histories;
  for (std::uint64_t s = seed; s < seed + count; ++s) {
    auto made = workload::make(version_, s);
    if (!made) return std::unexpected(made.error());
    for (std::size_t i = 0; i < made->events.size(); ++i)
      made->events[i].rejected_outside = made->plan.steps[i].rejected;
    histories.push_back({fmt::format("seed {}", s), std::move(made->events), {}});
  }
  return add_histories(suite, std::move(histories));
}

base::Result<void> Suites::add_small_scope(const std::string& suite) {
  auto made = std::make_unique<SmallScope>(suite);
  for (Scenario& scenario : scenarios(version_->version(), version_->version())) {
    if (auto done = made->add(version_, std::move(scenario)); !done) return done;
  }
  suites_.push_back(std::move(made));
  return {};
}

std::vector<std::string> Suites::names() const {
  std::vector<std::string> out;
  for (const auto& suite : suites_) out.push_back(suite->name());
  return out;
}

std::vector<std::uint64_t> Suites::sizes() const {
  std::vector<std::uint64_t> out;
  for (const auto& suite : suites_) out.push_back(suite->size());
  return out;
}

std::vector<std::optional<std::string>> Suites::ask(const ProgramPtr& mutant) const {
  std::vector<std::optional<std::string>> out;
  for (const auto& suite : suites_) out.push_back(suite->ask(mutant));
  return out;
}

}  // namespace stateroom::search
