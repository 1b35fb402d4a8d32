// Conditions as English clauses, each also negated, so that no sentence says "it is not so that".
#include "model/rules/phrases.h"
#include "model/rules/print.h"

namespace stateroom::rules {
namespace {

const Expr& at(const Expr& expr, std::size_t i) { return *expr.children[i]; }

constexpr std::size_t kInlineMax = 200;  // bytes of a condition's definition that is said in place

// Parentheses around what would be read together with its neighbours.
bool needs_brackets(const Expr& inner, ExprKind outer, bool negated) {
  ExprKind kind = inner.kind;
  if (negated && kind == ExprKind::kOr)
    kind = ExprKind::kAnd;
  else if (negated && kind == ExprKind::kAnd)
    kind = ExprKind::kOr;
  return (kind == ExprKind::kOr || kind == ExprKind::kAnd) && kind != outer;
}

}  // namespace

std::string Phrases::clause(const Expr& expr, bool negated) const {
  switch (expr.kind) {
    case ExprKind::kTrue:
      return negated ? "never" : "always";
    case ExprKind::kFalse:
      return negated ? "always" : "never";
    case ExprKind::kNot:
      return clause(at(expr, 0), !negated);
    case ExprKind::kOr:
    case ExprKind::kAnd:
      return joined(expr, negated);
    case ExprKind::kQuantifier:
      return quantified(expr, negated);
    case ExprKind::kCompare:
      return compared(expr, negated);
    case ExprKind::kIs:
      return asked(expr, negated);
    case ExprKind::kIn:
      return member_of(expr, negated);
    case ExprKind::kStartsWith:
      return noun(at(expr, 0)) + (negated ? " does not start with `" : " starts with `") + expr.text + "`";
    case ExprKind::kField:
      if (expr.text == "rejected") return noun(at(expr, 0)) + (negated ? " was not rejected" : " was rejected");
      return noun(expr) + (negated ? " is not `true`" : " is `true`");
    case ExprKind::kName:
    case ExprKind::kCall:
      return clause_of_call(expr, negated);
    case ExprKind::kIf:
      return "if " + clause(at(expr, 0)) + ", " + clause(at(expr, 1), negated) + ", and otherwise " +
             clause(at(expr, 2), negated);
    case ExprKind::kGiven:
      return clause(at(expr, 0), negated) + ", judged for " + noun(at(expr, 1)) + " with " + noun(at(expr, 2)) +
             " as the state";
    case ExprKind::kString:
    case ExprKind::kInteger:
    case ExprKind::kInfinite:
    case ExprKind::kIndex:
    case ExprKind::kGenerator:
    case ExprKind::kList:
    case ExprKind::kSet:
    case ExprKind::kComprehension:
    case ExprKind::kAggregate:
    case ExprKind::kDefault:
    case ExprKind::kUnion:
    case ExprKind::kDifference:
    case ExprKind::kPlus:
    case ExprKind::kOverlaid:
    case ExprKind::kWithout:
    case ExprKind::kIntersection:
      return noun(expr) + (negated ? " is not `true`" : " is `true`");
  }
  return {};
}

std::string Phrases::joined(const Expr& expr, bool negated) const {
  const bool says_or = (expr.kind == ExprKind::kOr) != negated;
  const ExprKind outer = says_or ? ExprKind::kOr : ExprKind::kAnd;
  std::string parts[2];
  for (std::size_t i = 0; i < 2; ++i) {
    parts[i] = clause(at(expr, i), negated);
    if (needs_brackets(at(expr, i), outer, negated)) parts[i] = "(" + parts[i] + ")";
  }
  return parts[0] + (says_or ? " or " : " and ") + parts[1];
}

std::string Phrases::compared(const Expr& expr, bool negated) const {
  const std::string a = noun(at(expr, 0)), b = noun(at(expr, 1));
  std::string_view verb;
  switch (expr.comparison) {
    case Comparison::kEqual:
      verb = negated ? " is not " : " is ";
      break;
    case Comparison::kNotEqual:
      verb = negated ? " is " : " is not ";
      break;
    case Comparison::kLess:
      verb = negated ? " is at least " : " is less than ";
      break;
    case Comparison::kLessOrEqual:
      verb = negated ? " is greater than " : " is at most ";
      break;
    case Comparison::kGreater:
      verb = negated ? " is at most " : " is greater than ";
      break;
    case Comparison::kGreaterOrEqual:
      verb = negated ? " is less than " : " is at least ";
      break;
  }
  return a + std::string(verb) + b;
}

std::string Phrases::asked(const Expr& expr, bool negated) const {
  const Expr& x = at(expr, 0);
  const std::string question = print(expr.type);
  const std::string is = negated ? " is not " : " is ";
  if (question == "empty" && x.kind == ExprKind::kCall && x.text == "rivals" && x.children.size() == 1) {
    const std::string list = noun(at(x, 0));
    return negated ? "two entries of " + list + " share type and `state_key`"
                   : "no two entries of " + list + " share type and `state_key`";
  }
  const std::string noun_of = noun(x);
  if (question == "present") return noun_of + (negated ? " is absent" : " is present");
  if (question == "absent") return noun_of + (negated ? " is present" : " is absent");
  if (question == "empty") return noun_of + is + "empty";
  if (question == "ill_typed")
    return noun_of + (negated ? " is absent or has the right type" : " is present but has the wrong type");
  if (question == "recognised_version") return noun_of + is + "a room version that the server knows";
  if (question == "beyond_double") return noun_of + is + "a number beyond what a double holds";
  const std::string of = type(*expr.type);
  if (expr.type->kind == TypeForm::kName) {
    const bool vowel = std::string_view("aeio").find(of.front()) != std::string_view::npos;
    return noun_of + is + (vowel ? "an " : "a ") + (of.find('_') != std::string::npos ? "valid `" + of + "`" : of);
  }
  return noun_of + is + "a " + of;
}

std::string Phrases::member_of(const Expr& expr, bool negated) const {
  const std::string x = noun(at(expr, 0));
  const Expr& set = at(expr, 1);
  if (set.kind == ExprKind::kSet && !set.children.empty()) {
    std::vector<std::string> items;
    for (const ExprPtr& child : set.children) items.push_back(noun(*child));
    if (items.size() == 1) return x + (negated ? " is not " : " is ") + items[0];
    return x + (negated ? " is neither " + enumerate(items, "nor") : " is " + enumerate(items, "or"));
  }
  return x + (negated ? " is not among " : " is among ") + noun(set);
}

std::string Phrases::quantified(const Expr& expr, bool negated) const {
  const Expr& domain = at(expr, 0);
  std::vector<std::string> names;
  for (const std::string& binder : expr.binders) names.push_back("*" + binder + "*");
  const std::string bound = names.size() == 1 ? names[0] : "(" + enumerate(names, "and") + ")";
  const std::string in = domain.kind == ExprKind::kList ? " among " + noun(domain) : " in " + noun(domain);
  const std::string entry = names.size() == 1 ? "" : "entry ";
  const Expr& body = at(expr, 1);
  Quantifier quantifier = expr.quantifier;
  if (negated) {
    // not any = no, not no = any; not all = any not.
    if (quantifier == Quantifier::kAll) return "some " + entry + bound + in + " is such that " + clause(body, true);
    quantifier = quantifier == Quantifier::kAny ? Quantifier::kNo : Quantifier::kAny;
  }
  switch (quantifier) {
    case Quantifier::kAny:
      return "some " + entry + bound + in + " is such that " + clause(body);
    case Quantifier::kAll:
      return "every " + entry + bound + in + " is such that " + clause(body);
    case Quantifier::kNo:
      return "no " + entry + bound + in + " is such that " + clause(body);
  }
  return {};
}

std::string Phrases::clause_of_call(const Expr& expr, bool negated) const {
  const auto arg = [&](std::size_t i) { return i < expr.children.size() ? noun(at(expr, i)) : std::string("nothing"); };
  const std::string& f = expr.text;
  if (f == "signed_by") {
    const Clause* over = expr.clause(ClauseKind::kOver);
    return std::string(over ? "its `" + over->name + "`" : "the event") +
           (negated ? " is not signed by " : " is signed by ") + arg(0);
  }
  if (f == "signed_with")
    return "the event" + std::string(negated ? " is not" : " is") + " signed by " + arg(0) + " with the key " + arg(1) +
           " of " + arg(2);
  if (f == "verifies")
    return std::string(negated ? "none" : "one") + " of " + arg(1) + " verifies a signature of " + arg(0);
  if (f == "selected")
    return "the auth events selection " + std::string(negated ? "does not ask for " : "asks for ") + arg(0);
  if (f == "allowed")
    return "the rules " + std::string(negated ? "do not allow" : "allow") + " the event with " + arg(0) +
           " as the state";
  if (f == "valid_format") return "the event " + std::string(negated ? "breaks" : "keeps to") + " the event format";
  if (f == "valid_signatures") return "the signatures of the event are " + std::string(negated ? "not " : "") + "valid";
  if (f == "valid_hashes") return "the content hash of the event is " + std::string(negated ? "wrong" : "right");
  if (f.starts_with("valid_")) return "its `" + f.substr(6) + "` is " + (negated ? "wrong" : "right");
  const DefinitionEntry* used = version_.definition(f);
  if (used && used->parameters.empty() && depth_ < 2 && is_condition(*used->expr)) {
    ++depth_;
    std::string said = clause(*used->expr, negated);
    --depth_;
    const bool mixed = used->expr->kind == ExprKind::kAnd || used->expr->kind == ExprKind::kOr;
    if (said.size() <= kInlineMax) return mixed ? "(" + said + ")" : said;
  }
  std::string words = f;
  for (char& c : words)
    if (c == '_') c = ' ';
  std::vector<std::string> items;
  for (const ExprPtr& child : expr.children) items.push_back(noun(*child));
  if (items.empty()) return "*" + words + "*" + (negated ? " does not hold" : " holds");
  return enumerate(items, "and") + (negated ? " is no " : " is a ") + "*" + words + "*";
}

// ---------------------------------------------------------------------------------------------------- rules

std::string Phrases::head(const Head& head) const {
  if (head.kind == Head::Kind::kWhen) return "If " + clause(*head.expr);
  const Expr& over = *head.expr;
  if (over.kind == ExprKind::kCall && over.text == "changes") return "For " + changes(over, head.binders);
  std::vector<std::string> names;
  for (const std::string& binder : head.binders) names.push_back("*" + binder + "*");
  return "For each " + enumerate(names, "and") + " in " + noun(over);
}

std::string Phrases::leaf(const Rule& rule) const {
  std::string lead = rule.head ? head(*rule.head) : std::string{};
  const std::string condition = rule.expr ? phrase(*rule.expr) : std::string{};
  const auto conditional = [&](std::string_view verdict) {
    if (condition.empty())
      return lead.empty() ? std::string(verdict == "allow" ? "Allow." : "Reject.")
                          : lead + ", " + std::string(verdict) + ".";
    return lead.empty() ? "If " + condition + ", " + std::string(verdict) + "."
                        : lead + ": if " + condition + ", " + std::string(verdict) + ".";
  };
  const auto unless = [&](std::string_view what) {
    return (lead.empty() ? "Unless " : lead + ": unless ") + condition + ", " + std::string(what) + ".";
  };
  switch (*rule.leaf) {
    case LeafForm::kAllow:
      return conditional("allow");
    case LeafForm::kReject:
      return conditional("reject");
    case LeafForm::kAllowIff:
      return conditional("allow; otherwise, reject");
    case LeafForm::kSkip:
      return conditional("leave the rest of this block aside");
    case LeafForm::kSelect:
      return lead.empty() ? "Select " + condition + "." : lead + ", select " + condition + ".";
    case LeafForm::kDropUnless:
      return unless("drop the event");
    case LeafForm::kRedactUnless:
      return unless("redact the event and go on");
    case LeafForm::kRejectUnless:
      return unless("reject the event");
    case LeafForm::kSoftFailUnless:
      return unless("soft-fail the event");
  }
  return {};
}

}  // namespace stateroom::rules
