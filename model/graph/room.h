// A room, dense: the events of a history in topological order with everything decoded that rules and resolution read.
//
// In:  events (model/event) and the format of their room version.
// Out: columns by EventIndex, edges as compressed sparse rows (Boost.Graph) in both directions, keys, ranks.
// Promise: whatever an event names in any edge field has a smaller index; an event on a cycle is Error::kCycle. Ties in the topological
//          order are broken by event id, so that the indices do not depend on the order of the input. Strings only at the edges.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/error.h"
#include "model/base/index.h"
#include "model/base/interner.h"
#include "model/base/limits.h"
#include "model/event/event.h"
#include "model/graph/columns.h"

namespace stateroom::graph {

using base::EventIndex;
using base::KeyIndex;
using base::StringId;
/// A position in EventFormat::edge_fields.
using EdgeField = std::uint32_t;

class Room {
 public:
  static base::Result<std::unique_ptr<Room>> build(std::vector<event::Event> events, const event::EventFormat& format,
                                                   const base::Limits& limits = {});
  ~Room();

  std::uint32_t size() const;
  const event::EventFormat& format() const;
  const ColumnPlan& plan() const;
  base::Interner& strings();
  const base::Interner& strings() const;
  const event::Event& event(EventIndex e) const;
  EventIndex find(std::string_view event_id) const;           // none if unknown

  // Members of every event.
  StringId event_id(EventIndex e) const;
  StringId type(EventIndex e) const;
  StringId sender(EventIndex e) const;
  StringId room_id(EventIndex e) const;                        // none if absent
  StringId state_key(EventIndex e) const;                      // none if absent
  std::int64_t origin_server_ts(EventIndex e) const;
  std::int64_t depth(EventIndex e) const;
  KeyIndex key(EventIndex e) const;                            // none without state_key
  std::uint32_t id_rank(EventIndex e) const;                   // order of event ids, bytewise
  std::uint32_t sha1_rank(EventIndex e) const;                 // order of sha1(event id), computed on first use
  bool rejected(EventIndex e) const;
  void set_rejected(EventIndex e, bool rejected);
  /// The typed cell; absent where the event has another type than the column.
  const Cell& cell(EventIndex e, ColumnIndex column) const;
  std::span<const MapEntry> entries(const Cell& map) const;
  std::span<const StringId> strings_of(const Cell& list) const;

  // Edges. A hole (an id that no event of the room has) is EventIndex::none() in `cited`.
  EdgeField edge_field(std::string_view name) const;           // format().edge_fields.size() if there is none
  std::span<const EventIndex> cited(EdgeField field, EventIndex e) const;
  std::span<const EventIndex> citing(EdgeField field, EventIndex e) const;
  /// Replaces the list of a derived edge field (MSC4242: auth_events), for events in ascending order, before anything reads it.
  void set_derived(EventIndex e, std::vector<EventIndex> cited);
  /// Ids named by some event and known by none, sorted.
  std::vector<std::string> holes() const;

  // Keys.
  std::uint32_t key_count() const;
  StringId key_type(KeyIndex key) const;
  StringId key_state_key(KeyIndex key) const;
  /// The key (type, state_key), or none if no event of the room has it. Constant time.
  KeyIndex find_key(StringId type, StringId state_key) const;

 private:
  struct Data;
  explicit Room(std::unique_ptr<Data> data);
  std::unique_ptr<Data> data_;   // (an implementation may inline what the hot path needs)
};

}  // namespace stateroom::graph
