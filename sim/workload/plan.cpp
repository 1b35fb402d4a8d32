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
  for (const auto& [name, text] : raw) {
    if (text.empty()) {
      members.erase(name);
    } else {
      members[name] = text;
    }
  }
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

void Descent::add(const Step& step) {
  std::vector<bool> reached(reached_.size() + 1, false);
  for (const std::uint32_t p : step.prev) {
    for (std::size_t s = 0; s < reached_[p].size(); ++s) reached[s] = reached[s] || reached_[p][s];
  }
  reached.back() = true;
  reached_.push_back(std::move(reached));
}

std::vector<std::uint32_t> Descent::state_extremities(const Step& step, std::span<const Step> steps) const {
  std::vector<std::uint32_t> known;
  for (std::uint32_t s = 0; s < reached_.size(); ++s) {
    const bool reached = std::any_of(step.prev.begin(), step.prev.end(), [&](auto p) { return reaches(p, s); });
    if (reached && steps[s].state_key && !steps[s].rejected) known.push_back(s);
  }
  std::vector<std::uint32_t> out;
  for (const std::uint32_t s : known) {
    if (std::none_of(known.begin(), known.end(), [&](std::uint32_t t) { return t != s && reaches(t, s); }))
      out.push_back(s);
  }
  return out;
}

/// Events of a scene in a room, ready to be asked.
struct Scene::Stage {
  Stage(std::shared_ptr<const rules::Program> program, std::unique_ptr<graph::Room> events)
      : room(std::move(events)), evaluator(std::move(program), *room) {}

  std::unique_ptr<graph::Room> room;
  graph::StateStore store;
  rules::Evaluator evaluator;
  std::optional<resolve::Resolver> resolver;         // made when first asked: most rooms only judge
  std::vector<std::uint32_t> step_of;                // by EventIndex; beyond the scene's steps: a step on trial
  std::map<std::uint32_t, base::EventIndex> places;  // by step

  void number(base::EventIndex event, std::uint32_t step) {
    step_of.resize(room->size());
    step_of[event.at()] = step;
    places[step] = event;
  }

  graph::State state(const StateOfSteps& steps) {
    std::vector<graph::StateStore::Entry> entries;
    for (const auto& [key, step] : steps) {
      const base::EventIndex event = places.at(step);
      entries.emplace_back(room->key(event), event);
    }
    return store.from(std::move(entries));
  }

  /// `chosen`: the event has a list of auth_events of its own. Without one the rules on them hold by the selection,
  /// which is written when the event is built.
  Trial judge(base::EventIndex event, const rules::StateView& view, bool chosen) {
    Trial out{evaluator.authorise(event, view, !chosen), {}};
    for (const base::EventIndex cited : evaluator.selection(event, view)) out.selection.push_back(step_of[cited.at()]);
    return out;
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

Scene::Scene(std::shared_ptr<const rules::Program> program, std::uint64_t seed, Signing signing)
    : Scene(std::move(program), seed, signing_keys(), signing) {}
Scene::Scene(std::shared_ptr<const rules::Program> program, std::uint64_t seed, std::vector<event::SigningKey> keys,
             Signing signing)
    : program_(std::move(program)), seed_(seed), keys_(std::move(keys)), signing_(signing) {
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
  const std::string creator = step.creator.value_or(step.sender);
  if (!creator.empty() && version.plan.find("m.room.create", {"creator"}).valid())
    out += "\"creator\":" + quoted(creator) + ",";
  return out + "\"room_version\":" + quoted(version.identifier) + "}";
}

std::string Scene::json(const Step& step, std::span<const std::string> ids,
                        const std::vector<std::uint32_t>& state_extremities) const {
  const event::EventFormat& format = program_->version().format;
  std::string out = fmt::format("{{\"type\":{},\"sender\":{},\"origin_server_ts\":{},\"depth\":1", quoted(step.type),
                                quoted(step.sender), step.origin_server_ts);
  if (step.state_key) out += ",\"state_key\":" + quoted(*step.state_key);
  const event::FormatField* room = format.field("room_id");
  const bool derived = room == nullptr || room->when != nullptr;  // a create event may not have the field
  if (step.type != "m.room.create" || !derived) out += ",\"room_id\":" + quoted(step.room_id.value_or(room_id_));
  std::string text = content(step);
  if (step.redacts) {
    const std::string redacts = "\"redacts\":" + quoted(ids[*step.redacts]);
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
                                                                      : state_extremities;
    out += fmt::format(",\"{}\":[", field);
    for (std::size_t i = 0; i < cited.size(); ++i) out += (i > 0 ? "," : "") + quoted(ids[cited[i]]);
    out += "]";
  }
  return out + "}";
}

/// A step as an event that nobody hashed or signed, under a name of its own.
base::Result<event::Event> Scene::sketch(const Step& step, const std::string& id, std::span<const std::string> ids,
                                         const std::vector<std::uint32_t>& state_extremities) const {
  auto document = json::parse(json(step, ids, state_extremities), "step");
  if (!document) return std::unexpected(document.error());
  return event::decode_event(*document, json::root(**document), program_->version().format, id, false, {});
}

base::Result<std::vector<event::Event>> Scene::trials(std::span<const Step> steps) const {
  std::vector<event::Event> out;
  const bool state_edges = program_->version().format.edge_fields.size() > 2;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    // v1 and v2 read a server in the name.
    const auto server = event::server_part(steps[i].sender);
    const std::string id = fmt::format("$trial{}:{}", i, server.value_or(""));
    auto event = sketch(steps[i], id, ids_,
                        state_edges ? descent_.state_extremities(steps[i], steps_) : std::vector<std::uint32_t>{});
    if (!event) return std::unexpected(event.error());
    out.push_back(std::move(*event));
  }
  return out;
}

base::Result<std::vector<Trial>> Scene::judge(const StateOfSteps& state, std::span<const Step> steps) const {
  std::set<std::uint32_t> needed;
  if (!steps_.empty()) needed.insert(0);
  for (const auto& [key, step] : state) needed.insert(step);
  for (const Step& step : steps) {
    needed.insert(step.prev.begin(), step.prev.end());
    if (step.redacts) needed.insert(*step.redacts);
    if (step.auth) needed.insert(step.auth->begin(), step.auth->end());
  }
  auto hearing = Hearing::beside(*this, needed, steps);
  if (!hearing) return std::unexpected(hearing.error());
  return hearing->judge(state);
}

Scene::Hearing::Hearing() = default;
Scene::Hearing::Hearing(Hearing&&) noexcept = default;
Scene::Hearing::~Hearing() = default;

base::Result<Scene::Hearing> Scene::Hearing::of(const Scene& scene, std::span<const Step> steps) {
  std::set<std::uint32_t> all;
  for (std::uint32_t s = 0; s < scene.steps_.size(); ++s) all.insert(all.end(), s);
  return beside(scene, all, steps);
}

base::Result<Scene::Hearing> Scene::Hearing::beside(const Scene& scene, const std::set<std::uint32_t>& needed,
                                                    std::span<const Step> steps) {
  std::vector<event::Event> events;
  for (const std::uint32_t step : needed) events.push_back(scene.events_[step]);
  auto tried = scene.trials(steps);
  if (!tried) return std::unexpected(tried.error());
  std::vector<std::string> names;
  for (event::Event& event : *tried) {
    names.push_back(event.event_id);
    events.push_back(std::move(event));
  }
  auto room = graph::Room::build(std::move(events), scene.program_->version().format);
  if (!room) return std::unexpected(room.error());
  Hearing out;
  out.stage_ = std::make_unique<Stage>(scene.program_, std::move(*room));
  const graph::Room& made = *out.stage_->room;
  for (const std::uint32_t step : needed) out.stage_->number(made.find(std::string_view(scene.ids_[step])), step);
  for (std::size_t i = 0; i < steps.size(); ++i)
    out.asked_.push_back({made.find(std::string_view(names[i])), steps[i].auth.has_value()});
  return out;
}

std::vector<Trial> Scene::Hearing::judge(const StateOfSteps& state) {
  const auto view = rules::StateView::of(stage_->store, stage_->state(state));
  std::vector<Trial> out;
  for (const Asked& one : asked_) out.push_back(stage_->judge(one.event, view, one.chosen));
  return out;
}

std::vector<rules::Decision> Scene::Hearing::decide(const StateOfSteps& state) {
  const auto view = rules::StateView::of(stage_->store, stage_->state(state));
  std::vector<rules::Decision> out;
  for (const Asked& one : asked_) out.push_back(stage_->evaluator.authorise(one.event, view, !one.chosen));
  return out;
}

base::Result<void> Scene::append(Step step, std::vector<std::uint32_t> selection) {
  const event::EventFormat& format = program_->version().format;
  event::Draft draft;
  draft.type = step.type;
  draft.state_key = step.state_key;
  draft.sender = step.sender;
  draft.room_id = step.room_id.value_or(room_id_);
  draft.content_json = content(step);
  draft.origin_server_ts = step.origin_server_ts;
  draft.sign = signing_ == Signing::kSigned;
  for (const std::uint32_t p : step.prev) draft.depth = std::max(draft.depth, events_[p].depth + 1);
  draft.depth = step.depth.value_or(draft.depth);
  if (step.redacts) draft.redacts = ids_[*step.redacts];
  draft.event_id_localpart = step.name.empty() ? fmt::format("s{}e{}", seed_, steps_.size()) : step.name;
  const auto pointers = [&](const std::vector<std::uint32_t>& numbers) {
    std::vector<const event::Event*> out;
    for (const std::uint32_t number : numbers) out.push_back(&events_[number]);
    return out;
  };
  for (const std::string& field : format.edge_fields) {
    draft.edges.emplace_back(field, pointers(field == "prev_events"   ? step.prev
                                             : field == "auth_events" ? selection
                                                                      : descent_.state_extremities(step, steps_)));
  }
  auto event = event::build(draft, format, keys_, step.cosigners);
  if (!event) return std::unexpected(event.error());
  event->rejected_outside = step.rejected;
  descent_.add(step);
  if (steps_.empty()) room_id_ = event::room_id_of(*event);
  whole_.reset();
  ids_.push_back(event->event_id);
  events_.push_back(std::move(*event));
  auth_.push_back(std::move(selection));
  steps_.push_back(std::move(step));
  return {};
}

/// A whole plan in one room under names of its own, so that its steps are judged before their ids are known: these
/// follow from the verdicts, by way of the auth events selection.
class Scene::Rehearsal {
 public:
  /// The scene has the plan's create event.
  static base::Result<Rehearsal> of(const Scene& scene, const Plan& plan) {
    Rehearsal out(plan);
    std::vector<event::Event> events{scene.events_[0]};
    std::vector<std::string> ids{scene.ids_[0]};
    for (std::uint32_t s = 1; s < plan.steps.size(); ++s)
      ids.push_back(fmt::format("$step{}:{}", s, event::server_part(plan.steps[s].sender).value_or("")));
    Descent descent;
    descent.add(plan.steps[0]);
    for (std::uint32_t s = 1; s < plan.steps.size(); ++s) {
      const auto cited = descent.state_extremities(plan.steps[s], plan.steps);
      descent.add(plan.steps[s]);
      if (auto done = out.sketch(scene, plan.steps[s], ids[s], ids, cited, events); !done)
        return std::unexpected(done.error());
      if (!out.has_other(s)) continue;
      if (auto done = out.sketch(scene, out.other(s), "$other" + ids[s].substr(1), ids, cited, events); !done)
        return std::unexpected(done.error());
    }
    auto room = graph::Room::build(std::move(events), scene.program_->version().format);
    if (!room) return std::unexpected(room.error());
    out.stage_ = std::make_unique<Stage>(scene.program_, std::move(*room));
    for (std::uint32_t s = 0; s < ids.size(); ++s) out.stage_->number(out.find(ids[s]), s);
    out.ids_ = std::move(ids);
    return out;
  }

  /// The verdict on a step, after those before it. What only the rules refuse for its form is said otherwise.
  std::pair<Step, Trial> judge(std::uint32_t s) {
    const auto view = rules::StateView::of(stage_->store, stage_->state(plan_->steps[s].before));
    Trial trial = stage_->judge(find(ids_[s]), view, plan_->steps[s].auth.has_value());
    if (trial.decision.allowed || !has_other(s)) return {plan_->steps[s], std::move(trial)};
    const base::EventIndex event = find("$other" + ids_[s].substr(1));
    Trial second = stage_->judge(event, view, plan_->steps[s].auth.has_value());
    if (!second.decision.allowed) return {plan_->steps[s], std::move(trial)};
    stage_->number(event, s);
    return {other(s), std::move(second)};
  }

 private:
  explicit Rehearsal(const Plan& plan) : plan_(&plan) {}
  base::EventIndex find(std::string_view id) const { return stage_->room->find(id); }
  bool has_other(std::uint32_t s) const {
    const Step& step = plan_->steps[s];
    return step.levels && !step.rejected && step.levels->users.contains(plan_->steps[0].sender);
  }
  /// Without the creator among the users of the power levels.
  Step other(std::uint32_t s) const {
    Step out = plan_->steps[s];
    out.levels->users.erase(plan_->steps[0].sender);
    return out;
  }
  base::Result<void> sketch(const Scene& scene, const Step& step, const std::string& id,
                            std::span<const std::string> ids, const std::vector<std::uint32_t>& cited,
                            std::vector<event::Event>& into) {
    auto event = scene.sketch(step, id, ids, cited);
    if (!event) return std::unexpected(event.error());
    event->rejected_outside = step.rejected;
    into.push_back(std::move(*event));
    return {};
  }

  const Plan* plan_;
  std::vector<std::string> ids_;  // by step
  std::unique_ptr<Stage> stage_;
};

base::Result<std::vector<rules::Decision>> Scene::play(const Plan& plan) {
  base::require(steps_.empty(), "a plan is played in a new scene");
  std::vector<rules::Decision> out;
  if (plan.steps.empty()) return out;
  auto first = judge({}, std::span(plan.steps).first(1));
  if (!first) return std::unexpected(first.error());
  out.push_back((*first)[0].decision);
  if (auto done = append(plan.steps[0], std::move((*first)[0].selection)); !done) return std::unexpected(done.error());
  auto rehearsal = Rehearsal::of(*this, plan);
  if (!rehearsal) return std::unexpected(rehearsal.error());
  for (std::uint32_t s = 1; s < plan.steps.size(); ++s) {
    auto [step, trial] = rehearsal->judge(s);
    out.push_back(trial.decision);
    auto cited = step.auth.value_or(std::move(trial.selection));
    if (auto done = append(std::move(step), std::move(cited)); !done) return std::unexpected(done.error());
  }
  return out;
}

StateOfSteps Scene::after(std::uint32_t step) const {
  StateOfSteps out = steps_[step].before;
  if (steps_[step].state_key && !steps_[step].rejected) out[{steps_[step].type, *steps_[step].state_key}] = step;
  return out;
}

/// All events in one room.
base::Result<Scene::Stage*> Scene::whole() const {
  if (whole_) return whole_.get();
  auto room = graph::Room::build(events_, program_->version().format);
  if (!room) return std::unexpected(room.error());
  if (!(*room)->format().derived_edge_field.empty()) {
    std::vector<std::pair<base::EventIndex, std::uint32_t>> order;
    for (std::uint32_t s = 0; s < ids_.size(); ++s) order.emplace_back((*room)->find(std::string_view(ids_[s])), s);
    std::sort(order.begin(), order.end());
    for (const auto& [event, s] : order) {
      std::vector<base::EventIndex> cited;
      for (const std::uint32_t step : auth_[s]) cited.push_back((*room)->find(std::string_view(ids_[step])));
      (*room)->set_derived(event, std::move(cited));
    }
  }
  whole_ = std::make_unique<Stage>(program_, std::move(*room));
  for (std::uint32_t s = 0; s < ids_.size(); ++s) whole_->number(whole_->room->find(std::string_view(ids_[s])), s);
  return whole_.get();
}

base::Result<Resolved> Scene::resolve(std::span<const StateOfSteps> sets, bool trace) const {
  const auto all = whole();
  if (!all) return std::unexpected(all.error());
  Stage& stage = **all;
  std::vector<graph::State> states;
  for (const StateOfSteps& set : sets) states.push_back(stage.state(set));
  resolve::Trace traced;
  if (!stage.resolver) stage.resolver.emplace(stage.evaluator, stage.store);
  const auto resolved = stage.resolver->resolve(states, trace ? &traced : nullptr);
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

base::Result<Staged> stage(const Plan& plan, std::shared_ptr<const rules::Program> program, Signing signing) {
  Staged out{std::make_unique<Scene>(std::move(program), plan.seed, signing), {}};
  auto decisions = out.scene->play(plan);
  if (!decisions) return std::unexpected(decisions.error());
  out.decisions = std::move(*decisions);
  return out;
}

base::Result<std::vector<event::Event>> realise(const Plan& plan, std::shared_ptr<const rules::Program> program) {
  auto staged = stage(plan, std::move(program));
  if (!staged) return std::unexpected(staged.error());
  return staged->scene->events();
}

}  // namespace stateroom::workload
