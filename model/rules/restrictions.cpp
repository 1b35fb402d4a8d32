// Q1-Q4: what makes every question about one event decidable (LANGUAGE.md, "What the checker enforces for the prover").
//
// Checked after inlining, on the rules and the auth events selection with the definitions that they use.
#include "model/rules/elaborator.h"

namespace stateroom::rules {
namespace {

class Restrictions {
 public:
  Restrictions(const CoreVersion& version, std::vector<Diagnostic>& out) : version_(version), out_(out) {}

  void rule(const CoreRule& rule) {
    rule_ = &rule;
    if (rule.when) walk(*rule.when);
    if (rule.each) {
      walk(*rule.each);
      enter(rule.binders, rule.binders.empty() ? 0 : rule.binders[0], true);
    }
    if (rule.condition) walk(*rule.condition);
    for (const CoreRule& child : rule.children) this->rule(child);
    if (rule.each) leave(rule.binders);
  }

 private:
  void fail(const Core& at, std::string message, std::string hint) {
    // What a definition of another text breaks only here is reported at the rule of this one.
    const bool same_file = !rule_->location.file || !at.location.file || *rule_->location.file == *at.location.file;
    out_.push_back(error(same_file ? at.location : rule_->location, base::ErrorCode::kRestriction, std::move(message),
                         std::move(hint)));
  }

  void enter(const std::vector<std::uint32_t>& binders, std::uint32_t key, bool has_key) {
    for (const std::uint32_t binder : binders) bound_.insert(binder);
    if (has_key) keys_.insert(key);
    ++depth_;
  }
  void leave(const std::vector<std::uint32_t>& binders) {
    for (const std::uint32_t binder : binders) {
      bound_.erase(binder);
      keys_.erase(binder);
    }
    --depth_;
  }

  bool is_bound(const Core& core) const {
    return core.kind == CoreKind::kVariable && bound_.contains(static_cast<std::uint32_t>(core.number));
  }
  bool is_key(const Core& core) const {
    return core.kind == CoreKind::kVariable && keys_.contains(static_cast<std::uint32_t>(core.number));
  }
  bool has_bound(const Core& core) const {
    if (is_bound(core)) return true;
    for (const CorePtr& arg : core.args)
      if (has_bound(*arg)) return true;
    return false;
  }

  static bool is_collection(const Core& core) {
    return core.type.kind == TypeKind::kMap || core.type.kind == TypeKind::kList;
  }

  void quantifier(const Core& core) {
    if (depth_ > 0)
      fail(core, "a quantifier stands in the body of a quantifier or `for each` (Q1)",
           "move the inner one to a rule of its own");
    const Core& domain = *core.args[0];
    walk(domain);
    bounded_list(domain);
    const bool key = domain.type.kind == TypeKind::kMap || domain.kind == CoreKind::kFamily ||
                     domain.type.kind == TypeKind::kList || domain.type.kind == TypeKind::kStrings;
    enter(core.binders, core.binders.empty() ? 0 : core.binders[0],
          key && domain.kind != CoreKind::kLeaves && !core.binders.empty());
    walk(*core.args[1]);
    leave(core.binders);
  }

  void bounded_list(const Core& domain) {
    if (domain.kind == CoreKind::kEdges) {
      if (version_.format.limits_entries.contains(domain.text) || version_.format.derived_edge_field == domain.text)
        return;
      fail(domain, "`" + domain.text + "` has no limit, and a list that a quantifier ranges over needs one (Q4)",
           "give it a limit in the section limits");
    } else if (domain.kind == CoreKind::kUnion) {
      for (const CorePtr& part : domain.args) bounded_list(*part);
    } else if (domain.type.kind == TypeKind::kList && domain.kind == CoreKind::kColumn) {
      fail(domain, "a list of the content has no limit, so it is read by `in` alone (Q4)", "write `x in list`");
    }
  }

  void index(const Core& key, const Core& at) {
    if (is_bound(key) || !has_bound(key)) return;
    fail(at, "a term that contains a bound variable is an index (Q3)",
         "only the bound variable itself may be an index");
  }

  void children(const Core& core) {
    for (const CorePtr& arg : core.args) walk(*arg);
    for (const CoreKey& key : core.keys) walk(*key.value);
  }

  // `key` stands where the restriction allows it, or is walked on.
  void may_be_key(const Core& core) {
    if (!is_key(core)) walk(core);
  }

  void comparison(const Core& core) {
    for (std::size_t i = 0; i < 2; ++i) {
      const Core& x = *core.args[i];
      const Core& other = *core.args[1 - i];
      if (is_key(x) && has_bound(other)) {
        fail(core, "a bound key is compared with a term that contains a bound variable (Q2)",
             "compare it with a term of the event or the state");
        return;
      }
    }
    may_be_key(*core.args[0]);
    may_be_key(*core.args[1]);
  }

  void plus(const Core& core) {
    if (core.args[0]->kind != CoreKind::kInteger && core.args[1]->kind != CoreKind::kInteger)
      fail(core, "a sum of two values that are read (Q4)", "sizes may add a constant; levels are only compared");
    children(core);
  }

  void walk(const Core& core) {
    if (core.kind == CoreKind::kAny || core.kind == CoreKind::kAll || core.kind == CoreKind::kNo)
      return quantifier(core);
    if (core.kind == CoreKind::kVariable) {
      if (is_key(core))
        fail(core, "a bound key stands alone here (Q2)",
             "it may stand as an index, in server, prefix, size, a type test, or in `=`, `!=`, `in`");
      return;
    }
    if (core.kind == CoreKind::kMapEntry || core.kind == CoreKind::kListSlot) {
      index(*core.args[1], core);
      walk(*core.args[0]);
      return may_be_key(*core.args[1]);
    }
    if (core.kind == CoreKind::kSlot) {
      index(*core.args[0], core);
      return may_be_key(*core.args[0]);
    }
    if (core.kind == CoreKind::kIs) {
      const bool counts = core.text != "present" && core.text != "absent" && core.text != "empty";
      if (depth_ > 0 && counts && is_collection(*core.args[0]))
        fail(core, "a type test of a whole map or list stands in the body of a quantifier or `for each` (Q1)",
             "move it to a rule of its own");
      return may_be_key(*core.args[0]);
    }
    if (core.kind == CoreKind::kServer || core.kind == CoreKind::kSize || core.kind == CoreKind::kPrefix) {
      for (const CorePtr& arg : core.args) may_be_key(*arg);
      return;
    }
    if (core.kind == CoreKind::kEqual || core.kind == CoreKind::kNotEqual) return comparison(core);
    if (core.kind == CoreKind::kIn) {
      if (is_key(*core.args[0]) && has_bound(*core.args[1]))
        fail(core, "a bound key is looked for in a set that contains a bound variable (Q2)",
             "the set may only read the event or the state");
      may_be_key(*core.args[0]);
      return walk(*core.args[1]);
    }
    if (core.kind == CoreKind::kCount || core.kind == CoreKind::kRivals) bounded_list(*core.args[0]);
    if (core.kind == CoreKind::kPlus) return plus(core);
    children(core);
  }

  const CoreVersion& version_;
  std::vector<Diagnostic>& out_;
  const CoreRule* rule_ = nullptr;  // the rule that is walked
  std::set<std::uint32_t> bound_;
  std::set<std::uint32_t> keys_;
  std::uint32_t depth_ = 0;
};

}  // namespace

void check_restrictions(const CoreVersion& version, const std::vector<CoreRule>& rules,
                        std::vector<Diagnostic>& diagnostics) {
  Restrictions restrictions(version, diagnostics);
  for (const CoreRule& rule : rules) restrictions.rule(rule);
}

}  // namespace stateroom::rules
