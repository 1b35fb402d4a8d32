#include "model/properties/hypotheses.h"

#include <algorithm>
#include <array>
#include <set>

#include "model/event/format.h"

namespace stateroom::properties {
namespace {

struct Row {
  std::string_view name, says;
};
constexpr std::array<Row, kHypotheses> kRows{{
    {"honest-clock", "a timestamp is greater than those of all ancestors"},
    {"linear-sender", "no sender forks against itself"},
    {"no-revocation",
     "no kick, ban, lowered level, or closing of the join rule, each against the state before the event"},
    {"honest-auth-events", "auth_events are exactly the selection from the state before"},
    {"linear-history", "the events form one chain; the state sets are states after its events"},
    {"same-event", "all state sets are states after one and the same event"},
}};

std::string_view text_of(json::Value value) { return value.is_string() ? value.string() : std::string_view(); }

std::string_view member(const graph::Room& room, EventIndex event, std::string_view name) {
  return event.valid() ? text_of(room.event(event).content.get(name)) : std::string_view();
}

std::int64_t level(json::Value value, const event::EventFormat& format, std::int64_t otherwise) {
  const auto decoded = value.valid() ? event::decode_level(value, format.level) : std::nullopt;
  return decoded ? decoded->value : otherwise;
}

/// Whether somebody has less power by the new levels than by the old ones.
bool lowers(const graph::Room& room, EventIndex old, EventIndex next) {
  const event::EventFormat& format = room.format();
  const json::Value before = room.event(old).content, after = room.event(next).content;
  const std::int64_t default_before = level(before.get("users_default"), format, 0);
  const std::int64_t default_after = level(after.get("users_default"), format, 0);
  if (default_after < default_before) return true;
  const json::Value users = before.get("users");
  if (!users.is_object()) return false;
  for (const json::Value one : users.children()) {
    const std::int64_t had = level(one, format, default_before);
    if (level(after.get("users").get(one.own_key()), format, default_after) < had) return true;
  }
  return false;
}

bool is_chain(const graph::Room& room) {
  const graph::EdgeField prev_events = room.edge_field("prev_events");
  for (std::uint32_t e = 0; e < room.size(); ++e) {
    const auto cited = room.cited(prev_events, EventIndex{e});
    const bool as_chain = e == 0 ? cited.empty() : cited.size() == 1 && cited[0] == EventIndex{e - 1};
    if (!as_chain) return false;
  }
  return true;
}

/// The events after which a state set is the state, but for stale entries.
std::vector<EventIndex> places_of(const Facts& facts, State set, std::uint32_t stale) {
  const graph::Room& room = facts.evaluator.room();
  std::vector<EventIndex> out;
  for (std::uint32_t e = 0; e < room.size(); ++e) {
    const auto entries = stale_entries(room, facts.store, set, facts.after(EventIndex{e}));
    if (entries && *entries <= stale) out.push_back(EventIndex{e});
  }
  return out;
}

std::optional<std::string> broken_by_sets(const Facts& facts, const Terms& terms) {
  std::set<EventIndex> common;
  for (std::size_t i = 0; i < facts.sets.size(); ++i) {
    const auto places = places_of(facts, facts.sets[i], terms.stale);
    if (places.empty()) {
      return "state set " + std::to_string(i) + " is the state after no event of the history" +
             (terms.stale > 0 ? ", with " + std::to_string(terms.stale) + " older entries or fewer" : "");
    }
    const std::set<EventIndex> these(places.begin(), places.end());
    if (i == 0) {
      common = these;
    } else {
      std::erase_if(common, [&](EventIndex event) { return !these.contains(event); });
    }
  }
  if (terms.has(Hypothesis::kSameEvent) && common.empty())
    return "same-event: the state sets are not states after one and the same event";
  return std::nullopt;
}

}  // namespace

std::string_view name(Hypothesis hypothesis) { return kRows[static_cast<std::size_t>(hypothesis)].name; }
std::string_view says(Hypothesis hypothesis) { return kRows[static_cast<std::size_t>(hypothesis)].says; }

std::optional<Hypothesis> hypothesis_of(std::string_view wanted) {
  const auto at = std::ranges::find(kRows, wanted, &Row::name);
  if (at == kRows.end()) return std::nullopt;
  return static_cast<Hypothesis>(at - kRows.begin());
}

bool Terms::has(Hypothesis one) const { return std::ranges::find(hypotheses, one) != hypotheses.end(); }

bool clock_is_honest(const graph::Room& room, EventIndex event) {
  for (graph::EdgeField field = 0; field < room.format().edge_fields.size(); ++field) {
    for (const EventIndex cited : room.cited(field, event)) {
      if (cited.valid() && room.origin_server_ts(cited) >= room.origin_server_ts(event)) return false;
    }
  }
  return true;
}

bool revokes(const graph::Room& room, const graph::StateStore& store, State before, EventIndex at) {
  const event::Event& event = room.event(at);
  const KeyIndex key = room.key(at);
  if (!key.valid()) return false;
  const EventIndex old = store.get(before, key);
  if (event.type == "m.room.member") {
    const std::string_view membership = member(room, at, "membership");
    // Lifting a ban takes nothing from anybody.
    const bool kick =
        membership == "leave" && event.sender != *event.state_key && member(room, old, "membership") != "ban";
    return kick || membership == "ban";
  }
  if (!old.valid()) return false;
  if (event.type == "m.room.power_levels") return lowers(room, old, at);
  return event.type == "m.room.join_rules" && member(room, old, "join_rule") == "public" &&
         member(room, at, "join_rule") != "public";
}

bool follows_own(const graph::Room& room, EventIndex event) {
  const graph::EdgeField prev_events = room.edge_field("prev_events");
  std::vector<bool> past(event.at(), false);
  std::vector<EventIndex> next{event};
  while (!next.empty()) {
    const EventIndex at = next.back();
    next.pop_back();
    for (const EventIndex cited : room.cited(prev_events, at)) {
      if (!cited.valid() || past[cited.at()]) continue;
      past[cited.at()] = true;
      next.push_back(cited);
    }
  }
  for (std::uint32_t e = 0; e < event.value(); ++e) {
    if (room.sender(EventIndex{e}) == room.sender(event) && !past[e]) return false;
  }
  return true;
}

bool cites_the_selection(rules::Evaluator& evaluator, const graph::StateStore& store, State before, EventIndex event) {
  const graph::Room& room = evaluator.room();
  const auto cited = room.cited(room.edge_field("auth_events"), event);
  const auto selected = evaluator.selection(event, rules::StateView::of(store, before));
  return std::ranges::is_permutation(cited, selected);
}

std::optional<std::uint32_t> stale_entries(const graph::Room&, const graph::StateStore& store, State set, State exact) {
  std::uint32_t count = 0;
  bool older = true;
  const std::array<State, 2> both{set, exact};
  store.visit_difference(both, [&](KeyIndex, std::span<const EventIndex> events) {
    ++count;
    older = older && events[0].valid() && events[1].valid() && events[0] < events[1];
  });
  return older ? std::optional(count) : std::nullopt;
}

std::optional<std::string> broken(const Facts& facts, const Terms& terms) {
  const graph::Room& room = facts.evaluator.room();
  const auto by = [&](Hypothesis one, EventIndex event) {
    return std::string(name(one)) + ": " + std::string(room.strings().text(room.event_id(event)));
  };
  for (std::uint32_t e = 0; e < room.size(); ++e) {
    const EventIndex event{e};
    for (const Hypothesis one : terms.hypotheses) {
      bool holds = true;
      if (one == Hypothesis::kHonestClock) holds = clock_is_honest(room, event);
      if (one == Hypothesis::kLinearSender) holds = follows_own(room, event);
      if (one == Hypothesis::kNoRevocation) holds = !revokes(room, facts.store, facts.before(event), event);
      if (one == Hypothesis::kHonestAuthEvents)
        holds = cites_the_selection(facts.evaluator, facts.store, facts.before(event), event);
      if (!holds) return by(one, event);
    }
  }
  if (terms.has(Hypothesis::kLinearHistory) && !is_chain(room)) return "linear-history: the events form no chain";
  return terms.told ? std::nullopt : broken_by_sets(facts, terms);
}

}  // namespace stateroom::properties
