#include "sim/decide/replay.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace stateroom::decide {
namespace {

using explore::Stage;

class Comparison {
 public:
  Comparison(Stage& stage, Replay& out) : stage_(stage), out_(out) {}

  std::vector<std::uint32_t> places(graph::State state) {
    std::vector<std::uint32_t> out;
    for (const auto& [key, event] : stage_.store().entries(state)) out.push_back(stage_.place_of(event));
    std::ranges::sort(out);
    return out;
  }

  void compare(const std::string& what, const std::vector<std::uint32_t>& model,
               const std::vector<std::uint32_t>& engine) {
    ++out_.compared;
    if (model != engine)
      out_.mismatches.push_back(fmt::format("{}: the model has {}, the engine {}", what, model, engine));
  }

  base::Result<void> compare(const std::string& what, const Scope::Merge& model, std::span<const graph::State> states) {
    for (std::size_t s = 0; s < states.size(); ++s)
      compare(fmt::format("{}state set {}", what, s), model.states[s], places(states[s]));
    resolve::Trace trace;
    const auto done = stage_.checker().resolver().resolve(states, &trace);
    if (!done) return std::unexpected(done.error());
    for (const Scope::Value& value : model.values) {
      const auto named = std::ranges::find(trace.values, value.name, &resolve::TraceValue::name);
      base::require(named != trace.values.end(), "a trace has every name without parameters");
      std::vector<std::uint32_t> engine;
      if (named->kind == resolve::TraceValue::Kind::kState) {
        engine = places(named->state);
      } else {
        for (const base::EventIndex event : named->events) engine.push_back(stage_.place_of(event));
        if (named->kind == resolve::TraceValue::Kind::kEvents) std::ranges::sort(engine);
      }
      compare(what + value.name, value.events, engine);
    }
    return {};
  }

 private:
  Stage& stage_;
  Replay& out_;
};

/// Puts the events of a play on the stage; false if the engine refuses one.
base::Result<bool> put(Stage& stage, const Scope::Play& play, const properties::Terms& terms, Replay& out) {
  const auto prefix = static_cast<std::uint32_t>(stage.size());
  for (std::uint32_t i = 0; i < play.deeds.size(); ++i) {
    const bounded::Deed& deed = play.deeds[i];
    const auto act = stage.act({deed.type, deed.state_key, deed.sender, deed.content});
    if (!act) return std::unexpected(act.error());
    explore::Choice choice{*act, play.prev[i], std::nullopt, play.times[i]};
    if (!terms.has(properties::Hypothesis::kHonestAuthEvents)) choice.auth = play.cites[i];
    const auto stands = stage.push(std::move(choice));
    if (!stands) return std::unexpected(stands.error());
    if (!*stands) {
      out.mismatches.push_back(fmt::format("the engine refuses event {}", prefix + i));
      return false;
    }
    if (!explore::keeps(stage, terms))
      out.mismatches.push_back(fmt::format("event {} does not keep to the hypotheses", prefix + i));
  }
  return true;
}

}  // namespace

base::Result<Replay> replay(Stage& stage, const explore::Study& study, const Scope& scope, const bounded::Model& model,
                            const properties::Terms& terms) {
  Replay out;
  const Scope::Play play = scope.play(model);
  stage.cut(study.prefix());
  const auto stands = put(stage, play, terms, out);
  if (!stands) return std::unexpected(stands.error());
  if (!*stands) return out;
  out.find = {stage.choices(), play.sets};
  Comparison comparison(stage, out);
  for (std::uint32_t e = study.prefix(); e < stage.size(); ++e) {
    comparison.compare(fmt::format("state before event {}", e), scope.before(model, e),
                       comparison.places(stage.before(e)));
    std::vector<std::uint32_t> cited;
    for (const base::EventIndex event : stage.room().cited(stage.room().edge_field("auth_events"), stage.event(e)))
      cited.push_back(stage.place_of(event));
    std::ranges::sort(cited);
    comparison.compare(fmt::format("auth_events of event {}", e), play.cites[e - study.prefix()], cited);
  }
  for (const auto& [event, merge] : scope.merges_before(model)) {
    std::vector<graph::State> states;
    for (const std::uint32_t prev : stage.choices()[event].prev) states.push_back(stage.after(prev));
    if (auto done = comparison.compare(fmt::format("before event {}: ", event), merge, states); !done)
      return std::unexpected(done.error());
  }
  std::vector<graph::State> states;
  for (const explore::StateSet& set : play.sets) {
    const auto state = explore::state_of(stage, set);
    if (!state) {
      out.mismatches.push_back("a state set has an older entry for one that it does not have");
      return out;
    }
    states.push_back(*state);
  }
  if (auto done = comparison.compare("", scope.merge(model), states); !done) return std::unexpected(done.error());
  const auto answer = stage.ask(states);
  if (!answer) return std::unexpected(answer.error());
  out.violated = !answer->violations.empty();
  if (out.violated != model.holds(scope.violated())) out.mismatches.push_back("the property: violated in one alone");
  return out;
}

Scope::Play play_of(Stage& stage, const explore::Study& study, std::vector<explore::StateSet> sets) {
  Scope::Play out;
  for (std::uint32_t e = study.prefix(); e < stage.size(); ++e) {
    const explore::Choice& choice = stage.choices()[e];
    const explore::Act& act = stage.act(choice.act);
    out.deeds.push_back({act.type, act.state_key, act.sender, act.content});
    out.prev.push_back(choice.prev);
    out.cites.push_back(choice.auth.value_or(stage.selection(choice.act, stage.before(e))));
    out.times.push_back(choice.origin_server_ts);
  }
  out.sets = std::move(sets);
  return out;
}

}  // namespace stateroom::decide
