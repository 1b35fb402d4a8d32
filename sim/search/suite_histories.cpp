// Histories as cases: what is rejected and soft-failed, the state at merges and at the extremities, the resolution of
// the state sets.
#include <algorithm>
#include <utility>

#include "model/auth/signatures.h"
#include "model/resolve/state_before.h"
#include "sim/search/suite.h"

namespace stateroom::search {
namespace {

using base::EventIndex;
using Entries = std::vector<std::pair<base::KeyIndex, EventIndex>>;

/// What a version says about a history. Indices are those of any version that reads the same edges.
struct Said {
  std::vector<bool> rejected, soft_failed;
  std::vector<Entries> before;  // of events that merge
  Entries current, resolved;
};

base::Result<Said> say(const ProgramPtr& program, const SuiteHistory& history) {
  auto room = graph::Room::build(history.events, program->version().format);
  if (!room) return std::unexpected(room.error());
  for (const event::Event& event : history.events) {
    if (event.rejected_outside) (*room)->set_rejected((*room)->find(event.event_id), true);
  }
  rules::Oracles oracles;
  if (!history.policy_signs) oracles.signed_with = auth::oracles_from_keys(**room, {}, {}).signed_with;
  rules::Evaluator evaluator(program, **room, std::move(oracles));
  graph::StateStore store;
  resolve::Resolver resolver(evaluator, store);
  resolve::WalkOptions options;
  options.keep_checks = false;
  options.arrival = history.arrival;
  const auto walk = resolve::Walk::run(evaluator, store, resolver, options);
  if (!walk) return std::unexpected(walk.error());
  Said out;
  const graph::EdgeField prev = (*room)->edge_field("prev_events");
  for (std::uint32_t e = 0; e < (*room)->size(); ++e) {
    out.rejected.push_back(walk->receipts()[e].rejected);
    out.soft_failed.push_back(walk->receipts()[e].soft_failed);
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

/// In words where two answers part, the first place; empty: nowhere.
std::string parting(const Said& version, const base::Result<Said>& mutant) {
  if (!mutant) return "an error: " + mutant.error().message;
  if (mutant->rejected != version.rejected) return "an event is allowed by one and refused by the other";
  if (mutant->soft_failed != version.soft_failed) return "an event is soft-failed by one of them";
  if (mutant->before != version.before) return "the state at a merge";
  if (mutant->current != version.current) return "the state at the extremities";
  if (mutant->resolved != version.resolved) return "the resolution of the state sets";
  return {};
}

class Histories final : public Suite {
 public:
  using Suite::Suite;
  base::Result<void> add(const ProgramPtr& version, SuiteHistory history) {
    auto said = say(version, history);
    if (!said) return std::unexpected(said.error());
    cases_.emplace_back(std::move(history), std::move(*said));
    return {};
  }
  std::uint64_t size() const override { return cases_.size(); }
  std::string words(std::uint64_t number) const override { return cases_.at(number).first.name; }
  void tell_apart(const ProgramPtr& program, const Tell& tell) const override {
    for (std::size_t c = 0; c < cases_.size(); ++c) {
      const auto& [history, said] = cases_[c];
      const std::string where = parting(said, say(program, history));
      if (!where.empty() && !tell(c, where)) return;
    }
  }
  std::optional<QuestionFiles> files(std::uint64_t number, const ProgramPtr&) const override {
    QuestionFiles out;
    for (const event::Event& event : cases_.at(number).first.events) out.events.push_back(json::to_text(event.json));
    return out;
  }

 private:
  std::vector<std::pair<SuiteHistory, Said>> cases_;
};

}  // namespace

base::Result<std::unique_ptr<Suite>> suite_of_histories(std::string name, const ProgramPtr& version,
                                                        std::vector<SuiteHistory> histories) {
  auto out = std::make_unique<Histories>(std::move(name));
  for (SuiteHistory& history : histories) {
    if (auto done = out->add(version, std::move(history)); !done) return std::unexpected(done.error());
  }
  return out;
}

}  // namespace stateroom::search
