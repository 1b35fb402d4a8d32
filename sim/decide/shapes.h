// Shapes of small histories: how events are placed, whoever does what in them.
#pragma once

#include <cstdint>
#include <vector>

namespace stateroom::decide {

/// prev_events of each event after the prefix, ascending. Events are numbered from 0, the create event.
using Shape = std::vector<std::vector<std::uint32_t>>;

/// All ways in which `events` events stand after a prefix, up to the names of events: each has one prev_event or two of
/// which none comes after the other; at most two of all have none after them. `linear`: the one chain.
/// `numbered`: each order in which events can be made counts as a shape of its own, as an event may cite those made
/// before it that are none of its ancestors. Where a history has more ends than two, a smaller one asks the same of
/// each two of them.
std::vector<Shape> shapes(std::uint32_t prefix, std::uint32_t events, bool linear, bool numbered = false);

/// The events that have none after them, ascending.
std::vector<std::uint32_t> ends(std::uint32_t prefix, const Shape& shape);

}  // namespace stateroom::decide
