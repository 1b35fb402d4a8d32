// Rules: when each leaf fires, which one decides; the auth events selection; what the static rules let pass.
#include <algorithm>

#include "model/prove/encoder.h"

namespace stateroom::prove {

using rules::CoreKind;
using rules::CoreRule;
using rules::LeafKind;

namespace {

constexpr const char* kRelaxed = "the condition of the relaxed rule";

}  // namespace

void Encoder::add_each(const CoreRule& rule, const z3::expr& guard) {
  for (const CoreRule& child : rule.children) {
    const z3::expr some = child.path == look_.relaxed
                              ? world_.context().bool_const(kRelaxed)
                              : any(*rule.each, rule.binders, [this, &child] { return truth(*child.condition); });
    fires_.push_back({child.path, child.number, false, guard && some});
  }
}

// `guard`: the heads around these rules hold, and no `skip if` before them left the block.
void Encoder::add(const std::vector<CoreRule>& siblings, const z3::expr& outer) {
  z3::expr guard = outer;
  for (const CoreRule& rule : siblings) {
    const z3::expr here = rule.when ? world_.named(rule.path, guard && truth(*rule.when)) : guard;
    if (rule.each) {
      add_each(rule, here);
      continue;
    }
    if (!rule.leaf) {
      add(rule.children, here);
      continue;
    }
    const z3::expr condition = rule.path == look_.relaxed ? world_.context().bool_const(kRelaxed)
                               : rule.condition           ? truth(*rule.condition)
                                                          : world_.truth(true);
    switch (*rule.leaf) {
      case LeafKind::kAllow:
        fires_.push_back({rule.path, rule.number, true, here && condition});
        break;
      case LeafKind::kReject:
        fires_.push_back({rule.path, rule.number, false, here && condition});
        break;
      case LeafKind::kAllowIff:
        fires_.push_back({rule.path, rule.number, true, here && condition});
        fires_.push_back({rule.path, rule.number, false, here});
        break;
      case LeafKind::kSkip:
        guard = guard && !(here && condition);
        break;
      case LeafKind::kSelect:
      case LeafKind::kDrop:
      case LeafKind::kRedact:
      case LeafKind::kRejectUnless:
      case LeafKind::kSoftFail:
        base::require(false, "the section `rules` has no such leaf: " + rule.path);
    }
  }
}

const std::vector<Fire>& Encoder::rules() {
  if (fires_.empty()) add(version_.rules, world_.truth(true));
  return fires_;
}

const std::vector<z3::expr>& Encoder::decides() {
  if (!decides_.empty()) return decides_;
  z3::expr open = world_.truth(true);
  for (const Fire& fire : rules()) {
    const z3::expr fires = world_.named(fire.label + " fires", fire.when);
    decides_.push_back(world_.named(fire.label + " decides", open && fires));
    open = world_.named("nothing decided up to " + fire.label, open && !fires);
  }
  return decides_;
}

z3::expr Encoder::allowed() {
  z3::expr out = world_.truth(false);
  for (std::size_t i = 0; i < rules().size(); ++i) {
    if (fires_[i].allows) out = out || decides()[i];
  }
  return world_.named("allowed in " + version_.name, out);
}

void Encoder::add_selection(const std::vector<CoreRule>& siblings, const z3::expr& guard) {
  for (const CoreRule& rule : siblings) {
    const z3::expr here = rule.when ? guard && truth(*rule.when) : guard;
    add_selection(rule.children, here);
    if (!rule.leaf || rule.condition->kind != CoreKind::kSlot) continue;
    const Value key_of = value(*rule.condition->args[0]);
    selection_.push_back({rule.condition->text, here && key_of.ok(), key_of.text});
  }
}

// The selection reads only the event, so that it is one list for all questions about it.
z3::expr Encoder::selected(const std::string& type, const z3::expr& key_of) {
  if (!selection_done_) {
    selection_done_ = true;
    const Frame frame(*this, EventRef{world_.truth(true), {}, {}, 0, {}, false});
    add_selection(version_.auth_events, world_.truth(true));
  }
  z3::expr out = world_.truth(false);
  for (const Selected& one : selection_) {
    if (one.type == type) out = out || (one.when && z3::operator==(one.key, key_of));
  }
  return out;
}

namespace {

bool finds(const Core& core, bool (*wanted)(const Core&)) {
  if (wanted(core)) return true;
  return std::ranges::any_of(core.args, [&](const CorePtr& arg) { return finds(*arg, wanted); });
}

// What is no matter of an event in a state alone: the lists that it came with, and its signatures.
bool reads_lists(const Core& core) {
  return core.kind == CoreKind::kEdges || core.kind == CoreKind::kSignedBy || core.kind == CoreKind::kSignedWith;
}

bool reads_state(const Core& core) {
  return core.kind == CoreKind::kSlot || core.kind == CoreKind::kFamily || core.kind == CoreKind::kEventById;
}

bool quantifies(const Core& core) {
  return core.kind == CoreKind::kAny || core.kind == CoreKind::kAll || core.kind == CoreKind::kNo ||
         (core.kind == CoreKind::kIs && core.args[0]->type.kind == rules::TypeKind::kMap);
}

bool may_allow(const CoreRule& rule) {
  if (rule.leaf) return *rule.leaf != LeafKind::kReject;
  return std::ranges::any_of(rule.children, may_allow);
}

}  // namespace

// That no static `reject if` fires for the event of the frame. What stands behind a rule that may allow says nothing of
// an event that entered its block. For events with a key of their own, rules with quantifiers are left out: their
// witnesses would depend on the key.
z3::expr Encoder::static_rules_pass(const std::vector<CoreRule>& siblings, bool quantifiers) {
  z3::expr out = world_.truth(true), open = world_.truth(true);
  for (const CoreRule& rule : siblings) {
    const bool head = rule.when && !finds(*rule.when, reads_lists) && !finds(*rule.when, reads_state);
    if (!rule.when || head) {
      const z3::expr here = head ? open && truth(*rule.when) : open;
      const bool asked = rule.leaf == LeafKind::kReject && rule.condition && !finds(*rule.condition, reads_lists) &&
                         !finds(*rule.condition, reads_state) && (quantifiers || !finds(*rule.condition, quantifies));
      if (asked) out = out && !(here && truth(*rule.condition));
      if (!rule.leaf && !rule.each) out = out && z3::implies(here, static_rules_pass(rule.children, quantifiers));
    }
    if (!may_allow(rule)) continue;
    if (!head || rule.leaf) break;
    open = open && !truth(*rule.when);
  }
  return out;
}

void Encoder::require_well_formed() {
  if (look_.selection || look_.after) return;  // the same state, which a plain look speaks of
  const std::map<std::string, bool> types = slots_;
  for (const auto& [type, read] : types) {
    const auto passes = [this, type](const z3::expr& key_of, bool quantifiers) {
      const EventRef entry_of = slot(type, key_of, true);
      const Frame frame(*this, entry_of);
      return z3::implies(entry_of.known, static_rules_pass(version_.rules, quantifiers));
    };
    world_.require(passes(world_.literal(""), true));
    world_.require_for_all([passes](const z3::expr& key_of) { return passes(key_of, false); });
  }
  const EventRef create = slot("m.room.create", world_.literal(""));
  world_.require(of_create(this_event_) || (create.known && !field(create, "rejected").truth));
  if (const auto prev = lists_.find("prev_events"); prev != lists_.end() && prev->second.size() > 1) {
    // After the create event alone the state holds nothing else.
    const z3::expr only = prev->second[0].there && !prev->second[1].there && of_create(prev->second[0].event);
    for (const auto& [type, read] : types) {
      if (type == "m.room.create") continue;
      world_.require_for_all(
          [this, only, type](const z3::expr& key_of) { return z3::implies(only, !slot(type, key_of, true).known); });
    }
  }
}

void Encoder::require_legal_state() {
  const std::map<std::string, bool> types = slots_;
  for (const auto& [type, read] : types) {
    const EventRef entry_of = slot(type, world_.literal(""));
    world_.require(z3::implies(entry_of.known, legal(entry_of)));
  }
}

z3::expr Encoder::cites_create_once() {
  z3::expr out = world_.truth(false);
  const std::vector<ListEntry>& entries = list("auth_events");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const EventRef& cited = entries[i].event;
    const Value state_key = field(cited, "state_key");
    z3::expr this_one = entries[i].there && cited.known && of_create(cited) && state_key.ok() &&
                        z3::operator==(state_key.text, world_.literal("")) && !field(cited, "rejected").truth &&
                        z3::operator==(field(cited, "room_id").text, field(this_event_, "room_id").text);
    for (std::size_t k = 0; k < entries.size(); ++k) {
      if (k != i) this_one = this_one && !(entries[k].there && of_create(entries[k].event));
    }
    out = out || this_one;
  }
  return z3::implies(!of_create(this_event_), out);
}

// Where canonical JSON is enforced, the numbers of the event are integers in its range.
z3::expr Encoder::legal(const EventRef& of) {
  const event::CanonicalJson& rules = version_.format.canonical_json;
  z3::expr out = world_.truth(true);
  if (!rules.enforced) return out;
  const auto fits = [&](const Meaning& base, const Terms& args) {
    Meaning one = base;
    one.aspect = Aspect::kKind;
    const z3::expr kind = world_.symbol(one, args);
    one.aspect = Aspect::kNumber;
    const z3::expr number = world_.symbol(one, args);
    return !kind_is(kind, {JsonKind::kReal, JsonKind::kBeyondDouble}) &&
           z3::implies(kind_is(kind, {JsonKind::kInteger}),
                       number >= world_.integer(rules.least) && number <= world_.integer(rules.greatest));
  };
  for (const graph::Column& column : version_.plan.columns()) {
    if (column.type.base != event::ValueType::Base::kLevel && column.type.base != event::ValueType::Base::kMap)
      continue;
    if (of.of == Meaning::Of::kSlot && of.holder != column.event_type) continue;
    Meaning base = meaning(of);
    base.event_type = column.event_type;
    base.path = column.path;
    if (column.type.base == event::ValueType::Base::kLevel) {
      out = out && fits(base, of.keys);
      continue;
    }
    base.entry = true;
    out = out && !exists("illegal entry of " + column.path.back(), [=, this](const z3::expr& key_term) {
            Terms args = of.keys;
            args.push_back(key_term);
            return !fits(base, args);
          });
  }
  return out;
}

}  // namespace stateroom::prove
