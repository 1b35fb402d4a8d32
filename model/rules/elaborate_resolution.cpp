// The primitives of resolution, state before and receipt.
#include "model/rules/elaborator.h"
#include "model/rules/nearest.h"
#include "model/rules/print.h"

namespace stateroom::rules {

CorePtr Elaborator::clause_value(const Expr& expr, const Scope& scope, ClauseKind kind, TypeKind type) {
  const Clause* clause = expr.clause(kind);
  const std::string_view word = kind == ClauseKind::kTo ? "to" : kind == ClauseKind::kWithin ? "within" : "against";
  if (!clause) return type_error(expr.location, "`" + expr.text + "` needs `" + std::string(word) + "`");
  return coerce_or_report(expression(*clause->expr, scope), type, clause->expr->location,
                          "what stands after `" + std::string(word) + "`");
}

bool Elaborator::along(const Expr& expr, const Scope&, Core& core, bool needed) {
  const Clause* clause = expr.clause(ClauseKind::kAlong);
  if (!clause) {
    if (needed) type_error(expr.location, "`" + expr.text + "` needs `along` and an edge field");
    return !needed;
  }
  for (const std::string& field : core_->format.edge_fields) {
    if (field != clause->name) continue;
    core.text = field;
    core.flag = clause->paths_of;
    return true;
  }
  const std::string near = nearest(clause->name, core_->format.edge_fields);
  name_error(clause->location, "`" + clause->name + "` is no edge field",
             near.empty() ? "edge fields are lists of events in the section format" : "did you mean `" + near + "`?");
  return false;
}

namespace {

// What an explanation calls a component of a key: the function or the field.
std::string component_name(const Expr& expr) {
  if (expr.kind == ExprKind::kCall || expr.kind == ExprKind::kField || expr.kind == ExprKind::kName) return expr.text;
  return print(std::make_shared<Expr>(expr));
}

}  // namespace

bool Elaborator::least(const Expr& expr, const Scope& scope, Core& core) {
  const Clause* clause = expr.clause(ClauseKind::kLeast);
  if (!clause) {
    type_error(expr.location, "`" + expr.text + "` needs `least e: (…)`");
    return false;
  }
  check_name(clause->name, clause->location, false);
  const std::uint32_t bound = local();
  Scope inner = scope;
  inner.key = true;
  inner.names[clause->name] = {variable(bound, {.kind = TypeKind::kEvent}, clause->location), false};
  core.binders.push_back(bound);
  for (const SortKey& key : clause->keys) {
    const CorePtr value = expression(*key.expr, inner);
    if (!value) return false;
    const TypeKind kind = value->type.kind;
    const bool comparable = kind == TypeKind::kInteger || kind == TypeKind::kLevel || kind == TypeKind::kHash ||
                            kind == TypeKind::kPlace || kind == TypeKind::kString;
    if (!comparable) {
      type_error(key.expr->location, std::string(describe(kind)) + " is no component of a key");
      return false;
    }
    if (may_be_missing(value->type)) {
      type_error(key.expr->location, "a component of a key may be missing", "give a `default`");
      return false;
    }
    core.keys.push_back({value, key.descending, component_name(*key.expr)});
  }
  return true;
}

CorePtr Elaborator::reachable(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const CorePtr x = value_of(*expr.children[0], scope, TypeKind::kEvents, "the argument of `" + expr.text + "`");
  if (!x) return nullptr;
  const bool between = expr.text == "between";
  auto core =
      node(between ? CoreKind::kBetween : CoreKind::kReachable, expr.location, {.kind = TypeKind::kEvents}, {x});
  if (expr.text == "auth_chain") {
    core->text = "auth_events";
  } else if (!along(expr, scope, *core, true)) {
    return nullptr;
  }
  if (!between && expr.clause(ClauseKind::kWithin)) {
    const CorePtr within = clause_value(expr, scope, ClauseKind::kWithin, TypeKind::kEvents);
    if (!within) return nullptr;
    core->args.push_back(within);
  }
  return core;
}

CorePtr Elaborator::ordered(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const CorePtr x = value_of(*expr.children[0], scope, TypeKind::kEvents, "the argument of `" + expr.text + "`");
  if (!x) return nullptr;
  const bool topological = expr.text == "topological";
  auto core =
      node(topological ? CoreKind::kTopological : CoreKind::kSort, expr.location, {.kind = TypeKind::kOrder}, {x});
  if (topological && !along(expr, scope, *core, true)) return nullptr;
  if (!least(expr, scope, *core)) return nullptr;
  return core;
}

CorePtr Elaborator::line(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 3, 3)) return nullptr;
  const CorePtr e = value_of(*expr.children[0], scope, TypeKind::kEvent, "the first argument of `line`");
  if (!e) return nullptr;
  for (std::size_t i = 1; i < 3; ++i)
    if (expr.children[i]->kind != ExprKind::kString)
      return type_error(expr.children[i]->location, "a string as written is expected here");
  auto core = node(CoreKind::kLine, expr.location, {.kind = TypeKind::kLine}, {e});
  core->text = expr.children[1]->text;
  core->text2 = expr.children[2]->text;
  return core;
}

CorePtr Elaborator::position(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 2, 2)) return nullptr;
  const CorePtr a = value_of(*expr.children[0], scope, TypeKind::kLine, "the first argument of `position`");
  const CorePtr b = value_of(*expr.children[1], scope, TypeKind::kLine, "the second argument of `position`");
  return a && b ? node(CoreKind::kPosition, expr.location, {.kind = TypeKind::kPlace}, {a, b}) : nullptr;
}

CorePtr Elaborator::apply(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const CorePtr order = value_of(*expr.children[0], scope, TypeKind::kOrder, "the argument of `apply`");
  const CorePtr state = clause_value(expr, scope, ClauseKind::kTo, TypeKind::kState);
  return order && state ? node(CoreKind::kApply, expr.location, {.kind = TypeKind::kState}, {order, state}) : nullptr;
}

CorePtr Elaborator::contest(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const CorePtr events = value_of(*expr.children[0], scope, TypeKind::kEvents, "the argument of `" + expr.text + "`");
  const CorePtr state = clause_value(expr, scope, ClauseKind::kAgainst, TypeKind::kState);
  if (!events || !state) return nullptr;
  const bool until = expr.text == "until_rejected";
  auto core = node(until ? CoreKind::kUntilRejected : CoreKind::kFirstAllowed, expr.location,
                   {.kind = TypeKind::kState}, {events, state});
  if (!least(expr, scope, *core)) return nullptr;
  if (until) {
    core->flag = expr.clause(ClauseKind::kJointly) != nullptr;
  } else if (const Clause* otherwise = expr.clause(ClauseKind::kElse)) {
    if (otherwise->name != "last")
      return name_error(otherwise->location, "`else " + otherwise->name + "` is unknown", "write `else last`");
    core->flag = true;
  }
  return core;
}

CorePtr Elaborator::resolve(const Expr& expr, const Scope& scope) {
  if (scope.section != SectionKind::kStateBefore)
    return type_error(expr.location, "`resolve` stands only in the section state before");
  if (!arity(expr, 1, 1)) return nullptr;
  const Expr& generator = *expr.children[0];
  if (generator.kind != ExprKind::kGenerator)
    return type_error(generator.location, "`resolve` takes the states of several events",
                      "write `resolve(after(p) for p in prev_events)`");
  const CorePtr list = expression(*generator.children[1], scope);
  if (!list) return nullptr;
  const TypeKind kind = list->type.kind;
  if (kind != TypeKind::kEventList && kind != TypeKind::kEvents)
    return coerce_or_report(list, TypeKind::kEventList, generator.children[1]->location, "what is resolved over");
  const std::uint32_t bound = local();
  Scope inner = scope;
  check_name(generator.binders[0], generator.location, false);
  inner.names[generator.binders[0]] = {
      variable(bound, {.kind = TypeKind::kEvent, .may_be_unknown = kind == TypeKind::kEventList}, generator.location),
      false};
  const CorePtr body = value_of(*generator.children[0], inner, TypeKind::kState, "what is resolved");
  if (!body) return nullptr;
  auto core = node(CoreKind::kResolve, expr.location, {.kind = TypeKind::kState}, {body, list});
  core->binders = {bound};
  return core;
}

CorePtr Elaborator::only(const Expr& expr, const Scope& scope) {
  if (!arity(expr, 1, 1)) return nullptr;
  const CorePtr states = value_of(*expr.children[0], scope, TypeKind::kStateList, "the argument of `only`");
  return states ? node(CoreKind::kOnly, expr.location, {.kind = TypeKind::kState}, {states}) : nullptr;
}

CorePtr Elaborator::selection(const Expr& expr, const Scope& scope) {
  if (scope.section != SectionKind::kStateBefore)
    return type_error(expr.location, "`selection` stands only in the section state before");
  if (!arity(expr, 1, 1)) return nullptr;
  const CorePtr state = value_of(*expr.children[0], scope, TypeKind::kState, "the argument of `selection`");
  return state ? node(CoreKind::kSelection, expr.location, {.kind = TypeKind::kEventList}, {state}) : nullptr;
}

/// A walk keeps one set of extremities up to date: that of the current state.
void Elaborator::extremities_only_in_current() {
  const auto count = [](const auto& self, const CorePtr& core) -> std::size_t {
    if (!core) return 0;
    std::size_t out = core->kind == CoreKind::kExtremities ? 1 : 0;
    for (const CorePtr& arg : core->args) out += self(self, arg);
    return out;
  };
  for (std::size_t i = 0; i < core_->state_before.size(); ++i) {
    const CoreName& one = core_->state_before[i];
    if (count(count, one.value) > (one.name == "current" ? 1u : 0u))
      type_error(version_.state_before[i].location, "`extremities` stands once in `current`, and nowhere else");
  }
}

CorePtr Elaborator::extremities(const Expr& expr, const Scope& scope) {
  if (scope.section != SectionKind::kStateBefore)
    return type_error(expr.location, "`extremities` stands only in the section state before");
  if (!arity(expr, 0, 1)) return nullptr;
  auto core = node(CoreKind::kExtremities, expr.location, {.kind = TypeKind::kEvents});
  if (!along(expr, scope, *core, true)) return nullptr;
  if (expr.children.empty()) return core;
  const Expr& among = *expr.children[0];
  if (among.kind != ExprKind::kComprehension || among.children[0]->kind != ExprKind::kName ||
      among.children[0]->text != "accepted")
    return type_error(among.location, "`extremities` is asked among all accepted events or some of them",
                      "write `extremities({e in accepted : e.state_key is present} along prev_events)`");
  const std::uint32_t bound = local();
  // Extremities are kept up as events come: an event is one for what it is, whatever the state and whoever asks.
  Scope inner;
  inner.section = SectionKind::kDefinitions;
  check_name(among.binders[0], among.location, false);
  inner.names[among.binders[0]] = {variable(bound, {.kind = TypeKind::kEvent}, among.location), false};
  const CorePtr test = condition(*among.children[1], inner);
  if (!test) return nullptr;
  core->args = {test};
  core->binders = {bound};
  return core;
}

}  // namespace stateroom::rules
