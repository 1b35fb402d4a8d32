// Watches a world from outside of its servers and asks the properties.
//
// In:  what happens in a world, as an observer. Out: for each property how often it was asked, how often the hypotheses
//      held, and the first violations; how often things happened that can happen (witnesses).
// Promise: a property that was never asked is reported as such. Properties of merges are asked, by their texts, of
// every
//          resolution that is computed; those of runs in the end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/properties/hypotheses.h"
#include "model/properties/property.h"
#include "sim/monitor/step_watch.h"
#include "sim/server/world.h"

namespace stateroom::monitor {

using server::RoomIndex;
using server::ServerIndex;

/// One time that a property did not hold.
struct Find {
  kernel::Time time = 0;
  RoomIndex room;
  std::string type, state_key;                            // the key, where there is one
  std::string had, came;                                  // event ids; empty: none
  std::string words;                                      // what happened
  std::vector<std::vector<base::EventIndex>> state_sets;  // of a merge
  std::vector<base::EventIndex> rejected;                 // events that the server which resolved had rejected then
  bool honest_clock = false, no_revocation = false;       // of all events before
};

struct Tally {
  properties::Property property;
  std::uint64_t asked = 0;
  std::uint64_t asked_honest_clock = 0, asked_no_revocation = 0, asked_both = 0;
  std::uint64_t violated = 0;
  std::uint64_t violated_both = 0;  // where clocks were honest and nothing was revoked
  std::vector<Find> first;          // some of them, the earliest first
};

class Monitor final : public server::Observer {
 public:
  /// The program of a version, by its name, with a property of merges. Null: it cannot be asked of this version.
  using Compile =
      std::function<std::shared_ptr<const rules::Program>(const std::string& version, const properties::Property&)>;
  /// `text_of`: a version's text, from which properties of steps are said; without it they are not asked.
  Monitor(std::vector<properties::Property> watched, Compile compile, StepWatch::TextOf text_of = {},
          std::size_t finds_most = 10);
  ~Monitor() override;

  void made(server::World& world, RoomIndex room, ServerIndex by, base::EventIndex event) override;
  void received(server::World& world, RoomIndex room, ServerIndex by, base::EventIndex event,
                const receive::Verdict& verdict, graph::State current_before) override;
  void resolved(server::World& world, RoomIndex room, std::span<const graph::State> states,
                graph::State result) override;
  /// Asks what is asked at the end, of the servers that came to rest. `at_rest` false: something was still under way.
  void finish(server::World& world, std::span<const ServerIndex> core, bool at_rest);

  /// What stopped a resolution that the monitor asked for, a limit: the first one.
  const std::optional<base::Error>& error() const { return error_; }
  /// A server's current state was one and is another now; `received` sees to it.
  void watch_current(server::World& world, RoomIndex room, ServerIndex by, graph::State before, graph::State after);

  const std::vector<Tally>& tallies() const { return tallies_; }
  /// "merges", "merges_of_three_or_more", "soft_failed_in_state", "resets": how often, by name.
  const std::map<std::string, std::uint64_t, std::less<>>& witnesses() const { return witnesses_; }

 private:
  /// What holds for an event and all before it.
  struct Past {
    bool known = false, honest_clock = true, no_revocation = true;
  };
  const Past& past(server::World& world, RoomIndex room, base::EventIndex event);
  Past past_of(server::World& world, RoomIndex room, graph::State state);
  /// A property of merges in one room.
  struct Asker;
  Asker* asker(server::World& world, RoomIndex room, std::size_t tally);
  Tally* tally(std::string_view name);
  void report(Tally& tally, Find find);
  void count(server::World& world, RoomIndex room, const std::vector<Seen>& seen, const Past& past);
  Find find_at(server::World& world, RoomIndex room, base::KeyIndex key, base::EventIndex had, base::EventIndex came,
               std::string words);
  void ask_converges(server::World& world, std::span<const ServerIndex> core, Tally& tally);
  void ask_converges(server::World& world, RoomIndex room, ServerIndex one, ServerIndex two, Tally& tally);
  static bool joined_later(server::World& world, RoomIndex room, ServerIndex server, base::EventIndex event);
  void ask_delivers(server::World& world, std::span<const ServerIndex> core, Tally& tally);

  Compile compile_;
  StepWatch steps_;
  std::size_t finds_most_;
  std::vector<Tally> tallies_;
  std::map<std::pair<RoomIndex, std::size_t>, std::unique_ptr<Asker>> askers_;
  std::optional<base::Error> error_;
  std::map<std::string, std::uint64_t, std::less<>> witnesses_;
  std::vector<std::vector<Past>> pasts_;  // by room, event
  bool at_rest_ = true;
};

}  // namespace stateroom::monitor
