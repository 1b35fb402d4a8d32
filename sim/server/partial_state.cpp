// Joins with a part of the state: memberships are left out of what the resident server tells, events are judged in what
// is known until the whole state is there, and then again.
//
// Source: MSC3706, MSC3902.
#include <algorithm>

#include "sim/server/world.h"

namespace stateroom::server {

/// Takes the memberships out of what the resident server tells.
void World::join_in_part(RoomIndex room, ServerIndex at, ServerIndex resident, EventIndex join, List& entries) {
  const graph::Room& events = ledger(room).room();
  std::erase_if(entries, [&](const Outbox::Pdu& entry) { return events.event(entry.event).type == "m.room.member"; });
  Server& server = servers_[at.at()];
  server.view(room)->know_in_part();
  server.partial_[room] = {join, resident, servers_in(room, servers_[resident.at()].view(room)->current()), 0};
  ++counts_.partial_joins;
  put_resync(room, at, join, *rooms_[room.at()].resync_after);
}

void World::put_resync(RoomIndex room, ServerIndex at, EventIndex join, Time later) {
  Message message;
  message.kind = Kind::kResync;
  message.room = room;
  message.from = message.to = at;
  message.event = join;
  queue_.put(now() + later, message);
}

bool World::is_resync(RoomIndex room, ServerIndex at, EventIndex join) const {
  const auto part = servers_[at.at()].partial_.find(room);
  return part != servers_[at.at()].partial_.end() && part->second.join == join;
}

void World::ask_whole_state(RoomIndex room, ServerIndex at, EventIndex join) {
  if (!is_resync(room, at, join)) return;  // it has joined anew since
  const PartialRoom& part = servers_[at.at()].partial_.at(room);
  ServerIndex to = part.resident;
  std::vector<ServerIndex> others = part.servers;
  std::erase(others, at);
  if (part.tries > 0 && !others.empty()) to = choices_.pick(others);
  ++counts_.states_asked;
  request(Kind::kStateRequest, room, at, to, join, {});
}

/// A view from the whole state on; what came meanwhile is judged anew, in the order of the graph.
void World::have_whole_state(RoomIndex room, ServerIndex at, EventIndex join, const List& entries) {
  Server& server = servers_[at.at()];
  const std::unique_ptr<receive::View> old = std::move(server.views_[room.at()]);
  server.partial_.erase(room);
  receive::View& view = open_view(room, at);
  const graph::State before = learn_state(room, view, entries);
  ++counts_.resyncs;
  note(Kind::kResync, 0, room, at, {}, join);
  const auto recheck = [&](EventIndex event, std::optional<graph::State> told) {
    const receive::Verdict verdict = told ? view.receive(event, *told) : view.receive(event);
    ++counts_.rechecked;
    if (verdict.outcome == old->outcome(event)) return;
    ++counts_.corrected;
    note(Kind::kRechecked, static_cast<std::uint8_t>(verdict.outcome), room, at, {}, event);
  };
  recheck(join, before);
  for (std::uint32_t e = 0; e < ledger(room).room().size(); ++e) {
    const EventIndex event{e};
    if (view.has(event)) continue;
    if (!old->has(event)) {
      if (old->knows(event)) view.learn(event);
    } else if (view.missing(event).empty()) {
      recheck(event, std::nullopt);
    } else {
      recheck(event, old->before(event));  // as another server told it
    }
  }
  process_waiting(room, at);
}

}  // namespace stateroom::server
