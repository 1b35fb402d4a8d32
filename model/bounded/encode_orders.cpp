// Orders: a literal a pair. A topological order has variables, a sorted one none.
#include "model/bounded/binding.h"

namespace stateroom::bounded {

std::vector<std::size_t> Encoder::live(const Members& members) const {
  std::vector<std::size_t> out;
  for (std::size_t e = 0; e < members.size(); ++e) {
    if (members[e] != kFalse) out.push_back(e);
  }
  return out;
}

// Whether one event has the lesser key. Event ids come last: where the keys may be equal, their order is not known.
Encoder::Before Encoder::by_keys(const Core& core, const Members& members) {
  const Circuit::Tag tag(circuit_, "keys");
  auto keys = std::make_shared<std::vector<std::vector<Choice>>>(members.size());
  for (const std::size_t e : live(members)) {
    if (core.binders.empty()) break;
    locals_[core.binders[0]] = EventChoice{{EventView{static_cast<std::int32_t>(e), EventView::kNone}, kTrue}};
    for (const rules::CoreKey& key : core.keys) (*keys)[e].push_back(value(*key.value));
  }
  std::vector<bool> descending;
  for (const rules::CoreKey& key : core.keys) descending.push_back(key.descending);
  const auto less_of = [this, keys, descending](std::size_t i, std::size_t j) {
    const Circuit::Tag of_keys(circuit_, "keys");
    Literal out = kFalse, tied = kTrue;
    for (std::size_t k = 0; k < descending.size() && tied != kFalse; ++k) {
      const Choice& a = (*keys)[i][k];
      const Choice& b = (*keys)[j][k];
      out = circuit_.any({out, circuit_.all({tied, descending[k] ? less(b, a) : less(a, b)})});
      tied = circuit_.all({tied, equal(a, b)});
    }
    if (tied != kFalse) throw Unencodable("an order in which event ids decide");
    return out;
  };
  auto memo = std::make_shared<std::map<std::pair<std::size_t, std::size_t>, Literal>>();
  return [less_of, memo](std::size_t i, std::size_t j) {
    if (i == j) return kFalse;
    const auto [at, is_new] = memo->try_emplace(std::minmax(i, j), kFalse);
    if (is_new) at->second = less_of(std::min(i, j), std::max(i, j));
    return i < j ? at->second : -at->second;
  };
}

Events Encoder::sorted(const Core& core) {
  const Members members = events(*core.args[0]).members;
  return {members, std::make_shared<const Order>(Order{by_keys(core, members), false})};
}

// Total, transitive, after what it cites, and greedy: of two events the one with the greater key is first only if the
// other waits for an event that does not come before it. There is one such order: the smallest by keys.
Events Encoder::topological(const Core& core) {
  const Members members = events(*core.args[0]).members;
  const Before less_key = by_keys(core, members);
  const Circuit::Tag tag(circuit_, "topological");
  const std::vector<std::size_t> all = live(members);
  std::vector<Members> reached;
  if (core.flag) {
    for (std::size_t e = 0; e < members.size(); ++e) {
      Members from(members.size(), kFalse);
      from[e] = kTrue;
      reached.push_back(reachable(from, core.text, nullptr));
    }
  }
  const auto cites = [&](std::size_t by, std::size_t to) {
    return core.flag ? reached[by][to] : edge(core.text, by, to);
  };
  auto pairs = std::make_shared<std::map<std::pair<std::size_t, std::size_t>, Literal>>();
  for (const std::size_t i : all) {
    for (const std::size_t j : all) {
      if (i < j) (*pairs)[{i, j}] = circuit_.fresh();
    }
  }
  const Before before = [pairs](std::size_t i, std::size_t j) {
    if (i == j) return kFalse;
    return i < j ? pairs->at({i, j}) : -pairs->at({j, i});
  };
  for (std::size_t x = 0; x < all.size(); ++x) {
    for (std::size_t y = x + 1; y < all.size(); ++y) {
      for (std::size_t z = y + 1; z < all.size(); ++z) {
        const Literal ij = before(all[x], all[y]), jk = before(all[y], all[z]), ik = before(all[x], all[z]);
        circuit_.require({-ij, -jk, ik});
        circuit_.require({ij, jk, -ik});
      }
    }
  }
  for (const std::size_t i : all) {
    for (const std::size_t j : all) {
      if (i == j) continue;
      if (j > i) circuit_.require({-cites(j, i), -members[i], -members[j], before(i, j)});
      std::vector<Literal> clause{-members[i], -members[j], -before(i, j), -less_key(j, i)};
      for (const std::size_t k : all) {
        if (k >= j) break;
        clause.push_back(circuit_.all({cites(j, k), members[k], k == i ? kTrue : -before(k, i)}));
      }
      circuit_.require(clause);
    }
  }
  return {members, std::make_shared<const Order>(Order{before, false})};
}

// What lies on the line from an event, itself left out. An event cites at most one event of a key.
const Members& Encoder::line_from(std::size_t event, const Slot& slot) {
  const auto [at, is_new] = lines_.try_emplace({slot, event}, Members(world_.size(), kFalse));
  Members& out = at->second;
  if (!is_new) return out;
  std::vector<std::vector<Literal>> some(world_.size());
  for (std::size_t to = 0; to < event; ++to) {
    const auto slots = world_.events[to].slots.find(slot);
    if (slots == world_.events[to].slots.end()) continue;
    const Literal cites = circuit_.all({edge("auth_events", event, to), slots->second});
    if (cites == kFalse) continue;
    some[to].push_back(cites);
    const Members& below = line_from(to, slot);
    for (std::size_t e = 0; e < to; ++e) some[e].push_back(circuit_.all({cites, below[e]}));
  }
  for (std::size_t e = 0; e < event; ++e) out[e] = circuit_.any(some[e]);
  return out;
}

Events Encoder::line(const Core& core) {
  const EventChoice from = event(*core.args[0]);
  const Circuit::Tag tag(circuit_, "line");
  std::vector<std::vector<Literal>> some(world_.size());
  for (const auto& [view, when] : from) {
    if (view.event < 0) continue;
    const auto start = static_cast<std::size_t>(view.event);
    some[start].push_back(when);
    const Members& below = line_from(start, {core.text, core.text2});
    for (std::size_t e = 0; e < start; ++e) some[e].push_back(circuit_.all({when, below[e]}));
  }
  Events out;
  for (const std::vector<Literal>& whens : some) out.members.push_back(circuit_.any(whens));
  out.order =
      std::make_shared<const Order>(Order{[](std::size_t i, std::size_t j) { return i > j ? kTrue : kFalse; }, true});
  return out;
}

// Places are only compared, and both lines go down in index: minus the event's index is in the order of its place.
Choice Encoder::position(const Core& core) {
  const Events of = events(*core.args[0]), in = events(*core.args[1]);
  if (!of.order || !in.order || !of.order->is_line || !in.order->is_line) refuse(core, "a position in what is no line");
  const Circuit::Tag tag(circuit_, "position");
  Choice out;
  Literal seen = kFalse;
  for (std::size_t e = world_.size(); e-- > 0;) {
    const Literal both = circuit_.all({of.members[e], in.members[e]});
    if (both == kFalse) continue;
    const Literal here = circuit_.all({both, -seen});
    if (here != kFalse) out.emplace_back(Scalar::of(-static_cast<std::int64_t>(e)), here);
    seen = circuit_.any({seen, both});
  }
  if (seen != kTrue) out.emplace_back(Scalar{Scalar::Kind::kInfinite, 0, {}}, -seen);
  std::ranges::sort(out);
  return out;
}

}  // namespace stateroom::bounded
