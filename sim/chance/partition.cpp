#include "sim/chance/partition.h"

#include <algorithm>
#include <numeric>

namespace stateroom::chance {

using explore::Kind;
using explore::Stage;
using explore::Study;
using graph::State;

std::uint64_t Behaviour::total() const { return std::accumulate(a_day.begin(), a_day.end(), heals_a_day); }

Tips Partition::begin() {
  stage_.cut(study_.prefix());
  const std::uint32_t last = study_.prefix() - 1;
  return {{last, last}, 0};
}

std::vector<Move> Partition::moves(const Tips& tips, Kind kind) {
  std::vector<Move> out;
  if (tips.events >= behaviour_.events_most) return out;
  for (std::uint8_t side = 0; side < 2; ++side) {
    const State before = stage_.after(tips.last[side]);
    for (const Study::Idea& idea : study_.ideas(before)) {
      if (idea.kind != kind) continue;
      const auto person = std::ranges::find(Study::people(), stage_.act(idea.act).sender) - Study::people().begin();
      if (behaviour_.side[static_cast<std::size_t>(person)] != side || !stage_.allowed(idea.act, before)) continue;
      out.push_back({idea.act, side});
    }
  }
  return out;
}

base::Result<std::optional<Tips>> Partition::go(const Tips& tips, const Move& move) {
  const std::int64_t time = explore::kFirstTimestamp + static_cast<std::int64_t>(stage_.size()) * explore::kBetween;
  const auto stands = stage_.push({move.act, {tips.last[move.side]}, std::nullopt, time});
  if (!stands) return std::unexpected(stands.error());
  if (!*stands) return std::optional<Tips>();
  Tips out = tips;
  out.last[move.side] = static_cast<std::uint32_t>(stage_.size() - 1);
  ++out.events;
  return std::optional(out);
}

base::Result<bool> Partition::breaks(const Tips& tips) {
  if (!differ(tips)) return false;
  const std::array<State, 2> states{stage_.after(tips.last[0]), stage_.after(tips.last[1])};
  const auto answer = stage_.ask(states);
  if (!answer) return std::unexpected(answer.error());
  return !answer->violations.empty();
}

std::uint32_t Partition::distance(const Tips& tips) {
  constexpr std::uint32_t kMost = 3;
  const std::array<State, 2> states{stage_.after(tips.last[0]), stage_.after(tips.last[1])};
  std::uint32_t out = 0;
  stage_.store().visit_difference(states, [&](base::KeyIndex, std::span<const base::EventIndex> events) {
    const base::EventIndex one = events[0].valid() ? events[0] : events[1];
    const std::string& type = stage_.act(stage_.act_at(stage_.place_of(one))).type;
    out += type == "m.room.topic" ? 0 : 1;
  });
  return std::min(out, kMost);
}

}  // namespace stateroom::chance
