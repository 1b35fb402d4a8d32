// What is well typed and could still not be run: forms that no machine of ours computes.
//
// The evaluator (evaluator.cpp), the walk over a room and the resolution (model/resolve) each compute some kinds of
// expressions. Whatever else stands in their sections is refused here, at its place, rather than met in a room.
#include <algorithm>
#include <array>

#include "model/rules/elaborator.h"

namespace stateroom::rules {
namespace {

// What is computed from states, by the walk or the resolution, and by no evaluator.
constexpr std::array kOfSections = {
    CoreKind::kNamed,          CoreKind::kStates,       CoreKind::kOverlaid,   CoreKind::kComprehension,
    CoreKind::kUnionOf,        CoreKind::kDifferenceOf, CoreKind::kReachable,  CoreKind::kBetween,
    CoreKind::kIntersectionOf, CoreKind::kTopological,  CoreKind::kSort,       CoreKind::kLine,
    CoreKind::kPosition,       CoreKind::kApply,        CoreKind::kStateEntry, CoreKind::kUntilRejected,
    CoreKind::kFirstAllowed,   CoreKind::kResolve,      CoreKind::kOnly,       CoreKind::kSelection,
    CoreKind::kExtremities,    CoreKind::kBefore,       CoreKind::kAllowed,    CoreKind::kValid,
    CoreKind::kObjectHash,     CoreKind::kAtKeys,       CoreKind::kAdmitted};

// What the resolution computes as a set, order or state, besides variables, constants and aggregates.
constexpr std::array kSets = {
    CoreKind::kNamed,         CoreKind::kIf,           CoreKind::kSingleton, CoreKind::kEdges,
    CoreKind::kTopological,   CoreKind::kSort,         CoreKind::kLine,      CoreKind::kApply,
    CoreKind::kUntilRejected, CoreKind::kFirstAllowed, CoreKind::kMeet,      CoreKind::kComprehension,
    CoreKind::kUnion,         CoreKind::kMinus,        CoreKind::kOverlaid,  CoreKind::kReachable,
    CoreKind::kBetween,       CoreKind::kRivals,       CoreKind::kAtKeys,    CoreKind::kAdmitted};

bool holds_events(TypeKind type) {
  return type == TypeKind::kEvents || type == TypeKind::kState || type == TypeKind::kStateList ||
         type == TypeKind::kOrder || type == TypeKind::kLine;
}

bool is_list(TypeKind type) { return type == TypeKind::kEventList || type == TypeKind::kEvents; }

bool is_name_of_state(const Core& core) { return core.kind == CoreKind::kNamed && core.type.kind == TypeKind::kState; }

bool is_quantifier(const Core& core) {
  return core.kind == CoreKind::kAny || core.kind == CoreKind::kAll || core.kind == CoreKind::kNo;
}

bool compares_hashes(const Core& core) {
  const bool compares = core.kind == CoreKind::kEqual || core.kind == CoreKind::kNotEqual;
  return compares && core.args[0]->kind == CoreKind::kObjectHash && core.args[1]->kind == CoreKind::kObjectHash;
}

class Performable {
 public:
  Performable(const CoreVersion& version, std::vector<Diagnostic>& out) : version_(version), out_(out) {}

  void rules(const std::vector<CoreRule>& all) {
    for (const CoreRule& rule : all) {
      for (const CorePtr& part : {rule.when, rule.each, rule.condition})
        if (part) evaluated(*part);
      rules(rule.children);
    }
  }
  void receipt(const std::vector<CoreRule>& all) {
    for (const CoreRule& rule : all) {
      for (const CorePtr& part : {rule.when, rule.condition})
        if (part) asked(*part);
      receipt(rule.children);
    }
  }
  void signatures() {
    for (const CoreSignature& signature : version_.signatures) {
      evaluated(*signature.require);
      if (signature.unless) evaluated(*signature.unless);
    }
    if (version_.key_valid) evaluated(*version_.key_valid);
  }
  void redaction() {
    for (const CoreName& name : version_.redaction) evaluated(*name.value);
  }
  void state_before();
  void resolution();

 private:
  void refuse(const Core& at, std::string message, std::string hint) {
    out_.push_back(error(at.location, base::ErrorCode::kRestriction, std::move(message), std::move(hint)));
  }

  void has_no_parameters(const CoreName& name) {
    if (!name.parameters.empty()) refuse(*name.value, "`" + name.name + "` is a value, and has no parameters", "");
  }

  // The evaluator: rules, selection, and what the other two leave to it.
  void evaluated(const Core& core);
  // The walk: state before, receipt.
  bool reads_this_event(const Core& core) const;
  void walked_state(const Core& core);
  void walked_event(const Core& core);
  void walked_list(const Core& core);
  void asked(const Core& core);
  void of_ancestors(const Core& core);
  // The resolution.
  void resolved(const Core& core);
  void resolved_set(const Core& core);
  void resolved_event(const Core& core);
  void resolved_condition(const Core& core);
  void resolved_component(const Core& core);
  void arguments(const Core& core);

  const CoreVersion& version_;
  std::vector<Diagnostic>& out_;
};

// ---------------------------------------------------------------------------------------------------- the evaluator

void Performable::evaluated(const Core& core) {
  const CoreKind kind = core.kind;
  const bool reads_list = kind == CoreKind::kListSlot || kind == CoreKind::kGiven;
  if (reads_list && core.args[kind == CoreKind::kGiven ? 2 : 0]->kind != CoreKind::kEdges) {
    return refuse(core, "only an edge field of an event is read like a state here",
                  "write `given e with e.auth_events` or `e.auth_events[\"TYPE\", \"KEY\"]`");
  }
  if (kind == CoreKind::kSha1)
    return refuse(core, "`sha1` is only a component of a key, of an event's id", "write `sha1(e.event_id)` there");
  if (std::ranges::find(kOfSections, kind) != kOfSections.end()) {
    return refuse(core, "what is computed from states stands inside a condition or value of one event",
                  "conditions on both are joined by `and`, `or` and `not`");
  }
  for (const CorePtr& arg : core.args) evaluated(*arg);
}

// ---------------------------------------------------------------------------------------------------- the walk

bool Performable::reads_this_event(const Core& core) const {
  if (core.kind == CoreKind::kThisEvent) return true;
  if (core.kind == CoreKind::kNamed &&
      reads_this_event(*version_.state_before[static_cast<std::size_t>(core.number)].value))
    return true;
  return std::ranges::any_of(core.args, [this](const CorePtr& arg) { return reads_this_event(*arg); });
}

void Performable::state_before() {
  const auto named = [this](std::string_view wanted) {
    return std::ranges::find(version_.state_before, wanted, &CoreName::name);
  };
  const auto missing = [&](std::string_view what) {
    out_.push_back(error({}, base::ErrorCode::kName, "the section state before has no " + std::string(what)));
  };
  const auto after = named("after"), current = named("current"), none = version_.state_before.end();
  if (after == none || after->parameters.size() != 1 || after->parameter_types[0].kind != TypeKind::kEvent ||
      after->value->type.kind != TypeKind::kState)
    missing("`after(p: event)` with a state as its value");
  if (current == none) {
    missing("`current`");
  } else if (reads_this_event(*current->value)) {
    refuse(*current->value, "`current` reads an event, and it is what a server holds between two events",
           "write `resolve(after(p) for p in extremities(along prev_events))`");
  }
  for (const CoreName& name : version_.state_before) {
    if (name.name == "before" || name.name == "current" || name.name == version_.format.derived_edge_field)
      has_no_parameters(name);
    if (name.value->type.kind == TypeKind::kState) walked_state(*name.value);
    if (is_list(name.value->type.kind)) walked_list(*name.value);
  }
}

void Performable::walked_state(const Core& core) {
  if (core.kind == CoreKind::kEmptySet) return;
  if (core.kind == CoreKind::kNamed && core.args.size() <= 1) {
    for (const CorePtr& arg : core.args) walked_event(*arg);
  } else if (core.kind == CoreKind::kIf) {
    asked(*core.args[0]);
    walked_state(*core.args[1]);
    walked_state(*core.args[2]);
  } else if (core.kind == CoreKind::kResolve) {
    walked_state(*core.args[0]);
    walked_list(*core.args[1]);
  } else if (core.kind == CoreKind::kBefore || core.kind == CoreKind::kSingleton) {
    walked_event(*core.args[0]);
  } else if (core.kind == CoreKind::kOverlaid) {
    walked_state(*core.args[0]);
    walked_state(*core.args[1]);
  } else {
    refuse(core, "this gives no state that a walk over a room can compute",
           "states there are `{}`, `p.before`, `{p}`, names, `resolve(… for p in …)`, `… overlaid with …` and `if`s of "
           "them");
  }
}

void Performable::walked_event(const Core& core) {
  if (core.kind == CoreKind::kThisEvent || core.kind == CoreKind::kVariable) return;
  refuse(core, "an event is looked up where a walk over a room takes one as it comes",
         "events there are `event` and variables");
}

void Performable::walked_list(const Core& core) {
  if (core.kind == CoreKind::kExtremities) {
    if (!core.args.empty()) evaluated(*core.args[0]);
    return;
  }
  if (core.kind == CoreKind::kNamed && core.args.empty()) return;
  if (core.kind == CoreKind::kEdges) return walked_event(*core.args[0]);
  if (core.kind == CoreKind::kSelection) return walked_state(*core.args[0]);
  refuse(core, "this gives no list of events that a walk over a room can go through",
         "lists there are edge fields, names, `selection(…)` and `extremities(along …)`");
}

void Performable::asked(const Core& core) {
  if (core.kind == CoreKind::kAnd || core.kind == CoreKind::kOr || core.kind == CoreKind::kNot) {
    for (const CorePtr& arg : core.args) asked(*arg);
  } else if (core.kind == CoreKind::kAllowed) {
    const Core& in = *core.args[0];
    in.type.kind == TypeKind::kEventList ? walked_list(in) : walked_state(in);
  } else if (core.kind == CoreKind::kGiven && is_name_of_state(*core.args[2])) {
    evaluated(*core.args[0]);
    walked_event(*core.args[1]);
    walked_state(*core.args[2]);
  } else if (is_quantifier(core) && core.args[0]->kind == CoreKind::kReachable) {
    of_ancestors(core);
  } else if (compares_hashes(core)) {
    walked_event(*core.args[0]->args[0]);
    walked_event(*core.args[1]->args[0]);
  } else if (core.kind != CoreKind::kValid) {
    evaluated(core);
  }
}

void Performable::of_ancestors(const Core& core) {
  const Core& reachable = *core.args[0];
  if (reachable.args.size() == 1 && reachable.args[0]->kind == CoreKind::kSingleton) {
    walked_event(*reachable.args[0]->args[0]);
    return asked(*core.args[1]);
  }
  refuse(reachable, "a check on receipt looks through the ancestors of one event",
         "write `reachable({event} along prev_events)`");
}

// ---------------------------------------------------------------------------------------------------- the resolution

/// Whether the resolution computes the expression itself; it leaves the others to the evaluator.
bool is_resolved(const Core& core) {
  if (core.kind == CoreKind::kNamed || core.kind == CoreKind::kPosition || core.kind == CoreKind::kStateEntry)
    return true;
  if (holds_events(core.type.kind) && core.kind != CoreKind::kEdges) return true;
  return std::ranges::any_of(core.args, [](const CorePtr& arg) { return is_resolved(*arg); });
}

void Performable::resolution() {
  for (const CoreName& name : version_.resolution) {
    if (name.name == "result") has_no_parameters(name);
    const TypeKind type = name.value->type.kind;
    for (const CoreType& parameter : name.parameter_types) {
      if (parameter.kind == TypeKind::kEvent || holds_events(parameter.kind)) continue;
      refuse(*name.value, "a parameter of `" + name.name + "` is neither an event nor a set of events",
             "what does not depend on a set is a definition");
    }
    if (name.parameters.empty() && !holds_events(type) && type != TypeKind::kEventList) {
      refuse(*name.value, "`" + name.name + "` is no set, order or state",
             "conditions, events and levels stand where they are used, or are functions of an event");
    } else {
      resolved(*name.value);
    }
  }
}

void Performable::resolved(const Core& core) {
  const TypeKind type = core.type.kind;
  if (holds_events(type) || type == TypeKind::kEventList) return resolved_set(core);
  if (type == TypeKind::kBoolean) return resolved_condition(core);
  if (type == TypeKind::kEvent) return resolved_event(core);
  resolved_component(core);
}

void Performable::arguments(const Core& core) {
  for (const CorePtr& arg : core.args) resolved(*arg);
}

void Performable::resolved_set(const Core& core) {
  for (const CoreKey& key : core.keys) resolved_component(*key.value);
  const CoreKind kind = core.kind;
  if (kind == CoreKind::kVariable || kind == CoreKind::kEmptySet || kind == CoreKind::kOnly) return;
  if (kind == CoreKind::kUnionOf || kind == CoreKind::kIntersectionOf || kind == CoreKind::kDifferenceOf) {
    if (core.args[1]->kind == CoreKind::kStates) return resolved_set(*core.args[0]);
    return refuse(*core.args[1], "an aggregate goes through something else than `states`", "write `for s in states`");
  }
  if (kind == CoreKind::kStates)
    return refuse(core, "`states` stands alone", "write `union of s for s in states`, or `only(states)`");
  if (std::ranges::find(kSets, kind) != kSets.end()) return arguments(core);
  refuse(core, "this gives no set, order or state that a resolution can compute",
         "an `if` chooses between names, and `{e}`, `|`, `&`, `-` and the functions of the language make new ones");
}

void Performable::resolved_event(const Core& core) {
  const bool by_key = core.kind == CoreKind::kStateEntry ||
                      (core.kind == CoreKind::kListSlot && core.args[1]->kind == CoreKind::kString);
  if (core.kind == CoreKind::kVariable) return;
  if (core.kind == CoreKind::kIf) return arguments(core);
  if (by_key) return resolved(*core.args[0]);
  refuse(
      core, "this gives no event that a resolution can look up",
      "events there are variables, `STATE[\"TYPE\", \"KEY\"]`, `e.auth_events[\"TYPE\", \"KEY\"]` and `if`s of them");
}

void Performable::resolved_condition(const Core& core) {
  if (!is_resolved(core)) return evaluated(core);
  const auto are_events = [&] {
    return std::ranges::all_of(core.args, [](const CorePtr& arg) { return arg->type.kind == TypeKind::kEvent; });
  };
  const bool question =
      core.kind == CoreKind::kIs && (core.text == "empty" || core.text == "present" || core.text == "absent");
  const bool joined = core.kind == CoreKind::kAnd || core.kind == CoreKind::kOr || core.kind == CoreKind::kNot ||
                      core.kind == CoreKind::kIf || core.kind == CoreKind::kNamed;
  const bool compared = (core.kind == CoreKind::kEqual || core.kind == CoreKind::kNotEqual) && are_events();
  const bool is_in = core.kind == CoreKind::kIn && core.args[0]->type.kind == TypeKind::kEvent;
  if (joined || compared || is_in || (question && (core.text == "empty" || are_events()))) return arguments(core);
  if (core.kind == CoreKind::kGiven) {
    evaluated(*core.args[0]);
    resolved_event(*core.args[1]);
    return resolved_set(*core.args[2]);
  }
  refuse(core, "this is no condition that a resolution can ask of its sets",
         "conditions there are `in`, `is empty`, `is present`, `is absent`, `=` of events, `given e with S`, and what "
         "`and`, "
         "`or`, `not` and `if` join");
}

void Performable::resolved_component(const Core& core) {
  const bool id_hash =
      core.kind == CoreKind::kSha1 && core.args[0]->kind == CoreKind::kEventField && core.args[0]->text == "event_id";
  if (id_hash) return resolved_component(*core.args[0]);
  if (!is_resolved(core)) return evaluated(core);
  if (core.kind == CoreKind::kNamed || core.kind == CoreKind::kIf) return arguments(core);
  if (core.kind == CoreKind::kPosition) return arguments(core);
  if (core.kind == CoreKind::kGiven) {
    evaluated(*core.args[0]);
    resolved_event(*core.args[1]);
    return resolved_set(*core.args[2]);
  }
  refuse(core, "this is no value that a resolution can put events in order by",
         "values there are those of an event, `position(…)`, `X given e with S`, functions and `if`s of them");
}

}  // namespace

void check_performable(const CoreVersion& version, std::vector<Diagnostic>& diagnostics) {
  Performable performable(version, diagnostics);
  performable.rules(version.rules);
  performable.rules(version.auth_events);
  performable.receipt(version.receipt);
  performable.signatures();
  performable.redaction();
  performable.state_before();
  performable.resolution();
}

}  // namespace stateroom::rules
