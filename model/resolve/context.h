// What the primitives of resolution share: the room, the store, the evaluator, scratch memory, the cost so far.
//
// Promise: scratch memory is kept between resolutions; forgetting it costs nothing.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/resolve/resolution.h"

namespace stateroom::resolve {

/// A number by event; all are forgotten at once in constant time.
class EventNumbers {
 public:
  static constexpr std::uint32_t kUnset = std::numeric_limits<std::uint32_t>::max();
  void start(std::uint32_t events) {
    if (cells_.size() < events) cells_.resize(events);
    if (++generation_ == 0) {
      cells_.assign(cells_.size(), {});
      generation_ = 1;
    }
  }
  std::uint32_t get(EventIndex e) const {
    const Cell& cell = cells_[e.at()];
    return cell.generation == generation_ ? cell.number : kUnset;
  }
  void set(EventIndex e, std::uint32_t number) { cells_[e.at()] = {generation_, number}; }
  bool has(EventIndex e) const { return cells_[e.at()].generation == generation_; }
  /// Marks an event; false if it was marked already.
  bool add(EventIndex e) {
    if (has(e)) return false;
    set(e, 0);
    return true;
  }

 private:
  struct Cell {
    std::uint32_t generation = 0, number = 0;
  };
  std::vector<Cell> cells_;
  std::uint32_t generation_ = 0;
};

/// A set of events or an order. A set is a state of the store, which costs nothing to hold, and a few events more,
/// ascending, none of them in the state. An order stands in `events` alone.
struct Events {
  State common;
  std::vector<EventIndex> events;
  bool is_order = false;
  void clear() {
    common = {};
    events.clear();
    is_order = false;
  }
};

/// Objects that are handed out and taken back, with the memory that they own.
template <class T>
class Pool {
 public:
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<T> object) : pool_(&pool), object_(std::move(object)) {}
    ~Lease() {
      if (object_) pool_->free_.push_back(std::move(object_));
    }
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    T& operator*() { return *object_; }
    T* operator->() { return object_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<T> object_;
  };
  Lease take() {
    if (free_.empty()) return Lease(*this, std::make_unique<T>());
    auto object = std::move(free_.back());
    free_.pop_back();
    return Lease(*this, std::move(object));
  }

 private:
  std::vector<std::unique_ptr<T>> free_;
};

/// The key of one event in an order, a part a component: smaller is first.
struct KeyPart {
  std::int64_t rank = 0;  // 1: infinite, -1: infinite descending
  std::int64_t value = 0;
  auto operator<=>(const KeyPart&) const = default;
};

/// A step of a search: an event, and which of its edges is next.
struct SearchStep {
  EventIndex event;
  std::uint32_t next = 0;
};

struct Context {
  Context(rules::Evaluator& the_evaluator, StateStore& the_store)
      : evaluator(the_evaluator),
        room(the_evaluator.room()),
        store(the_store),
        contest(the_store, {}, room.key_count()) {}

  rules::Evaluator& evaluator;
  graph::Room& room;
  StateStore& store;
  rules::WorkState contest;  // the state that apply and until_rejected change
  Pool<EventNumbers> numbers;
  Pool<Events> values;
  Pool<std::vector<EventIndex>> lists;
  Pool<std::vector<std::uint32_t>> words;
  Pool<std::vector<KeyPart>> keys;
  Pool<std::vector<StateStore::Entry>> changes;
  Pool<std::vector<std::uint64_t>> masks;
  Pool<std::vector<SearchStep>> paths;
  Work work;
  std::uint64_t steps_max = base::Limits{}.resolution_steps_max;  // of events_touched + checks
  std::uint64_t paths_steps = 0, paths_steps_max = base::Limits{}.paths_steps_max;
  rules::RuleIndex flipped;  // a rule whose decisions count as their opposite
  EventIndex horizon;        // no event at or above it is in a state set
  Trace* trace = nullptr;
  const std::string* name = nullptr;  // the named value that is being computed

  Pool<EventNumbers>::Lease marks() {
    auto lease = numbers.take();
    lease->start(room.size());
    return lease;
  }
  Pool<Events>::Lease value() {
    auto lease = values.take();
    lease->clear();
    return lease;
  }
  /// Room for changes of a state.
  Pool<std::vector<StateStore::Entry>>::Lease some_changes() {
    auto lease = changes.take();
    lease->clear();
    return lease;
  }
  void touch(std::uint64_t events) { work.events_touched += events; }
  bool over_limit() const { return work.events_touched + work.checks > steps_max || paths_steps > paths_steps_max; }
  /// A check of the rules, counted and traced.
  bool allowed(EventIndex event, const rules::StateView& state);
};

}  // namespace stateroom::resolve
