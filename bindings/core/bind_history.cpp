// Histories, states and resolutions as objects: what history_view.h holds, with arrays that are views of it.
#include <pybind11/stl.h>

#include "bindings/core/arrays.h"
#include "bindings/core/bindings.h"
#include "bindings/core/history_options.h"
#include "bindings/core/history_view.h"
#include "bindings/core/refuse.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;
using base::EventIndex;
using report::Workbench;
using NoGil = py::call_guard<py::gil_scoped_release>;

/// The event of a number that Python gives.
EventIndex event_at(const report::Opened& opened, std::uint32_t number) {
  if (number >= opened.room->size()) throw py::index_error("there is no event of this number");
  return EventIndex(number);
}

std::vector<std::string> cited(const event::Event& event, const event::EventFormat& format, std::string_view field) {
  for (std::size_t i = 0; i < format.edge_fields.size(); ++i) {
    if (format.edge_fields[i] == field) return event.edges[i];
  }
  return {};
}

py::dict event_members(const HistoryView& history, std::uint32_t number) {
  const report::Opened& opened = history.opened();
  const event::Event& event = opened.room->event(event_at(opened, number));
  py::dict out;
  out["index"] = number;
  out["event_id"] = event.event_id;
  out["type"] = event.type;
  out["state_key"] = event.state_key;
  out["sender"] = event.sender;
  out["room_id"] = event.room_id;
  out["origin_server_ts"] = event.origin_server_ts;
  out["depth"] = event.depth;
  out["prev_events"] = py::tuple(py::cast(cited(event, opened.room->format(), "prev_events")));
  out["auth_events"] = py::tuple(py::cast(cited(event, opened.room->format(), "auth_events")));
  out["ill_formed"] = py::tuple(py::cast(event.ill_formed));
  out["text"] = json::to_text(event.json);
  return out;
}

py::tuple rows(const py::object& self, const std::string& field) {
  auto& history = self.cast<HistoryView&>();
  const SparseRows* found = nullptr;
  {
    const py::gil_scoped_release release;
    found = &history.edges(field);
  }
  return py::make_tuple(view(found->offsets, self), view(found->targets, self));
}

void bind_state(py::module_& module) {
  py::class_<StateView, std::shared_ptr<StateView>>(module, "StateView", "A state: keys in bytewise order.")
      .def("__len__", [](const StateView& state) { return state.entries.size(); })
      .def(
          "entries",
          [](const StateView& state) {
            std::vector<std::tuple<std::string, std::string, std::string>> out;
            const graph::Room& room = *state.opened->room;
            for (const auto& [key, event] : state.entries) {
              out.emplace_back(state.opened->text(room.key_type(key)), state.opened->text(room.key_state_key(key)),
                               state.opened->id(event));
            }
            return out;
          },
          "Type, state_key and event id of each entry.")
      .def_property_readonly(
          "indices",
          [](const py::object& self) {
            const auto& state = self.cast<const StateView&>();
            static_assert(sizeof(EventIndex) == sizeof(std::uint32_t));
            const auto* first =
                state.entries.empty() ? nullptr : reinterpret_cast<const std::uint32_t*>(&state.entries[0].second);
            return view(first, state.entries.size(), sizeof(graph::StateStore::Entry), self);
          },
          "The number of each entry's event; uint32, a view.");
}

const resolve::TraceValue& value_at(const ResolutionView& resolution, std::size_t number) {
  if (number >= resolution.trace().values.size()) throw py::index_error("there is no value of this number");
  return resolution.trace().values[number];
}

py::dict check_members(const ResolutionView& resolution, const resolve::TraceCheck& check) {
  const rules::Program& program = *resolution.opened().version->program;
  py::dict out;
  out["name"] = check.name;
  out["event"] = check.event.value();
  out["event_id"] = resolution.opened().id(check.event);
  out["allowed"] = check.decision.allowed;
  out["label"] = program.label(check.decision.rule);
  out["number"] = program.number(check.decision.rule);
  out["reads"] = check.reads;
  return out;
}

void bind_resolution(py::module_& module) {
  py::class_<ResolutionView, std::shared_ptr<ResolutionView>>(module, "ResolutionView", "A resolution with its trace.")
      .def_property_readonly("state", &ResolutionView::state, "What came out.")
      .def_property_readonly("inputs", &ResolutionView::inputs, "The state sets.")
      .def_property_readonly(
          "version", [](const ResolutionView& self) { return self.opened().version->text.name; }, "The version's name.")
      .def_property_readonly(
          "version_sha256", [](const ResolutionView& self) { return self.opened().version->core->sha256; },
          "The SHA-256 of the version's text with the readings that were chosen.")
      .def_property_readonly(
          "ids", [](const ResolutionView& self) { return event::name(self.opened().history.ids); },
          "Where event ids come from.")
      .def_property_readonly(
          "work", [](const ResolutionView& self) { return std::pair(self.work().events_touched, self.work().checks); },
          "Events touched and checks made.")
      .def_property_readonly(
          "event_ids",
          [](const ResolutionView& self) {
            std::vector<std::string> out;
            for (std::uint32_t e = 0; e < self.opened().room->size(); ++e)
              out.push_back(self.opened().id(EventIndex(e)));
            return out;
          },
          "Event ids by number.")
      .def(
          "names",
          [](const ResolutionView& self) {
            std::vector<std::pair<std::string, std::string_view>> out;
            for (const resolve::TraceValue& value : self.trace().values)
              out.emplace_back(value.name, bindings::name(value.kind));
            return out;
          },
          "Name and kind of each named value, in the text's order.")
      .def(
          "value_state",
          [](const ResolutionView& self, std::size_t number) { return self.state_of(value_at(self, number)); },
          py::arg("number"), "A named value that is a state.")
      .def(
          "value_indices",
          [](const py::object& self, std::size_t number) {
            return view(value_at(self.cast<const ResolutionView&>(), number).events, self);
          },
          py::arg("number"), "The events of a named set or order as numbers; uint32, a view.")
      .def(
          "value_function",
          [](const ResolutionView& self, std::size_t number) {
            std::vector<std::pair<std::uint32_t, std::string>> out;
            for (const auto& [event, text] : value_at(self, number).keyed) out.emplace_back(event.value(), text);
            return out;
          },
          py::arg("number"), "The values of a named function: event number and value as text.")
      .def(
          "value_keys",
          [](const ResolutionView& self, std::size_t number) {
            std::vector<std::tuple<std::string, bool, std::vector<std::string>>> out;
            for (const resolve::TraceKey& key : value_at(self, number).keys)
              out.emplace_back(key.component, key.descending, key.values);
            return out;
          },
          py::arg("number"), "By what a name put events in order: component, descending, values.")
      .def(
          "checks",
          [](const ResolutionView& self) {
            py::list out;
            for (const resolve::TraceCheck& check : self.trace().checks) out.append(check_members(self, check));
            return out;
          },
          "The iterative auth checks, in the order asked.");
}

py::dict decision_members(const auth::NamedDecision& decision) {
  py::dict out;
  out["allowed"] = decision.allowed;
  out["label"] = decision.label;
  out["number"] = decision.number;
  out["reads"] = decision.reads;
  return out;
}

void bind_view(py::module_& module) {
  py::class_<HistoryView, std::shared_ptr<HistoryView>>(module, "HistoryView",
                                                        "One history under a version, events in topological order.")
      .def("__len__", [](const HistoryView& self) { return self.opened().room->size(); })
      .def_property_readonly(
          "version", [](const HistoryView& self) { return self.opened().version->text.name; }, "The version's name.")
      .def_property_readonly(
          "ids", [](const HistoryView& self) { return event::name(self.opened().history.ids); },
          "Where event ids come from.")
      .def_property_readonly(
          "notes", [](const HistoryView& self) { return self.opened().history.notes; },
          "What was left out or repeated.")
      .def_property_readonly(
          "holes", [](const HistoryView& self) { return self.opened().room->holes(); }, "Cited ids that are not there.")
      .def_property_readonly(
          "edge_fields", [](const HistoryView& self) { return self.opened().room->format().edge_fields; },
          "The members that cite other events.")
      .def_property_readonly(
          "state_sets",
          [](const HistoryView& self) {
            return self.opened().history.has_state_sets ? std::optional(self.opened().history.state_sets)
                                                        : std::nullopt;
          },
          "The state sets that the input names, or None.")
      .def(
          "find",
          [](const HistoryView& self, const std::string& id) -> std::optional<std::uint32_t> {
            const EventIndex found = self.opened().room->find(std::string_view(id));
            return found.valid() ? std::optional(found.value()) : std::nullopt;
          },
          py::arg("event_id"), "The number of an event, or None.")
      .def("event", &event_members, py::arg("number"), "The members of an event; `text` is the PDU as JSON.")
      .def_property_readonly(
          "origin_server_ts",
          [](const py::object& self) { return view(self.cast<const HistoryView&>().origin_server_ts(), self); },
          "Milliseconds by event; int64, a view.")
      .def_property_readonly(
          "depth", [](const py::object& self) { return view(self.cast<const HistoryView&>().depth(), self); },
          "Depth by event; int64, a view.")
      .def("edges", &rows, py::arg("field"), "Offsets and targets of compressed sparse rows; int32, views.")
      .def(
          "decision",
          [](HistoryView& self, std::uint32_t number) {
            const EventIndex event = event_at(self.opened(), number);
            auth::NamedDecision found;
            {
              const py::gil_scoped_release release;
              found = self.decision(event);
            }
            return decision_members(found);
          },
          py::arg("number"), "What the rules say of an event in the state before it.")
      .def(
          "before",
          [](HistoryView& self, std::uint32_t number) { return self.before(event_at(self.opened(), number)); },
          py::arg("number"), NoGil(), "The state before an event.")
      .def(
          "after", [](HistoryView& self, std::uint32_t number) { return self.after(event_at(self.opened(), number)); },
          py::arg("number"), NoGil(), "The state after an event.")
      .def("current", &HistoryView::current, NoGil(), "The state after all forward extremities.");
}

}  // namespace

void bind_history(py::module_& module) {
  bind_state(module);
  bind_resolution(module);
  bind_view(module);
  py::class_<HistoryFile, std::shared_ptr<HistoryFile>>(module, "HistoryFile", "The histories of one input.")
      .def(py::init([](const py::bytes& input, const std::string& name) {
             const std::string bytes = input;
             const py::gil_scoped_release release;
             return std::make_shared<HistoryFile>(bytes, name);
           }),
           py::arg("bytes"), py::arg("name"))
      .def("__len__", &HistoryFile::size)
      .def(
          "events",
          [](const HistoryFile& self, std::size_t number, Workbench& bench, std::optional<std::string> version,
             std::string profile, std::map<std::string, std::string> readings, bool strict,
             std::optional<std::string> keys) {
            const auto options =
                options_of(std::move(version), std::move(profile), std::move(readings), strict, std::move(keys));
            return report::events_answers(bench, self.item(number), options);
          },
          py::arg("number"), py::arg("bench"), py::arg("version") = std::nullopt, py::arg("profile") = "",
          py::arg("readings") = std::map<std::string, std::string>{}, py::arg("strict") = false,
          py::arg("keys") = std::nullopt, NoGil(), "What the command events says of one history.")
      .def(
          "explain",
          [](const HistoryFile& self, std::size_t number, Workbench& bench, std::optional<std::string> version,
             std::string profile, std::map<std::string, std::string> readings, bool strict,
             std::optional<std::string> keys) {
            auto options =
                options_of(std::move(version), std::move(profile), std::move(readings), strict, std::move(keys));
            options.explain = true;
            return report::resolve_answers(bench, self.item(number), options);
          },
          py::arg("number"), py::arg("bench"), py::arg("version") = std::nullopt, py::arg("profile") = "",
          py::arg("readings") = std::map<std::string, std::string>{}, py::arg("strict") = false,
          py::arg("keys") = std::nullopt, NoGil(), "What the command resolve --explain says of one history.")
      .def(
          "open",
          [](const std::shared_ptr<HistoryFile>& self, std::size_t number, Workbench& bench,
             std::optional<std::string> version, std::string profile, std::map<std::string, std::string> readings,
             bool strict, std::optional<std::string> keys) {
            auto options =
                options_of(std::move(version), std::move(profile), std::move(readings), strict, std::move(keys));
            return std::make_shared<HistoryView>(self, number, bench, std::move(options));
          },
          py::arg("number"), py::arg("bench"), py::arg("version") = std::nullopt, py::arg("profile") = "",
          py::arg("readings") = std::map<std::string, std::string>{}, py::arg("strict") = false,
          py::arg("keys") = std::nullopt, NoGil(), py::keep_alive<0, 3>(), "One history under a version.")
      .def(
          "resolve",
          [](const HistoryFile& self, std::size_t number, Workbench& bench, std::optional<std::string> version,
             std::string profile, std::map<std::string, std::string> readings, bool strict,
             std::optional<std::string> keys) {
            const auto options =
                options_of(std::move(version), std::move(profile), std::move(readings), strict, std::move(keys));
            return std::make_shared<ResolutionView>(bench, self.item(number), options);
          },
          py::arg("number"), py::arg("bench"), py::arg("version") = std::nullopt, py::arg("profile") = "",
          py::arg("readings") = std::map<std::string, std::string>{}, py::arg("strict") = false,
          py::arg("keys") = std::nullopt, NoGil(), "Resolves one history's state sets or forward extremities.");
}

}  // namespace stateroom::bindings
