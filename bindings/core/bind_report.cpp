// Answers of commands: model/report.
#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include "bindings/core/bindings.h"
#include "bindings/core/history_options.h"
#include "bindings/core/refuse.h"
#include "model/base/limits.h"
#include "model/report/answers.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;
using report::Answers;
using report::HistoryOptions;
using report::Workbench;

/// Called, with the GIL, with the answers of each item as it is done, and how many of how many are.
using Each = std::function<void(const Answers&, std::size_t, std::size_t)>;

/// A command whose options are those that events and auth share, run without the GIL.
template <Answers (*answers)(Workbench&, const std::string&, const std::string&, const HistoryOptions&)>
Answers asked(Workbench& bench, const py::bytes& input, const std::string& file, std::optional<std::string> version,
              std::string profile, std::map<std::string, std::string> readings, bool strict,
              std::optional<std::string> keys, std::optional<Each> each) {
  auto options = options_of(std::move(version), std::move(profile), std::move(readings), strict, std::move(keys));
  options.each = each.value_or(Each());
  const std::string bytes = input;
  const py::gil_scoped_release release;
  return answers(bench, bytes, file, options);
}

}  // namespace

void bind_report(py::module_& module) {
  using NoGil = py::call_guard<py::gil_scoped_release>;
  py::class_<Answers>(module, "Answers", "The lines that a command prints, and what its exit status follows from.")
      .def_readonly("lines", &Answers::lines, "JSON objects, one an item.")
      .def_readonly("refused", &Answers::refused, "An item could not be done.")
      .def_readonly("inherited", &Answers::inherited, "Lints that were left out, since the base has them.")
      .def_readonly("unwelcome", &Answers::unwelcome, "Something differs, warns or was rejected.");
  module.def("process_limits", &base::process_limits, "Name and value of each limit of the process.");
  module.def(
      "set_process_limit",
      [](const std::string& name, std::uint64_t value) {
        if (const auto done = base::set_process_limit(name, value); !done) throw Refusal(done.error());
      },
      py::arg("name"), py::arg("value"), "Sets a limit of the process, before it begins to read.");
  module.def("list_errors", &report::list_errors, "Every error code and what it means.");
  py::class_<Workbench>(module, "Workbench",
                        "Room version texts, loaded, checked and compiled once. Threads may share it.")
      .def(py::init<>())
      .def(
          "names", [](const Workbench& bench) { return bench.registry().names(); },
          "The names of all versions, in order.")
      .def("versions", &report::list_versions, NoGil(), "Answers of the command versions.")
      .def("check", &report::check_text, py::arg("path"), py::arg("inherited") = false, NoGil(),
           "Answers of the command check; without `inherited`, not the lints that the text it extends has too.")
      .def("compare", &report::compare_texts, py::arg("before"), py::arg("after"), NoGil(),
           "Answers of the command compare.")
      .def(
          "print",
          [](Workbench& bench, const std::string& version, const std::string& section, bool markdown) {
            return value_of(report::print_text(bench, version, section, markdown));
          },
          py::arg("version"), py::arg("section") = "", py::arg("markdown") = false, NoGil(),
          "The text of a version or a section, or its English.")
      .def(
          "rule",
          [](Workbench& bench, const std::string& version, const std::string& rule) {
            return value_of(report::rule_answer(bench, version, rule));
          },
          py::arg("version"), py::arg("rule"), NoGil(), "A rule by number or label, as JSON.")
      .def(
          "source",
          [](const Workbench& bench, const std::string& name) { return value_of(bench.registry().text(name)); },
          py::arg("name"), "The bytes of a version's file.")
      .def("events", &asked<report::events_answers>, py::arg("bytes"), py::arg("file"),
           py::arg("version") = std::nullopt, py::arg("profile") = "",
           py::arg("readings") = std::map<std::string, std::string>{}, py::arg("strict") = false,
           py::arg("keys") = std::nullopt, py::arg("each") = std::nullopt, "Answers of the command events.")
      .def("auth", &asked<report::auth_answers>, py::arg("bytes"), py::arg("file"), py::arg("version") = std::nullopt,
           py::arg("profile") = "", py::arg("readings") = std::map<std::string, std::string>{},
           py::arg("strict") = false, py::arg("keys") = std::nullopt, py::arg("each") = std::nullopt,
           "Answers of the command auth.")
      .def(
          "resolve",
          [](Workbench& bench, const py::bytes& input, const std::string& file, std::optional<std::string> version,
             std::string profile, std::map<std::string, std::string> readings, bool strict,
             std::optional<std::string> keys, bool trace, bool explain, std::optional<std::string> explain_type,
             std::optional<std::string> explain_state_key, std::uint32_t time, std::optional<Each> each) {
            auto options =
                options_of(std::move(version), std::move(profile), std::move(readings), strict, std::move(keys));
            options.trace = trace;
            options.explain = explain;
            options.explain_type = std::move(explain_type);
            options.explain_state_key = std::move(explain_state_key);
            options.time = time;
            options.each = each.value_or(Each());
            const std::string bytes = input;
            const py::gil_scoped_release release;
            return report::resolve_answers(bench, bytes, file, options);
          },
          py::arg("bytes"), py::arg("file"), py::arg("version") = std::nullopt, py::arg("profile") = "",
          py::arg("readings") = std::map<std::string, std::string>{}, py::arg("strict") = false,
          py::arg("keys") = std::nullopt, py::arg("trace") = false, py::arg("explain") = false,
          py::arg("explain_type") = std::nullopt, py::arg("explain_state_key") = std::nullopt, py::arg("time") = 0,
          py::arg("each") = std::nullopt, "Answers of the command resolve.");
}

}  // namespace stateroom::bindings
