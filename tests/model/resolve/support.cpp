#include "tests/model/resolve/support.h"

#include <fstream>
#include <sstream>

#include "model/event/history.h"
#include "model/rules/elaborate.h"
#include "model/versions/compiled_tests.h"
#include "model/versions/registry.h"

namespace stateroom::testing {

std::shared_ptr<const rules::Program> program(const std::string& version, const std::string& profile) {
  static std::map<std::pair<std::string, std::string>, std::shared_ptr<const rules::Program>> known;
  auto& entry = known[{version, profile}];
  if (entry) return entry;
  static const versions::Registry registry;
  rules::LoadOptions options;
  options.profile = profile;
  const auto loaded = registry.load(version, options);
  base::require(loaded.has_value(), "the version is known");
  const auto core = rules::elaborate(*loaded);
  base::require(core.has_value(), "the version's text is right");
  entry = rules::Program::compile(*core, versions::compiled_tests());
  return entry;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  base::require(in.good(), "cannot read " + path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

Lab::Lab(const std::string& version, const std::string& bytes, const std::string& profile)
    : program(testing::program(version, profile)) {
  const auto items = event::read_items(bytes, "test");
  base::require(items.size() == 1 && items[0].has_value(), "one history");
  auto history = event::decode(*items[0], program->version().format, false);
  base::require(history.has_value(), history ? "" : history.error().message);
  state_sets = history->state_sets;
  auto built = graph::Room::build(std::move(history->events), program->version().format);
  base::require(built.has_value(), built ? "" : built.error().message);
  room = std::move(*built);
  evaluator = std::make_unique<rules::Evaluator>(program, *room);
  resolver = std::make_unique<resolve::Resolver>(*evaluator, store);
}

State Lab::state(const std::vector<std::string>& ids) {
  std::vector<graph::StateStore::Entry> entries;
  for (const std::string& one : ids) {
    const EventIndex event = room->find(one);
    base::require(event.valid() && room->key(event).valid(), "a state holds state events: " + one);
    entries.emplace_back(room->key(event), event);
  }
  return store.from(std::move(entries));
}

NamedState Lab::named(State of) const {
  NamedState out;
  for (const auto& [key, event] : store.entries(of)) {
    out[{std::string(room->strings().text(room->key_type(key))),
         std::string(room->strings().text(room->key_state_key(key)))}] = id(event);
  }
  return out;
}

std::vector<std::string> Lab::ids(const std::vector<EventIndex>& events) const {
  std::vector<std::string> out;
  for (const EventIndex event : events) out.push_back(id(event));
  return out;
}

base::Result<resolve::Explanation> Lab::explain(const std::vector<State>& states,
                                                const std::optional<std::pair<std::string, std::string>>& key) {
  resolve::Trace trace;
  const auto result = resolver->resolve(states, &trace);
  if (!result) return std::unexpected(result.error());
  return resolve::explain(*evaluator, store, states, *result, trace, {}, key);
}

const resolve::TraceValue& Lab::value(const resolve::Trace& trace, const std::string& name) const {
  for (const resolve::TraceValue& value : trace.values) {
    if (value.name == name) return value;
  }
  base::require(false, "no named value " + name);
  return trace.values.front();
}

}  // namespace stateroom::testing
