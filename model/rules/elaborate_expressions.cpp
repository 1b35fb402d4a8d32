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
  if (a) right.facts.add(expr.kind == ExprKind::kAnd ? narrowing_.of(a).where_true : narrowing_.of(a).where_false);
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

}  // namespace stateroom::rules
