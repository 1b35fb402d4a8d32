// How long a message is under way.
//
// In:  the least time, what half, nine of ten and 99 of 100 messages need at most, and the greatest time, in
// microseconds. Out: times drawn from that distribution, straight between the given points. Promise: whole numbers
// only, so that a draw is the same on every machine.
#pragma once

#include <array>

#include "sim/kernel/queue.h"
#include "sim/kernel/random.h"

namespace stateroom::network {

using kernel::Time;

struct Latency {
  /// At 0, 50, 90, 99 and 100 of 100; ascending.
  std::array<Time, 5> quantiles{20 * kernel::kMillisecond, 60 * kernel::kMillisecond, 150 * kernel::kMillisecond,
                                600 * kernel::kMillisecond, 3000 * kernel::kMillisecond};
  static Latency constant(Time time) { return {{time, time, time, time, time}}; }
  static Latency uniform(Time least, Time greatest);
  Time draw(kernel::Random& random) const;
};

}  // namespace stateroom::network
