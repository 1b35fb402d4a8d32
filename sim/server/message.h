// What happens in a world, as the queue holds it.
#pragma once

#include <cstdint>
#include <limits>

#include "model/base/index.h"
#include "sim/network/network.h"

namespace stateroom::server {

using base::EventIndex;
using network::ServerIndex;
using RoomIndex = base::Index<struct RoomTag>;

enum class Kind : std::uint8_t {
  kTransaction,     // events from their server to another one
  kAck,             // its answer
  kTimeout,         // no answer came
  kMissingRequest,  // which events lie before this one?
  kMissingAnswer,
  kStateRequest,  // what was the state before this event?
  kStateAnswer,
  kNoAnswer,    // a request for what lies before an event got none
  kMake,        // make_join, make_knock, make_leave
  kMakeAnswer,  // the template: the event, ready to be sent
  kSend,        // send_join, send_knock, send_leave
  kSendAnswer,  // the state before a join
  kInvite,      // an event whose target's server is not in the room
  kLinkChange,  // of the network
  kStop,        // a server goes down
  kRestart,     // and comes back with what it had stored
  kWake,        // an actor
  kMade,        // only in the log: a server made an event
  kReceived,    // only in the log: what a server did with one
  kHealed,      // only in the log
  kResync,      // it is time to ask for the whole state of a room that is known in part; in the log: it is known
  kRechecked,   // only in the log: with the whole state an event came out otherwise
  kRotate,      // a server gives up its signing key for a new one
  kKeyRequest,  // which signing keys has this server?
  kKeyAnswer,
  kNoKeys,  // a request for keys got no answer
};
/// "transaction", "missing_events_request", …
const char* name(Kind kind);

struct Message {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  Kind kind = Kind::kWake;
  bool accepted = true;  // answers of kMake and kSend
  RoomIndex room;
  ServerIndex from, to;
  EventIndex event;
  std::uint32_t payload = kNone;      // a list of the world, or a number
  std::uint32_t transaction = kNone;  // of kTransaction, kAck and the kTimeout of one
};

}  // namespace stateroom::server
