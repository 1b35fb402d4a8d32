// Mutants of a version and the suites that tell them from it: model/rules/mutate, sim/search/mutation.
#include <pybind11/stl.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "bindings/core/bindings.h"
#include "bindings/core/refuse.h"
#include "model/event/history.h"
#include "model/report/workbench.h"
#include "model/rules/elaborate.h"
#include "model/rules/mutate.h"
#include "model/versions/compiled_tests.h"
#include "sim/search/mutation.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;

/// A version's text and its mutants, each compiled at most once. May be asked from several threads.
class MutantTexts {
 public:
  MutantTexts(const std::string& version, const std::string& profile)
      : loaded_(load(version, {profile, {}})), mutants_(rules::mutants(loaded_->text)), programs_(mutants_.size()) {}

  const report::Loaded& version() const { return *loaded_; }
  const std::vector<rules::Mutant>& mutants() const { return mutants_; }
  report::LoadedPtr load(const std::string& version, const report::Choice& choice) const {
    const auto loaded = bench_.load(version, choice);
    if (!loaded) throw Refusal(loaded.error().front());
    return *loaded;
  }
  /// Null for a mutant that is no room version.
  search::ProgramPtr program(std::size_t number) const {
    {
      const std::scoped_lock lock(mutex_);
      if (programs_.at(number)) return *programs_[number];
    }
    search::ProgramPtr program;  // made without the lock, so that threads compile side by side
    if (const auto core = rules::elaborate(rules::apply(loaded_->text, mutants_.at(number)))) {
      program = rules::Program::compile(*core, versions::compiled_tests());
    }
    const std::scoped_lock lock(mutex_);
    programs_[number] = program;
    return program;
  }

 private:
  mutable report::Workbench bench_;
  report::LoadedPtr loaded_;
  std::vector<rules::Mutant> mutants_;
  mutable std::mutex mutex_;
  mutable std::vector<std::optional<search::ProgramPtr>> programs_;
};

class Mutants {
 public:
  Mutants(const std::string& version, const std::string& profile)
      : Mutants(std::make_shared<const MutantTexts>(version, profile)) {}
  explicit Mutants(std::shared_ptr<const MutantTexts> texts)
      : texts_(std::move(texts)), suites_(std::make_unique<search::Suites>(texts_->version().program)) {}
  Mutants without_suites() const { return Mutants(texts_); }

  std::size_t count() const { return texts_->mutants().size(); }
  std::string sha256() const { return texts_->version().text.sha256_with_errata; }
  std::string name() const { return texts_->version().text.name; }

  py::dict describe(std::size_t number) const {
    const rules::Mutant& mutant = texts_->mutants().at(number);
    py::dict out;
    out["section"] = mutant.section.text();
    out["label"] = mutant.label;
    out["number"] = mutant.number;
    out["operation"] = mutant.operation;
    out["before"] = mutant.before;
    out["after"] = mutant.after;
    return out;
  }

  void add_histories(const std::string& suite, const std::vector<std::pair<std::string, std::string>>& files,
                     bool policy_signs) {
    std::vector<search::SuiteHistory> histories;
    for (const auto& [name, bytes] : files) {
      for (auto& item : event::read_items(bytes, name)) {
        const event::HistoryItem read = value_of(std::move(item));
        event::History history = value_of(event::decode(read, texts_->version().core->format, false));
        histories.push_back({name, std::move(history.events), std::move(history.state_sets), true, policy_signs});
      }
    }
    value_of(suites_->add_histories(suite, std::move(histories)));
  }
  void add_random(const std::string& suite, std::uint32_t count, std::uint64_t seed) {
    value_of(suites_->add_random(suite, count, seed));
  }
  void add_small_scope(const std::string& suite) { value_of(suites_->add_small_scope(suite)); }

  void add_citing(const std::string& suite) { suites_->add_citing(suite); }
  void add_receipts(const std::string& suite) { suites_->add_receipts(suite); }
  void add_signers(const std::string& suite) { suites_->add_signers(suite); }
  void add_families(const std::string& suite, const std::vector<std::string>& families) {
    value_of(suites_->add_families(suite, families));
  }

  std::vector<std::pair<std::string, std::uint64_t>> suites() const {
    std::vector<std::pair<std::string, std::uint64_t>> out;
    const auto names = suites_->names();
    const auto sizes = suites_->sizes();
    for (std::size_t i = 0; i < names.size(); ++i) out.emplace_back(names[i], sizes[i]);
    return out;
  }

  /// None for a mutant that is no room version.
  std::optional<std::vector<std::optional<std::string>>> ask(std::size_t number) const {
    const search::ProgramPtr program = texts_->program(number);
    if (!program) return std::nullopt;
    return suites_->ask(program);
  }

  /// None for a mutant that is no room version.
  std::optional<std::vector<std::uint64_t>> told(std::size_t suite, std::size_t number) const {
    const search::ProgramPtr program = texts_->program(number);
    if (!program) return std::nullopt;
    return suites_->told(suite, program);
  }
  std::vector<std::uint64_t> told_from(std::size_t suite, const std::string& version,
                                       const std::map<std::string, std::string>& readings) const {
    return suites_->told(suite, texts_->load(version, {"", readings})->program);
  }
  std::optional<bool> verdict(std::size_t suite, std::uint64_t number) const { return suites_->verdict(suite, number); }
  std::string words(std::size_t suite, std::uint64_t number) const { return suites_->words(suite, number); }
  std::optional<std::pair<std::vector<std::string>, std::string>> files(std::size_t suite, std::uint64_t number) const {
    const auto files = suites_->files(suite, number);
    if (!files) return std::nullopt;
    return std::pair(files->events, files->event);
  }

 private:
  std::shared_ptr<const MutantTexts> texts_;
  std::unique_ptr<search::Suites> suites_;
};

}  // namespace

void bind_mutants(py::module_& module) {
  using NoGil = py::call_guard<py::gil_scoped_release>;
  py::class_<Mutants>(module, "Mutants", "The mutants of a version, and suites that may tell them from it.")
      .def(py::init<const std::string&, const std::string&>(), py::arg("version"), py::arg("profile") = "",
           "Error: StateroomError, the text does not check.")
      .def("__len__", &Mutants::count)
      .def_property_readonly("name", &Mutants::name, "The version's name.")
      .def_property_readonly("sha256", &Mutants::sha256, "Of the version's text with errata.")
      .def("describe", &Mutants::describe, py::arg("number"),
           "`section, label, number, operation, before, after` of a mutant.")
      .def(
          "add_histories", &Mutants::add_histories, py::arg("suite"), py::arg("files"), py::arg("policy_signs") = true,
          NoGil(),
          "A suite of history files, each as (name, bytes); whether a policy server's signature is taken for there, or "
          "verified. Error: StateroomError, one cannot be read.")
      .def("add_random", &Mutants::add_random, py::arg("suite"), py::arg("count"), py::arg("seed"), NoGil(),
           "A suite of random histories.")
      .def("add_small_scope", &Mutants::add_small_scope, py::arg("suite"), NoGil(),
           "Every event of the small scope in every state of it.")
      .def("add_citing", &Mutants::add_citing, py::arg("suite"), NoGil(),
           "A suite of events that cite other auth_events than those selected, and of levels written in unusual ways.")
      .def("add_signers", &Mutants::add_signers, py::arg("suite"), NoGil(),
           "A suite of whose signatures an event needs.")
      .def("add_receipts", &Mutants::add_receipts, py::arg("suite"), NoGil(),
           "A suite of what the checks on receipt make of events, and of which redactions apply.")
      .def("add_families", &Mutants::add_families, py::arg("suite"), py::arg("families"), NoGil(),
           "A suite of families, each a JSON text: `name, events, states, trials, recheck`; every trial is judged in "
           "every state; with `redacts` it is asked whether the trials, which are redactions, apply. Error: "
           "StateroomError, one cannot be read.")
      .def("without_suites", &Mutants::without_suites,
           "The same mutants without any suite; what one of the two compiles the other has too.")
      .def("suites", &Mutants::suites, "(name, cases) of each suite, in the order in which they were added.")
      .def("ask", &Mutants::ask, py::arg("number"), NoGil(),
           "For each suite the first case that tells the mutant from its version, or None; None if the mutant does "
           "not check. May be called from several threads.")
      .def("told", &Mutants::told, py::arg("suite"), py::arg("number"), NoGil(),
           "The cases of a suite, by number, that tell the mutant from its version; None if the mutant does not check.")
      .def("told_from", &Mutants::told_from, py::arg("suite"), py::arg("version"), py::arg("readings"), NoGil(),
           "The cases of a suite that tell another version, or the same with other readings, from this one.")
      .def(
          "verdict", &Mutants::verdict, py::arg("suite"), py::arg("number"),
          "Whether the version allows a case's event, or its redaction applies; None where a case asks something else.")
      .def("words", &Mutants::words, py::arg("suite"), py::arg("number"), "A case in words.")
      .def("files", &Mutants::files, py::arg("suite"), py::arg("number"), NoGil(),
           "A case as signed PDUs: those of the state or history, and the one that is asked about (empty: none); None "
           "for a case of a family.");
}

}  // namespace stateroom::bindings
