#include "model/rules/syntax.h"

#include <algorithm>
#include <array>

#include "model/rules/lexer.h"
#include "model/rules/print.h"

namespace stateroom::rules {

std::string Location::text() const {
  if (line == 0) return {};
  return (file ? *file : std::string()) + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string join(const Path& path) {
  std::string out;
  for (const std::string& segment : path) {
    if (&segment != &path.front()) out += '.';
    out += segment == "*" || is_word(segment) ? segment : quote(segment);
  }
  return out;
}

const Clause* Expr::clause(ClauseKind wanted) const {
  const auto found = std::ranges::find(clauses, wanted, &Clause::kind);
  return found == clauses.end() ? nullptr : &*found;
}

std::string_view name(ExprKind kind) {
  switch (kind) {
    case ExprKind::kString:
      return "string";
    case ExprKind::kInteger:
      return "integer";
    case ExprKind::kTrue:
      return "true";
    case ExprKind::kFalse:
      return "false";
    case ExprKind::kInfinite:
      return "infinite";
    case ExprKind::kName:
      return "name";
    case ExprKind::kField:
      return "field";
    case ExprKind::kIndex:
      return "index";
    case ExprKind::kCall:
      return "call";
    case ExprKind::kGenerator:
      return "generator";
    case ExprKind::kList:
      return "list";
    case ExprKind::kSet:
      return "set";
    case ExprKind::kComprehension:
      return "comprehension";
    case ExprKind::kAggregate:
      return "aggregate";
    case ExprKind::kOr:
      return "or";
    case ExprKind::kAnd:
      return "and";
    case ExprKind::kNot:
      return "not";
    case ExprKind::kQuantifier:
      return "quantifier";
    case ExprKind::kCompare:
      return "compare";
    case ExprKind::kIs:
      return "is";
    case ExprKind::kIn:
      return "in";
    case ExprKind::kStartsWith:
      return "starts with";
    case ExprKind::kIf:
      return "if";
    case ExprKind::kDefault:
      return "default";
    case ExprKind::kGiven:
      return "given";
    case ExprKind::kUnion:
      return "union";
    case ExprKind::kDifference:
      return "difference";
    case ExprKind::kPlus:
      return "plus";
    case ExprKind::kOverlaid:
      return "overlaid with";
    case ExprKind::kWithout:
      return "without";
    case ExprKind::kIntersection:
      return "intersection";
  }
  return {};
}

std::string_view symbol(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return "=";
    case Comparison::kNotEqual:
      return "!=";
    case Comparison::kLess:
      return "<";
    case Comparison::kLessOrEqual:
      return "<=";
    case Comparison::kGreater:
      return ">";
    case Comparison::kGreaterOrEqual:
      return ">=";
  }
  return {};
}

std::string_view symbol(Quantifier quantifier) {
  switch (quantifier) {
    case Quantifier::kAny:
      return "any";
    case Quantifier::kAll:
      return "all";
    case Quantifier::kNo:
      return "no";
  }
  return {};
}

std::string_view symbol(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::kUnion:
      return "union";
    case Aggregate::kIntersection:
      return "intersection";
    case Aggregate::kDifference:
      return "difference";
  }
  return {};
}

std::string Owner::text() const { return msc != 0 ? "MSC" + std::to_string(msc) : draft; }

std::string_view name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kInsert:
      return "insert";
    case ChangeKind::kReplace:
      return "replace";
    case ChangeKind::kReplaceCondition:
      return "replace condition";
    case ChangeKind::kRemove:
      return "remove";
  }
  return {};
}

std::string_view name(SectionKind kind) {
  switch (kind) {
    case SectionKind::kTypes:
      return "types";
    case SectionKind::kIdentifiers:
      return "identifiers";
    case SectionKind::kFormat:
      return "format";
    case SectionKind::kLimits:
      return "limits";
    case SectionKind::kCanonicalJson:
      return "canonical json";
    case SectionKind::kSignatures:
      return "signatures";
    case SectionKind::kContent:
      return "content";
    case SectionKind::kDefinitions:
      return "definitions";
    case SectionKind::kAuthEvents:
      return "auth events";
    case SectionKind::kRules:
      return "rules";
    case SectionKind::kRedaction:
      return "redaction";
    case SectionKind::kReceipt:
      return "receipt";
    case SectionKind::kStateBefore:
      return "state before";
    case SectionKind::kResolution:
      return "resolution";
    case SectionKind::kReadings:
      return "readings";
  }
  return {};
}

std::string SectionName::text() const {
  const std::string heading(name(kind));
  return kind == SectionKind::kContent && !argument.empty() ? heading + " " + quote(argument) : heading;
}

std::string_view name(LeafForm kind) {
  switch (kind) {
    case LeafForm::kAllow:
      return "allow";
    case LeafForm::kAllowIff:
      return "allow iff";
    case LeafForm::kReject:
      return "reject";
    case LeafForm::kSkip:
      return "skip";
    case LeafForm::kSelect:
      return "select";
    case LeafForm::kDropUnless:
      return "drop unless";
    case LeafForm::kRedactUnless:
      return "redact unless";
    case LeafForm::kRejectUnless:
      return "reject unless";
    case LeafForm::kSoftFailUnless:
      return "soft fail unless";
  }
  return {};
}

const Choice* ReadingEntry::choice(std::string_view wanted) const {
  const auto found = std::ranges::find(choices, wanted, &Choice::name);
  return found == choices.end() ? nullptr : &*found;
}

namespace {

Path path_of_entry(const FieldEntry& entry) { return entry.path; }
Path path_of_entry(const ContentEntry& entry) { return entry.path; }
Path path_of_entry(const Rule& entry) { return entry.path; }
template <class T>
Path path_of_entry(const T& entry) {
  return {entry.name};
}

}  // namespace

Path path_of(const Entry& entry) {
  return std::visit([](const auto& e) { return path_of_entry(e); }, entry);
}

const Location& location_of(const Entry& entry) {
  return std::visit([](const auto& e) -> const Location& { return e.location; }, entry);
}

}  // namespace stateroom::rules
