#include "sim/workload/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/graph/state.h"
#include "model/resolve/resolution.h"

namespace stateroom::workload {
namespace {

using json::quoted;

std::string object(const std::map<std::string, std::int64_t>& levels) {
  std::string out = "{";
  for (const auto& [name, level] : levels) {
    if (out.size() > 1) out += ',';
    out += fmt::format("{}:{}", quoted(name), level);
  }
  return out + "}";
}

bool has_field(const event::EventFormat& format, std::string_view name) {
  const event::FormatField* field = format.field(name);
  return field != nullptr && field->presence != event::Presence::kForbidden;
}

}  // namespace

std::string PowerLevels::json() const {
  std::map<std::string, std::string> members;
  for (const auto& [name, level] : scalars) members[name] = std::to_string(level);
  if (!notifications.empty()) members["notifications"] = object(notifications);
  if (!events.empty()) members["events"] = object(events);
  members["users"] = object(users);
  for (const auto& [name, text] : raw) members[name] = text;
  std::string out = "{";
  for (const auto& [name, text] : members) {
    if (out.size() > 1) out += ',';
    out += quoted(name) + ":" + text;
  }
  return out + "}";
}

const std::vector<std::string>& servers() {
  static const std::vector<std::string> kServers{"alpha.example", "beta.example", "gamma.example", "identity.example"};
  return kServers;
}

const std::vector<event::SigningKey>& signing_keys() {
  static const std::vector<event::SigningKey> kKeys = [] {
    std::vector<event::SigningKey> keys;
    for (const std::string& server : servers()) keys.push_back(event::signing_key(server, "workload " + server));
    return keys;
  }();
  return kKeys;
}

/// A room of a few events of a scene, ready to be asked.
struct Scene::Stage {
  std::unique_ptr<graph::Room> room;
  graph::StateStore store;
  std::vector<std::uint32_t> step_of;  // by EventIndex; beyond the scene's steps: a step on trial

  graph::State state(const StateOfSteps& steps) {
    std::vector<std::uint32_t> numbers;
    for (const auto& [key, step] : steps) numbers.push_back(step);
    std::vector<graph::StateStore::Entry> entries;
    for (std::uint32_t e = 0; e < room->size(); ++e) {
      if (std::find(numbers.begin(), numbers.end(), step_of[e]) != numbers.end())
        entries.emplace_back(room->key(base::EventIndex(e)), base::EventIndex(e));
    }
    return store.from(std::move(entries));
  }

  NamedSteps named(const resolve::TraceValue& value) const {
    using Kind = resolve::TraceValue::Kind;
    NamedSteps out{value.name, {}, {}, {}, value.keys};
    switch (value.kind) {
      case Kind::kState:
        out.kind = "state";
        for (const auto& [key, event] : store.entries(value.state)) out.steps.push_back(step_of[event.at()]);
        std::sort(out.steps.begin(), out.steps.end());
        break;
      case Kind::kEvents:
        out.kind = "set";
        for (const base::EventIndex event : value.events) out.steps.push_back(step_of[event.at()]);
        std::sort(out.steps.begin(), out.steps.end());
        break;
      case Kind::kOrder:
        out.kind = "order";
        for (const base::EventIndex event : value.events) out.steps.push_back(step_of[event.at()]);
        break;
      case Kind::kFunction:
        out.kind = "function";
        for (const auto& [event, text] : value.keyed) {
          out.steps.push_back(step_of[event.at()]);
          out.values.push_back(text);
        }
        break;
    }
    return out;
  }
};

Scene::Scene(std::shared_ptr<const rules::Program> program, std::uint64_t seed)
    : Scene(std::move(program), seed, signing_keys()) {}
Scene::Scene(std::shared_ptr<const rules::Program> program, std::uint64_t seed, std::vector<event::SigningKey> keys)
    : program_(std::move(program)), seed_(seed), keys_(std::move(keys)) {
  base::require(!keys_.empty(), "a scene has a server");
  room_id_ = fmt::format("!room{}:{}", seed, keys_[0].server);
}
Scene::~Scene() = default;

std::string Scene::content(const Step& step) const {
  if (step.levels) return step.levels->json();
  if (step.type != "m.room.create") return step.content;
  const rules::CoreVersion& version = program_->version();
  std::string out = step.content.substr(0, step.content.size() - 1);
  if (out.size() > 1) out += ',';
  if (version.plan.find("m.room.create", {"creator"}).valid()) out += "\"creator\":" + quoted(step.sender) + ",";
  return out + "\"room_version\":" + quoted(version.identifier) + "}";
}

std::vector<std::uint32_t> Scene::state_extremities(const Step& step) const {
  std::vector<std::uint32_t> known;
  for (std::uint32_t s = 0; s < steps_.size(); ++s) {
    const bool reached =
        std::any_of(step.prev.begin(), step.prev.end(), [&](std::uint32_t p) { return ancestors_[p][s]; });
    if (reached && steps_[s].state_key && !steps_[s].rejected) known.push_back(s);
  }
  std::vector<std::uint32_t> out;
  for (const std::uint32_t s : known) {
    if (std::none_of(known.begin(), known.end(), [&](std::uint32_t t) { return t != s && ancestors_[t][s]; }))
      out.push_back(s);
  }
  return out;
}

std::string Scene::json(const Step& step) const {
  const event::EventFormat& format = program_->version().format;
  std::string out = fmt::format("{{\"type\":{},\"sender\":{},\"origin_server_ts\":{},\"depth\":1", quoted(step.type),
                                quoted(step.sender), step.origin_server_ts);
  if (step.state_key) out += ",\"state_key\":" + quoted(*step.state_key);
  const event::FormatField* room = format.field("room_id");
  const bool derived = room == nullptr || room->when != nullptr;  // a create event may not have the field
  if (step.type != "m.room.create" || !derived) out += ",\"room_id\":" + quoted(room_id_);
  std::string text = content(step);
  if (step.redacts) {
    const std::string redacts = "\"redacts\":" + quoted(events_[*step.redacts].event_id);
    if (has_field(format, "redacts")) {
      out += "," + redacts;
    } else {
      text = "{" + redacts + "}";
    }
  }
  out += ",\"content\":" + text;
  for (const std::string& field : format.edge_fields) {
    const std::vector<std::uint32_t> cited = field == "prev_events"   ? step.prev
                                             : field == "auth_events" ? step.auth.value_or(std::vector<std::uint32_t>{})
                                                                      : state_extremities(step);
    out += fmt::format(",\"{}\":[", field);
    for (std::size_t i = 0; i < cited.size(); ++i) out += (i > 0 ? "," : "") + quoted(events_[cited[i]].event_id);
    out += "]";
  }
  return out + "}";
}

void Scene::derive(graph::Room& room, const std::vector<std::uint32_t>& step_of) const {
  if (room.format().derived_edge_field.empty()) return;
  for (std::uint32_t e = 0; e < room.size(); ++e) {
    if (step_of[e] >= steps_.size()) continue;
    std::vector<base::EventIndex> cited;
    for (const std::uint32_t step : auth_[step_of[e]]) cited.push_back(room.find(events_[step].event_id));
    room.set_derived(base::EventIndex(e), std::move(cited));
  }
}

base::Result<std::vector<Trial>> Scene::judge(const StateOfSteps& state, std::span<const Step> steps) const {
  const event::EventFormat& format = program_->version().format;
  std::set<std::uint32_t> needed;
  if (!steps_.empty()) needed.insert(0);
  for (const auto& [key, step] : state) needed.insert(step);
  for (const Step& step : steps) {
    needed.insert(step.prev.begin(), step.prev.end());
    if (step.redacts) needed.insert(*step.redacts);
    if (step.auth) needed.insert(step.auth->begin(), step.auth->end());
  }
  std::vector<event::Event> events;
  std::map<std::string, std::uint32_t, std::less<>> number;
  for (const std::uint32_t step : needed) {
    events.push_back(events_[step]);
    number[events_[step].event_id] = step;
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    auto document = json::parse(json(steps[i]), "step");
    if (!document) return std::unexpected(document.error());
    // A name that stands for an event that is not built; v1 and v2 read a server in it.
    const auto server = event::server_part(steps[i].sender);
    const std::string id = fmt::format("$trial{}:{}", i, server.value_or(""));
    auto event = event::decode_event(*document, json::root(**document), format, id, false, {});
    if (!event) return std::unexpected(event.error());
    number[id] = static_cast<std::uint32_t>(steps_.size() + i);
    events.push_back(std::move(*event));
  }
  auto room = graph::Room::build(std::move(events), format);
  if (!room) return std::unexpected(room.error());
  Stage stage{std::move(*room), {}, {}};
  for (std::uint32_t e = 0; e < stage.room->size(); ++e)
    stage.step_of.push_back(number.at(stage.room->event(base::EventIndex(e)).event_id));
  rules::Evaluator evaluator(program_, *stage.room);
  const auto view = rules::StateView::of(stage.store, stage.state(state));
  std::vector<Trial> out(steps.size());
  for (std::uint32_t e = 0; e < stage.room->size(); ++e) {
    const std::uint32_t step = stage.step_of[e];
    if (step < steps_.size()) stage.room->set_rejected(base::EventIndex(e), steps_[step].rejected);
  }
  for (std::uint32_t e = 0; e < stage.room->size(); ++e) {
    if (stage.step_of[e] < steps_.size()) continue;
    Trial& trial = out[stage.step_of[e] - steps_.size()];
    // Without a list of its own the rules on auth_events hold by the selection, which is written when the event is
    // built.
    const bool chosen = steps[stage.step_of[e] - steps_.size()].auth.has_value();
    trial.decision = evaluator.authorise(base::EventIndex(e), view, !chosen);
    for (const base::EventIndex cited : evaluator.selection(base::EventIndex(e), view))
      trial.selection.push_back(stage.step_of[cited.at()]);
  }
  return out;
}

base::Result<void> Scene::append(Step step, std::vector<std::uint32_t> selection) {
  const event::EventFormat& format = program_->version().format;
  event::Draft draft;
  draft.type = step.type;
  draft.state_key = step.state_key;
  draft.sender = step.sender;
  draft.room_id = room_id_;
  draft.content_json = content(step);
  draft.origin_server_ts = step.origin_server_ts;
  for (const std::uint32_t p : step.prev) draft.depth = std::max(draft.depth, events_[p].depth + 1);
  draft.depth = step.depth.value_or(draft.depth);
  if (step.redacts) draft.redacts = events_[*step.redacts].event_id;
  draft.event_id_localpart = step.name.empty() ? fmt::format("s{}e{}", seed_, steps_.size()) : step.name;
  const auto pointers = [&](const std::vector<std::uint32_t>& numbers) {
    std::vector<const event::Event*> out;
    for (const std::uint32_t number : numbers) out.push_back(&events_[number]);
    return out;
  };
  for (const std::string& field : format.edge_fields) {
    draft.edges.emplace_back(field, pointers(field == "prev_events"   ? step.prev
                                             : field == "auth_events" ? selection
                                                                      : state_extremities(step)));
  }
  auto event = event::build(draft, format, keys_, step.cosigners);
  if (!event) return std::unexpected(event.error());
  event->rejected_outside = step.rejected;
  std::vector<bool> ancestors(steps_.size() + 1, false);
  for (const std::uint32_t p : step.prev) {
    for (std::size_t s = 0; s < ancestors_[p].size(); ++s) ancestors[s] = ancestors[s] || ancestors_[p][s];
  }
  ancestors.back() = true;
  for (auto& known : ancestors_) known.resize(ancestors.size(), false);
  ancestors_.push_back(std::move(ancestors));
  if (steps_.empty()) room_id_ = event::room_id_of(*event);
  events_.push_back(std::move(*event));
  auth_.push_back(std::move(selection));
  steps_.push_back(std::move(step));
  return {};
}

StateOfSteps Scene::after(std::uint32_t step) const {
  StateOfSteps out = steps_[step].before;
  if (steps_[step].state_key && !steps_[step].rejected) out[{steps_[step].type, *steps_[step].state_key}] = step;
  return out;
}

base::Result<Resolved> Scene::resolve(std::span<const StateOfSteps> sets, bool trace) const {
  auto room = graph::Room::build(events_, program_->version().format);
  if (!room) return std::unexpected(room.error());
  Stage stage{std::move(*room), {}, {}};
  std::map<std::string, std::uint32_t, std::less<>> number;
  for (std::uint32_t s = 0; s < events_.size(); ++s) number[events_[s].event_id] = s;
  for (std::uint32_t e = 0; e < stage.room->size(); ++e)
    stage.step_of.push_back(number.at(stage.room->event(base::EventIndex(e)).event_id));
  derive(*stage.room, stage.step_of);
  rules::Evaluator evaluator(program_, *stage.room);
  std::vector<graph::State> states;
  for (const StateOfSteps& set : sets) states.push_back(stage.state(set));
  resolve::Resolver resolver(evaluator, stage.store);
  resolve::Trace traced;
  const auto resolved = resolver.resolve(states, trace ? &traced : nullptr);
  if (!resolved) return std::unexpected(resolved.error());
  Resolved out;
  for (const auto& [key, event] : stage.store.entries(*resolved)) {
    const Step& step = steps_[stage.step_of[event.at()]];
    out.state[{step.type, *step.state_key}] = stage.step_of[event.at()];
  }
  for (const resolve::TraceValue& value : traced.values) out.values.push_back(stage.named(value));
  for (const resolve::TraceCheck& check : traced.checks) {
    out.checks.push_back({check.name, stage.step_of[check.event.at()], check.decision.allowed,
                          program_->label(check.decision.rule), program_->number(check.decision.rule)});
  }
  return out;
}

base::Result<StateOfSteps> Scene::state_after(std::span<const std::uint32_t> extremities) const {
  std::vector<StateOfSteps> sets;
  for (const std::uint32_t step : extremities) sets.push_back(after(step));
  if (std::all_of(sets.begin(), sets.end(), [&](const StateOfSteps& set) { return set == sets[0]; }))
    return sets.empty() ? StateOfSteps{} : sets[0];
  auto resolved = resolve(sets, false);
  if (!resolved) return std::unexpected(resolved.error());
  return std::move(resolved->state);
}

base::Result<Staged> stage(const Plan& plan, std::shared_ptr<const rules::Program> program) {
  Staged out{std::make_unique<Scene>(std::move(program), plan.seed), {}};
  for (Step step : plan.steps) {
    auto trial = out.scene->judge(step.before, std::span(&step, 1));
    if (!trial) return std::unexpected(trial.error());
    if (step.levels && !step.rejected && !(*trial)[0].decision.allowed) {
      Step other = step;
      other.levels->users.erase(plan.steps[0].sender);
      auto second = out.scene->judge(step.before, std::span(&other, 1));
      if (!second) return std::unexpected(second.error());
      if ((*second)[0].decision.allowed) {
        step = std::move(other);
        trial = std::move(second);
      }
    }
    out.decisions.push_back((*trial)[0].decision);
    const auto done = out.scene->append(std::move(step), std::move((*trial)[0].selection));
    if (!done) return std::unexpected(done.error());
  }
  return out;
}

base::Result<std::vector<event::Event>> realise(const Plan& plan, std::shared_ptr<const rules::Program> program) {
  auto staged = stage(plan, std::move(program));
  if (!staged) return std::unexpected(staged.error());
  return staged->scene->events();
}

}  // namespace stateroom::workload
