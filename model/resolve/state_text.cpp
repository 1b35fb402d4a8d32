#include "model/resolve/state_text.h"

#include <algorithm>
#include <utility>

#include "model/base/encode.h"

namespace stateroom::resolve {

using rules::Core;
using rules::CoreKind;
using rules::CoreName;
using rules::CorePtr;
using rules::CoreRule;
using rules::LeafKind;
using rules::TypeKind;

namespace {

const Core* find_kind(const Core& core, CoreKind kind) {
  if (core.kind == kind) return &core;
  for (const CorePtr& arg : core.args) {
    if (const Core* found = find_kind(*arg, kind)) return found;
  }
  return nullptr;
}

}  // namespace

StateText::StateText(rules::Evaluator& evaluator, StateStore& store, Knowledge& knowledge)
    : evaluator_(evaluator),
      room_(evaluator.room()),
      store_(store),
      knowledge_(knowledge),
      version_(evaluator.program().version()),
      before_(index_of("before")),
      current_(index_of("current")),
      derived_(index_of(version_.format.derived_edge_field)),
      after_(index_of("after")),
      locals_(version_.locals + 1) {
  base::require(before_ < version_.state_before.size() && current_ < version_.state_before.size(),
                "the section `state before` has the names `before` and `current`");
  base::require(after_ < version_.state_before.size() && version_.state_before[after_].parameters.size() == 1,
                "the section `state before` has a function `after` of one event");
  extremities_ = find_kind(*version_.state_before[current_].value, CoreKind::kExtremities);
  if (extremities_ != nullptr) extremity_field_ = room_.edge_field(extremities_->text);
}

std::uint32_t StateText::index_of(std::string_view name) const {
  std::uint32_t index = 0;
  while (index < version_.state_before.size() && version_.state_before[index].name != name) ++index;
  return index;
}

bool StateText::mentions(const Core& core, std::uint32_t name) const {
  if (core.kind == CoreKind::kNamed && core.number == name) return true;
  return std::any_of(core.args.begin(), core.args.end(), [&](const CorePtr& arg) { return mentions(*arg, name); });
}

// ---------------------------------------------------------------------------------------------------- values

State StateText::state(const Core& core) {
  if (core.kind == CoreKind::kEmptySet) return {};
  if (core.kind == CoreKind::kNamed) return state_of_name(core);
  if (core.kind == CoreKind::kIf) return state(*core.args[boolean(core.args[0]) ? 1 : 2]);
  if (core.kind == CoreKind::kResolve) return resolve(core);
  if (core.kind == CoreKind::kBefore) {
    const EventIndex of = event(*core.args[0]);
    return of.valid() ? knowledge_.before(of) : State{};
  }
  if (core.kind == CoreKind::kSingleton) {
    const EventIndex one = event(*core.args[0]);
    return one.valid() && room_.key(one).valid() ? store_.set({}, room_.key(one), one) : State{};
  }
  base::require(core.kind == CoreKind::kOverlaid, "an expression of `state before` has a state as its value");
  const State below = state(*core.args[0]);
  if (core.args[1]->kind == CoreKind::kSingleton) {
    const EventIndex one = event(*core.args[1]->args[0]);
    return one.valid() && room_.key(one).valid() ? store_.set(below, room_.key(one), one) : below;
  }
  return store_.with(below, store_.entries(state(*core.args[1])));
}

State StateText::state_of_name(const Core& core) {
  const CoreName& name = named(core);
  if (core.number == before_ && this_event_.valid()) return knowledge_.before(this_event_);
  if (core.number == current_) {
    if (!current_of_event_) current_of_event_ = state(*name.value);
    return *current_of_event_;
  }
  if (core.args.empty()) return state(*name.value);
  base::require(core.args.size() == 1 && name.parameters.size() == 1, "a function of `state before` has one event");
  const EventIndex of = event(*core.args[0]);
  // What comes after an event is kept when the event is done.
  if (core.number == after_ && of.valid() && of != this_event_) return knowledge_.after(of);
  const EventIndex outer = std::exchange(locals_[name.parameters[0]], of);
  const State result = state(*name.value);
  locals_[name.parameters[0]] = outer;
  return result;
}

State StateText::resolve(const Core& core) {
  std::vector<State> states;
  EventIndex& bound = locals_[core.binders[0]];
  const EventIndex outer = bound;
  for (const EventIndex each : list(*core.args[1])) {
    // An unknown event brings no state, and neither does one that was dropped.
    if (!each.valid() || knowledge_.absent(each)) continue;
    bound = each;
    states.push_back(state(*core.args[0]));
  }
  bound = outer;
  return resolve_states(std::move(states));
}

State StateText::resolve_states(std::vector<State> states) {
  std::sort(states.begin(), states.end());
  states.erase(std::unique(states.begin(), states.end()), states.end());
  if (states.empty() || error_) return {};
  if (states.size() == 1) return states[0];
  auto result = knowledge_.resolve(states);
  if (!result) {
    error_ = std::move(result.error());
    return {};
  }
  return *result;
}

EventIndex StateText::event(const Core& core) const {
  if (core.kind == CoreKind::kThisEvent) return this_event_;
  base::require(core.kind == CoreKind::kVariable, "an expression of `state before` has an event as its value");
  return locals_[static_cast<std::size_t>(core.number)];
}

std::vector<EventIndex> StateText::list(const Core& core) {
  if (core.kind == CoreKind::kEdges) {
    const auto cited = room_.cited(room_.edge_field(core.text), event(*core.args[0]));
    return {cited.begin(), cited.end()};
  }
  if (core.kind == CoreKind::kNamed) return list(*named(core).value);
  if (core.kind == CoreKind::kExtremities) return {knowledge_.extremities().begin(), knowledge_.extremities().end()};
  base::require(core.kind == CoreKind::kSelection, "an expression of `state before` has a list of events as its value");
  return evaluator_.selection(this_event_, rules::StateView::of(store_, state(*core.args[0])));
}

bool StateText::boolean(const CorePtr& core) {
  const CoreKind kind = core->kind;
  if (kind == CoreKind::kAnd) return boolean(core->args[0]) && boolean(core->args[1]);
  if (kind == CoreKind::kOr) return boolean(core->args[0]) || boolean(core->args[1]);
  if (kind == CoreKind::kNot) return !boolean(core->args[0]);
  if (kind == CoreKind::kAllowed) return allowed(*core);
  if (kind == CoreKind::kValid) return fact(*core);
  const bool of_each = kind == CoreKind::kAny || kind == CoreKind::kAll || kind == CoreKind::kNo;
  if (of_each && core->args[0]->kind == CoreKind::kReachable) return of_ancestors(*core);
  if (!core->args.empty() && core->args[0]->kind == CoreKind::kObjectHash) return same_hash(*core);
  if (kind == CoreKind::kGiven && core->args[2]->kind == CoreKind::kNamed) {
    const rules::StateView view = rules::StateView::of(store_, state(*core->args[2]));
    return evaluator_.boolean(core->args[0], event(*core->args[1]), view, locals_);
  }
  const State before = this_event_.valid() ? knowledge_.before(this_event_) : State{};
  return evaluator_.boolean(core, this_event_, rules::StateView::of(store_, before), locals_);
}

/// `any`, `all` or `no` p in reachable({event} along F) has C.
bool StateText::of_ancestors(const Core& core) {
  const Core& reachable = *core.args[0];
  const graph::EdgeField field = room_.edge_field(reachable.text);
  std::vector<EventIndex> open = {event(*reachable.args[0]->args[0])};
  std::vector<bool> seen(room_.size());
  EventIndex& bound = locals_[core.binders[0]];
  const EventIndex outer = bound;
  const bool decides = core.kind != CoreKind::kAll;  // what the condition of one ancestor must be to decide
  bool decided = false;
  while (!open.empty() && !decided) {
    const EventIndex from = open.back();
    open.pop_back();
    for (const EventIndex cited : room_.cited(field, from)) {
      if (!cited.valid() || seen[cited.at()]) continue;
      seen[cited.at()] = true;
      open.push_back(cited);
      bound = cited;
      decided = decided || boolean(core.args[1]) == decides;
    }
  }
  bound = outer;
  return decided == (core.kind == CoreKind::kAny);
}

bool StateText::same_hash(const Core& core) {
  const std::string& left = object_hash(*core.args[0]);
  const std::string& right = object_hash(*core.args[1]);
  return (!left.empty() && left == right) == (core.kind == CoreKind::kEqual);
}

const std::string& StateText::object_hash(const Core& core) {
  const EventIndex of = event(*core.args[0]);
  const auto [known, is_new] = hashes_.try_emplace({core.text, of});
  if (is_new) {
    const auto bytes = event::hashed_bytes(room_.event(of), version_.format, core.text);
    if (bytes) known->second = base::hex(base::sha256(*bytes));
  }
  return known->second;
}

bool StateText::allowed(const Core& core) {
  const Core& in = *core.args[0];
  if (in.type.kind == TypeKind::kEventList) {
    const std::vector<EventIndex> events = list(in);
    decision_ = knowledge_.authorise(this_event_, rules::StateView::of(events));
  } else {
    decision_ = knowledge_.authorise(this_event_, rules::StateView::of(store_, state(in)));
  }
  return decision_.allowed;
}

bool StateText::fact(const Core& core) {
  if (const std::optional<bool> known = knowledge_.fact(this_event_, core.text)) return *known;
  if (core.text == "valid_format") return room_.event(this_event_).ill_formed.empty();
  if (core.text == "valid_signatures") return signed_as_asked();
  if (core.text == "valid_hashes") return !room_.event(this_event_).redacted_on_import;
  return true;
}

/// All that the section `signatures` requires; without keys the evaluator takes every signature for good.
bool StateText::signed_as_asked() {
  return std::ranges::all_of(version_.signatures, [this](const rules::CoreSignature& asked) {
    return (asked.unless && boolean(asked.unless)) || boolean(asked.require);
  });
}

// ---------------------------------------------------------------------------------------------------- receipt

namespace {

std::string_view outcome_of(LeafKind leaf) {
  if (leaf == LeafKind::kDrop) return "drop";
  if (leaf == LeafKind::kRedact) return "redact";
  return leaf == LeafKind::kSoftFail ? "soft fail" : "reject";
}

}  // namespace

void StateText::settle(const CoreRule& rule, bool passed, bool asked) {
  Receipt& receipt = *receipt_;
  if (keep_checks_) {
    const std::string_view outcome = !asked ? "not asked" : passed ? "pass" : outcome_of(*rule.leaf);
    receipt.checks.push_back({rule.path, std::string(outcome), decision_});
  }
  if (passed || !asked) return;
  if (rule.leaf == LeafKind::kDrop) receipt.dropped = true;
  if (rule.leaf == LeafKind::kSoftFail) receipt.soft_failed = true;
  if (rule.leaf == LeafKind::kDrop || rule.leaf == LeafKind::kRejectUnless) receipt.rejected = true;
}

void StateText::check(const CoreRule& rule) {
  const Receipt& receipt = *receipt_;
  if (!rule.leaf) {
    if (rule.when && !boolean(rule.when)) return;
    for (const CoreRule& child : rule.children) check(child);
    return;
  }
  decision_ = {};
  // A drop or a rejection ends the checks.
  bool asked = !receipt.rejected && !receipt.dropped;
  if (rule.condition && !arrival_) asked = asked && !mentions(*rule.condition, current_);
  if (asked && rule.when && !boolean(rule.when)) return;
  settle(rule, !asked || !rule.condition || boolean(rule.condition), asked);
}

// ---------------------------------------------------------------------------------------------------- an event

void StateText::start(EventIndex event) {
  this_event_ = event;
  current_of_event_.reset();
}

State StateText::before() { return state(*version_.state_before[before_].value); }

std::optional<std::vector<EventIndex>> StateText::derived() {
  if (derived_ >= version_.state_before.size()) return std::nullopt;
  return list(*version_.state_before[derived_].value);
}

void StateText::check(Receipt& receipt, bool arrival, bool keep_checks) {
  receipt_ = &receipt;
  arrival_ = arrival;
  keep_checks_ = keep_checks;
  for (const CoreRule& rule : version_.receipt) check(rule);
  receipt_ = nullptr;
}

State StateText::after() {
  locals_[version_.state_before[after_].parameters[0]] = this_event_;
  return state(*version_.state_before[after_].value);
}

bool StateText::may_be_extremity(EventIndex event) {
  if (extremities_ == nullptr || extremities_->args.empty()) return true;
  locals_[extremities_->binders[0]] = event;
  return evaluator_.boolean(extremities_->args[0], event, {}, locals_);
}

State StateText::current() { return state(*version_.state_before[current_].value); }

}  // namespace stateroom::resolve
