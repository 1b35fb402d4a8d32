// Sets of strings and of events, comprehensions, unions over states.
#include "model/rules/elaborator.h"
#include "model/rules/print.h"

namespace stateroom::rules {

CorePtr Elaborator::set(const Expr& expr, const Scope& scope) {
  if (expr.children.empty()) return node(CoreKind::kEmptySet, expr.location, {.kind = TypeKind::kEvents});
  std::vector<CorePtr> elements;
  for (const ExprPtr& child : expr.children) {
    const CorePtr element = expression(*child, scope);
    if (!element) return nullptr;
    if (element->type.kind != TypeKind::kString && element->type.kind != TypeKind::kEvent)
      return type_error(child->location,
                        std::string(describe(element->type.kind)) + " in a set, expected strings or events");
    if (!elements.empty() && element->type.kind != elements[0]->type.kind)
      return type_error(child->location, "strings and events in one set");
    elements.push_back(element);
  }
  if (elements[0]->type.kind == TypeKind::kString)
    return node(CoreKind::kStringSet, expr.location, {.kind = TypeKind::kStrings}, std::move(elements));
  CorePtr result;
  for (const CorePtr& element : elements) {
    if (element->type.may_be_absent)
      return type_error(element->location, "an event of a set may be missing", "ask `is present` first");
    const CorePtr one = node(CoreKind::kSingleton, expr.location, {.kind = TypeKind::kEvents}, {element});
    result = result ? CorePtr(node(CoreKind::kUnion, expr.location, {.kind = TypeKind::kEvents}, {result, one})) : one;
  }
  return result;
}

const Core& Elaborator::expanded(const Core& core) const {
  const Core* result = &core;
  // Names are in no circle by the time that they have values.
  while (result->kind == CoreKind::kNamed && result->args.empty()) {
    const auto& names = core_->resolution;
    const std::size_t at = static_cast<std::size_t>(result->number);
    if (at >= names.size() || names[at].name != result->text || !names[at].value) break;
    result = names[at].value.get();
  }
  return *result;
}

namespace {

bool is_set_of_strings(const CorePtr& core) {
  return core->type.kind == TypeKind::kStrings || core->type.kind == TypeKind::kList;
}

}  // namespace

CorePtr Elaborator::set_operator(const Expr& expr, const Scope& scope) {
  CorePtr a = expression(*expr.children[0], scope);
  CorePtr b = expression(*expr.children[1], scope);
  if (!a || !b) return nullptr;
  const Location& at = expr.location;
  const bool union_of = expr.kind == ExprKind::kUnion;
  if (union_of && (is_set_of_strings(a) || is_set_of_strings(b))) {
    if (is_set_of_strings(a) && is_set_of_strings(b))
      return node(CoreKind::kUnion, at, {.kind = TypeKind::kStrings}, {a, b});
    return type_error(
        at, std::string(describe(a->type.kind)) + " and " + std::string(describe(b->type.kind)) + " in one set");
  }
  if (expr.kind == ExprKind::kOverlaid) {
    a = coerce_or_report(a, TypeKind::kState, expr.children[0]->location, "the left side of `overlaid with`");
    b = coerce_or_report(b, TypeKind::kState, expr.children[1]->location, "the right side of `overlaid with`");
    return a && b ? node(CoreKind::kOverlaid, at, {.kind = TypeKind::kState}, {a, b}) : nullptr;
  }
  a = coerce_or_report(a, TypeKind::kEvents, expr.children[0]->location, "the left side");
  b = coerce_or_report(b, TypeKind::kEvents, expr.children[1]->location, "the right side");
  if (!a || !b) return nullptr;
  CoreType type = {.kind = TypeKind::kEvents};
  if (union_of) return node(CoreKind::kUnion, at, type, {a, b});
  // A subset of a state is a state; so is what is left when everything that contests a key is taken away.
  if (a->type.kind == TypeKind::kState) type.kind = TypeKind::kState;
  if (expr.kind == ExprKind::kIntersection) {
    if (b->type.kind == TypeKind::kState) type.kind = TypeKind::kState;
    return node(CoreKind::kMeet, at, type, {a, b});
  }
  const Core& taken = expanded(*b);
  if (taken.kind == CoreKind::kRivals && key_of(expanded(*taken.args[0])) == key_of(expanded(*a)))
    type.kind = TypeKind::kState;
  return node(CoreKind::kMinus, at, type, {a, b});
}

CorePtr Elaborator::comprehension(const Expr& expr, const Scope& scope) {
  const CorePtr over = expression(*expr.children[0], scope);
  if (!over) return nullptr;
  CoreType type = over->type;
  if (type.kind != TypeKind::kOrder && type.kind != TypeKind::kState && type.kind != TypeKind::kEvents)
    return coerce_or_report(over, TypeKind::kEvents, expr.children[0]->location, "what the comprehension ranges over");
  const std::uint32_t bound = local();
  Scope inner = scope;
  check_name(expr.binders[0], expr.location, false);
  inner.names[expr.binders[0]] = {variable(bound, {.kind = TypeKind::kEvent}, expr.location), false};
  const CorePtr test = condition(*expr.children[1], inner);
  if (!test) return nullptr;
  auto core = node(CoreKind::kComprehension, expr.location, type, {over, test});
  core->binders = {bound};
  return core;
}

CorePtr Elaborator::aggregate(const Expr& expr, const Scope& scope) {
  const CorePtr list = value_of(*expr.children[1], scope, TypeKind::kStateList, "what the aggregate ranges over");
  if (!list) return nullptr;
  const std::uint32_t bound = local();
  Scope inner = scope;
  check_name(expr.binders[0], expr.location, false);
  inner.names[expr.binders[0]] = {variable(bound, {.kind = TypeKind::kState}, expr.location), false};
  const CorePtr body = value_of(*expr.children[0], inner, TypeKind::kEvents, "what is taken of each state");
  if (!body) return nullptr;
  CoreType type = {.kind = TypeKind::kEvents};
  CoreKind kind = CoreKind::kUnionOf;
  if (expr.aggregate == Aggregate::kDifference) kind = CoreKind::kDifferenceOf;
  if (expr.aggregate == Aggregate::kIntersection) {
    kind = CoreKind::kIntersectionOf;
    if (body->type.kind == TypeKind::kState) type.kind = TypeKind::kState;
  }
  auto core = node(kind, expr.location, type, {body, list});
  core->binders = {bound};
  return core;
}

}  // namespace stateroom::rules
