#include "model/resolve/explain.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace stateroom::resolve {

namespace {

using rules::Core;
using rules::CoreKind;

/// Why an event is in a value of this kind, where that is the same for all of them.
std::string reason_of(const Core& core) {
  const bool of_states = core.args.size() == 2 && core.args[0]->kind == CoreKind::kVariable;
  switch (core.kind) {
    case CoreKind::kDifferenceOf:
      return of_states ? "some state sets have it and some do not"
                       : "it is in the auth chain of some state sets and not of all";
    case CoreKind::kIntersectionOf:
      return "all state sets have it";
    case CoreKind::kUnionOf:
      return "a state set has it";
    case CoreKind::kRivals:
      return "another event competes for its key";
    case CoreKind::kAtKeys:
      return "its key is among those asked about";
    case CoreKind::kAdmitted:
      return "the rules allow it there";
    case CoreKind::kBetween:
      return "it lies on a path of `" + core.text + "` between two events of the set asked about";
    case CoreKind::kReachable:
      return "something cites it, directly or not";
    case CoreKind::kLine:
      return "it is in the line of events of one key that cite each other";
    default:
      return "";
  }
}

// -1, 0, 1 as the value comes first, neither, second in ascending order.
int compare_values(const std::string& left, const std::string& right) {
  if (left == right) return 0;
  if (left == "infinite") return 1;
  if (right == "infinite") return -1;
  std::int64_t a = 0, b = 0;
  const auto whole = [](const std::string& text, std::int64_t& out) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    return read.ec == std::errc() && read.ptr == text.data() + text.size();
  };
  if (whole(left, a) && whole(right, b)) return a < b ? -1 : 1;
  return left < right ? -1 : 1;
}

Placing placing_of(const TraceValue& value, std::size_t place) {
  Placing out;
  out.name = value.name;
  out.place = place;
  out.count = value.events.size();
  if (place == 0) return out;
  out.before = value.events[place - 1];
  for (const TraceKey& key : value.keys) {
    int order = compare_values(key.values[place - 1], key.values[place]);
    if (order == 0) continue;
    if (key.descending) order = -order;
    if (order > 0) return out;  // by its key the other would come later: it comes first since it is cited
    out.component = key.component;
    out.value = key.values[place];
    out.value_before = key.values[place - 1];
    return out;
  }
  return out;
}

class Explainer {
 public:
  Explainer(const rules::Program& program, const graph::Room& room, const StateStore& store, const Trace& trace,
            const Words& words)
      : program_(program), room_(room), store_(store), trace_(trace), words_(words) {}

  std::vector<Step> steps() const;
  KeyExplanation key(KeyIndex key, std::span<const State> states, State result) const;

 private:
  Candidate candidate(KeyIndex key, EventIndex event, EventIndex winner) const;
  std::string why(const TraceValue& value, KeyIndex key, EventIndex event) const;
  std::string why_in_union(const Core& core, KeyIndex key, EventIndex event) const;
  std::string words_of(const std::string& name) const {
    const auto found = words_.find(name);
    return found == words_.end() ? "" : found->second;
  }
  void overlays(KeyIndex key, KeyExplanation& out) const;
  const Core& core_of(const TraceValue& value) const {
    const auto& names = program_.version().resolution;
    return *names[program_.version().resolution_name(value.name)].value;
  }
  const TraceValue* value_named(const Core& core) const {
    if (core.kind != CoreKind::kNamed || !core.args.empty()) return nullptr;
    const std::string& name = program_.version().resolution[static_cast<std::size_t>(core.number)].name;
    for (const TraceValue& value : trace_.values) {
      if (value.name == name) return &value;
    }
    return nullptr;
  }
  bool holds(const TraceValue& value, KeyIndex key, EventIndex event) const {
    if (value.kind == TraceValue::Kind::kState) return store_.get(value.state, key) == event;
    return std::ranges::find(value.events, event) != value.events.end();
  }
  bool allowed_in(const std::string& name, EventIndex event) const {
    return std::ranges::any_of(trace_.checks, [&](const TraceCheck& check) {
      return check.name == name && check.event == event && check.decision.allowed;
    });
  }
  EventIndex entry(const TraceValue& value, KeyIndex key) const {
    if (value.kind == TraceValue::Kind::kState) return store_.get(value.state, key);
    for (const EventIndex event : value.events) {
      if (room_.key(event) == key) return event;
    }
    return EventIndex::none();
  }

  const rules::Program& program_;
  const graph::Room& room_;
  const StateStore& store_;
  const Trace& trace_;
  const Words& words_;
};

/// The named parts that hold the event; of a part without a name, what being in it means.
std::string Explainer::why_in_union(const Core& core, KeyIndex key, EventIndex event) const {
  std::string named, unnamed;
  const auto visit = [&](const auto& self, const Core& part) -> void {
    if (part.kind == CoreKind::kUnion || part.kind == CoreKind::kMeet) {
      for (const auto& inner : part.args) self(self, *inner);
    } else if (const TraceValue* value = part.kind == CoreKind::kNamed ? value_named(part) : nullptr) {
      if (core.kind == CoreKind::kUnion && holds(*value, key, event)) {
        named += (named.empty() ? "it is in `" : " and `") + value->name + "`";
      }
    } else if (unnamed.empty()) {
      unnamed = reason_of(part);
    }
  };
  for (const auto& part : core.args) {
    if (part->kind != CoreKind::kMeet) visit(visit, *part);
  }
  if (!named.empty()) return named;
  for (const auto& part : core.args) visit(visit, *part);
  return unnamed;
}

std::string Explainer::why(const TraceValue& value, KeyIndex key, EventIndex event) const {
  const Core& core = core_of(value);
  switch (core.kind) {
    case CoreKind::kComprehension:
      return words_.contains(value.name) ? "as " + words_of(value.name) : "";
    case CoreKind::kUnion:
      return why_in_union(core, key, event);
    case CoreKind::kApply:
      return allowed_in(value.name, event) ? "the rules allowed it" : "it was in the state that this began with";
    case CoreKind::kUntilRejected:
    case CoreKind::kFirstAllowed:
      return allowed_in(value.name, event) ? "the rules allowed it, and nothing after it in the contest took the key"
                                           : "nothing in this contest took its key";
    case CoreKind::kOverlaid: {
      const TraceValue* below = value_named(*core.args[0]);
      const TraceValue* above = value_named(*core.args[1]);
      if (above != nullptr && holds(*above, key, event)) return "`" + above->name + "`, which is laid over, has it";
      if (below != nullptr && holds(*below, key, event)) return "`" + below->name + "` has it, and nothing covers it";
      return "";
    }
    default:
      return reason_of(core);
  }
}

std::vector<Step> Explainer::steps() const {
  std::vector<Step> out;
  for (const TraceValue& value : trace_.values) {
    if (value.kind == TraceValue::Kind::kFunction) continue;
    const std::size_t count =
        value.kind == TraceValue::Kind::kState ? store_.entries(value.state).size() : value.events.size();
    out.push_back({value.name, words_of(value.name), count});
  }
  return out;
}

Candidate Explainer::candidate(KeyIndex key, EventIndex event, EventIndex winner) const {
  Candidate out;
  out.event = event;
  for (const TraceValue& value : trace_.values) {
    if (value.kind == TraceValue::Kind::kFunction) continue;
    const auto at = std::find(value.events.begin(), value.events.end(), event);
    const bool listed = at != value.events.end();
    if (holds(value, key, event)) out.in.push_back({value.name, why(value, key, event)});
    if (listed && !value.keys.empty()) {
      out.placings.push_back(placing_of(value, static_cast<std::size_t>(at - value.events.begin())));
    }
  }
  for (const TraceCheck& check : trace_.checks) {
    if (check.event != event) continue;
    out.checks.push_back({check.name, check.decision.allowed, program_.label(check.decision.rule),
                          program_.number(check.decision.rule), check.reads});
  }
  if (!out.checks.empty()) {
    out.label = out.checks.back().label;
    out.number = out.checks.back().number;
  }
  if (event == winner) {
    out.outcome = "won";
  } else if (out.checks.empty()) {
    out.outcome = "not tried";
  } else {
    out.outcome = out.checks.back().allowed ? "replaced" : "refused";
  }
  return out;
}

void Explainer::overlays(KeyIndex key, KeyExplanation& out) const {
  for (const TraceValue& value : trace_.values) {
    if (value.kind == TraceValue::Kind::kFunction) continue;
    const Core& core = core_of(value);
    if (core.kind != CoreKind::kOverlaid) continue;
    const TraceValue* below = value_named(*core.args[0]);
    const TraceValue* above = value_named(*core.args[1]);
    if (below == nullptr || above == nullptr) continue;
    const Overlay overlay{value.name, below->name, above->name, entry(*below, key), entry(*above, key)};
    if (overlay.above.valid() && overlay.above != overlay.below) out.overlays.push_back(overlay);
  }
}

KeyExplanation Explainer::key(KeyIndex key, std::span<const State> states, State result) const {
  KeyExplanation out;
  out.type = room_.strings().text(room_.key_type(key));
  out.state_key = room_.strings().text(room_.key_state_key(key));
  out.winner = store_.get(result, key);
  std::set<EventIndex> events;
  for (const State state : states) {
    if (store_.get(state, key).valid()) events.insert(store_.get(state, key));
  }
  for (const TraceValue& value : trace_.values) {
    // A line holds what was in force before, which does not compete.
    if (value.kind == TraceValue::Kind::kFunction || core_of(value).kind == CoreKind::kLine) continue;
    for (const EventIndex event : value.events) {
      if (room_.key(event) == key) events.insert(event);
    }
  }
  for (const TraceCheck& check : trace_.checks) {
    if (room_.key(check.event) == key) events.insert(check.event);
  }
  for (const EventIndex event : events) out.candidates.push_back(candidate(key, event, out.winner));
  std::sort(out.candidates.begin(), out.candidates.end(),
            [&](const Candidate& a, const Candidate& b) { return room_.id_rank(a.event) < room_.id_rank(b.event); });
  overlays(key, out);
  return out;
}

}  // namespace

base::Result<Explanation> explain(rules::Evaluator& evaluator, StateStore& store, std::span<const State> states,
                                  State result, const Trace& trace, const Words& words,
                                  const std::optional<std::pair<std::string, std::string>>& key) {
  const graph::Room& room = evaluator.room();
  std::set<KeyIndex> keys;  // in bytewise order of (type, state_key)
  if (key) {
    const base::StringId type = room.strings().find(key->first), state_key = room.strings().find(key->second);
    const KeyIndex one = type.valid() && state_key.valid() ? room.find_key(type, state_key) : KeyIndex::none();
    if (!one.valid()) {
      return base::fail(base::ErrorCode::kUnknownName,
                        "no event has the type `" + key->first + "` and the state_key `" + key->second + "`");
    }
    keys.insert(one);
  } else {
    store.visit_difference(states, [&](KeyIndex differing, std::span<const EventIndex>) { keys.insert(differing); });
    for (const TraceCheck& check : trace.checks) {
      if (room.key(check.event).valid()) keys.insert(room.key(check.event));
    }
  }
  Explanation out;
  out.result = result;
  const Explainer explainer(evaluator.program(), room, store, trace, words);
  out.steps = explainer.steps();
  for (const KeyIndex one : keys) {
    out.keys.push_back(explainer.key(one, states, result));
    out.keys.back().text = explain_text(room, out.keys.back());
    out.text += (out.text.empty() ? "" : "\n") + out.keys.back().text;
  }
  if (out.keys.empty()) out.text = "The state sets agree on every key: there was nothing to decide.\n";
  return out;
}

}  // namespace stateroom::resolve
