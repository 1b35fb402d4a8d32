// State sets to ask about, and whether a history keeps to the terms.
#include <algorithm>

#include "sim/explore/search.h"

namespace stateroom::explore {
namespace {

using properties::Hypothesis;

std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> older_entries(Stage& stage, std::uint32_t after) {
  std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> out;
  for (const auto& [key, event] : stage.store().entries(stage.after(after))) {
    const std::uint32_t entry = stage.place_of(event);
    std::vector<std::uint32_t> older;
    for (std::uint32_t at = 0; at < entry; ++at) {
      if (stage.reaches(entry, at) && stage.room().key(stage.event(at)) == key) older.push_back(at);
    }
    if (!older.empty()) out.emplace_back(entry, std::move(older));
  }
  return out;
}

/// Calls visit(set) with up to `left` older entries, those given so far included, until it says true.
template <class Visit>
bool each_stale(const std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>>& entries, std::size_t from,
                std::uint32_t left, StateSet& set, Visit&& visit) {
  if (left == 0) return false;
  for (std::size_t i = from; i < entries.size(); ++i) {
    for (const std::uint32_t older : entries[i].second) {
      set.stale.emplace_back(entries[i].first, older);
      if (visit(set) || each_stale(entries, i + 1, left - 1, set, visit)) return true;
      set.stale.pop_back();
    }
  }
  return false;
}

}  // namespace

bool keeps(Stage& stage, const properties::Terms& terms) {
  const auto last = static_cast<std::uint32_t>(stage.size() - 1);
  const EventIndex event = stage.event(last);
  for (const Hypothesis one : terms.hypotheses) {
    switch (one) {
      case Hypothesis::kHonestClock:
        if (!properties::clock_is_honest(stage.room(), event)) return false;
        break;
      case Hypothesis::kLinearSender:
        for (std::uint32_t at = 0; at < last; ++at) {
          if (stage.room().sender(stage.event(at)) == stage.room().sender(event) && !stage.reaches(last, at))
            return false;
        }
        break;
      case Hypothesis::kNoRevocation:
        if (properties::revokes(stage.room(), stage.store(), stage.before(last), event)) return false;
        break;
      case Hypothesis::kHonestAuthEvents:
        if (stage.choices()[last].auth &&
            *stage.choices()[last].auth != stage.selection(stage.act_at(last), stage.before(last)))
          return false;
        break;
      case Hypothesis::kLinearHistory:
        if (stage.choices()[last].prev != std::vector{last - 1}) return false;
        break;
      case Hypothesis::kSameEvent:
        break;
    }
  }
  return true;
}

std::optional<State> state_of(Stage& stage, const StateSet& set) {
  State out = stage.after(set.after);
  for (const auto& [entry, older] : set.stale) {
    const base::KeyIndex key = stage.room().key(stage.event(entry));
    if (stage.store().get(out, key) != stage.event(entry)) return std::nullopt;
    out = stage.store().set(out, key, stage.event(older));
  }
  return out;
}

base::Result<std::optional<std::vector<StateSet>>> ask_last(Stage& stage, const Study& study,
                                                            const properties::Terms& terms, std::uint64_t& questions) {
  const auto last = static_cast<std::uint32_t>(stage.size() - 1);
  std::optional<std::vector<StateSet>> found;
  std::optional<base::Error> error;
  const auto ask = [&](const StateSet& one, const StateSet& two) {
    const std::array<State, 2> states{*state_of(stage, one), *state_of(stage, two)};
    if (states[0] == states[1]) return false;
    ++questions;
    const auto answer = stage.ask(states);
    if (!answer) {
      error = answer.error();
      return true;
    }
    if (!answer->violations.empty()) found = std::vector{one, two};
    return found.has_value();
  };
  const StateSet newest{last, {}};
  const std::uint32_t first = terms.has(Hypothesis::kSameEvent) ? last : study.prefix() - 1;
  const auto entries = terms.stale > 0 ? older_entries(stage, last) : decltype(older_entries(stage, last)){};
  for (std::uint32_t other = first; other <= last; ++other) {
    const StateSet exact{other, {}};
    if (other != last && ask(newest, exact)) break;
    if (terms.stale == 0) continue;
    StateSet changed = exact;
    if (each_stale(older_entries(stage, other), 0, terms.stale, changed,
                   [&](const StateSet& set) { return ask(newest, set); }))
      break;
    changed = newest;
    if (other != last &&
        each_stale(entries, 0, terms.stale, changed, [&](const StateSet& set) { return ask(set, exact); }))
      break;
  }
  if (error) return std::unexpected(*error);
  return found;
}

}  // namespace stateroom::explore
