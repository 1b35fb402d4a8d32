#include "model/rules/phrases.h"

#include <algorithm>

#include "model/rules/print.h"

namespace stateroom::rules {
namespace {

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string literal(std::string_view text) { return text.empty() ? std::string("the empty string") : code(text); }

// `required_level` → "required level"
std::string words(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// A field as people write it: `m.federate`, `signed.mxid`.
std::string field_code(const Path& path) { return code(path.size() == 1 ? path[0] : join(path)); }

std::string paths_text(const std::vector<Path>& paths) {
  std::vector<std::string> items;
  for (const Path& path : paths) items.push_back(field_code(path));
  return enumerate(items, "and");
}

const Expr& at(const Expr& expr, std::size_t i) { return *expr.children[i]; }

}  // namespace

std::string enumerate(const std::vector<std::string>& items, std::string_view last) {
  std::string result;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) result += i + 1 == items.size() ? " " + std::string(last) + " " : ", ";
    result += items[i];
  }
  return result;
}

bool Phrases::is_condition(const Expr& expr) const {
  switch (expr.kind) {
    case ExprKind::kTrue:
    case ExprKind::kFalse:
    case ExprKind::kOr:
    case ExprKind::kAnd:
    case ExprKind::kNot:
    case ExprKind::kQuantifier:
    case ExprKind::kCompare:
    case ExprKind::kIs:
    case ExprKind::kIn:
    case ExprKind::kStartsWith:
      return true;
    case ExprKind::kField:
      return expr.text == "rejected";
    case ExprKind::kIf:
      return is_condition(at(expr, 1));
    case ExprKind::kGiven:
      return is_condition(at(expr, 0));
    case ExprKind::kName:
    case ExprKind::kCall: {
      static const std::vector<std::string> conditions = {"selected", "signed_by", "signed_with", "verifies",
                                                          "allowed"};
      if (std::find(conditions.begin(), conditions.end(), expr.text) != conditions.end() ||
          expr.text.starts_with("valid_"))
        return true;
      const DefinitionEntry* used = version_.definition(expr.text);
      if (!used || used->expr->kind == ExprKind::kName || depth_ >= kDepthMax) return false;
      ++depth_;
      const bool result = is_condition(*used->expr);
      --depth_;
      return result;
    }
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
      return false;
  }
  return false;
}

std::string Phrases::phrase(const Expr& expr) const { return is_condition(expr) ? clause(expr) : noun(expr); }

// ---------------------------------------------------------------------------------------------------- values

// A bound name or parameter: neither a definition nor a field.
bool Phrases::is_variable(const Expr& expr) const {
  if (expr.kind != ExprKind::kName) return false;
  static const std::vector<std::string> fixed = {"content", "event",      "state", "states",
                                                 "now",     "identifier", "key",   "auth_events"};
  if (std::find(fixed.begin(), fixed.end(), expr.text) != fixed.end() || version_.definition(expr.text)) return false;
  for (const FieldEntry& entry : version_.format)
    if (entry.path.front() == expr.text) return false;
  for (const std::vector<DefinitionEntry>* entries :
       {&version_.resolution, &version_.state_before, &version_.redaction})
    for (const DefinitionEntry& entry : *entries)
      if (entry.name == expr.text) return false;
  return true;
}

std::string Phrases::slot(const std::string& type, const std::string& key) const {
  return "the " + code(type) + " event" + (key.empty() ? "" : " of " + key);
}

std::string Phrases::definition(const DefinitionEntry& entry, const std::vector<ExprPtr>& arguments) const {
  std::vector<std::string> items;
  for (const ExprPtr& argument : arguments) items.push_back(noun(*argument));
  const std::string of = enumerate(items, "and");
  const Expr& body = *entry.expr;
  const bool state =
      body.kind == ExprKind::kIndex && at(body, 0).kind == ExprKind::kName && at(body, 0).text == "state";
  if (state && body.children.size() == 3 && at(body, 1).kind == ExprKind::kString) return slot(at(body, 1).text, of);
  if (body.kind == ExprKind::kCall && body.text == "event" && body.children.size() == 2 &&
      at(body, 1).kind == ExprKind::kString)
    return slot(at(body, 1).text, of);
  // "the power at *e*", not "the power at of *e*".
  const std::string said = words(entry.name);
  return "the " + said + (of.empty() ? "" : said.ends_with(" at") ? " " + of : " of " + of);
}

std::string Phrases::name(const Expr& expr) const {
  if (const DefinitionEntry* used = version_.definition(expr.text)) return definition(*used, {});
  if (expr.text == "event") return "the event";
  if (expr.text == "states") return "the states to resolve";
  if (expr.text == "now") return "the server's clock";
  if (expr.text == "identifier") return code(version_.identifier);
  if (expr.text == "content") return "its content";
  if (is_variable(expr)) return "*" + expr.text + "*";
  for (const std::vector<DefinitionEntry>* entries :
       {&version_.resolution, &version_.state_before, &version_.redaction})
    for (const DefinitionEntry& entry : *entries)
      if (entry.name == expr.text) return "*" + expr.text + "*";
  return (expr.text == "auth_events" || expr.text == "prev_events" || expr.text == "prev_state_events" ? "" : "the ") +
         code(expr.text);
}

std::string Phrases::field(const Expr& expr) const {
  // Collect the path down to what it is read from.
  Path path = {expr.text};
  const Expr* base = expr.children[0].get();
  while (base->kind == ExprKind::kField) {
    path.insert(path.begin(), base->text);
    base = base->children[0].get();
  }
  if (base->kind == ExprKind::kName && base->text == "content") return code("content." + join(path));
  if (base->kind == ExprKind::kName && base->text == "key") return field_code(path) + " of the key";
  if (path.front() == "content" && path.size() > 1) path.erase(path.begin());
  if (path.size() == 1 && path[0] == "before") return "the state before " + noun(*base);
  if (path.size() == 1 && path[0] == "content") return "the content of " + noun(*base);
  return field_code(path) + " of " + noun(*base);
}

std::string Phrases::index(const Expr& expr) const {
  const Expr& base = at(expr, 0);
  if (base.kind == ExprKind::kName && base.text == "state") {
    if (expr.children.size() == 2) return "the " + code(at(expr, 1).text) + " events of the state";
    const bool empty = at(expr, 2).kind == ExprKind::kString && at(expr, 2).text.empty();
    return slot(at(expr, 1).text, empty ? "" : noun(at(expr, 2)));
  }
  if (expr.children.size() == 3) {
    const bool empty = at(expr, 2).kind == ExprKind::kString && at(expr, 2).text.empty();
    return slot(at(expr, 1).text, empty ? "" : noun(at(expr, 2))) + " in " + noun(base);
  }
  return "the entry of " + noun(at(expr, 1)) + " in " + noun(base);
}

std::string Phrases::noun(const Expr& expr) const {
  switch (expr.kind) {
    case ExprKind::kString:
      return literal(expr.text);
    case ExprKind::kInteger:
      return std::to_string(expr.integer);
    case ExprKind::kTrue:
      return code("true");
    case ExprKind::kFalse:
      return code("false");
    case ExprKind::kInfinite:
      return "infinity";
    case ExprKind::kName:
      return name(expr);
    case ExprKind::kField:
      return field(expr);
    case ExprKind::kIndex:
      return index(expr);
    case ExprKind::kCall:
      return call(expr);
    case ExprKind::kGenerator:
      return noun(at(expr, 0)) + " for each *" + expr.binders[0] + "* in " + noun(at(expr, 1));
    case ExprKind::kList: {
      std::vector<std::string> items;
      for (const ExprPtr& child : expr.children) items.push_back(noun(*child));
      return enumerate(items, "and");
    }
    case ExprKind::kSet: {
      if (expr.children.empty()) return "the empty set";
      std::vector<std::string> items;
      for (const ExprPtr& child : expr.children) items.push_back(noun(*child));
      return enumerate(items, "and");
    }
    case ExprKind::kComprehension:
      return "every *" + expr.binders[0] + "* in " + noun(at(expr, 0)) + " such that " + clause(at(expr, 1));
    case ExprKind::kAggregate: {
      const std::string of = at(expr, 0).kind == ExprKind::kName && at(expr, 0).text == expr.binders[0]
                                 ? noun(at(expr, 1))
                                 : noun(at(expr, 0)) + " over every *" + expr.binders[0] + "* in " + noun(at(expr, 1));
      switch (expr.aggregate) {
        case Aggregate::kUnion:
          return "all that is in at least one of " + of;
        case Aggregate::kIntersection:
          return "what is in every one of " + of;
        case Aggregate::kDifference:
          return "what is in some but not in every one of " + of;
      }
      return {};
    }
    case ExprKind::kIf:
      return bracketed(at(expr, 1)) + " if " + clause(at(expr, 0)) + ", otherwise " + bracketed(at(expr, 2));
    case ExprKind::kDefault:
      return noun(at(expr, 0)) + ", or if that is missing " +
             (at(expr, 1).kind == ExprKind::kIf ? bracketed(at(expr, 1)) : noun(at(expr, 1)));
    case ExprKind::kGiven:
      return noun(at(expr, 0)) + ", judged for " + noun(at(expr, 1)) + " with " + noun(at(expr, 2)) + " as the state";
    case ExprKind::kUnion:
      return noun(at(expr, 0)) + " together with " + noun(at(expr, 1));
    case ExprKind::kDifference:
      return noun(at(expr, 0)) + " without " + noun(at(expr, 1));
    case ExprKind::kPlus:
      return noun(at(expr, 0)) + (at(expr, 1).kind == ExprKind::kInteger ? " plus " : " followed by ") +
             noun(at(expr, 1));
    case ExprKind::kOverlaid:
      return noun(at(expr, 0)) + ", overlaid with " + noun(at(expr, 1));
    case ExprKind::kWithout:
      return noun(at(expr, 0)) + " without " + noun(at(expr, 1)) +
             (expr.children.size() > 2 ? " except " + noun(at(expr, 2)) : "");
    case ExprKind::kIntersection:
      return "what " + noun(at(expr, 0)) + " shares with " + noun(at(expr, 1));
    case ExprKind::kOr:
    case ExprKind::kAnd:
    case ExprKind::kNot:
    case ExprKind::kQuantifier:
    case ExprKind::kCompare:
    case ExprKind::kIs:
    case ExprKind::kIn:
    case ExprKind::kStartsWith:
      return "whether " + clause(expr);
  }
  return {};
}

std::string Phrases::bracketed(const Expr& expr) const {
  const bool compound =
      expr.kind == ExprKind::kIf || expr.kind == ExprKind::kDefault || expr.kind == ExprKind::kOverlaid;
  return compound ? "(" + noun(expr) + ")" : noun(expr);
}

std::string Phrases::changes(const Expr& expr, const std::vector<std::string>& binders) const {
  const Clause* fields = expr.clause(ClauseKind::kAt);
  const Clause* to = expr.clause(ClauseKind::kTo);
  std::string result = "each value of " + (fields ? paths_text(fields->paths) : std::string("the content")) +
                       " that was added, changed or removed between " + noun(at(expr, 0)) + " and " +
                       (to ? noun(*to->expr) : std::string("its content"));
  std::vector<std::string> names;
  for (const std::string& binder : binders) names.push_back("*" + binder + "*");
  return names.empty() ? result : result + " (" + enumerate(names, "and") + ")";
}

std::string Phrases::order(const Expr& expr) const {
  const Clause* least = expr.clause(ClauseKind::kLeast);
  if (!least) return {};
  std::vector<std::string> keys;
  for (const SortKey& key : least->keys) keys.push_back(noun(*key.expr) + (key.descending ? ", greatest first" : ""));
  std::string result;
  for (std::size_t i = 0; i < keys.size(); ++i) result += (i == 0 ? "" : "; then by ") + keys[i];
  return result;
}

std::string Phrases::call(const Expr& expr) const {
  if (const DefinitionEntry* used = version_.definition(expr.text)) return definition(*used, expr.children);
  const auto arg = [&](std::size_t i) { return i < expr.children.size() ? noun(at(expr, i)) : std::string("nothing"); };
  const auto with = [&](ClauseKind kind) {
    const Clause* found = expr.clause(kind);
    return found && found->expr ? noun(*found->expr) : std::string("nothing");
  };
  const Clause* along = expr.clause(ClauseKind::kAlong);
  const std::string edges = along ? code(along->name) : code("auth_events");
  const std::string within = expr.clause(ClauseKind::kWithin) ? " without leaving " + with(ClauseKind::kWithin) : "";
  const std::string& f = expr.text;
  if (f == "server") return "the server of " + arg(0);
  if (f == "opaque") return arg(0) + " without its first character";
  if (f == "size") return "the size of " + arg(0) + " in bytes";
  if (f == "sha1") return "the SHA-1 hash of " + arg(0);
  if (f == "count") return "the number of entries in " + arg(0);
  if (f == "prefix") return arg(0) + " up to the first " + arg(1) + " after its first " + arg(2);
  if (f == "event")
    return expr.children.size() > 1 ? "the " + arg(1) + " event with the id " + arg(0)
                                    : "the event with the id " + arg(0);
  if (f == "rivals") return "the entries of " + arg(0) + " that share type and `state_key` with another";
  if (f == "admitted") return "the events of " + arg(0) + " that the rules allow in " + with(ClauseKind::kAgainst);
  if (f == "at_keys") return "the entries of " + arg(0) + " at keys of " + arg(1);
  if (f == "levels") return "the levels of " + arg(0);
  if (f == "changes") return changes(expr, {});
  if (f == "auth_chain") return "the auth chain of " + arg(0) + (within.empty() ? "" : ", followed" + within);
  if (f == "reachable") return "what is reached from " + arg(0) + " along " + edges + within;
  if (f == "between") return arg(0) + " and every event on a path along " + edges + " from one of them to another";
  if (f == "topological")
    return arg(0) + " in topological order along " + std::string(along && along->paths_of ? "paths of " : "") + edges +
           ", the next always least by " + order(expr);
  if (f == "sort") return arg(0) + " sorted by " + order(expr);
  if (f == "line") return "the line of " + arg(1) + " events that starts at " + arg(0);
  if (f == "position") return "the place in " + arg(1) + " where " + arg(0) + " meets it";
  if (f == "apply")
    return with(ClauseKind::kTo) + " after the events of " + arg(0) +
           " were tried on it one by one, each that the rules allow replacing its key";
  if (f == "until_rejected")
    return with(ClauseKind::kAgainst) + ", and in it for each key of " + arg(0) +
           (expr.clause(ClauseKind::kJointly) ? " (all keys in one contest)" : "") +
           " the outcome of a contest: taken by " + order(expr) +
           ", the first event enters unasked and each next one replaces it, until the rules reject one";
  if (f == "first_allowed")
    return with(ClauseKind::kAgainst) + ", and in it for each key of " + arg(0) +
           " the first event that the rules allow, taken by " + order(expr) +
           (expr.clause(ClauseKind::kElse) ? ", or the last one tried if they allow none" : "");
  if (f == "only") return "the one state among " + arg(0);
  if (f == "resolve") return "the resolution of " + arg(0);
  if (f == "selection") return "the auth events selection from " + arg(0);
  if (f == "extremities" && expr.children.empty()) return "the forward extremities along " + edges;
  if (f == "extremities") {
    const Expr& among = at(expr, 0);
    const bool some = among.kind == ExprKind::kComprehension;
    return "the forward extremities along " + edges + " among " +
           (some ? "the accepted events *" + among.binders[0] + "* such that " + clause(at(among, 1)) : arg(0));
  }
  std::vector<std::string> items;
  for (const ExprPtr& child : expr.children) items.push_back(noun(*child));
  return items.empty() ? "*" + f + "*" : "*" + f + "* of " + enumerate(items, "and");
}

std::string Phrases::type(const TypeNode& type) const {
  switch (type.kind) {
    case TypeForm::kName:
      return type.name;
    case TypeForm::kRange:
      return type.name + " from " + type.least.text + " to " + type.greatest.text;
    case TypeForm::kList:
      return "list of " + this->type(*type.children[0]);
    case TypeForm::kMap:
      return "map from " + this->type(*type.children[0]) + " to " + this->type(*type.children[1]);
    case TypeForm::kOptional:
      return "optional " + this->type(*type.children[0]);
    case TypeForm::kPair:
      return "pair of " + this->type(*type.children[0]) + " and " + this->type(*type.children[1]);
    case TypeForm::kAs:
      return this->type(*type.children[0]) + ", written as " + this->type(*type.children[1]);
  }
  return {};
}

}  // namespace stateroom::rules
