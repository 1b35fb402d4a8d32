// Rules: the first that fires decides. The selection of auth events.
#include "model/bounded/binding.h"

namespace stateroom::bounded {

using rules::CoreKind;
using rules::CoreRule;
using rules::LeafKind;

namespace {

bool has(const Core& core, bool (*wanted)(const Core&)) {
  if (wanted(core)) return true;
  return std::ranges::any_of(core.args, [&](const CorePtr& arg) { return has(*arg, wanted); });
}

bool reads_state(const Core& core) {
  return core.kind == CoreKind::kSlot || core.kind == CoreKind::kFamily || core.kind == CoreKind::kEventById;
}

bool reads_edges(const Core& core) { return core.kind == CoreKind::kEdges || core.kind == CoreKind::kSelected; }

/// A rule that rejects by the event and its edges alone keeps the outcome that it had on receipt.
bool is_kept(const CoreRule& rule) {
  return rule.leaf == LeafKind::kReject && rule.condition && !has(*rule.condition, reads_state) &&
         has(*rule.condition, reads_edges);
}

}  // namespace

// The rules are asked once for each type that the event may have, so that `when type = …` is decided by the encoder.
Literal Encoder::allowed(std::size_t event, const Members& members, bool recheck) {
  StateOf& state = state_of(members);
  const bool outer = std::exchange(recheck_, recheck);
  std::vector<Literal> out;
  const std::vector<TypeCase>& types = world_.events[event].types;
  for (std::size_t t = 0; t < types.size(); ++t) {
    const Framed framed(*this, {static_cast<std::int32_t>(event), static_cast<std::int32_t>(t)}, &state);
    out.push_back(circuit_.all({types[t].when, block(version_.rules).allows}));
  }
  recheck_ = outer;
  return circuit_.any(out);
}

Encoder::Outcome Encoder::block(const std::vector<CoreRule>& rules) {
  Outcome out;
  Literal open = kTrue;
  for (const CoreRule& one : rules) {
    const Outcome of = rule(one);
    out.allows = circuit_.any({out.allows, circuit_.all({open, of.allows})});
    out.rejects = circuit_.any({out.rejects, circuit_.all({open, of.rejects})});
    open = circuit_.all({open, -of.allows, -of.rejects, -of.skips});
    if (open == kFalse) break;
  }
  return out;
}

Encoder::Outcome Encoder::for_each(const CoreRule& rule) {
  std::vector<Literal> out;
  const std::vector<Item> all = items(*rule.each);
  for (const CoreRule& child : rule.children) {
    for (const Item& item : all) {
      bind(rule.binders, item.values);
      out.push_back(circuit_.all({item.there, truth(*child.condition)}));
    }
  }
  return {kFalse, circuit_.any(out), kFalse};
}

Encoder::Outcome Encoder::rule(const CoreRule& rule) {
  const Literal here = rule.when ? truth(*rule.when) : kTrue;
  if (here == kFalse) return {};
  if (!rule.leaf) {
    const Outcome inside = rule.each ? for_each(rule) : block(rule.children);
    return {circuit_.all({here, inside.allows}), circuit_.all({here, inside.rejects}), kFalse};
  }
  if (recheck_ && is_kept(rule)) return {};
  const Literal holds = rule.condition ? truth(*rule.condition) : kTrue;
  switch (*rule.leaf) {
    case LeafKind::kAllow:
      return {circuit_.all({here, holds}), kFalse, kFalse};
    case LeafKind::kReject:
      return {kFalse, circuit_.all({here, holds}), kFalse};
    case LeafKind::kAllowIff:
      return {circuit_.all({here, holds}), circuit_.all({here, -holds}), kFalse};
    case LeafKind::kSkip:
      return {kFalse, kFalse, circuit_.all({here, holds})};
    case LeafKind::kSelect:
    case LeafKind::kDrop:
    case LeafKind::kRedact:
    case LeafKind::kRejectUnless:
    case LeafKind::kSoftFail:
      break;
  }
  throw Unencodable("the section `rules` has no leaf of this kind: " + rule.path);
}

// The keys that the section selects for the event of the frame. An event found by its id is no slot of the state.
void Encoder::want(const std::vector<CoreRule>& rules, Literal guard, Wanted& into) {
  for (const CoreRule& rule : rules) {
    const Literal here = rule.when ? circuit_.all({guard, truth(*rule.when)}) : guard;
    if (here == kFalse) continue;
    want(rule.children, here, into);
    if (!rule.leaf || rule.condition->kind != CoreKind::kSlot) continue;
    for (const auto& [key, when] : value(*rule.condition->args[0])) {
      if (!key.missing()) into[{rule.condition->text, key.text}].push_back(circuit_.all({here, when}));
    }
  }
}

Members Encoder::selection(std::size_t event, const Members& members) {
  const Circuit::Tag tag(circuit_, "selection");
  StateOf& state = state_of(members);
  std::vector<std::vector<Literal>> cited(world_.size());
  const std::vector<TypeCase>& types = world_.events[event].types;
  for (std::size_t t = 0; t < types.size(); ++t) {
    const Framed framed(*this, {static_cast<std::int32_t>(event), static_cast<std::int32_t>(t)}, &state);
    Wanted wanted;
    want(version_.auth_events, types[t].when, wanted);
    for (const auto& [slot, whens] : wanted) {
      const Literal when = circuit_.any(whens);
      for (const auto& [view, literal] : entry(state, slot.first, slot.second)) {
        if (view.event >= 0) cited[static_cast<std::size_t>(view.event)].push_back(circuit_.all({when, literal}));
      }
    }
  }
  Members out;
  for (const std::vector<Literal>& whens : cited) out.push_back(circuit_.any(whens));
  return out;
}

Literal Encoder::selects(const EventChoice& cited) {
  Wanted wanted;
  want(version_.auth_events, kTrue, wanted);
  return each_truth(cited, [&](const EventView& view) {
    if (view.event < 0) return kFalse;
    std::vector<Literal> out;
    const SymbolicEvent& of = world_.events[static_cast<std::size_t>(view.event)];
    for (const auto& [slot, whens] : wanted) {
      if (const auto at = of.slots.find(slot); at != of.slots.end())
        out.push_back(circuit_.all({at->second, circuit_.any(whens)}));
    }
    return circuit_.any(out);
  });
}

}  // namespace stateroom::bounded
