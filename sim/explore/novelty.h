// What a merge exercised, as numbers that can be compared: whether a history does something that none did before it.
//
// In:  a stage and the state sets of a merge.
// Out: features: each rule that decided, which way and for which name of the resolution; how many events each name of
//      the resolution held (none, one, two, three or more) and which came together; the shape of each conflicted set,
//      up to renaming: what its events are, who sent them by order of appearance, which of them come before which.
// Promise: a function of the history, the same on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/explore/stage.h"

namespace stateroom::explore {

/// Features, some of them more than once. Error: kLimit of the resolution.
base::Result<std::vector<std::uint64_t>> features_of(Stage& stage, std::span<const State> states);

}  // namespace stateroom::explore
