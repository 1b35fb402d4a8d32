// What a room version is asked to promise: one entry a property, with its names, its words and its checker.
//
// In:  a name, an id or the path of a `.property` file; a version; a merge of state sets.
// Out: holds, or the events that show that it does not.
// Promise: a property about resolution is a text of the language (model/rules/property_text.h), and its evaluation is
//          the checker; those about whole runs of servers are checked by who records what servers hold (sim/monitor).
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/limits.h"
#include "model/resolve/resolution.h"
#include "model/rules/diagnostic.h"
#include "model/rules/property_text.h"

namespace stateroom::properties {

using base::EventIndex;
using graph::State;

enum class Scope : std::uint8_t {
  kMerge,  // of state sets and what they resolve to: a text
  kRun,    // of what servers held in a run
  kStep,   // of what a server did with one event or one merge of a run (steps.h)
};
std::string_view name(Scope scope);  // "merge", "run", "step"

struct Property {
  std::string name, id;
  Scope scope = Scope::kMerge;
  std::string says, formula;
  std::shared_ptr<const rules::PropertyText> text;  // of kMerge
};

/// All that have a checker, in the order of the interface.
const std::vector<Property>& all();
/// All that a simulated run can be asked: `all`, and those of single steps.
const std::vector<Property>& of_runs();
/// As `open`, of what a run can be asked. Error: kFormat for a property of the interface that a run says nothing of,
/// with the reason.
std::expected<Property, rules::Errors> open_of_run(std::string_view name_or_path, const base::Limits& limits = {});
/// By name or id; null if there is none.
const Property* find(std::string_view name_or_id);
/// By name or id, or a text of the user by its path (whatever holds a '/' or ends with ".property"). Errors:
/// kUnknownName; all that is wrong with the text.
std::expected<Property, rules::Errors> open(std::string_view name_or_path, const base::Limits& limits = {});

/// A version that can be asked a property. Errors: what of the text this version cannot compute.
std::expected<std::shared_ptr<const rules::Program>, std::vector<rules::Diagnostic>> compile(
    const rules::Version& version, const rules::PropertyText& property, const base::Limits& limits = {});

/// A property of merges, asked in one room.
class Checker {
 public:
  /// The evaluator's program is one of `compile`. The evaluator and the store must outlive the checker.
  Checker(rules::Evaluator& evaluator, graph::StateStore& store, const base::Limits& limits = {});
  struct Answer {
    State result;
    std::vector<EventIndex> violations;  // ascending; empty: it holds
  };
  /// Resolves the state sets and asks. Error: kLimit.
  base::Result<Answer> ask(std::span<const State> states);
  resolve::Resolver& resolver() { return resolver_; }

 private:
  resolve::Resolver resolver_;
  std::uint32_t violations_;
};

}  // namespace stateroom::properties
