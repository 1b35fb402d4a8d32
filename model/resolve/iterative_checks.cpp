#include "model/resolve/iterative_checks.h"

#include <algorithm>

#include "model/resolve/event_set.h"

namespace stateroom::resolve {

bool Context::allowed(EventIndex event, const rules::StateView& state) {
  ++work.checks;
  const auto counted = [&](const rules::Decision& decision) {
    return decision.allowed != (flipped.valid() && decision.rule == flipped);
  };
  if (trace == nullptr) return counted(evaluator.authorise(event, state, true));
  rules::ReadLog log;
  TraceCheck check;
  check.name = name != nullptr ? *name : std::string();
  check.event = event;
  check.decision = evaluator.authorise(event, state, true, &log);
  log.finish();
  check.reads = std::move(log.reads);
  trace->checks.push_back(std::move(check));
  return counted(trace->checks.back().decision);
}

State apply(Context& context, std::span<const EventIndex> order, State state) {
  rules::WorkState& work = context.contest;
  work.reset(state);
  const rules::StateView view = rules::StateView::of(work, true);
  for (const EventIndex event : order) {
    if (context.over_limit()) break;
    const KeyIndex key = context.room.key(event);
    if (context.allowed(event, view) && key.valid()) work.set(key, event);
  }
  return work.finish();
}

void admitted(Context& context, const Events& set, State state, Events& out) {
  out.clear();
  out.is_order = set.is_order;
  auto all = context.lists.take();
  if (set.is_order) {
    all->assign(set.events.begin(), set.events.end());
  } else {
    members(context, set, *all);
  }
  const rules::StateView view = rules::StateView::of(context.store, state);
  for (const EventIndex event : *all) {
    if (context.over_limit()) break;
    if (context.allowed(event, view)) out.events.push_back(event);
  }
}

namespace {

// Calls contest(events of one key, in the order of `sorted`) for each key, in key order.
template <class Contest>
void for_each_key(Context& context, std::span<const EventIndex> sorted, Contest&& contest) {
  const graph::Room& room = context.room;
  auto by_key = context.lists.take();
  by_key->clear();
  for (const EventIndex event : sorted) {
    if (room.key(event).valid()) by_key->push_back(event);
  }
  const auto by_its_key = [&](EventIndex a, EventIndex b) { return room.key(a) < room.key(b); };
  if (!std::is_sorted(by_key->begin(), by_key->end(), by_its_key)) {
    std::stable_sort(by_key->begin(), by_key->end(), by_its_key);
  }
  const std::span<const EventIndex> all(*by_key);
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    while (end < all.size() && room.key(all[end]) == room.key(all[begin])) ++end;
    contest(all.subspan(begin, end - begin));
    begin = end;
  }
}

}  // namespace

State until_rejected(Context& context, std::span<const EventIndex> sorted, State state, bool jointly) {
  auto won = context.some_changes();
  const auto contest = [&](std::span<const EventIndex> events) {
    rules::WorkState& work = context.contest;
    work.reset(state);
    bool first = true;
    for (const EventIndex event : events) {
      if (context.over_limit()) return;
      if (!first && !context.allowed(event, rules::StateView::of(work, false))) return;
      first = false;
      if (!context.room.key(event).valid()) continue;
      work.set(context.room.key(event), event);
      won->emplace_back(context.room.key(event), event);
    }
  };
  if (jointly) {
    contest(sorted);
  } else {
    for_each_key(context, sorted, contest);
  }
  return context.store.with_these(state, *won);
}

State first_allowed(Context& context, std::span<const EventIndex> sorted, State state, bool else_last) {
  auto won = context.some_changes();
  const rules::StateView view = rules::StateView::of(context.store, state);
  for_each_key(context, sorted, [&](std::span<const EventIndex> events) {
    for (const EventIndex event : events) {
      if (context.over_limit()) return;
      if (!context.allowed(event, view)) continue;
      won->emplace_back(context.room.key(event), event);
      return;
    }
    if (else_last) won->emplace_back(context.room.key(events.back()), events.back());
  });
  return context.store.with_these(state, *won);
}

}  // namespace stateroom::resolve
