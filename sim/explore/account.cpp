#include "sim/explore/account.h"

#include <algorithm>
#include <map>

#include "sim/explore/shrink.h"

namespace stateroom::explore {
namespace {

using base::Result;

/// Puts events of a find on the stage again, with other acts in the place of some.
class Otherwise {
 public:
  Otherwise(Stage& stage, Study& study, const Find& find, const properties::Terms& terms, bool same_key,
            std::uint64_t tried_most)
      : stage_(stage), study_(study), find_(find), terms_(terms), same_key_(same_key), tried_most_(tried_most) {}

  /// With event `at` otherwise, and what follows it as it was or otherwise, does the property hold? The events before
  /// `at` stand on the stage.
  Result<bool> avoided_from(std::uint32_t at) {
    first_ = at;
    instead_.clear();
    return from(at);
  }
  const std::vector<Instead>& instead() const { return instead_; }
  bool limited() const { return tried_ >= tried_most_; }
  std::uint64_t tried() const { return tried_; }

 private:
  Result<bool> from(std::uint32_t at) {
    if (at == find_.choices.size()) return holds();
    const auto before = stage_.state_after(find_.choices[at].prev);
    if (!before) return std::unexpected(before.error());
    for (const std::uint32_t act : acts(at, *before)) {
      if (limited()) return false;
      Choice choice = find_.choices[at];
      choice.act = act;
      const auto stands = stage_.push(std::move(choice));
      if (!stands) return stands;
      if (!*stands) continue;
      const bool other = act != find_.choices[at].act;
      if (other) instead_.emplace_back(at, act);
      const auto avoided = keeps(stage_, terms_) ? from(at + 1) : Result<bool>(false);
      if (!avoided || *avoided) return avoided;
      if (other) instead_.pop_back();
      stage_.pop();
    }
    return false;
  }

  /// What the same person can do, for the same key or any. The first event is not to be as it was.
  std::vector<std::uint32_t> acts(std::uint32_t at, State before) {
    const std::uint32_t own = find_.choices[at].act;
    std::vector<std::uint32_t> out;
    if (at != first_) out.push_back(own);
    const Act& act = stage_.act(own);
    for (const Study::Idea& idea : study_.ideas(before)) {
      const Act& other = stage_.act(idea.act);
      const bool at_key = other.type == act.type && other.state_key == act.state_key;
      if (idea.act != own && other.sender == act.sender && (at_key || !same_key_)) out.push_back(idea.act);
    }
    return out;
  }

  Result<bool> holds() {
    ++tried_;
    std::vector<State> states;
    for (const StateSet& set : find_.sets) {
      const auto state = state_of(stage_, set);
      if (!state) return false;
      states.push_back(*state);
    }
    const auto answer = stage_.ask(states);
    if (!answer) return std::unexpected(answer.error());
    return answer->violations.empty();
  }

  Stage& stage_;
  Study& study_;
  const Find& find_;
  const properties::Terms& terms_;
  bool same_key_;
  std::uint64_t tried_most_, tried_ = 0;
  std::uint32_t first_ = 0;
  std::vector<Instead> instead_;
};

Result<void> find_critical(Stage& stage, Study& study, const Find& find, const properties::Terms& terms, bool same_key,
                           std::uint64_t tried_most, Account& out) {
  Otherwise otherwise(stage, study, find, terms, same_key, tried_most);
  const std::uint64_t tried_before = out.tried;
  for (auto at = static_cast<std::uint32_t>(find.choices.size() - 1); at > 0; --at) {
    stage.cut(at);
    const auto avoided = otherwise.avoided_from(at);
    if (!avoided) return std::unexpected(avoided.error());
    out.tried = tried_before + otherwise.tried();
    out.limited = !*avoided && otherwise.limited();
    if (*avoided) out.critical = Critical{at, same_key, otherwise.instead()};
    if (*avoided || out.limited) return {};
    // The stage may hold something else by now: the find is put on it again.
    if (const auto stands = breaks(stage, find, terms); !stands) return std::unexpected(stands.error());
  }
  return {};
}

Result<std::vector<State>> states_of(Stage& stage, const Find& find) {
  std::vector<State> out;
  for (const StateSet& set : find.sets) {
    const auto state = state_of(stage, set);
    base::require(state.has_value(), "the state sets of a find are there");
    out.push_back(*state);
  }
  return out;
}

Result<void> find_mend(Stage& stage, Study& study, const Find& find, const properties::Terms& terms, Account& out) {
  for (std::size_t i = 0; i < find.sets.size(); ++i) {
    const std::uint32_t after = find.sets[i].after;
    std::vector<std::uint32_t> acts;
    for (const Study::Idea& idea : study.ideas(stage.after(after))) acts.push_back(idea.act);
    for (const std::uint32_t act : acts) {
      std::int64_t latest = 0;
      for (const Choice& choice : stage.choices()) latest = std::max(latest, choice.origin_server_ts);
      const auto stands = stage.push({act, {after}, std::nullopt, latest + kBetween});
      if (!stands) return std::unexpected(stands.error());
      if (!*stands) continue;
      Find longer{stage.choices(), find.sets};
      longer.sets[i].after = static_cast<std::uint32_t>(stage.size() - 1);
      const auto state = state_of(stage, longer.sets[i]);
      bool holds = false;
      if (state && keeps(stage, terms)) {
        const auto answer = stage.ask(*states_of(stage, longer));
        if (!answer) return std::unexpected(answer.error());
        holds = answer->violations.empty();
      }
      stage.pop();
      if (!holds) continue;
      out.mend = Mend{after, act};
      return {};
    }
  }
  return {};
}

}  // namespace

Result<std::vector<RuleFlip>> flips_of(Stage& stage, std::span<const State> states) {
  std::vector<RuleFlip> out;
  resolve::Resolver& resolver = stage.checker().resolver();
  resolve::Trace trace;
  if (const auto done = resolver.resolve(states, &trace); !done) return std::unexpected(done.error());
  std::map<rules::RuleIndex, RuleFlip> rules;
  for (const resolve::TraceCheck& check : trace.checks) {
    RuleFlip& one = rules[check.decision.rule];
    one.rule = check.decision.rule;
    (check.decision.allowed ? one.allowed : one.refused).push_back(stage.place_of(check.event));
  }
  for (auto& [rule, one] : rules) {
    for (auto* places : {&one.allowed, &one.refused}) {
      std::ranges::sort(*places);
      places->erase(std::unique(places->begin(), places->end()), places->end());
    }
    resolver.flip(rule);
    const auto answer = stage.ask(states);
    resolver.flip({});
    if (!answer) return std::unexpected(answer.error());
    one.avoids = answer->violations.empty();
    out.push_back(std::move(one));
  }
  return out;
}

Result<Account> account_of(Stage& stage, Study& study, const Find& find, const properties::Terms& terms,
                           std::uint64_t tried_most) {
  Account out;
  const auto again = [&] { return breaks(stage, find, terms); };
  for (const bool same_key : {true, false}) {
    if (out.critical || out.limited) break;
    if (const auto stands = again(); !stands) return std::unexpected(stands.error());
    if (const auto done = find_critical(stage, study, find, terms, same_key, tried_most, out); !done)
      return std::unexpected(done.error());
  }
  if (const auto stands = again(); !stands) return std::unexpected(stands.error());
  if (const auto done = find_mend(stage, study, find, terms, out); !done) return std::unexpected(done.error());
  auto flips = flips_of(stage, *states_of(stage, find));
  if (!flips) return std::unexpected(flips.error());
  out.flips = std::move(*flips);
  return out;
}

}  // namespace stateroom::explore
