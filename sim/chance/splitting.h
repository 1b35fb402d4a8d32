// Estimates of rare chances by multilevel splitting.
//
// In:  a partition, a seed, how many times it is run. Out: the probability that its merge breaks the property, with a
//      confidence interval.
// Promise: unbiased: whenever the two sides differ in more entries than ever before in a run, the run goes on as
//          several copies, each with its part of the weight. Runs are independent of each other, so the interval is
//          that of the mean of their weights. A function of the seed.
// Source: Garvels, "The splitting method in rare event simulation" (2000): fixed splitting.
#pragma once

#include "sim/chance/partition.h"

namespace stateroom::chance {

struct SplittingOptions {
  std::uint64_t seed = 1;
  std::uint64_t runs = 2000;
  std::uint32_t copies = 3;              // at each level; 1: plain simulation
  double quantile = 2.5758293035489004;  // of the normal distribution: 99 % within
};

struct Estimate {
  std::uint64_t runs = 0, ends = 0, broken = 0;  // ends of copies, and those that broke the property
  double probability = 0, low = 0, high = 0;
};

/// Error: kLimit of a resolution.
base::Result<Estimate> estimate(Partition& partition, const SplittingOptions& options);

}  // namespace stateroom::chance
