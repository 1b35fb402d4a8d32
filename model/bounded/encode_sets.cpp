// Sets of events and states: a literal an event. The index order extends every edge.
#include <fmt/format.h>

#include "model/bounded/binding.h"

namespace stateroom::bounded {

using rules::CoreKind;
using rules::TypeKind;

// ---------------------------------------------------------------------------------------------------- states

StateOf& Encoder::state_of(const Members& members) {
  std::unique_ptr<StateOf>& at = states_[members];
  if (!at) at = std::make_unique<StateOf>(StateOf{members, {}});
  return *at;
}

StateOf& Encoder::state(const Core& core) { return state_of(events(core).members); }

// A state has at most one event a key, so that the cases exclude each other.
const EventChoice& Encoder::entry(StateOf& state, const std::string& type, const std::string& state_key) {
  const auto [at, is_new] = state.entries.try_emplace({type, state_key});
  if (!is_new) return at->second;
  EventChoice& out = at->second;
  std::vector<Literal> some;
  for (std::size_t e = 0; e < world_.size(); ++e) {
    const SymbolicEvent& one = world_.events[e];
    const auto slot = one.slots.find(at->first);
    if (slot == one.slots.end()) continue;
    const Literal when = circuit_.all({state.members[e], slot->second});
    if (when == kFalse) continue;
    EventView view{static_cast<std::int32_t>(e), EventView::kNone};
    for (std::size_t t = 0; t < one.types.size(); ++t) {
      if (one.types[t].type == type) view.type = static_cast<std::int32_t>(t);
    }
    out.emplace_back(view, when);
    some.push_back(when);
  }
  if (const Literal none = -circuit_.any(some); none != kFalse) out.emplace(out.begin(), EventView{}, none);
  return out;
}

EventChoice Encoder::entry(const Members& state, const std::string& type, const std::string& state_key) {
  return entry(state_of(state), type, state_key);
}

Literal Encoder::same_key(std::size_t a, std::size_t b) {
  if (a == b) return kTrue;
  const auto [at, is_new] = same_.try_emplace(std::minmax(a, b), kFalse);
  if (!is_new) return at->second;
  const Circuit::Tag tag(circuit_, "same key");
  std::vector<Literal> out;
  for (const auto& [slot, when] : world_.events[a].slots) {
    const auto& others = world_.events[b].slots;
    if (const auto other = others.find(slot); other != others.end()) out.push_back(circuit_.all({when, other->second}));
  }
  return at->second = circuit_.any(out);
}

// ----------------------------------------------------------------------------------------------------- edges

Literal Encoder::edge(const std::string& field, std::size_t from, std::size_t to) const {
  const SymbolicEvent& of = world_.events[from];
  if (field == "prev_events") return std::ranges::find(of.prev, to) != of.prev.end() ? kTrue : kFalse;
  if (field != "auth_events") throw Unencodable("edges along `" + field + "`");
  return to < of.cites.size() ? of.cites[to] : kFalse;  // without any: the event is not made yet
}

Members Encoder::edges(const Core& core) {
  std::vector<std::vector<Literal>> cited(world_.size());
  for (const auto& [view, when] : event(*core.args[0])) {
    if (view.event < 0) continue;
    for (std::size_t to = 0; to < world_.size(); ++to)
      cited[to].push_back(circuit_.all({when, edge(core.text, static_cast<std::size_t>(view.event), to)}));
  }
  Members out;
  for (const std::vector<Literal>& whens : cited) out.push_back(circuit_.any(whens));
  return out;
}

Members Encoder::reachable(const Members& from, const std::string& field, const Members* within) {
  Members out(world_.size(), kFalse);
  std::vector<Literal> some;
  for (std::size_t to = world_.size(); to-- > 0;) {
    some.clear();
    for (std::size_t by = to + 1; by < world_.size(); ++by) {
      const Literal cites = edge(field, by, to);
      if (cites != kFalse) some.push_back(circuit_.all({cites, circuit_.any({from[by], out[by]})}));
    }
    out[to] = circuit_.all({circuit_.any(some), within != nullptr ? (*within)[to] : kTrue});
  }
  return out;
}

Members Encoder::between(const Members& from, const std::string& field) {
  const Members down = reachable(from, field, nullptr);
  Members up(world_.size(), kFalse), out(world_.size(), kFalse);
  for (std::size_t by = 0; by < world_.size(); ++by) {
    std::vector<Literal> some;
    for (std::size_t to = 0; to < by; ++to) {
      const Literal cites = edge(field, by, to);
      if (cites != kFalse) some.push_back(circuit_.all({cites, circuit_.any({from[to], up[to]})}));
    }
    up[by] = circuit_.any(some);
    out[by] = circuit_.any({from[by], circuit_.all({down[by], up[by]})});
  }
  return out;
}

// ------------------------------------------------------------------------------------------------------ sets

Members Encoder::rivals(const Members& of) {
  Members out(of.size(), kFalse);
  for (std::size_t e = 0; e < of.size(); ++e) {
    if (of[e] == kFalse) continue;
    std::vector<Literal> some;
    for (std::size_t other = 0; other < of.size(); ++other) {
      if (other != e && of[other] != kFalse) some.push_back(circuit_.all({of[other], same_key(e, other)}));
    }
    out[e] = circuit_.all({of[e], circuit_.any(some)});
  }
  return out;
}

Members Encoder::overlaid(const Members& below, const Members& above) {
  Members out(below.size(), kFalse);
  for (std::size_t e = 0; e < below.size(); ++e) {
    std::vector<Literal> hidden;
    for (std::size_t other = 0; other < above.size(); ++other) {
      if (other != e && below[e] != kFalse && above[other] != kFalse)
        hidden.push_back(circuit_.all({above[other], same_key(e, other)}));
    }
    out[e] = circuit_.any({above[e], circuit_.all({below[e], -circuit_.any(hidden)})});
  }
  return out;
}

Members Encoder::at_keys(const Members& set, const Members& of) {
  Members out(set.size(), kFalse);
  for (std::size_t e = 0; e < set.size(); ++e) {
    if (set[e] == kFalse) continue;
    std::vector<Literal> some;
    for (std::size_t other = 0; other < of.size(); ++other) {
      if (of[other] != kFalse) some.push_back(circuit_.all({of[other], same_key(e, other)}));
    }
    out[e] = circuit_.all({set[e], circuit_.any(some)});
  }
  return out;
}

Events Encoder::either(Literal test, const Events& yes, const Events& no) {
  Events out;
  for (std::size_t e = 0; e < yes.members.size(); ++e)
    out.members.push_back(circuit_.choose(test, yes.members[e], no.members[e]));
  if (!yes.order && !no.order) return out;
  if (!yes.order || !no.order) throw Unencodable("a choice between an order and a set");
  auto order = std::make_shared<Order>();
  order->is_line = yes.order->is_line && no.order->is_line;
  order->before = [this, test, a = yes.order, b = no.order](std::size_t i, std::size_t j) {
    return circuit_.choose(test, a->before(i, j), b->before(i, j));
  };
  out.order = std::move(order);
  return out;
}

Events Encoder::set_algebra(const Core& core) {
  const Members a = events(*core.args[0]).members, b = events(*core.args[1]).members;
  if (core.kind == CoreKind::kOverlaid) {
    const Circuit::Tag tag(circuit_, "overlaid");
    return {overlaid(a, b), nullptr};
  }
  const Circuit::Tag tag(circuit_, "sets");
  if (core.kind == CoreKind::kAtKeys) return {at_keys(a, b), nullptr};
  Events out;
  for (std::size_t e = 0; e < a.size(); ++e) {
    out.members.push_back(core.kind == CoreKind::kUnion  ? circuit_.any({a[e], b[e]})
                          : core.kind == CoreKind::kMeet ? circuit_.all({a[e], b[e]})
                                                         : circuit_.all({a[e], -b[e]}));
  }
  return out;
}

Events Encoder::aggregate(const Core& core) {
  if (core.args[1]->kind != CoreKind::kStates) refuse(core, "an aggregate over anything but the state sets");
  std::vector<Members> each_state;
  for (const Members& one : names_.merge->states) {
    locals_[core.binders[0]] = Events{one, nullptr};
    each_state.push_back(events(*core.args[0]).members);
  }
  const Circuit::Tag tag(circuit_, "sets");
  Events out;
  for (std::size_t e = 0; e < world_.size(); ++e) {
    std::vector<Literal> in;
    for (const Members& one : each_state) in.push_back(one[e]);
    const Literal some = circuit_.any(in), every = circuit_.all(in);
    out.members.push_back(core.kind == CoreKind::kUnionOf          ? some
                          : core.kind == CoreKind::kIntersectionOf ? every
                                                                   : circuit_.all({some, -every}));
  }
  return out;
}

Events Encoder::comprehension(const Core& core) {
  Events out = events(*core.args[0]);
  for (std::size_t e = 0; e < out.members.size(); ++e) {
    if (out.members[e] == kFalse) continue;
    locals_[core.binders[0]] = EventChoice{{EventView{static_cast<std::int32_t>(e), EventView::kNone}, kTrue}};
    out.members[e] = circuit_.all({out.members[e], truth(*core.args[1])});
  }
  return out;
}

Events Encoder::resolve(const Core& core) {
  const Members list = events(*core.args[1]).members;
  std::vector<Members> states;
  for (std::size_t e = 0; e < list.size(); ++e) {
    if (list[e] == kFalse) continue;
    if (list[e] != kTrue) refuse(core, "a resolution of states of which some may not be there");
    locals_[core.binders[0]] = EventChoice{{EventView{static_cast<std::int32_t>(e), EventView::kNone}, kTrue}};
    states.push_back(events(*core.args[0]).members);
  }
  if (states.empty()) return {Members(world_.size(), kFalse), nullptr};
  if (states.size() == 1) return {states[0], nullptr};
  Merge& merge = merges_.insert_or_assign(receiving_, begin(std::move(states))).first->second;
  return named(merge, version_.resolution_name("result"));
}

Events Encoder::events(const Core& core) {
  switch (core.kind) {
    case CoreKind::kEmptySet:
      return {Members(world_.size(), kFalse), nullptr};
    case CoreKind::kVariable:
      return std::get<Events>(locals_[static_cast<std::size_t>(core.number)]);
    case CoreKind::kNamed:
      if (core.args.empty() && names_.merge != nullptr)
        return named(*names_.merge, static_cast<std::size_t>(core.number));
      return call(core, [this](const Core& body) { return events(body); });
    case CoreKind::kIf: {
      const Literal test = truth(*core.args[0]);
      if (test == kTrue) return events(*core.args[1]);
      if (test == kFalse) return events(*core.args[2]);
      return either(test, events(*core.args[1]), events(*core.args[2]));
    }
    case CoreKind::kSingleton: {
      Members out(world_.size(), kFalse);
      for (const auto& [view, when] : event(*core.args[0])) {
        if (view.event >= 0) out[static_cast<std::size_t>(view.event)] = when;
      }
      return {out, nullptr};
    }
    case CoreKind::kEdges:
      return {edges(core), nullptr};
    case CoreKind::kBefore: {
      const EventChoice of = event(*core.args[0]);
      if (of.size() != 1 || of[0].first.event < 0) refuse(core, "the state before an event that is not fixed");
      return {world_.events[static_cast<std::size_t>(of[0].first.event)].before, nullptr};
    }
    case CoreKind::kOnly: {
      std::vector<Literal> same;
      const std::vector<Members>& states = names_.merge->states;
      for (std::size_t e = 0; e < world_.size(); ++e) {
        for (std::size_t s = 1; s < states.size(); ++s)
          same.push_back(circuit_.choose(states[0][e], states[s][e], -states[s][e]));
      }
      const Literal one = circuit_.all(same);
      Members out;
      for (const Literal member : states[0]) out.push_back(circuit_.all({one, member}));
      return {out, nullptr};
    }
    case CoreKind::kUnion:
    case CoreKind::kMeet:
    case CoreKind::kMinus:
    case CoreKind::kOverlaid:
    case CoreKind::kAtKeys:
      return set_algebra(core);
    case CoreKind::kUnionOf:
    case CoreKind::kIntersectionOf:
    case CoreKind::kDifferenceOf:
      return aggregate(core);
    case CoreKind::kComprehension:
      return comprehension(core);
    case CoreKind::kRivals: {
      const Members of = events(*core.args[0]).members;
      const Circuit::Tag tag(circuit_, "rivals");
      return {rivals(of), nullptr};
    }
    case CoreKind::kAdmitted: {
      Events out = events(*core.args[0]);
      const Members in = events(*core.args[1]).members;
      const Circuit::Tag tag(circuit_, "admitted");
      for (std::size_t e = 0; e < out.members.size(); ++e) {
        if (out.members[e] != kFalse) out.members[e] = circuit_.all({out.members[e], allowed(e, in, true)});
      }
      return out;
    }
    case CoreKind::kReachable: {
      const Members from = events(*core.args[0]).members;
      const Members within = core.args.size() > 1 ? events(*core.args[1]).members : Members();
      const Circuit::Tag tag(circuit_, "reachable");
      return {reachable(from, core.text, core.args.size() > 1 ? &within : nullptr), nullptr};
    }
    case CoreKind::kBetween: {
      const Members from = events(*core.args[0]).members;
      const Circuit::Tag tag(circuit_, "between");
      return {between(from, core.text), nullptr};
    }
    case CoreKind::kTopological:
      return topological(core);
    case CoreKind::kSort:
      return sorted(core);
    case CoreKind::kLine:
      return line(core);
    case CoreKind::kApply:
      return {apply(core), nullptr};
    case CoreKind::kUntilRejected:
      return {until_rejected(core), nullptr};
    case CoreKind::kFirstAllowed:
      return {first_allowed(core), nullptr};
    case CoreKind::kResolve:
      return resolve(core);
    case CoreKind::kStateEntry:
    case CoreKind::kListSlot:
    case CoreKind::kSlot: {
      Members out(world_.size(), kFalse);
      for (const auto& [view, when] : event(core)) {
        if (view.event >= 0) out[static_cast<std::size_t>(view.event)] = when;
      }
      return {out, nullptr};
    }
    default:  // NOLINT: what is left has no encoding
      refuse(core, fmt::format("a set of events of this form has no encoding ({})", static_cast<int>(core.kind)));
  }
}

// ----------------------------------------------------------------------------------------------------- names

Encoder::Merge Encoder::begin(std::vector<Members> states) const {
  return {std::move(states), std::vector<std::optional<Events>>(version_.resolution.size())};
}

const Events& Encoder::named(Merge& merge, std::size_t name) {
  std::optional<Events>& at = merge.names[name];
  if (at) return *at;
  const rules::CoreName& of = version_.resolution[name];
  base::require(of.parameters.empty(), "a function is no value");
  const Section section(*this, Names{&version_.resolution, &merge});
  const Framed framed(*this, {}, nullptr);
  const Circuit::Tag tag(circuit_, "name " + of.name);
  merge.names[name] = events(*of.value);
  return *merge.names[name];
}

Members Encoder::state_before(std::size_t event) {
  receiving_ = event;
  const auto& names = version_.state_before;
  const auto before = std::ranges::find(names, "before", &rules::CoreName::name);
  base::require(before != names.end(), "a version says what the state before an event is");
  const Section section(*this, Names{&names, nullptr});
  const Framed framed(*this, {static_cast<std::int32_t>(event), EventView::kNone}, nullptr);
  return events(*before->value).members;
}

Members Encoder::state_after(std::size_t event) {
  const auto& names = version_.state_before;
  const auto after = std::ranges::find(names, "after", &rules::CoreName::name);
  base::require(after != names.end() && after->parameters.size() == 1,
                "a version says what the state after an event is");
  const Section section(*this, Names{&names, nullptr});
  const Framed framed(*this, {}, nullptr);
  locals_[after->parameters[0]] = EventChoice{{EventView{static_cast<std::int32_t>(event), EventView::kNone}, kTrue}};
  return events(*after->value).members;
}

}  // namespace stateroom::bounded
