#include "bench/goals/kernel.h"

#include <algorithm>
#include <limits>

namespace stateroom::bench {

namespace {

constexpr std::uint32_t kNothing = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Kernel::Kernel(const graph::Room& room, const graph::StateStore& store, const std::vector<graph::State>& states)
    : masks_(room.size()), below_(room.size()), above_(room.size()) {
  base::require(states.size() <= 64, "a word of bits holds the states");
  for (const graph::State state : states) {
    std::vector<std::uint32_t>& by_key = states_.emplace_back(room.key_count(), kNothing);
    for (const auto& [key, event] : store.entries(state)) by_key[key.at()] = event.value();
  }
  const graph::EdgeField auth_events = room.edge_field("auth_events");
  begin_.push_back(0);
  for (std::uint32_t event = 0; event < room.size(); ++event) {
    for (const auto cited : room.cited(auth_events, graph::EventIndex{event})) {
      if (cited.valid()) cited_.push_back(cited.value());
    }
    begin_.push_back(static_cast<std::uint32_t>(cited_.size()));
  }
}

Kernel::Sizes Kernel::run() {
  const auto events = static_cast<std::uint32_t>(masks_.size());
  const auto keys = static_cast<std::uint32_t>(states_.front().size());
  std::fill(masks_.begin(), masks_.end(), 0);
  std::fill(below_.begin(), below_.end(), std::uint8_t{0});
  std::fill(above_.begin(), above_.end(), std::uint8_t{0});
  conflicted_.clear();
  for (std::uint32_t key = 0; key < keys; ++key) {
    bool same = true;
    for (const auto& state : states_) same = same && state[key] == states_[0][key];
    for (std::size_t i = 0; i < states_.size(); ++i) {
      const std::uint32_t event = states_[i][key];
      if (event == kNothing) continue;
      masks_[event] |= std::uint64_t{1} << i;
      if (!same) conflicted_.push_back(event);
    }
  }
  std::sort(conflicted_.begin(), conflicted_.end());
  conflicted_.erase(std::unique(conflicted_.begin(), conflicted_.end()), conflicted_.end());
  for (const std::uint32_t event : conflicted_) below_[event] = above_[event] = 1;

  const std::uint64_t all = states_.size() == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << states_.size()) - 1;
  Sizes out{static_cast<std::uint32_t>(conflicted_.size()), 0, 0};
  for (std::uint32_t event = events; event-- > 0;) {
    const std::uint64_t mask = masks_[event];
    out.difference += mask != 0 && mask != all ? 1 : 0;
    for (std::uint32_t at = begin_[event]; at < begin_[event + 1]; ++at) {
      masks_[cited_[at]] |= mask;
      below_[cited_[at]] |= below_[event];
    }
  }
  for (std::uint32_t event = 0; event < events; ++event) {
    std::uint8_t reaches = above_[event];
    for (std::uint32_t at = begin_[event]; at < begin_[event + 1]; ++at) reaches |= above_[cited_[at]];
    above_[event] = reaches;
    out.subgraph += reaches & below_[event];
  }
  return out;
}

}  // namespace stateroom::bench
