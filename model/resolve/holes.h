// The holes of one resolution: what it would have followed and does not know.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/resolve/resolution.h"

namespace stateroom::resolve {

/// Ids, sorted, of the unknown events that the events of the states, or events that are reached from these, cite along
/// the edge fields that the version's resolution follows. They are as many whatever a resolution skips for speed: an
/// event that all states have behind them may be missing to no effect.
std::vector<std::string> holes_of(const rules::CoreVersion& version, const graph::Room& room, const StateStore& store,
                                  std::span<const State> states);

}  // namespace stateroom::resolve
