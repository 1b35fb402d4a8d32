// A room, dense: the events of a history in topological order with everything decoded that rules and resolution read.
//
// In:  events (model/event) and the format of their room version.
// Out: columns by EventIndex, edges as compressed sparse rows in both directions, keys, ranks.
// Promise: whatever an event names in any edge field has a smaller index; an event on a cycle is Error::kCycle. Ties in
// the
//          topological order are broken by event id, so that no index depends on the order of the input. Time is linear
//          in events and edges but for the sorting of ids. Strings only at the edges.
//          A room may grow: an event that is appended gets the next index, whatever its id; what an index, a key or a
//          string says stays as it was.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/base/error.h"
#include "model/base/index.h"
#include "model/base/interner.h"
#include "model/base/limits.h"
#include "model/event/event.h"
#include "model/graph/columns.h"

namespace stateroom::graph {

class OrderedLabels;
using base::EventIndex;
using base::KeyIndex;
using base::StringId;
/// A position in EventFormat::edge_fields.
using EdgeField = std::uint32_t;

class Room {
 public:
  /// Errors: kLimit (events), kDuplicateEvent, kCycle (its message names the events of one cycle).
  static base::Result<std::unique_ptr<Room>> build(std::vector<event::Event> events, const event::EventFormat& format,
                                                   const base::Limits& limits = {});
  ~Room();
  /// An empty room with these keys (type, state_key), for events that are appended.
  static std::unique_ptr<Room> empty(const event::EventFormat& format,
                                     std::vector<std::pair<std::string, std::string>> keys);
  /// Appends an event; what it names must have been appended before, else it is a hole for good. Amortised O(edges +
  /// log n). None, and no change, if its key is no key of the room: `renumbered` makes a room that has it.
  /// Error: kDuplicateEvent.
  base::Result<EventIndex> append(event::Event event);
  /// The room with further keys. Events keep their indices, rejections and derived edges; keys are numbered anew.
  std::unique_ptr<Room> renumbered(std::vector<std::pair<std::string, std::string>> keys) const;
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
  const event::EventFormat& format() const { return format_; }
  const ColumnPlan& plan() const { return plan_; }
  base::Interner& strings() { return strings_; }
  const base::Interner& strings() const { return strings_; }
  const event::Event& event(EventIndex e) const { return events_[e.at()]; }
  EventIndex find(std::string_view event_id) const;  // none if unknown
  /// The event whose id is this string of the room, none if unknown. Constant time.
  EventIndex find(StringId event_id) const {
    return event_id.at() < event_of_string_.size() ? event_of_string_[event_id.at()] : EventIndex::none();
  }

  // Members of every event.
  StringId event_id(EventIndex e) const { return rows_[e.at()].event_id; }
  StringId type(EventIndex e) const { return rows_[e.at()].type; }
  StringId sender(EventIndex e) const { return rows_[e.at()].sender; }
  StringId room_id(EventIndex e) const { return rows_[e.at()].room_id; }      // none if absent
  StringId state_key(EventIndex e) const { return rows_[e.at()].state_key; }  // none if absent
  std::int64_t origin_server_ts(EventIndex e) const { return rows_[e.at()].origin_server_ts; }
  std::int64_t depth(EventIndex e) const { return rows_[e.at()].depth; }
  KeyIndex key(EventIndex e) const { return rows_[e.at()].key; }  // none without state_key
  // Numbers in the bytewise order of event ids, and of sha1(event id), the latter computed on first use. Their
  // distances say nothing, and they may be others once an event is appended.
  std::uint64_t id_rank(EventIndex e) const { return rows_[e.at()].id_rank; }
  std::uint64_t sha1_rank(EventIndex e) const;
  bool rejected(EventIndex e) const { return rows_[e.at()].rejected; }
  void set_rejected(EventIndex e, bool rejected) {
    if (rows_[e.at()].rejected != rejected) ++rejections_;
    rows_[e.at()].rejected = rejected;
  }
  /// How often an event became rejected or was no longer: as long as it is the same, so is who is rejected.
  std::uint64_t rejections() const { return rejections_; }
  /// The typed cell; absent where the event has another type than the column.
  const Cell& cell(EventIndex e, ColumnIndex column) const {
    const Row& row = rows_[e.at()];
    const std::uint32_t own = column.value() - row.first_column;
    if (own < row.column_count) return cells_[row.first_cell + shared_columns_ + own];
    return column.value() < shared_columns_ ? cells_[row.first_cell + column.value()] : kNoCell;
  }
  std::span<const MapEntry> entries(const Cell& map) const { return {pool_.entries.data() + map.first, map.count}; }
  /// The strings of a list of strings; for a list of other things, which has none, this must not be asked.
  std::span<const StringId> strings_of(const Cell& list) const {
    return {pool_.strings.data() + list.first, list.count};
  }

  // Edges. A hole (an id that no event of the room has) is EventIndex::none() in `cited`.
  EdgeField edge_field(std::string_view name) const;  // format().edge_fields.size() if there is none
  /// In list order, repetitions and holes included.
  std::span<const EventIndex> cited(EdgeField field, EventIndex e) const { return edges_[field].of(e); }
  /// Ascending, each once.
  std::span<const EventIndex> citing(EdgeField field, EventIndex e) const;
  /// Replaces the list of a derived edge field (MSC4242: auth_events), for events in ascending order, before anything
  /// reads it.
  void set_derived(EventIndex e, std::vector<EventIndex> cited);
  /// Ids named by some event and known by none, sorted.
  std::vector<std::string> holes() const;

  // Keys, numbered in bytewise order of (type, state_key).
  std::uint32_t key_count() const { return static_cast<std::uint32_t>(keys_.size()); }
  StringId key_type(KeyIndex key) const { return keys_[key.at()].type; }
  StringId key_state_key(KeyIndex key) const { return keys_[key.at()].state_key; }
  /// The key (type, state_key), or none if no event of the room has it. Constant time.
  KeyIndex find_key(StringId type, StringId state_key) const {
    std::size_t at = key_hash(type, state_key) & key_mask_;
    for (;; at = (at + 1) & key_mask_) {
      const std::uint32_t key = key_table_[at];
      if (key == KeyIndex::none().value()) return KeyIndex::none();
      if (keys_[key].type == type && keys_[key].state_key == state_key) return KeyIndex{key};
    }
  }
  /// The keys of one type, which are consecutive: first … last − 1; empty if no event of the room has it.
  std::pair<KeyIndex, KeyIndex> keys_of_type(StringId type) const;

 private:
  struct Row {
    StringId event_id, type, sender, room_id, state_key;
    KeyIndex key;
    std::uint64_t id_rank = 0;
    std::uint32_t first_cell = 0;  // cells of the top-level columns, then those of the event's type
    std::uint32_t first_column = 0, column_count = 0;
    std::int64_t origin_server_ts = 0, depth = 0;
    bool rejected = false;
  };
  struct Key {
    StringId type, state_key;
  };
  /// Compressed sparse rows; a row may be replaced by one at the end.
  struct Edges {
    struct Extent {
      std::uint32_t begin = 0, end = 0;
      std::uint32_t limit = 0;  // up to here the row may grow in its place
    };
    std::vector<Extent> extents;
    std::vector<EventIndex> targets;
    std::span<const EventIndex> of(EventIndex e) const {
      const Extent extent = extents[e.at()];
      return {targets.data() + extent.begin, extent.end - extent.begin};
    }
  };
  static constexpr Cell kNoCell{};

  Room(const event::EventFormat& format);
  static std::uint64_t key_hash(StringId type, StringId state_key) {
    const std::uint64_t pair = (std::uint64_t{type.value()} << 32) | state_key.value();
    return (pair * 0x9E3779B97F4A7C15ull) >> 32;
  }
  void intern_events(std::vector<event::Event> ordered);
  void intern_keys();
  void intern_event(std::size_t at);
  void intern_key(StringId type, StringId state_key);
  void sort_keys();
  void decode_columns();
  void decode_columns(Row& row, const event::Event& event);
  void append_edges(const event::Event& event, EventIndex at);
  void reverse(EdgeField field) const;
  void cite_back(EdgeField field, EventIndex to, EventIndex from);
  void rank_for_growth();
  void rank_event(EventIndex e);

  event::EventFormat format_;
  ColumnPlan plan_;
  std::uint32_t shared_columns_ = 0;
  base::Interner strings_;
  std::vector<event::Event> events_;
  std::vector<Row> rows_;
  std::uint64_t rejections_ = 0;
  std::vector<EventIndex> event_of_string_;               // by StringId
  std::vector<std::optional<ColumnPlan::Range>> ranges_;  // by type
  std::vector<Cell> cells_;
  CellPool pool_;
  std::vector<Edges> edges_;                    // by EdgeField
  mutable std::vector<Edges> citing_;           // by EdgeField
  mutable std::vector<std::uint8_t> reversed_;  // by EdgeField: citing_ is up to date
  std::vector<Key> keys_;
  std::vector<std::uint32_t> key_table_;
  std::size_t key_mask_ = 0;
  std::vector<std::string> holes_;
  mutable std::once_flag sha1_once_;
  mutable std::vector<std::uint64_t> sha1_ranks_;
  std::unique_ptr<OrderedLabels> id_order_, sha1_order_;  // of a room that grows
};

}  // namespace stateroom::graph
