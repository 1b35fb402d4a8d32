// The state before each event of a whole room: walks the graph, resolves at merges, shares what is equal.
//
// In:  a room, the version's sections `state before` and `receipt`.
// Out: for each event the state before it and the outcome of each check on receipt; extremities and the current state.
// Promise: equal lists of states are resolved once; nothing is kept a second time.
// Source: Matrix specification, server-server-api, "Checks performed on receipt of a PDU".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/resolve/state_text.h"

namespace stateroom::resolve {

struct WalkOptions {
  /// Run the section receipt and set Room::set_rejected; false: only the events named rejected are.
  bool checks = true;
  /// Format, signature and hash checks count; else they pass.
  bool strict = false;
  /// Ask the checks that read the current state too, as if the events had arrived in the order of their indices. That
  /// order is one of many, and who is soft-failed depends on it: false reports these checks as "not asked".
  bool arrival = false;
  /// Keep Receipt::checks (off for large rooms).
  bool keep_checks = true;
  /// With `strict`, the host's answer to "valid_format", "valid_signatures", "valid_hashes". Empty: what the import
  /// found out about format and hashes, and what the evaluator's oracles say of signatures.
  std::function<bool(EventIndex event, std::string_view fact)> valid;
};

/// Walks the room in topological order.
class Walk {
 public:
  /// Errors: kLimit of a resolution.
  static base::Result<Walk> run(rules::Evaluator& evaluator, StateStore& store, Resolver& resolver,
                                const WalkOptions& options = {});
  const std::vector<Receipt>& receipts() const { return receipts_; }
  /// The state after an event: before, overlaid with the event if it is an accepted state event.
  State after(EventIndex event) const { return after_[event.at()]; }
  /// Accepted, not soft-failed events that no such event cites; of some events only if the version says so.
  const std::vector<EventIndex>& extremities() const { return extremities_; }
  /// The current state: the resolution of the states after the extremities.
  State current() const { return current_; }
  /// Resolutions of more than one state that were run.
  std::uint64_t merges() const { return merges_; }

 private:
  class Runner;
  std::vector<Receipt> receipts_;
  std::vector<State> after_;
  std::vector<EventIndex> extremities_;
  State current_;
  std::uint64_t merges_ = 0;
};

}  // namespace stateroom::resolve
