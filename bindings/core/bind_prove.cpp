// Questions about one event: model/prove.
#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bindings/core/bindings.h"
#include "bindings/core/refuse.h"
#include "model/prove/prove.h"
#include "model/report/workbench.h"
#include "model/rules/compare.h"
#include "model/rules/elaborate.h"
#include "sim/search/mixture.h"

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

using Readings = std::map<std::string, std::string>;

class Prover {
 public:
  /// Loads and checks a version; gives its name and hash.
  py::dict version(const std::string& name, const std::string& profile, const Readings& readings) {
    const report::LoadedPtr of = load(name, profile, readings);
    py::dict out;
    out["name"] = of->text.name;
    out["sha256"] = of->text.sha256_with_errata;
    return out;
  }

  /// The labels of the rules, in text order.
  std::vector<std::string> labels(const std::string& name, const std::string& profile, const Readings& readings) {
    std::vector<std::string> out;
    add_labels(load(name, profile, readings)->core->rules, out);
    return out;
  }

  py::dict ask(const std::string& property, const std::string& version, const std::string& other,
               const std::string& profile, const Readings& readings, std::uint64_t rlimit, bool either, bool directions,
               const std::string& smt2, const std::set<std::string>& decided, const std::optional<std::string>& relaxed,
               const std::optional<std::function<bool(std::uint32_t)>>& progress) {
    const prove::Subject subject = subject_of(*load(version, profile, readings));
    std::optional<prove::Subject> beside;
    if (!other.empty()) beside = subject_of(*load(other, profile, readings));
    prove::Options options;
    options.rlimit = rlimit;
    options.either = either;
    options.directions = directions;
    options.smt2_directory = smt2;
    options.decided = decided;
    options.relaxed = relaxed;
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
  report::LoadedPtr load(const std::string& name, const std::string& profile, const Readings& readings) {
    auto loaded = bench_.load(name, {profile, readings});
    if (!loaded) throw Refusal(loaded.error().front());
    return *loaded;
  }
  static void add_labels(const std::vector<rules::CoreRule>& rules, std::vector<std::string>& out) {
    for (const rules::CoreRule& rule : rules) {
      if (rule.condition) out.push_back(rule.path);
      add_labels(rule.children, out);
    }
  }
  static prove::Subject subject_of(const report::Loaded& loaded) { return {loaded.text, loaded.core, loaded.program}; }

  report::Workbench bench_;
};

/// What one edit between two versions does to verdicts: the text with it and the text without it.
class EditProver {
 public:
  EditProver(const std::string& base, const std::string& candidate, const std::string& profile,
             const Readings& readings)
      : base_(loaded(base, profile, readings)),
        candidate_(loaded(candidate, profile, readings)),
        mixtures_(base_->text, candidate_->text, rules::compare(base_->text, candidate_->text, &bench_.registry())) {}

  std::vector<std::pair<std::string, std::string>> edits() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const rules::Edit& edit : mixtures_.edits()) out.emplace_back(edit.section.text(), edit.label);
    return out;
  }

  /// `alone`: the base against the base with the edit; else the candidate without it against the candidate.
  py::object ask(std::size_t edit, bool alone, std::uint64_t rlimit) const {
    search::EditSet before, after = mixtures_.all();
    if (alone) {
      after = {edit};
    } else {
      before = after;
      before.erase(edit);
    }
    std::optional<prove::Answer> answer;
    {
      const py::gil_scoped_release no_gil;
      const auto one = subject(before), two = subject(after);
      prove::Options options;
      options.rlimit = rlimit;
      options.directions = true;
      if (one && two) answer = prove::prove("same-rules", *one, &*two, options);
    }
    return answer ? py::object(dict_of(*answer)) : py::none();
  }

 private:
  report::LoadedPtr loaded(const std::string& name, const std::string& profile, const Readings& readings) {
    auto found = bench_.load(name, {profile, readings});
    if (!found) throw Refusal(found.error().front());
    return *found;
  }
  std::optional<prove::Subject> subject(const search::EditSet& chosen) const {
    rules::Version text = mixtures_.text(chosen);
    const auto core = rules::elaborate(text);
    if (!core) return std::nullopt;
    return prove::Subject{std::move(text), *core, rules::Program::compile(*core)};
  }

  report::Workbench bench_;
  report::LoadedPtr base_, candidate_;
  search::Mixtures mixtures_;
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
  py::class_<EditProver>(module, "EditProver", "Asks what each edit between two versions does to verdicts.")
      .def(py::init<const std::string&, const std::string&, const std::string&, const Readings&>(), py::arg("base"),
           py::arg("candidate"), py::arg("profile") = "", py::arg("readings") = Readings())
      .def("edits", &EditProver::edits, "(section, label) of each edit, in the order of `compare`.")
      .def("ask", &EditProver::ask, py::arg("edit"), py::arg("alone"), py::arg("rlimit") = 50'000'000,
           "`same-rules` of the base and the base with this edit, or (not `alone`) of the candidate without it and the "
           "candidate. None: such a text does not check.");
  py::class_<Prover>(module, "Prover", "Puts questions about one event to the solver.")
      .def(py::init<>())
      .def("version", &Prover::version, py::arg("name"), py::arg("profile") = "", py::arg("readings") = Readings(),
           "Name and hash of a version. Error: StateroomError, its text does not check.")
      .def("labels", &Prover::labels, py::arg("name"), py::arg("profile") = "", py::arg("readings") = Readings(),
           "Labels of the rules that have a condition, in text order.")
      .def("ask", &Prover::ask, py::arg("property"), py::arg("version"), py::arg("other") = "", py::arg("profile") = "",
           py::arg("readings") = Readings(), py::arg("rlimit") = 50'000'000, py::arg("either") = false,
           py::arg("directions") = false, py::arg("smt2") = "", py::arg("decided") = std::set<std::string>(),
           py::arg("relaxed") = py::none(), py::arg("progress") = py::none(),
           "The answer to one question. `decided`: rules that live-rules need not ask about. `relaxed`: a rule whose "
           "condition may be anything. `progress` is called with "
           "the findings so far and says whether to go on.");
}

}  // namespace stateroom::bindings
