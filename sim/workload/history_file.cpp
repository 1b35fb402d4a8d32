#include "sim/workload/history_file.h"

#include <algorithm>

#include "model/json/value.h"
#include "model/report/json_writer.h"
#include "sim/kernel/random.h"

namespace stateroom::workload {
namespace {

constexpr std::uint64_t kRejectedOf = 2;       // one in so many rejected events stands in the state after it
constexpr std::uint64_t kStaleOf = 6;          // one in so many state sets is stale
constexpr std::uint64_t kOtherRejectedOf = 8;  // in one of so many histories an event that others accept is rejected

/// The events that are brought together, the last ones first, each set of them once.
std::vector<std::vector<std::uint32_t>> merges_of(const Plan& plan) {
  std::vector<std::vector<std::uint32_t>> out;
  const auto add = [&](const std::vector<std::uint32_t>& events) {
    if (events.size() > 1 && std::find(out.begin(), out.end(), events) == out.end()) out.push_back(events);
  };
  add(last_events(plan));
  for (std::size_t s = plan.steps.size(); s-- > 0;) add(plan.steps[s].prev);
  return out;
}

}  // namespace

std::vector<std::uint32_t> last_events(const Plan& plan) {
  std::vector<bool> cited(plan.steps.size(), false);
  for (const Step& step : plan.steps) {
    if (step.rejected) continue;
    for (const std::uint32_t p : step.prev) cited[p] = true;
  }
  std::vector<std::uint32_t> last;
  for (std::uint32_t s = 0; s < plan.steps.size(); ++s) {
    if (!cited[s] && !plan.steps[s].rejected) last.push_back(s);
  }
  return last;
}

std::vector<StateOfSteps> choose_state_sets(const Plan& plan, std::uint32_t draw) {
  kernel::Random random(plan.seed, "workload/state sets/" + std::to_string(draw));
  const auto merges = merges_of(plan);
  std::vector<std::uint32_t> chosen;
  if (draw % 2 == 0 && draw / 2 < merges.size()) {
    chosen = merges[draw / 2];
  } else {
    for (std::uint64_t count = 2 + random.below(2); count > 0; --count)
      chosen.push_back(static_cast<std::uint32_t>(random.below(plan.steps.size())));
  }
  std::vector<StateOfSteps> sets;
  for (const std::uint32_t number : chosen) {
    const Step& step = plan.steps[number];
    StateOfSteps after = step.before;
    if (step.state_key && (!step.rejected || random.chance(1, kRejectedOf)))
      after[{step.type, *step.state_key}] = number;
    sets.push_back(std::move(after));
  }
  return sets;
}

std::vector<StateOfSteps> stale(std::vector<StateOfSteps> sets, const Plan& plan, std::uint32_t draw) {
  kernel::Random random(plan.seed, "workload/stale/" + std::to_string(draw));
  for (StateOfSteps& set : sets) {
    if (set.size() < 2 || !random.chance(1, kStaleOf)) continue;
    const auto entry = std::next(set.begin(), static_cast<std::ptrdiff_t>(random.below(set.size())));
    if (entry->first.first == "m.room.create") continue;
    std::vector<std::uint32_t> older;
    for (std::uint32_t s = 0; s < entry->second; ++s) {
      const Step& step = plan.steps[s];
      if (step.type == entry->first.first && step.state_key == entry->first.second && !step.rejected)
        older.push_back(s);
    }
    if (older.empty() || random.chance(1, 4)) {
      set.erase(entry);
    } else {
      entry->second = random.pick(older);
    }
  }
  return sets;
}

std::vector<std::uint32_t> choose_rejected(const Plan& plan, std::uint32_t draw) {
  kernel::Random random(plan.seed, "workload/rejected/" + std::to_string(draw));
  std::vector<std::uint32_t> out, state_events;
  for (std::uint32_t s = 0; s < plan.steps.size(); ++s) {
    if (plan.steps[s].rejected) {
      out.push_back(s);
    } else if (plan.steps[s].state_key && s > 0) {
      state_events.push_back(s);
    }
  }
  if (!state_events.empty() && random.chance(1, kOtherRejectedOf)) {
    out.push_back(random.pick(state_events));
    std::sort(out.begin(), out.end());
  }
  return out;
}

std::string history_file(const HistoryMade& history, std::string_view room_version,
                         const std::vector<StateOfSteps>& state_sets, const std::vector<std::uint32_t>& rejected,
                         bool with_states) {
  const auto id = [&](std::uint32_t step) { return json::quoted(history.events[step].event_id); };
  std::vector<std::uint32_t> all;
  for (std::uint32_t s = 0; s < history.plan.steps.size(); ++s) all.push_back(s);
  std::string out = R"({"format":"stateroom-history/1","room_version":)" + json::quoted(room_version);
  out += ",\"events\":" +
         report::json_list(history.events, [](const event::Event& event) { return json::to_text(event.json); });
  out += ",\"event_ids\":" + report::json_list(all, id) + ",\"rejected\":" + report::json_list(rejected, id);
  const auto ids = [&](const StateOfSteps& state) {
    return report::json_list(state, [&](const auto& entry) { return id(entry.second); });
  };
  out += ",\"state_sets\":" + report::json_list(state_sets, ids) +
         ",\"about\":{\"seed\":" + std::to_string(history.plan.seed);
  if (with_states)
    out += ",\"before\":" + report::json_list(history.plan.steps, [&](const Step& step) { return ids(step.before); });
  return out + "}}";
}

}  // namespace stateroom::workload
