#include "model/graph/labels.h"

#include <iterator>

namespace stateroom::graph {
namespace {

/// Labels are below this, so that they fit in signed numbers too.
constexpr std::uint64_t kLabelsEnd = std::uint64_t{1} << 62;

}  // namespace

void OrderedLabels::add(std::string text, std::uint32_t owner,
                        const std::function<void(std::uint32_t, std::uint64_t)>& place) {
  const auto at = entries_.try_emplace(std::move(text), Entry{owner, 0}).first;
  const std::uint64_t below = at == entries_.begin() ? 0 : std::prev(at)->second.label;
  const auto next = std::next(at);
  const std::uint64_t above = next == entries_.end() ? kLabelsEnd : next->second.label;
  if (above - below > 1) {
    at->second.label = below + (above - below) / 2;
    place(owner, at->second.label);
    return;
  }
  const std::uint64_t distance = kLabelsEnd / (entries_.size() + 1);
  std::uint64_t label = 0;
  for (auto& [known, entry] : entries_) {
    entry.label = label += distance;
    place(entry.owner, entry.label);
  }
}

}  // namespace stateroom::graph
