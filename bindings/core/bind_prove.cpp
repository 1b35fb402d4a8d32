// Questions about one event: model/prove.
#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bindings/core/bindings.h"
#include "bindings/core/refuse.h"
#include "model/prove/prove.h"
#include "model/report/workbench.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;

py::dict dict_of(const prove::Side& side) {
  py::dict out;
  out["version"] = side.version;
  out["allowed"] = side.allowed;
  out["label"] = side.label;
  out["number"] = side.number;
  out["state"] = side.state;
  out["others"] = side.others;
  out["rejected"] = side.rejected;
  out["event"] = side.event;
  return out;
}

py::dict dict_of(const prove::Answer& answer) {
  py::list findings;
  for (const prove::Finding& finding : answer.findings) {
    py::list sides;
    for (const prove::Side& side : finding.sides) sides.append(dict_of(side));
    py::dict one;
    one["words"] = finding.words;
    one["sides"] = sides;
    one["assumed"] = finding.assumed;
    findings.append(one);
  }
  py::dict out;
  out["property"] = answer.property;
  out["verdict"] = prove::name(answer.verdict);
  out["reason"] = prove::name(answer.reason);
  out["detail"] = answer.detail;
  out["hypotheses"] = answer.hypotheses;
  out["translated"] = answer.translated;
  py::list parts;
  for (const prove::Part& part : answer.parts)
    parts.append(py::make_tuple(part.name, part.statement, prove::name(part.verdict)));
  out["parts"] = parts;
  out["findings"] = findings;
  out["mismatches"] = answer.mismatches;
  out["questions"] = answer.questions;
  out["steps"] = answer.steps;
  return out;
}

class Prover {
 public:
  /// Loads and checks a version; gives its name and hash.
  py::dict version(const std::string& name, const std::string& profile) {
    const report::LoadedPtr of = load(name, profile);
    py::dict out;
    out["name"] = of->text.name;
    out["sha256"] = of->text.sha256_with_errata;
    return out;
  }

  py::dict ask(const std::string& property, const std::string& version, const std::string& other,
               const std::string& profile, std::uint64_t rlimit, bool either, const std::string& smt2,
               const std::optional<std::function<bool(std::uint32_t)>>& progress) {
    const prove::Subject subject = subject_of(*load(version, profile));
    std::optional<prove::Subject> beside;
    if (!other.empty()) beside = subject_of(*load(other, profile));
    prove::Options options;
    options.rlimit = rlimit;
    options.either = either;
    options.smt2_directory = smt2;
    if (progress) {
      options.progress = [&progress](std::uint32_t done, std::uint32_t) {
        const py::gil_scoped_acquire gil;
        return (*progress)(done);
      };
    }
    prove::Answer answer;
    {
      const py::gil_scoped_release no_gil;
      answer = prove::prove(property, subject, beside ? &*beside : nullptr, options);
    }
    return dict_of(answer);
  }

 private:
  report::LoadedPtr load(const std::string& name, const std::string& profile) {
    auto loaded = bench_.load(name, {profile, {}});
    if (!loaded) throw Refusal(loaded.error().front());
    return *loaded;
  }
  static prove::Subject subject_of(const report::Loaded& loaded) { return {loaded.text, loaded.core, loaded.program}; }

  report::Workbench bench_;
};

py::list list_properties() {
  py::list out;
  for (const prove::Property& property : prove::properties())
    out.append(py::make_tuple(property.name, property.id, property.statement));
  return out;
}

}  // namespace

void bind_prove(py::module_& module) {
  module.def("one_event_properties", &list_properties, "(name, id, statement) of each property about one event.");
  module.def("solver_version", &prove::solver_version, "Name and release of the solver.");
  py::class_<Prover>(module, "Prover", "Puts questions about one event to the solver.")
      .def(py::init<>())
      .def("version", &Prover::version, py::arg("name"), py::arg("profile") = "",
           "Name and hash of a version. Error: StateroomError, its text does not check.")
      .def("ask", &Prover::ask, py::arg("property"), py::arg("version"), py::arg("other") = "", py::arg("profile") = "",
           py::arg("rlimit") = 50'000'000, py::arg("either") = false, py::arg("smt2") = "",
           py::arg("progress") = py::none(),
           "The answer to one question. `progress` is called with the findings so far and says whether to go on.");
}

}  // namespace stateroom::bindings
