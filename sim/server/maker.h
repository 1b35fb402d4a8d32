// Makes the events of a room: what somebody wants to do, as a PDU after what their server knows.
//
// In:  an act, and the view of its sender's server.
// Out: the event, added to the room's ledger. Nobody has received it yet.
// Promise: prev_events are the forward extremities and auth_events what the version's text selects, unless the act says
//          otherwise. Hashes and ids are real; signatures are made when an event is written out (`signed_event`), since
//          no id depends on them, and who could sign is known.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/event/builder.h"
#include "model/receive/view.h"
#include "sim/kernel/queue.h"

namespace stateroom::server {

using base::EventIndex;
using kernel::Time;

/// Which id its maker wants an event to have, so that it tries variations of its content.
enum class Grind : std::uint8_t { kFirst, kLast };

/// Something that somebody wants to do. What honest people leave open stands at its end.
struct Act {
  std::string type;
  std::optional<std::string> state_key;
  std::string sender;
  std::string content = "{}";  // JSON
  std::optional<EventIndex> redacts;
  std::vector<std::string> cosigners;  // servers that sign besides the sender's

  std::optional<std::vector<EventIndex>> prev_events, auth_events;
  std::optional<graph::State>
      selected_from;  // the state from which auth_events are selected, instead of the current one
  std::optional<std::int64_t> origin_server_ts;  // milliseconds
  std::optional<std::int64_t> depth;
  std::optional<std::uint32_t> key;  // the number of its server's signing key; else the one in use
  std::optional<Grind> grind;        // of so many variations the one whose id sorts first or last, bytewise
  receive::Facts facts;
};

/// The first millisecond of every run, as timestamps say it.
constexpr std::int64_t kFirstTimestamp = 1'700'000'000'000;

class Maker {
 public:
  /// With which key a server signed an event.
  using KeyOf = std::function<const event::SigningKey*(const std::string& server, EventIndex event)>;
  /// `room` tells apart the rooms of a world, `keys` are the first ones of all servers.
  Maker(receive::Ledger& ledger, std::uint32_t room, const std::vector<event::SigningKey>& keys, KeyOf key_of);
  ~Maker();
  /// Errors: those of building events; kLimit.
  base::Result<EventIndex> make(const receive::View& view, const Act& act, std::int64_t origin_server_ts);
  const std::string& room_id() const { return room_id_; }
  /// The event as it stands in a file, with the signatures of its sender's server and of its cosigners.
  base::Result<event::Event> signed_event(EventIndex event) const;

 private:
  class Selections;
  std::vector<const event::Event*> pointers(std::span<const EventIndex> events) const;
  std::vector<EventIndex> prev_events(const receive::View& view, const Act& act) const;
  base::Result<event::Event> ground(const event::Draft& draft, const Act& act) const;

  receive::Ledger& ledger_;
  std::uint32_t room_;
  const std::vector<event::SigningKey>& keys_;
  KeyOf key_of_;
  std::string room_id_;
  std::unique_ptr<Selections> selections_;
};

}  // namespace stateroom::server
