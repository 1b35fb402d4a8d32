// Asks properties of single steps: of an event that a server received, of what its current state became, of a merge.
//
// In:  what happens in a world. Out: for each property that says something of it whether it held, and where it did not.
// Promise: of an event it is asked once, at the first honest server that took it; of a current state at every honest
// server; of a merge once. A version whose text lacks what a property speaks of is not asked.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/properties/steps.h"
#include "sim/server/world.h"

namespace stateroom::monitor {

/// What one step says of a property.
struct Seen {
  std::string_view property;
  bool broken = false;
  base::KeyIndex key;          // none: of a merge as a whole
  base::EventIndex had, came;  // where it is broken
  std::string words;
};

class StepWatch {
 public:
  /// A version's text by its name.
  using TextOf = std::function<const rules::Version*(const std::string& version)>;
  StepWatch(std::set<std::string, std::less<>> watched, TextOf text_of);
  ~StepWatch();

  std::vector<Seen> received(server::World& world, server::RoomIndex room, server::ServerIndex by,
                             base::EventIndex event, const receive::Verdict& verdict, graph::State current_before);
  std::vector<Seen> resolved(server::World& world, server::RoomIndex room, std::span<const graph::State> states);

 private:
  struct Room;
  Room& room(server::World& world, server::RoomIndex room);
  void ask_event(Room& room, base::EventIndex event, graph::State before, bool accepted, std::vector<Seen>& out);
  void ask_current(Room& room, const receive::View& view, base::EventIndex event, graph::State before,
                   std::vector<Seen>& out);

  std::set<std::string, std::less<>> watched_;
  TextOf text_of_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const properties::StepText>>
      texts_;  // by version, property
  std::map<server::RoomIndex, std::unique_ptr<Room>> rooms_;
};

}  // namespace stateroom::monitor
