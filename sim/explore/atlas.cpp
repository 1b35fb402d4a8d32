#include "sim/explore/atlas.h"

#include <algorithm>

namespace stateroom::explore {
namespace {

std::vector<std::string> sorted(const std::set<std::string>& names) { return {names.begin(), names.end()}; }

base::Result<ClusterKey> key_of(Stage& stage, const Study& study, const Find& find) {
  std::vector<State> states;
  for (const StateSet& set : find.sets) states.push_back(*state_of(stage, set));
  const auto answer = stage.ask(states);
  if (!answer) return std::unexpected(answer.error());
  std::set<std::string> keys, refused, avoided_by;
  for (const EventIndex event : answer->violations) keys.insert(stage.act(stage.act_at(stage.place_of(event))).type);
  const auto flips = flips_of(stage, states);
  if (!flips) return std::unexpected(flips.error());
  for (const RuleFlip& flip : *flips) {
    if (!flip.refused.empty()) refused.insert(stage.program().label(flip.rule));
    if (flip.avoids) avoided_by.insert(stage.program().label(flip.rule));
  }
  return ClusterKey{static_cast<std::uint32_t>(stage.size()) - study.prefix(), sorted(keys), sorted(refused),
                    sorted(avoided_by)};
}

}  // namespace

base::Result<Atlas> atlas_of(Stage& stage, Study& study, SearchOptions options) {
  Atlas out;
  std::optional<base::Error> error;
  options.on_find = [&](const Find& find) {
    auto key = key_of(stage, study, find);
    if (!key) {
      error = key.error();
      return false;
    }
    const auto [at, fresh] = out.clusters.try_emplace(std::move(*key));
    if (fresh) at->second.first = find;
    ++at->second.histories;
    return true;
  };
  auto outcome = search_exhaustive(stage, study, options);
  if (!outcome) return std::unexpected(outcome.error());
  if (error) return std::unexpected(*error);
  out.levels = std::move(outcome->levels);
  out.complete = outcome->complete;
  return out;
}

}  // namespace stateroom::explore
