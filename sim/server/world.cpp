#include "sim/server/world.h"

#include <fmt/format.h>

#include <algorithm>

namespace stateroom::server {

const char* name(Kind kind) {
  switch (kind) {
    case Kind::kTransaction:
      return "transaction";
    case Kind::kAck:
      return "ack";
    case Kind::kTimeout:
      return "timeout";
    case Kind::kMissingRequest:
      return "missing_events_request";
    case Kind::kMissingAnswer:
      return "missing_events_answer";
    case Kind::kStateRequest:
      return "state_ids_request";
    case Kind::kStateAnswer:
      return "state_ids_answer";
    case Kind::kNoAnswer:
      return "no_answer";
    case Kind::kMake:
      return "make_request";
    case Kind::kMakeAnswer:
      return "make_answer";
    case Kind::kSend:
      return "send_request";
    case Kind::kSendAnswer:
      return "send_answer";
    case Kind::kInvite:
      return "invite";
    case Kind::kLinkChange:
      return "link";
    case Kind::kStop:
      return "stop";
    case Kind::kRestart:
      return "restart";
    case Kind::kWake:
      return "wake";
    case Kind::kMade:
      return "made";
    case Kind::kReceived:
      return "received";
    case Kind::kHealed:
      return "healed";
    case Kind::kResync:
      return "resync";
    case Kind::kRechecked:
      return "rechecked";
    case Kind::kRotate:
      return "rotate";
    case Kind::kKeyRequest:
      return "key_request";
    case Kind::kKeyAnswer:
      return "key_answer";
    case Kind::kNoKeys:
      return "no_keys";
  }
  return "";
}

namespace {

bool holds_list(Kind kind) {
  return kind == Kind::kTransaction || kind == Kind::kMissingRequest || kind == Kind::kMissingAnswer ||
         kind == Kind::kStateRequest || kind == Kind::kStateAnswer;
}

}  // namespace

World::World(WorldOptions options)
    : options_(options),
      streams_(options.seed),
      network_(options.servers, streams_.at("network"), options.link),
      log_(options.keep_log),
      choices_(streams_.at("server").at("choices").random()) {
  for (std::uint32_t s = 0; s < options.servers; ++s) {
    const std::string name = fmt::format("s{}.example", s);
    servers_.emplace_back(s, name);
    servers_.back().outboxes_.resize(options.servers);
    servers_.back().known_keys_.assign(options.servers, KnownKeys{1, kFirstTimestamp + options.key_validity_ms, {}});
    names_.emplace(name, ServerIndex{s});
    keys_.push_back(event::signing_key(name, fmt::format("simulated {} {}", options.seed, name)));
    periods_.push_back(std::vector{KeyPeriod{keys_.back(), std::nullopt}});
  }
}

World::~World() {
  // Views are known to their ledgers, which end after them.
  servers_.clear();
}

ServerIndex World::server_of(std::string_view user) const {
  const auto part = event::server_part(user);
  const auto found = part ? names_.find(*part) : names_.end();
  return found == names_.end() ? ServerIndex::none() : found->second;
}

RoomIndex World::add_room(std::shared_ptr<const rules::Program> program, receive::Ledger::Keys keys) {
  const RoomIndex index{rooms()};
  Room room;
  receive::LedgerOptions options;
  options.share = options_.share;
  room.ledger = std::make_unique<receive::Ledger>(std::move(program), std::move(keys), std::move(options));
  room.maker = std::make_unique<Maker>(
      *room.ledger, index.value(), keys_,
      [this, index](const std::string& name, EventIndex event) { return signing_key_of(index, name, event); });
  room.ledger->on_resolution = [this, index](std::span<const graph::State> states, graph::State result) {
    for (Observer* observer : observers_) observer->resolved(*this, index, states, result);
  };
  room.ledger->on_renumbered = [this, index](const std::function<graph::State(graph::State)>& moved) {
    rooms_[index.at()].servers_in.clear();
    for (Observer* observer : observers_) observer->renumbered(index, moved);
  };
  rooms_.push_back(std::move(room));
  for (Server& server : servers_) server.views_.resize(rooms_.size());
  return index;
}

const std::vector<ServerIndex>& World::servers_in(RoomIndex room, graph::State state) const {
  const Room& of = rooms_[room.at()];
  const auto [at, fresh] = of.servers_in.try_emplace(state);
  if (!fresh) return at->second;
  const graph::Room& events = of.ledger->room();
  const base::StringId member = events.strings().find("m.room.member"), join = events.strings().find("join");
  const graph::ColumnIndex membership = events.plan().find("m.room.member", {"membership"});
  const auto [first, last] = events.keys_of_type(member);
  for (std::uint32_t k = first.value(); k < last.value() && membership.valid(); ++k) {
    const EventIndex event = of.ledger->store().get(state, base::KeyIndex{k});
    if (!event.valid()) continue;
    const graph::Cell& cell = events.cell(event, membership);
    if (cell.status != graph::CellStatus::kValue || base::StringId{cell.first} != join) continue;
    const ServerIndex server = server_of(events.strings().text(events.key_state_key(base::KeyIndex{k})));
    if (server.valid()) at->second.push_back(server);
  }
  std::ranges::sort(at->second);
  at->second.erase(std::ranges::unique(at->second).begin(), at->second.end());
  return at->second;
}

bool World::in_room(RoomIndex room, ServerIndex server) const {
  const receive::View* view = servers_[server.at()].view(room);
  return view != nullptr && std::ranges::binary_search(servers_in(room, view->current()), server);
}

receive::View& World::open_view(RoomIndex room, ServerIndex server) {
  auto& view = servers_[server.at()].views_[room.at()];
  view = std::make_unique<receive::View>(ledger(room));
  return *view;
}

void World::note(Kind kind, std::uint8_t outcome, RoomIndex room, ServerIndex at, ServerIndex other, EventIndex event) {
  log_.add({queue_.now(), static_cast<std::uint8_t>(kind), outcome, static_cast<std::uint16_t>(room.value()),
            static_cast<std::uint16_t>(at.value()), static_cast<std::uint16_t>(other.value()), event.value()});
}

std::uint32_t World::keep(List list) {
  if (free_lists_.empty()) {
    lists_.push_back(std::move(list));
    return static_cast<std::uint32_t>(lists_.size() - 1);
  }
  const std::uint32_t at = free_lists_.back();
  free_lists_.pop_back();
  lists_[at] = std::move(list);
  return at;
}

World::List World::release(std::uint32_t payload) {
  if (payload == Message::kNone) return {};
  free_lists_.push_back(payload);
  return std::exchange(lists_[payload], {});
}

bool World::post(Message message, Time later) {
  const network::Arrivals arrivals = network_.send(message.from, message.to, queue_.now() + later);
  for (std::uint32_t i = 0; i < arrivals.count; ++i) {
    // Each copy has a list of its own.
    if (i > 0 && holds_list(message.kind) && message.payload != Message::kNone)
      message.payload = keep(List(lists_[message.payload]));
    queue_.put(arrivals.times[i], message);
  }
  return arrivals.count > 0;
}

void World::add_actor(std::unique_ptr<Actor> actor, Time first) {
  actors_.push_back(std::move(actor));
  Message message;
  message.payload = static_cast<std::uint32_t>(actors_.size() - 1);
  queue_.put(first, message);
}

void World::wake_again(Time time) {
  base::require(awake_ != Message::kNone, "an actor that is awake asks to be woken");
  Message message;
  message.payload = awake_;
  queue_.put(std::max(time, now()), message);
}

void World::set_behaviour(ServerIndex server, std::unique_ptr<Behaviour> behaviour) {
  servers_[server.at()].behaviour_ = behaviour.get();
  behaviours_.push_back(std::move(behaviour));
}

void World::add_changes(std::span<const network::LinkChange> changes) {
  for (const network::LinkChange& change : changes) {
    Message message;
    message.kind = Kind::kLinkChange;
    message.payload = static_cast<std::uint32_t>(changes_.size());
    changes_.push_back(change);
    queue_.put(std::max(change.at, now()), message);
  }
}

void World::add_restart(ServerIndex server, Time stop, Time restart) {
  Message message;
  message.from = message.to = server;
  message.kind = Kind::kStop;
  queue_.put(stop, message);
  message.kind = Kind::kRestart;
  queue_.put(restart, message);
}

void World::stop(ServerIndex at) {
  Server& server = servers_[at.at()];
  server.up_ = false;
  note(Kind::kStop, 0, {}, at, {}, {});
  server.outboxes_.assign(servers(), {});
  server.gaps_.clear();
  server.unverified_.clear();
  server.handshakes_.clear();
}

/// What it had stored is there; to whom it had not sent what is gone, so that it tells everybody its last events.
void World::restart(ServerIndex at) {
  Server& server = servers_[at.at()];
  server.up_ = true;
  ++counts_.restarts;
  note(Kind::kRestart, 0, {}, at, {}, {});
  for (const auto& [room, part] : server.partial_) put_resync(room, at, part.join, 0);
  for (std::uint32_t r = 0; r < rooms(); ++r) {
    const RoomIndex room{r};
    const receive::View* view = server.view(room);
    if (view == nullptr || !in_room(room, at)) continue;
    const std::vector<EventIndex> last(view->forward_extremities().begin(), view->forward_extremities().end());
    for (const ServerIndex to : servers_in(room, view->current())) {
      for (const EventIndex event : last) {
        if (to != at) enqueue(at, to, room, event);
      }
    }
  }
}

/// The receiver is down: in time its sender takes the message for lost.
void World::meet_silence(const Message& message) {
  if (holds_list(message.kind)) release(message.payload);
  Message later = message;
  if (message.kind == Kind::kTransaction && message.accepted) {
    later.kind = Kind::kTimeout;
    later.payload = Message::kNone;
  } else if (message.kind == Kind::kMissingRequest || message.kind == Kind::kStateRequest) {
    later.kind = Kind::kNoAnswer;
    std::swap(later.from, later.to);
    later.payload = Message::kNone;
  } else if (message.kind == Kind::kKeyRequest) {
    later.kind = Kind::kNoKeys;
    std::swap(later.from, later.to);
  } else {
    if (message.kind == Kind::kMake || message.kind == Kind::kSend)
      servers_[message.from.at()].handshakes_.erase({message.room, handshakes_[message.payload].user});
    return;
  }
  queue_.put(now() + options_.timeout_us, later);
}

void World::handle(const Message& message) {
  const bool to_server = message.to.valid() && message.kind != Kind::kRestart && message.kind != Kind::kTimeout;
  if (to_server && !servers_[message.to.at()].up()) return meet_silence(message);
  switch (message.kind) {
    case Kind::kTransaction:
      return on_transaction(message);
    case Kind::kAck:
      return on_ack(message);
    case Kind::kTimeout:
      return on_timeout(message);
    case Kind::kMissingRequest:
      return on_missing_request(message);
    case Kind::kMissingAnswer:
      return on_missing_answer(message);
    case Kind::kStateRequest:
      return on_state_request(message);
    case Kind::kStateAnswer:
      return on_state_answer(message);
    case Kind::kNoAnswer:
      return on_no_answer(message);
    case Kind::kMake:
      return on_make(message);
    case Kind::kMakeAnswer:
      return on_make_answer(message);
    case Kind::kSend:
      return on_send(message);
    case Kind::kSendAnswer:
      return on_send_answer(message);
    case Kind::kInvite:
      return on_invite(message);
    case Kind::kLinkChange: {
      const network::LinkChange& change = changes_[message.payload];
      change.stops ? network_.stop(change.from, change.to) : network_.start(change.from, change.to);
      return note(Kind::kLinkChange, change.stops ? 1 : 0, {}, change.from, change.to, {});
    }
    case Kind::kStop:
      return stop(message.to);
    case Kind::kRestart:
      return restart(message.to);
    case Kind::kWake:
      if (healing_) return;
      awake_ = message.payload;
      actors_[awake_]->wake(*this);
      awake_ = Message::kNone;
      return;
    case Kind::kResync:
      return ask_whole_state(message.room, message.to, message.event);
    case Kind::kRotate:
      return rotate_key(message.to);
    case Kind::kKeyRequest:
      return on_key_request(message);
    case Kind::kKeyAnswer:
      return on_key_answer(message);
    case Kind::kNoKeys:
      return on_no_keys(message);
    case Kind::kMade:
    case Kind::kReceived:
    case Kind::kHealed:
    case Kind::kRechecked:
      return;
  }
}

void World::run_until(Time end, const std::function<bool()>& tell) {
  constexpr std::uint32_t kTellEvery = 1 << 12;
  for (std::uint32_t count = 1;; ++count) {
    const auto next = queue_.next();
    if (!next || *next > end) return queue_.advance(end);
    handle(*queue_.take());
    if (count % kTellEvery == 0 && tell && !tell()) return;
  }
}

bool World::heal(std::span<const ServerIndex> core, Time time) {
  healing_ = true;
  network_.heal(core);
  note(Kind::kHealed, 0, {}, {}, {}, {});
  for (const ServerIndex server : core) {
    if (!servers_[server.at()].up()) restart(server);
    for (std::uint32_t to = 0; to < servers(); ++to) {
      if (std::ranges::find(core, ServerIndex{to}) == core.end()) continue;
      Outbox& outbox = servers_[server.at()].outboxes_[to];
      outbox.failures = 0;
      if (outbox.backing_off) {
        outbox.backing_off = outbox.busy = false;
        next_transaction(server, ServerIndex{to});
      }
    }
  }
  const Time end = now() + time;
  run_until(end);
  return std::ranges::all_of(core, [&](ServerIndex server) {
    const Server& one = servers_[server.at()];
    return one.gaps_.empty() && one.unverified_.empty() && one.partial_.empty() &&
           std::ranges::all_of(core, [&](ServerIndex to) {
             return one.outboxes_[to.at()].waiting.empty() && one.outboxes_[to.at()].under_way.empty();
           });
  });
}

std::optional<base::Error> World::error() const {
  for (const Room& room : rooms_) {
    if (room.ledger->error()) return room.ledger->error();
  }
  return std::nullopt;
}

}  // namespace stateroom::server
