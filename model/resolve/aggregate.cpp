#include "model/resolve/aggregate.h"

#include <algorithm>

namespace stateroom::resolve {

void split(Context& context, std::span<const State> states, Split& out) {
  out.states.assign(states.begin(), states.end());
  std::sort(out.states.begin(), out.states.end());
  out.states.erase(std::unique(out.states.begin(), out.states.end()), out.states.end());
  out.common = out.states.empty() ? State{} : out.states.front();
  out.words = (out.states.size() + 63) / 64;
  out.differing.clear();
  out.holders.clear();
  out.order.clear();
  out.unordered.clear();
  if (out.states.size() < 2) return;

  out.gone.clear();
  auto places = context.marks();  // of an event in out.order
  context.store.visit_difference(out.states, [&](KeyIndex key, std::span<const EventIndex> events) {
    out.gone.emplace_back(key, EventIndex::none());
    for (std::size_t state = 0; state < events.size(); ++state) {
      if (!events[state].valid()) continue;
      std::size_t at = places->get(events[state]);
      if (at == EventNumbers::kUnset) {
        at = out.order.size();
        places->set(events[state], static_cast<std::uint32_t>(at));
        out.order.emplace_back(events[state], at);
        out.unordered.resize(out.unordered.size() + out.words, 0);
      }
      out.unordered[at * out.words + state / 64] |= std::uint64_t{1} << (state % 64);
    }
  });
  context.touch(out.order.size());
  out.common = context.store.with_these(out.common, out.gone);
  std::sort(out.order.begin(), out.order.end());
  for (const auto& [event, at] : out.order) {
    out.differing.push_back(event);
    for (std::size_t word = 0; word < out.words; ++word) out.holders.push_back(out.unordered[at * out.words + word]);
  }
}

namespace {

// Whether an event is cited, directly or not, by an event that every state holds. Searches upwards and stops at the
// first such event; each event is asked once a resolution.
class CommonChain {
 public:
  /// Slots below the number of differing events are theirs.
  CommonChain(Context& context, const Split& split, graph::EdgeField field, const EventNumbers& slots)
      : context_(context),
        state_(split.states.front()),
        differing_(split.differing.size()),
        field_(field),
        slots_(slots),
        known_(context.marks()),
        path_(context.paths.take()) {}

  bool holds(EventIndex event) const {
    const KeyIndex key = context_.room.key(event);
    return key.valid() && context_.store.get(state_, key) == event && !differs(event);
  }

  bool cites(EventIndex event) {
    if (known_->has(event)) return known_->get(event) == kYes;
    path_->assign(1, {event, 0});
    while (!path_->empty()) {
      SearchStep& step = path_->back();
      const auto citing = context_.room.citing(field_, step.event);
      if (step.next == citing.size() || citing[step.next] >= context_.horizon) {
        known_->set(step.event, kNo);
        path_->pop_back();
        continue;
      }
      const EventIndex above = citing[step.next++];
      context_.touch(1);
      if ((known_->has(above) && known_->get(above) == kYes) || holds(above)) {
        for (const SearchStep& below : *path_) known_->set(below.event, kYes);
        return true;
      }
      if (!known_->has(above)) path_->push_back({above, 0});
    }
    return false;
  }

 private:
  static constexpr std::uint32_t kNo = 0, kYes = 1;
  bool differs(EventIndex event) const { return slots_.has(event) && slots_.get(event) < differing_; }

  Context& context_;
  State state_;
  std::size_t differing_;
  graph::EdgeField field_;
  const EventNumbers& slots_;
  Pool<EventNumbers>::Lease known_;
  Pool<std::vector<SearchStep>>::Lease path_;
};

}  // namespace

void chain_difference(Context& context, const Split& split, graph::EdgeField field, bool inclusive, Events& out) {
  out.clear();
  if (split.differing.empty()) return;
  const std::size_t words = split.words;
  auto slots = context.marks();
  auto heap = context.lists.take();     // events to do, the greatest index first
  auto reached = context.masks.take();  // by slot: the states whose chain was found to reach the event
  reached->assign(split.holders.size(), 0);
  std::uint32_t slot_count = 0;
  for (const EventIndex event : split.differing) slots->set(event, slot_count++);
  heap->assign(split.differing.begin(), split.differing.end());
  std::make_heap(heap->begin(), heap->end());
  const std::uint32_t differing = slot_count;
  CommonChain common(context, split, field, *slots);

  auto all = context.masks.take();
  all->assign(words, ~std::uint64_t{0});
  if (split.states.size() % 64 != 0) all->back() = (std::uint64_t{1} << (split.states.size() % 64)) - 1;
  auto passed_on = context.masks.take();
  passed_on->assign(words, 0);

  while (!heap->empty()) {
    std::pop_heap(heap->begin(), heap->end());
    const EventIndex event = heap->back();
    heap->pop_back();
    context.touch(1);
    if (context.over_limit()) return;
    // Below an event that what all states hold leads to, everything is in every chain.
    if (common.cites(event)) continue;
    const std::uint32_t slot = slots->get(event);
    const bool held_by_all = slot >= differing && common.holds(event);
    if (inclusive && held_by_all) continue;
    bool some = false, every = true;
    for (std::size_t word = 0; word < words; ++word) {
      const std::uint64_t held = slot < differing ? split.holders[slot * words + word] : 0;
      const std::uint64_t own = (*reached)[slot * words + word];
      (*passed_on)[word] = own | held;
      const std::uint64_t in_chain = inclusive ? own | held : own;
      some = some || in_chain != 0;
      every = every && in_chain == (*all)[word];
    }
    if (some && !every) out.events.push_back(event);
    if (held_by_all) continue;
    for (const EventIndex cited : context.room.cited(field, event)) {
      if (!cited.valid()) continue;
      std::uint32_t below = slots->get(cited);
      if (below == EventNumbers::kUnset) {
        below = slot_count++;
        slots->set(cited, below);
        reached->resize(reached->size() + words, 0);
        heap->push_back(cited);
        std::push_heap(heap->begin(), heap->end());
      }
      std::uint64_t* mask = reached->data() + below * words;
      for (std::size_t word = 0; word < words; ++word) mask[word] |= (*passed_on)[word];
    }
  }
  std::sort(out.events.begin(), out.events.end());
}

}  // namespace stateroom::resolve
