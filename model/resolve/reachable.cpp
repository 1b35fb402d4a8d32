#include "model/resolve/reachable.h"

#include <algorithm>

#include "model/resolve/event_set.h"

namespace stateroom::resolve {

void reachable(Context& context, const Events& from, graph::EdgeField field, const Events* within, EventIndex floor,
               Events& out) {
  out.clear();
  auto reached = context.marks();
  auto to_do = context.lists.take();
  members(context, from, *to_do);
  context.touch(to_do->size());
  while (!to_do->empty()) {
    const EventIndex event = to_do->back();
    to_do->pop_back();
    for (const EventIndex cited : context.room.cited(field, event)) {
      if (!cited.valid() || cited < floor || reached->has(cited)) continue;
      if (within != nullptr && !contains(context, *within, cited)) continue;
      reached->add(cited);
      out.events.push_back(cited);
      to_do->push_back(cited);
    }
  }
  context.touch(out.events.size());
  std::sort(out.events.begin(), out.events.end());
}

void between(Context& context, const Events& from, graph::EdgeField field, Events& out) {
  out.clear();
  auto start = context.lists.take();
  members(context, from, *start);
  if (start->empty()) return;
  // Every event of a path between two members has an index between theirs.
  auto down = context.value();
  reachable(context, from, field, nullptr, start->front(), *down);
  // leads: the event is a member, or something that it cites leads to one.
  auto leads = context.marks();
  for (const EventIndex event : *start) leads->add(event);
  for (const EventIndex event : down->events) {
    if (leads->has(event)) continue;
    for (const EventIndex cited : context.room.cited(field, event)) {
      if (!cited.valid() || !leads->has(cited)) continue;
      leads->add(event);
      out.events.push_back(event);
      break;
    }
  }
  out.events.insert(out.events.end(), start->begin(), start->end());
  std::sort(out.events.begin(), out.events.end());
}

}  // namespace stateroom::resolve
