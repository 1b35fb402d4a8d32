// Types: what columns and parameters are, what narrowing adds, what may stand for what.
#include "model/rules/elaborator.h"
#include "model/rules/nearest.h"
#include "model/rules/print.h"

namespace stateroom::rules {

using Base = event::ValueType::Base;

std::string_view describe(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean:
      return "a condition";
    case TypeKind::kString:
      return "a string";
    case TypeKind::kInteger:
      return "an integer";
    case TypeKind::kLevel:
      return "a level";
    case TypeKind::kHash:
      return "a hash";
    case TypeKind::kPlace:
      return "a place in a line";
    case TypeKind::kEvent:
      return "an event";
    case TypeKind::kMap:
      return "a map";
    case TypeKind::kList:
      return "a list";
    case TypeKind::kObject:
      return "an object";
    case TypeKind::kStrings:
      return "a set of strings";
    case TypeKind::kEventList:
      return "a list of events";
    case TypeKind::kEvents:
      return "a set of events";
    case TypeKind::kState:
      return "a state";
    case TypeKind::kStateList:
      return "a list of states";
    case TypeKind::kOrder:
      return "an order";
    case TypeKind::kLine:
      return "a line";
    case TypeKind::kChanges:
      return "a list of changes";
    case TypeKind::kLevels:
      return "the levels of a content";
  }
  base::require(false, "a type without a description");
  return {};
}

namespace {

const std::map<std::string, TypeKind, std::less<>>& parameter_kinds() {
  static const std::map<std::string, TypeKind, std::less<>> kinds = {
      {"string", TypeKind::kString},   {"integer", TypeKind::kInteger},  {"level", TypeKind::kLevel},
      {"boolean", TypeKind::kBoolean}, {"event", TypeKind::kEvent},      {"events", TypeKind::kEvents},
      {"state", TypeKind::kState},     {"states", TypeKind::kStateList}, {"order", TypeKind::kOrder},
      {"line", TypeKind::kLine}};
  return kinds;
}

}  // namespace

std::optional<CoreType> Elaborator::parameter_type(const TypePtr& type) {
  CoreType result;
  const TypeNode* inner = type.get();
  if (inner->kind == TypeForm::kOptional) {
    result.may_be_absent = true;
    inner = inner->children[0].get();
  }
  if (inner->kind == TypeForm::kName) {
    const auto found = parameter_kinds().find(inner->name);
    if (found != parameter_kinds().end()) {
      result.kind = found->second;
      return result;
    }
    if (core_->format.identifiers.contains(inner->name)) {
      result.kind = TypeKind::kString;
      result.identifier = inner->name;
      return result;
    }
  }
  std::vector<std::string> known;
  for (const auto& [name, kind] : parameter_kinds()) known.push_back(name);
  for (const auto& [name, pattern] : core_->format.identifiers) known.push_back(name);
  const std::string near = nearest(inner->name, known);
  type_error(inner->location, "`" + print(type) + "` is no type of a parameter",
             near.empty()
                 ? "parameters are string, level, integer, boolean, event, events, state, order, line or an identifier"
                 : "did you mean `" + near + "`?");
  return std::nullopt;
}

CoreType Elaborator::column_type(const event::ValueType& type) const {
  CoreType result;
  switch (type.base) {
    case Base::kAny:
    case Base::kObject:
    case Base::kPair:
    case Base::kEvent:
      result.kind = TypeKind::kObject;
      break;
    case Base::kString:
      result.kind = TypeKind::kString;
      break;
    case Base::kIdentifier:
      result.kind = TypeKind::kString;
      result.identifier = type.identifier;
      break;
    case Base::kBoolean:
      result.kind = TypeKind::kBoolean;
      break;
    case Base::kInteger:
      result.kind = TypeKind::kInteger;
      break;
    case Base::kLevel:
      result.kind = TypeKind::kLevel;
      break;
    case Base::kList:
      result.kind = TypeKind::kList;
      break;
    case Base::kMap:
      result.kind = TypeKind::kMap;
      break;
  }
  return result;
}

std::string Elaborator::event_type_of(const Core& event, const Scope& scope) const {
  if (!event.type.event_type.empty()) return event.type.event_type;
  const Fact* fact = scope.facts.find(key_of(event));
  return fact ? fact->event_type : std::string{};
}

namespace {

// What is known of x is known of server(x) only if x's identifier names a server.
bool names_server(const event::EventFormat& format, const std::string& identifier) {
  const auto found = format.identifiers.find(identifier);
  if (found == format.identifiers.end()) return false;
  for (const event::PatternItem& item : found->second.items)
    if (item.kind == event::PatternItem::Kind::kLiteral && item.text.find(':') != std::string::npos) return true;
  return false;
}

}  // namespace

CorePtr Elaborator::refine(const CorePtr& core, const Scope& scope) {
  if (!core) return core;
  CoreType type = core->type;
  const Fact* fact = scope.facts.find(key_of(*core));
  if (fact) {
    if (fact->present) type.may_be_absent = type.may_be_unknown = false;
    if (fact->well_typed) type.may_be_ill_typed = false;
    if (type.event_type.empty()) type.event_type = fact->event_type;
    if (type.identifier.empty()) type.identifier = fact->identifier;
  }
  if (core->kind == CoreKind::kServer && type.may_be_absent) {
    const CoreType& of = core->args[0]->type;
    if (!may_be_missing(of) && names_server(core_->format, of.identifier)) type.may_be_absent = false;
  }
  if (core->kind == CoreKind::kEventField || core->kind == CoreKind::kColumn) {
    // The event that it is read from may be known better by now.
    const CorePtr event = refine(core->args[0], scope);
    if (core->kind == CoreKind::kEventField && type.may_be_absent && !event->type.may_be_absent &&
        !event->type.may_be_unknown) {
      const auto found = required_when_.find(core->text);
      if (required_.contains(core->text)) type.may_be_absent = false;
      if (found != required_when_.end() && event->kind == CoreKind::kThisEvent && implies(scope.facts, *found->second))
        type.may_be_absent = false;
    }
  }
  if (type.may_be_absent == core->type.may_be_absent && type.may_be_ill_typed == core->type.may_be_ill_typed &&
      type.may_be_unknown == core->type.may_be_unknown && type.event_type == core->type.event_type &&
      type.identifier == core->type.identifier)
    return core;
  auto copy = std::make_shared<Core>(*core);
  copy->type = std::move(type);
  return copy;
}

CorePtr Elaborator::coerce(const CorePtr& core, TypeKind kind) {
  const TypeKind from = core->type.kind;
  if (from == kind) return core;
  const auto retyped = [&] {
    auto copy = std::make_shared<Core>(*core);
    copy->type.kind = kind;
    return copy;
  };
  if (kind == TypeKind::kLevel && from == TypeKind::kInteger) {
    if (core->kind == CoreKind::kInteger) return retyped();
    if (core->kind == CoreKind::kIf || core->kind == CoreKind::kDefault) {
      auto copy = retyped();
      for (std::size_t i = core->kind == CoreKind::kIf ? 1 : 0; i < core->args.size(); ++i) {
        copy->args[i] = coerce(core->args[i], kind);
        if (!copy->args[i]) return nullptr;
      }
      return copy;
    }
    return nullptr;
  }
  if (core->kind == CoreKind::kEmptySet &&
      (kind == TypeKind::kEvents || kind == TypeKind::kState || kind == TypeKind::kStrings))
    return retyped();
  if (kind == TypeKind::kEvents && from == TypeKind::kState) return core;  // a state is a set of events
  if (kind == TypeKind::kState && core->kind == CoreKind::kSingleton) return retyped();
  return nullptr;
}

CorePtr Elaborator::coerce_or_report(const CorePtr& core, TypeKind kind, const Location& location,
                                     std::string_view what) {
  if (!core) return nullptr;
  if (CorePtr result = coerce(core, kind)) return result;
  std::string message =
      std::string(what) + " is " + std::string(describe(core->type.kind)) + ", expected " + std::string(describe(kind));
  std::string hint;
  if (core->type.kind == TypeKind::kOrder && (kind == TypeKind::kEvents || kind == TypeKind::kState)) {
    message = std::string(what) + " is an order, and an order is not a set";
    hint = "name the set that the order is made from and use that name";
  } else if (core->type.kind == TypeKind::kOrder && kind == TypeKind::kLine) {
    hint = "an order that is no line is not one; a line is made by `line(event, type, state_key)`";
  } else if (core->type.kind == TypeKind::kEvents && kind == TypeKind::kState) {
    hint =
        "a set of events may hold two of one key; a state is made by `intersection of`, `apply`, `X - rivals(X)` or a "
        "subset of a state";
  } else if (core->type.kind == TypeKind::kInteger && kind == TypeKind::kLevel) {
    hint = "a level is compared with levels and with numbers as written";
  }
  return type_error(location, std::move(message), std::move(hint));
}

// The names that types and patterns use.
void Elaborator::check_text_types() {
  static const std::set<std::string, std::less<>> spellings = {"integer", "ascii_integer", "python_integer",
                                                               "truncated_float"};
  for (const TypeEntry& entry : version_.types) {
    for (const std::string& alternative : entry.alternatives) {
      bool known = spellings.contains(alternative);
      for (const TypeEntry& other : version_.types) known |= other.name == alternative && other.name != entry.name;
      if (known) continue;
      std::vector<std::string> names(spellings.begin(), spellings.end());
      for (const TypeEntry& other : version_.types) names.push_back(other.name);
      const std::string near = nearest(alternative, names);
      name_error(
          entry.location, "`" + alternative + "` is no spelling of `" + entry.name + "`",
          near.empty()
              ? "spellings are integer, ascii_integer, python_integer, truncated_float and the types of this section"
              : "did you mean `" + near + "`?");
    }
  }
  const auto check = [&](const auto& self, const TypePtr& type) -> void {
    if (!type) return;
    for (const TypePtr& child : type->children) self(self, child);
    if (type->kind != TypeForm::kName && type->kind != TypeForm::kRange) return;
    static const std::set<std::string, std::less<>> plain = {"any",     "object", "string", "boolean",
                                                             "integer", "event",  "hashes"};
    bool known = plain.contains(type->name) || core_->format.identifiers.contains(type->name);
    for (const TypeEntry& entry : version_.types) known |= entry.name == type->name;
    for (const IdentifierEntry& entry : version_.identifiers) known |= entry.name == type->name;
    if (known) return;
    std::vector<std::string> names(plain.begin(), plain.end());
    for (const TypeEntry& entry : version_.types) names.push_back(entry.name);
    for (const IdentifierEntry& entry : version_.identifiers) names.push_back(entry.name);
    const std::string near = nearest(type->name, names);
    name_error(type->location, "unknown type `" + type->name + "`",
               near.empty()
                   ? "types are those of the sections types and identifiers, and any, object, string, boolean, integer"
                   : "did you mean `" + near + "`?");
  };
  for (const FieldEntry& entry : version_.format) check(check, entry.type);
  for (const auto& [type, entries] : version_.content)
    for (const ContentEntry& entry : entries) check(check, entry.type);
}

}  // namespace stateroom::rules
