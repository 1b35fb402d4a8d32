// What `stateroom show` and the replays of `vet` ask: files read again from their bytes, judged and resolved.
#include <pybind11/stl.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/core/bindings.h"
#include "bindings/core/history_options.h"
#include "bindings/core/history_view.h"
#include "bindings/core/refuse.h"
#include "model/auth/ask.h"
#include "model/report/opened.h"
#include "sim/workload/redraw.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;
using base::EventIndex;

report::Workbench& bench() {
  static report::Workbench kBench;
  return kBench;
}

/// A history under a version: the verdict on each event, and a resolution with its trace. Where the file has no state
/// sets, the checks on receipt say what is rejected, as for `resolve`; a drawing with state sets is shown as it was
/// drawn.
class Shown {
 public:
  Shown(const std::string& bytes, const std::string& file, const report::HistoryOptions& options)
      : opened_(value_of(report::open(bench(), HistoryFile(bytes, file).item(0), options))) {
    resolve::WalkOptions walk_options;
    walk_options.checks = !opened_->history.has_state_sets;
    const auto walk =
        value_of(resolve::Walk::run(*opened_->evaluator, opened_->store, *opened_->resolver, walk_options));
    for (std::uint32_t e = 0; e < opened_->room->size(); ++e) {
      const resolve::Receipt& receipt = walk.receipts()[e];
      const rules::Decision* decision = report::decisive(receipt);
      const auto before = rules::StateView::of(opened_->store, receipt.before);
      decisions_.push_back(decision != nullptr ? *decision
                                               : opened_->evaluator->authorise(EventIndex(e), before, true));
    }
    inputs_ = value_of(report::inputs_of(*opened_, walk));
    result_ = value_of(opened_->resolver->resolve(inputs_, &trace_));
  }

  py::dict answer() const {
    py::dict out;
    out["version"] = opened_->version->text.name;
    out["ids"] = event::name(opened_->history.ids);
    out["notes"] = opened_->history.notes;
    out["events"] = events();
    py::list sets;
    for (const graph::State input : inputs_) sets.append(numbers(input));
    out["state_sets"] = sets;
    out["given"] = opened_->history.has_state_sets;
    out["result"] = numbers(result_);
    out["values"] = values();
    py::list checks;
    for (const resolve::TraceCheck& check : trace_.checks) {
      py::dict one = decision(check.decision);
      one["name"] = check.name;
      one["event"] = check.event.value();
      one["reads"] = check.reads;
      checks.append(one);
    }
    out["checks"] = checks;
    return out;
  }

 private:
  std::vector<std::uint32_t> numbers(graph::State state) const {
    std::vector<std::uint32_t> out;
    for (const auto& [key, event] : opened_->store.entries(state)) out.push_back(event.value());
    return out;
  }

  py::dict decision(const rules::Decision& decision) const {
    py::dict out;
    out["allowed"] = decision.allowed;
    out["label"] = opened_->version->program->label(decision.rule);
    out["number"] = opened_->version->program->number(decision.rule);
    return out;
  }

  std::vector<std::uint32_t> cited(std::string_view field, EventIndex event) const {
    std::vector<std::uint32_t> out;
    for (const EventIndex one : opened_->room->cited(opened_->room->edge_field(field), event)) {
      if (one.valid()) out.push_back(one.value());
    }
    return out;
  }

  py::list events() const {
    py::list out;
    for (std::uint32_t e = 0; e < opened_->room->size(); ++e) {
      const event::Event& event = opened_->room->event(EventIndex(e));
      py::dict one;
      one["id"] = event.event_id;
      one["type"] = event.type;
      one["state_key"] = event.state_key;
      one["sender"] = event.sender;
      one["origin_server_ts"] = event.origin_server_ts;
      one["content"] = event.content.valid() ? json::to_text(event.content) : "{}";
      one["rejected"] = opened_->room->rejected(EventIndex(e));
      one["decision"] = decision(decisions_[e]);
      one["prev"] = cited("prev_events", EventIndex(e));
      one["auth"] = cited("auth_events", EventIndex(e));
      out.append(one);
    }
    return out;
  }

  py::list values() const {
    using Kind = resolve::TraceValue::Kind;
    py::list out;
    for (const resolve::TraceValue& value : trace_.values) {
      py::dict one;
      one["name"] = value.name;
      one["kind"] = bindings::name(value.kind);
      std::vector<std::uint32_t> steps;
      std::vector<std::string> texts;
      if (value.kind == Kind::kState) steps = numbers(value.state);
      if (value.kind == Kind::kEvents || value.kind == Kind::kOrder) {
        for (const EventIndex event : value.events) steps.push_back(event.value());
      }
      for (const auto& [event, text] : value.keyed) {
        steps.push_back(event.value());
        texts.push_back(text);
      }
      one["steps"] = steps;
      one["values"] = texts;
      py::list keys;
      for (const resolve::TraceKey& key : value.keys)
        keys.append(py::make_tuple(key.component, key.descending, key.values));
      one["keys"] = keys;
      out.append(one);
    }
    return out;
  }

  OpenedPtr opened_;
  std::vector<rules::Decision> decisions_;
  std::vector<graph::State> inputs_;
  resolve::Trace trace_;
  graph::State result_;
};

py::dict show_history(const std::string& bytes, const std::string& file, const std::optional<std::string>& version,
                      const std::string& profile, const std::map<std::string, std::string>& readings) {
  std::optional<Shown> shown;
  {
    const py::gil_scoped_release release;
    shown.emplace(bytes, file, options_of(version, profile, readings, false, std::nullopt));
  }
  return shown->answer();
}

base::Result<std::shared_ptr<const rules::Program>> program_of(std::string_view name) {
  const auto loaded = bench().load(std::string(name));
  if (!loaded) return std::unexpected(loaded.error().front());
  return (*loaded)->program;
}

auth::Answer asked(const std::string& bytes, const std::string& version) {
  const auto document = value_of(json::parse(bytes, "witness"));
  auth::AskOptions options;
  options.version = version;
  options.recognised_version = [](std::string_view name) { return bench().registry().has(name); };
  return value_of(auth::ask(document, json::root(*document), "witness", program_of, options));
}

/// The verdict on the event of a file that `stateroom auth` takes, its rules on auth_events included.
py::dict replay_auth(const std::string& bytes, const std::string& version) {
  auth::Answer answer;
  {
    const py::gil_scoped_release release;
    answer = asked(bytes, version);
  }
  py::dict out;
  out["allowed"] = answer.decision.allowed;
  out["label"] = answer.decision.label;
  out["number"] = answer.decision.number;
  return out;
}

std::vector<std::string> ids_of(const std::vector<event::Event>& events) {
  std::vector<std::string> out;
  for (const event::Event& event : events) out.push_back(event.event_id);
  return out;
}

/// A history as signed PDUs of a version; what names events names them by the new ids.
py::dict redraw_history(const std::string& bytes, const std::string& file, const std::string& version,
                        const std::map<std::string, std::string>& names) {
  const HistoryFile source(bytes, file);
  const event::HistoryItem& item = source.item(0);
  const auto program = value_of(program_of(version));
  const auto named = item.room_version ? value_of(program_of(*item.room_version)) : program;
  const event::EventFormat& format = named->version().format;
  const auto history = value_of(event::decode(item, format, false));
  const auto events = value_of(workload::redraw(history, format, names, program));
  py::list pdus;
  for (const event::Event& event : events) pdus.append(json::to_text(event.json));
  py::dict out;
  out["room_version"] = program->version().identifier;
  out["events"] = pdus;
  out["ids"] = ids_of(events);
  out["ids_before"] = ids_of(history.events);
  return out;
}

/// One event as it was received, with the rule that speaks for it.
py::dict received_event(const report::Opened& opened, const resolve::Walk& walk, std::uint32_t number) {
  const resolve::Receipt& receipt = walk.receipts()[number];
  const bool redacted = std::ranges::any_of(receipt.checks, [](const auto& one) { return one.outcome == "redact"; });
  py::dict out;
  out["event_id"] = opened.id(base::EventIndex(number));
  out["outcome"] = receipt.dropped       ? "drop"
                   : receipt.rejected    ? "reject"
                   : receipt.soft_failed ? "soft fail"
                   : redacted            ? "redact"
                                         : "accept";
  const auto failed = std::ranges::find_if(
      receipt.checks, [](const auto& one) { return one.outcome != "pass" && one.outcome != "not asked"; });
  out["check"] = failed == receipt.checks.end() ? py::object(py::none()) : py::str(failed->name);
  const rules::Decision* decision = report::decisive(receipt);
  if (failed != receipt.checks.end() && failed->decision.rule.valid()) decision = &failed->decision;
  const rules::Program& program = opened.evaluator->program();
  out["label"] = decision == nullptr ? "" : program.label(decision->rule);
  out["number"] = decision == nullptr ? "" : program.number(decision->rule);
  std::vector<std::string> before;
  for (const auto& [key, event] : opened.store.entries(receipt.before)) before.push_back(opened.id(event));
  std::ranges::sort(before);
  out["before"] = before;
  return out;
}

/// A file's first history as it is received by one server, in the order of its indices; signatures are checked with the
/// keys of the file.
py::dict receive_history(const std::string& bytes, const std::string& file, const std::string& version) {
  report::HistoryOptions options;
  options.version = version;
  options.strict = true;
  const auto items = event::read_items(bytes, file);
  if (items.empty()) throw Refusal({base::ErrorCode::kFormat, "the input holds no history", file, {}});
  if (!items[0]) throw Refusal(items[0].error());
  const auto opened = value_of(report::open(bench(), *items[0], options));
  resolve::WalkOptions walking;
  walking.strict = walking.arrival = true;
  const auto walk = value_of(resolve::Walk::run(*opened->evaluator, opened->store, *opened->resolver, walking));
  py::list events;
  for (std::uint32_t e = 0; e < opened->room->size(); ++e) events.append(received_event(*opened, walk, e));
  std::vector<std::string> current;
  for (const auto& [key, event] : opened->store.entries(walk.current())) current.push_back(opened->id(event));
  std::ranges::sort(current);
  py::dict out;
  out["events"] = events;
  out["current"] = current;
  return out;
}

}  // namespace

void bind_show(py::module_& module) {
  module.def("receive_history", &receive_history, py::arg("bytes"), py::arg("file"), py::arg("version"),
             "The first history of a file as one server receives it, event by event, soft failure included: `event_id, "
             "outcome, check, label, number, before` of each, and the `current` state.");
  module.def("show_history", &show_history, py::arg("bytes"), py::arg("file"), py::arg("version") = py::none(),
             py::arg("profile") = "", py::arg("readings") = std::map<std::string, std::string>{},
             "A history with its graph, verdicts, and a resolution name by name.");
  module.def("replay_auth", &replay_auth, py::arg("bytes"), py::arg("version"),
             "The verdict on the event of a file that `stateroom auth` takes.");
  module.def("redraw_history", &redraw_history, py::arg("bytes"), py::arg("file"), py::arg("version"),
             py::arg("names") = std::map<std::string, std::string>{},
             "The first history of a file as signed PDUs of a version, with their ids and those that they had.");
}

}  // namespace stateroom::bindings
