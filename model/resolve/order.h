// topological(X along [paths of] E least e: K) and sort(X least e: K).
//
// In:  events, ascending, and for each a key of `width` parts.
// Out: the lexicographically smallest order by key in which what an event cites comes before it; ascending by key.
// Promise: the event id is the last part of every key, so that the order is one.
// Source: Matrix specification, rooms/v2, "Reverse topological power ordering" (Kahn's algorithm).
#pragma once

#include <span>

#include "model/resolve/context.h"

namespace stateroom::resolve {

/// `keys`: width parts for each event, in the order of `events`.
void sort_events(Context& context, std::span<const EventIndex> events, std::span<const KeyPart> keys, std::size_t width,
                 std::vector<EventIndex>& out);

/// `paths`: an event also comes after what it reaches through events that are not among `events`.
void topological(Context& context, std::span<const EventIndex> events, std::span<const KeyPart> keys, std::size_t width,
                 graph::EdgeField field, bool paths, std::vector<EventIndex>& out);

}  // namespace stateroom::resolve
