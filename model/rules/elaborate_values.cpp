// Values made of others: a choice of two, a value of another frame, sums.
#include "model/rules/elaborator.h"

namespace stateroom::rules {

namespace {

bool is_comparable(TypeKind kind) {
  return kind == TypeKind::kInteger || kind == TypeKind::kLevel || kind == TypeKind::kHash ||
         kind == TypeKind::kPlace || kind == TypeKind::kString || kind == TypeKind::kBoolean;
}

// Values that `if` and `given` may give: nothing is built of sets of strings, maps and lists.
bool is_chosen(TypeKind kind) {
  return is_comparable(kind) || kind == TypeKind::kEvent || kind == TypeKind::kEvents || kind == TypeKind::kState ||
         kind == TypeKind::kOrder || kind == TypeKind::kLine || kind == TypeKind::kEventList;
}

// What one type is where either of two values may stand.
CoreType either(const CoreType& a, const CoreType& b) {
  CoreType type = a;
  type.may_be_absent |= b.may_be_absent;
  type.may_be_ill_typed |= b.may_be_ill_typed;
  type.may_be_unknown |= b.may_be_unknown;
  if (a.event_type != b.event_type) type.event_type.clear();
  if (a.identifier != b.identifier) type.identifier.clear();
  return type;
}

}  // namespace

CorePtr Elaborator::choice(const Expr& expr, const Scope& scope) {
  std::vector<CorePtr> args;
  std::size_t first = 0;
  if (expr.kind == ExprKind::kIf) {
    const CorePtr test = condition(*expr.children[0], scope);
    if (!test) return nullptr;
    args = {test, expression(*expr.children[1], scope.with(narrowing_.of(test).where_true)),
            expression(*expr.children[2], scope.with(narrowing_.of(test).where_false))};
    first = 1;
  } else {
    args = {expression(*expr.children[0], scope), expression(*expr.children[1], scope)};
  }
  if (!args[first] || !args[first + 1]) return nullptr;
  const TypeKind a = args[first]->type.kind, b = args[first + 1]->type.kind;
  if (a != b) {
    if (CorePtr as_b = coerce(args[first], b)) {
      args[first] = as_b;
    } else if (CorePtr as_a = coerce(args[first + 1], a)) {
      args[first + 1] = as_a;
    } else if (coerce(args[first], TypeKind::kEvents) && coerce(args[first + 1], TypeKind::kEvents)) {
    } else {
      return type_error(expr.location, std::string(describe(a)) + " and " + std::string(describe(b)) +
                                           " are the two values, expected one type");
    }
  }
  if (!is_chosen(args[first]->type.kind))
    return type_error(
        expr.location, std::string(describe(args[first]->type.kind)) + " is no value to choose",
        "sets of strings, maps and lists stand right of `in`, in an index or as what a quantifier ranges over");
  CoreType type = either(args[first]->type, args[first + 1]->type);
  if (a != b && (a == TypeKind::kEvents || b == TypeKind::kEvents)) type.kind = TypeKind::kEvents;
  if (expr.kind == ExprKind::kDefault) {
    if (!is_comparable(type.kind) && type.kind != TypeKind::kEvent)
      return type_error(expr.location, std::string(describe(type.kind)) + " takes no `default`");
    type.may_be_absent = args[1]->type.may_be_absent;
    type.may_be_ill_typed = args[1]->type.may_be_ill_typed;
    return node(CoreKind::kDefault, expr.location, type, std::move(args));
  }
  return node(CoreKind::kIf, expr.location, type, std::move(args));
}

CorePtr Elaborator::given(const Expr& expr, const Scope& scope) {
  const CorePtr event = value_of(*expr.children[1], scope, TypeKind::kEvent, "what stands after `given`");
  const CorePtr state = expression(*expr.children[2], scope);
  if (!event || !state) return nullptr;
  const TypeKind kind = state->type.kind;
  if (kind == TypeKind::kOrder ||
      !(kind == TypeKind::kState || kind == TypeKind::kEventList || coerce(state, TypeKind::kState)))
    return coerce_or_report(state, TypeKind::kState, expr.children[2]->location, "what stands after `with`");
  Scope inner = scope;
  inner.facts = scope.facts.without_frame();
  inner.event = inner.state = true;
  const std::string type = event_type_of(*event, scope);
  if (!type.empty()) {
    Core here;
    here.kind = CoreKind::kThisEvent;
    inner.facts.add_event_type(here, type);
  }
  const CorePtr value = expression(*expr.children[0], inner);
  if (!value) return nullptr;
  if (!is_chosen(value->type.kind))
    return type_error(expr.location, std::string(describe(value->type.kind)) + " is no value that `given` can give");
  return node(CoreKind::kGiven, expr.location, value->type,
              {value, event, coerce(state, TypeKind::kState) ? coerce(state, TypeKind::kState) : state});
}

CorePtr Elaborator::plus(const Expr& expr, const Scope& scope) {
  const CorePtr a = expression(*expr.children[0], scope);
  const CorePtr b = expression(*expr.children[1], scope);
  if (!a || !b) return nullptr;
  CoreType type = either(a->type, b->type);
  type.identifier.clear();
  if (a->type.kind == TypeKind::kString && b->type.kind == TypeKind::kString)
    return node(CoreKind::kConcatenate, expr.location, type, {a, b});
  if (a->type.kind == TypeKind::kInteger && b->type.kind == TypeKind::kInteger)
    return node(CoreKind::kPlus, expr.location, type, {a, b});
  if (a->type.kind == TypeKind::kLevel || b->type.kind == TypeKind::kLevel)
    return restriction(expr.location, "a level stands in a sum (Q4)", "levels are only compared");
  return type_error(expr.location,
                    "`+` of " + std::string(describe(a->type.kind)) + " and " + std::string(describe(b->type.kind)),
                    "`+` joins two strings or adds two integers; sets are joined by `|`");
}

}  // namespace stateroom::rules
