// Names and paths: what a name means, fields of events, content, entries of maps and states.
#include "model/rules/elaborator.h"
#include "model/rules/nearest.h"
#include "model/rules/print.h"

namespace stateroom::rules {
namespace {

// Fields that every engine event decodes; all others are columns.
bool is_member(std::string_view field) {
  static const std::set<std::string, std::less<>> members = {"type",     "sender",           "room_id", "state_key",
                                                             "event_id", "origin_server_ts", "depth"};
  return members.contains(field);
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& names, std::string otherwise) {
  const std::string near = nearest(name, names);
  return near.empty() ? std::move(otherwise) : "did you mean `" + near + "`?";
}

}  // namespace

Operand Elaborator::operand(const Expr& expr, const Scope& scope) {
  if (expr.kind == ExprKind::kName) return name_operand(expr, scope);
  if (expr.kind == ExprKind::kField) return field_operand(expr, scope);
  if (expr.kind == ExprKind::kIndex) return {index(expr, scope), nullptr, {}};
  return {expression(expr, scope), nullptr, {}};
}

Operand Elaborator::name_operand(const Expr& expr, const Scope& scope) {
  const std::string& name = expr.text;
  const Location& at = expr.location;
  const auto value = [](CorePtr core) { return Operand{std::move(core), nullptr, {}}; };
  if (const auto bound = scope.names.find(name); bound != scope.names.end())
    return value(refine(bound->second.value, scope));

  const bool resolution = scope.section == SectionKind::kResolution;
  const bool before = scope.section == SectionKind::kStateBefore || scope.section == SectionKind::kReceipt;
  if (resolution || before || scope.section == SectionKind::kRedaction) {
    SectionKind section = scope.section;
    if (before) section = SectionKind::kStateBefore;
    const auto& entries = version_.definitions_of(section);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].name != name) continue;
      if (!entries[i].parameters.empty()) return value(type_error(at, "`" + name + "` needs its arguments"));
      const CorePtr core = named(section, i);
      if (!core) return {};
      if (section == SectionKind::kRedaction) return value(core);
      auto use = node(CoreKind::kNamed, at, core->type);
      use->number = static_cast<std::int64_t>(i);
      use->text = name;
      return value(use);
    }
  }
  if (const DefinitionEntry* definition = version_.definition(name); definition && !scope.pdu) {
    if (!definition->parameters.empty())
      return value(type_error(at, "`" + name + "` needs its arguments",
                              "it is declared as `" + name + "(" + definition->parameters[0].name + ": …)`"));
    return value(inlined(*definition, expr, scope));
  }
  if (name == "identifier") {
    auto core = node(CoreKind::kString, at, {.kind = TypeKind::kString});
    core->text = version_.identifier;
    return value(core);
  }
  if (name == "states" && resolution) return value(node(CoreKind::kStates, at, {.kind = TypeKind::kStateList}));
  if (name == "now" && scope.section == SectionKind::kSignatures)
    return value(node(CoreKind::kNow, at, {.kind = TypeKind::kInteger}));
  if (scope.section == SectionKind::kReceipt && name.starts_with("valid_")) {
    const std::string what = name.substr(6);
    if (what == "format" || what == "signatures" || what == "hashes" || version_.signature(what)) {
      auto core = node(CoreKind::kValid, at);
      core->text = name;
      return value(core);
    }
  }
  if (scope.event) {
    auto event = node(CoreKind::kThisEvent, at, {.kind = TypeKind::kEvent});
    if (name == "event") return value(event);
    if (name == "content" && !scope.pdu) return {nullptr, event, {}};
    return value(event_field(event, name, expr, scope));
  }
  std::vector<std::string> known;
  for (const auto& [bound, binding] : scope.names) known.push_back(bound);
  for (const DefinitionEntry& entry : version_.definitions) known.push_back(entry.name);
  for (const DefinitionEntry& entry : version_.resolution) known.push_back(entry.name);
  bool field = false;
  for (const FieldEntry& entry : version_.format) field |= entry.path.front() == name;
  return value(name_error(at, "unknown name `" + name + "`",
                          field ? "there is no event here; name the one whose field it is, as in `e." + name + "`"
                                : did_you_mean(name, known, "a name is a definition, a parameter or a bound name")));
}

Operand Elaborator::field_operand(const Expr& expr, const Scope& scope) {
  const Expr& base = *expr.children[0];
  const bool on_name = base.kind == ExprKind::kName && !scope.names.contains(base.text);
  if (on_name && base.text == "key" && scope.section == SectionKind::kSignatures) {
    if (expr.text != "expired_ts" && expr.text != "valid_until_ts")
      return {name_error(expr.location, "a key has no `" + expr.text + "`", "a key has expired_ts and valid_until_ts"),
              nullptr,
              {}};
    // A key server always says until when its keys are valid; only keys that were retired have an end.
    auto core =
        node(CoreKind::kKey, expr.location, {.kind = TypeKind::kInteger, .may_be_absent = expr.text == "expired_ts"});
    core->text = expr.text;
    return {refine(core, scope), nullptr, {}};
  }
  // A top-level field inside another one: `hashes.lpdu`.
  if (on_name && scope.event && core_->plan.find("", {base.text, expr.text}).valid()) {
    auto event = node(CoreKind::kThisEvent, expr.location, {.kind = TypeKind::kEvent});
    return {content_column(event, {base.text, expr.text}, expr, scope), nullptr, {}};
  }
  Operand of = operand(base, scope);
  if (of.content) {
    of.path.push_back(expr.text);
    return of;
  }
  if (!of.core) return {};
  if (of.core->type.kind != TypeKind::kEvent)
    return {type_error(expr.location, "`." + expr.text + "` of " + std::string(describe(of.core->type.kind)) +
                                          ", expected an event or its content"),
            nullptr,
            {}};
  const CorePtr event = refine(of.core, scope);
  if (expr.text == "content") return {nullptr, event, {}};
  return {event_field(event, expr.text, expr, scope), nullptr, {}};
}

CorePtr Elaborator::event_field(const CorePtr& unrefined, const std::string& field, const Expr& expr,
                                const Scope& scope) {
  const CorePtr event = refine(unrefined, scope);
  const Location& at = expr.location;
  const auto member = [&](CoreType type) {
    auto core = node(CoreKind::kEventField, at, std::move(type), {event});
    core->text = field;
    return refine(core, scope);
  };
  if (field == "rejected" && !scope.pdu) return member({});
  if (field == "event_id" && !scope.pdu) return member({.kind = TypeKind::kString, .identifier = "event_id"});
  if (field == "before" && scope.section == SectionKind::kStateBefore)
    return node(CoreKind::kBefore, at, {.kind = TypeKind::kState}, {event});
  for (const std::string& edges : core_->format.edge_fields) {
    if (edges != field) continue;
    auto core = node(CoreKind::kEdges, at, {.kind = TypeKind::kEventList}, {event});
    core->text = field;
    return core;
  }
  if (const SignatureEntry* object = version_.signature(field);
      object && object->value && scope.section == SectionKind::kReceipt) {
    auto core = node(CoreKind::kObjectHash, at, {.kind = TypeKind::kHash}, {event});
    core->text = field;
    return core;
  }
  const event::FormatField* declared = core_->format.field(field);
  if (!declared) {
    std::vector<std::string> known = {"content", "rejected", "event_id"};
    for (const FieldEntry& entry : version_.format) known.push_back(entry.path.front());
    for (const auto& [bound, binding] : scope.names) known.push_back(bound);
    if (expr.kind == ExprKind::kName)
      for (const DefinitionEntry& entry : version_.definitions) known.push_back(entry.name);
    const bool name = expr.kind == ExprKind::kName;
    return name_error(at, name ? "unknown name `" + field + "`" : "an event has no field `" + field + "`",
                      did_you_mean(field, known,
                                   name ? "a name is a definition, a field of the event, a parameter or a bound name"
                                        : "the section format declares the fields of an event"));
  }
  const bool any = declared->type.base == event::ValueType::Base::kAny;
  if (any)
    return type_error(at, "`" + field + "` has the type any and is no name in expressions",
                      "declare its type in the section format");
  CoreType type = column_type(declared->type);
  type.may_be_absent = event->type.may_be_absent || event->type.may_be_unknown || !required_.contains(field);
  if (is_member(field)) return member(type);
  const graph::ColumnIndex column = core_->plan.find("", {field});
  if (!column.valid())
    return type_error(at, "`" + field + "` is " + std::string(describe(type.kind)) + " and is not decoded",
                      "expressions read strings, numbers, booleans and lists");
  auto core = node(CoreKind::kColumn, at, type, {event});
  core->number = column.value();
  return refine(core, scope);
}

CorePtr Elaborator::content_column(const CorePtr& unrefined, const Path& path, const Expr& expr, const Scope& scope) {
  const Location& at = expr.location;
  if (path.empty())
    return type_error(at, "content as a whole is no value",
                      "name a field of it; `levels(content)` and `changes(A to B at …)` take it whole");
  const CorePtr event = refine(unrefined, scope);
  const bool top_level = core_->plan.find("", path).valid() && path.size() > 1 && core_->format.field(path[0]) &&
                         path[0] != "content" && expr.kind == ExprKind::kField &&
                         expr.children[0]->kind == ExprKind::kName && expr.children[0]->text == path[0];
  const std::string type = top_level ? std::string{} : event_type_of(*event, scope);
  if (type.empty() && !top_level)
    return type_error(at, "`content." + join(path) + "` is read where the event's type is not known",
                      "put it under `when type = \"…\"`, or right of `type = \"…\" and`");
  const graph::ColumnIndex column = core_->plan.find(type, path);
  if (!column.valid()) {
    std::vector<std::string> known;
    const auto range = core_->plan.of_type(type);
    for (std::uint32_t i = range.first; i < range.first + range.count; ++i)
      known.push_back(join(core_->plan[graph::ColumnIndex(i)].path));
    const auto content = core_->format.content.find(type);
    if (content != core_->format.content.end())
      for (const event::ContentField& field : content->second)
        if (field.path == path)
          return type_error(at, "`" + join(path) + "` has the type any and is no name in expressions",
                            "declare its type in `content \"" + type + "\"`");
    return type_error(at, "`content \"" + type + "\"` declares no field `" + join(path) + "`",
                      did_you_mean(join(path), known, "declare the field with its type there"));
  }
  const graph::Column& declared = core_->plan[column];
  CoreType of = column_type(declared.type);
  if (std::find(path.begin(), path.end(), "*") != path.end()) of = {.kind = TypeKind::kList};
  of.may_be_absent = true;
  of.may_be_ill_typed = !top_level;
  auto core = node(CoreKind::kColumn, at, of, {event});
  core->number = column.value();
  return refine(core, scope);
}

// An index: a value, or a parameter that may be missing.
CorePtr Elaborator::key_argument(const Expr& expr, const Scope& scope) {
  const CorePtr key = value_of(expr, scope, TypeKind::kString, "an index");
  if (!key) return nullptr;
  bool optional = false;
  if (expr.kind == ExprKind::kName) {
    const auto bound = scope.names.find(expr.text);
    optional = bound != scope.names.end() && bound->second.optional;
  }
  if (may_be_missing(key->type) && !optional)
    return type_error(expr.location, "the index `" + print(std::make_shared<Expr>(expr)) + "` may be missing",
                      "ask `is present` first, or index in a definition whose parameter is `optional string`");
  return key;
}

CorePtr Elaborator::index(const Expr& expr, const Scope& scope) {
  const Expr& base = *expr.children[0];
  if (base.kind == ExprKind::kName && base.text == "state" && !scope.names.contains("state"))
    return state_index(expr, scope);
  const CorePtr of = settle(operand(base, scope), base, scope);
  if (!of) return nullptr;
  if (of->type.kind == TypeKind::kMap) {
    if (expr.children.size() != 2) return type_error(expr.location, "a map has one index");
    const CorePtr key = key_argument(*expr.children[1], scope);
    if (!key) return nullptr;
    CoreType type = {.kind = TypeKind::kObject};
    if (of->kind == CoreKind::kColumn) {
      const event::ValueType& declared = core_->plan[graph::ColumnIndex(static_cast<std::uint32_t>(of->number))].type;
      if (declared.element) type = column_type(*declared.element);
    }
    type.may_be_absent = type.may_be_ill_typed = true;
    return refine(node(CoreKind::kMapEntry, expr.location, type, {of, key}), scope);
  }
  const TypeKind kind = of->type.kind;
  if (kind != TypeKind::kState && kind != TypeKind::kEventList)
    return coerce_or_report(of, TypeKind::kState, expr.location, "what is indexed");
  if (expr.children.size() != 3) return type_error(expr.location, "a state is indexed by a type and a state_key");
  const Expr& type = *expr.children[1];
  if (type.kind != ExprKind::kString) return type_error(type.location, "an event type as written is expected here");
  const CoreType event = {.kind = TypeKind::kEvent, .may_be_absent = true, .event_type = type.text};
  if (kind == TypeKind::kEventList) {
    const CorePtr key = key_argument(*expr.children[2], scope);
    if (!key) return nullptr;
    auto core = node(CoreKind::kListSlot, expr.location, event, {of, key});
    core->text = type.text;
    return refine(core, scope);
  }
  if (expr.children[2]->kind != ExprKind::kString)
    return type_error(expr.children[2]->location, "a state_key as written is expected here");
  auto core = node(CoreKind::kStateEntry, expr.location, event, {of});
  core->text = type.text;
  core->text2 = expr.children[2]->text;
  return refine(core, scope);
}

CorePtr Elaborator::state_index(const Expr& expr, const Scope& scope) {
  if (!scope.state)
    return type_error(expr.location, "there is no state here",
                      scope.section == SectionKind::kResolution || scope.section == SectionKind::kStateBefore
                          ? "name one: `partial[\"TYPE\", \"KEY\"]`, or `X given e with S`"
                          : "");
  if (expr.children.size() != 3)
    return type_error(expr.location, "a family of the state stands only as what a quantifier ranges over",
                      "write `any (key, event) in state[\"TYPE\"] has …`, or give a state_key");
  const Expr& type = *expr.children[1];
  if (type.kind != ExprKind::kString) return type_error(type.location, "an event type as written is expected here");
  const CorePtr key = key_argument(*expr.children[2], scope);
  if (!key) return nullptr;
  auto core = node(CoreKind::kSlot, expr.location,
                   {.kind = TypeKind::kEvent, .may_be_absent = true, .event_type = type.text}, {key});
  core->text = type.text;
  return refine(core, scope);
}

}  // namespace stateroom::rules
