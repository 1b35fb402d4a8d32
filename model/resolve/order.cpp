#include "model/resolve/order.h"

#include <algorithm>
#include <numeric>

namespace stateroom::resolve {

namespace {

// places[i]: position of the i-th smallest key.
void places_by_key(Context& context, std::span<const EventIndex> events, std::span<const KeyPart> keys,
                   std::size_t width, std::vector<std::uint32_t>& places) {
  places.resize(events.size());
  std::iota(places.begin(), places.end(), 0u);
  const graph::Room& room = context.room;
  std::sort(places.begin(), places.end(), [&](std::uint32_t a, std::uint32_t b) {
    for (std::size_t part = 0; part < width; ++part) {
      const auto order = keys[a * width + part] <=> keys[b * width + part];
      if (order != 0) return order < 0;
    }
    return room.id_rank(events[a]) < room.id_rank(events[b]);
  });
  context.touch(events.size());
}

// Calls visit(place) for each member that `event` reaches through events that are none.
template <class Visit>
void visit_reached(Context& context, EventIndex event, EventIndex floor, graph::EdgeField field,
                   const EventNumbers& place, Visit&& visit) {
  auto seen = context.marks();
  auto to_do = context.lists.take();
  to_do->assign(1, event);
  while (!to_do->empty() && !context.over_limit()) {
    const EventIndex from = to_do->back();
    to_do->pop_back();
    for (const EventIndex cited : context.room.cited(field, from)) {
      if (!cited.valid() || cited < floor || !seen->add(cited)) continue;
      context.touch(1);
      ++context.paths_steps;
      if (place.has(cited)) {
        visit(place.get(cited));  // what lies below follows from its own place
      } else {
        to_do->push_back(cited);
      }
    }
  }
}

}  // namespace

void sort_events(Context& context, std::span<const EventIndex> events, std::span<const KeyPart> keys, std::size_t width,
                 std::vector<EventIndex>& out) {
  auto places = context.words.take();
  places_by_key(context, events, keys, width, *places);
  out.clear();
  for (const std::uint32_t place : *places) out.push_back(events[place]);
}

void topological(Context& context, std::span<const EventIndex> events, std::span<const KeyPart> keys, std::size_t width,
                 graph::EdgeField field, bool paths, std::vector<EventIndex>& out) {
  out.clear();
  if (events.empty()) return;
  auto sorted = context.words.take();
  places_by_key(context, events, keys, width, *sorted);
  // From here on an event is its rank by key.
  auto rank_of = context.marks();
  for (std::uint32_t rank = 0; rank < sorted->size(); ++rank) rank_of->set(events[(*sorted)[rank]], rank);
  const auto event_of = [&](std::uint32_t rank) { return events[(*sorted)[rank]]; };

  // (cited, citing) pairs by rank; a repetition counts twice on both sides.
  auto pairs = context.words.take();
  auto waiting_for = context.words.take();
  pairs->clear();
  waiting_for->assign(events.size(), 0);
  for (std::uint32_t rank = 0; rank < events.size(); ++rank) {
    const auto comes_after = [&](std::uint32_t other) {
      pairs->push_back(other);
      pairs->push_back(rank);
      ++(*waiting_for)[rank];
    };
    if (paths) {
      visit_reached(context, event_of(rank), events.front(), field, *rank_of, comes_after);
      continue;
    }
    for (const EventIndex cited : context.room.cited(field, event_of(rank))) {
      if (cited.valid() && rank_of->has(cited)) comes_after(rank_of->get(cited));
    }
  }
  // Rows of citing ranks by cited rank.
  auto begin = context.words.take();
  auto citing = context.words.take();
  begin->assign(events.size() + 1, 0);
  citing->resize(pairs->size() / 2);
  for (std::size_t i = 0; i < pairs->size(); i += 2) ++(*begin)[(*pairs)[i] + 1];
  std::partial_sum(begin->begin(), begin->end(), begin->begin());
  auto next = context.words.take();
  next->assign(begin->begin(), begin->end());
  for (std::size_t i = 0; i < pairs->size(); i += 2) (*citing)[(*next)[(*pairs)[i]]++] = (*pairs)[i + 1];

  auto ready = context.words.take();  // a heap with the smallest rank on top
  ready->clear();
  const std::greater<> smallest_on_top;
  for (std::uint32_t rank = 0; rank < events.size(); ++rank) {
    if ((*waiting_for)[rank] == 0) ready->push_back(rank);  // ascending, which is a heap
  }
  while (!ready->empty()) {
    std::pop_heap(ready->begin(), ready->end(), smallest_on_top);
    const std::uint32_t rank = ready->back();
    ready->pop_back();
    out.push_back(event_of(rank));
    for (std::uint32_t i = (*begin)[rank]; i < (*begin)[rank + 1]; ++i) {
      if (--(*waiting_for)[(*citing)[i]] != 0) continue;
      ready->push_back((*citing)[i]);
      std::push_heap(ready->begin(), ready->end(), smallest_on_top);
    }
  }
  base::require(out.size() == events.size(), "a room has no cycle");
}

}  // namespace stateroom::resolve
