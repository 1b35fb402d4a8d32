#include "sim/explore/stage.h"

#include <fmt/format.h>

#include <algorithm>

namespace stateroom::explore {
namespace {

/// A room with more events than this is made anew: most of them were taken off long ago, and what cites an event is
/// looked through.
constexpr std::uint32_t kEventsMost = 1 << 9;

}  // namespace

struct Stage::Built {
  Built(std::shared_ptr<const rules::Program> program, const std::vector<std::pair<std::string, std::string>>& keys)
      : room(graph::Room::empty(program->version().format, keys)),
        evaluator(program, *room),
        checker(evaluator, store),
        prev_events(room->edge_field("prev_events")),
        auth_events(room->edge_field("auth_events")) {}

  std::unique_ptr<graph::Room> room;
  graph::StateStore store;
  rules::Evaluator evaluator;
  properties::Checker checker;
  graph::EdgeField prev_events, auth_events;
  std::vector<EventIndex> probes;                    // by act: an event of it that nobody cites
  std::vector<std::vector<base::KeyIndex>> selects;  // by act
  std::unordered_map<std::uint64_t, bool> verdicts;  // by act and state
  std::map<std::vector<State>, State> resolved;
};

Stage::Stage(std::shared_ptr<const rules::Program> program, std::vector<std::string> people)
    : program_(std::move(program)), people_(std::move(people)) {
  for (const std::string& person : people_) {
    const std::string server(event::server_part(person).value_or(""));
    if (std::ranges::find(keys_, server, &event::SigningKey::server) == keys_.end())
      keys_.push_back(event::signing_key(server, "explore " + server));
  }
}
Stage::~Stage() = default;

base::Result<std::unique_ptr<Stage>> Stage::make(std::shared_ptr<const rules::Program> program,
                                                 std::vector<std::string> people) {
  if (!program->version().format.derived_edge_field.empty()) {
    return base::fail(base::ErrorCode::kRestriction,
                      "small histories of a version that derives its auth_events cannot be searched yet");
  }
  std::unique_ptr<Stage> out(new Stage(std::move(program), std::move(people)));
  out->scene_ = std::make_unique<workload::Scene>(out->program_, 0, out->keys_, workload::Signing::kUnsigned);
  workload::Step create;
  create.type = "m.room.create";
  create.state_key = "";
  create.sender = out->people_.at(0);
  create.origin_server_ts = kFirstTimestamp;
  create.name = "create";
  if (auto done = out->scene_->append(create, {}); !done) return std::unexpected(done.error());
  out->acts_.push_back({create.type, "", create.sender, "{}"});
  out->numbers_.emplace(out->acts_[0], 0);
  out->templates_.push_back(out->scene_->events()[0]);
  if (auto done = out->open(); !done) return std::unexpected(done.error());
  return out;
}

base::Result<std::uint32_t> Stage::act(const Act& wanted) {
  const auto [at, fresh] = numbers_.emplace(wanted, static_cast<std::uint32_t>(acts_.size()));
  if (!fresh) return at->second;
  workload::Step step;
  step.type = wanted.type;
  step.state_key = wanted.state_key;
  step.sender = wanted.sender;
  step.content = wanted.content;
  auto made = scene_->trials(std::span(&step, 1));
  if (!made) {
    numbers_.erase(at);
    return std::unexpected(made.error());
  }
  acts_.push_back(wanted);
  templates_.push_back(std::move((*made)[0]));
  const std::uint32_t number = at->second;
  const std::vector<std::pair<std::string, std::string>> key{{wanted.type, wanted.state_key}};
  const base::StringId type = built_->room->strings().intern(wanted.type);
  const base::StringId state_key = built_->room->strings().intern(wanted.state_key);
  if (!built_->room->find_key(type, state_key).valid()) {
    if (auto done = rebuild(); !done) return std::unexpected(done.error());
  } else {
    learn(number);
  }
  return number;
}

event::Event Stage::event_of(std::uint32_t act) const { return templates_[act]; }

void Stage::learn(std::uint32_t act) {
  event::Event probe = event_of(act);
  probe.event_id = fmt::format("$probe{}", act);
  const auto event = built_->room->append(std::move(probe));
  base::require(event && event->valid(), "the room has the keys of all acts");
  built_->probes.push_back(*event);
  built_->selects.push_back(built_->evaluator.selection_keys(*event));
  place_of_.resize(built_->room->size(), 0);
}

base::Result<void> Stage::open() {
  std::vector<std::pair<std::string, std::string>> keys;
  for (const Act& act : acts_) keys.emplace_back(act.type, act.state_key);
  std::ranges::sort(keys);
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  built_ = std::make_unique<Built>(program_, keys);
  place_of_.clear();
  ++generation_;
  const auto create = built_->room->append(event_of(0));
  if (!create) return std::unexpected(create.error());
  built_->probes.push_back(*create);
  built_->selects.emplace_back();
  place_of_.resize(1, 0);
  for (std::uint32_t act = 1; act < acts_.size(); ++act) learn(act);
  choices_.assign(1, Choice{0, {}, std::nullopt, create_ts_});
  Place place{*create, {}, built_->store.set({}, built_->room->key(*create), *create), {true}, 0};
  places_.assign(1, std::move(place));
  return {};
}

/// The same history on a new room.
base::Result<bool> Stage::rebuild() {
  const std::vector<Choice> all = choices_;
  // Names stay: a version may order events by a hash of their ids.
  std::vector<std::uint64_t> names;
  for (const Place& place : places_) names.push_back(place.name);
  if (auto done = open(); !done) return std::unexpected(done.error());
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto put_again = put(all[i], names[i]);
    if (!put_again) return std::unexpected(put_again.error());
    base::require(*put_again, "what stood on a room stands on another");
  }
  return true;
}

bool Stage::allowed(std::uint32_t act, State before) {
  const std::uint64_t key = (std::uint64_t{act} << 32) | before.root;
  const auto [at, fresh] = built_->verdicts.emplace(key, false);
  if (fresh) {
    at->second =
        built_->evaluator.authorise(built_->probes[act], rules::StateView::of(built_->store, before), /*recheck=*/true)
            .allowed;
  }
  return at->second;
}

base::Result<State> Stage::state_after(std::span<const std::uint32_t> events) {
  std::vector<State> states;
  for (const std::uint32_t at : events) states.push_back(places_[at].after);
  std::ranges::sort(states);
  states.erase(std::unique(states.begin(), states.end()), states.end());
  if (states.size() == 1) return states[0];
  if (const auto known = built_->resolved.find(states); known != built_->resolved.end()) return known->second;
  ++counts_.resolutions;
  const auto result = built_->checker.resolver().resolve(states);
  if (!result) return std::unexpected(result.error());
  built_->resolved.emplace(std::move(states), *result);
  return *result;
}

std::vector<std::uint32_t> Stage::selection(std::uint32_t act, State before) {
  std::vector<std::uint32_t> out;
  for (const base::KeyIndex key : built_->selects[act]) {
    const EventIndex event = built_->store.get(before, key);
    if (event.valid()) out.push_back(place_of_[event.at()]);
  }
  std::ranges::sort(out);
  return out;
}

base::Result<bool> Stage::push(Choice choice) {
  if (built_->room->size() > kEventsMost) {
    if (auto done = rebuild(); !done) return std::unexpected(done.error());
  }
  return put(std::move(choice), names_++);
}

std::string Stage::name_of(std::uint32_t at) const {
  const std::string& id = built_->room->event(places_[at].event).event_id;
  return id.substr(1, id.find(':') - 1);
}

base::Result<bool> Stage::put(Choice choice, std::uint64_t name) {
  const auto before = state_after(choice.prev);
  if (!before) return std::unexpected(before.error());
  // A rule may ask whether the create event is all that came before, which the event itself says.
  const bool is_first = choice.prev.size() == 1 && choice.prev[0] == 0;
  if (!is_first && !allowed(choice.act, *before)) return false;
  event::Event event = event_of(choice.act);
  const auto server = event::server_part(event.sender);
  event.event_id = fmt::format("$h{}:{}", name, server.value_or(""));
  event.origin_server_ts = choice.origin_server_ts;
  event.depth = 1;
  const auto ids = [&](std::span<const std::uint32_t> places) {
    std::vector<std::string> out;
    for (const std::uint32_t at : places) out.push_back(built_->room->event(places_[at].event).event_id);
    return out;
  };
  for (const std::uint32_t at : choice.prev)
    event.depth = std::max(event.depth, built_->room->event(places_[at].event).depth + 1);
  event.edges.assign(program_->version().format.edge_fields.size(), {});
  event.edges[built_->prev_events] = ids(choice.prev);
  event.edges[built_->auth_events] = ids(choice.auth ? *choice.auth : selection(choice.act, *before));
  const auto at = built_->room->append(std::move(event));
  if (!at) return std::unexpected(at.error());
  place_of_.resize(built_->room->size(), 0);
  if (is_first && !built_->evaluator.authorise(*at, rules::StateView::of(built_->store, *before)).allowed) return false;
  if (choice.auth) {
    // Chosen freely among what the rules accept: by these auth_events too.
    const auto cited = built_->room->cited(built_->auth_events, *at);
    const auto view = rules::StateView::of(built_->store, *before);
    if (!built_->evaluator.authorise(*at, rules::StateView::of(cited)).allowed ||
        !built_->evaluator.authorise(*at, view).allowed)
      return false;
  }
  ++counts_.events;
  Place place{*at, *before, built_->store.set(*before, built_->room->key(*at), *at), {}, name};
  place.past.assign(places_.size() + 1, false);
  place.past.back() = true;
  for (const std::uint32_t prev : choice.prev) {
    for (std::size_t i = 0; i < places_[prev].past.size(); ++i) {
      if (places_[prev].past[i]) place.past[i] = true;
    }
  }
  place_of_[at->at()] = static_cast<std::uint32_t>(places_.size());
  places_.push_back(std::move(place));
  choices_.push_back(std::move(choice));
  return true;
}

void Stage::pop() { cut(size() - 1); }

base::Result<void> Stage::date_create(std::int64_t origin_server_ts) {
  cut(1);
  if (create_ts_ == origin_server_ts) return {};
  create_ts_ = templates_[0].origin_server_ts = origin_server_ts;
  return open();
}

void Stage::cut(std::size_t events) {
  places_.resize(events);
  choices_.resize(events);
}

base::Result<properties::Checker::Answer> Stage::ask(std::span<const State> states) {
  ++counts_.questions;
  return built_->checker.ask(states);
}

properties::Checker& Stage::checker() { return built_->checker; }
rules::Evaluator& Stage::evaluator() { return built_->evaluator; }
graph::StateStore& Stage::store() { return built_->store; }
graph::Room& Stage::room() { return *built_->room; }

}  // namespace stateroom::explore
