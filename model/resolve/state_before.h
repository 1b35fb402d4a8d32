// The state before each event of a whole room: walks the graph, resolves at merges, shares what is equal.
#pragma once

#include <string>
#include <vector>

#include "model/resolve/resolution.h"

namespace stateroom::resolve {

/// What happened to one event when a server that knows the whole room received it (the checks of the section
/// `receipt`).
struct Receipt {
  State before;  // the state before the event
  struct Check {
    std::string name;          // "auth_events"
    std::string outcome;       // "pass", "drop", "redact", "reject", "soft fail", "not asked"
    rules::Decision decision;  // of allowed(…); rule none() otherwise
  };
  std::vector<Check> checks;
  bool rejected = false, soft_failed = false, dropped = false;
};

struct WalkOptions {
  bool checks = true;   // run the section receipt and set Room::set_rejected; false: only the events named rejected are
  bool strict = false;  // format, signature and hash checks count (kValid); else they pass
  bool keep_checks = true;  // keep Receipt::checks (off for large rooms)
};

/// Walks the room in topological order.
class Walk {
 public:
  static base::Result<Walk> run(rules::Evaluator& evaluator, StateStore& store, Resolver& resolver,
                                const WalkOptions& options = {});
  const std::vector<Receipt>& receipts() const { return receipts_; }
  /// The state after an event: before, overlaid with the event if it is an accepted state event.
  State after(EventIndex event) const;
  /// Accepted, not soft-failed events that no such event cites.
  const std::vector<EventIndex>& extremities() const { return extremities_; }
  /// The current state: the resolution of the states after the extremities.
  State current() const { return current_; }
  std::uint64_t merges() const { return merges_; }

 private:
  std::vector<Receipt> receipts_;
  std::vector<State> after_;
  std::vector<EventIndex> extremities_;
  State current_;
  std::uint64_t merges_ = 0;
};

}  // namespace stateroom::resolve
