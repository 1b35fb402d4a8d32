#include "model/properties/steps.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "model/rules/elaborate.h"
#include "model/rules/parser.h"

namespace stateroom::properties {
namespace {

struct Text {
  std::string_view property;
  std::vector<std::string_view> rules;
};

/// Each is asked as if it were the rules of the version: what it refuses breaks the property. A label that ends with
/// `elsewhere` says that the property is not about this event.
const std::array<Text, 5> kTexts{{
    {"peers",
     {R"(member: when type = "m.room.member"
  elsewhere: allow if state_key is absent or state_key = sender or content.membership is absent
  stays_elsewhere: allow if content.membership not in {"leave", "ban"}
  unban_elsewhere: allow if content.membership = "leave" and membership(state_key) = "ban"
  removes: reject if state_key is present and power(state_key) >= power(sender)
  otherwise: allow
)",
      R"(power_levels: when type = "m.room.power_levels"
  first_elsewhere: allow if power_levels is absent
  users: for each (user, old, new) in changes(power_levels.content to content at users)
    lowers: reject if user != sender and old is level and old >= power(sender) and (new is not level or new < old)
  otherwise: allow
)",
      "elsewhere: allow"}},
    {"no-escalation",
     {R"(power_levels: when type = "m.room.power_levels"
  first_elsewhere: allow if power_levels is absent
  users: for each (user, old, new) in changes(power_levels.content to content at users)
    gives: reject if new is level and new > power(sender) and (old is not level or new > old)
  users_default: for each (name, old, new) in changes(power_levels.content to content at users_default)
    gives: reject if new is level and new > power(sender) and (old is not level or new > old)
  otherwise: allow
)",
      "elsewhere: allow"}},
    {"creators-keep-power",
     {R"(power_levels: when type = "m.room.power_levels"
  first_elsewhere: allow if power_levels is absent
  users: for each (user, old, new) in changes(power_levels.content to content at users)
    lowers: reject if user in creators and old is level and (new is not level or new < old)
  otherwise: allow
)",
      "elsewhere: allow"}},
    {"no-lockout",
     {R"(nobody: reject if no (user, m) in state["m.room.member"] has m.content.membership = "join" and power(user) >= (power_levels.content.events["m.room.power_levels"] default power_levels.content.state_default default 50))",
      R"(sender_could: allow if membership(sender) = "join" and power(sender) >= (power_levels.content.events["m.room.power_levels"] default power_levels.content.state_default default 50))",
      "otherwise: allow"}},
    {"no-influence",
     {"power: reject if infinite > power(sender)", "required: reject if infinite > required_level",
      "otherwise: allow"}},
}};

bool ends_elsewhere(std::string_view label) { return label.ends_with("elsewhere"); }

}  // namespace

std::shared_ptr<const StepText> StepText::compile(std::string_view property, const rules::Version& version) {
  const auto text = std::ranges::find(kTexts, property, &Text::property);
  base::require(text != kTexts.end(), "a property of steps has its text");
  rules::Version asking = version;
  asking.rules.clear();
  for (const std::string_view line : text->rules) {
    auto entry = rules::parse_entry({rules::SectionKind::kRules, ""}, line, property);
    base::require(entry.has_value(), entry ? "" : entry.error().front().message);
    asking.rules.push_back(std::get<rules::Rule>(std::move(*entry)));
  }
  const auto core = rules::elaborate(asking);
  if (!core) return nullptr;
  const auto out = std::make_shared<StepText>();
  out->program_ = rules::Program::compile(*core);
  if (property == "no-influence") {
    out->power_ = (*core)->rules[0].condition->args[1];
    out->required_ = (*core)->rules[1].condition->args[1];
  }
  return out;
}

StepChecker::StepChecker(std::shared_ptr<const StepText> text, graph::Room& room, const graph::StateStore& store)
    : text_(std::move(text)), store_(store), evaluator_(text_->program_, room) {}

Answer StepChecker::event(EventIndex event, State before) {
  const rules::Decision decision = evaluator_.authorise(event, rules::StateView::of(store_, before));
  if (!decision.allowed) return Answer::kBroken;
  return ends_elsewhere(text_->program_->label(decision.rule)) ? Answer::kNotAsked : Answer::kHolds;
}

/// No rule of the question reads the event where somebody can.
bool StepChecker::somebody_can(EventIndex carrier, State state) {
  const auto [at, fresh] = can_.try_emplace(state, false);
  if (fresh) at->second = evaluator_.authorise(carrier, rules::StateView::of(store_, state)).allowed;
  return at->second;
}

Answer StepChecker::lockout(EventIndex event, State before, State after) {
  if (!somebody_can(event, before)) return Answer::kNotAsked;
  if (somebody_can(event, after)) return Answer::kHolds;
  const rules::Decision decision = evaluator_.authorise(event, rules::StateView::of(store_, before));
  return text_->program_->label(decision.rule) == "sender_could" ? Answer::kHolds : Answer::kBroken;
}

Answer StepChecker::influence(EventIndex event, State before, EventIndex entry) {
  const rules::StateView state = rules::StateView::of(store_, before);
  const auto power = evaluator_.scalar(text_->power_, event, state, {});
  const auto required = evaluator_.scalar(text_->required_, entry, state, {});
  return power < required ? Answer::kBroken : Answer::kHolds;
}

Answer closed_selection(rules::Evaluator& evaluator, const graph::StateStore& store, EventIndex event, State before) {
  const rules::StateView whole = rules::StateView::of(store, before);
  const std::vector<EventIndex> selection = evaluator.selection(event, whole);
  const bool one = evaluator.authorise(event, whole).allowed;
  const bool other = evaluator.authorise(event, rules::StateView::of(selection)).allowed;
  return one == other ? Answer::kHolds : Answer::kBroken;
}

Answer pure(const Resolve& resolve, std::span<const State> states, State result) {
  std::vector<State> other(states.rbegin(), states.rend());
  other.push_back(states.front());
  const auto again = resolve(other);
  if (!again) return Answer::kNotAsked;
  return *again == result ? Answer::kHolds : Answer::kBroken;
}

namespace {

/// Whether an event lies on a path along auth_events from one of the entries to another one.
std::vector<bool> between(const graph::Room& room, graph::EdgeField field, const std::vector<bool>& entries) {
  std::vector<bool> reached = entries, reaches = entries;
  for (std::uint32_t e = static_cast<std::uint32_t>(entries.size()); e-- > 0;) {
    if (!reached[e]) continue;
    for (const EventIndex cited : room.cited(field, EventIndex{e})) {
      if (cited.valid()) reached[cited.at()] = true;
    }
  }
  for (std::uint32_t e = 0; e < entries.size(); ++e) {
    for (const EventIndex cited : room.cited(field, EventIndex{e})) {
      if (cited.valid() && reaches[cited.at()]) reaches[e] = true;
    }
  }
  std::vector<bool> out(entries.size());
  for (std::size_t e = 0; e < out.size(); ++e) out[e] = reached[e] && reaches[e];
  return out;
}

}  // namespace

std::vector<EventIndex> difference_of(const graph::Room& room, const graph::StateStore& store,
                                      std::span<const State> states) {
  base::require(!states.empty() && states.size() <= 64, "a bit for each state set");
  const graph::EdgeField field = room.edge_field("auth_events");
  const std::uint64_t all = ~std::uint64_t{0} >> (64 - states.size());
  std::vector<std::uint64_t> reached(room.size());  // by which state sets
  std::vector<bool> entries(room.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    for (const auto& [key, event] : store.entries(states[i])) reached[event.at()] |= std::uint64_t{1} << i;
  }
  store.difference(states, [&](KeyIndex, std::span<const EventIndex> differing) {
    for (const EventIndex event : differing) {
      if (event.valid()) entries[event.at()] = true;
    }
  });
  for (std::uint32_t e = room.size(); e-- > 0;) {
    if (reached[e] == 0) continue;
    for (const EventIndex cited : room.cited(field, EventIndex{e})) {
      if (cited.valid()) reached[cited.at()] |= reached[e];
    }
  }
  const std::vector<bool> middle = between(room, field, entries);
  std::vector<EventIndex> out;
  for (std::uint32_t e = 0; e < room.size(); ++e) {
    if (middle[e] || (reached[e] != 0 && reached[e] != all)) out.push_back(EventIndex{e});
  }
  return out;
}

}  // namespace stateroom::properties
