// Bounded questions about merges: sim/decide.
#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/core/bindings.h"
#include "bindings/core/merge_questions.h"
#include "bindings/core/refuse.h"
#include "certificate/check.h"
#include "sim/decide/certificate.h"
#include "sim/explore/find_file.h"
#include "sim/explore/shrink.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;
using Names = std::vector<std::string>;

decide::Answer of_encoding(std::string detail) {
  decide::Answer out;
  out.reason = decide::Reason::kEncoding;
  out.detail = std::move(detail);
  return out;
}

/// A property of a version, decided for all small histories.
class Decider {
 public:
  Decider(report::Workbench& bench, const std::string& property, const std::string& version, const std::string& profile,
          const Names& hypotheses, std::uint32_t stale)
      : property_(open_property(property)),
        version_(load(bench, version, profile)),
        program_(compile(*version_, property_)) {
    options_.terms = terms_of(hypotheses, stale);
  }

  using Tell = std::function<bool(std::uint32_t, std::uint64_t, std::uint64_t)>;

  void decide(std::uint32_t events_min, std::uint32_t events, const Names& solvers, std::uint64_t conflicts_max,
              std::uint32_t threads, const std::optional<Tell>& tell) {
    options_.events_min = events_min;
    options_.events = events;
    options_.conflicts_max = conflicts_max;
    options_.threads = threads;
    options_.engines.clear();
    for (const std::string& solver : solvers) options_.engines.push_back(engine_of(solver));
    listen(tell);
    auto stage = explore::Stage::make(program_, explore::Study::people());
    if (!stage && stage.error().code == base::ErrorCode::kRestriction) {
      answer_ = of_encoding(stage.error().message);
      return;
    }
    stage_ = value_of(std::move(stage));
    explore::Study study = value_of(explore::Study::begin(*stage_));
    answer_ = value_of(decide::decide(*stage_, study, options_));
    options_.go_on = nullptr;
    if (!answer_.find) return;
    base::require(value_of(explore::breaks(*stage_, *answer_.find, options_.terms)),
                  "a find is broken when it is played again");
    file_ = value_of(explore::history_file(*stage_, answer_.find->sets, version_->text.name));
  }

  /// After a proof: writes it as a folder. False if it was stopped.
  bool certify(const std::string& folder, const std::optional<Tell>& tell) {
    base::require(answer_.verdict == decide::Verdict::kProved, "what is proved is certified");
    listen(tell);
    explore::Study study = value_of(explore::Study::begin(*stage_));
    const std::vector<std::pair<std::string, std::string>> about{
        {"property", property_.name},
        {"property_sha256", property_.text->sha256},
        {"version", version_->text.name},
        {"version_sha256", version_->text.sha256_with_errata},
        {"solver", bounded::version_of(bounded::Engine::kCadical)}};
    const decide::Certified certified = value_of(decide::certify(*stage_, study, options_, about, folder));
    options_.go_on = nullptr;
    return certified.complete;
  }

  py::list bounds() const {
    py::list out;
    for (const decide::Bound& bound : answer_.bounds) {
      py::dict one;
      one["events"] = bound.events;
      one["shapes"] = bound.shapes;
      one["done"] = bound.done;
      one["variables"] = bound.variables;
      one["clauses"] = bound.clauses;
      one["seconds"] = bound.seconds;
      one["vacuous"] = bound.vacuous;
      out.append(one);
    }
    return out;
  }

  const decide::Answer& answer() const { return answer_; }
  const std::string& file() const { return file_; }
  const properties::Property& property() const { return property_; }
  const report::Loaded& version() const { return *version_; }

 private:
  /// A signal is heard between two looks: what is known by then is the answer.
  void listen(const std::optional<Tell>& tell) {
    options_.go_on = [&tell](const decide::Progress& progress) {
      const py::gil_scoped_acquire gil;
      if (PyErr_CheckSignals() != 0) {
        PyErr_Clear();
        return false;
      }
      return !tell || (*tell)(progress.events, progress.done, progress.shapes);
    };
  }

  static bounded::Engine engine_of(const std::string& name) {
    for (const bounded::Engine engine : {bounded::Engine::kCadical, bounded::Engine::kZ3}) {
      if (bounded::name(engine) == name) return engine;
    }
    throw Refusal({base::ErrorCode::kUnknownName, "there is no solver `" + name + "`", {}, "known: cadical, z3"});
  }

  properties::Property property_;
  report::LoadedPtr version_;
  std::shared_ptr<const rules::Program> program_;
  decide::Options options_;
  std::unique_ptr<explore::Stage> stage_;
  decide::Answer answer_;
  std::string file_;
};

}  // namespace

void bind_bounded(py::module_& module) {
  using NoGil = py::call_guard<py::gil_scoped_release>;
  module.def(
      "sat_solver_version",
      [](const std::string& name) {
        return bounded::version_of(name == "z3" ? bounded::Engine::kZ3 : bounded::Engine::kCadical);
      },
      py::arg("name"), "Which release \"cadical\" or \"z3\" is.");
  module.def(
      "check_certificate",
      [](const std::string& folder) {
        certificate::Checked checked;
        {
          const py::gil_scoped_release no_gil;
          checked = certificate::check(folder);
        }
        py::dict out;
        out["accepted"] = checked.accepted;
        out["wrong"] = checked.wrong;
        out["property"] = checked.property;
        out["version"] = checked.version;
        out["events"] = checked.events;
        out["shapes"] = checked.shapes;
        out["clauses"] = checked.clauses;
        out["steps"] = checked.steps;
        return out;
      },
      py::arg("folder"), "Checks a certificate by the small checker that shares no code with the rest.");
  py::class_<Decider>(module, "Decider", "A property of a version, decided for all small histories.")
      .def(py::init<report::Workbench&, const std::string&, const std::string&, const std::string&, const Names&,
                    std::uint32_t>(),
           py::arg("bench"), py::arg("property"), py::arg("version"), py::arg("profile") = "",
           py::arg("hypotheses") = Names(), py::arg("stale") = 0, NoGil(),
           "Error: StateroomError, an unknown name or a text that does not check.")
      .def("decide", &Decider::decide, py::arg("events_min"), py::arg("events"), py::arg("solvers"),
           py::arg("conflicts_max"), py::arg("threads"), py::arg("tell") = py::none(), NoGil(),
           "Decides; `tell` gets the bound, shapes done and all shapes, and says whether to go on.")
      .def("certify", &Decider::certify, py::arg("folder"), py::arg("tell") = py::none(), NoGil(),
           "Writes a proof as a folder that `check_certificate` takes; False if it was stopped.")
      .def("bounds", &Decider::bounds, "What was asked of each number of events.")
      .def_property_readonly(
          "verdict", [](const Decider& one) { return decide::name(one.answer().verdict); },
          "\"proved\", \"refuted\" or \"unknown\".")
      .def_property_readonly(
          "reason", [](const Decider& one) { return decide::name(one.answer().reason); }, "Of \"unknown\".")
      .def_property_readonly(
          "detail", [](const Decider& one) { return one.answer().detail; }, "The reason in words.")
      .def_property_readonly(
          "proved", [](const Decider& one) { return one.answer().proved; }, "All bounds up to this one are proved.")
      .def_property_readonly(
          "compared", [](const Decider& one) { return one.answer().compared; },
          "Named values of the refutation that came out as in the engine.")
      .def_property_readonly(
          "mismatches", [](const Decider& one) { return one.answer().mismatches; },
          "Values of a model that came out otherwise: mistakes of the prover.")
      .def_property_readonly(
          "file", [](const Decider& one) { return one.file(); },
          "A refutation as a history of signed PDUs, as JSON without `about`; else empty.")
      .def_property_readonly(
          "property_name", [](const Decider& one) { return one.property().name; }, "The property's name.")
      .def_property_readonly(
          "statement", [](const Decider& one) { return one.property().says; }, "What it says.")
      .def_property_readonly(
          "property_sha256", [](const Decider& one) { return one.property().text->sha256; }, "Of its text.")
      .def_property_readonly(
          "version", [](const Decider& one) { return one.version().text.name; }, "The version's name.")
      .def_property_readonly(
          "version_sha256", [](const Decider& one) { return one.version().text.sha256_with_errata; }, "Of its text.");
}

}  // namespace stateroom::bindings
