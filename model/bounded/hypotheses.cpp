#include "model/bounded/hypotheses.h"

#include <algorithm>
#include <set>

namespace stateroom::bounded {
namespace {

const std::vector<std::string> kMembership{"membership"}, kJoinRule{"join_rule"}, kUsers{"users"};

Literal is(const Choice& choice, const std::string& text) {
  const auto at = std::ranges::find(choice, Scalar::of(text), &std::pair<Scalar, Literal>::first);
  return at == choice.end() ? kFalse : at->second;
}

/// A level that is missing is 0: contents of these histories name no other default.
Choice or_zero(Circuit& circuit, const Choice& choice) {
  Choice out;
  std::vector<Literal> zero;
  for (const auto& [scalar, when] : choice) {
    if (scalar.missing() || scalar == Scalar::of(std::int64_t{0})) {
      zero.push_back(when);
    } else {
      out.emplace_back(scalar, when);
    }
  }
  if (!zero.empty()) out.emplace_back(Scalar::of(std::int64_t{0}), circuit.any(zero));
  std::ranges::sort(out);
  return out;
}

Literal present(Circuit& circuit, const EventChoice& choice) {
  std::vector<Literal> out;
  for (const auto& [view, when] : choice) {
    if (view.event >= 0) out.push_back(when);
  }
  return circuit.any(out);
}

Literal lowers(History& history, const EventChoice& old, const EventChoice& next) {
  Circuit& circuit = history.world().circuit;
  std::set<std::string> users;
  for (const SymbolicEvent& event : history.world().events) {
    for (const TypeCase& as : event.types) {
      if (as.type != "m.room.power_levels") continue;
      for (const auto& [column, entries] : as.entries) {
        for (const auto& [user, levels] : entries) users.insert(user);
      }
    }
  }
  std::vector<Literal> out;
  for (const std::string& user : users) {
    const Choice had = history.encoder().content(old, kUsers, &user);
    std::vector<Literal> listed;
    for (const auto& [scalar, when] : had) {
      if (scalar.kind != Scalar::Kind::kAbsent) listed.push_back(when);
    }
    const Choice has = history.encoder().content(next, kUsers, &user);
    out.push_back(
        circuit.all({circuit.any(listed), history.encoder().less(or_zero(circuit, has), or_zero(circuit, had))}));
  }
  return circuit.any(out);
}

}  // namespace

Literal revokes(History& history, std::size_t event) {
  Circuit& circuit = history.world().circuit;
  Encoder& encoder = history.encoder();
  const SymbolicEvent& of = history.world().events[event];
  std::vector<Literal> out;
  for (std::size_t t = 0; t < of.types.size(); ++t) {
    const TypeCase& as = of.types[t];
    const EventChoice self{{EventView{static_cast<std::int32_t>(event), static_cast<std::int32_t>(t)}, kTrue}};
    for (const auto& [key, when] : as.state_key) {
      const EventChoice old = encoder.entry(of.before, as.type, key.text);
      Literal here = kFalse;
      if (as.type == "m.room.member") {
        const Choice membership = encoder.content(self, kMembership);
        const Literal lifted = is(encoder.content(old, kMembership), "ban");
        const Literal kick = circuit.all({is(membership, "leave"), -is(of.sender, key.text), -lifted});
        here = circuit.any({kick, is(membership, "ban")});
      } else if (as.type == "m.room.power_levels") {
        here = circuit.all({present(circuit, old), lowers(history, old, self)});
      } else if (as.type == "m.room.join_rules") {
        here = circuit.all(
            {is(encoder.content(old, kJoinRule), "public"), -is(encoder.content(self, kJoinRule), "public")});
      }
      out.push_back(circuit.all({as.when, when, here}));
    }
  }
  return circuit.any(out);
}

Literal follows_own(History& history, std::size_t event) {
  Circuit& circuit = history.world().circuit;
  std::vector<Literal> out;
  for (std::size_t e = 0; e < event; ++e) {
    if (!history.reaches(event, e))
      out.push_back(-history.encoder().equal(history.world().events[e].sender, history.world().events[event].sender));
  }
  return circuit.all(out);
}

}  // namespace stateroom::bounded
