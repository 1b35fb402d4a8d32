// Rules: blocks, heads and leaves, with what is known after each.
#include "model/rules/elaborator.h"
#include "model/rules/print.h"

namespace stateroom::rules {

namespace {

bool reads_state_or_view(const Core& core) {
  if (core.kind == CoreKind::kSlot || core.kind == CoreKind::kFamily || core.kind == CoreKind::kEventById ||
      core.kind == CoreKind::kAllowed)
    return true;
  for (const CorePtr& arg : core.args)
    if (reads_state_or_view(*arg)) return true;
  for (const CoreKey& key : core.keys)
    if (reads_state_or_view(*key.value)) return true;
  return false;
}

std::optional<Facts> meet(const std::optional<Facts>& a, const std::optional<Facts>& b) {
  if (!a) return b;
  if (!b) return a;
  return Facts::meet(*a, *b);
}

LeafKind leaf_kind(LeafForm form, SectionKind section) {
  (void)section;
  switch (form) {
    case LeafForm::kAllow:
      return LeafKind::kAllow;
    case LeafForm::kAllowIff:
      return LeafKind::kAllowIff;
    case LeafForm::kReject:
      return LeafKind::kReject;
    case LeafForm::kSkip:
      return LeafKind::kSkip;
    case LeafForm::kSelect:
      return LeafKind::kSelect;
    case LeafForm::kDropUnless:
      return LeafKind::kDrop;
    case LeafForm::kRedactUnless:
      return LeafKind::kRedact;
    case LeafForm::kRejectUnless:
      return LeafKind::kRejectUnless;
    case LeafForm::kSoftFailUnless:
      return LeafKind::kSoftFail;
  }
  base::require(false, "a leaf of no kind");
  return LeafKind::kReject;
}

}  // namespace

Elaborator::Flow Elaborator::rules(const std::vector<Rule>& texts, const Scope& scope, std::vector<CoreRule>& out,
                                   bool static_so_far) {
  Flow flow{scope.facts, std::nullopt};
  for (const Rule& text : texts) {
    CoreRule core;
    core.path = join(text.path);
    core.number = text.number;
    core.location = text.location;
    Scope here = scope;
    // After a rule that always decides nothing is reached; what follows is still checked, and the lint says that it is
    // dead.
    if (flow.after) here.facts = *flow.after;
    Flow next{std::nullopt, std::nullopt};
    rule(text, here, core, next, static_so_far);
    if (flow.after) flow.after = next.after;
    flow.skipped = meet(flow.skipped, next.skipped);
    out.push_back(std::move(core));
  }
  return flow;
}

// `flow` becomes what is known after the rule; `skipped` where a `skip if` of this rule itself left the block.
void Elaborator::rule(const Rule& text, const Scope& scope, CoreRule& out, Flow& flow, bool static_so_far) {
  if (text.head && text.head->kind == Head::Kind::kForEach) {
    for_each(text, scope, out, static_so_far);
    flow.after = scope.facts;
    return;
  }
  Scope inside = scope;
  std::optional<Facts> outside;
  if (text.head) {
    out.when = condition(*text.head->expr, scope);
    outside = scope.facts;
    if (out.when) {
      inside.facts.add(narrowing_.of(out.when).where_true);
      outside->add(narrowing_.of(out.when).where_false);
      static_so_far = static_so_far && !reads_state_or_view(*out.when);
    }
  }
  const Flow of_body = body(text, inside, out, static_so_far);
  flow.after = meet(outside, of_body.after);
  flow.skipped = of_body.skipped;
}

Elaborator::Flow Elaborator::body(const Rule& text, const Scope& scope, CoreRule& out, bool static_so_far) {
  if (!text.leaf) {
    Flow inner = rules(text.children, scope, out.children, static_so_far);
    return {meet(inner.after, inner.skipped), std::nullopt};
  }
  out.leaf = leaf_kind(*text.leaf, scope.section);
  if (*out.leaf == LeafKind::kSelect) {
    const CorePtr slot = text.expr ? expression(*text.expr, scope) : nullptr;
    if (slot && slot->kind != CoreKind::kSlot) {
      type_error(text.expr->location, "`select` takes an entry of the state",
                 "write a definition such as `state[\"TYPE\", KEY]`");
    } else if (slot) {
      out.condition = slot;
      if (reads_state_or_view(*slot->args[0]))
        type_error(text.expr->location, "the key of a selected slot reads the state",
                   "keys and conditions of the auth events selection read only the event");
    }
    if (out.when && reads_state_or_view(*out.when))
      type_error(text.head->location, "a condition of the auth events selection reads the state",
                 "keys and conditions of the selection read only the event");
    out.is_static = true;
    return {scope.facts, std::nullopt};
  }
  if (!text.expr) {
    out.is_static = static_so_far;
    return {std::nullopt, std::nullopt};
  }
  out.condition = condition(*text.expr, scope);
  if (!out.condition) return {scope.facts, std::nullopt};
  out.is_static = static_so_far && !reads_state_or_view(*out.condition);
  Facts holds = scope.facts, fails = scope.facts;
  holds.add(narrowing_.of(out.condition).where_true);
  fails.add(narrowing_.of(out.condition).where_false);
  switch (*out.leaf) {
    case LeafKind::kAllowIff:
      return {std::nullopt, std::nullopt};
    case LeafKind::kAllow:
    case LeafKind::kReject:
      return {fails, std::nullopt};
    case LeafKind::kSkip:
      return {fails, holds};
    case LeafKind::kSelect:
      return {scope.facts, std::nullopt};
    case LeafKind::kDrop:
    case LeafKind::kRejectUnless:
      return {holds, std::nullopt};
    case LeafKind::kRedact:
    case LeafKind::kSoftFail:
      return {scope.facts, std::nullopt};  // the checks go on
  }
  base::require(false, "a leaf of no kind");
  return {};
}

void Elaborator::for_each(const Rule& text, const Scope& scope, CoreRule& out, bool static_so_far) {
  const Head& head = *text.head;
  if (text.leaf) {
    restriction(text.location, "`for each` holds a block of `reject if` rules",
                "give the rule a label on a line of its own");
    return;
  }
  out.each = expression(*head.expr, scope);
  if (!out.each) return;
  if (out.each->type.kind != TypeKind::kChanges) {
    type_error(head.expr->location,
               "`for each` ranges over changes, found " + std::string(describe(out.each->type.kind)),
               "write `for each (name, old, new) in changes(A to B at …)`; other lists take `any`, `all` and `no`");
    out.each = nullptr;
    return;
  }
  if (head.binders.size() != 3) {
    type_error(head.location, "a change has three bound names: name, old and new");
    return;
  }
  const event::ValueType& declared = core_->plan[out.each->columns.front()].type;
  CoreType value =
      column_type(declared.base == event::ValueType::Base::kMap && declared.element ? *declared.element : declared);
  value.may_be_absent = value.may_be_ill_typed = true;
  Scope inner = scope;
  for (std::size_t i = 0; i < 3; ++i) {
    check_name(head.binders[i], head.location, false);
    const std::uint32_t number = local();
    out.binders.push_back(number);
    inner.names[head.binders[i]] = {
        variable(number, i == 0 ? CoreType{.kind = TypeKind::kString} : value, head.location), false};
  }
  for (const Rule& child : text.children) {
    if (child.head || child.leaf != LeafForm::kReject || !child.expr) {
      restriction(child.location, "`for each` holds only `reject if`",
                  "what depends on no entry goes outside; more conditions are joined by `and`");
      continue;
    }
    CoreRule core;
    core.path = join(child.path);
    core.number = child.number;
    core.location = child.location;
    body(child, inner, core, static_so_far && !reads_state_or_view(*out.each));
    out.children.push_back(std::move(core));
  }
}

void Elaborator::check_last_rule() {
  if (version_.rules.empty()) {
    restriction({}, "the section rules is empty", "its last rule is `allow` or `reject` without a condition");
    return;
  }
  const Rule& last = version_.rules.back();
  const bool unconditional =
      !last.head && !last.expr && (last.leaf == LeafForm::kAllow || last.leaf == LeafForm::kReject);
  if (!unconditional)
    restriction(last.location, "the last rule `" + last.label + "` does not always decide",
                "end the section with `allow: allow` or `otherwise: reject`");
  for (const Rule& rule : version_.rules) {
    if (rule.leaf == LeafForm::kSkip)
      restriction(rule.location, "`skip if` leaves the block that holds it, and `" + rule.label + "` stands in none",
                  "put the rules that it skips into a block with it");
  }
}

}  // namespace stateroom::rules
