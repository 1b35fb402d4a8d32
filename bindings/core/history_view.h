// A history, its states and its resolutions as Python holds them: opened once, asked in parts. No Python types here.
//
// In:  the bytes of a file, a room version, the options of a command.
// Out: columns of numbers by event, the verdicts on events, states, and a resolution with its trace.
// Promise: events are numbered in topological order, whatever the order of the file; several threads may ask at once.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/auth/decision.h"
#include "model/report/opened.h"
#include "model/resolve/state_before.h"

namespace stateroom::bindings {

using OpenedPtr = std::shared_ptr<report::Opened>;

/// "state", "set", "order" or "function".
std::string_view name(resolve::TraceValue::Kind kind);

/// The items of one file.
class HistoryFile {
 public:
  HistoryFile(const std::string& bytes, const std::string& name);
  std::size_t size() const { return items_.size(); }
  /// Refuses an item that could not be read.
  const event::HistoryItem& item(std::size_t number) const;

 private:
  std::string name_;
  std::vector<base::Result<event::HistoryItem>> items_;
};

/// One state: keys in bytewise order, each with its event.
struct StateView {
  OpenedPtr opened;
  std::vector<graph::StateStore::Entry> entries;
};
using StateViewPtr = std::shared_ptr<const StateView>;

/// Edges of one kind as compressed sparse rows: event e cites targets[offsets[e]] … targets[offsets[e + 1] - 1].
/// Events that the history does not have are left out.
struct SparseRows {
  std::vector<std::int32_t> offsets, targets;
};

class ResolutionView {
 public:
  ResolutionView(report::Workbench& workbench, const event::HistoryItem& item, const report::HistoryOptions& options);
  const report::Opened& opened() const { return *opened_; }
  const resolve::Trace& trace() const { return trace_; }
  const resolve::Work& work() const { return work_; }
  const StateViewPtr& state() const { return state_; }
  const std::vector<StateViewPtr>& inputs() const { return inputs_; }
  StateViewPtr state_of(const resolve::TraceValue& value) const;

 private:
  OpenedPtr opened_;
  resolve::Trace trace_;
  resolve::Work work_;
  StateViewPtr state_;
  std::vector<StateViewPtr> inputs_;
};

class HistoryView {
 public:
  HistoryView(std::shared_ptr<const HistoryFile> file, std::size_t number, report::Workbench& workbench,
              report::HistoryOptions options);

  const report::Opened& opened() const { return *opened_; }
  const std::vector<std::int64_t>& origin_server_ts() const { return origin_server_ts_; }
  const std::vector<std::int64_t>& depth() const { return depth_; }
  /// Of an edge field of the format; where the text derives the field, the room is walked first. Refuses other names.
  const SparseRows& edges(const std::string& field);
  /// What the rules say of an event in the state before it, as its receipt left that.
  auth::NamedDecision decision(base::EventIndex event);
  StateViewPtr before(base::EventIndex event);
  StateViewPtr after(base::EventIndex event);
  StateViewPtr current();

 private:
  /// A walk marks what it rejects in the room, so it has one of its own.
  struct Walked {
    OpenedPtr opened;
    resolve::Walk walk;
  };
  Walked& walked();
  StateViewPtr state(graph::State state);

  std::shared_ptr<const HistoryFile> file_;
  std::size_t number_;
  report::Workbench& workbench_;
  report::HistoryOptions options_;
  std::mutex mutex_;
  OpenedPtr opened_;
  std::optional<Walked> walked_;
  std::vector<std::int64_t> origin_server_ts_, depth_;
  std::vector<std::unique_ptr<SparseRows>> edges_;  // by edge field
};

}  // namespace stateroom::bindings
