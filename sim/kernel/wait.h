// Waits between things that happen at a rate.
//
// In:  the mean wait in microseconds. Out: exponential waits, as of things that happen independently of each other.
// Promise: whole numbers only (von Neumann's method: comparisons of random numbers), so the same on every machine.
#pragma once

#include "sim/kernel/queue.h"
#include "sim/kernel/random.h"

namespace stateroom::kernel {

/// `mean` is at most some 500 years.
Time exponential_wait(Random& random, Time mean);

}  // namespace stateroom::kernel
