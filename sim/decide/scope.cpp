#include "sim/decide/scope.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "model/bounded/hypotheses.h"

namespace stateroom::decide {

using bounded::Circuit;
using bounded::kFalse;
using bounded::kTrue;
using bounded::Literal;
using bounded::Members;
using bounded::Model;
using properties::Hypothesis;

namespace {

std::vector<bounded::Scalar> texts(std::initializer_list<const char*> values) {
  std::vector<bounded::Scalar> out;
  for (const char* value : values) out.push_back(bounded::Scalar::of(std::string(value)));
  return out;
}

bounded::Setting setting(const Ground& ground, const Shape& shape, const properties::Terms& terms) {
  return {ground.first, shape, terms.has(Hypothesis::kHonestClock), terms.has(Hypothesis::kHonestAuthEvents)};
}

/// At most so many of the literals are true.
void require_at_most(Circuit& circuit, const std::vector<Literal>& literals, std::uint32_t most) {
  std::vector<Literal> counted(most + 1, kFalse);  // counted[k]: more than k are true so far
  for (const Literal one : literals) {
    for (std::uint32_t k = most + 1; k-- > 0;)
      counted[k] = circuit.any({counted[k], circuit.all({one, k == 0 ? kTrue : counted[k - 1]})});
  }
  circuit.require({-counted[most]});
}

}  // namespace

Ground Ground::of(explore::Stage& stage, const explore::Study& study) {
  Ground out;
  out.program = stage.shared_program();
  stage.cut(study.prefix());
  for (std::uint32_t e = 0; e < study.prefix(); ++e) out.first.push_back(stage.room().event(stage.event(e)));
  const std::vector<std::string>& people = explore::Study::people();
  out.vocabulary.senders = people;
  std::vector<bounded::Scalar> levels;
  for (const std::int64_t level : {0, 25, 50, 100}) levels.push_back(bounded::Scalar::of(level));
  bounded::FreeType power_levels{"m.room.power_levels", {""}, {}};
  for (const std::string& user : people) {
    if (user != people[0] || study.creator_is_listed()) power_levels.fields.push_back({{"users"}, user, levels});
  }
  out.vocabulary.types = {
      std::move(power_levels),
      {"m.room.join_rules", {""}, {{{"join_rule"}, std::nullopt, texts({"public", "invite"})}}},
      {"m.room.topic", {""}, {}},
      {"m.room.member", people, {{{"membership"}, std::nullopt, texts({"join", "leave", "invite", "ban"})}}}};
  return out;
}

std::vector<Shape> shapes_under(std::uint32_t prefix, std::uint32_t events, const properties::Terms& terms) {
  return shapes(prefix, events, terms.has(Hypothesis::kLinearHistory), !terms.has(Hypothesis::kHonestAuthEvents));
}

Scope::Scope(const Ground& ground, Shape shape, const properties::Terms& terms)
    : ground_(ground),
      shape_(std::move(shape)),
      history_(ground.program->version(), ground.vocabulary, setting(ground, shape_, terms)),
      honest_auth_events_(terms.has(Hypothesis::kHonestAuthEvents)) {
  last_ = static_cast<std::uint32_t>(history_.size() - 1);
  assume(terms);
  choose_sets(terms);
  const auto& names = ground.program->version().resolution;
  for (std::size_t name = 0; name < names.size(); ++name) {
    if (names[name].parameters.empty()) history_.encoder().named(merge_, name);
  }
  note_orders(merge_);
  for (const auto& [event, merge] : history_.merges()) note_orders(merge);
  const std::size_t violations = ground.program->version().resolution_name(rules::kViolations);
  base::require(violations < names.size(), "the program has the property's names");
  violated_ = circuit().any(history_.encoder().named(merge_, violations).members);
}

// A model is asked for the order of each two members: their literals must be among its variables.
void Scope::note_orders(const bounded::Encoder::Merge& merge) {
  for (const auto& name : merge.names) {
    if (!name || !name->order) continue;
    for (std::size_t i = 0; i < name->members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (name->members[i] == kFalse || name->members[j] == kFalse) continue;
        name->order->before(i, j);
        name->order->before(j, i);
      }
    }
  }
}

void Scope::assume(const properties::Terms& terms) {
  const Circuit::Tag tag(circuit(), "hypotheses");
  std::vector<Literal> all{asked_};
  for (std::size_t e = history_.first(); e < history_.size(); ++e) {
    if (terms.has(Hypothesis::kNoRevocation)) all.push_back(-bounded::revokes(history_, e));
    if (terms.has(Hypothesis::kLinearSender)) all.push_back(bounded::follows_own(history_, e));
  }
  asked_ = circuit().all(all);
}

// One state set is the state after the last event. The other is the state after some event before it, or, where two
// events have none after them, after the other of these. One of both may have older entries.
void Scope::choose_sets(const properties::Terms& terms) {
  const Circuit::Tag tag(circuit(), "state sets");
  const std::vector<std::uint32_t> two = ends(ground_.prefix(), shape_);
  std::vector<Literal> chosen;
  if (two.size() > 1) {
    others_.emplace_back(two[0], kTrue);
  } else if (terms.has(Hypothesis::kSameEvent)) {
    others_.emplace_back(last_, kTrue);
  } else {
    const std::uint32_t newest = terms.stale > 0 ? last_ : last_ - 1;
    for (std::uint32_t e = ground_.prefix() - 1; e <= newest; ++e) {
      if (history_.reaches(last_, e)) others_.emplace_back(e, circuit().fresh());
    }
    for (const auto& [event, when] : others_) chosen.push_back(when);
    circuit().require_one(chosen);
  }
  Members other;
  for (std::size_t e = 0; e < history_.size(); ++e) {
    std::vector<Literal> some;
    for (const auto& [event, when] : others_) some.push_back(circuit().all({when, history_.after(event)[e]}));
    other.push_back(circuit().any(some));
  }
  Members newest = history_.after(last_);
  if (terms.stale > 0) {
    if (!terms.has(Hypothesis::kSameEvent)) stale_is_last_ = circuit().fresh();
    Members exact;
    for (std::size_t e = 0; e < history_.size(); ++e)
      exact.push_back(circuit().choose(stale_is_last_, newest[e], other[e]));
    const Members changed = stale(exact, last_, terms.stale);
    for (std::size_t e = 0; e < history_.size(); ++e) {
      newest[e] = circuit().choose(stale_is_last_, changed[e], newest[e]);
      other[e] = circuit().choose(stale_is_last_, other[e], changed[e]);
    }
  }
  std::vector<Literal> same;
  for (std::size_t e = 0; e < history_.size(); ++e) same.push_back(circuit().choose(newest[e], other[e], -other[e]));
  asked_ = circuit().all({asked_, -circuit().all(same)});
  merge_ = history_.encoder().begin({newest, other});
}

// Some entries replaced by older events of their keys, ancestors of what they replace.
Members Scope::stale(const Members& exact, std::uint32_t last, std::uint32_t most) {
  bounded::Encoder& encoder = history_.encoder();
  old_.assign(history_.size(), kFalse);
  for (std::uint32_t e = 0; e < last; ++e) {
    std::vector<Literal> replaced;
    for (std::uint32_t entry = e + 1; entry <= last; ++entry) {
      if (history_.reaches(entry, e)) replaced.push_back(circuit().all({exact[entry], encoder.same_key(e, entry)}));
    }
    const Literal can = circuit().all({-exact[e], circuit().any(replaced)});
    if (can == kFalse) continue;
    old_[e] = circuit().fresh();
    circuit().require({-old_[e], can});
    for (std::uint32_t other = 0; other < e; ++other)
      circuit().require({-old_[e], -old_[other], -encoder.same_key(e, other)});
  }
  require_at_most(circuit(), old_, most);
  Members out;
  for (std::size_t e = 0; e < history_.size(); ++e) {
    std::vector<Literal> hidden;
    for (std::size_t other = 0; other < history_.size(); ++other) {
      if (old_[other] != kFalse && other != e)
        hidden.push_back(circuit().all({old_[other], encoder.same_key(e, other)}));
    }
    out.push_back(circuit().any({old_[e], circuit().all({exact[e], -circuit().any(hidden)})}));
  }
  return out;
}

// By the event after which the other state set is, or by its older entries; in turn, so that early and late events are
// in each part.
std::vector<std::vector<Literal>> Scope::parts(std::size_t count) const {
  std::vector<Literal> some;
  if (others_.size() > 1) {
    for (const auto& [event, when] : others_) some.push_back(when);
  } else if (stale_is_last_ == kFalse) {
    std::ranges::copy_if(old_, std::back_inserter(some), [](Literal old) { return old != kFalse; });
  }
  std::vector<std::vector<Literal>> out(std::max<std::size_t>(1, std::min(count, some.size())));
  for (std::size_t i = 0; i < some.size(); ++i) out[i % out.size()].push_back(some[i]);
  if (some.empty()) out[0].push_back(kTrue);
  return out;
}

std::vector<std::string> Scope::names() const {
  std::vector<std::string> out;
  const auto note = [&](Literal literal, const std::string& name) {
    out.push_back(fmt::format("{} {}", literal, name));
  };
  const auto note_members = [&](const Members& members, const std::string& name) {
    for (std::size_t e = 0; e < members.size(); ++e) note(members[e], fmt::format("{} has event {}", name, e));
  };
  const auto note_choice = [&](const bounded::Choice& choice, const std::string& name) {
    for (const auto& [value, when] : choice) {
      const bool text = value.kind == bounded::Scalar::Kind::kString;
      note(when, fmt::format("{} is {}", name, text ? value.text : std::to_string(value.number)));
    }
  };
  note(asked_, "the history keeps to the hypotheses and the state sets differ");
  note(violated_, "the property is violated");
  for (std::size_t e = 0; e < history_.size(); ++e) {
    const bounded::SymbolicEvent& event = history_.world().events[e];
    note_choice(event.sender, fmt::format("sender of event {}", e));
    for (const bounded::TypeCase& as : event.types) {
      note(as.when, fmt::format("type of event {} is {}", e, as.type));
      note_choice(as.state_key, fmt::format("state_key of event {} as {}", e, as.type));
      for (const auto& [column, choice] : as.columns)
        note_choice(choice,
                    fmt::format("{} of event {}", fmt::join(ground_.program->version().plan[column].path, "."), e));
      for (const auto& [column, entries] : as.entries) {
        for (const auto& [key, choice] : entries) note_choice(choice, fmt::format("level of {} in event {}", key, e));
      }
    }
    note_members(event.before, fmt::format("the state before event {}", e));
    note_members(event.cites, fmt::format("auth_events of event {}", e));
  }
  for (std::size_t s = 0; s < merge_.states.size(); ++s) note_members(merge_.states[s], fmt::format("state set {}", s));
  const auto& all = ground_.program->version().resolution;
  for (std::size_t name = 0; name < all.size(); ++name) {
    if (merge_.names[name]) note_members(merge_.names[name]->members, all[name].name);
  }
  return out;
}

// ---------------------------------------------------------------------------------------------------- models

Scope::Play Scope::play(const Model& model) const {
  Play out;
  const std::uint32_t prefix = ground_.prefix();
  for (std::uint32_t e = prefix; e <= last_; ++e) {
    out.deeds.push_back(history_.deed(model, e));
    out.prev.push_back(shape_[e - prefix]);
    out.cites.push_back(history_.members(model, history_.cites(e)));
  }
  // Times: behind what comes before in the order, and before the next of the prefix.
  out.times.assign(shape_.size(), 0);
  std::int64_t now = explore::kFirstTimestamp - explore::kBetween;
  for (const std::size_t e : history_.by_time(model)) {
    now = e < prefix ? ground_.first[e].origin_server_ts : now + 1;
    if (e >= prefix) out.times[e - prefix] = now;
  }
  const auto other = std::ranges::find_if(others_, [&](const auto& one) { return model.holds(one.second); });
  out.sets = {{last_, {}}, {other->first, {}}};
  explore::StateSet& changed = out.sets[model.holds(stale_is_last_) ? 0 : 1];
  const std::vector<std::uint32_t> exact = history_.members(model, history_.after(changed.after));
  for (std::uint32_t e = 0; e < old_.size(); ++e) {
    if (!model.holds(old_[e])) continue;
    for (const std::uint32_t entry : exact) {
      if (model.holds(history_.same_key(e, entry))) changed.stale.emplace_back(entry, e);
    }
  }
  std::ranges::sort(changed.stale);
  return out;
}

Scope::Merge Scope::values(const Model& model, const bounded::Encoder::Merge& merge) const {
  Merge out;
  for (const Members& state : merge.states) out.states.push_back(history_.members(model, state));
  const auto& names = ground_.program->version().resolution;
  for (std::size_t name = 0; name < names.size(); ++name) {
    if (!merge.names[name]) continue;
    const bounded::Events& of = *merge.names[name];
    Value value{names[name].name, history_.members(model, of.members)};
    if (of.order) {
      std::vector<std::pair<std::size_t, std::uint32_t>> placed;
      for (const std::uint32_t e : value.events) {
        std::size_t place = 0;
        for (const std::uint32_t other : value.events)
          place += other != e && model.holds(of.order->before(other, e)) ? 1 : 0;
        placed.emplace_back(place, e);
      }
      std::ranges::sort(placed);
      value.events.clear();
      for (const auto& [place, e] : placed) value.events.push_back(e);
    }
    out.values.push_back(std::move(value));
  }
  return out;
}

std::vector<std::pair<std::uint32_t, Scope::Merge>> Scope::merges_before(const Model& model) const {
  std::vector<std::pair<std::uint32_t, Merge>> out;
  for (const auto& [event, merge] : history_.merges())
    out.emplace_back(static_cast<std::uint32_t>(event), values(model, merge));
  return out;
}

std::optional<std::vector<Literal>> Scope::pin(const Play& play) const {
  std::vector<Literal> out;
  const std::uint32_t prefix = ground_.prefix();
  std::vector<std::size_t> by_time;
  for (std::uint32_t e = 0; e <= last_; ++e) by_time.push_back(e);
  std::ranges::sort(by_time, {}, [&](std::size_t e) {
    return e < prefix ? ground_.first[e].origin_server_ts : play.times[e - prefix];
  });
  out = history_.pin_times(by_time);
  for (std::uint32_t e = prefix; e <= last_; ++e) {
    const auto event = history_.pin(e, play.deeds[e - prefix]);
    if (!event) return std::nullopt;
    out.insert(out.end(), event->begin(), event->end());
    if (honest_auth_events_) continue;
    for (std::uint32_t to = 0; to < e; ++to) {
      const bool cited = std::ranges::find(play.cites[e - prefix], to) != play.cites[e - prefix].end();
      out.push_back(cited ? history_.cites(e)[to] : -history_.cites(e)[to]);
    }
  }
  const bool last_is_stale = !play.sets[0].stale.empty();
  const auto other = std::ranges::find(others_, play.sets[1].after, &std::pair<std::uint32_t, Literal>::first);
  if (other == others_.end()) return std::nullopt;
  out.push_back(other->second);
  if (stale_is_last_ != kFalse) out.push_back(last_is_stale ? stale_is_last_ : -stale_is_last_);
  const auto& stale = play.sets[last_is_stale ? 0 : 1].stale;
  for (std::uint32_t e = 0; e < old_.size(); ++e) {
    const bool is_old = std::ranges::any_of(stale, [&](const auto& one) { return one.second == e; });
    if (old_[e] != kFalse) out.push_back(is_old ? old_[e] : -old_[e]);
    if (old_[e] == kFalse && is_old) return std::nullopt;
  }
  return out;
}

}  // namespace stateroom::decide
