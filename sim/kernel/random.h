// Random numbers: named streams from one seed.
//
// In:  a seed and a name. Out: a stream of numbers that depends on both and on nothing else.
// Promise: the same on every machine; a new stream never shifts the numbers of another. No std::*_distribution, whose
// results differ
//          between libraries.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/base/error.h"

namespace stateroom::kernel {

/// xoshiro256** (Blackman and Vigna, 2018), seeded by SHA-256 of the seed and the stream's name.
class Random {
 public:
  Random(std::uint64_t seed, std::string_view name);
  std::uint64_t next();
  /// A number below `bound`, each as likely as the others; 0 for a bound of 0 or 1.
  std::uint64_t below(std::uint64_t bound);
  /// True `part` times of `whole`.
  bool chance(std::uint64_t part, std::uint64_t whole) { return below(whole) < part; }
  template <class Items>
  const auto& pick(const Items& items) {
    base::require(!items.empty(), "something is picked out of a list that is not empty");
    return items[below(items.size())];
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace stateroom::kernel
