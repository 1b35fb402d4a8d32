#include "model/rules/lint_order.h"

#include <algorithm>
#include <functional>
#include <set>

#include "model/rules/narrowing.h"
#include "model/rules/print.h"

namespace stateroom::rules {
namespace {

// A conjunction as the keys of its parts, and a condition as a disjunction of conjunctions.
using Conjunction = std::set<std::string>;
using Disjunction = std::vector<Conjunction>;
constexpr std::size_t kDisjunctsMax = 64;

std::string equal_key(const std::string& x, const std::string& value) { return x + "=" + value; }

Disjunction disjuncts(const Core& core) {
  if (core.kind == CoreKind::kOr) {
    Disjunction result = disjuncts(*core.args[0]);
    for (Conjunction& more : disjuncts(*core.args[1])) result.push_back(std::move(more));
    return result;
  }
  if (core.kind == CoreKind::kAnd) {
    const Disjunction a = disjuncts(*core.args[0]), b = disjuncts(*core.args[1]);
    if (a.size() * b.size() > kDisjunctsMax) return {{key_of(core)}};
    Disjunction result;
    for (const Conjunction& left : a) {
      for (const Conjunction& right : b) {
        result.push_back(left);
        result.back().insert(right.begin(), right.end());
      }
    }
    return result;
  }
  // `x in {"a", "b"}` is `x = "a" or x = "b"`.
  if (core.kind == CoreKind::kIn && core.args[1]->kind == CoreKind::kStringSet &&
      core.args[1]->args.size() <= kDisjunctsMax) {
    Disjunction result;
    for (const CorePtr& element : core.args[1]->args)
      result.push_back({equal_key(key_of(*core.args[0]), key_of(*element))});
    return result;
  }
  if (core.kind == CoreKind::kEqual) return {{equal_key(key_of(*core.args[0]), key_of(*core.args[1]))}};
  return {{key_of(core)}};
}

class Reach {
 public:
  explicit Reach(std::vector<Diagnostic>& out) : out_(out) {}

  /// True if the block always decides. `under`: what holds inside it.
  bool block(const std::vector<CoreRule>& rules, const Disjunction& under) {
    const std::size_t known = decided_.size();
    bool decides = false, skips = false;
    std::string by;
    for (const CoreRule& rule : rules) {
      if (decides) {
        out_.push_back(warning(rule.location, "dead-rule", rule.path + " is never reached: " + by + " always decides",
                               "remove it, or give the earlier rule a condition"));
        continue;
      }
      if (rule.leaf == LeafKind::kSkip) skips = true;
      if (this->rule(rule, under)) decides = true, by = rule.path;
    }
    decided_.resize(known);
    return decides && !skips;
  }

 private:
  Disjunction both(const Disjunction& under, const CorePtr& condition) const {
    if (!condition) return under;
    const Disjunction more = disjuncts(*condition);
    if (under.size() * more.size() > kDisjunctsMax) return more;
    Disjunction result;
    for (const Conjunction& a : under) {
      for (const Conjunction& b : more) {
        result.push_back(a);
        result.back().insert(b.begin(), b.end());
      }
    }
    return result;
  }

  // Every way in which this could hold was decided before.
  bool shadowed(const Disjunction& condition) const {
    return !decided_.empty() && std::all_of(condition.begin(), condition.end(), [&](const Conjunction& way) {
      return std::any_of(decided_.begin(), decided_.end(), [&](const Conjunction& earlier) {
        return std::includes(way.begin(), way.end(), earlier.begin(), earlier.end());
      });
    });
  }

  bool rule(const CoreRule& rule, const Disjunction& under) {
    const Disjunction inside = both(under, rule.when);
    const bool leaf_fires = rule.leaf && *rule.leaf != LeafKind::kAllowIff && rule.condition;
    const Disjunction fires = leaf_fires ? both(inside, rule.condition) : inside;
    if ((rule.when || leaf_fires) && !rule.each && shadowed(fires)) {
      out_.push_back(warning(rule.location, "shadowed-rule",
                             rule.path + " never decides: an earlier rule has decided whatever it asks for",
                             "remove it, or move it before that rule"));
      return false;
    }
    if (rule.each) return false;
    bool decides;
    if (rule.leaf) {
      decides = *rule.leaf == LeafKind::kAllowIff || !rule.condition;
      if (*rule.leaf == LeafKind::kAllow || *rule.leaf == LeafKind::kReject)
        decided_.insert(decided_.end(), fires.begin(), fires.end());
      else if (*rule.leaf == LeafKind::kAllowIff)
        decided_.insert(decided_.end(), inside.begin(), inside.end());
    } else {
      decides = block(rule.children, inside);
      if (decides) decided_.insert(decided_.end(), inside.begin(), inside.end());
    }
    return decides && !rule.when;
  }

  std::vector<Diagnostic>& out_;
  std::vector<Conjunction> decided_;
};

void visit(const Core& core, const std::function<void(const Core&)>& use) {
  use(core);
  for (const CorePtr& arg : core.args) visit(*arg, use);
  for (const CoreKey& key : core.keys) visit(*key.value, use);
}

// What no two events share: the id, or a hash of it.
bool is_total(const Core& component) {
  const Core& of = component.kind == CoreKind::kSha1 ? *component.args[0] : component;
  return of.kind == CoreKind::kEventField && of.text == "event_id";
}

/// The canonical text of an entry, or empty if there is none of this path.
std::string entry_text(const Version& version, const SectionName& section, const Path& path, bool& by_reading) {
  const auto of = [&](const auto& entries) -> std::string {
    for (const auto& entry : entries) {
      if (path_of(Entry(entry)) != path) continue;
      for (const Origin& origin : entry.origins) by_reading |= !origin.reading.empty();
      return print(section, Entry(entry));
    }
    return {};
  };
  switch (section.kind) {
    case SectionKind::kTypes:
      return of(version.types);
    case SectionKind::kIdentifiers:
      return of(version.identifiers);
    case SectionKind::kFormat:
      return of(version.format);
    case SectionKind::kLimits:
      return of(version.limits);
    case SectionKind::kCanonicalJson:
      return of(version.canonical_json);
    case SectionKind::kSignatures:
      return of(version.signatures);
    case SectionKind::kContent: {
      const auto found = version.content.find(section.argument);
      return found == version.content.end() ? std::string{} : of(found->second);
    }
    case SectionKind::kDefinitions:
    case SectionKind::kRedaction:
    case SectionKind::kStateBefore:
    case SectionKind::kResolution:
      return of(version.definitions_of(section.kind));
    case SectionKind::kAuthEvents:
    case SectionKind::kRules:
    case SectionKind::kReceipt: {
      const Rule* rule = find_rule(version.rules_of(section.kind), join(path));
      if (!rule) return {};
      for (const Origin& origin : rule->origins) by_reading |= !origin.reading.empty();
      return print(section, *rule);
    }
    case SectionKind::kReadings:
      return of(version.readings);
  }
  base::require(false, "a section of no kind");
  return {};
}

}  // namespace

void lint_dead(const CoreVersion& core, std::vector<Diagnostic>& out) { Reach(out).block(core.rules, {{}}); }

void lint_orders(const CoreVersion& core, std::vector<Diagnostic>& out) {
  for (const CoreName& name : core.resolution) {
    if (!name.value) continue;
    visit(*name.value, [&](const Core& part) {
      if (part.keys.empty()) return;
      if (std::any_of(part.keys.begin(), part.keys.end(), [](const CoreKey& key) { return is_total(*key.value); }))
        return;
      out.push_back(warning(part.location, "partial-order",
                            "the key of " + name.name + " may leave two events unordered, and then event_id decides",
                            "let the key end with `e.origin_server_ts, e.event_id`"));
    });
  }
}

void lint_readings(const Version& version, std::vector<Diagnostic>& out) {
  for (const ReadingEntry& reading : version.readings) {
    for (const Choice& choice : reading.choices) {
      for (const Pin& pin : choice.pins) {
        bool by_reading = false;
        const std::string now = entry_text(version, pin.section, pin.target, by_reading);
        if (by_reading || now == pin.replaced) continue;
        out.push_back(warning(choice.location, "stale-reading",
                              "the choice " + reading.name + "=" + choice.name + " replaces `" + join(pin.target) +
                                  "`, which has changed since it was written",
                              "restate the reading for this version, or remove it"));
      }
    }
  }
}

}  // namespace stateroom::rules
