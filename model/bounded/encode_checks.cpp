// Checks one after another: `apply`, `until_rejected`, `first_allowed`. Each event has a variable: it was let in. What
// it sees is the last event of each key that was let in before it.
#include "model/bounded/binding.h"

namespace stateroom::bounded {

using rules::CoreKind;
using rules::CoreRule;

namespace {

void note_types(const Core& core, std::map<std::string, bool>& types) {
  if (core.kind == CoreKind::kSlot || core.kind == CoreKind::kFamily) types[core.text] = true;
  for (const CorePtr& arg : core.args) note_types(*arg, types);
}

void note_types(const std::vector<CoreRule>& rules, std::map<std::string, bool>& types) {
  for (const CoreRule& rule : rules) {
    for (const CorePtr& core : {rule.when, rule.each, rule.condition}) {
      if (core) note_types(*core, types);
    }
    note_types(rule.children, types);
  }
}

}  // namespace

/// Whether some rule reads the key of the state: of others it does not matter what a check sees.
bool Encoder::is_read(const Slot& slot) {
  if (!types_read_) note_types(version_.rules, types_read_.emplace());
  return types_read_->contains(slot.first);
}

Literal Encoder::key_in(const Members& state, const Slot& slot) {
  std::vector<Literal> some;
  for (std::size_t e = 0; e < state.size(); ++e) {
    const auto at = world_.events[e].slots.find(slot);
    if (state[e] != kFalse && at != world_.events[e].slots.end()) some.push_back(circuit_.all({state[e], at->second}));
  }
  return circuit_.any(some);
}

/// Of the events that are in, those that no later one of the same key follows.
Members Encoder::last_of_each_key(const Members& in, const std::vector<std::size_t>& all, const Before& before) {
  Members out(in.size(), kFalse);
  for (const std::size_t e : all) {
    std::vector<Literal> later;
    for (const std::size_t k : all) {
      if (k != e) later.push_back(circuit_.all({in[k], before(e, k), same_key(e, k)}));
    }
    out[e] = circuit_.all({in[e], -circuit_.any(later)});
  }
  return out;
}

Members Encoder::apply(const Core& core) {
  const Events order = events(*core.args[0]);
  const Members state = events(*core.args[1]).members;
  if (!order.order) refuse(core, "`apply` of what is no order");
  const Circuit::Tag tag(circuit_, "apply");
  const std::vector<std::size_t> all = live(order.members);
  const std::size_t n = world_.size();
  Members in(n, kFalse);
  for (const std::size_t e : all) in[e] = circuit_.fresh();
  const auto before = [&](std::size_t i, std::size_t j) { return order.order->before(i, j); };

  std::map<Slot, Literal> held;
  for (const Slot& slot : world_.slots) {
    if (is_read(slot)) held[slot] = key_in(state, slot);
  }
  for (const std::size_t e : all) {
    // Let in before e, by event and by key.
    Members earlier(n, kFalse);
    for (const std::size_t j : all) {
      if (j != e) earlier[j] = circuit_.all({in[j], before(j, e)});
    }
    std::map<Slot, Literal> changed;
    for (const auto& [slot, literal] : held) changed[slot] = key_in(earlier, slot);
    Members seen(n, kFalse);
    for (std::size_t j = 0; j < n; ++j) {
      std::vector<Literal> is_changed, is_held;
      bool read = false;
      for (const auto& [slot, when] : world_.events[j].slots) {
        if (!held.contains(slot)) continue;
        read = true;
        is_changed.push_back(circuit_.all({when, changed[slot]}));
        is_held.push_back(circuit_.all({when, held[slot]}));
      }
      if (!read) continue;
      std::vector<Literal> later;
      Literal last = kFalse;
      if (earlier[j] != kFalse) {
        for (const std::size_t k : all) {
          if (k != e && k != j) later.push_back(circuit_.all({earlier[k], before(j, k), same_key(j, k)}));
        }
        last = circuit_.all({earlier[j], -circuit_.any(later)});
      }
      // What the state lacks is taken from the event's own auth_events.
      const Literal own = circuit_.all({-circuit_.any(is_held), j < e ? edge("auth_events", e, j) : kFalse});
      seen[j] = circuit_.any({last, circuit_.all({-circuit_.any(is_changed), circuit_.any({state[j], own})})});
    }
    const Circuit::Tag verdict(circuit_, "verdict in apply");
    circuit_.require_equal(in[e], circuit_.all({order.members[e], allowed(e, seen, true)}));
  }
  return overlaid(state, last_of_each_key(in, all, before));
}

// In each contest (one a key, or one of all) the first is let in, and the others until one is rejected.
Members Encoder::until_rejected(const Core& core) {
  const Members members = events(*core.args[0]).members;
  const Members state = events(*core.args[1]).members;
  const Before before = by_keys(core, members);
  const Circuit::Tag tag(circuit_, "until_rejected");
  const std::vector<std::size_t> all = live(members);
  const std::size_t n = world_.size();
  const auto contest = [&](std::size_t i, std::size_t j) {
    return circuit_.all({members[i], members[j], core.flag ? kTrue : same_key(i, j)});
  };
  Members in(n, kFalse);
  for (const std::size_t e : all) in[e] = circuit_.fresh();
  for (const std::size_t e : all) {
    Members earlier(n, kFalse), admitted(n, kFalse);
    for (const std::size_t j : all) {
      if (j == e) continue;
      earlier[j] = circuit_.all({contest(e, j), before(j, e)});
      admitted[j] = circuit_.all({earlier[j], in[j]});
    }
    const Literal first = circuit_.all({members[e], -circuit_.any(earlier)});
    std::vector<Literal> previous_in;  // the one just before it was let in
    for (const std::size_t j : all) {
      if (j == e) continue;
      std::vector<Literal> later;
      for (const std::size_t k : all) {
        if (k != e && k != j) later.push_back(circuit_.all({earlier[k], before(j, k)}));
      }
      previous_in.push_back(circuit_.all({admitted[j], -circuit_.any(later)}));
    }
    const Members seen = overlaid(state, last_of_each_key(admitted, all, before));
    const Circuit::Tag verdict(circuit_, "verdict in until_rejected");
    circuit_.require_equal(in[e],
                           circuit_.any({first, circuit_.all({circuit_.any(previous_in), allowed(e, seen, true)})}));
  }
  return overlaid(state, last_of_each_key(in, all, before));
}

// Of each key the first that the rules allow in the state; with `else last` the last one if none is.
Members Encoder::first_allowed(const Core& core) {
  const Members members = events(*core.args[0]).members;
  const Members state = events(*core.args[1]).members;
  const Before before = by_keys(core, members);
  const Circuit::Tag tag(circuit_, "first_allowed");
  const std::vector<std::size_t> all = live(members);
  Members fits(world_.size(), kFalse), won(world_.size(), kFalse);
  for (const std::size_t e : all) {
    const Circuit::Tag verdict(circuit_, "verdict in first_allowed");
    fits[e] = circuit_.all({members[e], allowed(e, state, true)});
  }
  for (const std::size_t e : all) {
    std::vector<Literal> earlier, others;
    for (const std::size_t k : all) {
      if (k == e) continue;
      earlier.push_back(circuit_.all({fits[k], same_key(e, k), before(k, e)}));
      others.push_back(
          circuit_.all({same_key(e, k), circuit_.any({fits[k], circuit_.all({members[k], before(e, k)})})}));
    }
    won[e] = circuit_.all({fits[e], -circuit_.any(earlier)});
    if (core.flag) won[e] = circuit_.any({won[e], circuit_.all({members[e], -fits[e], -circuit_.any(others)})});
  }
  return overlaid(state, won);
}

}  // namespace stateroom::bounded
