// line(e, T, K) and position(L, M).
//
// Source: Matrix specification, rooms/v2, "Mainline ordering".
#pragma once

#include "model/resolve/context.h"

namespace stateroom::resolve {

/// The event of a key that an event cites: of several the first in list order. none() without one.
EventIndex cited_of_key(const Context& context, EventIndex event, graph::EdgeField field, KeyIndex key);

/// e, its cited event of the key, that one's, …; empty if e is none().
void line(Context& context, EventIndex from, graph::EdgeField field, KeyIndex key, std::vector<EventIndex>& out);

/// Places of events in one line M, each found once: the index in M of the first event of line(e, T, K) that is in M.
class Places {
 public:
  static constexpr std::uint32_t kNowhere = EventNumbers::kUnset - 1;  // ∞
  void start(Context& context, std::span<const EventIndex> line);
  std::uint32_t of(Context& context, EventIndex event, graph::EdgeField field, KeyIndex key);

 private:
  EventNumbers places_;
  std::vector<EventIndex> walked_;
};

}  // namespace stateroom::resolve
