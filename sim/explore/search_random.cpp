#include "sim/explore/drawing.h"

namespace stateroom::explore {
namespace {

constexpr std::uint64_t kAskEvery = 256;  // histories between two looks at the clock

}  // namespace

base::Result<Outcome> search_random(Stage& stage, Study& study, const SearchOptions& options) {
  Outcome out;
  Progress& progress = out.progress;
  for (std::uint64_t number = 0; options.histories_max == 0 || number < options.histories_max; ++number) {
    if (number % kAskEvery == 0 && options.go_on && !options.go_on(progress)) break;
    stage.cut(study.prefix());
    Drawing drawing(stage, study, options.terms,
                    kernel::Random(options.seed, "explore/history/" + std::to_string(number)));
    ++progress.histories;
    for (std::uint32_t i = 0; i < options.events; ++i) {
      const auto added = drawing.add();
      if (!added) return std::unexpected(added.error());
      if (!*added) break;
      auto found = ask_last(stage, study, options.terms, progress.questions);
      if (!found) return std::unexpected(found.error());
      if (*found) {
        out.find = Find{stage.choices(), std::move(**found)};
        return out;
      }
    }
  }
  return out;
}

}  // namespace stateroom::explore
