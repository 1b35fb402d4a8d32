#include "model/resolve/event_set.h"

#include <algorithm>
#include <array>

namespace stateroom::resolve {

namespace {

using Entry = StateStore::Entry;

// One of two states is so small that going through its entries is cheaper than comparing the tries.
bool much_smaller(const StateStore& store, State small, State large) {
  return std::uint64_t{store.size(small)} * 16 < store.size(large);
}

// Calls visit(event of left, event of right) where two states differ.
template <class Visit>
void compare(const StateStore& store, State left, State right, Visit&& visit) {
  const std::array<State, 2> both{left, right};
  store.visit_difference(both,
                         [&](KeyIndex key, std::span<const EventIndex> events) { visit(key, events[0], events[1]); });
}

bool in_state(const Context& context, State state, EventIndex event) {
  if (state == State{}) return false;
  const KeyIndex key = context.room.key(event);
  return key.valid() && context.store.get(state, key) == event;
}

void sort_unique(std::vector<EventIndex>& events) {
  std::sort(events.begin(), events.end());
  events.erase(std::unique(events.begin(), events.end()), events.end());
}

}  // namespace

bool contains(const Context& context, const Events& set, EventIndex event) {
  if (set.is_order) return std::find(set.events.begin(), set.events.end(), event) != set.events.end();
  return in_state(context, set.common, event) || std::binary_search(set.events.begin(), set.events.end(), event);
}

void members(const Context& context, const Events& set, std::vector<EventIndex>& out) {
  out.assign(set.events.begin(), set.events.end());
  if (set.common == State{}) {
    if (set.is_order) std::sort(out.begin(), out.end());
    return;
  }
  for (const auto& [key, event] : context.store.entries(set.common)) out.push_back(event);
  std::sort(out.begin(), out.end());
}

void unite(Context& context, Events& into, const Events& other) {
  context.touch(other.events.size());
  const auto more = [&](EventIndex event) {
    if (!in_state(context, into.common, event)) into.events.push_back(event);
  };
  if (into.common == State{} && other.common != State{}) {
    into.common = other.common;
    std::erase_if(into.events, [&](EventIndex event) { return in_state(context, into.common, event); });
  } else if (other.common != State{} && other.common != into.common) {
    compare(context.store, into.common, other.common, [&](KeyIndex, EventIndex, EventIndex theirs) {
      if (theirs.valid()) more(theirs);
    });
  }
  for (const EventIndex event : other.events) more(event);
  sort_unique(into.events);
}

void meet(Context& context, const Events& left, const Events& right, Events& out) {
  out.clear();
  context.touch(left.events.size() + right.events.size());
  if (left.common != State{} && right.common != State{}) {
    auto changes = context.some_changes();
    compare(context.store, left.common, right.common,
            [&](KeyIndex key, EventIndex, EventIndex) { changes->emplace_back(key, EventIndex::none()); });
    out.common = context.store.with_these(left.common, *changes);
  }
  for (const EventIndex event : left.events) {
    if (contains(context, right, event)) out.events.push_back(event);
  }
  for (const EventIndex event : right.events) {
    if (in_state(context, left.common, event)) out.events.push_back(event);
  }
  sort_unique(out.events);
}

void subtract(Context& context, Events& from, const Events& other) {
  context.touch(from.events.size() + other.events.size());
  std::erase_if(from.events, [&](EventIndex event) { return contains(context, other, event); });
  if (from.common == State{}) return;
  if (other.common != State{}) {
    // What is left of the common state is what differs.
    std::vector<Entry> left;
    compare(context.store, from.common, other.common, [&](KeyIndex key, EventIndex ours, EventIndex) {
      if (ours.valid()) left.emplace_back(key, ours);
    });
    from.common = context.store.from(std::move(left));
  }
  auto gone = context.some_changes();
  for (const EventIndex event : other.events) {
    if (in_state(context, from.common, event)) gone->emplace_back(context.room.key(event), EventIndex::none());
  }
  from.common = context.store.with_these(from.common, *gone);
}

State as_state(Context& context, const Events& set) {
  if (set.events.empty()) return set.common;
  auto entries = context.some_changes();
  for (const EventIndex event : set.events) {
    if (context.room.key(event).valid()) entries->emplace_back(context.room.key(event), event);
  }
  return context.store.with_these(set.common, *entries);
}

State overlay(Context& context, State below, State above) {
  if (above == State{} || below == above) return below;
  if (below == State{}) return above;
  StateStore& store = context.store;
  auto changes = context.some_changes();
  if (much_smaller(store, below, above)) {
    for (const Entry& entry : store.entries(below)) {
      if (!store.get(above, entry.first).valid()) changes->push_back(entry);
    }
    context.touch(store.size(below));
    return store.with_these(above, *changes);
  }
  if (much_smaller(store, above, below)) {
    context.touch(store.size(above));
    return store.with(below, store.entries(above));
  }
  compare(store, below, above, [&](KeyIndex key, EventIndex, EventIndex top) {
    if (top.valid()) changes->emplace_back(key, top);
  });
  context.touch(changes->size());
  return store.with_these(below, *changes);
}

void at_keys(Context& context, const Events& set, const Events& of, Events& out) {
  out.clear();
  context.touch(set.events.size() + of.events.size());
  const graph::Room& room = context.room;
  std::vector<KeyIndex> more;  // keys that `of` has beside those of its state
  for (const EventIndex event : of.events) {
    const KeyIndex key = room.key(event);
    if (key.valid() && !context.store.get(of.common, key).valid()) more.push_back(key);
  }
  std::sort(more.begin(), more.end());
  const auto has = [&](KeyIndex key) {
    return key.valid() &&
           (context.store.get(of.common, key).valid() || std::binary_search(more.begin(), more.end(), key));
  };
  for (const EventIndex event : set.events) {
    if (has(room.key(event))) out.events.push_back(event);
  }
  if (set.common == State{}) return;
  if (of.common == State{}) {
    std::vector<Entry> kept;
    for (const KeyIndex key : more) {
      const EventIndex event = context.store.get(set.common, key);
      if (event.valid()) kept.emplace_back(key, event);
    }
    out.common = context.store.from(std::move(kept));
    return;
  }
  // Where the two states agree the key is there.
  auto gone = context.some_changes();
  compare(context.store, set.common, of.common, [&](KeyIndex key, EventIndex ours, EventIndex) {
    if (ours.valid() && !has(key)) gone->emplace_back(key, EventIndex::none());
  });
  out.common = context.store.with_these(set.common, *gone);
}

void rivals(Context& context, const Events& set, Events& out) {
  out.clear();
  context.touch(set.events.size());
  // The events of a state have no rivals among themselves: only the others can bring some.
  auto by_key = context.lists.take();
  by_key->clear();
  for (const EventIndex event : set.events) {
    if (context.room.key(event).valid()) by_key->push_back(event);
  }
  const graph::Room& room = context.room;
  std::sort(by_key->begin(), by_key->end(),
            [&](EventIndex a, EventIndex b) { return std::pair(room.key(a), a) < std::pair(room.key(b), b); });
  for (std::size_t begin = 0; begin < by_key->size();) {
    const KeyIndex key = room.key((*by_key)[begin]);
    std::size_t end = begin;
    while (end < by_key->size() && room.key((*by_key)[end]) == key) ++end;
    const EventIndex common = set.common == State{} ? EventIndex::none() : context.store.get(set.common, key);
    if (end - begin > 1 || common.valid()) {
      for (std::size_t i = begin; i < end; ++i) out.events.push_back((*by_key)[i]);
      if (common.valid()) out.events.push_back(common);
    }
    begin = end;
  }
  sort_unique(out.events);
}

}  // namespace stateroom::resolve
