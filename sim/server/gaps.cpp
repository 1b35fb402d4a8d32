// Events that come before those that they name: missing events are asked for, then the state before them.
#include <algorithm>
#include <set>

#include "sim/server/world.h"

namespace stateroom::server {

void World::arrive(RoomIndex room, ServerIndex at, EventIndex event, ServerIndex from) {
  receive::View* view = servers_[at.at()].view(room);
  if (view == nullptr) return;  // not in the room
  auto& gaps = servers_[at.at()].gaps_;
  if (view->has(event) || gaps.contains({room, event})) {
    ++counts_.repeated;
    return;
  }
  if (!verified(room, at, event, from)) return;
  if (view->missing(event).empty()) {
    ++counts_.deliveries;
    process(room, at, event, std::nullopt);
    if (!gaps.empty()) process_waiting(room, at);
    return;
  }
  Gap gap;
  gap.from = from;
  gaps.emplace(std::pair(room, event), gap);
  ask_missing(room, at, event);
}

/// Receives what waits for nothing any more, in the order in which the events came into being.
void World::process_waiting(RoomIndex room, ServerIndex at) {
  auto& gaps = servers_[at.at()].gaps_;
  receive::View& view = *servers_[at.at()].view(room);
  bool again = true;
  while (again) {
    again = false;
    for (auto gap = gaps.lower_bound({room, EventIndex{0}}); gap != gaps.end() && gap->first.first == room;) {
      const EventIndex event = gap->first.second;
      if (!view.missing(event).empty()) {
        ++gap;
        continue;
      }
      gap = gaps.erase(gap);
      if (view.has(event)) continue;
      ++counts_.deliveries;
      process(room, at, event, std::nullopt);
      again = true;
    }
  }
}

void World::share(RoomIndex room, ServerIndex from, ServerIndex to) {
  const receive::View* has = servers_[from.at()].view(room);
  const receive::View* view = servers_[to.at()].view(room);
  if (has == nullptr || view == nullptr || !view->first_received().valid()) return;
  const std::uint32_t first = std::max(view->known().all_below(), view->first_received().value());
  for (std::uint32_t e = first; e < ledger(room).room().size(); ++e) {
    const EventIndex event{e};
    if (!has->has(event) || view->has(event) || !view->missing(event).empty()) continue;
    ++counts_.deliveries;
    process(room, to, event, std::nullopt);
  }
  process_waiting(room, to);
}

void World::ask_missing(RoomIndex room, ServerIndex at, EventIndex event) {
  Server& server = servers_[at.at()];
  Gap& gap = server.gaps_.at({room, event});
  if (gap.asked) return;
  // Whoever names an event that waits itself waits with it.
  const auto missing = server.view(room)->missing(event);
  const bool waits = std::ranges::all_of(missing, [&](EventIndex one) {
    return server.gaps_.contains({room, one}) || server.unverified_.contains({room, one});
  });
  if (waits) return;
  ServerIndex to = gap.from;
  if (gap.tries > 0) {
    // Whoever did not answer is not asked again at once: one of the others is.
    std::vector<ServerIndex> others = servers_in(room, server.view(room)->current());
    std::erase(others, at);
    if (!others.empty()) to = choices_.pick(others);
  }
  gap.asked = true;
  if (gap.rounds >= options_.missing_rounds_most) {
    ++counts_.states_asked;
    return request(Kind::kStateRequest, room, at, to, event, {});
  }
  List known;
  for (const EventIndex one : server.view(room)->forward_extremities()) known.push_back({room, one});
  request(Kind::kMissingRequest, room, at, to, event, std::move(known));
}

void World::request(Kind kind, RoomIndex room, ServerIndex at, ServerIndex to, EventIndex event, List list) {
  ++counts_.requests;
  Message message;
  message.kind = kind;
  message.room = room;
  message.from = at;
  message.to = to;
  message.event = event;
  message.payload = list.empty() ? Message::kNone : keep(std::move(list));
  if (post(message)) return;
  release(message.payload);
  Message none = message;
  none.kind = Kind::kNoAnswer;
  std::swap(none.from, none.to);
  none.payload = Message::kNone;
  queue_.put(now() + options_.timeout_us, none);
}

namespace {

/// The answer to a request, which may get lost.
Message answer_to(const Message& message, Kind kind) {
  Message answer = message;
  answer.kind = kind;
  std::swap(answer.from, answer.to);
  answer.payload = Message::kNone;
  return answer;
}

}  // namespace

/// The events before one, from the last ones back, that the asking server has not named.
void World::on_missing_request(const Message& message) {
  note(message.kind, 0, message.room, message.to, message.from, message.event);
  const List known = release(message.payload);
  Server& server = servers_[message.to.at()];
  const receive::View* view = server.view(message.room);
  Message answer = answer_to(message, Kind::kMissingAnswer);
  List found;
  const bool answers = !server.knows_in_part(message.room) &&
                       (server.behaviour_ == nullptr || server.behaviour_->answers(*this, message.room, message.from));
  if (view != nullptr && answers && in_room(message.room, message.from)) {
    const graph::Room& events = ledger(message.room).room();
    const graph::EdgeField prev = events.edge_field("prev_events");
    std::set<EventIndex> seen{message.event};
    for (const Outbox::Pdu& one : known) seen.insert(one.event);
    std::deque<EventIndex> next{message.event};
    while (!next.empty() && found.size() < options_.missing_events_most) {
      const EventIndex event = next.front();
      next.pop_front();
      for (const EventIndex cited : events.cited(prev, event)) {
        if (!cited.valid() || !view->has(cited) || !seen.insert(cited).second) continue;
        if (found.size() < options_.missing_events_most) found.push_back({message.room, cited});
        next.push_back(cited);
      }
    }
  }
  std::ranges::sort(found, {}, &Outbox::Pdu::event);
  if (!found.empty()) answer.payload = keep(std::move(found));
  const std::uint32_t payload = answer.payload;
  if (answers && post(answer)) return;
  release(payload);
  answer.kind = Kind::kNoAnswer;
  answer.payload = Message::kNone;
  queue_.put(now() + options_.timeout_us, answer);
}

void World::on_missing_answer(const Message& message) {
  note(message.kind, 0, message.room, message.to, message.from, message.event);
  const List events = release(message.payload);
  Server& server = servers_[message.to.at()];
  receive::View* view = server.view(message.room);
  if (view == nullptr) return;
  for (const Outbox::Pdu& one : events) {
    if (view->has(one.event) || !verified(message.room, message.to, one.event, message.from)) continue;
    const auto [at, fresh] = server.gaps_.try_emplace({message.room, one.event});
    if (fresh) at->second.from = message.from;
  }
  if (const auto gap = server.gaps_.find({message.room, message.event}); gap != server.gaps_.end()) {
    gap->second.asked = false;
    // An answer without anything new: only the state helps.
    gap->second.rounds = events.empty() ? options_.missing_rounds_most : gap->second.rounds + 1;
  }
  process_waiting(message.room, message.to);
  std::vector<EventIndex> open;
  for (const auto& [place, gap] : server.gaps_) {
    if (place.first == message.room && !gap.asked) open.push_back(place.second);
  }
  const auto own = server.gaps_.find({message.room, message.event});
  const std::uint32_t rounds = own == server.gaps_.end() ? 0 : own->second.rounds;
  for (const EventIndex event : open) {
    // What came with the answer has been asked about as often as the event that it was asked for.
    Gap& gap = server.gaps_.at({message.room, event});
    gap.rounds = std::max(gap.rounds, rounds);
    ask_missing(message.room, message.to, event);
  }
}

void World::on_state_request(const Message& message) {
  note(message.kind, 0, message.room, message.to, message.from, message.event);
  Server& server = servers_[message.to.at()];
  const receive::View* view = server.view(message.room);
  Message answer = answer_to(message, Kind::kStateAnswer);
  Behaviour* behaviour = server.behaviour_;
  const bool answers = !server.knows_in_part(message.room) &&
                       (behaviour == nullptr || behaviour->answers(*this, message.room, message.from));
  const bool knows = view != nullptr && view->has(message.event);
  if (answers && knows && in_room(message.room, message.from)) {
    List list;
    std::optional<std::vector<EventIndex>> lie;
    if (behaviour != nullptr) lie = behaviour->state_before(*this, message.room, message.event, message.from);
    if (lie) {
      for (const EventIndex entry : *lie) list.push_back({message.room, entry});
    } else {
      for (const auto& [key, entry] : ledger(message.room).store().entries(view->before(message.event)))
        list.push_back({message.room, entry});
    }
    answer.payload = keep(std::move(list));
    const std::uint32_t payload = answer.payload;
    if (post(answer)) return;
    release(payload);
  }
  answer.kind = Kind::kNoAnswer;
  answer.payload = Message::kNone;
  queue_.put(now() + options_.timeout_us, answer);
}

/// The entries and what they cite for their authorisation become known.
graph::State World::learn_state(RoomIndex room, receive::View& view, const List& entries) {
  const graph::Room& events = ledger(room).room();
  std::vector<graph::StateStore::Entry> state;
  std::vector<EventIndex> next;
  for (const Outbox::Pdu& entry : entries) {
    if (!events.key(entry.event).valid()) continue;
    state.emplace_back(events.key(entry.event), entry.event);
    next.push_back(entry.event);
  }
  learn(room, view, std::move(next));
  return ledger(room).store().from(std::move(state));
}

/// Events and what they cite for their authorisation.
void World::learn(RoomIndex room, receive::View& view, std::vector<EventIndex> events) {
  const graph::Room& all = ledger(room).room();
  const graph::EdgeField auth = all.edge_field("auth_events");
  while (!events.empty()) {
    const EventIndex event = events.back();
    events.pop_back();
    if (view.knows(event)) continue;
    view.learn(event);
    for (const EventIndex cited : all.cited(auth, event)) {
      if (cited.valid()) events.push_back(cited);
    }
  }
}

void World::on_state_answer(const Message& message) {
  note(message.kind, 0, message.room, message.to, message.from, message.event);
  const List entries = release(message.payload);
  Server& server = servers_[message.to.at()];
  receive::View* view = server.view(message.room);
  if (is_resync(message.room, message.to, message.event))
    return have_whole_state(message.room, message.to, message.event, entries);
  if (view == nullptr || server.gaps_.erase({message.room, message.event}) == 0 || view->has(message.event)) return;
  const graph::State before = learn_state(message.room, *view, entries);
  ++counts_.deliveries;
  process(message.room, message.to, message.event, before);
  process_waiting(message.room, message.to);
}

void World::on_no_answer(const Message& message) {
  Server& server = servers_[message.to.at()];
  if (is_resync(message.room, message.to, message.event)) {
    ++server.partial_.at(message.room).tries;
    return put_resync(message.room, message.to, message.event, options_.backoff_us_first);
  }
  const auto gap = server.gaps_.find({message.room, message.event});
  if (gap == server.gaps_.end()) return;
  constexpr std::uint32_t kTriesMost = 20;
  gap->second.asked = false;
  if (++gap->second.tries > kTriesMost) {
    server.gaps_.erase(gap);  // given up; whoever has it will come with a later one
    return;
  }
  ask_missing(message.room, message.to, message.event);
}

}  // namespace stateroom::server
