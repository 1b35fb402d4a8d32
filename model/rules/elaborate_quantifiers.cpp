// Quantifiers and what they range over.
#include "model/rules/elaborator.h"

namespace stateroom::rules {

// An explicit list: `[a, b]`, each of which may be missing.
CorePtr Elaborator::leaves(const Expr& expr, const Scope& scope, std::size_t binders, std::vector<CorePtr>& elements) {
  std::vector<CorePtr> items;
  CoreType type;
  for (const ExprPtr& child : expr.children) {
    const CorePtr leaf = expression(*child, scope);
    if (!leaf) return nullptr;
    if (!items.empty() && leaf->type.kind != type.kind)
      return type_error(child->location, std::string(describe(leaf->type.kind)) + " in a list of " +
                                             std::string(describe(type.kind)) + "s");
    if (items.empty()) type.kind = leaf->type.kind;
    type.may_be_absent |= leaf->type.may_be_absent;
    type.may_be_ill_typed |= leaf->type.may_be_ill_typed;
    items.push_back(leaf);
  }
  if (binders != 1) return type_error(expr.location, "a list has one bound name");
  elements.push_back(variable(local(), type, expr.location));
  return node(CoreKind::kLeaves, expr.location, {.kind = TypeKind::kList}, std::move(items));
}

// All entries of a type in the state: `state["m.room.member"]`.
CorePtr Elaborator::family(const Expr& expr, const Scope& scope, std::size_t binders, std::vector<CorePtr>& elements) {
  auto core = node(CoreKind::kFamily, expr.location, {.kind = TypeKind::kEvents});
  const ExprPtr& type = expr.children[1];
  if (type->kind != ExprKind::kString) return type_error(type->location, "an event type as written is expected here");
  if (!scope.state) return type_error(expr.location, "there is no state here");
  core->text = type->text;
  if (binders != 2) return type_error(expr.location, "a family of the state has two bound names: state_key and event");
  elements.push_back(variable(local(), {.kind = TypeKind::kString}, expr.location));
  elements.push_back(variable(local(), {.kind = TypeKind::kEvent, .event_type = type->text}, expr.location));
  return core;
}

CorePtr Elaborator::domain(const Expr& expr, const Scope& scope, std::size_t binders, std::vector<CorePtr>& elements) {
  const auto bind = [&](CoreType type) { elements.push_back(variable(local(), std::move(type), expr.location)); };
  const CoreType string = {.kind = TypeKind::kString};
  if (expr.kind == ExprKind::kList) return leaves(expr, scope, binders, elements);
  if (expr.kind == ExprKind::kIndex && expr.children.size() == 2 && expr.children[0]->kind == ExprKind::kName &&
      expr.children[0]->text == "state" && !scope.names.contains("state"))
    return family(expr, scope, binders, elements);
  const CorePtr core = expression(expr, scope);
  if (!core) return nullptr;
  std::size_t most = 1;
  switch (core->type.kind) {
    case TypeKind::kMap: {
      most = 2;
      CoreType value = {.kind = TypeKind::kObject};
      const event::ValueType& type = core_->plan[graph::ColumnIndex(static_cast<std::uint32_t>(core->number))].type;
      if (core->kind == CoreKind::kColumn && type.element) value = column_type(*type.element);
      value.may_be_ill_typed = true;
      bind(string);
      if (binders == 2) bind(value);
      break;
    }
    case TypeKind::kState:
    case TypeKind::kEvents:
    case TypeKind::kOrder:
      bind({.kind = TypeKind::kEvent});
      break;
    case TypeKind::kEventList:
      bind({.kind = TypeKind::kEvent, .may_be_unknown = true});
      break;
    case TypeKind::kList:
    case TypeKind::kStrings:
      bind(string);
      break;
    case TypeKind::kLevels:
      bind({.kind = TypeKind::kLevel, .may_be_absent = true, .may_be_ill_typed = true});
      break;
    case TypeKind::kBoolean:
    case TypeKind::kString:
    case TypeKind::kInteger:
    case TypeKind::kLevel:
    case TypeKind::kHash:
    case TypeKind::kPlace:
    case TypeKind::kEvent:
    case TypeKind::kObject:
    case TypeKind::kStateList:
    case TypeKind::kLine:
    case TypeKind::kChanges:
      return type_error(expr.location,
                        std::string(describe(core->type.kind)) + " is nothing that a quantifier ranges over",
                        core->type.kind == TypeKind::kChanges ? "changes stand after `for each`" : "");
  }
  if (binders > most)
    return type_error(expr.location,
                      std::string(describe(core->type.kind)) + " has one bound name, found " + std::to_string(binders));
  return core;
}

CorePtr Elaborator::quantifier(const Expr& expr, const Scope& scope) {
  std::vector<CorePtr> elements;
  const CorePtr over = domain(*expr.children[0], scope, expr.binders.size(), elements);
  if (!over) return nullptr;
  Scope inner = scope;
  for (std::size_t i = 0; i < expr.binders.size(); ++i) {
    check_name(expr.binders[i], expr.location, false);
    inner.names[expr.binders[i]] = {elements[i], false};
  }
  const CorePtr body = condition(*expr.children[1], inner);
  if (!body) return nullptr;
  CoreKind kind = CoreKind::kAny;
  if (expr.quantifier == Quantifier::kAll) kind = CoreKind::kAll;
  if (expr.quantifier == Quantifier::kNo) kind = CoreKind::kNo;
  auto core = node(kind, expr.location, {}, {over, body});
  for (const CorePtr& element : elements) core->binders.push_back(static_cast<std::uint32_t>(element->number));
  return core;
}

}  // namespace stateroom::rules
