// Two groups of servers that cannot reach each other, and what their people do meanwhile: a Markov chain whose states
// are histories.
//
// In:  a stage with the prefix `study`, how often things are done and how often a partition heals.
// Out: from a history, what can happen next, each with its weight; whether the merge at the end breaks the property.
// Promise: honest behaviour only: everybody acts after the last event of their own side, by the rules, with honest
// clocks
//          and auth_events. A kind comes at its rate, whichever of its acts the rules allow then is as likely as the
//          others, and where they allow none nothing happens. After `events_most` events nobody does anything more.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/explore/search.h"

namespace stateroom::chance {

struct Behaviour {
  /// In the whole room, thousandths a day, by kind.
  std::array<std::uint64_t, explore::kKinds> a_day{};
  std::uint64_t heals_a_day = 1000;           // thousandths: a partition lasts a day in the mean
  std::uint32_t events_most = 3;              // of a partition
  std::array<std::uint8_t, 3> side{0, 1, 1};  // of each person of the study
  std::uint64_t total() const;                // of all rates and healing
};

/// Where a partition stands: the last event of each side.
struct Tips {
  std::array<std::uint32_t, 2> last{};
  std::uint32_t events = 0;
};

/// Something that may happen next.
struct Move {
  std::uint32_t act = 0;
  std::uint8_t side = 0;
};

class Partition {
 public:
  Partition(explore::Stage& stage, explore::Study& study, const Behaviour& behaviour)
      : stage_(stage), study_(study), behaviour_(behaviour) {}
  /// The stage holds the prefix alone from now on.
  Tips begin();
  /// What the rules let people do of a kind. Error: kLimit.
  std::vector<Move> moves(const Tips& tips, explore::Kind kind);
  /// Does it; none if the rules refuse it after all.
  base::Result<std::optional<Tips>> go(const Tips& tips, const Move& move);
  /// Do the two sides hold different states?
  bool differ(const Tips& tips) const { return stage_.after(tips.last[0]) != stage_.after(tips.last[1]); }
  /// Does the merge of the two sides break the property?
  base::Result<bool> breaks(const Tips& tips);
  /// Entries of which the two sides hold different ones, topics left out: 0 to 3 and more.
  std::uint32_t distance(const Tips& tips);
  const Behaviour& behaviour() const { return behaviour_; }
  explore::Stage& stage() { return stage_; }

 private:
  explore::Stage& stage_;
  explore::Study& study_;
  const Behaviour& behaviour_;
};

}  // namespace stateroom::chance
