// Transactions: what one server sends to another one, one at a time, again until it is answered.
#include <algorithm>

#include "sim/server/world.h"

namespace stateroom::server {

void World::enqueue(ServerIndex from, ServerIndex to, RoomIndex room, EventIndex event) {
  Outbox& outbox = servers_[from.at()].outboxes_[to.at()];
  outbox.waiting.push_back({room, event});
  if (outbox.failures > 0 && outbox.waiting.size() > options_.queue_most) thin_out(outbox);
  if (!outbox.busy) next_transaction(from, to);
}

/// For a server that did not answer for long the last event of each room is enough: it asks for what lies before.
void World::thin_out(Outbox& outbox) {
  std::deque<Outbox::Pdu> last;
  for (const Outbox::Pdu& pdu : outbox.waiting) {
    std::erase_if(last, [&](const Outbox::Pdu& one) { return one.room == pdu.room; });
    last.push_back(pdu);
  }
  outbox.waiting = std::move(last);
}

void World::next_transaction(ServerIndex from, ServerIndex to) {
  Outbox& outbox = servers_[from.at()].outboxes_[to.at()];
  if (outbox.under_way.empty()) {
    const std::size_t count = std::min<std::size_t>(outbox.waiting.size(), options_.pdus_most);
    if (count == 0) return;
    outbox.under_way.assign(outbox.waiting.begin(), outbox.waiting.begin() + static_cast<std::ptrdiff_t>(count));
    outbox.waiting.erase(outbox.waiting.begin(), outbox.waiting.begin() + static_cast<std::ptrdiff_t>(count));
    ++outbox.transaction;
  }
  outbox.busy = true;
  ++counts_.transactions;
  Message message;
  message.kind = Kind::kTransaction;
  message.transaction = outbox.transaction;
  message.from = from;
  message.to = to;
  if (outbox.under_way.size() == 1) {
    message.room = outbox.under_way[0].room;
    message.event = outbox.under_way[0].event;
  } else {
    message.payload = keep(outbox.under_way);
  }
  const std::uint32_t payload = message.payload;
  if (post(message)) return;
  release(payload);
  message.kind = Kind::kTimeout;
  message.payload = Message::kNone;
  queue_.put(now() + options_.timeout_us, message);
}

void World::on_transaction(const Message& message) {
  note(Kind::kTransaction, 0, message.room, message.to, message.from, message.event);
  hear_from(message.to, message.from);
  if (message.payload == Message::kNone) {
    arrive(message.room, message.to, message.event, message.from);
  } else {
    for (const Outbox::Pdu& pdu : release(message.payload)) arrive(pdu.room, message.to, pdu.event, message.from);
  }
  if (!message.accepted) return;  // sent beside the transactions: nobody waits for an answer
  Message ack;
  ack.kind = Kind::kAck;
  ack.from = message.to;
  ack.to = message.from;
  ack.transaction = message.transaction;
  if (post(ack)) return;
  ack.kind = Kind::kTimeout;
  std::swap(ack.from, ack.to);
  queue_.put(now() + options_.timeout_us, ack);
}

void World::on_ack(const Message& message) {
  Outbox& outbox = servers_[message.to.at()].outboxes_[message.from.at()];
  if (message.transaction != outbox.transaction || outbox.under_way.empty()) return;  // an answer that came twice
  outbox.under_way.clear();
  outbox.failures = 0;
  outbox.busy = outbox.backing_off = false;
  next_transaction(message.to, message.from);
}

/// The transaction or its answer was lost, or it is time for another try.
void World::on_timeout(const Message& message) {
  Server& server = servers_[message.from.at()];
  Outbox& outbox = server.outboxes_[message.to.at()];
  if (!server.up() || message.transaction != outbox.transaction || outbox.under_way.empty()) return;
  if (outbox.backing_off) {
    outbox.backing_off = false;
    return next_transaction(message.from, message.to);
  }
  Time wait = options_.backoff_us_first;
  for (std::uint32_t i = 0; i < outbox.failures && wait < options_.backoff_us_most; ++i) wait *= 2;
  wait = std::min(wait, options_.backoff_us_most);
  ++outbox.failures;
  outbox.backing_off = true;
  note(Kind::kTimeout, 0, {}, message.from, message.to, {});
  queue_.put(now() + wait, message);
}

/// A server that speaks is up: what waits for it need not wait longer.
void World::hear_from(ServerIndex at, ServerIndex from) {
  Outbox& outbox = servers_[at.at()].outboxes_[from.at()];
  if (!outbox.backing_off) return;
  outbox.backing_off = false;
  outbox.failures = 0;
  next_transaction(at, from);
}

}  // namespace stateroom::server
