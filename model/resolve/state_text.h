// The sections `state before` and `receipt` of a version, evaluated for what somebody knows of a room.
//
// In:  the events that are known, with the states before and after them, as `Knowledge` answers for them.
// Out: the state before an event, the outcome of each check on its receipt, the state after it, the current state.
// Promise: nothing is remembered from one event to the next but by `Knowledge`.
// Source: Matrix specification, server-server-api, "Checks performed on receipt of a PDU".
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/resolve/resolution.h"

namespace stateroom::resolve {

/// What happened to one event on receipt.
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

/// Who knows the events: a walk over a whole room, or a server.
class Knowledge {
 public:
  virtual ~Knowledge() = default;
  /// Of an event that is done, or of the one that is being received.
  virtual State before(EventIndex event) const = 0;
  /// Of an event that is done.
  virtual State after(EventIndex event) const = 0;
  /// An event that brings no state: it was dropped, or is not known.
  virtual bool absent(EventIndex event) const = 0;
  virtual std::span<const EventIndex> extremities() const = 0;
  /// Resolves two or more different states, in ascending order.
  virtual base::Result<State> resolve(const std::vector<State>& states) = 0;
  virtual rules::Decision authorise(EventIndex event, const rules::StateView& view) = 0;
  /// "valid_format", "valid_signatures", "valid_hashes"; nothing: as the text's own section says.
  virtual std::optional<bool> fact(EventIndex event, std::string_view name) = 0;
};

class StateText {
 public:
  StateText(rules::Evaluator& evaluator, StateStore& store, Knowledge& knowledge);

  /// Starts with an event, or with none for what is asked between events.
  void start(EventIndex event);
  State before();
  /// The list of the derived edge field, if the format has one.
  std::optional<std::vector<EventIndex>> derived();
  /// Runs the checks. `arrival` false: those that read the current state are "not asked".
  void check(Receipt& receipt, bool arrival, bool keep_checks);
  State after();
  State current();
  /// The edge field along which the extremities go that `current` reads.
  graph::EdgeField extremity_field() const { return extremity_field_; }
  /// Whether an event is of those among which `current` takes the extremities.
  bool may_be_extremity(EventIndex event);
  /// What made a resolution stop; taken once.
  std::optional<base::Error> take_error() { return std::exchange(error_, std::nullopt); }

 private:
  std::uint32_t index_of(std::string_view name) const;
  const rules::CoreName& named(const rules::Core& core) const {
    return version_.state_before[static_cast<std::size_t>(core.number)];
  }
  bool mentions(const rules::Core& core, std::uint32_t name) const;

  State state(const rules::Core& core);
  State state_of_name(const rules::Core& core);
  State resolve(const rules::Core& core);
  State resolve_states(std::vector<State> states);
  EventIndex event(const rules::Core& core) const;
  std::vector<EventIndex> list(const rules::Core& core);
  bool boolean(const rules::CorePtr& core);
  bool of_ancestors(const rules::Core& core);
  bool same_hash(const rules::Core& core);
  const std::string& object_hash(const rules::Core& core);
  bool allowed(const rules::Core& core);
  bool fact(const rules::Core& core);
  bool signed_as_asked();

  void check(const rules::CoreRule& rule);
  void settle(const rules::CoreRule& rule, bool passed, bool asked);

  rules::Evaluator& evaluator_;
  graph::Room& room_;
  StateStore& store_;
  Knowledge& knowledge_;
  const rules::CoreVersion& version_;
  std::uint32_t before_, current_, derived_, after_;  // indices of names; state_before.size() if there is none
  const rules::Core* extremities_ = nullptr;          // of the name `current`
  graph::EdgeField extremity_field_ = 0;
  EventIndex this_event_;
  std::vector<EventIndex> locals_;
  std::optional<State> current_of_event_;
  rules::Decision decision_;  // of the last allowed(…)
  Receipt* receipt_ = nullptr;
  bool arrival_ = false, keep_checks_ = false;
  std::map<std::pair<std::string, EventIndex>, std::string> hashes_;  // by object; empty: it has none
  std::optional<base::Error> error_;
};

}  // namespace stateroom::resolve
