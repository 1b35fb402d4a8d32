// What a server does where honest ones have no choice. An honest server has no behaviour at all.
//
// In:  what the server is about to do. Out: what it does instead.
// Promise: a behaviour sees what its server sees, and the random stream that it was given.
#pragma once

#include <optional>
#include <vector>

#include "model/receive/view.h"
#include "sim/server/message.h"

namespace stateroom::server {

class World;

class Behaviour {
 public:
  virtual ~Behaviour() = default;
  /// Whether an event of this server goes to another one at all.
  virtual bool sends(World& /*world*/, RoomIndex /*room*/, EventIndex /*event*/, ServerIndex /*to*/) { return true; }
  /// How much later than it could.
  virtual kernel::Time delay(World& /*world*/, RoomIndex /*room*/, EventIndex /*event*/, ServerIndex /*to*/) {
    return 0;
  }
  /// Whether it answers a request of another server.
  virtual bool answers(World& /*world*/, RoomIndex /*room*/, ServerIndex /*to*/) { return true; }
  /// The entries that it says the state before an event had; none: the true ones.
  virtual std::optional<std::vector<EventIndex>> state_before(World& /*world*/, RoomIndex /*room*/,
                                                              EventIndex /*event*/, ServerIndex /*to*/) {
    return std::nullopt;
  }
};

}  // namespace stateroom::server
