#include "model/graph/room.h"

#include <algorithm>
#include <set>

#include "model/base/encode.h"
#include "model/graph/labels.h"
#include "model/graph/order.h"

namespace stateroom::graph {

namespace {

constexpr std::uint32_t kHole = EventIndex::none().value();
static_assert(kHole == base::NameTable::kNone);

// The edges of a room before its events have their places: for each field and event (by input position) what is named.
struct NamedEdges {
  std::vector<std::vector<std::uint32_t>> begin;   // by field, then input position; one more at the end
  std::vector<std::vector<std::uint32_t>> target;  // input position, or kHole
  std::vector<Naming> all;
  std::set<std::string> holes;
};

NamedEdges read_edges(const std::vector<event::Event>& events, std::size_t fields, const base::NameTable& positions) {
  NamedEdges out;
  out.begin.resize(fields);
  out.target.resize(fields);
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    for (std::size_t field = 0; field < fields; ++field) {
      out.begin[field].push_back(static_cast<std::uint32_t>(out.target[field].size()));
      if (field >= events[i].edges.size()) continue;
      for (const std::string& id : events[i].edges[field]) {
        const std::uint32_t known = positions.find(id);
        if (known == kHole) {
          out.holes.insert(id);
          out.target[field].push_back(kHole);
        } else {
          out.target[field].push_back(known);
          out.all.emplace_back(i, known);
        }
      }
    }
  }
  for (std::size_t field = 0; field < fields; ++field) {
    out.begin[field].push_back(static_cast<std::uint32_t>(out.target[field].size()));
  }
  return out;
}

/// The first eight bytes as a number of the same order; a text that ends before has zeros there.
std::uint64_t first_bytes(std::string_view text) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < 8; ++i)
    bytes = (bytes << 8) | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
  return bytes;
}

/// Moves each event to its place, along the circles of the permutation: most files have their events in order already.
void bring_to_places(std::vector<event::Event>& events, std::vector<std::uint32_t> place) {
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    while (place[i] != i) {
      const std::uint32_t to = place[i];
      std::swap(events[i], events[to]);
      std::swap(place[i], place[to]);
    }
  }
}

base::Error cycle_error(const std::vector<event::Event>& events, const std::vector<std::uint32_t>& cycle) {
  constexpr std::size_t kShown = 10;
  std::string message = "events name each other in a circle: ";
  for (std::size_t i = 0; i < std::min(cycle.size(), kShown); ++i) message += "`" + events[cycle[i]].event_id + "`, ";
  if (cycle.size() > kShown) message += "…, ";
  message += "`" + events[cycle[0]].event_id + "`";
  return {base::ErrorCode::kCycle, message, events[cycle[0]].where,
          "an event may name only events that existed before it"};
}

}  // namespace

Room::Room(const event::EventFormat& format)
    : format_(format), plan_(format_), shared_columns_(plan_.of_type("").count) {}
Room::~Room() = default;

base::Result<std::unique_ptr<Room>> Room::build(std::vector<event::Event> events, const event::EventFormat& format,
                                                const base::Limits& limits) {
  if (events.size() > limits.events_max) {
    return base::fail(base::ErrorCode::kLimit,
                      "more events than events_max (" + std::to_string(limits.events_max) + ")");
  }
  std::unique_ptr<Room> room(new Room(format));
  std::vector<std::string_view> ids(events.size());
  base::NameTable positions(events.size());
  for (std::uint32_t i = 0; i < events.size(); ++i) {
    ids[i] = events[i].event_id;
    if (!positions.add(ids[i]).second) {
      return base::fail(base::ErrorCode::kDuplicateEvent, "two events have the id `" + events[i].event_id + "`",
                        events[i].where);
    }
  }
  const std::size_t fields = format.edge_fields.size();
  NamedEdges edges = read_edges(events, fields, positions);
  const std::vector<std::uint32_t> ranks = rank_by_bytes(ids);
  const auto order = topological_order(ranks, edges.all);
  if (!order) return std::unexpected(cycle_error(events, order.error()));

  std::vector<std::uint32_t> place(events.size());
  for (std::uint32_t e = 0; e < order->size(); ++e) place[(*order)[e]] = e;
  room->edges_.resize(fields);
  for (std::size_t field = 0; field < fields; ++field) {
    Edges& out = room->edges_[field];
    out.extents.reserve(events.size());
    out.targets.reserve(edges.target[field].size());
    for (const std::uint32_t from : *order) {
      const auto begin = static_cast<std::uint32_t>(out.targets.size());
      for (std::uint32_t at = edges.begin[field][from]; at < edges.begin[field][from + 1]; ++at) {
        const std::uint32_t to = edges.target[field][at];
        out.targets.push_back(to == kHole ? EventIndex::none() : EventIndex{place[to]});
      }
      out.extents.push_back({begin, static_cast<std::uint32_t>(out.targets.size()), 0});
    }
  }
  room->citing_.resize(fields);
  room->reversed_.assign(fields, 0);
  room->holes_.assign(edges.holes.begin(), edges.holes.end());

  room->rows_.resize(events.size());
  for (std::uint32_t e = 0; e < order->size(); ++e) room->rows_[e].id_rank = ranks[(*order)[e]];
  bring_to_places(events, place);
  room->intern_events(std::move(events));
  room->intern_keys();
  room->decode_columns();
  for (EdgeField field = 0; field < fields; ++field) room->reverse(field);
  return room;
}

void Room::intern_event(std::size_t e) {
  const event::Event& event = events_[e];
  Row& row = rows_[e];
  row.event_id = strings_.intern(event.event_id);
  row.type = strings_.intern(event.type);
  row.sender = strings_.intern(event.sender);
  if (event.room_id) row.room_id = strings_.intern(*event.room_id);
  if (event.state_key) row.state_key = strings_.intern(*event.state_key);
  row.origin_server_ts = event.origin_server_ts;
  row.depth = event.depth;
  row.rejected = event.rejected_outside;
}

void Room::intern_events(std::vector<event::Event> ordered) {
  events_ = std::move(ordered);
  for (std::size_t e = 0; e < events_.size(); ++e) intern_event(e);
  event_of_string_.assign(strings_.size(), EventIndex::none());
  for (std::uint32_t e = 0; e < rows_.size(); ++e) event_of_string_[rows_[e].event_id.at()] = EventIndex{e};
}

void Room::intern_keys() {
  std::vector<std::uint32_t> with_key;
  for (std::uint32_t e = 0; e < rows_.size(); ++e) {
    if (rows_[e].state_key.valid()) with_key.push_back(e);
  }
  // First the different keys through a table, then their order: most events of a large room share few keys.
  std::size_t capacity = 16;
  while (capacity < with_key.size() * 2) capacity *= 2;
  key_table_.assign(capacity, kHole);
  key_mask_ = capacity - 1;
  for (const std::uint32_t e : with_key) intern_key(rows_[e].type, rows_[e].state_key);
  sort_keys();
  for (const std::uint32_t e : with_key) rows_[e].key = find_key(rows_[e].type, rows_[e].state_key);
}

void Room::intern_key(StringId type, StringId state_key) {
  if (find_key(type, state_key).valid()) return;
  std::size_t at = key_hash(type, state_key) & key_mask_;
  while (key_table_[at] != kHole) at = (at + 1) & key_mask_;
  key_table_[at] = static_cast<std::uint32_t>(keys_.size());
  keys_.push_back({type, state_key});
}

void Room::sort_keys() {
  // By the first bytes of the state_key where they differ: most comparisons end there.
  struct Placed {
    std::uint64_t prefix;
    std::uint32_t key;
  };
  std::vector<Placed> order(keys_.size());
  for (std::uint32_t key = 0; key < order.size(); ++key) {
    order[key] = {first_bytes(strings_.text(keys_[key].state_key)), key};
  }
  std::sort(order.begin(), order.end(), [this](const Placed& a, const Placed& b) {
    const Key& one = keys_[a.key];
    const Key& other = keys_[b.key];
    if (one.type != other.type) return strings_.text(one.type) < strings_.text(other.type);
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return strings_.text(one.state_key) < strings_.text(other.state_key);
  });
  std::vector<std::uint32_t> place(keys_.size());
  std::vector<Key> sorted(keys_.size());
  for (std::uint32_t key = 0; key < order.size(); ++key) {
    place[order[key].key] = key;
    sorted[key] = keys_[order[key].key];
  }
  keys_ = std::move(sorted);
  for (std::uint32_t& slot : key_table_) {
    if (slot != kHole) slot = place[slot];
  }
}

void Room::decode_columns() {
  for (std::size_t e = 0; e < rows_.size(); ++e) decode_columns(rows_[e], events_[e]);
}

void Room::decode_columns(Row& row, const event::Event& event) {
  // The plan's ranges by the type's id, looked up once a type.
  if (ranges_.size() <= row.type.at()) ranges_.resize(row.type.at() + 1);
  std::optional<ColumnPlan::Range>& range = ranges_[row.type.at()];
  // An event whose type is "" has no content columns: the range of "" is the top level's.
  if (!range) range = event.type.empty() ? ColumnPlan::Range{} : plan_.of_type(event.type);
  row.first_column = range->first;
  row.column_count = range->count;
  base::require(cells_.size() + shared_columns_ + row.column_count < kHole,
                "the cells of a room are numbered with 32 bits");
  row.first_cell = static_cast<std::uint32_t>(cells_.size());
  for (std::uint32_t i = 0; i < shared_columns_; ++i)
    cells_.push_back(decode_cell(event.json, plan_.columns()[i], format_, strings_, pool_));
  for (std::uint32_t i = 0; i < row.column_count; ++i)
    cells_.push_back(decode_cell(event.content, plan_.columns()[row.first_column + i], format_, strings_, pool_));
}

EventIndex Room::find(std::string_view event_id) const {
  const StringId id = strings_.find(event_id);
  return id.valid() ? find(id) : EventIndex::none();
}

std::uint64_t Room::sha1_rank(EventIndex e) const {
  std::call_once(sha1_once_, [this] {
    std::vector<std::pair<base::Sha1, std::uint32_t>> order(rows_.size());
    for (std::uint32_t i = 0; i < rows_.size(); ++i) order[i] = {base::sha1(events_[i].event_id), i};
    std::sort(order.begin(), order.end());
    sha1_ranks_.resize(rows_.size());
    for (std::uint32_t place = 0; place < order.size(); ++place) sha1_ranks_[order[place].second] = place;
  });
  return sha1_ranks_[e.at()];
}

EdgeField Room::edge_field(std::string_view name) const {
  return static_cast<EdgeField>(std::ranges::find(format_.edge_fields, name) - format_.edge_fields.begin());
}

// Counts, then places: sources come in ascending order, so a repeated edge stands beside its first.
void Room::reverse(EdgeField field) const {
  const Edges& forward = edges_[field];
  Edges& back = citing_[field];
  back.extents.assign(rows_.size(), {});
  for (std::uint32_t e = 0; e < rows_.size(); ++e) {
    for (const EventIndex to : forward.of(EventIndex{e})) {
      if (to.valid()) ++back.extents[to.at()].end;
    }
  }
  std::uint32_t total = 0;
  for (auto& extent : back.extents) {
    const std::uint32_t count = extent.end;
    extent = {total, total, total + count};
    total += count;
  }
  back.targets.assign(total, EventIndex::none());
  for (std::uint32_t e = 0; e < rows_.size(); ++e) {
    for (const EventIndex to : forward.of(EventIndex{e})) {
      if (!to.valid()) continue;
      auto& extent = back.extents[to.at()];
      if (extent.end > extent.begin && back.targets[extent.end - 1] == EventIndex{e}) continue;
      back.targets[extent.end++] = EventIndex{e};
    }
  }
  reversed_[field] = 1;
}

std::span<const EventIndex> Room::citing(EdgeField field, EventIndex e) const {
  if (reversed_[field] == 0) reverse(field);
  return citing_[field].of(e);
}

void Room::set_derived(EventIndex e, std::vector<EventIndex> cited) {
  const EdgeField field = edge_field(format_.derived_edge_field);
  base::require(field < edges_.size(), "this format derives no edge field");
  Edges& edges = edges_[field];
  for (const EventIndex to : cited) base::require(!to.valid() || to < e, "a derived edge leads to an event before");
  const auto begin = static_cast<std::uint32_t>(edges.targets.size());
  edges.targets.insert(edges.targets.end(), cited.begin(), cited.end());
  edges.extents[e.at()] = {begin, static_cast<std::uint32_t>(edges.targets.size()), 0};
  reversed_[field] = 0;
}

std::vector<std::string> Room::holes() const { return holes_; }

std::pair<KeyIndex, KeyIndex> Room::keys_of_type(StringId type) const {
  if (!type.valid() || type.at() >= strings_.size()) return {KeyIndex{0}, KeyIndex{0}};
  const std::string_view wanted = strings_.text(type);
  const auto below = std::partition_point(keys_.begin(), keys_.end(),
                                          [&](const Key& key) { return strings_.text(key.type) < wanted; });
  const auto above = std::partition_point(below, keys_.end(), [&](const Key& key) { return key.type == type; });
  return {KeyIndex{static_cast<std::uint32_t>(below - keys_.begin())},
          KeyIndex{static_cast<std::uint32_t>(above - keys_.begin())}};
}

}  // namespace stateroom::graph
