#include "sim/explore/find_file.h"

#include <algorithm>
#include <set>

#include "model/base/encode.h"
#include "model/json/value.h"
#include "model/report/json_writer.h"

namespace stateroom::explore {
namespace {

std::string base64_of(const std::string& bytes) {
  return base::base64({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::string keys_json(const std::vector<event::SigningKey>& keys) {
  std::string out = "{";
  for (const event::SigningKey& key : keys) {
    if (out.size() > 1) out += ',';
    out += json::quoted(key.server) + ":{" + json::quoted(key.key_id) + ":" +
           json::quoted(base64_of(event::verify_key(key).key)) + "}";
  }
  return out + "}";
}

base::Error restriction(std::string message) { return {base::ErrorCode::kRestriction, std::move(message), {}, {}}; }

/// The create event of a stage holds what every create event holds, and no more.
bool is_plain(const event::Event& create) {
  for (const json::Value member : create.content.children()) {
    if (member.own_key() != "creator" && member.own_key() != "room_version") return false;
  }
  return true;
}

}  // namespace

base::Result<std::string> history_file(Stage& stage, const std::vector<StateSet>& sets, std::string_view room_version) {
  workload::Scene scene(stage.shared_program(), 0, stage.keys());
  for (std::uint32_t at = 0; at < stage.size(); ++at) {
    const Choice& choice = stage.choices()[at];
    const Act& act = stage.act(choice.act);
    workload::Step step;
    step.type = act.type;
    step.state_key = act.state_key;
    step.sender = act.sender;
    step.content = act.content;
    step.origin_server_ts = choice.origin_server_ts;
    step.prev = choice.prev;
    step.name = at == 0 ? "create" : stage.name_of(at);
    auto cited =
        choice.auth.value_or(at == 0 ? std::vector<std::uint32_t>{} : stage.selection(choice.act, stage.before(at)));
    if (auto done = scene.append(std::move(step), std::move(cited)); !done) return std::unexpected(done.error());
  }
  const auto id = [&](std::uint32_t at) { return json::quoted(scene.events()[at].event_id); };
  const auto ids = [&](const StateSet& set) {
    const auto entries = stage.store().entries(*state_of(stage, set));
    return report::json_list(entries, [&](const auto& entry) { return id(stage.place_of(entry.second)); });
  };
  return R"({"format":"stateroom-history/1","room_version":)" + json::quoted(room_version) + ",\"events\":" +
         report::json_list(scene.events(), [](const event::Event& event) { return json::to_text(event.json); }) +
         ",\"event_ids\":" +
         report::json_list(scene.events(), [](const event::Event& event) { return json::quoted(event.event_id); }) +
         ",\"state_sets\":" + report::json_list(sets, ids) + ",\"keys\":" + keys_json(scene.keys()) + "}";
}

base::Result<std::vector<std::string>> people_of(std::span<const event::Event> events) {
  std::set<std::string> people;
  std::string creator;
  for (const event::Event& event : events) {
    people.insert(event.sender);
    if (event.type == "m.room.create") creator = event.sender;
  }
  if (creator.empty()) return base::fail(base::ErrorCode::kFormat, "the history has no create event");
  people.erase(creator);
  std::vector<std::string> out{creator};
  out.insert(out.end(), people.begin(), people.end());
  return out;
}

base::Result<Find> find_of(Stage& stage, std::span<const event::Event> events,
                           const std::vector<std::vector<std::string>>& state_sets, std::uint32_t stale) {
  const event::EventFormat& format = stage.program().version().format;
  const auto field = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(format.edge_fields, name) - format.edge_fields.begin());
  };
  const std::size_t prev_events = field("prev_events"), auth_events = field("auth_events");
  std::map<std::string, std::uint32_t> places;
  const auto numbers = [&](const std::vector<std::string>& ids) {
    std::vector<std::uint32_t> out;
    for (const std::string& id : ids) {
      if (const auto at = places.find(id); at != places.end()) out.push_back(at->second);
    }
    std::ranges::sort(out);
    return out;
  };
  stage.cut(1);
  for (const event::Event& event : events) {
    if (!event.state_key) return std::unexpected(restriction("`" + event.event_id + "` is no state event"));
    if (event.type == "m.room.create") {
      if (!is_plain(event)) return std::unexpected(restriction("the create event says more than the room's version"));
      places.emplace(event.event_id, 0);
      if (auto done = stage.date_create(event.origin_server_ts); !done) return std::unexpected(done.error());
      continue;
    }
    const auto act = stage.act({event.type, *event.state_key, event.sender, json::to_text(event.content)});
    if (!act) return std::unexpected(act.error());
    Choice choice{*act, numbers(event.edges[prev_events]), std::nullopt, event.origin_server_ts};
    const auto before = stage.state_after(choice.prev);
    if (!before) return std::unexpected(before.error());
    auto cited = numbers(event.edges[auth_events]);
    if (cited != stage.selection(*act, *before) && !cited.empty()) {
      std::erase(cited, 0u);
      auto selected = stage.selection(*act, *before);
      std::erase(selected, 0u);
      if (cited != selected) choice.auth = numbers(event.edges[auth_events]);
    }
    const auto stands = stage.push(std::move(choice));
    if (!stands) return std::unexpected(stands.error());
    if (!*stands)
      return std::unexpected(restriction("the rules refuse `" + event.event_id + "` in the state before it"));
    places.emplace(event.event_id, static_cast<std::uint32_t>(stage.size() - 1));
  }
  Find out{stage.choices(), {}};
  for (const std::vector<std::string>& ids : state_sets) {
    std::vector<graph::StateStore::Entry> entries;
    for (const std::uint32_t at : numbers(ids))
      entries.emplace_back(stage.room().key(stage.event(at)), stage.event(at));
    const State state = stage.store().from(std::move(entries));
    std::optional<StateSet> set;
    std::uint32_t least = stale + 1;
    for (std::uint32_t at = 0; at < stage.size(); ++at) {
      const auto differ = properties::stale_entries(stage.room(), stage.store(), state, stage.after(at));
      if (!differ || *differ >= least) continue;
      least = *differ;
      set = StateSet{at, {}};
      const std::array<State, 2> both{state, stage.after(at)};
      stage.store().visit_difference(both, [&](base::KeyIndex, std::span<const EventIndex> events_of) {
        set->stale.emplace_back(stage.place_of(events_of[1]), stage.place_of(events_of[0]));
      });
    }
    if (!set) return std::unexpected(restriction("a state set is the state after no event of the history"));
    out.sets.push_back(std::move(*set));
  }
  return out;
}

}  // namespace stateroom::explore
