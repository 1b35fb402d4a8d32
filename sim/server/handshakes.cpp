// Memberships of users whose server is not in the room: by way of a server that is.
#include <fmt/format.h>

#include <algorithm>

#include "sim/server/world.h"

namespace stateroom::server {
namespace {

std::string membership_content(const std::string& membership, const std::string& authoriser = {}) {
  std::string out = "{\"membership\":" + json::quoted(membership);
  if (!authoriser.empty()) out += ",\"join_authorised_via_users_server\":" + json::quoted(authoriser);
  return out + "}";
}

Act member_act(const std::string& user, std::string content) {
  Act act;
  act.type = "m.room.member";
  act.state_key = act.sender = user;
  act.content = std::move(content);
  return act;
}

}  // namespace

void World::member(RoomIndex room, const std::string& user, const std::string& membership,
                   std::optional<ServerIndex> via) {
  const ServerIndex home = server_of(user);
  base::require(home.valid(), "a user of a server of the world");
  Server& server = servers_[home.at()];
  if (!server.up()) return;
  if (in_room(room, home)) {
    ledger(room).reserve({{"m.room.member", user}});
    if (act(room, member_act(user, membership_content(membership))) || membership != "join") return;
    // Where the room is restricted, a user of the own server who may invite can let them in.
    for (const std::string& authoriser : joined_users(room, home)) {
      Act restricted = member_act(user, membership_content(membership, authoriser));
      restricted.cosigners = {server.name()};
      if (act(room, restricted)) return;
    }
    return;
  }
  if (!server.handshakes_.emplace(room, user).second) return;
  if (!via) {
    const auto invite = server.invites_.find({room, user});
    std::vector<ServerIndex> residents;
    for (std::uint32_t s = 0; s < servers(); ++s) {
      if (ServerIndex{s} != home && in_room(room, ServerIndex{s})) residents.push_back(ServerIndex{s});
    }
    if (invite != server.invites_.end()) {
      via = invite->second;
    } else if (!residents.empty()) {
      via = choices_.pick(residents);
    }
  }
  Message message;
  message.kind = Kind::kMake;
  message.room = room;
  message.from = home;
  message.to = via.value_or(home);
  message.payload = static_cast<std::uint32_t>(handshakes_.size());
  handshakes_.push_back({user, membership});
  // A handshake that gets lost is over; the user may try again.
  if (!via || *via == home || !post(message)) server.handshakes_.erase({room, user});
}

std::vector<std::string> World::joined_users(RoomIndex room, ServerIndex server) const {
  std::vector<std::string> out;
  const receive::View* view = servers_[server.at()].view(room);
  if (view == nullptr) return out;
  const graph::Room& events = ledger(room).room();
  const auto [first, last] = events.keys_of_type(events.strings().find("m.room.member"));
  for (std::uint32_t k = first.value(); k < last.value(); ++k) {
    const EventIndex event = ledger(room).store().get(view->current(), base::KeyIndex{k});
    const std::string user(events.strings().text(events.key_state_key(base::KeyIndex{k})));
    if (event.valid() && server_of(user) == server && events.event(event).content.get("membership").is_string() &&
        events.event(event).content.get("membership").string() == "join")
      out.push_back(user);
  }
  return out;
}

/// The event as the resident server offers it: as asked for, or let in by one of its own users.
std::optional<EventIndex> World::make_for(RoomIndex room, ServerIndex resident, const std::string& user,
                                          const std::string& membership) {
  ledger(room).reserve({{"m.room.member", user}});
  const receive::View& view = *servers_[resident.at()].view(room);
  std::vector<Act> acts{member_act(user, membership_content(membership))};
  if (membership == "join") {
    for (const std::string& authoriser : joined_users(room, resident)) {
      acts.push_back(member_act(user, membership_content(membership, authoriser)));
      acts.back().cosigners = {servers_[resident.at()].name()};
    }
  }
  for (const Act& act : acts) {
    const auto event = make(room, view, act, server_of(user));
    if (!event) continue;
    const auto state = rules::StateView::of(ledger(room).store(), view.current());
    if (ledger(room).evaluator().authorise(*event, state).allowed) return event;
  }
  return std::nullopt;
}

void World::on_make(const Message& message) {
  note(message.kind, 0, message.room, message.to, message.from, message.event);
  Message answer = message;
  answer.kind = Kind::kMakeAnswer;
  std::swap(answer.from, answer.to);
  const Handshake& asked = handshakes_[message.payload];
  std::optional<EventIndex> event;
  const bool knows = in_room(message.room, message.to) && !servers_[message.to.at()].knows_in_part(message.room);
  if (knows) event = make_for(message.room, message.to, asked.user, asked.membership);
  answer.accepted = event.has_value();
  answer.event = event.value_or(EventIndex::none());
  if (!post(answer)) servers_[message.from.at()].handshakes_.erase({message.room, asked.user});
}

void World::on_make_answer(const Message& message) {
  note(message.kind, message.accepted ? 0 : 1, message.room, message.to, message.from, message.event);
  const Handshake& asked = handshakes_[message.payload];
  auto& open = servers_[message.to.at()].handshakes_;
  Message next = message;
  next.kind = Kind::kSend;
  std::swap(next.from, next.to);
  if (!message.accepted || !open.contains({message.room, asked.user}) || !post(next))
    open.erase({message.room, asked.user});
}

void World::on_send(const Message& message) {
  note(message.kind, 0, message.room, message.to, message.from, message.event);
  const Handshake& asked = handshakes_[message.payload];
  receive::View* view = servers_[message.to.at()].view(message.room);
  Message answer = message;
  answer.kind = Kind::kSendAnswer;
  std::swap(answer.from, answer.to);
  answer.accepted = false;
  if (view != nullptr && view->has(message.event)) {
    answer.accepted = view->outcome(message.event) == receive::Outcome::kAccepted;
  } else if (view != nullptr && in_room(message.room, message.to) && !view->in_part()) {
    const graph::State before = view->current();
    answer.accepted =
        process(message.room, message.to, message.event, std::nullopt).outcome == receive::Outcome::kAccepted;
    if (answer.accepted) spread(message.room, message.to, message.event, before);
  }
  if (!post(answer)) servers_[message.from.at()].handshakes_.erase({message.room, asked.user});
}

/// A joining server starts with the state that it is told.
void World::on_send_answer(const Message& message) {
  note(message.kind, message.accepted ? 0 : 1, message.room, message.to, message.from, message.event);
  Server& server = servers_[message.to.at()];
  const Handshake& asked = handshakes_[message.payload];
  const bool open = server.handshakes_.erase({message.room, asked.user}) > 0;
  if (!message.accepted || !open) return;
  server.invites_.erase({message.room, asked.user});
  if (asked.membership != "join") return;
  if (in_room(message.room, message.to)) return arrive(message.room, message.to, message.event, message.from);
  const receive::View& resident = *servers_[message.from.at()].view(message.room);
  List entries;
  std::optional<std::vector<EventIndex>> lie;
  if (Behaviour* behaviour = servers_[message.from.at()].behaviour_)
    lie = behaviour->state_before(*this, message.room, message.event, message.to);
  if (lie) {
    for (const EventIndex entry : *lie) entries.push_back({message.room, entry});
  } else {
    for (const auto& [key, entry] : ledger(message.room).store().entries(resident.before(message.event)))
      entries.push_back({message.room, entry});
  }
  receive::View& view = open_view(message.room, message.to);
  std::erase_if(server.gaps_, [&](const auto& gap) { return gap.first.first == message.room; });
  server.partial_.erase(message.room);
  if (rooms_[message.room.at()].resync_after)
    join_in_part(message.room, message.to, message.from, message.event, entries);
  const graph::State before = learn_state(message.room, view, entries);
  ++counts_.deliveries;
  process(message.room, message.to, message.event, before);
}

void World::on_invite(const Message& message) {
  note(message.kind, 0, message.room, message.to, message.from, message.event);
  const event::Event& event = ledger(message.room).room().event(message.event);
  const json::Value membership = event.content.get("membership");
  if (!membership.is_string()) return;
  if (membership.string() == "invite") {
    servers_[message.to.at()].invites_[{message.room, *event.state_key}] = message.from;
  } else {
    servers_[message.to.at()].invites_.erase({message.room, *event.state_key});
  }
}

}  // namespace stateroom::server
