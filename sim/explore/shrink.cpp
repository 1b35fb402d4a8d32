#include "sim/explore/shrink.h"

#include <algorithm>

namespace stateroom::explore {
namespace {

using Numbers = std::vector<std::uint32_t>;

/// What two events become where one of them is left out: everything after it is one less.
std::uint32_t moved(std::uint32_t at, std::uint32_t gone) { return at > gone ? at - 1 : at; }

/// The list without an event; `instead` stands for it.
Numbers without(const Numbers& list, std::uint32_t gone, const Numbers& instead) {
  Numbers out;
  for (const std::uint32_t at : list) {
    if (at != gone) {
      out.push_back(moved(at, gone));
      continue;
    }
    out.insert(out.end(), instead.begin(), instead.end());
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// Without an event: what came after it comes after what it came after.
Find without_event(const Find& find, std::uint32_t gone) {
  Find out;
  const Numbers above = find.choices[gone].prev;
  for (std::uint32_t at = 0; at < find.choices.size(); ++at) {
    if (at == gone) continue;
    Choice choice = find.choices[at];
    choice.prev = without(choice.prev, gone, above);
    if (choice.auth) choice.auth = without(*choice.auth, gone, {});
    out.choices.push_back(std::move(choice));
  }
  for (const StateSet& set : find.sets) {
    StateSet moved_set{set.after == gone ? above.back() : moved(set.after, gone), {}};
    for (const auto& [entry, older] : set.stale) {
      if (entry != gone && older != gone) moved_set.stale.emplace_back(moved(entry, gone), moved(older, gone));
    }
    out.sets.push_back(std::move(moved_set));
  }
  return out;
}

/// Every event later than those before it in the list.
Find with_honest_clock(Find find) {
  for (std::uint32_t at = 0; at < find.choices.size(); ++at)
    find.choices[at].origin_server_ts = kFirstTimestamp + at * kBetween;
  return find;
}

/// All that is one step smaller, in one order.
std::vector<Find> smaller(const Find& find) {
  std::vector<Find> out;
  const auto count = static_cast<std::uint32_t>(find.choices.size());
  for (std::uint32_t at = count - 1; at > 0; --at) out.push_back(without_event(find, at));
  for (std::size_t i = 0; i < find.sets.size(); ++i) {
    for (std::size_t j = 0; j < find.sets[i].stale.size(); ++j) {
      out.push_back(find);
      auto& stale = out.back().sets[i].stale;
      stale.erase(stale.begin() + static_cast<std::ptrdiff_t>(j));
    }
  }
  if (Find honest = with_honest_clock(find); honest.choices != find.choices) out.push_back(std::move(honest));
  for (std::uint32_t at = 1; at < count; ++at) {
    if (find.choices[at].auth) {
      out.push_back(find);
      out.back().choices[at].auth.reset();
    }
    if (find.choices[at].prev.size() < 2) continue;
    for (const std::uint32_t prev : find.choices[at].prev) {
      out.push_back(find);
      std::erase(out.back().choices[at].prev, prev);
    }
  }
  return out;
}

}  // namespace

base::Result<bool> breaks(Stage& stage, const Find& find, const properties::Terms& terms) {
  if (auto done = stage.date_create(find.choices[0].origin_server_ts); !done) return std::unexpected(done.error());
  for (std::size_t at = 1; at < find.choices.size(); ++at) {
    const auto stands = stage.push(find.choices[at]);
    if (!stands) return stands;
    if (!*stands || !keeps(stage, terms)) return false;
  }
  std::vector<State> states;
  for (const StateSet& set : find.sets) {
    const auto state = state_of(stage, set);
    if (!state) return false;
    states.push_back(*state);
  }
  const auto answer = stage.ask(states);
  if (!answer) return std::unexpected(answer.error());
  return !answer->violations.empty();
}

base::Result<Shrunk> shrink(Stage& stage, Find find, const properties::Terms& terms) {
  Shrunk out{std::move(find), 0};
  for (bool changed = true; changed;) {
    changed = false;
    for (Find& one : smaller(out.find)) {
      ++out.tried;
      const auto still = breaks(stage, one, terms);
      if (!still) return std::unexpected(still.error());
      if (!*still) continue;
      out.find = std::move(one);
      changed = true;
      break;
    }
  }
  const auto stands = breaks(stage, out.find, terms);  // leaves it on the stage
  if (!stands) return std::unexpected(stands.error());
  return out;
}

}  // namespace stateroom::explore
