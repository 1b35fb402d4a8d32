// Signing keys that change: who knows which of them, and which events wait for one or are dropped.
//
// Source: Matrix specification, server-server-api, "Retrieving server keys"; rooms/v5, "Signing key validity period".
// What a key must be for an event is the version's own to say (Evaluator::key_valid).
#include <fmt/format.h>

#include <algorithm>

#include "sim/server/world.h"

namespace stateroom::server {

void World::add_rotation(ServerIndex server, Time at) {
  rotations_ = true;
  Message message;
  message.kind = Kind::kRotate;
  message.from = message.to = server;
  queue_.put(at, message);
}

void World::rotate_key(ServerIndex at) {
  std::vector<KeyPeriod>& periods = periods_[at.at()];
  const std::string& name = servers_[at.at()].name();
  event::SigningKey key =
      event::signing_key(name, fmt::format("simulated {} {} {}", options_.seed, name, periods.size() + 1));
  key.key_id = fmt::format("ed25519:{}", periods.size() + 1);
  periods.back().expired_ts = timestamp(servers_[at.at()]);
  periods.push_back({std::move(key), std::nullopt});
  ++counts_.rotations;
  note(Kind::kRotate, 0, {}, at, {}, {});
}

const event::SigningKey* World::signing_key_of(RoomIndex room, const std::string& server, EventIndex event) const {
  const auto at = names_.find(server);
  if (at == names_.end()) return nullptr;
  const std::vector<KeyPeriod>& periods = periods_[at->second.at()];
  const event::Event& pdu = ledger(room).room().event(event);
  const std::vector<std::uint8_t>& key_of = rooms_[room.at()].key_of;
  if (server_of(pdu.sender) == at->second) return &periods[event.at() < key_of.size() ? key_of[event.at()] : 0].key;
  // Who signs besides signs with the key that is in use then.
  const auto in_use = std::ranges::find_if(periods, [&](const KeyPeriod& one) {
    return !one.expired_ts || *one.expired_ts >= ledger(room).room().origin_server_ts(event);
  });
  return &in_use->key;
}

/// What a server says of an event's signature by what it knows. `answered`: it has asked for what there is to know.
World::Signature World::signature_of(RoomIndex room, ServerIndex at, EventIndex event, bool answered) {
  const ServerIndex signer = server_of(ledger(room).room().event(event).sender);
  if (!rotations_ || signer == at || !signer.valid()) return Signature::kValid;
  const std::vector<std::uint8_t>& key_of = rooms_[room.at()].key_of;
  const std::uint32_t number = event.at() < key_of.size() ? key_of[event.at()] : 0;
  const KnownKeys& known = servers_[at.at()].known_keys_[signer.at()];
  if (number >= known.count) return Signature::kUnknown;
  event::VerifyKey key;
  const bool last = number + 1 == known.count;
  if (last) {
    key.valid_until_ts = known.valid_until_ts;
  } else {
    key.expired_ts = known.expired_ts[number];
  }
  if (ledger(room).evaluator().key_valid(event, key, timestamp(servers_[at.at()]))) return Signature::kValid;
  // Its server may vouch for the key for longer by now.
  const bool may_change = last && !answered && ledger(room).room().origin_server_ts(event) > known.valid_until_ts;
  return may_change ? Signature::kUnknown : Signature::kInvalid;
}

bool World::verified(RoomIndex room, ServerIndex at, EventIndex event, ServerIndex from) {
  if (!rotations_) return true;
  if (servers_[at.at()].unverified_.contains({room, event})) {
    ++counts_.repeated;
    return false;
  }
  switch (signature_of(room, at, event, false)) {
    case Signature::kValid:
      return true;
    case Signature::kInvalid:
      drop(room, at, event);
      return false;
    case Signature::kUnknown:
      servers_[at.at()].unverified_[{room, event}].from = from;
      ask_keys(room, at, event);
      return false;
  }
  return false;
}

/// As if it had never come.
void World::drop(RoomIndex room, ServerIndex at, EventIndex event) {
  ++counts_.unverifiable;
  note(Kind::kReceived, static_cast<std::uint8_t>(receive::Outcome::kDropped), room, at, {}, event);
}

/// The event's server is asked, or, where it did not answer, whoever sent the event.
void World::ask_keys(RoomIndex room, ServerIndex at, EventIndex event) {
  const Unverified& waits = servers_[at.at()].unverified_.at({room, event});
  const ServerIndex signer = server_of(ledger(room).room().event(event).sender);
  ++counts_.key_requests;
  Message message;
  message.kind = Kind::kKeyRequest;
  message.room = room;
  message.from = at;
  message.to = waits.tries % 2 == 1 ? waits.from : signer;
  message.event = event;
  if (post(message)) return;
  message.kind = Kind::kNoKeys;
  std::swap(message.from, message.to);
  Time wait = options_.backoff_us_first;
  for (std::uint32_t i = 0; i < waits.tries && wait < options_.backoff_us_most; ++i) wait *= 2;
  queue_.put(now() + options_.timeout_us + std::min(wait, options_.backoff_us_most), message);
}

void World::on_key_request(const Message& message) {
  note(message.kind, 0, message.room, message.to, message.from, message.event);
  const ServerIndex signer = server_of(ledger(message.room).room().event(message.event).sender);
  KnownKeys known = servers_[message.to.at()].known_keys_[signer.at()];
  if (signer == message.to) {
    const std::vector<KeyPeriod>& periods = periods_[signer.at()];
    known = {
        static_cast<std::uint32_t>(periods.size()), timestamp(servers_[signer.at()]) + options_.key_validity_ms, {}};
    for (std::size_t i = 0; i + 1 < periods.size(); ++i) known.expired_ts.push_back(*periods[i].expired_ts);
  }
  Message answer = message;
  answer.kind = Kind::kKeyAnswer;
  std::swap(answer.from, answer.to);
  answer.payload = static_cast<std::uint32_t>(key_answers_.size());
  key_answers_.push_back(std::move(known));
  if (post(answer)) return;
  answer.kind = Kind::kNoKeys;
  queue_.put(now() + options_.timeout_us, answer);
}

void World::on_key_answer(const Message& message) {
  note(message.kind, 0, message.room, message.to, message.from, message.event);
  Server& server = servers_[message.to.at()];
  const ServerIndex signer = server_of(ledger(message.room).room().event(message.event).sender);
  const KnownKeys& said = key_answers_[message.payload];
  KnownKeys& known = server.known_keys_[signer.at()];
  if (std::pair(said.count, said.valid_until_ts) > std::pair(known.count, known.valid_until_ts)) known = said;
  const bool by_itself = message.from == signer;
  std::vector<std::pair<std::pair<RoomIndex, EventIndex>, Unverified>> open;
  for (const auto& [place, waits] : server.unverified_) {
    if (server_of(ledger(place.first).room().event(place.second).sender) == signer) open.emplace_back(place, waits);
  }
  for (const auto& [place, waits] : open) {
    const auto [room, event] = place;
    const Signature signature = signature_of(room, message.to, event, by_itself);
    if (signature == Signature::kValid) {
      server.unverified_.erase(place);
      arrive(room, message.to, event, waits.from);
    } else if (signature == Signature::kInvalid || by_itself) {
      server.unverified_.erase(place);
      drop(room, message.to, event);
    }
  }
  if (server.unverified_.contains({message.room, message.event})) on_no_keys(message);
}

void World::on_no_keys(const Message& message) {
  constexpr std::uint32_t kTriesMost = 20;
  Server& server = servers_[message.to.at()];
  const auto waits = server.unverified_.find({message.room, message.event});
  if (waits == server.unverified_.end()) return;
  if (++waits->second.tries <= kTriesMost) return ask_keys(message.room, message.to, message.event);
  server.unverified_.erase(waits);
  drop(message.room, message.to, message.event);
}

}  // namespace stateroom::server
