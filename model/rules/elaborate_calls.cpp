// Calls: definitions are inlined, functions of the language become nodes.
#include "model/rules/elaborator.h"
#include "model/rules/nearest.h"
#include "model/rules/print.h"

namespace stateroom::rules {

const std::vector<std::string>& primitive_names() {
  static const std::vector<std::string> names = {
      "accepted",    "admitted",       "allowed",        "apply",     "at_keys",         "auth_chain",
      "between",     "changes",        "count",          "event",     "extremities",     "first_allowed",
      "levels",      "line",           "only",           "opaque",    "position",        "prefix",
      "reachable",   "redacted",       "canonical_json", "sha256",    "unpadded_base64", "unpadded_base64url",
      "resolve",     "rivals",         "selected",       "selection", "server",          "sha1",
      "signed_by",   "signed_with",    "size",           "sort",      "state",           "states",
      "topological", "until_rejected", "verifies",       "identifier"};
  return names;
}

bool Elaborator::arity(const Expr& expr, std::size_t least, std::size_t most) {
  const std::size_t n = expr.children.size();
  if (n >= least && n <= most) return true;
  const std::string wanted =
      least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most);
  type_error(expr.location, "`" + expr.text + "` takes " + wanted + (most == 1 ? " argument" : " arguments") +
                                ", found " + std::to_string(n));
  return false;
}

CorePtr Elaborator::call(const Expr& expr, const Scope& scope) {
  const std::string& name = expr.text;
  const bool before = scope.section == SectionKind::kStateBefore || scope.section == SectionKind::kReceipt;
  if (before || scope.section == SectionKind::kResolution) {
    const SectionKind section = before ? SectionKind::kStateBefore : SectionKind::kResolution;
    const auto& entries = version_.definitions_of(section);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].name != name) continue;
      if (entries[i].parameters.size() != expr.children.size())
        return type_error(expr.location, "`" + name + "` takes " + std::to_string(entries[i].parameters.size()) +
                                             " arguments, found " + std::to_string(expr.children.size()));
      std::vector<CorePtr> args;
      for (std::size_t k = 0; k < expr.children.size(); ++k) {
        args.push_back(argument(entries[i].parameters[k], *expr.children[k], scope, name));
        if (!args.back()) return nullptr;
      }
      const CorePtr body = named(section, i);
      if (!body) return nullptr;
      auto core = node(CoreKind::kNamed, expr.location, body->type, std::move(args));
      core->number = static_cast<std::int64_t>(i);
      core->text = name;
      return core;
    }
  }
  if (const DefinitionEntry* definition = version_.definition(name)) return inlined(*definition, expr, scope);
  static const std::map<std::string, Primitive, std::less<>> primitives = {{"server", &Elaborator::text_function},
                                                                           {"opaque", &Elaborator::text_function},
                                                                           {"prefix", &Elaborator::text_function},
                                                                           {"size", &Elaborator::text_function},
                                                                           {"sha1", &Elaborator::text_function},
                                                                           {"count", &Elaborator::count},
                                                                           {"event", &Elaborator::event_by_id},
                                                                           {"rivals", &Elaborator::rivals},
                                                                           {"admitted", &Elaborator::admitted},
                                                                           {"at_keys", &Elaborator::at_keys},
                                                                           {"selected", &Elaborator::selected},
                                                                           {"signed_by", &Elaborator::oracle},
                                                                           {"signed_with", &Elaborator::oracle},
                                                                           {"verifies", &Elaborator::oracle},
                                                                           {"levels", &Elaborator::levels},
                                                                           {"changes", &Elaborator::changes},
                                                                           {"allowed", &Elaborator::allowed},
                                                                           {"auth_chain", &Elaborator::reachable},
                                                                           {"reachable", &Elaborator::reachable},
                                                                           {"between", &Elaborator::reachable},
                                                                           {"topological", &Elaborator::ordered},
                                                                           {"sort", &Elaborator::ordered},
                                                                           {"line", &Elaborator::line},
                                                                           {"position", &Elaborator::position},
                                                                           {"apply", &Elaborator::apply},
                                                                           {"until_rejected", &Elaborator::contest},
                                                                           {"first_allowed", &Elaborator::contest},
                                                                           {"resolve", &Elaborator::resolve},
                                                                           {"only", &Elaborator::only},
                                                                           {"selection", &Elaborator::selection},
                                                                           {"extremities", &Elaborator::extremities}};
  const auto found = primitives.find(name);
  if (found != primitives.end()) return (this->*found->second)(expr, scope);
  std::vector<std::string> known;
  for (const auto& [primitive, function] : primitives) known.push_back(primitive);
  for (const DefinitionEntry& entry : version_.definitions)
    if (!entry.parameters.empty()) known.push_back(entry.name);
  const std::string near = nearest(name, known);
  return name_error(expr.location, "unknown function `" + name + "`",
                    near.empty() ? "functions are those of the language and definitions with parameters"
                                 : "did you mean `" + near + "`?");
}

// ---------------------------------------------------------------------------------------------------- definitions

bool Elaborator::uses_given(const DefinitionEntry& definition) {
  const auto [found, fresh] = uses_given_.try_emplace(definition.name, false);
  if (!fresh) return found->second;
  const auto search = [&](const auto& self, const ExprPtr& expr) -> bool {
    if (!expr) return false;
    if (expr->kind == ExprKind::kGiven) return true;
    if (expr->kind == ExprKind::kName || expr->kind == ExprKind::kCall) {
      const DefinitionEntry* other = version_.definition(expr->text);
      if (other && uses_given(*other)) return true;
    }
    for (const ExprPtr& child : expr->children)
      if (self(self, child)) return true;
    for (const Clause& clause : expr->clauses) {
      if (self(self, clause.expr)) return true;
      for (const SortKey& key : clause.keys)
        if (self(self, key.expr)) return true;
    }
    return false;
  };
  const bool result = search(search, definition.expr);
  return uses_given_[definition.name] = result;
}

CorePtr Elaborator::argument(const Parameter& parameter, const Expr& expr, const Scope& scope,
                             std::string_view function) {
  const auto type = parameter_type(parameter.type);
  if (!type) return nullptr;
  const CorePtr value =
      value_of(expr, scope, type->kind, "`" + parameter.name + "` of `" + std::string(function) + "`");
  if (!value || type->may_be_absent) return value;
  bool optional = false;
  if (expr.kind == ExprKind::kName) {
    // A hole of an edge list has an id and no fields; it is there.
    const auto bound = scope.names.find(expr.text);
    optional = bound != scope.names.end() && value->type.kind == TypeKind::kEvent && !value->type.may_be_absent;
  }
  if (may_be_missing(value->type) && !optional)
    return type_error(expr.location,
                      "`" + print(std::make_shared<Expr>(expr)) + "` may be missing, and `" + parameter.name +
                          "` of `" + std::string(function) + "` needs a value",
                      "ask `is present` (or `is TYPE`) first, or declare the parameter `optional`");
  return value;
}

CorePtr Elaborator::inlined(const DefinitionEntry& definition, const Expr& expr, const Scope& scope) {
  for (const auto& [name, place] : active_)
    if (name == definition.name)
      return name_error(expr.location, "`" + definition.name + "` is defined by itself",
                        "definitions are not recursive");
  if (definition.parameters.size() != expr.children.size())
    return type_error(expr.location, "`" + definition.name + "` takes " + std::to_string(definition.parameters.size()) +
                                         " arguments, found " + std::to_string(expr.children.size()));
  Scope inner = scope;
  inner.names.clear();
  inner.definition = true;
  const bool given = uses_given(definition);
  std::vector<std::pair<std::uint32_t, CorePtr>> lets;
  for (std::size_t i = 0; i < definition.parameters.size(); ++i) {
    const Parameter& parameter = definition.parameters[i];
    const CorePtr value = argument(parameter, *expr.children[i], scope, definition.name);
    if (!value) return nullptr;
    const bool optional = parameter.type->kind == TypeForm::kOptional;
    if (given && reads_frame(*value)) {
      // Inside a `given` the argument would be read from another event, so it is evaluated here.
      const std::uint32_t number = local();
      lets.emplace_back(number, value);
      inner.names[parameter.name] = {variable(number, value->type, value->location), optional};
    } else {
      inner.names[parameter.name] = {value, optional};
    }
  }
  active_.emplace_back(definition.name, expr.location);
  CorePtr body = expression(*definition.expr, inner);
  active_.pop_back();
  for (auto let = lets.rbegin(); body && let != lets.rend(); ++let) {
    auto core = node(CoreKind::kLet, expr.location, body->type, {let->second, body});
    core->number = let->first;
    body = core;
  }
  return body;
}

// ---------------------------------------------------------------------------------------------------- functions

CorePtr Elaborator::text_function(const Expr& expr, const Scope& scope) {
  if (expr.text == "sha1" && !scope.key)
    return type_error(expr.location, "`sha1` stands only in the key of an order", "write it in `least e: (…)`");
  const std::size_t wanted = expr.text == "prefix" ? 3 : 1;
  if (!arity(expr, wanted, wanted)) return nullptr;
  std::vector<CorePtr> args;
  for (const ExprPtr& child : expr.children) {
    args.push_back(value_of(*child, scope, TypeKind::kString, "the argument of `" + expr.text + "`"));
    if (!args.back()) return nullptr;
  }
  const bool missing = may_be_missing(args[0]->type);
  CoreType type = {.kind = TypeKind::kString, .may_be_absent = missing};
  if (expr.text == "server") {
    type.may_be_absent = true;  // refined where the argument is an identifier that names a server
    return refine(node(CoreKind::kServer, expr.location, type, std::move(args)), scope);
  }
  if (expr.text == "opaque") return refine(node(CoreKind::kOpaque, expr.location, type, std::move(args)), scope);
  if (expr.text == "prefix") {
    for (std::size_t i = 1; i < 3; ++i)
      if (args[i]->kind != CoreKind::kString)
        return type_error(expr.children[i]->location, "a string as written is expected here");
    return refine(node(CoreKind::kPrefix, expr.location, type, std::move(args)), scope);
  }
  type.kind = expr.text == "size" ? TypeKind::kInteger : TypeKind::kHash;
  return refine(node(expr.text == "size" ? CoreKind::kSize : CoreKind::kSha1, expr.location, type, std::move(args)),
                scope);
}

CorePtr Elaborator::count(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const CorePtr x = expression(*expr.children[0], scope);
  if (!x) return nullptr;
  const TypeKind kind = x->type.kind;
  if (kind != TypeKind::kEventList && kind != TypeKind::kEvents && kind != TypeKind::kState &&
      kind != TypeKind::kOrder && kind != TypeKind::kList)
    return type_error(expr.location, "`count` of " + std::string(describe(kind)) + ", expected a list or a set");
  return node(CoreKind::kCount, expr.location, {.kind = TypeKind::kInteger}, {x});
}

CorePtr Elaborator::event_by_id(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 2)) return nullptr;
  if (!scope.definition && scope.section != SectionKind::kRedaction)
    return restriction(expr.location, "`event(…)` stands outside the definitions",
                       "give it a name in the section definitions");
  const CorePtr id = value_of(*expr.children[0], scope, TypeKind::kString, "the id");
  if (!id) return nullptr;
  auto core = node(CoreKind::kEventById, expr.location, {.kind = TypeKind::kEvent, .may_be_absent = true}, {id});
  if (expr.children.size() == 2) {
    if (expr.children[1]->kind != ExprKind::kString)
      return type_error(expr.children[1]->location, "an event type as written is expected here");
    core->text = core->type.event_type = expr.children[1]->text;
  }
  return refine(core, scope);
}

CorePtr Elaborator::rivals(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const CorePtr x = expression(*expr.children[0], scope);
  if (!x) return nullptr;
  if (x->type.kind == TypeKind::kEventList)
    return node(CoreKind::kRivals, expr.location, {.kind = TypeKind::kEventList}, {x});
  const CorePtr events = coerce_or_report(x, TypeKind::kEvents, expr.children[0]->location, "the argument of `rivals`");
  return events ? node(CoreKind::kRivals, expr.location, {.kind = TypeKind::kEvents}, {events}) : nullptr;
}

CorePtr Elaborator::at_keys(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 2, 2)) return nullptr;
  const CorePtr x = expression(*expr.children[0], scope);
  if (!x) return nullptr;
  const CorePtr of =
      coerce_or_report(x, TypeKind::kEvents, expr.children[0]->location, "the first argument of `at_keys`");
  const CorePtr keys = value_of(*expr.children[1], scope, TypeKind::kEvents, "the second argument of `at_keys`");
  if (!of || !keys) return nullptr;
  // A subset of a state is a state.
  const TypeKind kind = x->type.kind == TypeKind::kState ? TypeKind::kState : TypeKind::kEvents;
  return node(CoreKind::kAtKeys, expr.location, {.kind = kind}, {of, keys});
}

CorePtr Elaborator::admitted(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const CorePtr x = expression(*expr.children[0], scope);
  const Clause* against = expr.clause(ClauseKind::kAgainst);
  if (!against) return type_error(expr.location, "`admitted` needs `against`", "write `admitted(X against S)`");
  CorePtr state = expression(*against->expr, scope);
  if (!x || !state) return nullptr;
  const CorePtr of = coerce_or_report(x, TypeKind::kEvents, expr.children[0]->location, "the argument of `admitted`");
  if (state->type.kind != TypeKind::kEventList)
    state = coerce_or_report(state, TypeKind::kState, against->location, "what stands after `against`");
  if (!of || !state) return nullptr;
  const TypeKind kind = x->type.kind == TypeKind::kState ? TypeKind::kState : TypeKind::kEvents;
  return node(CoreKind::kAdmitted, expr.location, {.kind = kind}, {of, state});
}

CorePtr Elaborator::selected(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const CorePtr e = value_of(*expr.children[0], scope, TypeKind::kEvent, "the argument of `selected`");
  if (!e) return nullptr;
  if (scope.section == SectionKind::kAuthEvents)
    return type_error(expr.location, "`selected` is what the section auth events defines");
  if (!scope.event) return type_error(expr.location, "there is no event here whose auth events are selected");
  return node(CoreKind::kSelected, expr.location, {}, {e});
}

CorePtr Elaborator::oracle(const Expr& expr, const Scope& scope) {
  const std::size_t wanted = expr.text == "signed_by" ? 1 : expr.text == "verifies" ? 2 : 3;
  if (!arity(expr, wanted, wanted)) return nullptr;
  if (!scope.event) return type_error(expr.location, "there is no event here that could be signed");
  std::vector<CorePtr> args;
  for (const ExprPtr& child : expr.children) {
    args.push_back(expression(*child, scope));
    if (!args.back()) return nullptr;
  }
  const auto expect = [&](std::size_t i, TypeKind kind) {
    if (args[i]->type.kind == kind || (kind == TypeKind::kStrings && args[i]->type.kind == TypeKind::kList))
      return true;
    coerce_or_report(args[i], kind, expr.children[i]->location,
                     "argument " + std::to_string(i + 1) + " of `" + expr.text + "`");
    return false;
  };
  if (expr.text == "verifies") {
    if (!expect(0, TypeKind::kObject) || !expect(1, TypeKind::kStrings)) return nullptr;
    return node(CoreKind::kVerifies, expr.location, {}, std::move(args));
  }
  if (expr.text == "signed_with") {
    if (!expect(0, TypeKind::kString) || !expect(1, TypeKind::kString) || !expect(2, TypeKind::kObject)) return nullptr;
    return node(CoreKind::kSignedWith, expr.location, {}, std::move(args));
  }
  if (!expect(0, TypeKind::kString)) return nullptr;
  auto core = node(CoreKind::kSignedBy, expr.location, {}, std::move(args));
  core->text = "signed_object";
  if (const Clause* over = expr.clause(ClauseKind::kOver)) {
    const SignatureEntry* object = version_.signature(over->name);
    if (!object || !object->value)
      return name_error(over->location, "the section signatures has no object `" + over->name + "`");
    core->text = over->name;
  }
  return core;
}

CorePtr Elaborator::levels(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const Operand of = operand(*expr.children[0], scope);
  if (!of.core && !of.content) return nullptr;
  if (!of.content || !of.path.empty())
    return type_error(expr.children[0]->location, "`levels` takes the content of an event");
  const std::string type = event_type_of(*of.content, scope);
  if (type.empty())
    return type_error(expr.location, "`levels(content)` stands where the event's type is not known",
                      "put it under `when type = \"…\"`");
  auto core = node(CoreKind::kLevelsOf, expr.location, {.kind = TypeKind::kLevels}, {of.content});
  const auto range = core_->plan.of_type(type);
  for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
    const event::ValueType& column = core_->plan[graph::ColumnIndex(i)].type;
    const bool map = column.base == event::ValueType::Base::kMap && column.element &&
                     column.element->base == event::ValueType::Base::kLevel;
    if (column.base == event::ValueType::Base::kLevel || map) core->columns.push_back(graph::ColumnIndex(i));
  }
  if (core->columns.empty()) return type_error(expr.location, "`content \"" + type + "\"` declares no levels");
  return core;
}

CorePtr Elaborator::changes(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const Clause* to = expr.clause(ClauseKind::kTo);
  const Clause* at = expr.clause(ClauseKind::kAt);
  if (!to || !at)
    return type_error(expr.location, "`changes` needs `to` and `at`",
                      "write `changes(A.content to content at field, …)`");
  const Operand sides[2] = {operand(*expr.children[0], scope), operand(*to->expr, scope)};
  for (int i = 0; i < 2; ++i) {
    if (!sides[i].core && !sides[i].content) return nullptr;
    if (!sides[i].content || !sides[i].path.empty())
      return type_error(i == 0 ? expr.children[0]->location : to->expr->location,
                        "`changes` compares the contents of two events");
  }
  const std::string type = event_type_of(*sides[1].content, scope);
  if (type.empty() || type != event_type_of(*sides[0].content, scope))
    return type_error(expr.location, "`changes` compares contents of two types",
                      "both events need one type that is known here");
  auto core =
      node(CoreKind::kChanges, expr.location, {.kind = TypeKind::kChanges}, {sides[0].content, sides[1].content});
  std::optional<TypeKind> kind;
  for (const Path& path : at->paths) {
    Expr field;
    field.location = at->location;
    const CorePtr column = content_column(sides[1].content, path, field, scope);
    if (!column) return nullptr;
    const event::ValueType& declared = core_->plan[graph::ColumnIndex(static_cast<std::uint32_t>(column->number))].type;
    const TypeKind value =
        column_type(declared.base == event::ValueType::Base::kMap && declared.element ? *declared.element : declared)
            .kind;
    if (column->type.kind == TypeKind::kList || column->type.kind == TypeKind::kObject)
      return type_error(at->location, "`" + join(path) + "` is " + std::string(describe(column->type.kind)) +
                                          ", and changes are of scalar fields and map entries");
    if (kind && *kind != value)
      return type_error(at->location, "`changes` of " + std::string(describe(*kind)) + " and " +
                                          std::string(describe(value)) + " together");
    kind = value;
    core->columns.push_back(graph::ColumnIndex(static_cast<std::uint32_t>(column->number)));
  }
  return core;
}

CorePtr Elaborator::allowed(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  if (scope.section != SectionKind::kReceipt)
    return type_error(expr.location, "`allowed` stands only in the section receipt");
  const CorePtr state = expression(*expr.children[0], scope);
  if (!state) return nullptr;
  if (state->type.kind == TypeKind::kEventList) return node(CoreKind::kAllowed, expr.location, {}, {state});
  const CorePtr as_state =
      coerce_or_report(state, TypeKind::kState, expr.children[0]->location, "the argument of `allowed`");
  return as_state ? node(CoreKind::kAllowed, expr.location, {}, {as_state}) : nullptr;
}

}  // namespace stateroom::rules
