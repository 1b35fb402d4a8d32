// What `stateroom show` and the replays of `vet` ask: files read again from their bytes, judged and resolved.

#include <pybind11/stl.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bindings/core/bindings.h"
#include "model/event/history.h"
#include "model/resolve/resolution.h"
#include "model/rules/elaborate.h"
#include "model/versions/registry.h"
#include "sim/workload/redraw.h"

namespace py = pybind11;

namespace stateroom::bindings {
namespace {

using base::EventIndex;

[[noreturn]] void refuse(const base::Error& error) {
  throw py::value_error(error.where.empty() ? error.message : error.where + ": " + error.message);
}

template <class T>
T value_of(base::Result<T> result) {
  if (!result) refuse(result.error());
  return std::move(*result);
}

std::shared_ptr<const rules::Program> program_of(const std::string& name, const std::string& profile,
                                                 const std::map<std::string, std::string>& readings) {
  static const versions::Registry kTexts;
  rules::LoadOptions options;
  options.profile = profile;
  options.readings = readings;
  const auto version = kTexts.load(name, options);
  if (!version) refuse(version.error()[0]);
  const auto core = rules::elaborate(*version);
  if (!core) throw py::value_error(core.error()[0].where() + ": " + core.error()[0].message);
  return rules::Program::compile(*core);
}

/// A history under a version, with the state after each event.
class Shown {
 public:
  Shown(const std::string& bytes, const std::string& file, const std::optional<std::string>& version,
        const std::string& profile, const std::map<std::string, std::string>& readings) {
    auto items = event::read_items(bytes, file);
    if (items.empty()) throw py::value_error(file + ": found no history");
    if (!items[0]) refuse(items[0].error());
    version_ = version.value_or(items[0]->room_version.value_or("1"));
    program_ = program_of(version_, profile, readings);
    auto history = value_of(event::decode(*items[0], program_->version().format, false));
    ids_ = event::name(history.ids);
    notes_ = history.notes;
    state_sets_ = history.state_sets;
    given_ = history.has_state_sets;
    room_ = value_of(graph::Room::build(std::move(history.events), program_->version().format));
    evaluator_ = std::make_unique<rules::Evaluator>(program_, *room_);
    resolver_ = std::make_unique<resolve::Resolver>(*evaluator_, store_);
    prev_ = room_->edge_field("prev_events");
    auth_ = room_->edge_field("auth_events");
    walk();
  }

  py::dict answer() {
    std::vector<graph::State> inputs;
    if (given_) {
      for (const auto& set : state_sets_) {
        std::vector<graph::StateStore::Entry> entries;
        for (const std::string& id : set) {
          const EventIndex event = room_->find(std::string_view(id));
          if (!event.valid()) throw py::value_error("the state set names `" + id + "`, which is not in the history");
          if (room_->key(event).valid()) entries.emplace_back(room_->key(event), event);
        }
        inputs.push_back(store_.from(std::move(entries)));
      }
    } else {
      for (std::uint32_t e = 0; e < room_->size(); ++e) {
        const auto citing = room_->citing(prev_, EventIndex(e));
        const bool last = std::none_of(citing.begin(), citing.end(), [&](EventIndex c) { return !room_->rejected(c); });
        if (last && !room_->rejected(EventIndex(e))) inputs.push_back(after_[e]);
      }
    }
    resolve::Trace trace;
    const graph::State result = value_of(resolver_->resolve(inputs, &trace));
    py::dict out;
    out["version"] = version_;
    out["ids"] = ids_;
    out["notes"] = notes_;
    out["events"] = events();
    py::list sets;
    for (const graph::State input : inputs) sets.append(numbers(input));
    out["state_sets"] = sets;
    out["given"] = given_;
    out["result"] = numbers(result);
    out["values"] = values(trace);
    py::list checks;
    for (const resolve::TraceCheck& check : trace.checks) {
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
  void walk() {
    for (std::uint32_t e = 0; e < room_->size(); ++e) {
      const EventIndex event(e);
      std::vector<graph::State> states;
      for (const EventIndex p : room_->cited(prev_, event)) {
        if (p.valid()) states.push_back(after_[p.at()]);
      }
      const graph::State before = states.empty() ? graph::StateStore::empty() : value_of(resolver_->resolve(states));
      decisions_.push_back(evaluator_->authorise(event, rules::StateView::of(store_, before), true));
      const bool enters = room_->key(event).valid() && !room_->rejected(event);
      after_.push_back(enters ? store_.set(before, room_->key(event), event) : before);
    }
  }

  std::vector<std::uint32_t> numbers(graph::State state) const {
    std::vector<std::uint32_t> out;
    for (const auto& [key, event] : store_.entries(state)) out.push_back(event.value());
    return out;
  }

  py::dict decision(const rules::Decision& decision) const {
    py::dict out;
    out["allowed"] = decision.allowed;
    out["label"] = program_->label(decision.rule);
    out["number"] = program_->number(decision.rule);
    return out;
  }

  py::list events() const {
    py::list out;
    for (std::uint32_t e = 0; e < room_->size(); ++e) {
      const event::Event& event = room_->event(EventIndex(e));
      py::dict one;
      one["id"] = event.event_id;
      one["type"] = event.type;
      one["state_key"] = event.state_key;
      one["sender"] = event.sender;
      one["origin_server_ts"] = event.origin_server_ts;
      one["content"] = event.content.valid() ? json::to_text(event.content) : "{}";
      one["rejected"] = room_->rejected(EventIndex(e));
      one["decision"] = decision(decisions_[e]);
      for (const auto& [name, field] : {std::pair("prev", prev_), std::pair("auth", auth_)}) {
        std::vector<std::uint32_t> cited;
        for (const EventIndex c : room_->cited(field, EventIndex(e))) {
          if (c.valid()) cited.push_back(c.value());
        }
        one[name] = cited;
      }
      out.append(one);
    }
    return out;
  }

  py::list values(const resolve::Trace& trace) const {
    using Kind = resolve::TraceValue::Kind;
    static const std::map<Kind, std::string> kNames{
        {Kind::kState, "state"}, {Kind::kEvents, "set"}, {Kind::kOrder, "order"}, {Kind::kFunction, "function"}};
    py::list out;
    for (const resolve::TraceValue& value : trace.values) {
      py::dict one;
      one["name"] = value.name;
      one["kind"] = kNames.at(value.kind);
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

  std::string version_, ids_;
  std::vector<std::string> notes_;
  std::vector<std::vector<std::string>> state_sets_;
  bool given_ = false;
  std::shared_ptr<const rules::Program> program_;
  std::unique_ptr<graph::Room> room_;
  graph::StateStore store_;
  std::unique_ptr<rules::Evaluator> evaluator_;
  std::unique_ptr<resolve::Resolver> resolver_;
  graph::EdgeField prev_ = 0, auth_ = 0;
  std::vector<graph::State> after_;  // by event
  std::vector<rules::Decision> decisions_;
};

py::dict show_history(const std::string& bytes, const std::string& file, const std::optional<std::string>& version,
                      const std::string& profile, const std::map<std::string, std::string>& readings) {
  return Shown(bytes, file, version, profile, readings).answer();
}

/// The verdict on the event of a file that `stateroom auth` takes, its rules on auth_events included.
py::dict replay_auth(const std::string& bytes, const std::string& version) {
  const auto document = value_of(json::parse(bytes, "witness"));
  const json::Value file = json::root(*document);
  const auto program = program_of(version, "", {});
  const event::EventFormat& format = program->version().format;
  std::vector<event::Event> events;
  for (const json::Value pdu : file.get("state").children())
    events.push_back(value_of(event::decode_event(document, pdu, format, std::nullopt, false, "state")));
  const std::size_t state_size = events.size();
  events.push_back(value_of(event::decode_event(document, file.get("event"), format, std::nullopt, false, "event")));
  std::vector<std::string> ids;
  for (const event::Event& event : events) ids.push_back(event.event_id);
  const auto room = value_of(graph::Room::build(std::move(events), format));
  graph::StateStore store;
  std::vector<graph::StateStore::Entry> entries;
  for (std::size_t i = 0; i < state_size; ++i) {
    const EventIndex event = room->find(std::string_view(ids[i]));
    entries.emplace_back(room->key(event), event);
  }
  rules::Evaluator evaluator(program, *room);
  const auto found = evaluator.authorise(room->find(std::string_view(ids.back())),
                                         rules::StateView::of(store, store.from(std::move(entries))));
  py::dict out;
  out["allowed"] = found.allowed;
  out["label"] = program->label(found.rule);
  out["number"] = program->number(found.rule);
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
  const auto items = event::read_items(bytes, file);
  if (items.empty()) throw py::value_error(file + ": found no history");
  if (!items[0]) refuse(items[0].error());
  const auto program = program_of(version, "", {});
  const auto source = items[0]->room_version ? program_of(*items[0]->room_version, "", {}) : program;
  const event::EventFormat& format = source->version().format;
  const auto history = value_of(event::decode(*items[0], format, false));
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

}  // namespace

void bind_show(py::module_& module) {
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
