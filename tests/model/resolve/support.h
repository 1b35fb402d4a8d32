// A room with everything that a resolution needs, from JSON text.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/resolve/explain.h"
#include "model/resolve/resolution.h"
#include "model/resolve/state_before.h"

namespace stateroom::testing {

using base::EventIndex;
using graph::State;

/// (type, state_key) → event id.
using NamedState = std::map<std::pair<std::string, std::string>, std::string>;

/// A version under a profile, compiled once a test program.
std::shared_ptr<const rules::Program> program(const std::string& version, const std::string& profile = "default");
std::string read_file(const std::string& path);

struct Lab {
  /// `bytes`: a history or a list of PDUs, in placeholder mode.
  Lab(const std::string& version, const std::string& bytes, const std::string& profile = "default");
  State state(const std::vector<std::string>& ids);
  NamedState named(State state) const;
  std::string id(EventIndex event) const { return room->event(event).event_id; }
  std::vector<std::string> ids(const std::vector<EventIndex>& events) const;
  /// Resolves and explains.
  base::Result<resolve::Explanation> explain(
      const std::vector<State>& states, const std::optional<std::pair<std::string, std::string>>& key = std::nullopt);
  const resolve::TraceValue& value(const resolve::Trace& trace, const std::string& name) const;

  std::shared_ptr<const rules::Program> program;
  std::unique_ptr<graph::Room> room;
  std::unique_ptr<rules::Evaluator> evaluator;
  graph::StateStore store;
  std::unique_ptr<resolve::Resolver> resolver;
  std::vector<std::vector<std::string>> state_sets;
};

}  // namespace stateroom::testing
