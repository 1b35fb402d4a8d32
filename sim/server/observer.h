// Who watches a world from outside of its servers.
#pragma once

#include <span>

#include "model/receive/view.h"
#include "sim/server/message.h"

namespace stateroom::server {

class World;

class Observer {
 public:
  virtual ~Observer() = default;
  /// A server made an event and its own checks took it (or it did not care).
  virtual void made(World& /*world*/, RoomIndex /*room*/, ServerIndex /*by*/, EventIndex /*event*/) {}
  /// A server received an event; its view is the one afterwards. `current_before` is the current state that it had.
  virtual void received(World& /*world*/, RoomIndex /*room*/, ServerIndex /*by*/, EventIndex /*event*/,
                        const receive::Verdict& /*verdict*/, graph::State /*current_before*/) {}
  /// A resolution was computed.
  virtual void resolved(World& /*world*/, RoomIndex /*room*/, std::span<const graph::State> /*states*/,
                        graph::State /*result*/) {}
  /// States that are kept are said anew by `moved`.
  virtual void renumbered(RoomIndex /*room*/, const std::function<graph::State(graph::State)>& /*moved*/) {}
};

}  // namespace stateroom::server
