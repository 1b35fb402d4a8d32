#include "model/rules/mutate_expressions.h"

#include <algorithm>
#include <functional>

#include "model/rules/print.h"

namespace stateroom::rules {
namespace {

/// What a literal is compared with: `membership` of `membership(sender)` and of `content.membership`.
std::string subject_of(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kName:
    case ExprKind::kField:
    case ExprKind::kCall:
      return expr.text;
    default:
      return {};
  }
}

bool boolean(ExprKind kind) {
  switch (kind) {
    case ExprKind::kIs:
    case ExprKind::kIn:
    case ExprKind::kStartsWith:
    case ExprKind::kQuantifier:
    case ExprKind::kAnd:
    case ExprKind::kOr:
      return true;
    default:
      return false;
  }
}

using Edited = std::function<void(Expr&)>;

ExprPtr with(const Expr& expr, const Edited& edit) {
  auto copy = std::make_shared<Expr>(expr);
  edit(*copy);
  return copy;
}

ExprPtr with_child(const Expr& expr, std::size_t child, ExprPtr other) {
  return with(expr, [&](Expr& copy) { copy.children[child] = std::move(other); });
}

ExprPtr negation(const ExprPtr& expr) {
  auto out = std::make_shared<Expr>();
  out->kind = ExprKind::kNot;
  out->location = expr->location;
  out->depth = expr->depth + 1;
  out->children = {expr};
  return out;
}

Comparison neighbour(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return Comparison::kNotEqual;
    case Comparison::kNotEqual:
      return Comparison::kEqual;
    case Comparison::kLess:
      return Comparison::kLessOrEqual;
    case Comparison::kLessOrEqual:
      return Comparison::kLess;
    case Comparison::kGreater:
      return Comparison::kGreaterOrEqual;
    case Comparison::kGreaterOrEqual:
      return Comparison::kGreater;
  }
  return Comparison::kEqual;
}

class Finder {
 public:
  explicit Finder(const Substitutes& substitutes) : substitutes_(substitutes) {}

  /// `negate`: false right under a `not`, where it would undo that.
  std::vector<Slip> at(const ExprPtr& expr, bool negate = true) {
    std::vector<Slip> out;
    here(expr, negate, out);
    for (std::size_t i = 0; i < expr->children.size(); ++i) {
      for (Slip& inner : at(expr->children[i], expr->kind != ExprKind::kNot))
        out.push_back({inner.operation, with_child(*expr, i, std::move(inner.expr))});
    }
    clauses(*expr, out);
    return out;
  }

 private:
  void here(const ExprPtr& expr, bool negate, std::vector<Slip>& out) const {
    const Expr& e = *expr;
    if (negate && boolean(e.kind)) out.push_back({"negated", negation(expr)});
    switch (e.kind) {
      case ExprKind::kNot:
        out.push_back({"negated", e.children[0]});
        break;
      case ExprKind::kCompare:
        compare(e, out);
        break;
      case ExprKind::kAnd:
      case ExprKind::kOr:
        out.push_back({"right side left out", e.children[0]});
        out.push_back({"left side left out", e.children[1]});
        out.push_back({e.kind == ExprKind::kAnd ? "or for and" : "and for or", with(e, [](Expr& copy) {
                         copy.kind = copy.kind == ExprKind::kAnd ? ExprKind::kOr : ExprKind::kAnd;
                       })});
        break;
      case ExprKind::kQuantifier:
        out.push_back({e.quantifier == Quantifier::kAny ? "all for any" : "any for all", with(e, [](Expr& copy) {
                         copy.quantifier = copy.quantifier == Quantifier::kAny ? Quantifier::kAll : Quantifier::kAny;
                       })});
        break;
      case ExprKind::kIn:
        members(e, out);
        break;
      case ExprKind::kUnion:
      case ExprKind::kIntersection:
      case ExprKind::kOverlaid:
        out.push_back({"right side left out", e.children[0]});
        out.push_back({"left side left out", e.children[1]});
        break;
      case ExprKind::kDifference:
      case ExprKind::kWithout:
        out.push_back({"what is taken away left in", e.children[0]});
        break;
      case ExprKind::kAggregate:
        for (const Aggregate other : {Aggregate::kUnion, Aggregate::kIntersection, Aggregate::kDifference}) {
          if (other == e.aggregate) continue;
          out.push_back({std::string(symbol(other)) + " for " + std::string(symbol(e.aggregate)),
                         with(e, [&](Expr& copy) { copy.aggregate = other; })});
        }
        break;
      case ExprKind::kIf:
        out.push_back({"branches swapped", with(e, [](Expr& copy) { std::swap(copy.children[1], copy.children[2]); })});
        break;
      case ExprKind::kInteger:
        out.push_back({"another number", with(e, [](Expr& copy) {
                         copy.integer += 1;
                         copy.text = std::to_string(copy.integer);
                       })});
        break;
      case ExprKind::kTrue:
      case ExprKind::kFalse:
        out.push_back({"turned", with(e, [](Expr& copy) {
                         copy.kind = copy.kind == ExprKind::kTrue ? ExprKind::kFalse : ExprKind::kTrue;
                       })});
        break;
      case ExprKind::kName:
        if (const std::string other = substitutes_.other_level(e.text); !other.empty())
          out.push_back({"another level", with(e, [&](Expr& copy) { copy.text = other; })});
        break;
      default:
        break;
    }
  }

  void compare(const Expr& e, std::vector<Slip>& out) const {
    const Comparison other = neighbour(e.comparison);
    out.push_back({std::string(symbol(other)) + " for " + std::string(symbol(e.comparison)),
                   with(e, [&](Expr& copy) { copy.comparison = other; })});
    if (e.children[1]->kind != ExprKind::kString) return;
    const std::string text = substitutes_.other_string(subject_of(*e.children[0]), e.children[1]->text);
    if (text.empty()) return;
    out.push_back({"another value", with_child(e, 1, with(*e.children[1], [&](Expr& copy) { copy.text = text; }))});
  }

  void members(const Expr& e, std::vector<Slip>& out) const {
    const Expr& set = *e.children[1];
    if (set.kind != ExprKind::kSet) return;
    for (std::size_t i = 0; i < set.children.size() && set.children.size() > 1; ++i) {
      out.push_back({"one value left out", with_child(e, 1, with(set, [&](Expr& copy) {
                                                        copy.children.erase(copy.children.begin() +
                                                                            static_cast<std::ptrdiff_t>(i));
                                                      }))});
    }
  }

  void clauses(const Expr& expr, std::vector<Slip>& out) {
    for (std::size_t c = 0; c < expr.clauses.size(); ++c) {
      const Clause& clause = expr.clauses[c];
      for (std::size_t k = 0; k < clause.keys.size(); ++k) {
        out.push_back({"a key of the order turned round", with(expr, [&](Expr& copy) {
                         copy.clauses[c].keys[k].descending = !clause.keys[k].descending;
                       })});
        if (clause.keys.size() == 1) continue;
        out.push_back({"a key of the order left out", with(expr, [&](Expr& copy) {
                         auto& keys = copy.clauses[c].keys;
                         keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(k));
                       })});
      }
      if (clause.kind == ClauseKind::kWithin) {
        out.push_back({"its bound left out", with(expr, [&](Expr& copy) {
                         copy.clauses.erase(copy.clauses.begin() + static_cast<std::ptrdiff_t>(c));
                       })});
      }
      if (clause.expr == nullptr) continue;
      if (clause.kind == ClauseKind::kTo) initial(expr, c, out);
      for (Slip& inner : at(clause.expr))
        out.push_back({inner.operation, with(expr, [&](Expr& copy) { copy.clauses[c].expr = inner.expr; })});
    }
  }

  /// `apply(… to S)` from another state.
  static void initial(const Expr& expr, std::size_t clause, std::vector<Slip>& out) {
    auto other = std::make_shared<Expr>();
    other->location = expr.clauses[clause].location;
    const bool empty = expr.clauses[clause].expr->kind == ExprKind::kSet;
    other->kind = empty ? ExprKind::kName : ExprKind::kSet;
    if (empty) other->text = "unconflicted";
    out.push_back({"another initial state", with(expr, [&](Expr& copy) { copy.clauses[clause].expr = other; })});
  }

  const Substitutes& substitutes_;
};

}  // namespace

Substitutes::Substitutes(const Version& version) {
  for (const DefinitionEntry& definition : version.definitions) {
    if (definition.parameters.empty() && definition.name.ends_with("_level")) levels_.push_back(definition.name);
    collect(*definition.expr);
  }
  for (const auto* section : {&version.rules, &version.auth_events}) {
    for (const PlacedRule& placed : walk(*section)) {
      if (placed.rule->head) collect(*placed.rule->head->expr);
      if (placed.rule->expr) collect(*placed.rule->expr);
    }
  }
  for (auto& [subject, texts] : strings_) {
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  }
}

void Substitutes::collect(const Expr& expr) {
  const bool compared = expr.kind == ExprKind::kCompare || expr.kind == ExprKind::kIn;
  const std::string subject = compared ? subject_of(*expr.children[0]) : std::string();
  if (!subject.empty()) {
    const Expr& right = *expr.children[1];
    if (right.kind == ExprKind::kString) strings_[subject].push_back(right.text);
    for (const ExprPtr& element : right.children) {
      if (right.kind == ExprKind::kSet && element->kind == ExprKind::kString)
        strings_[subject].push_back(element->text);
    }
  }
  for (const ExprPtr& child : expr.children) collect(*child);
  for (const Clause& clause : expr.clauses) {
    if (clause.expr) collect(*clause.expr);
  }
}

std::string Substitutes::other_string(const std::string& subject, const std::string& text) const {
  const auto found = strings_.find(subject);
  if (found == strings_.end() || found->second.size() < 2) return {};
  const auto at = std::find(found->second.begin(), found->second.end(), text);
  if (at == found->second.end()) return {};
  return std::next(at) == found->second.end() ? found->second.front() : *std::next(at);
}

std::string Substitutes::other_level(const std::string& name) const {
  const auto at = std::find(levels_.begin(), levels_.end(), name);
  if (at == levels_.end() || levels_.size() < 2) return {};
  return std::next(at) == levels_.end() ? levels_.front() : *std::next(at);
}

std::vector<Slip> slips(const ExprPtr& expr, const Substitutes& substitutes) { return Finder(substitutes).at(expr); }

}  // namespace stateroom::rules
