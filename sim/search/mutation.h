// Which suites of tests tell a mutant from its version.
//
// In:  the program of a version; suites: histories, random histories, the small scope of the search for witnesses,
//      questions about what an event cites and about receipt, families of events and states from outside.
// Out: for each suite the first case on which a mutant's program says something else than the version's, in words; or
//      all of them, by number, and each as signed PDUs.
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
#include "sim/search/question.h"

namespace stateroom::search {

/// A history to be asked about: its events, and state sets by event id; none: it is resolved at its extremities only.
struct SuiteHistory {
  std::string name;
  std::vector<event::Event> events;
  std::vector<std::vector<std::string>> state_sets;
  bool arrival = false;      // whether soft failure is asked about too, as if the events had arrived in their order
  bool policy_signs = true;  // a policy server's signature is taken for there; else it is verified
};

class Suite;

class Suites {
 public:
  explicit Suites(ProgramPtr version);
  ~Suites();

  /// Histories whose events the version can read. Errors: those of a room (cycles, limits).
  base::Result<void> add_histories(const std::string& suite, std::vector<SuiteHistory> histories);
  /// Random histories of `workload`, seeds `seed` to `seed` + `count` − 1.
  base::Result<void> add_random(const std::string& suite, std::uint32_t count, std::uint64_t seed);
  /// Every event of the small scope in `study` and in every state with one entry otherwise: its verdict, and in `study`
  /// what the auth events selection takes for it.
  base::Result<void> add_small_scope(const std::string& suite);
  /// Events that cite other auth_events than those selected or name another room, and levels in unusual writing.
  void add_citing(const std::string& suite);
  /// Whose signatures members that are invited by third party, or nearly so, must have.
  void add_signers(const std::string& suite);
  /// What the checks on receipt make of events, faulty ones among them, and which redactions apply.
  void add_receipts(const std::string& suite);
  /// Every trial in every state of each family: {"name", "events": [PDU with its event_id…], "states": [[id…]…],
  /// "trials": [id…], "recheck"}. Errors: one that cannot be read.
  base::Result<void> add_families(const std::string& suite, const std::vector<std::string>& families);

  /// In the order in which they were added.
  std::vector<std::string> names() const;
  /// Cases of a suite: histories, or (event, state) pairs.
  std::vector<std::uint64_t> sizes() const;
  /// For each suite what tells the mutant from the version; none: nothing does.
  std::vector<std::optional<std::string>> ask(const ProgramPtr& mutant) const;
  /// The cases of a suite that the program answers otherwise than the version, by number.
  std::vector<std::uint64_t> told(std::size_t suite, const ProgramPtr& program) const;
  /// What the version says of a case where it says yes or no; none: of other cases.
  std::optional<bool> verdict(std::size_t suite, std::uint64_t number) const;
  /// A case in words.
  std::string words(std::size_t suite, std::uint64_t number) const;
  /// A case as signed PDUs; none: it is one of a family, or the version has no event for it.
  std::optional<QuestionFiles> files(std::size_t suite, std::uint64_t number) const;

 private:
  base::Result<void> keep(base::Result<std::unique_ptr<Suite>> suite);
  ProgramPtr version_;
  std::vector<std::unique_ptr<Suite>> suites_;
};

}  // namespace stateroom::search
