#include "sim/kernel/wait.h"

namespace stateroom::kernel {

Time exponential_wait(Random& random, Time mean) {
  // A fraction u is taken if the run of falling numbers that it begins is of odd length, which is so with probability
  // exp(-u); each try that fails adds one whole mean.
  for (std::uint64_t wholes = 0;; ++wholes) {
    const std::uint64_t fraction = random.next();
    std::uint64_t last = fraction, length = 1;
    for (std::uint64_t next = random.next(); next < last; next = random.next()) {
      last = next;
      ++length;
    }
    if (length % 2 == 0) continue;
    const auto part = static_cast<Time>(fraction >> 44);  // of 2^20
    constexpr Time kWhole = Time{1} << 20;
    return static_cast<Time>(wholes) * mean + mean / kWhole * part + mean % kWhole * part / kWhole;
  }
}

}  // namespace stateroom::kernel
