// Properties of what one event did where it was received: of the event in the state before it, and of what a server's
// current state became.
//
// In:  a version; a room; an event with the state before it, or the current states before and after it.
// Out: whether the property says something of that step, and whether it holds.
// Promise: what is asked is said in the version's own words (`power`, `creators`, `required_level`, `membership`) and
//          evaluated like its rules; a version that lacks one of them has no answer.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "model/properties/property.h"
#include "model/rules/program.h"

namespace stateroom::properties {

using base::KeyIndex;

enum class Answer : std::uint8_t { kNotAsked, kHolds, kBroken };

/// "peers", "no-escalation", "creators-keep-power", "no-lockout", "no-influence", by what a version says.
class StepText {
 public:
  /// Null: the version's definitions do not allow to say it.
  static std::shared_ptr<const StepText> compile(std::string_view property, const rules::Version& version);

 private:
  friend class StepChecker;
  std::shared_ptr<const rules::Program> program_;
  rules::CorePtr power_, required_;  // levels: of the event's sender, for an event of its type
};

/// One property in one room. The room and the store must outlive it.
class StepChecker {
 public:
  StepChecker(std::shared_ptr<const StepText> text, graph::Room& room, const graph::StateStore& store);
  /// peers, no-escalation, creators-keep-power: of an event that was accepted in this state.
  Answer event(EventIndex event, State before);
  /// no-lockout: somebody could set power levels and now nobody can, though none of those did it.
  Answer lockout(EventIndex event, State before, State after);
  /// no-influence: whether the sender of an event may, by level, send the entry of another key that changed.
  Answer influence(EventIndex event, State before, EventIndex entry);

 private:
  bool somebody_can(EventIndex carrier, State state);
  std::shared_ptr<const StepText> text_;
  const graph::StateStore& store_;
  rules::Evaluator evaluator_;
  std::map<State, bool> can_;
};

/// closed-selection: whether the rules say of an event in the whole state what they say in the selection from it.
Answer closed_selection(rules::Evaluator& evaluator, const graph::StateStore& store, EventIndex event, State before);

/// pure: whether a way to resolve gives the same for the state sets in the other order, the first of them twice.
using Resolve = std::function<base::Result<State>(std::span<const State>)>;
Answer pure(const Resolve& resolve, std::span<const State> states, State result);

/// What state sets differ in: their differing entries, the events that some of them reach along auth_events and others
/// do not, and what lies between differing entries. The bound of `bounded-work`. At most 64 state sets.
std::vector<EventIndex> difference_of(const graph::Room& room, const graph::StateStore& store,
                                      std::span<const State> states);

}  // namespace stateroom::properties
