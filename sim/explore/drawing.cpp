#include "sim/explore/drawing.h"

#include <algorithm>

namespace stateroom::explore {

using properties::Hypothesis;
using properties::Terms;

Drawing::Drawing(Stage& stage, Study& study, const Terms& terms, kernel::Random random)
    : stage_(stage), study_(study), terms_(terms), random_(std::move(random)) {
  for (std::size_t kind = 0; kind < kKinds; ++kind) on_[kind] = !random_.chance(1, 3);
  if (on_.none()) on_.set();
  forks_of_100_ = terms.has(Hypothesis::kLinearHistory) ? 0 : random_.below(80);
  merges_of_100_ = terms.has(Hypothesis::kLinearHistory) ? 0 : random_.below(50);
  odd_of_100_ = random_.below(50);
}

base::Result<bool> Drawing::add() {
  constexpr int kTries = 24;
  for (int i = 0; i < kTries; ++i) {
    Choice choice;
    choice.prev = prev();
    const auto before = stage_.state_after(choice.prev);
    if (!before) return std::unexpected(before.error());
    const auto idea = pick(*before);
    if (!idea) continue;
    choice.act = idea->act;
    if (!terms_.has(Hypothesis::kHonestAuthEvents) && random_.chance(odd_of_100_, 200))
      choice.auth = odd(stage_.selection(choice.act, *before));
    choice.origin_server_ts = time();
    const auto stands = stage_.push(std::move(choice));
    if (!stands) return std::unexpected(stands.error());
    if (!*stands) continue;
    if (keeps(stage_, terms_)) return true;
    stage_.pop();
  }
  return false;
}

base::Result<std::optional<std::uint32_t>> Drawing::other_act(std::span<const std::uint32_t> prev) {
  const auto before = stage_.state_after(prev);
  if (!before) return std::unexpected(before.error());
  const auto idea = pick(*before);
  return idea ? std::optional(idea->act) : std::nullopt;
}

std::vector<std::uint32_t> Drawing::prev() {
  const auto last = static_cast<std::uint32_t>(stage_.size() - 1);
  const std::uint32_t first = study_.prefix() - 1;
  const auto any = [&] { return first + static_cast<std::uint32_t>(random_.below(last - first + 1)); };
  const std::uint32_t one = random_.chance(forks_of_100_, 100) ? any() : last;
  if (!random_.chance(merges_of_100_, 100)) return {one};
  const std::uint32_t other = any();
  if (stage_.reaches(one, other) || stage_.reaches(other, one)) return {one};
  return {std::min(one, other), std::max(one, other)};
}

std::optional<Study::Idea> Drawing::pick(State before) {
  std::vector<Study::Idea> possible;
  for (const Study::Idea& idea : study_.ideas(before)) {
    if (on_[static_cast<std::size_t>(idea.kind)] && stage_.allowed(idea.act, before)) possible.push_back(idea);
  }
  if (possible.empty()) return std::nullopt;
  // A kind first: there are many ways to set a level.
  const Kind kind = random_.pick(possible).kind;
  if (random_.chance(1, 2)) std::erase_if(possible, [&](const Study::Idea& idea) { return idea.kind != kind; });
  return random_.pick(possible);
}

std::vector<std::uint32_t> Drawing::odd(std::vector<std::uint32_t> auth) {
  if (auth.empty()) return auth;
  const std::size_t at = random_.below(auth.size());
  std::vector<std::uint32_t> older;
  for (std::uint32_t i = 1; i < stage_.size(); ++i) {
    if (i != auth[at] && stage_.room().key(stage_.event(i)) == stage_.room().key(stage_.event(auth[at])))
      older.push_back(i);
  }
  if (older.empty()) {
    auth.erase(auth.begin() + static_cast<std::ptrdiff_t>(at));
  } else {
    auth[at] = random_.pick(older);
    std::ranges::sort(auth);
  }
  return auth;
}

/// Between any two that there are, or after all of them.
std::int64_t Drawing::time() {
  std::vector<std::int64_t> times;
  for (const Choice& choice : stage_.choices()) times.push_back(choice.origin_server_ts);
  std::ranges::sort(times);
  const std::int64_t last = times.back() + kBetween;
  if (terms_.has(Hypothesis::kHonestClock) || !random_.chance(odd_of_100_, 100)) return last;
  const std::size_t gap = random_.below(times.size());
  return gap == 0 ? times[0] - kBetween : times[gap - 1] + (times[gap] - times[gap - 1]) / 2;
}

}  // namespace stateroom::explore
