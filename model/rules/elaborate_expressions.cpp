// Expressions: names, paths, conditions and values. Calls are in elaborate_calls.cpp.
#include "model/rules/elaborator.h"
#include "model/rules/nearest.h"
#include "model/rules/print.h"

namespace stateroom::rules {

// ---------------------------------------------------------------------------------------------------- nodes

std::shared_ptr<Core> Elaborator::node(CoreKind kind, const Location& location, CoreType type,
                                       std::vector<CorePtr> args) {
  if (++nodes_ > limits_.text_nodes_max && !exhausted_) {
    exhausted_ = true;
    report(
        location, base::ErrorCode::kLimit,
        "the text has more than " + std::to_string(limits_.text_nodes_max) + " nodes after its definitions are inlined",
        "definitions that use each other twice grow as powers of two");
  }
  auto result = std::make_shared<Core>();
  result->kind = kind;
  result->location = location;
  result->type = std::move(type);
  result->args = std::move(args);
  return result;
}

CorePtr Elaborator::boolean_node(CoreKind kind, const Location& location, std::vector<CorePtr> args) {
  return node(kind, location, {}, std::move(args));
}

CorePtr Elaborator::variable(std::uint32_t number, CoreType type, const Location& location) {
  auto result = node(CoreKind::kVariable, location, std::move(type));
  result->number = number;
  return result;
}

// ---------------------------------------------------------------------------------------------------- values

CorePtr Elaborator::settle(const Operand& operand, const Expr& expr, const Scope& scope) {
  if (operand.content) return content_column(operand.content, operand.path, expr, scope);
  return refine(operand.core, scope);
}

CorePtr Elaborator::condition(const Expr& expr, const Scope& scope) {
  const CorePtr core = expression(expr, scope);
  if (!core) return nullptr;
  if (core->type.kind != TypeKind::kBoolean)
    return type_error(expr.location, "`" + print(std::make_shared<Expr>(expr)) + "` is " +
                                         std::string(describe(core->type.kind)) + ", expected a condition");
  if (may_be_missing(core->type))
    return type_error(expr.location, "a condition that may be missing",
                      "compare it: `= true` is false where it is missing");
  return core;
}

CorePtr Elaborator::value_of(const Expr& expr, const Scope& scope, TypeKind kind, std::string_view what) {
  return coerce_or_report(expression(expr, scope), kind, expr.location, what);
}

// True, with an error, if expressions stand in each other deeper than a text may have them, through definitions and
// names.
bool Elaborator::too_deep(std::size_t depth, const Location& location) {
  constexpr std::size_t kDefinitionsDeep = 4;
  if (depth <= kDefinitionsDeep * limits_.text_depth_max) return false;
  exhausted_ = true;
  report(location, base::ErrorCode::kLimit, "definitions stand in each other deeper than the limit allows",
         "the limit is text_depth_max");
  return true;
}

CorePtr Elaborator::expression(const Expr& expr, const Scope& scope) {
  if (exhausted_ || too_deep(depth_, expr.location)) return nullptr;
  ++depth_;
  CorePtr core = expression_of_kind(expr, scope);
  --depth_;
  return core;
}

CorePtr Elaborator::expression_of_kind(const Expr& expr, const Scope& scope) {
  switch (expr.kind) {
    case ExprKind::kString: {
      auto core = node(CoreKind::kString, expr.location, {.kind = TypeKind::kString});
      core->text = expr.text;
      return core;
    }
    case ExprKind::kInteger: {
      auto core = node(CoreKind::kInteger, expr.location, {.kind = TypeKind::kInteger});
      core->number = expr.integer;
      return core;
    }
    case ExprKind::kTrue:
    case ExprKind::kFalse: {
      auto core = node(CoreKind::kBoolean, expr.location);
      core->number = expr.kind == ExprKind::kTrue ? 1 : 0;
      return core;
    }
    case ExprKind::kInfinite:
      return node(CoreKind::kInfinite, expr.location, {.kind = TypeKind::kLevel});
    case ExprKind::kName:
    case ExprKind::kField:
    case ExprKind::kIndex:
      return settle(operand(expr, scope), expr, scope);
    case ExprKind::kCall:
      return refine(call(expr, scope), scope);
    case ExprKind::kGenerator:
      return type_error(expr.location, "`F for p in L` stands only as the argument of `resolve`");
    case ExprKind::kList:
      return type_error(expr.location, "a list as written stands only as what a quantifier ranges over",
                        "write `any v in [a, b] has …`; a set is written `{a, b}`");
    case ExprKind::kSet:
      return set(expr, scope);
    case ExprKind::kComprehension:
      return comprehension(expr, scope);
    case ExprKind::kAggregate:
      return aggregate(expr, scope);
    case ExprKind::kOr:
    case ExprKind::kAnd:
    case ExprKind::kNot:
      return logic(expr, scope);
    case ExprKind::kQuantifier:
      return quantifier(expr, scope);
    case ExprKind::kCompare:
      return compare(expr, scope);
    case ExprKind::kIs:
      return is(expr, scope);
    case ExprKind::kIn:
      return in(expr, scope);
    case ExprKind::kStartsWith: {
      const CorePtr x = value_of(*expr.children[0], scope, TypeKind::kString, "the left side of `starts with`");
      if (!x) return nullptr;
      auto core = node(CoreKind::kStartsWith, expr.location, {}, {x});
      core->text = expr.text;
      return core;
    }
    case ExprKind::kIf:
    case ExprKind::kDefault:
      return choice(expr, scope);
    case ExprKind::kGiven:
      return given(expr, scope);
    case ExprKind::kUnion:
    case ExprKind::kDifference:
    case ExprKind::kOverlaid:
    case ExprKind::kIntersection:
      return set_operator(expr, scope);
    case ExprKind::kPlus:
      return plus(expr, scope);
    case ExprKind::kWithout:
      return type_error(expr.location, "`without` stands only in the objects of the section signatures");
  }
  base::require(false, "an expression of no kind");
  return nullptr;
}

// ---------------------------------------------------------------------------------------------------- conditions

CorePtr Elaborator::logic(const Expr& expr, const Scope& scope) {
  const CorePtr a = condition(*expr.children[0], scope);
  if (expr.kind == ExprKind::kNot) return a ? boolean_node(CoreKind::kNot, expr.location, {a}) : nullptr;
  // The right side is read where the left is true (and) or false (or). Where the left is wrong its errors stand alone.
  Scope right = scope;
  if (a) right.facts.add(expr.kind == ExprKind::kAnd ? where_true(*a) : where_false(*a));
  if (!a) return nullptr;
  const CorePtr b = condition(*expr.children[1], right);
  if (!b) return nullptr;
  return boolean_node(expr.kind == ExprKind::kAnd ? CoreKind::kAnd : CoreKind::kOr, expr.location, {a, b});
}

namespace {

CoreKind kind_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return CoreKind::kEqual;
    case Comparison::kNotEqual:
      return CoreKind::kNotEqual;
    case Comparison::kLess:
      return CoreKind::kLess;
    case Comparison::kLessOrEqual:
      return CoreKind::kLessEqual;
    case Comparison::kGreater:
      return CoreKind::kGreater;
    case Comparison::kGreaterOrEqual:
      return CoreKind::kGreaterEqual;
  }
  base::require(false, "a comparison of no kind");
  return CoreKind::kEqual;
}

bool is_ordered(TypeKind kind) {
  return kind == TypeKind::kInteger || kind == TypeKind::kLevel || kind == TypeKind::kHash || kind == TypeKind::kPlace;
}

bool is_comparable(TypeKind kind) {
  return is_ordered(kind) || kind == TypeKind::kString || kind == TypeKind::kBoolean;
}

std::string text_of(const ExprPtr& expr) { return "`" + print(expr) + "`"; }

}  // namespace

CorePtr Elaborator::compare(const Expr& expr, const Scope& scope) {
  CorePtr a = expression(*expr.children[0], scope);
  CorePtr b = expression(*expr.children[1], scope);
  if (!a || !b) return nullptr;
  if (a->type.kind != b->type.kind) {
    if (CorePtr as_b = coerce(a, b->type.kind)) {
      a = as_b;
    } else if (CorePtr as_a = coerce(b, a->type.kind)) {
      b = as_a;
    } else {
      return type_error(
          expr.location,
          std::string(describe(a->type.kind)) + " is compared with " + std::string(describe(b->type.kind)),
          "both sides of `" + std::string(symbol(expr.comparison)) + "` need one type");
    }
  }
  const bool equality = expr.comparison == Comparison::kEqual || expr.comparison == Comparison::kNotEqual;
  if (!(equality ? is_comparable(a->type.kind) : is_ordered(a->type.kind)))
    return type_error(
        expr.location,
        std::string(describe(a->type.kind)) + " cannot be compared with `" + std::string(symbol(expr.comparison)) + "`",
        a->type.kind == TypeKind::kString ? "strings are compared with `=` and `!=`" : "");
  if (equality && may_be_missing(a->type) && may_be_missing(b->type))
    return type_error(expr.location,
                      text_of(expr.children[0]) + " and " + text_of(expr.children[1]) + " may both be missing here",
                      "ask `is present` (or `is TYPE`) for one of them first; a missing side makes `=` false");
  if (!equality) {
    for (int side = 0; side < 2; ++side) {
      const CorePtr& x = side == 0 ? a : b;
      if (!may_be_missing(x->type)) continue;
      return type_error(expr.children[side == 0 ? 0 : 1]->location,
                        text_of(expr.children[side == 0 ? 0 : 1]) + " may be missing where `" +
                            std::string(symbol(expr.comparison)) + "` compares it",
                        "ask `is TYPE` first, or give a `default`");
    }
  }
  return boolean_node(kind_of(expr.comparison), expr.location, {a, b});
}

CorePtr Elaborator::in(const Expr& expr, const Scope& scope) {
  const CorePtr x = expression(*expr.children[0], scope);
  const CorePtr set = expression(*expr.children[1], scope);
  if (!x || !set) return nullptr;
  const TypeKind of = set->type.kind;
  if (x->type.kind == TypeKind::kEvent) {
    if (of == TypeKind::kEvents || of == TypeKind::kState || of == TypeKind::kEventList)
      return boolean_node(CoreKind::kIn, expr.location, {x, set});
  } else if (x->type.kind == TypeKind::kString) {
    const bool empty = set->kind == CoreKind::kEmptySet;
    if (of == TypeKind::kStrings || of == TypeKind::kList || empty)
      return boolean_node(CoreKind::kIn, expr.location, {x, empty ? coerce(set, TypeKind::kStrings) : set});
  } else {
    return type_error(expr.children[0]->location,
                      std::string(describe(x->type.kind)) + " stands left of `in`, expected a string or an event");
  }
  if (of == TypeKind::kOrder)
    return coerce_or_report(set, TypeKind::kEvents, expr.children[1]->location, "the right side of `in`");
  return type_error(expr.children[1]->location,
                    std::string(describe(of)) + " stands right of `in`, expected a set of " +
                        (x->type.kind == TypeKind::kEvent ? "events" : "strings"),
                    of == TypeKind::kMap ? "an entry of a map is read as `map[key]`" : "");
}

CorePtr Elaborator::is(const Expr& expr, const Scope& scope) {
  const CorePtr x = expression(*expr.children[0], scope);
  if (!x) return nullptr;
  auto core = node(CoreKind::kIs, expr.location, {}, {x});
  core->text = print(expr.type);
  static const std::set<std::string, std::less<>> questions = {"present", "absent", "ill_typed", "recognised_version",
                                                               "beyond_double"};
  const TypeKind kind = x->type.kind;
  const bool scalar =
      is_comparable(kind) || kind == TypeKind::kObject || kind == TypeKind::kMap || kind == TypeKind::kList;
  if (core->text == "empty") {
    const bool collection = kind == TypeKind::kList || kind == TypeKind::kMap || kind == TypeKind::kEventList ||
                            kind == TypeKind::kEvents || kind == TypeKind::kState || kind == TypeKind::kOrder ||
                            kind == TypeKind::kStrings;
    if (!collection) return type_error(expr.location, std::string(describe(kind)) + " is never empty");
    return core;
  }
  if (kind == TypeKind::kEvent && (core->text == "present" || core->text == "absent")) return core;
  if (!scalar)
    return type_error(expr.location, std::string(describe(kind)) + " cannot be asked for `" + core->text + "`");
  if (questions.contains(core->text)) {
    if (core->text == "recognised_version" && kind != TypeKind::kString)
      return type_error(expr.location, std::string(describe(kind)) + " is no version");
    if (core->text == "beyond_double" && kind != TypeKind::kLevel)
      return type_error(expr.location,
                        std::string(describe(kind)) + " has no literal beyond a double, only a level has");
    return core;
  }
  // A type: what the column was decoded as, or an identifier that its string may match.
  const std::string& declared = x->type.identifier;
  core->flag = core_->format.identifiers.contains(core->text);
  if (core->flag && kind == TypeKind::kString) {
    if (!declared.empty() && declared != core->text)
      return type_error(expr.location, "it is declared as " + declared + ", which is never asked for " + core->text);
    return core;
  }
  static const std::map<std::string, TypeKind, std::less<>> plain = {{"string", TypeKind::kString},
                                                                     {"level", TypeKind::kLevel},
                                                                     {"integer", TypeKind::kInteger},
                                                                     {"boolean", TypeKind::kBoolean},
                                                                     {"object", TypeKind::kObject}};
  const auto found = plain.find(core->text);
  const bool form = (expr.type->kind == TypeForm::kList && kind == TypeKind::kList) ||
                    (expr.type->kind == TypeForm::kMap && kind == TypeKind::kMap);
  if ((found != plain.end() && found->second == kind && declared.empty()) || form) return core;
  const bool known =
      found != plain.end() || core->flag || expr.type->kind == TypeForm::kList || expr.type->kind == TypeForm::kMap;
  if (known)
    return type_error(expr.location,
                      "it is declared as " + (declared.empty() ? std::string(describe(kind)) : declared) +
                          ", and a value is read only as what it is declared as",
                      "ask `is ill_typed`, or declare another type in the section content");
  std::vector<std::string> names = {"present", "absent", "ill_typed", "empty", "recognised_version", "beyond_double"};
  for (const auto& [name, type] : plain) names.push_back(name);
  for (const auto& [name, pattern] : core_->format.identifiers) names.push_back(name);
  const std::string near = nearest(core->text, names);
  return name_error(
      expr.location, "`" + core->text + "` is no type and no question",
      near.empty() ? "ask for present, absent, ill_typed, empty, or a type" : "did you mean `" + near + "`?");
}

CorePtr Elaborator::domain(const Expr& expr, const Scope& scope, std::size_t binders, std::vector<CorePtr>& elements) {
  const auto bind = [&](CoreType type) { elements.push_back(variable(local(), std::move(type), expr.location)); };
  const CoreType string = {.kind = TypeKind::kString};
  if (expr.kind == ExprKind::kList) {
    std::vector<CorePtr> leaves;
    CoreType type;
    for (const ExprPtr& child : expr.children) {
      const CorePtr leaf = expression(*child, scope);
      if (!leaf) return nullptr;
      if (!leaves.empty() && leaf->type.kind != type.kind)
        return type_error(child->location, std::string(describe(leaf->type.kind)) + " in a list of " +
                                               std::string(describe(type.kind)) + "s");
      if (leaves.empty()) type.kind = leaf->type.kind;
      type.may_be_absent |= leaf->type.may_be_absent;
      type.may_be_ill_typed |= leaf->type.may_be_ill_typed;
      leaves.push_back(leaf);
    }
    if (binders != 1) return type_error(expr.location, "a list has one bound name");
    bind(type);
    return node(CoreKind::kLeaves, expr.location, {.kind = TypeKind::kList}, std::move(leaves));
  }
  if (expr.kind == ExprKind::kIndex && expr.children.size() == 2 && expr.children[0]->kind == ExprKind::kName &&
      expr.children[0]->text == "state" && !scope.names.contains("state")) {
    auto family = node(CoreKind::kFamily, expr.location, {.kind = TypeKind::kEvents});
    const ExprPtr& type = expr.children[1];
    if (type->kind != ExprKind::kString) return type_error(type->location, "an event type as written is expected here");
    if (!scope.state) return type_error(expr.location, "there is no state here");
    family->text = type->text;
    if (binders != 2)
      return type_error(expr.location, "a family of the state has two bound names: state_key and event");
    bind(string);
    bind({.kind = TypeKind::kEvent, .event_type = type->text});
    return family;
  }
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

// ---------------------------------------------------------------------------------------------------- choices

namespace {

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
    args = {test, expression(*expr.children[1], scope.with(where_true(*test))),
            expression(*expr.children[2], scope.with(where_false(*test)))};
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
