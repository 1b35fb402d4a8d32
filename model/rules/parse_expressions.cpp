#include <algorithm>

#include "model/rules/parser_state.h"

namespace stateroom::rules {

ExprPtr Parser::make(Expr expr) {
  count_node();
  std::uint32_t below = 0;
  const auto see = [&](const ExprPtr& child) {
    if (child) below = std::max(below, child->depth);
  };
  for (const ExprPtr& child : expr.children) see(child);
  for (const Clause& clause : expr.clauses) {
    see(clause.expr);
    for (const SortKey& key : clause.keys) see(key.expr);
  }
  expr.depth = below + 1;
  if (expr.depth > limits_.text_depth_max) {
    refuse(base::ErrorCode::kLimit,
           "the expression is nested deeper than text_depth_max, " + std::to_string(limits_.text_depth_max),
           expr.location, "give a part of it a name in `definitions`");
  }
  return std::make_shared<const Expr>(std::move(expr));
}

ExprPtr Parser::binary(ExprKind kind, ExprPtr left, ExprPtr right) {
  Expr out;
  out.kind = kind;
  out.location = left->location;
  out.children = {std::move(left), std::move(right)};
  return make(std::move(out));
}

std::vector<std::string> Parser::binder() {
  if (!opt("(")) return {new_name("a variable's name")};
  std::vector<std::string> out;
  do {
    const Location place = location();
    out.push_back(new_name("a variable's name"));
    if (std::count(out.begin(), out.end(), out.back()) > 1) {
      refuse(base::ErrorCode::kName, "found the variable `" + out.back() + "` twice", place);
    }
    if (out.size() > 3) refuse(base::ErrorCode::kSyntax, "found more than three variables", place);
  } while (opt(","));
  take(")");
  return out;
}

ExprPtr Parser::expr() {
  const Nested nested(*this);
  ExprPtr left = and_expr();
  while (opt("or")) left = binary(ExprKind::kOr, left, and_expr());
  return left;
}

ExprPtr Parser::and_expr() {
  ExprPtr left = not_expr();
  while (opt("and")) left = binary(ExprKind::kAnd, left, not_expr());
  return left;
}

ExprPtr Parser::not_expr() {
  if (at_any({"any", "all", "no"})) return quantifier();
  if (!at("not")) return compare();
  const Nested nested(*this);
  Expr out;
  out.kind = ExprKind::kNot;
  out.location = location();
  next();
  out.children = {not_expr()};
  return make(std::move(out));
}

ExprPtr Parser::quantifier() {
  Expr out;
  out.kind = ExprKind::kQuantifier;
  out.location = location();
  out.quantifier = at("any") ? Quantifier::kAny : at("all") ? Quantifier::kAll : Quantifier::kNo;
  next();
  out.binders = binder();
  take("in");
  out.children = {sum()};
  take("has");
  out.children.push_back(expr());  // as far to the right as `and` and `or` go
  return make(std::move(out));
}

ExprPtr Parser::compare() {
  ExprPtr left = value();
  constexpr std::pair<std::string_view, Comparison> kComparisons[] = {
      {"=", Comparison::kEqual},        {"!=", Comparison::kNotEqual}, {"<", Comparison::kLess},
      {"<=", Comparison::kLessOrEqual}, {">", Comparison::kGreater},   {">=", Comparison::kGreaterOrEqual}};
  for (const auto& [sign, comparison] : kComparisons) {
    if (!opt(sign)) continue;
    Expr out;
    out.kind = ExprKind::kCompare;
    out.location = left->location;
    out.comparison = comparison;
    out.children = {left, value()};
    return make(std::move(out));
  }
  if (opt("is")) return is_expr(left);
  if (opt("in")) return binary(ExprKind::kIn, left, value());
  if (at("not")) {
    Expr out;
    out.kind = ExprKind::kNot;
    out.location = left->location;
    next();
    take("in");
    out.children = {binary(ExprKind::kIn, left, value())};
    return make(std::move(out));
  }
  if (opt("starts")) {
    take("with");
    Expr out;
    out.kind = ExprKind::kStartsWith;
    out.location = left->location;
    out.children = {left};
    out.text = string("a string");
    return make(std::move(out));
  }
  return left;
}

ExprPtr Parser::is_expr(ExprPtr left) {
  Expr out;
  out.kind = ExprKind::kIs;
  out.location = left->location;
  const bool negated = opt("not");
  out.children = {std::move(left)};
  out.type = predicate();
  ExprPtr is = make(std::move(out));
  if (!negated) return is;
  Expr negation;
  negation.kind = ExprKind::kNot;
  negation.location = is->location;
  negation.children = {std::move(is)};
  return make(std::move(negation));
}

TypePtr Parser::predicate() {
  if (at_any({"list", "map", "("})) return type();
  TypeNode out;
  out.location = location();
  out.name = word("`present`, `absent`, `ill_typed`, `empty` or a type");
  return std::make_shared<const TypeNode>(std::move(out));
}

ExprPtr Parser::value() {
  ExprPtr left = branch();
  while (opt("default")) left = binary(ExprKind::kDefault, left, branch());
  if (!opt("given")) return left;
  Expr out;
  out.kind = ExprKind::kGiven;
  out.location = left->location;
  out.children = {std::move(left), postfix()};
  take("with");
  out.children.push_back(postfix());
  return make(std::move(out));
}

ExprPtr Parser::branch() {
  if (!at("if")) return sum();
  Expr out;
  out.kind = ExprKind::kIf;
  out.location = location();
  next();
  out.children = {expr()};
  take("then");
  out.children.push_back(expr());
  take("else");
  out.children.push_back(expr());
  return make(std::move(out));
}

ExprPtr Parser::sum() {
  ExprPtr left = meet();
  for (;;) {
    if (opt("|")) {
      left = binary(ExprKind::kUnion, left, meet());
    } else if (opt("-")) {
      left = binary(ExprKind::kDifference, left, meet());
    } else if (opt("+")) {
      left = binary(ExprKind::kPlus, left, meet());
    } else if (opt("overlaid")) {
      take("with");
      left = binary(ExprKind::kOverlaid, left, meet());
    } else if (opt("without")) {
      Expr out;
      out.kind = ExprKind::kWithout;
      out.location = left->location;
      out.children = {left, meet()};
      if (opt("except")) out.children.push_back(meet());
      left = make(std::move(out));
    } else {
      return left;
    }
  }
}

ExprPtr Parser::meet() {
  ExprPtr left = postfix();
  while (opt("&")) left = binary(ExprKind::kIntersection, left, postfix());
  return left;
}

ExprPtr Parser::postfix() {
  ExprPtr left = primary();
  for (;;) {
    if (opt(".")) {
      Expr out;
      out.kind = ExprKind::kField;
      out.location = left->location;
      out.children = {left};
      out.text = segment("a name, a string or `*` after the dot");
      left = make(std::move(out));
    } else if (opt("[")) {
      Expr out;
      out.kind = ExprKind::kIndex;
      out.location = left->location;
      out.children = {left};
      for (ExprPtr& index : list_until("]")) out.children.push_back(std::move(index));
      left = make(std::move(out));
    } else {
      return left;
    }
  }
}

// expr {"," expr} and the closing sign.
std::vector<ExprPtr> Parser::list_until(std::string_view end) {
  std::vector<ExprPtr> out;
  do {
    out.push_back(expr());
  } while (opt(","));
  if (!at(end)) expected("", {",", std::string(end)});
  next();
  return out;
}

ExprPtr Parser::primary() {
  Expr out;
  out.location = location();
  if (at_kind(TokenKind::kString)) {
    out.kind = ExprKind::kString;
    out.text = string("a string");
    return make(std::move(out));
  }
  if (at_kind(TokenKind::kInteger)) {
    out.kind = ExprKind::kInteger;
    out.integer = integer("a number");
    return make(std::move(out));
  }
  constexpr std::pair<std::string_view, ExprKind> kConstants[] = {
      {"true", ExprKind::kTrue}, {"false", ExprKind::kFalse}, {"infinite", ExprKind::kInfinite}};
  for (const auto& [text, kind] : kConstants) {
    if (!opt(text)) continue;
    out.kind = kind;
    return make(std::move(out));
  }
  if (opt("(")) {
    ExprPtr inner = expr();
    if (!at(")")) expected("", {")"});
    next();
    return inner;
  }
  if (opt("[")) {
    out.kind = ExprKind::kList;
    out.children = list_until("]");
    return make(std::move(out));
  }
  if (at("{")) return braces();
  if (at_any({"union", "intersection", "difference"})) return aggregate();
  if (at_kind(TokenKind::kWord) && !is_reserved(token().text)) {
    out.text = word("a name");
    if (opt("(")) return call(std::move(out.text), out.location);
    out.kind = ExprKind::kName;
    return make(std::move(out));
  }
  expected("an expression");
}

ExprPtr Parser::braces() {
  const Nested nested(*this);
  Expr out;
  out.kind = ExprKind::kSet;
  out.location = location();
  next();
  if (opt("}")) return make(std::move(out));
  ExprPtr first = value();  // elements are values, so `in` after a bare name starts a comprehension
  if (first->kind == ExprKind::kName && opt("in")) {
    out.kind = ExprKind::kComprehension;
    out.binders = {first->text};
    out.children = {sum()};
    take(":");
    out.children.push_back(expr());
    take("}");
    return make(std::move(out));
  }
  out.children.push_back(std::move(first));
  while (opt(",")) out.children.push_back(value());
  if (!at("}")) expected("", {",", "}"});
  next();
  return make(std::move(out));
}

ExprPtr Parser::aggregate() {
  const Nested nested(*this);
  Expr out;
  out.kind = ExprKind::kAggregate;
  out.location = location();
  out.aggregate = at("union")          ? Aggregate::kUnion
                  : at("intersection") ? Aggregate::kIntersection
                                       : Aggregate::kDifference;
  next();
  take("of");
  out.children = {postfix()};
  take("for");
  out.binders = {new_name("a variable's name")};
  take("in");
  out.children.push_back(postfix());
  return make(std::move(out));
}

ExprPtr Parser::call(std::string name, Location place) {
  const Nested nested(*this);
  const auto at_clause = [&] {
    return at_any({"to", "within", "against", "along", "at", "least", "jointly", "else", "over"});
  };
  Expr out;
  out.kind = ExprKind::kCall;
  out.location = std::move(place);
  out.text = std::move(name);
  if (!at(")") && !at_clause()) {
    do {
      ExprPtr argument = expr();
      if (opt("for")) {
        Expr generator;
        generator.kind = ExprKind::kGenerator;
        generator.location = argument->location;
        generator.binders = {new_name("a variable's name")};
        take("in");
        generator.children = {std::move(argument), postfix()};
        argument = make(std::move(generator));
      }
      out.children.push_back(std::move(argument));
    } while (opt(","));
  }
  while (!at(")")) {
    if (!at_clause()) {
      expected("", {"to", "within", "against", "along", "at", "least", "jointly", "else", "over", ",", ")"});
    }
    const Location at_place = location();
    Clause made = clause();
    if (std::ranges::any_of(out.clauses, [&](const Clause& c) { return c.kind == made.kind; })) {
      refuse(base::ErrorCode::kSyntax, "found the same clause twice", at_place);
    }
    out.clauses.push_back(std::move(made));
  }
  next();
  return make(std::move(out));
}

Clause Parser::clause() {
  Clause out;
  out.location = location();
  if (opt("to")) {
    out.expr = sum();
  } else if (opt("within")) {
    out.kind = ClauseKind::kWithin;
    out.expr = sum();
  } else if (opt("against")) {
    out.kind = ClauseKind::kAgainst;
    out.expr = sum();
  } else if (opt("along")) {
    out.kind = ClauseKind::kAlong;
    if (opt("paths")) {
      take("of");
      out.paths_of = true;
    }
    out.name = word("an edge field such as `auth_events`");
  } else if (opt("at")) {
    out.kind = ClauseKind::kAt;
    do {
      out.paths.push_back(path("a field's path"));
    } while (opt(","));
  } else if (opt("least")) {
    out.kind = ClauseKind::kLeast;
    out.name = new_name("a variable's name");
    take(":");
    take("(");
    do {
      SortKey key;
      key.descending = opt("descending");
      key.expr = value();
      out.keys.push_back(std::move(key));
    } while (opt(","));
    if (!at(")")) expected("", {",", ")"});
    next();
  } else if (opt("jointly")) {
    out.kind = ClauseKind::kJointly;
  } else if (opt("else")) {
    out.kind = ClauseKind::kElse;
    out.name = word("`last`");
  } else {
    take("over");
    out.kind = ClauseKind::kOver;
    out.name = word("a name of `signatures`");
  }
  return out;
}

}  // namespace stateroom::rules
