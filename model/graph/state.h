// States that share structure.
//
// A state maps keys to events. States live in a store as hash-consed tries over the dense key index: equal states have equal roots,
// equal parts are skipped when states are compared, and a state after one more event costs a path. So cost and memory follow what
// differs.
#pragma once

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
  std::uint32_t root = 0;   // 0: the empty state
  auto operator<=>(const State&) const = default;
};

class StateStore {
 public:
  StateStore();
  ~StateStore();
  StateStore(StateStore&&) noexcept;
  StateStore& operator=(StateStore&&) noexcept;

  static State empty() { return {}; }
  EventIndex get(State state, KeyIndex key) const;              // none if absent. O(depth of the trie)
  State set(State state, KeyIndex key, EventIndex event);       // event none(): removes the key
  /// A state of many entries at once; a later entry of a key wins. O(n log n).
  State from(std::vector<std::pair<KeyIndex, EventIndex>> entries);
  std::uint32_t size(State state) const;                        // number of entries, O(1)
  /// Entries in key order.
  std::vector<std::pair<KeyIndex, EventIndex>> entries(State state) const;
  /// Calls `visit(key, events)` for each key, in key order, on which the states are not all equal; events[i] is states[i]'s entry or none.
  /// Equal parts are skipped.
  void difference(std::span<const State> states,
                  const std::function<void(KeyIndex, std::span<const EventIndex>)>& visit) const;
  std::size_t bytes() const;                                    // memory in use

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace stateroom::graph
