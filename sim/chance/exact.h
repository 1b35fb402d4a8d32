// The exact chances of a tiny federation: an absorbing Markov chain over all histories of a partition.
//
// In:  a partition. Out: the probability that its merge breaks the property, and expected times.
// Promise: every history is a state of the chain; the linear equations are solved with a sparse LU decomposition and
//          their residual is below 1e-9. Limits: `states_most`.
#pragma once

#include "sim/chance/partition.h"

namespace stateroom::chance {

struct Exact {
  std::uint64_t states = 0, transitions = 0;
  double broken_per_merge = 0;        // probability that the merge at the end of a partition breaks the property
  double diverged_per_partition = 0;  // probability that the sides hold different states at some time
  double partition_days = 0;          // expected length of a partition
  double days_until_divergence = 0;   // expected, one partition after the other, each of a room like the first
  double days_until_broken = 0;       // the same; infinite where it never happens
};

/// Errors: kLimit, of states or of a resolution.
base::Result<Exact> exact(Partition& partition, std::uint64_t states_most = 500'000);

}  // namespace stateroom::chance
