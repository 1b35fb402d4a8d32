// Events of a server's own users: made, checked at home, sent to whoever is in the room.
#include <algorithm>

#include "sim/server/world.h"

namespace stateroom::server {

std::int64_t World::timestamp(const Server& server) const {
  return kFirstTimestamp + now() / kernel::kMillisecond + server.skew_ms_;
}

std::optional<EventIndex> World::make(RoomIndex room, const receive::View& view, const Act& act, ServerIndex by) {
  auto event = rooms_[room.at()].maker->make(view, act, timestamp(servers_[by.at()]));
  // Two acts of one server that are the same to the bit are one event.
  if (!event && event.error().code == base::ErrorCode::kDuplicateEvent) return std::nullopt;
  base::require(event.has_value(), event ? "" : event.error().message);
  log_.add(ledger(room).room().event(*event).event_id);
  if (rotations_) {
    rooms_[room.at()].key_of.resize(event->at() + 1);
    const auto last = static_cast<std::uint32_t>(periods_[by.at()].size() - 1);
    rooms_[room.at()].key_of.back() = static_cast<std::uint8_t>(std::min(act.key.value_or(last), last));
  }
  return *event;
}

void World::count_outcome(receive::Outcome outcome) {
  using receive::Outcome;
  counts_.soft_failed += outcome == Outcome::kSoftFailed ? 1 : 0;
  counts_.rejected += outcome == Outcome::kRejected ? 1 : 0;
  counts_.dropped += outcome == Outcome::kDropped ? 1 : 0;
}

receive::Verdict World::process(RoomIndex room, ServerIndex at, EventIndex event, std::optional<graph::State> before) {
  receive::View& view = *servers_[at.at()].view(room);
  const graph::State current = view.current();
  if (view.in_part()) {
    const graph::Room& events = ledger(room).room();
    for (const EventIndex cited : events.cited(events.edge_field("auth_events"), event)) {
      if (cited.valid()) learn(room, view, {cited});
    }
  }
  const receive::Verdict verdict = before ? view.receive(event, *before) : view.receive(event);
  // What its own server does not accept was never sent: it is counted as refused, not here.
  if (server_of(ledger(room).room().event(event).sender) != at) count_outcome(verdict.outcome);
  note(Kind::kReceived, static_cast<std::uint8_t>(verdict.outcome), room, at, {}, event);
  for (Observer* observer : observers_) observer->received(*this, room, at, event, verdict, current);
  return verdict;
}

/// To the servers that were in the room before the event, and the server of whom a membership is about.
void World::spread(RoomIndex room, ServerIndex by, EventIndex event, graph::State before) {
  ++counts_.events;
  note(Kind::kMade, 0, room, by, {}, event);
  for (Observer* observer : observers_) observer->made(*this, room, by, event);
  std::vector<ServerIndex> in = servers_in(room, before);
  if (const auto part = servers_[by.at()].partial_.find(room); part != servers_[by.at()].partial_.end()) {
    in.insert(in.end(), part->second.servers.begin(), part->second.servers.end());
    std::ranges::sort(in);
    in.erase(std::ranges::unique(in).begin(), in.end());
  }
  for (const ServerIndex to : in) {
    if (to != by) send(room, event, by, to);
  }
  const graph::Room& events = ledger(room).room();
  if (events.event(event).type != "m.room.member" || !events.event(event).state_key) return;
  const ServerIndex target = server_of(*events.event(event).state_key);
  if (!target.valid() || target == by || std::ranges::binary_search(in, target)) return;
  Message invite;
  invite.kind = Kind::kInvite;
  invite.room = room;
  invite.from = by;
  invite.to = target;
  invite.event = event;
  post(invite);
}

void World::send(RoomIndex room, EventIndex event, ServerIndex from, ServerIndex to) {
  Behaviour* behaviour = servers_[from.at()].behaviour_;
  if (behaviour == nullptr) return enqueue(from, to, room, event);
  if (!behaviour->sends(*this, room, event, to)) return;
  const Time delay = behaviour->delay(*this, room, event, to);
  if (delay <= 0) return enqueue(from, to, room, event);
  // Beside the transactions, so that others overtake it.
  Message message;
  message.kind = Kind::kTransaction;
  message.accepted = false;
  message.room = room;
  message.from = from;
  message.to = to;
  message.event = event;
  post(message, delay);
}

std::optional<EventIndex> World::create(RoomIndex room, const Act& act) {
  const ServerIndex by = server_of(act.sender);
  base::require(by.valid() && ledger(room).room().size() == 0, "a room is created once, by a user of a server");
  const receive::View& view = open_view(room, by);
  const auto event = make(room, view, act, by);
  if (!event) return std::nullopt;
  if (process(room, by, *event, std::nullopt).outcome != receive::Outcome::kAccepted) return std::nullopt;
  spread(room, by, *event, {});
  return event;
}

std::optional<EventIndex> World::act(RoomIndex room, const Act& act) {
  const ServerIndex by = server_of(act.sender);
  if (!by.valid() || !servers_[by.at()].up()) return std::nullopt;
  const receive::View* view = servers_[by.at()].view(room);
  if (view == nullptr) return std::nullopt;
  const auto event = make(room, *view, act, by);
  if (!event) return std::nullopt;
  const graph::State before = view->current();
  if (process(room, by, *event, std::nullopt).outcome != receive::Outcome::kAccepted) {
    ++counts_.refused;
    return std::nullopt;
  }
  spread(room, by, *event, before);
  return event;
}

std::optional<EventIndex> World::act_anyhow(RoomIndex room, const Act& act,
                                            std::optional<std::vector<ServerIndex>> to) {
  const ServerIndex by = server_of(act.sender);
  if (!by.valid() || !servers_[by.at()].up() || servers_[by.at()].view(room) == nullptr) return std::nullopt;
  const receive::View& view = *servers_[by.at()].view(room);
  const auto event = make(room, view, act, by);
  if (!event) return std::nullopt;
  const graph::State before = view.current();
  process(room, by, *event, std::nullopt);
  if (!to) {
    spread(room, by, *event, before);
    return event;
  }
  ++counts_.events;
  note(Kind::kMade, 1, room, by, {}, *event);
  for (Observer* observer : observers_) observer->made(*this, room, by, *event);
  for (const ServerIndex one : *to) {
    if (one != by) send(room, *event, by, one);
  }
  return event;
}

}  // namespace stateroom::server
