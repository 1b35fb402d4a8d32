#include <algorithm>
#include <unordered_set>

#include "sim/explore/drawing.h"
#include "sim/explore/novelty.h"

namespace stateroom::explore {
namespace {

using properties::Hypothesis;

constexpr std::uint64_t kAskEvery = 256;  // histories between two looks at the clock
constexpr std::size_t kCorpusMost = 4096;
constexpr std::uint64_t kFreshOf100 = 20;  // histories that are drawn from the beginning

/// A history that did something new, and how often others were made of it.
struct Kept {
  std::vector<Choice> choices;
  std::uint64_t uses = 0;
};

class Guided {
 public:
  Guided(Stage& stage, Study& study, const SearchOptions& options) : stage_(stage), study_(study), options_(options) {}

  base::Result<Outcome> run() {
    Progress& progress = out_.progress;
    for (std::uint64_t number = 0; options_.histories_max == 0 || number < options_.histories_max; ++number) {
      if (number % kAskEvery == 0 && options_.go_on && !options_.go_on(progress)) break;
      Drawing drawing(stage_, study_, options_.terms,
                      kernel::Random(options_.seed, "explore/guided/" + std::to_string(number)));
      ++progress.histories;
      stage_.cut(study_.prefix());
      if (!corpus_.empty() && !drawing.random().chance(kFreshOf100, 100)) {
        if (auto done = change(drawing); !done) return std::unexpected(done.error());
      }
      if (auto done = grow(drawing); !done) return std::unexpected(done.error());
      if (out_.find) return std::move(out_);
      if (auto done = keep(drawing.random()); !done) return std::unexpected(done.error());
    }
    return std::move(out_);
  }

 private:
  std::uint32_t last() const { return static_cast<std::uint32_t>(stage_.size() - 1); }

  /// One of two, that of which less was made.
  Kept& parent(kernel::Random& random) {
    Kept &one = corpus_[random.below(corpus_.size())], &other = corpus_[random.below(corpus_.size())];
    return one.uses <= other.uses ? one : other;
  }

  /// A kept history with one thing otherwise, on the stage: cut short, or without an event, or with another act at the
  /// place of one, or with an event after another one.
  base::Result<void> change(Drawing& drawing) {
    kernel::Random& random = drawing.random();
    Kept& from = parent(random);
    ++from.uses;
    const std::vector<Choice> choices = from.choices;
    const auto first = study_.prefix(), end = static_cast<std::uint32_t>(choices.size());
    const std::uint32_t at = first + static_cast<std::uint32_t>(random.below(end - first));
    const std::uint64_t way = random.below(4);
    places_.assign(end, 0);
    for (std::uint32_t i = 0; i < first; ++i) places_[i] = i;
    for (std::uint32_t i = first; i < end; ++i) {
      if (i == at && way == 0) return {};
      Choice choice = moved(choices[i]);
      places_[i] = choice.prev[0];
      if (i == at && way == 1) continue;
      if (i == at && way == 2) {
        const auto act = drawing.other_act(choice.prev);
        if (!act) return std::unexpected(act.error());
        choice.act = (*act).value_or(choice.act);
        choice.auth.reset();
      }
      if (i == at && way == 3 && !options_.terms.has(Hypothesis::kLinearHistory))
        choice.prev = {first - 1 + static_cast<std::uint32_t>(random.below(last() - first + 2))};
      if (auto done = put(std::move(choice), i, i >= at); !done || out_.find) return done;
    }
    return {};
  }

  /// What a choice says of other events, as they stand now.
  Choice moved(Choice choice) const {
    const auto all = [&](std::vector<std::uint32_t>& list) {
      for (std::uint32_t& one : list) one = places_[one];
      std::ranges::sort(list);
      list.erase(std::unique(list.begin(), list.end()), list.end());
    };
    all(choice.prev);
    if (choice.prev.size() == 2 && stage_.reaches(choice.prev[1], choice.prev[0]))
      choice.prev.erase(choice.prev.begin());
    if (choice.auth) all(*choice.auth);
    return choice;
  }

  base::Result<void> put(Choice choice, std::uint32_t number, bool is_new) {
    if (options_.terms.has(Hypothesis::kLinearHistory)) choice.prev = {last()};
    const auto stands = stage_.push(std::move(choice));
    if (!stands) return std::unexpected(stands.error());
    if (!*stands) return {};
    if (!keeps(stage_, options_.terms)) {
      stage_.pop();
      return {};
    }
    places_[number] = last();
    return is_new ? ask() : base::Result<void>{};
  }

  base::Result<void> grow(Drawing& drawing) {
    while (!out_.find && stage_.size() - study_.prefix() < options_.events) {
      const auto added = drawing.add();
      if (!added) return std::unexpected(added.error());
      if (!*added) break;
      if (auto done = ask(); !done) return done;
    }
    return {};
  }

  base::Result<void> ask() {
    auto found = ask_last(stage_, study_, options_.terms, out_.progress.questions);
    if (!found) return std::unexpected(found.error());
    if (*found) out_.find = Find{stage_.choices(), std::move(**found)};
    return {};
  }

  /// Keeps the history that stands if the merge of its newest event with some other one does something new.
  base::Result<void> keep(kernel::Random& random) {
    if (last() < study_.prefix()) return {};
    const std::uint32_t first = study_.prefix() - 1;
    const auto other = first + static_cast<std::uint32_t>(random.below(last() - first));
    const std::array<State, 2> states{stage_.after(other), stage_.after(last())};
    if (states[0] == states[1]) return {};
    const auto features = features_of(stage_, states);
    if (!features) return std::unexpected(features.error());
    bool is_new = false;
    for (const std::uint64_t one : *features) is_new = seen_.insert(one).second || is_new;
    out_.progress.features = seen_.size();
    if (!is_new) return {};
    Kept kept{stage_.choices(), 0};
    if (corpus_.size() < kCorpusMost) {
      corpus_.push_back(std::move(kept));
    } else {
      corpus_[random.below(corpus_.size())] = std::move(kept);
    }
    out_.progress.corpus = corpus_.size();
    return {};
  }

  Stage& stage_;
  Study& study_;
  const SearchOptions& options_;
  Outcome out_;
  std::vector<Kept> corpus_;
  std::unordered_set<std::uint64_t> seen_;
  std::vector<std::uint32_t> places_;  // of the events of a parent, on the stage
};

}  // namespace

base::Result<Outcome> search_guided(Stage& stage, Study& study, const SearchOptions& options) {
  return Guided(stage, study, options).run();
}

}  // namespace stateroom::explore
