// The events of a history of a fixed shape, with what is free in each.
//
// In:  events in an order in which each comes after what it cites; what each may be.
// Out: choices of types, senders, keys and contents as literals.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/bounded/values.h"
#include "model/graph/columns.h"

namespace stateroom::bounded {

/// What an event is where it is of one type. A literal in it implies the type, or is always true.
struct TypeCase {
  std::string type;
  Literal when = kTrue;
  Choice state_key;
  std::map<graph::ColumnIndex, Choice> columns;                         // others are absent
  std::map<graph::ColumnIndex, std::map<std::string, Choice>> entries;  // maps that are there; other entries are absent
};

using Slot = std::pair<std::string, std::string>;  // type, state_key

struct SymbolicEvent {
  std::vector<TypeCase> types;
  Choice sender;
  std::string event_id;
  std::optional<std::string> room_id;
  std::int64_t depth = 1;
  std::vector<std::uint32_t> prev;
  std::map<Slot, Literal> slots;  // keys that it may have
  Members cites;                  // auth_events, by event
  Members before;                 // the state before it
};

struct World {
  Circuit circuit;
  std::vector<SymbolicEvent> events;
  std::vector<Slot> slots;                    // all keys of the vocabulary
  std::vector<std::vector<Literal>> earlier;  // earlier[i][j]: the time of i is less than that of j
  std::size_t size() const { return events.size(); }
};

}  // namespace stateroom::bounded
