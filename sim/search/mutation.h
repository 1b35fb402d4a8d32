// Which suites of tests tell a mutant from its version.
//
// In:  the program of a version; suites: histories, random histories, the small scope of the search for witnesses.
// Out: for each suite the first case on which a mutant's program says something else than the version's, in words.
// Promise: a suite is asked in its order, the same on every machine; `ask` may be called from several threads. What the
//          version says is computed once; that it is right is shown elsewhere (tests/differential), not here.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/search/difference.h"

namespace stateroom::search {

/// A history to be asked about: its events, and state sets by event id; none: it is resolved at its extremities only.
struct SuiteHistory {
  std::string name;
  std::vector<event::Event> events;
  std::vector<std::vector<std::string>> state_sets;
};

class Suites {
 public:
  explicit Suites(ProgramPtr version);
  ~Suites();

  /// Histories whose events the version can read. Errors: those of a room (cycles, limits).
  base::Result<void> add_histories(const std::string& suite, std::vector<SuiteHistory> histories);
  /// Random histories of `workload`, seeds `seed` to `seed` + `count` − 1.
  base::Result<void> add_random(const std::string& suite, std::uint32_t count, std::uint64_t seed);
  /// Every event of the small scope in `study` and in every state with one entry otherwise.
  base::Result<void> add_small_scope(const std::string& suite);

  /// In the order in which they were added.
  std::vector<std::string> names() const;
  /// Cases of a suite: histories, or (event, state) pairs.
  std::vector<std::uint64_t> sizes() const;
  /// For each suite what tells the mutant from the version; none: nothing does.
  std::vector<std::optional<std::string>> ask(const ProgramPtr& mutant) const;

 private:
  class Suite;
  class Histories;
  class SmallScope;
  ProgramPtr version_;
  std::vector<std::unique_ptr<Suite>> suites_;
};

}  // namespace stateroom::search
