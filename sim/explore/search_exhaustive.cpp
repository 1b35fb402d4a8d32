#include <algorithm>

#include "sim/explore/search.h"

namespace stateroom::explore {
namespace {

using properties::Hypothesis;

constexpr std::uint64_t kAskEvery = 4096;  // histories between two looks at the clock

class Exhaustive {
 public:
  Exhaustive(Stage& stage, Study& study, const SearchOptions& options)
      : stage_(stage), study_(study), options_(options), terms_(options.terms) {}

  base::Result<Outcome> run() {
    for (std::uint32_t events = 1; events <= options_.events; ++events) {
      events_ = out_.progress.events = events;
      out_.levels.push_back({events, 0, 0, 0});
      stage_.cut(study_.prefix());
      firsts_ = 0;
      shape(0);
      if (auto done = extend(); !done) return std::unexpected(done.error());
      if (out_.find || stopped_) return std::move(out_);
    }
    out_.complete = true;
    return std::move(out_);
  }

 private:
  std::uint32_t last() const { return static_cast<std::uint32_t>(stage_.size() - 1); }
  bool done() const { return out_.find.has_value() || stopped_; }

  base::Result<void> extend() {
    const auto added = static_cast<std::uint32_t>(stage_.size()) - study_.prefix();
    if (added == events_) return leaf();
    for (const auto& prev : prevs()) {
      const auto before = stage_.state_after(prev);
      if (!before) return std::unexpected(before.error());
      // The stage may be made anew below: what is to be tried is kept apart from its states.
      std::vector<std::uint32_t> acts;
      for (const Study::Idea& idea : study_.ideas(*before)) {
        if (stage_.allowed(idea.act, *before) && is_first_of_its_orders(idea.act, prev)) acts.push_back(idea.act);
      }
      for (const std::uint32_t act : acts) {
        const auto again = stage_.state_after(prev);
        if (!again) return std::unexpected(again.error());
        for (const auto& auth : auths(act, *again)) {
          for (const std::int64_t time : times()) {
            const bool is_first = stage_.size() == study_.prefix();
            const auto stands = stage_.push({act, prev, auth, time});
            if (!stands) return std::unexpected(stands.error());
            if (!*stands) continue;
            if (keeps(stage_, terms_) && (!is_first || firsts_++ % options_.parts == options_.part)) {
              if (auto below = extend(); !below) return below;
            }
            stage_.pop();
            if (done()) return {};
          }
        }
      }
    }
    return {};
  }

  base::Result<void> leaf() {
    Level& level = out_.levels.back();
    ++level.histories;
    ++out_.progress.histories;
    if (out_.progress.histories % kAskEvery == 0 && options_.go_on && !options_.go_on(out_.progress)) stopped_ = true;
    std::uint64_t questions = 0;
    auto found = ask_last(stage_, study_, terms_, questions);
    level.questions += questions;
    out_.progress.questions += questions;
    if (!found) return std::unexpected(found.error());
    if (!*found) return {};
    Find find{stage_.choices(), std::move(**found)};
    if (!options_.on_find || !options_.on_find(find)) out_.find = std::move(find);
    return {};
  }

  /// One event, or two of which none comes after the other.
  std::vector<std::vector<std::uint32_t>> prevs() const {
    if (terms_.has(Hypothesis::kLinearHistory)) return {{last()}};
    std::vector<std::vector<std::uint32_t>> out;
    for (std::uint32_t one = study_.prefix() - 1; one <= last(); ++one) {
      out.push_back({one});
      for (std::uint32_t other = study_.prefix(); other < one; ++other) {
        if (!stage_.reaches(one, other)) out.push_back({other, one});
      }
    }
    return out;
  }

  /// The shapes of histories of this size, whoever does what in them: how an event is placed does not depend on that.
  void shape(std::uint32_t added) {
    if (terms_.has(Hypothesis::kLinearHistory)) {
      out_.levels.back().shapes = 1;
      return;
    }
    if (added == events_) {
      ++out_.levels.back().shapes;
      past_.resize(added);
      return;
    }
    const auto place = [&](std::vector<bool> reached) {
      past_.resize(added);
      reached.resize(added + 1, false);
      reached[added] = true;
      past_.push_back(std::move(reached));
      shape(added + 1);
    };
    place({});
    for (std::uint32_t one = 0; one < added; ++one) {
      place(past_[one]);
      for (std::uint32_t other = 0; other < one; ++other) {
        if (past_[one][other]) continue;
        std::vector<bool> both = past_[one];
        for (std::uint32_t i = 0; i <= other; ++i) both[i] = both[i] || past_[other][i];
        place(std::move(both));
      }
    }
  }

  /// With free timestamps the order in which independent events are added says nothing: of the orders of one history
  /// that in which the acts come least is kept.
  bool is_first_of_its_orders(std::uint32_t act, const std::vector<std::uint32_t>& prev) const {
    if (terms_.has(Hypothesis::kHonestClock)) return true;
    for (std::uint32_t at = last(); at >= study_.prefix(); --at) {
      const bool before = std::ranges::any_of(prev, [&](std::uint32_t p) { return stage_.reaches(p, at); });
      if (before) return true;
      if (act < stage_.act_at(at)) return false;
    }
    return true;
  }

  std::vector<std::optional<std::vector<std::uint32_t>>> auths(std::uint32_t act, State before) {
    std::vector<std::optional<std::vector<std::uint32_t>>> out{std::nullopt};
    if (terms_.has(Hypothesis::kHonestAuthEvents)) return out;
    const auto selection = stage_.selection(act, before);
    for (std::size_t i = 0; i < selection.size(); ++i) {
      auto without = selection;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      for (std::uint32_t older = 1; older < selection[i]; ++older) {
        if (stage_.room().key(stage_.event(older)) != stage_.room().key(stage_.event(selection[i]))) continue;
        auto other = without;
        other.insert(std::ranges::upper_bound(other, older), older);
        out.emplace_back(std::move(other));
      }
      out.emplace_back(std::move(without));
    }
    return out;
  }

  /// After all others; or, where clocks are free, in each gap between two of the others, or before the room began.
  std::vector<std::int64_t> times() const {
    std::vector<std::int64_t> all{kFirstTimestamp, stage_.choices()[study_.prefix() - 1].origin_server_ts};
    for (std::uint32_t at = study_.prefix(); at <= last(); ++at) all.push_back(stage_.choices()[at].origin_server_ts);
    std::ranges::sort(all);
    std::vector<std::int64_t> out{all.back() + kBetween};
    if (terms_.has(Hypothesis::kHonestClock)) return out;
    out.push_back(all.front() - kBetween);
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (all[i - 1] != kFirstTimestamp) out.push_back(all[i - 1] + (all[i] - all[i - 1]) / 2);
    }
    return out;
  }

  Stage& stage_;
  Study& study_;
  const SearchOptions& options_;
  const properties::Terms& terms_;
  std::vector<std::vector<bool>> past_;
  std::uint32_t events_ = 0, firsts_ = 0;
  Outcome out_;
  bool stopped_ = false;
};

}  // namespace

base::Result<Outcome> search_exhaustive(Stage& stage, Study& study, const SearchOptions& options) {
  return Exhaustive(stage, study, options).run();
}

}  // namespace stateroom::explore
