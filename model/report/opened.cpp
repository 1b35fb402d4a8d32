#include "model/report/opened.h"

#include "model/auth/signatures.h"
#include "model/report/json_writer.h"

namespace stateroom::report {

using base::EventIndex;
using graph::Room;
using graph::State;

std::string Opened::entries(State state) const {
  return json_list(store.entries(state), [&](const auto& entry) {
    return JsonObject()
        .text("type", text(room->key_type(entry.first)))
        .text("state_key", text(room->key_state_key(entry.first)))
        .text("event_id", id(entry.second))
        .done();
  });
}

base::Result<event::ServerKeys> outside_keys(const HistoryOptions& options) {
  if (!options.keys_json) return event::ServerKeys{};
  const auto document = json::parse(*options.keys_json, "keys");
  if (!document) return std::unexpected(document.error());
  return event::read_keys(json::root(**document), "keys");
}

base::Result<std::unique_ptr<Opened>> open(Workbench& workbench, const event::HistoryItem& item,
                                           const HistoryOptions& options) {
  const std::string name = options.version.value_or(item.room_version.value_or(Workbench::otherwise()));
  const auto version = workbench.load(name, options.choice);
  if (!version) {
    base::Error error = version.error().front();
    if (error.where.empty()) error.where = options.version || !item.room_version ? item.where : item.version_where;
    return std::unexpected(error);
  }
  const auto keys = outside_keys(options);
  if (!keys) return std::unexpected(keys.error());
  auto history = event::decode(item, (*version)->core->format, options.strict);
  if (!history) return std::unexpected(history.error());
  for (const auto& [server, more] : *keys) history->keys[server].insert(more.begin(), more.end());
  auto out = open(workbench.registry(), *version, std::move(*history));
  if (!out && out.error().where.empty()) out.error().where = item.where;
  return out;
}

base::Result<std::unique_ptr<Opened>> open(const versions::Registry& registry, LoadedPtr version,
                                           event::History history) {
  auto out = std::make_unique<Opened>();
  out->version = std::move(version);
  out->history = std::move(history);
  auto room = Room::build(out->history.events, out->version->core->format);
  if (!room) return std::unexpected(room.error());
  out->room = std::move(*room);
  rules::Oracles oracles;
  // The version of the history knows itself, whatever its file is called.
  oracles.recognised_version = [&registry, version = out->version](std::string_view wanted) {
    return wanted == version->text.identifier || registry.has(wanted);
  };
  if (!out->history.keys.empty()) {
    rules::Oracles checked = auth::oracles_from_keys(
        *out->room, out->history.keys, [pointer = out.get()](EventIndex event, const event::VerifyKey& key) {
          return pointer->evaluator->key_valid(event, key);
        });
    checked.recognised_version = oracles.recognised_version;
    oracles = std::move(checked);
  }
  out->evaluator = std::make_unique<rules::Evaluator>(out->version->program, *out->room, std::move(oracles));
  out->resolver = std::make_unique<resolve::Resolver>(*out->evaluator, out->store);
  for (const event::Event& event : out->history.events) {
    if (event.rejected_outside) out->room->set_rejected(out->room->find(event.event_id), true);
  }
  return out;
}

namespace {

std::vector<State> given_sets(Opened& all) {
  std::vector<State> out;
  for (const auto& set : all.history.state_sets) {
    std::vector<graph::StateStore::Entry> entries;
    for (const std::string& id : set) {
      const EventIndex event = all.room->find(id);
      entries.emplace_back(all.room->key(event), event);
    }
    out.push_back(all.store.from(std::move(entries)));
  }
  return out;
}

}  // namespace

base::Result<std::vector<State>> inputs_of(Opened& all, const HistoryOptions& options) {
  const bool given = all.history.has_state_sets;
  if (given && all.room->format().derived_edge_field.empty()) return given_sets(all);
  resolve::WalkOptions walk_options;
  walk_options.checks = !given;  // what a drawing does not call rejected takes part
  walk_options.strict = options.strict;
  walk_options.keep_checks = false;
  const auto walk = resolve::Walk::run(*all.evaluator, all.store, *all.resolver, walk_options);
  if (!walk) return std::unexpected(walk.error());
  return inputs_of(all, *walk);
}

base::Result<std::vector<State>> inputs_of(Opened& all, const resolve::Walk& walk) {
  if (all.history.has_state_sets) return given_sets(all);
  std::vector<State> out;
  for (const EventIndex extremity : walk.extremities()) out.push_back(walk.after(extremity));
  return out;
}

const rules::Decision* decisive(const resolve::Receipt& receipt) {
  const rules::Decision* out = nullptr;
  for (const auto& check : receipt.checks) {
    if (!check.decision.rule.valid()) continue;
    if (out == nullptr || out->allowed) out = &check.decision;
  }
  return out;
}

}  // namespace stateroom::report
