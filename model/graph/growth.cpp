// A room that grows event by event.
#include <algorithm>

#include "model/base/encode.h"
#include "model/graph/labels.h"
#include "model/graph/room.h"

namespace stateroom::graph {

std::unique_ptr<Room> Room::empty(const event::EventFormat& format,
                                  std::vector<std::pair<std::string, std::string>> keys) {
  std::unique_ptr<Room> room(new Room(format));
  room->edges_.resize(format.edge_fields.size());
  room->citing_.resize(format.edge_fields.size());
  room->reversed_.assign(format.edge_fields.size(), 1);
  std::size_t capacity = 16;
  while (capacity < keys.size() * 2) capacity *= 2;
  room->key_table_.assign(capacity, KeyIndex::none().value());
  room->key_mask_ = capacity - 1;
  for (const auto& [type, state_key] : keys)
    room->intern_key(room->strings_.intern(type), room->strings_.intern(state_key));
  room->sort_keys();
  room->rank_for_growth();
  return room;
}

std::unique_ptr<Room> Room::renumbered(std::vector<std::pair<std::string, std::string>> keys) const {
  for (const Key& key : keys_) keys.emplace_back(strings_.text(key.type), strings_.text(key.state_key));
  std::unique_ptr<Room> room = empty(format_, std::move(keys));
  const EdgeField derived = edge_field(format_.derived_edge_field);
  for (std::uint32_t e = 0; e < size(); ++e) {
    const auto at = room->append(events_[e]);
    base::require(at && at->value() == e, "a room's own events can be appended in their order");
    room->set_rejected(*at, rows_[e].rejected);
    if (derived >= edges_.size()) continue;
    const auto cited = edges_[derived].of(*at);
    room->set_derived(*at, {cited.begin(), cited.end()});
  }
  return room;
}

/// Ranks as labels, which leave room between them.
void Room::rank_for_growth() {
  id_order_ = std::make_unique<OrderedLabels>();
  sha1_order_ = std::make_unique<OrderedLabels>();
  std::call_once(sha1_once_, [] {});
  sha1_ranks_.assign(rows_.size(), 0);
  for (std::uint32_t e = 0; e < rows_.size(); ++e) rank_event(EventIndex{e});
}

void Room::rank_event(EventIndex e) {
  const std::string& id = events_[e.at()].event_id;
  id_order_->add(id, e.value(), [this](std::uint32_t at, std::uint64_t label) { rows_[at].id_rank = label; });
  const base::Sha1 hash = base::sha1(id);
  sha1_order_->add(std::string(hash.begin(), hash.end()), e.value(),
                   [this](std::uint32_t at, std::uint64_t label) { sha1_ranks_[at] = label; });
}

void Room::append_edges(const event::Event& event, EventIndex at) {
  for (EdgeField field = 0; field < edges_.size(); ++field) {
    Edges& out = edges_[field];
    const auto begin = static_cast<std::uint32_t>(out.targets.size());
    citing_[field].extents.emplace_back();
    if (field < event.edges.size()) {
      for (const std::string& id : event.edges[field]) {
        const EventIndex to = find(std::string_view(id));
        out.targets.push_back(to);
        if (to.valid()) {
          cite_back(field, to, at);
        } else if (const auto place = std::ranges::lower_bound(holes_, id); place == holes_.end() || *place != id) {
          holes_.insert(place, id);
        }
      }
    }
    out.extents.push_back({begin, static_cast<std::uint32_t>(out.targets.size()), 0});
  }
}

/// A row that is full moves to the end, into twice its room.
void Room::cite_back(EdgeField field, EventIndex to, EventIndex from) {
  Edges& back = citing_[field];
  auto& row = back.extents[to.at()];
  if (row.end > row.begin && back.targets[row.end - 1] == from) return;
  if (row.end == row.limit) {
    const std::uint32_t count = row.end - row.begin;
    const auto begin = static_cast<std::uint32_t>(back.targets.size());
    back.targets.resize(begin + std::max<std::uint32_t>(2, 2 * count), EventIndex::none());
    std::copy_n(back.targets.begin() + row.begin, count, back.targets.begin() + begin);
    row = {begin, begin + count, static_cast<std::uint32_t>(back.targets.size())};
  }
  back.targets[row.end++] = from;
}

base::Result<EventIndex> Room::append(event::Event event) {
  if (id_order_ == nullptr) rank_for_growth();
  if (find(std::string_view(event.event_id)).valid()) {
    return base::fail(base::ErrorCode::kDuplicateEvent, "two events have the id `" + event.event_id + "`", event.where);
  }
  KeyIndex key;
  if (event.state_key) {
    key = find_key(strings_.intern(event.type), strings_.intern(*event.state_key));
    if (!key.valid()) return EventIndex::none();
  }
  for (EdgeField field = 0; field < edges_.size(); ++field) {
    if (reversed_[field] == 0) reverse(field);
  }
  const EventIndex at{size()};
  append_edges(event, at);
  events_.push_back(std::move(event));
  rows_.emplace_back();
  sha1_ranks_.push_back(0);
  intern_event(at.at());
  rows_.back().key = key;
  event_of_string_.resize(strings_.size(), EventIndex::none());
  event_of_string_[rows_.back().event_id.at()] = at;
  decode_columns(rows_.back(), events_.back());
  rank_event(at);
  return at;
}

}  // namespace stateroom::graph
