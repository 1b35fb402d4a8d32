// What `stateroom vet` asks of the library: edits, lints, witnesses and random histories of two versions.

#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <vector>

#include "bindings/core/bindings.h"
#include "model/rules/compare.h"
#include "model/rules/elaborate.h"
#include "model/rules/lint.h"
#include "model/rules/say.h"
#include "model/versions/registry.h"
#include "sim/search/difference.h"
#include "sim/search/witness.h"
#include "sim/workload/history_file.h"
#include "sim/workload/workload.h"

namespace py = pybind11;

namespace stateroom::bindings {
namespace {

template <class T>
T value_of(base::Result<T> result) {
  if (!result) throw py::value_error(result.error().where + ": " + result.error().message);
  return std::move(*result);
}

const versions::Registry& texts() {
  static const versions::Registry kTexts;
  return kTexts;
}

py::dict dict_of(const rules::Diagnostic& diagnostic) {
  py::dict out;
  out["file"] = diagnostic.file;
  out["line"] = diagnostic.line;
  out["column"] = diagnostic.column;
  out["severity"] = rules::name(diagnostic.severity);
  out["code"] = diagnostic.code;
  out["message"] = diagnostic.message;
  out["hint"] = diagnostic.hint;
  return out;
}

struct Loaded {
  rules::Version text;
  std::shared_ptr<const rules::CoreVersion> core;
  search::ProgramPtr program;
};

std::expected<Loaded, std::vector<rules::Diagnostic>> load(const std::string& name) {
  auto version = texts().load(name);
  if (!version) {
    std::vector<rules::Diagnostic> out;
    for (const base::Error& error : version.error()) out.push_back(rules::diagnostic(error));
    return std::unexpected(std::move(out));
  }
  auto core = rules::elaborate(*version);
  if (!core) return std::unexpected(std::move(core.error()));
  auto program = rules::Program::compile(*core);
  return Loaded{std::move(*version), *core, std::move(program)};
}

py::list check_version(const std::string& name) {
  const auto loaded = load(name);
  py::list out;
  if (loaded) return out;
  for (const rules::Diagnostic& diagnostic : loaded.error()) out.append(dict_of(diagnostic));
  return out;
}

py::dict text_of(const Loaded& loaded) {
  py::dict out;
  out["name"] = loaded.text.name;
  out["identifier"] = loaded.text.identifier;
  out["status"] = loaded.text.status;
  out["lineage"] = loaded.text.lineage;
  out["sha256"] = loaded.text.sha256_without_errata;
  out["sha256_with_errata"] = loaded.text.sha256_with_errata;
  out["choices"] = loaded.text.choices;
  return out;
}

std::vector<std::string> json_of(const std::vector<event::Event>& events) {
  std::vector<std::string> out;
  for (const event::Event& event : events) out.push_back(json::to_text(event.json));
  return out;
}

py::dict dict_of(const rules::Decision& decision, const rules::Program& program) {
  py::dict out;
  out["allowed"] = decision.allowed;
  out["label"] = program.label(decision.rule);
  out["number"] = program.number(decision.rule);
  return out;
}

py::dict dict_of(const workload::Resolved& resolved) {
  py::list values;
  for (const workload::NamedSteps& value : resolved.values) {
    py::dict one;
    one["name"] = value.name;
    one["kind"] = value.kind;
    one["steps"] = value.steps;
    one["values"] = value.values;
    py::list keys;
    for (const resolve::TraceKey& key : value.keys)
      keys.append(py::make_tuple(key.component, key.descending, key.values));
    one["keys"] = keys;
    values.append(one);
  }
  py::list checks;
  for (const workload::CheckedStep& check : resolved.checks) {
    py::dict one;
    one["name"] = check.name;
    one["step"] = check.step;
    one["allowed"] = check.allowed;
    one["label"] = check.label;
    one["number"] = check.number;
    checks.append(one);
  }
  py::list state;
  for (const auto& [key, step] : resolved.state) state.append(py::make_tuple(key.first, key.second, step));
  py::dict out;
  out["state"] = state;
  out["values"] = values;
  out["checks"] = checks;
  return out;
}

py::list steps_of(const search::Plan& plan) {
  py::list out;
  for (const workload::Step& step : plan.steps) {
    py::dict one;
    one["type"] = step.type;
    one["state_key"] = step.state_key;
    one["sender"] = step.sender;
    one["prev"] = step.prev;
    one["rejected"] = step.rejected;
    out.append(one);
  }
  return out;
}

/// Two versions, ready to be compared. The first is the base.
class VetWork {
 public:
  VetWork(const std::string& base, const std::string& candidate) {
    for (const auto& [name, into] : {std::pair(base, &base_), std::pair(candidate, &candidate_)}) {
      auto loaded = load(name);
      if (!loaded) throw py::value_error("the text of `" + name + "` has errors");
      *into = std::move(*loaded);
    }
  }

  py::list versions() const {
    py::list out;
    out.append(text_of(base_));
    out.append(text_of(candidate_));
    return out;
  }

  py::list edits() const {
    py::list out;
    for (const rules::Edit& edit : rules::compare(base_.text, candidate_.text, &texts())) {
      py::dict one;
      one["section"] = edit.section.text();
      one["label"] = edit.label;
      one["change"] = rules::name(edit.change);
      one["owner"] = edit.owners;
      one["number_before"] = edit.number_before.empty() ? py::object(py::none()) : py::str(edit.number_before);
      one["number_after"] = edit.number_after.empty() ? py::object(py::none()) : py::str(edit.number_after);
      one["before"] = edit.before;
      one["after"] = edit.after;
      one["affects"] = edit.affects;
      one["says_before"] = says(base_.text, edit);
      one["says_after"] = says(candidate_.text, edit);
      out.append(one);
    }
    return out;
  }

  py::list lints() const {
    std::vector<rules::Diagnostic> known = rules::lint(base_.text, *base_.core);
    py::list out;
    for (const rules::Diagnostic& found : rules::lint(candidate_.text, *candidate_.core)) {
      const bool old = std::any_of(known.begin(), known.end(), [&](const rules::Diagnostic& other) {
        return other.code == found.code && other.message == found.message;
      });
      if (!old) out.append(dict_of(found));
    }
    return out;
  }

  py::dict witnesses(std::uint32_t scope_max, std::uint64_t pairs_max) const {
    const auto found = value_of(search::find_witnesses(base_.program, candidate_.program, {scope_max, pairs_max}));
    py::list list;
    for (const search::Witness& witness : found.witnesses) {
      py::dict one;
      one["deviations"] = witness.deviations;
      one["scope"] = witness.scope;
      for (const auto& [name, loaded] : {std::pair("base", &base_), std::pair("candidate", &candidate_)}) {
        const auto files = value_of(search::realise(witness, loaded->program));
        const bool is_base = loaded == &base_;
        py::dict side;
        side["label"] = is_base ? witness.base_label : witness.candidate_label;
        side["number"] = is_base ? witness.base_number : witness.candidate_number;
        side["allowed"] = is_base == witness.base_allows;
        side["room_version"] = loaded->text.name;
        side["event"] = json::to_text(files.event.json);
        side["state"] = json_of(files.state);
        one[name] = side;
      }
      list.append(one);
    }
    py::dict out;
    out["witnesses"] = list;
    out["pairs"] = found.pairs;
    out["scope"] = found.scope;
    return out;
  }

  py::dict history(std::uint64_t seed) {
    workload::WorkloadOptions options;
    options.signing = workload::Signing::kUnsigned;
    last_ = value_of(workload::make(base_.program, seed, options));
    last_difference_ = value_of(search::compare(last_.plan, last_.staged, candidate_.program));
    py::list verdicts;
    for (const search::StepVerdicts& found : last_difference_.verdicts) {
      py::dict one;
      one["step"] = found.step;
      one["type"] = last_.plan.steps[found.step].type;
      one["base"] = dict_of(found.base, *base_.program);
      one["candidate"] = dict_of(found.candidate, *candidate_.program);
      verdicts.append(one);
    }
    py::dict out;
    out["seed"] = seed;
    out["events"] = last_.plan.steps.size();
    out["verdicts"] = verdicts;
    out["merges"] = last_difference_.merges_asked;
    out["merges_differ"] = last_difference_.merges.size();
    return out;
  }

  /// The first merge of the last history that resolves differently, made smaller; None if there is none.
  py::object shrunk(std::uint32_t tries) const {
    if (last_difference_.merges.empty()) return py::none();
    const search::Shrunk small =
        value_of(search::shrink(last_.plan, last_difference_.merges[0], base_.program, candidate_.program, tries));
    py::dict out;
    out["steps"] = steps_of(small.plan);
    py::list sets;
    for (const search::StateOfSteps& set : small.state_sets) {
      std::vector<std::uint32_t> steps;
      for (const auto& [key, step] : set) steps.push_back(step);
      std::sort(steps.begin(), steps.end());
      sets.append(steps);
    }
    out["state_sets"] = sets;
    for (const auto& [name, loaded] : {std::pair("base", &base_), std::pair("candidate", &candidate_)}) {
      const auto staged = value_of(workload::stage(small.plan, loaded->program));
      const auto resolved = value_of(staged.scene->resolve(small.state_sets, true));
      py::dict side = dict_of(resolved);
      side["room_version"] = loaded->text.name;
      side["events"] = json_of(staged.scene->events());
      std::vector<std::string> ids;
      for (const event::Event& event : staged.scene->events()) ids.push_back(event.event_id);
      side["event_ids"] = ids;
      side["auth"] = staged.scene->auth();
      out[name] = side;
    }
    return out;
  }

 private:
  static std::string says(const rules::Version& version, const rules::Edit& edit) {
    if (edit.section.kind != rules::SectionKind::kRules) return {};
    const rules::Rule* rule = version.rule(edit.label);
    return rule == nullptr ? std::string{} : rules::say(version, *rule, {.labels = false, .marks = false});
  }

  Loaded base_, candidate_;
  workload::HistoryMade last_;
  search::Difference last_difference_;
};

/// Readings of a version: name, default choice, and each choice with those who read so.
py::list list_readings(const std::string& version) {
  const auto loaded = load(version);
  if (!loaded) throw py::value_error("the text of `" + version + "` has errors");
  py::list out;
  for (const rules::ReadingEntry& reading : loaded->text.readings) {
    py::list choices;
    for (const rules::Choice& choice : reading.choices) {
      py::dict one;
      one["name"] = choice.name;
      one["by"] = choice.by;
      choices.append(one);
    }
    py::dict one;
    one["name"] = reading.name;
    one["default"] = reading.default_choice;
    one["choices"] = choices;
    out.append(one);
  }
  return out;
}

/// Random histories of one version as files.
class HistoryMaker {
 public:
  explicit HistoryMaker(const std::string& version) {
    auto loaded = load(version);
    if (!loaded) throw py::value_error("the text of `" + version + "` has errors");
    loaded_ = std::move(*loaded);
  }

  py::bytes history(std::uint64_t seed) const {
    std::string file;
    {
      const py::gil_scoped_release release;
      const auto made = value_of(workload::make(loaded_.program, seed));
      file = workload::history_file(made, loaded_.text.identifier, workload::choose_state_sets(made.plan));
    }
    return file;
  }

 private:
  Loaded loaded_;
};

py::dict server_keys() {
  py::dict out;
  for (const event::SigningKey& key : workload::signing_keys()) {
    const std::string bytes = event::verify_key(key).key;
    py::dict one;
    one[py::str(key.key_id)] = py::bytes(bytes);
    out[py::str(key.server)] = one;
  }
  return out;
}

}  // namespace

void bind_search(py::module_& module) {
  module.def("vet_check", &check_version, py::arg("version"),
             "Errors of a version's text, as `stateroom check` gives them; none if it stands.");
  module.def("vet_server_keys", &server_keys,
             "Public keys of the servers in made histories: server, key id, 32 bytes.");
  module.def("list_readings", &list_readings, py::arg("version"),
             "A version's readings: name, default, and its choices with the profiles that choose so.");
  py::class_<HistoryMaker>(module, "HistoryMaker", "Makes random histories of one version.")
      .def(py::init<const std::string&>(), py::arg("version"))
      .def("history", &HistoryMaker::history, py::arg("seed"),
           "The bytes of a history file with state sets, the same for a seed on every machine.");
  py::class_<VetWork>(module, "VetWork", "Two versions, ready to be compared.")
      .def(py::init<const std::string&, const std::string&>(), py::arg("base"), py::arg("candidate"))
      .def("versions", &VetWork::versions, "Base and candidate: name, hashes, choices of readings.")
      .def("edits", &VetWork::edits, "What differs between the texts, by label.")
      .def("lints", &VetWork::lints, "Lints of the candidate that the base does not have.")
      .def("witnesses", &VetWork::witnesses, py::arg("scope_max"), py::arg("pairs_max"),
           "Smallest events and states that the two decide differently.")
      .def("history", &VetWork::history, py::arg("seed"), "Makes and compares one random history.")
      .def("shrunk", &VetWork::shrunk, py::arg("tries"),
           "The last history's first merge that resolves differently, made smaller, or None.");
}

}  // namespace stateroom::bindings
