// A homeserver as the federation sees it: what it knows of its rooms, what it still has to send, what it waits for.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/receive/view.h"
#include "sim/server/behaviour.h"
#include "sim/server/message.h"

namespace stateroom::server {

/// What one server has for another one. A transaction is under way at a time.
struct Outbox {
  struct Pdu {
    RoomIndex room;
    EventIndex event;
  };
  std::deque<Pdu> waiting;
  std::vector<Pdu> under_way;
  std::uint32_t transaction = 0;  // number of the last one
  std::uint32_t failures = 0;     // since the last answer
  bool busy = false;              // a transaction or a wait before the next try
  bool backing_off = false;
};

/// An event that came before the events that it names.
struct Gap {
  ServerIndex from;          // who sent it
  std::uint32_t rounds = 0;  // requests for missing events that were answered
  std::uint32_t tries = 0;   // requests without answer
  bool asked = false;        // a request is under way
};

/// What one server knows of another one's signing keys.
struct KnownKeys {
  std::uint32_t count = 0;               // the first so many
  std::int64_t valid_until_ts = 0;       // of the last of these
  std::vector<std::int64_t> expired_ts;  // of those before it
};

/// An event whose signing key is not known yet.
struct Unverified {
  ServerIndex from;         // who sent it
  std::uint32_t tries = 0;  // requests for keys
  bool answered = false;    // its server has said which keys it has
};

/// A room that a server joined without its memberships, until it has the whole state (MSC3706).
struct PartialRoom {
  EventIndex join;
  ServerIndex resident;              // who let it in
  std::vector<ServerIndex> servers;  // that are in the room, as the resident says
  std::uint32_t tries = 0;
};

class Server {
 public:
  Server(std::uint32_t number, std::string name) : number_(number), name_(std::move(name)) {}
  ServerIndex index() const { return ServerIndex{number_}; }
  const std::string& name() const { return name_; }
  bool up() const { return up_; }
  /// The view of a room; null if the server is not in it.
  const receive::View* view(RoomIndex room) const {
    return room.at() < views_.size() ? views_[room.at()].get() : nullptr;
  }
  receive::View* view(RoomIndex room) { return room.at() < views_.size() ? views_[room.at()].get() : nullptr; }
  /// Rooms that users of the server were invited to: (room, user) → who would let them in.
  const std::map<std::pair<RoomIndex, std::string>, ServerIndex>& invites() const { return invites_; }
  /// Events that wait for others.
  std::size_t gaps() const { return gaps_.size(); }
  /// Those of one room.
  std::size_t gaps(RoomIndex room) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(gaps_, [room](const auto& gap) { return gap.first.first == room; }));
  }
  /// Whether it joined the room with a part of its state and has not the whole yet.
  bool knows_in_part(RoomIndex room) const { return partial_.contains(room); }
  /// What it knows of the keys of a server.
  const KnownKeys& known_keys(ServerIndex of) const { return known_keys_[of.at()]; }
  /// Events that wait for a key.
  std::size_t unverified() const { return unverified_.size(); }
  bool honest() const { return behaviour_ == nullptr; }

 private:
  friend class World;
  std::uint32_t number_;
  std::string name_;
  bool up_ = true;
  std::int64_t skew_ms_ = 0;
  std::vector<std::unique_ptr<receive::View>> views_;  // by room: what is stored
  std::map<std::pair<RoomIndex, std::string>, ServerIndex> invites_;
  std::map<RoomIndex, PartialRoom> partial_;
  std::vector<KnownKeys> known_keys_;  // by server
  // What a restart loses.
  std::vector<Outbox> outboxes_;  // by server
  std::map<std::pair<RoomIndex, EventIndex>, Gap> gaps_;
  std::map<std::pair<RoomIndex, EventIndex>, Unverified> unverified_;
  std::set<std::pair<RoomIndex, std::string>> handshakes_;  // joins under way, by user
  Behaviour* behaviour_ = nullptr;
};

}  // namespace stateroom::server
