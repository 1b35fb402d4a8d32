// A scenario, run: a world made of it, what happens there, and what came of it.
//
// In:  a scenario, a seed, programs of the versions that it names, observers.
// Out: the world as it ended, what it counted, the hash of its log.
// Promise: same scenario, seed and programs, same log on every machine.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenarios/scenario.h"
#include "sim/server/world.h"

namespace stateroom::scenarios {

using ProgramOf = std::function<base::Result<std::shared_ptr<const rules::Program>>(const std::string& version)>;

struct RunOptions {
  std::uint64_t seed = 1;
  std::string version;         // of rooms that name none
  std::optional<Time> length;  // instead of the scenario's
  bool keep_log = false;
  bool share = true;
  std::vector<server::Observer*> observers;
};

class Run {
 public:
  /// Errors: a version that cannot be loaded.
  static base::Result<std::unique_ptr<Run>> make(Scenario scenario, const RunOptions& options,
                                                 const ProgramOf& program_of);
  /// Runs to the end and heals the honest servers; `tell` gets the virtual time now and then and may end the run.
  /// `until`: what is to happen after that time does not happen any more.
  void go(const std::function<bool(Time now)>& tell = {}, std::optional<Time> until = std::nullopt);

  const Scenario& scenario() const { return scenario_; }
  server::World& world() { return *world_; }
  const server::World& world() const { return *world_; }
  Time length() const { return length_; }
  /// Servers that follow the rules and are connected in the end.
  std::vector<server::ServerIndex> honest() const;
  /// After the run: it was ended by `tell`; nothing was under way among the honest servers.
  bool ended_early() const { return ended_early_; }
  bool at_rest() const { return at_rest_; }

 private:
  explicit Run(Scenario scenario) : scenario_(std::move(scenario)) {}
  base::Result<void> add_rooms(const RunOptions& options, const ProgramOf& program_of);
  void add_faults();
  void add_acts();

  Scenario scenario_;
  std::unique_ptr<server::World> world_;
  Time length_ = 0;
  bool ended_early_ = false, at_rest_ = false;
};

}  // namespace stateroom::scenarios
