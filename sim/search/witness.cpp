#include "sim/search/witness.h"

#include <algorithm>
#include <set>

#include "sim/search/scenarios.h"

namespace stateroom::search {
namespace {

using workload::Key;
using Hearing = workload::Scene::Hearing;
using workload::Step;

class Search {
 public:
  Search(const ProgramPtr& base, const ProgramPtr& candidate, const WitnessOptions& options)
      : base_(base), candidate_(candidate), options_(options) {}

  base::Result<WitnessSearch> run() {
    std::vector<Scenario> all = scenarios(base_->version(), candidate_->version());
    std::vector<Hearing> left, right;
    for (const Scenario& scenario : all) {
      for (const auto& [program, hearings] : {std::pair(&base_, &left), std::pair(&candidate_, &right)}) {
        auto made = hear(scenario, *program);
        if (!made) return std::unexpected(made.error());
        hearings->push_back(std::move(*made));
      }
    }
    for (std::uint32_t scope = 1; scope <= options_.scope_max && !full(); ++scope) {
      for (std::size_t i = 0; i < all.size() && !full(); ++i) {
        // A create event that deviates is one deviation more.
        const std::uint32_t own = all[i].words.empty() ? 0 : 1;
        if (scope < 1 + own) continue;
        states(all[i], left[i], right[i], scope, scope - 1 - own);
      }
      if (!full()) out_.scope = scope;
    }
    for (const rules::RuleIndex rule : base_rules_) out_.base_rules.insert(base_->label(rule));
    for (const rules::RuleIndex rule : candidate_rules_) out_.candidate_rules.insert(candidate_->label(rule));
    return std::move(out_);
  }

 private:
  /// All events of a scenario in one room: what changes from question to question is the state.
  static base::Result<Hearing> hear(const Scenario& scenario, const ProgramPtr& program) {
    const auto staged = workload::stage(workload::Plan{0, scenario.room}, program);
    if (!staged) return std::unexpected(staged.error());
    std::vector<Step> events;
    for (const WordedStep& event : scenario.events) events.push_back(event.step);
    return Hearing::of(*staged->scene, events);
  }

  bool full() const { return out_.pairs >= options_.pairs_max; }

  void states(const Scenario& scenario, Hearing& left, Hearing& right, std::uint32_t scope, std::uint32_t deviations) {
    const std::size_t count = scenario.deviations.size();
    if (deviations == 0) return ask(scenario, left, right, scope, {});
    for (std::size_t one = 0; one < count && !full(); ++one) {
      if (deviations == 1) {
        ask(scenario, left, right, scope, {one});
        continue;
      }
      for (std::size_t two = one + 1; two < count && !full(); ++two) {
        if (scenario.deviations[one].key == scenario.deviations[two].key) continue;
        ask(scenario, left, right, scope, {one, two});
      }
    }
  }

  void ask(const Scenario& scenario, Hearing& left, Hearing& right, std::uint32_t scope,
           const std::vector<std::size_t>& deviations) {
    StateOfSteps state = scenario.study;
    std::vector<std::string> words;
    if (!scenario.words.empty()) words.push_back(scenario.words);
    for (const std::size_t d : deviations) {
      const Deviation& deviation = scenario.deviations[d];
      words.push_back(deviation.words);
      state.erase(deviation.key);
      if (deviation.step) state[deviation.key] = *deviation.step;
    }
    const std::vector<rules::Decision> one = left.decide(state), two = right.decide(state);
    out_.pairs += one.size();
    for (std::size_t e = 0; e < one.size(); ++e) {
      const rules::Decision& a = one[e];
      const rules::Decision& b = two[e];
      base_rules_.insert(a.rule);
      candidate_rules_.insert(b.rule);
      if (a.allowed == b.allowed || !found_.insert({base_->label(a.rule), candidate_->label(b.rule)}).second) continue;
      Witness witness{base_->label(a.rule),
                      candidate_->label(b.rule),
                      base_->number(a.rule),
                      candidate_->number(b.rule),
                      a.allowed,
                      scope,
                      words,
                      scenario.events[e].step,
                      state,
                      {}};
      witness.deviations.push_back(scenario.events[e].words);
      keep(scenario, witness);
      out_.witnesses.push_back(std::move(witness));
    }
  }

  /// Only the events that the state holds, numbered anew.
  static void keep(const Scenario& scenario, Witness& witness) {
    std::set<std::uint32_t> kept;
    for (const auto& [key, step] : scenario.study) kept.insert(step);
    for (const auto& [key, step] : witness.state) kept.insert(step);
    std::map<std::uint32_t, std::uint32_t> number;
    for (const std::uint32_t old : kept) {
      number[old] = static_cast<std::uint32_t>(witness.room.size());
      witness.room.push_back(scenario.room[old]);
    }
    for (auto& [key, step] : witness.state) step = number.at(step);
    for (std::uint32_t& p : witness.event.prev) p = number.at(p);
    if (witness.event.redacts) witness.event.redacts = number.at(*witness.event.redacts);
    witness.event.before = witness.state;
  }

  ProgramPtr base_, candidate_;
  WitnessOptions options_;
  WitnessSearch out_;
  std::set<std::pair<std::string, std::string>> found_;
  std::set<rules::RuleIndex> base_rules_, candidate_rules_;
};

}  // namespace

base::Result<WitnessSearch> find_witnesses(const ProgramPtr& base, const ProgramPtr& candidate,
                                           const WitnessOptions& options) {
  return Search(base, candidate, options).run();
}

base::Result<WitnessFiles> realise(const Witness& witness, const ProgramPtr& program) {
  workload::Plan plan{0, witness.room};
  auto staged = workload::stage(plan, program);
  if (!staged) return std::unexpected(staged.error());
  const auto trial = staged->scene->judge(witness.state, std::span(&witness.event, 1));
  if (!trial) return std::unexpected(trial.error());
  const auto done = staged->scene->append(witness.event, (*trial)[0].selection);
  if (!done) return std::unexpected(done.error());
  WitnessFiles out{{}, staged->scene->events().back()};
  for (const auto& [key, step] : witness.state) out.state.push_back(staged->scene->events()[step]);
  return out;
}

}  // namespace stateroom::search
