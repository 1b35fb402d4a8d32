// A history under a version, ready to be asked: what commands and bindings open before they answer.
//
// In:  a workbench, one item of a file, and the options of a command.
// Out: its events, its room, and what judges and resolves there.
// Promise: what the item says was rejected is rejected in the room; signatures are checked if any keys are known, and
//          else taken as valid.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/event/history.h"
#include "model/report/answers.h"
#include "model/resolve/resolution.h"
#include "model/resolve/state_before.h"

namespace stateroom::report {

/// A history under a version, ready to be asked.
struct Opened {
  LoadedPtr version;
  event::History history;
  std::unique_ptr<graph::Room> room;
  graph::StateStore store;
  std::unique_ptr<rules::Evaluator> evaluator;
  std::unique_ptr<resolve::Resolver> resolver;

  std::string text(base::StringId id) const { return std::string(room->strings().text(id)); }
  std::string id(base::EventIndex event) const { return text(room->event_id(event)); }
  /// The state as the list of `{type, state_key, event_id}` that answers hold.
  std::string entries(graph::State state) const;
};

/// Errors: what the version's text, the keys, decoding or the room's graph give.
base::Result<std::unique_ptr<Opened>> open(Workbench& workbench, const event::HistoryItem& item,
                                           const HistoryOptions& options);

/// The same of events that are decoded: `history` under a version that is loaded. Errors: those of the room's graph.
base::Result<std::unique_ptr<Opened>> open(const versions::Registry& registry, LoadedPtr version,
                                           event::History history);

/// Server keys that were given beside the file. Errors: kJson, kSignature.
base::Result<event::ServerKeys> outside_keys(const HistoryOptions& options);

/// What `resolve` resolves: the state sets of the file, else the states after the forward extremities. Edges that the
/// text derives are derived before. Error: kLimit.
base::Result<std::vector<graph::State>> inputs_of(Opened& opened, const HistoryOptions& options);
/// The same where the room was walked already.
base::Result<std::vector<graph::State>> inputs_of(Opened& opened, const resolve::Walk& walk);

/// The decision that speaks for an event: of the check on receipt that rejected it, else of the last one that asked the
/// rules; null where none did.
const rules::Decision* decisive(const resolve::Receipt& receipt);

}  // namespace stateroom::report
