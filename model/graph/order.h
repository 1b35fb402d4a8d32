// The order in which a room numbers its events.
//
// In:  for each event its rank, and what it names in any edge field.
// Out: the lexicographically smallest order by event id in which what an event names comes before it, or events
//      that name each other in a circle.
// Promise: no recursion; the order of the input does not show.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace stateroom::graph {

/// ranks[i]: the place of ids[i] among all, bytewise. The ids are different.
std::vector<std::uint32_t> rank_by_bytes(std::span<const std::string_view> ids);

/// An edge (from, to): `from` names `to`.
using Naming = std::pair<std::uint32_t, std::uint32_t>;

/// Positions in topological order, ties by rank. Error: the positions of the events of one cycle, each of which names
/// the next.
std::expected<std::vector<std::uint32_t>, std::vector<std::uint32_t>> topological_order(
    std::span<const std::uint32_t> ranks, std::span<const Naming> edges);

}  // namespace stateroom::graph
