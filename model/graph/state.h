// States that share structure.
//
// A state maps keys to events. States live in a store as hash-consed tries over the dense key index: equal states have
// equal roots, equal parts are skipped when states are compared, and a state after one more event costs a path. So cost
// and memory follow what differs.
//
// A trie has 16 children a node and the least height that its greatest key needs, which makes its form unique.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "model/base/index.h"

namespace stateroom::graph {

using base::EventIndex;
using base::KeyIndex;

/// A state of one StateStore. Two states of one store are equal if and only if they compare equal.
struct State {
  std::uint32_t root = 0;  // 0: the empty state
  auto operator<=>(const State&) const = default;
};

class StateStore {
 public:
  using Entry = std::pair<KeyIndex, EventIndex>;

  StateStore();
  ~StateStore();
  StateStore(StateStore&&) noexcept;
  StateStore& operator=(StateStore&&) noexcept;
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;

  static State empty() { return {}; }
  /// The event of a key, none if absent. O(height of the trie), at most 8 steps.
  EventIndex get(State state, KeyIndex key) const {
    std::uint32_t level = meta_[state.root].level;
    if ((std::uint64_t{key.value()} >> (4 * (level + 1))) != 0) return EventIndex::none();
    std::uint32_t node = state.root;
    for (; level > 0; --level) node = nodes_[node].child[(key.value() >> (4 * level)) & 15];
    // A leaf holds event + 1, so that 0 (no entry; also what the empty node says) becomes none().
    return EventIndex{nodes_[node].child[key.value() & 15] - 1};
  }
  /// The state with another entry; event none(): without the key.
  State set(State state, KeyIndex key, EventIndex event);
  /// A state of many entries at once; a later entry of a key wins. O(n log n).
  State from(std::vector<Entry> entries);
  /// The state after many changes at once (event none(): removes the key; a later one of a key wins), without the
  /// states between.
  State with(State state, std::vector<Entry> changes) { return with_these(state, changes); }
  /// The same; the changes are put in order where they stand.
  State with_these(State state, std::span<Entry> changes);
  /// Number of entries, O(1).
  std::uint32_t size(State state) const { return meta_[state.root].size; }
  /// Entries in key order.
  std::vector<Entry> entries(State state) const;
  /// Calls `visit(key, events)` for each key, in key order, on which the states are not all equal; events[i] is
  /// states[i]'s entry or none. Equal parts are skipped.
  void difference(std::span<const State> states,
                  const std::function<void(KeyIndex, std::span<const EventIndex>)>& visit) const;
  /// The same for a visitor that the compiler can see through.
  template <class Visit>
  void visit_difference(std::span<const State> states, Visit&& visit) const;
  /// Memory in use.
  std::size_t bytes() const;

 private:
  static constexpr std::uint32_t kWays = 16;
  static constexpr std::uint32_t kLevelsMax = 8;
  /// Children of a node: nodes (0: none), or, at level 0, events + 1 (0: no entry).
  struct alignas(64) Node {
    std::array<std::uint32_t, kWays> child{};
    bool operator==(const Node&) const = default;
  };
  struct Meta {
    std::uint32_t size = 0;   // entries below
    std::uint32_t level = 0;  // 0: a leaf
  };

  std::uint32_t intern(const Node& node, std::uint32_t level);
  std::uint32_t shrink(std::uint32_t node) const;
  std::uint32_t build(std::span<const Entry> entries, std::uint32_t level);
  std::uint32_t change(std::uint32_t node, std::span<const Entry> changes, std::uint32_t level);
  void collect(std::uint32_t node, std::uint32_t prefix, std::vector<Entry>& out) const;
  void grow_table();
  template <class Visit>
  void visit_level(std::uint32_t* row, std::size_t width, std::uint32_t level, std::uint32_t prefix,
                   std::span<EventIndex> events, Visit& visit) const;
  /// As visit_level, where some of the tries may be lower than `level`.
  template <class Visit>
  void visit_uneven(std::uint32_t* row, std::size_t width, std::uint32_t level, std::span<EventIndex> events,
                    Visit& visit) const;

  std::vector<Node> nodes_;  // nodes_[0]: the empty node
  std::vector<Meta> meta_;
  std::vector<std::uint32_t> table_;  // open addressing over nodes; 0: free
};

template <class Visit>
void StateStore::visit_level(std::uint32_t* row, std::size_t width, std::uint32_t level, std::uint32_t prefix,
                             std::span<EventIndex> events, Visit& visit) const {
  std::uint32_t* below = row + width;
  for (std::uint32_t way = 0; way < kWays; ++way) {
    const std::uint32_t first = nodes_[row[0]].child[way];
    bool same = true;
    below[0] = first;
    for (std::size_t i = 1; i < width; ++i) {
      below[i] = nodes_[row[i]].child[way];
      same = same && below[i] == first;
    }
    if (same) continue;
    const std::uint32_t key = (prefix << 4) | way;
    if (level > 0) {
      visit_level(below, width, level - 1, key, events, visit);
    } else {
      for (std::size_t i = 0; i < width; ++i) events[i] = EventIndex{below[i] - 1};
      visit(KeyIndex{key}, std::span<const EventIndex>(events));
    }
  }
}

template <class Visit>
void StateStore::visit_uneven(std::uint32_t* row, std::size_t width, std::uint32_t level, std::span<EventIndex> events,
                              Visit& visit) const {
  const auto low = [&](std::size_t i) { return meta_[row[i]].level < level; };
  bool even = true;
  for (std::size_t i = 0; i < width; ++i) even = even && (row[i] == 0 || !low(i));
  if (even) return visit_level(row, width, level, 0, events, visit);
  std::uint32_t* below = row + width;
  for (std::uint32_t way = 0; way < kWays; ++way) {
    bool same = true;
    for (std::size_t i = 0; i < width; ++i) {
      below[i] = low(i) ? (way == 0 ? row[i] : 0) : nodes_[row[i]].child[way];
      same = same && below[i] == below[0];
    }
    if (same) continue;
    if (way == 0) {
      visit_uneven(below, width, level - 1, events, visit);
    } else {
      visit_level(below, width, level - 1, way, events, visit);
    }
  }
}

template <class Visit>
void StateStore::visit_difference(std::span<const State> states, Visit&& visit) const {
  const std::size_t width = states.size();
  if (width < 2) return;
  bool same = true;
  std::uint32_t height = 0;
  for (const State state : states) {
    same = same && state == states[0];
    height = std::max(height, meta_[state.root].level);
  }
  if (same) return;
  // One row a level and one to look ahead; on the stack for the few states of an ordinary merge.
  std::array<std::uint32_t, 8 * (kLevelsMax + 1)> few;
  std::array<EventIndex, 8> few_events;
  std::vector<std::uint32_t> many;
  std::vector<EventIndex> many_events;
  if (width > few_events.size()) {
    many.resize(width * (kLevelsMax + 1));
    many_events.resize(width);
  }
  std::uint32_t* rows = width > few_events.size() ? many.data() : few.data();
  const std::span<EventIndex> events =
      width > few_events.size() ? std::span(many_events) : std::span(few_events).first(width);
  for (std::size_t i = 0; i < width; ++i) rows[i] = states[i].root;
  visit_uneven(rows, width, height, events, visit);
}

}  // namespace stateroom::graph
