// Events in given states as cases: (event, state) pairs, each with the version's verdict.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sim/search/suite.h"

namespace stateroom::search {
namespace {

using base::EventIndex;
using Entries = std::vector<std::pair<base::KeyIndex, EventIndex>>;

/// Events in one room: every trial is judged in every state.
struct Judged {
  std::vector<event::Event> events;
  std::vector<std::size_t> trials;               // which of the events
  std::vector<std::vector<std::size_t>> states;  // the entries of each
  std::vector<std::string> trial_words, state_words;
  bool selects = false;                            // whether the selection in the first state is asked too
  bool recheck = true;                             // see rules::Evaluator::authorise
  bool redacts = false;                            // the trials are redactions: does each apply?
  std::vector<bool> allowed;                       // state by state
  std::vector<std::vector<EventIndex>> selection;  // by trial
  std::size_t scenario = 0;                        // made of it
};

class Verdicts final : public Suite {
 public:
  using Suite::Suite;

  base::Result<void> add(const ProgramPtr& version, Judged judged) {
    const auto done = judge(version, judged, [&](std::size_t, bool allowed, std::vector<EventIndex> selection) {
      judged.allowed.push_back(allowed);
      if (judged.selection.size() < judged.trials.size()) judged.selection.push_back(std::move(selection));
      return true;
    });
    if (!done) return done;
    rooms_.push_back(std::move(judged));
    return {};
  }
  base::Result<void> add(const ProgramPtr& version, Scenario scenario) {
    auto staged = workload::stage(workload::Plan{0, scenario.room}, version);
    if (!staged) return std::unexpected(staged.error());
    Judged made;
    made.selects = true;
    made.events = staged->scene->events();
    std::vector<workload::Step> asked;
    for (const WordedStep& event : scenario.events) {
      made.trials.push_back(made.events.size() + asked.size());
      made.trial_words.push_back(scenario.words.empty() ? event.words : scenario.words + "; " + event.words);
      asked.push_back(event.step);
    }
    auto trials = staged->scene->trials(asked);
    if (!trials) return std::unexpected(trials.error());
    std::move(trials->begin(), trials->end(), std::back_inserter(made.events));
    // A create event that deviates is the one deviation.
    if (!scenario.words.empty()) scenario.deviations.clear();
    for (std::size_t s = 0; s <= scenario.deviations.size(); ++s) {
      made.states.emplace_back();
      for (const auto& [key, step] : state_of(scenario, s)) made.states.back().push_back(step);
      made.state_words.push_back(s == 0 ? "" : scenario.deviations[s - 1].words);
    }
    made.scenario = scenarios_.size();
    scenarios_.push_back(std::move(scenario));
    return add(version, std::move(made));
  }

  std::uint64_t size() const override {
    std::uint64_t out = 0;
    for (const Judged& room : rooms_) out += room.allowed.size();
    return out;
  }

  std::string words(std::uint64_t number) const override {
    const Place at = place(number);
    std::string out = at.room->trial_words[at.trial];
    if (!at.room->state_words[at.state].empty()) out += ", where " + at.room->state_words[at.state];
    return out;
  }

  void tell_apart(const ProgramPtr& program, const Tell& tell) const override {
    std::uint64_t first = 0;
    bool more = true;
    for (const Judged& room : rooms_) {
      const auto one = [&](std::size_t pair, bool allowed, const std::vector<EventIndex>& selection) {
        const bool selects = room.selects && pair < room.trials.size();
        if (allowed != room.allowed[pair]) {
          more = tell(first + pair, "");
        } else if (selects && selection != room.selection[pair]) {
          more = tell(first + pair, "which entries are selected");
        }
        return more;
      };
      if (const auto done = judge(program, room, one); !done) more = tell(first, "an error: " + done.error().message);
      if (!more) return;
      first += room.allowed.size();
    }
  }

  std::optional<bool> verdict(std::uint64_t number) const override {
    const Place at = place(number);
    return at.room->allowed[at.state * at.room->trials.size() + at.trial];
  }

  std::optional<QuestionFiles> files(std::uint64_t number, const ProgramPtr& version) const override {
    const Place at = place(number);
    if (!at.room->selects) return std::nullopt;
    const Scenario& scenario = scenarios_[at.room->scenario];
    Witness witness;
    witness.room = scenario.room;
    witness.state = state_of(scenario, at.state);
    witness.event = scenario.events[at.trial].step;
    return question_of(std::move(witness))->files(version);
  }

 private:
  struct Place {
    const Judged* room;
    std::size_t state, trial;
  };
  Place place(std::uint64_t number) const {
    for (const Judged& room : rooms_) {
      if (number < room.allowed.size()) return {&room, number / room.trials.size(), number % room.trials.size()};
      number -= room.allowed.size();
    }
    base::require(false, "a case of the suite");
    return {};
  }

  static StateOfSteps state_of(const Scenario& scenario, std::size_t state) {
    StateOfSteps out = scenario.study;
    if (state == 0) return out;
    const Deviation& deviation = scenario.deviations[state - 1];
    out.erase(deviation.key);
    if (deviation.step) out[deviation.key] = *deviation.step;
    return out;
  }

  /// Calls `tell(pair, allowed, selection)` until it says false; the selection is of the pairs in the first state.
  template <class Tell>
  static base::Result<void> judge(const ProgramPtr& program, const Judged& made, const Tell& tell) {
    auto room = graph::Room::build(made.events, program->version().format);
    if (!room) return std::unexpected(room.error());
    std::vector<EventIndex> index;
    for (const event::Event& event : made.events) index.push_back((*room)->find(event.event_id));
    rules::Evaluator evaluator(program, **room);
    graph::StateStore store;
    std::size_t pair = 0;
    for (std::size_t s = 0; s < made.states.size(); ++s) {
      Entries entries;
      for (const std::size_t event : made.states[s]) entries.emplace_back((*room)->key(index[event]), index[event]);
      const auto view = rules::StateView::of(store, store.from(std::move(entries)));
      for (const std::size_t trial : made.trials) {
        std::vector<EventIndex> selection;
        if (made.selects && s == 0) selection = evaluator.selection(index[trial], view);
        const bool allowed = made.redacts ? applies(evaluator, index[trial], view)
                                          : evaluator.authorise(index[trial], view, made.recheck).allowed;
        if (!tell(pair++, allowed, std::move(selection))) return {};
      }
    }
    return {};
  }

  static bool applies(rules::Evaluator& evaluator, EventIndex redaction, const rules::StateView& view) {
    const rules::CoreVersion& version = evaluator.program().version();
    const auto found = std::ranges::find(version.redaction, "applies", &rules::CoreName::name);
    base::require(found != version.redaction.end(), "the section redaction says what applies");
    const std::vector<EventIndex> locals(version.locals);
    return evaluator.boolean(found->value, redaction, view, locals);
  }

  std::vector<Judged> rooms_;
  std::vector<Scenario> scenarios_;
};

base::Result<std::vector<std::size_t>> places(const std::map<std::string, std::size_t, std::less<>>& events,
                                              json::Value ids) {
  std::vector<std::size_t> out;
  for (const json::Value id : ids.children()) {
    const auto at = events.find(id.string());
    if (at == events.end())
      return base::fail(base::ErrorCode::kMissingEvent, fmt::format("no event `{}`", id.string()), "families");
    out.push_back(at->second);
  }
  return out;
}

base::Result<Judged> judged_of(const std::string& text, const event::EventFormat& format) {
  const auto document = json::parse(text, "families");
  if (!document) return std::unexpected(document.error());
  const json::Value family = json::root(**document);
  Judged out;
  std::map<std::string, std::size_t, std::less<>> known;
  for (const json::Value pdu : family.get("events").children()) {
    const std::string id(pdu.get("event_id").string());
    auto event = event::decode_event(*document, pdu, format, id, false, {});
    if (!event) return std::unexpected(event.error());
    known.emplace(id, out.events.size());
    out.events.push_back(std::move(*event));
  }
  auto trials = places(known, family.get("trials"));
  if (!trials) return std::unexpected(trials.error());
  out.trials = std::move(*trials);
  for (const json::Value ids : family.get("states").children()) {
    auto state = places(known, ids);
    if (!state) return std::unexpected(state.error());
    out.states.push_back(std::move(*state));
  }
  out.recheck = family.get("recheck").boolean();
  const json::Value redacts = family.get("redacts");
  out.redacts = redacts.valid() && redacts.boolean();
  const std::string name(family.get("name").string());
  for (const std::size_t trial : out.trials) out.trial_words.push_back(name + ": " + out.events[trial].event_id);
  for (std::size_t s = 0; s < out.states.size(); ++s) out.state_words.push_back(fmt::format("state {}", s));
  return out;
}

}  // namespace

base::Result<std::unique_ptr<Suite>> suite_of_scenarios(std::string name, const ProgramPtr& version,
                                                        std::vector<Scenario> scenarios) {
  auto out = std::make_unique<Verdicts>(std::move(name));
  for (Scenario& scenario : scenarios) {
    if (auto done = out->add(version, std::move(scenario)); !done) return std::unexpected(done.error());
  }
  return out;
}

base::Result<std::unique_ptr<Suite>> suite_of_families(std::string name, const ProgramPtr& version,
                                                       const std::vector<std::string>& families) {
  auto out = std::make_unique<Verdicts>(std::move(name));
  for (const std::string& family : families) {
    auto judged = judged_of(family, version->version().format);
    if (!judged) return std::unexpected(judged.error());
    if (auto done = out->add(version, std::move(*judged)); !done) return std::unexpected(done.error());
  }
  return out;
}

}  // namespace stateroom::search
