// State resolution: runs a version's `resolution` text over dense indices.
//
// In:  state sets, a room, the version's program.
// Out: the resolved state; the trace (every named value) if asked for; the decisions of the iterative auth checks if
// asked for. Promise: primitives are total; the result is a function of the set of state sets and the room. Cost
// follows what differs. Source: Matrix specification, rooms/v1, v2, v12, "State resolution"; the primitives of the
// language.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "model/base/error.h"
#include "model/base/limits.h"
#include "model/rules/program.h"

namespace stateroom::resolve {

using base::EventIndex;
using base::KeyIndex;
using graph::State;
using graph::StateStore;

/// One component of the key by which events were put in order: what it is ("power", "origin_server_ts", "event_id"),
/// and its value for each event of the order.
struct TraceKey {
  std::string component;
  bool descending = false;
  std::vector<std::string> values;
};

/// A named value: a state, a set of events (ascending) or an order. `keyed` holds a function of one event: its value
/// for each event of the order that it keys, as text ("100", "infinite", "3"). Where a name put events in order, `keys`
/// says by what; a state that a contest gave (room version 1) has in `events` the order in which its candidates were
/// tried.
struct TraceValue {
  enum class Kind : std::uint8_t { kState, kEvents, kOrder, kFunction } kind = Kind::kEvents;
  std::string name;
  State state;
  std::vector<EventIndex> events;
  std::vector<std::pair<EventIndex, std::string>> keyed;
  std::vector<TraceKey> keys;
};

/// One check inside apply, until_rejected or first_allowed.
struct TraceCheck {
  std::string name;  // the named value that was being computed ("partial", "applied", …)
  EventIndex event;
  rules::Decision decision;
  std::vector<std::pair<std::string, std::string>> reads;
};

struct Trace {
  std::vector<TraceValue> values;  // in text order
  std::vector<TraceCheck> checks;  // in the order asked
};

struct Work {
  std::uint64_t events_touched = 0, checks = 0;
};  // what a resolution cost, machine-independent

class Resolver {
 public:
  /// The store and evaluator must outlive the resolver and belong to one room.
  Resolver(rules::Evaluator& evaluator, StateStore& store, const base::Limits& limits = {});
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  /// Says that no state set holds an event with this index or a greater one, which bounds what is looked at; none():
  /// any may.
  void set_horizon(EventIndex horizon);
  /// From now on the decisions of a rule count as their opposite, wherever it decides while the result is computed;
  /// none(): all decisions count as they are.
  void flip(rules::RuleIndex rule);
  /// Resolves; `trace` null costs nothing. Error: kLimit (steps, state sets).
  base::Result<State> resolve(std::span<const State> states, Trace* trace = nullptr);
  /// The members of a name without parameters, of the last resolution, ascending. The store may have grown since.
  std::vector<EventIndex> members_of(std::uint32_t name);
  /// What the last resolution cost.
  const Work& work() const;

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace stateroom::resolve
