#include "model/rules/print.h"

#include <cstddef>

#include "model/base/error.h"

namespace stateroom::rules {

namespace {

// How tightly a form binds, as the productions of the grammar nest. A form stands without parentheses where at most its
// own level is asked for.
enum Level : int {
  kOrLevel,
  kAndLevel,
  kNotLevel,
  kCompareLevel,
  kValueLevel,
  kDefaultLevel,
  kBranchLevel,
  kSumLevel,
  kMeetLevel,
  kPostfixLevel,
  kPrimaryLevel
};

std::string binder(const std::vector<std::string>& names) {
  if (names.size() == 1) return names[0];
  std::string out = "(";
  for (const std::string& name : names) out += (&name != &names.front() ? ", " : "") + name;
  return out + ")";
}

// Writes one expression on one line. `last` says that nothing follows that an `if` or a quantifier would take in.
class ExprWriter {
 public:
  std::string take() { return std::move(out_); }

  void write(const ExprPtr& expr, int level, bool last) {
    const bool open = expr->kind == ExprKind::kIf || expr->kind == ExprKind::kQuantifier;
    if (level_of(*expr) >= level && (last || !open)) {
      bare(*expr, last);
      return;
    }
    out_ += '(';
    bare(*expr, true);
    out_ += ')';
  }

 private:
  static bool is_negation(const Expr& expr) {
    return expr.kind == ExprKind::kNot &&
           (expr.children[0]->kind == ExprKind::kIs || expr.children[0]->kind == ExprKind::kIn);
  }

  static int level_of(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kOr:
        return kOrLevel;
      case ExprKind::kAnd:
        return kAndLevel;
      case ExprKind::kNot:
        return is_negation(expr) ? kCompareLevel : kNotLevel;
      case ExprKind::kQuantifier:
        return kNotLevel;
      case ExprKind::kCompare:
      case ExprKind::kIs:
      case ExprKind::kIn:
      case ExprKind::kStartsWith:
        return kCompareLevel;
      case ExprKind::kGiven:
        return kValueLevel;
      case ExprKind::kDefault:
        return kDefaultLevel;
      case ExprKind::kIf:
        return kBranchLevel;
      case ExprKind::kUnion:
      case ExprKind::kDifference:
      case ExprKind::kPlus:
      case ExprKind::kOverlaid:
      case ExprKind::kWithout:
        return kSumLevel;
      case ExprKind::kIntersection:
      case ExprKind::kAggregate:
        return kMeetLevel;  // its last part would take in a dot that follows
      case ExprKind::kField:
      case ExprKind::kIndex:
        return kPostfixLevel;
      case ExprKind::kString:
      case ExprKind::kInteger:
      case ExprKind::kTrue:
      case ExprKind::kFalse:
      case ExprKind::kInfinite:
      case ExprKind::kName:
      case ExprKind::kCall:
      case ExprKind::kList:
      case ExprKind::kSet:
      case ExprKind::kComprehension:
        return kPrimaryLevel;
      case ExprKind::kGenerator:
        return kOrLevel;
    }
    return kPrimaryLevel;
  }

  void infix(const Expr& expr, std::string_view sign, int left, int right, bool last) {
    write(expr.children[0], left, false);
    out_ += ' ';
    out_ += sign;
    out_ += ' ';
    write(expr.children[1], right, last);
  }

  void list(const std::vector<ExprPtr>& items, std::size_t from, int level) {
    for (std::size_t i = from; i < items.size(); ++i) {
      if (i > from) out_ += ", ";
      write(items[i], level, true);
    }
  }

  void bare(const Expr& expr, bool last) {
    switch (expr.kind) {
      case ExprKind::kString:
        out_ += quote(expr.text);
        return;
      case ExprKind::kInteger:
        out_ += std::to_string(expr.integer);
        return;
      case ExprKind::kTrue:
        out_ += "true";
        return;
      case ExprKind::kFalse:
        out_ += "false";
        return;
      case ExprKind::kInfinite:
        out_ += "infinite";
        return;
      case ExprKind::kName:
        out_ += expr.text;
        return;
      case ExprKind::kField:
        write(expr.children[0], kPostfixLevel, false);
        out_ += "." + join({expr.text});
        return;
      case ExprKind::kIndex:
        write(expr.children[0], kPostfixLevel, false);
        out_ += '[';
        list(expr.children, 1, kOrLevel);
        out_ += ']';
        return;
      case ExprKind::kCall:
        call(expr);
        return;
      case ExprKind::kGenerator:
        write(expr.children[0], kOrLevel, true);
        out_ += " for " + expr.binders[0] + " in ";
        write(expr.children[1], kPostfixLevel, true);
        return;
      case ExprKind::kList:
        out_ += '[';
        list(expr.children, 0, kOrLevel);
        out_ += ']';
        return;
      case ExprKind::kSet:
        out_ += '{';
        list(expr.children, 0, kValueLevel);
        out_ += '}';
        return;
      case ExprKind::kComprehension:
        out_ += "{" + expr.binders[0] + " in ";
        write(expr.children[0], kSumLevel, true);
        out_ += " : ";
        write(expr.children[1], kOrLevel, true);
        out_ += '}';
        return;
      case ExprKind::kAggregate:
        out_ += std::string(symbol(expr.aggregate)) + " of ";
        write(expr.children[0], kPostfixLevel, true);
        out_ += " for " + expr.binders[0] + " in ";
        write(expr.children[1], kPostfixLevel, true);
        return;
      case ExprKind::kOr:
        infix(expr, "or", kOrLevel, kAndLevel, last);
        return;
      case ExprKind::kAnd:
        infix(expr, "and", kAndLevel, kNotLevel, last);
        return;
      case ExprKind::kNot:
        negation(expr, last);
        return;
      case ExprKind::kQuantifier:
        out_ += std::string(symbol(expr.quantifier)) + " " + binder(expr.binders) + " in ";
        write(expr.children[0], kSumLevel, true);
        out_ += " has ";
        write(expr.children[1], kOrLevel, last);
        return;
      case ExprKind::kCompare:
        infix(expr, symbol(expr.comparison), kValueLevel, kValueLevel, last);
        return;
      case ExprKind::kIs:
        write(expr.children[0], kValueLevel, false);
        out_ += " is " + print(expr.type);
        return;
      case ExprKind::kIn:
        infix(expr, "in", kValueLevel, kValueLevel, last);
        return;
      case ExprKind::kStartsWith:
        write(expr.children[0], kValueLevel, false);
        out_ += " starts with " + quote(expr.text);
        return;
      case ExprKind::kIf:
        out_ += "if ";
        write(expr.children[0], kOrLevel, true);
        out_ += " then ";
        write(expr.children[1], kOrLevel, true);
        out_ += " else ";
        write(expr.children[2], kOrLevel, last);
        return;
      case ExprKind::kDefault:
        infix(expr, "default", kDefaultLevel, kBranchLevel, last);
        return;
      case ExprKind::kGiven:
        write(expr.children[0], kDefaultLevel, false);
        out_ += " given ";
        write(expr.children[1], kPostfixLevel, false);
        out_ += " with ";
        write(expr.children[2], kPostfixLevel, last);
        return;
      case ExprKind::kUnion:
        infix(expr, "|", kSumLevel, kMeetLevel, last);
        return;
      case ExprKind::kDifference:
        infix(expr, "-", kSumLevel, kMeetLevel, last);
        return;
      case ExprKind::kPlus:
        infix(expr, "+", kSumLevel, kMeetLevel, last);
        return;
      case ExprKind::kOverlaid:
        infix(expr, "overlaid with", kSumLevel, kMeetLevel, last);
        return;
      case ExprKind::kWithout:
        infix(expr, "without", kSumLevel, kMeetLevel, false);
        if (expr.children.size() == 3) {
          out_ += " except ";
          write(expr.children[2], kMeetLevel, last);
        }
        return;
      case ExprKind::kIntersection:
        infix(expr, "&", kMeetLevel, kPostfixLevel, last);
        return;
    }
  }

  void negation(const Expr& expr, bool last) {
    const Expr& inner = *expr.children[0];
    if (!is_negation(expr)) {
      out_ += "not ";
      write(expr.children[0], kNotLevel, last);
      return;
    }
    write(inner.children[0], kValueLevel, false);
    if (inner.kind == ExprKind::kIs) {
      out_ += " is not " + print(inner.type);
    } else {
      out_ += " not in ";
      write(inner.children[1], kValueLevel, last);
    }
  }

  void call(const Expr& expr) {
    out_ += expr.text + "(";
    list(expr.children, 0, kOrLevel);
    for (const Clause& clause : expr.clauses) {
      if (out_.back() != '(') out_ += ' ';
      write_clause(clause);
    }
    out_ += ')';
  }

  void write_clause(const Clause& clause) {
    switch (clause.kind) {
      case ClauseKind::kTo:
        out_ += "to ";
        break;
      case ClauseKind::kWithin:
        out_ += "within ";
        break;
      case ClauseKind::kAgainst:
        out_ += "against ";
        break;
      case ClauseKind::kAlong:
        out_ += clause.paths_of ? "along paths of " + clause.name : "along " + clause.name;
        return;
      case ClauseKind::kAt:
        out_ += "at ";
        for (const Path& path : clause.paths) out_ += (&path != &clause.paths.front() ? ", " : "") + join(path);
        return;
      case ClauseKind::kLeast:
        out_ += "least " + clause.name + ": (";
        for (const SortKey& key : clause.keys) {
          if (&key != &clause.keys.front()) out_ += ", ";
          if (key.descending) out_ += "descending ";
          write(key.expr, kValueLevel, true);
        }
        out_ += ')';
        return;
      case ClauseKind::kJointly:
        out_ += "jointly";
        return;
      case ClauseKind::kElse:
        out_ += "else " + clause.name;
        return;
      case ClauseKind::kOver:
        out_ += "over " + clause.name;
        return;
    }
    write(clause.expr, kSumLevel, true);
  }

  std::string out_;
};

}  // namespace

std::string quote(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += kHex[static_cast<std::size_t>(c) >> 4];
      out += kHex[static_cast<std::size_t>(c) & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string print(const ExprPtr& expr) {
  ExprWriter writer;
  writer.write(expr, kOrLevel, true);
  return writer.take();
}

std::string print(const TypePtr& type) {
  switch (type->kind) {
    case TypeForm::kName:
      return type->name;
    case TypeForm::kRange:
      return type->name + " from " + type->least.text + " to " + type->greatest.text;
    case TypeForm::kList:
      return "list of " + print(type->children[0]);
    case TypeForm::kMap:
      return "map " + print(type->children[0]) + " -> " + print(type->children[1]);
    case TypeForm::kOptional:
      return "optional " + print(type->children[0]);
    case TypeForm::kPair:
      return "(" + print(type->children[0]) + ", " + print(type->children[1]) + ")";
    case TypeForm::kAs:
      return print(type->children[0]) + " as " + print(type->children[1]);
  }
  return {};
}

std::string print(const Head& head) {
  if (head.kind == Head::Kind::kWhen) return "when " + print(head.expr);
  return "for each " + binder(head.binders) + " in " + print(head.expr);
}

std::string print_leaf(const Rule& rule) {
  base::require(rule.leaf.has_value(), "a block has no leaf");
  std::string out = rule.head ? print(*rule.head) + ", " : std::string();
  out += name(*rule.leaf);
  if (!rule.expr) return out;
  switch (*rule.leaf) {
    case LeafForm::kAllow:
    case LeafForm::kReject:
    case LeafForm::kSkip:
      out += " if ";
      break;
    case LeafForm::kAllowIff:
    case LeafForm::kSelect:
    case LeafForm::kDropUnless:
    case LeafForm::kRedactUnless:
    case LeafForm::kRejectUnless:
    case LeafForm::kSoftFailUnless:
      out += ' ';
      break;
  }
  return out + print(rule.expr);
}

}  // namespace stateroom::rules
