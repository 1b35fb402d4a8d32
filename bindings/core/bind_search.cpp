// What `stateroom vet` asks of the library: edits, lints, witnesses and random histories of two versions.

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bindings/core/bindings.h"
#include "model/report/workbench.h"
#include "model/rules/check.h"
#include "model/rules/compare.h"
#include "model/rules/say.h"
#include "sim/search/attribution.h"
#include "sim/search/cost.h"
#include "sim/search/difference.h"
#include "sim/search/question.h"
#include "sim/search/witness.h"
#include "sim/workload/workload.h"

namespace py = pybind11;

namespace stateroom::bindings {
namespace {

template <class T>
T value_of(base::Result<T> result) {
  if (!result) throw py::value_error(result.error().where + ": " + result.error().message);
  return std::move(*result);
}

using report::Loaded;
using report::LoadedPtr;
using Readings = std::map<std::string, std::string>;

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

py::list check_version(report::Workbench& bench, const std::string& name, const std::string& profile,
                       const Readings& readings) {
  const auto loaded = bench.load(name, {profile, readings});
  py::list out;
  if (loaded) return out;
  for (const base::Error& error : loaded.error()) out.append(dict_of(rules::diagnostic(error)));
  return out;
}

LoadedPtr load(report::Workbench& bench, const std::string& name, const report::Choice& choice) {
  auto loaded = bench.load(name, choice);
  if (loaded) return *loaded;
  const base::Error& error = loaded.error().front();
  throw py::value_error("the text of `" + name + "` has errors: " + error.where + ": " + error.message);
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

py::dict dict_of(const search::Cost& c) {
  using namespace py::literals;
  return py::dict("events"_a = c.events, "bytes"_a = c.bytes, "auth_events"_a = c.auth_events, "merges"_a = c.merges,
                  "checks"_a = c.checks, "ordered"_a = c.ordered, "resolve_ns"_a = c.resolve_ns);
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

Readings over(Readings readings, const Readings& more) {
  for (const auto& [name, choice] : more) readings[name] = choice;
  return readings;
}

/// A random history, compared: what is counted of it.
struct HistoryOutcome {
  std::vector<std::string> types;  // by step
  search::Difference difference;
};

/// Two versions, ready to be compared. The first is the base.
class VetWork {
 public:
  VetWork(report::Workbench& bench, const std::string& base, const std::string& candidate, const std::string& profile,
          const Readings& readings, const Readings& candidate_readings)
      : registry_(bench.registry()),
        names_{base, candidate},
        base_(load(bench, base, {profile, readings})),
        candidate_(load(bench, candidate, {profile, over(readings, candidate_readings)})),
        mixtures_(base_->text, candidate_->text, rules::compare(base_->text, candidate_->text, &bench.registry())),
        control_(mixtures_.program(mixtures_.all())) {}

  py::list versions() const {
    py::list out;
    out.append(text_of(*base_));
    out.append(text_of(*candidate_));
    return out;
  }

  py::list edits() const {
    py::list out;
    for (const rules::Edit& edit : mixtures_.edits()) {
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
      one["says_before"] = says(base_->text, edit);
      one["says_after"] = says(candidate_->text, edit);
      out.append(one);
    }
    return out;
  }

  py::list lints() const {
    py::list out;
    for (const rules::Diagnostic& found :
         rules::new_among(lints_of(*candidate_, names_[1]), lints_of(*base_, names_[0])))
      out.append(dict_of(found));
    return out;
  }

  py::dict witnesses(std::uint32_t scope_max, std::uint64_t pairs_max) {
    const auto found = [&] {
      const py::gil_scoped_release release;
      return search::find_witnesses(base_->program, candidate_->program, {scope_max, pairs_max});
    }();
    const search::WitnessSearch search = value_of(found);
    py::list list;
    for (const search::Witness& witness : search.witnesses) {
      py::dict one;
      one["deviations"] = witness.deviations;
      one["scope"] = witness.scope;
      one["question"] = questions_.size();
      questions_.push_back(search::question_of(witness));
      for (const auto& [name, loaded] : sides()) {
        const auto files = value_of(search::realise(witness, loaded->program));
        const bool is_base = loaded == base_;
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
    out["pairs"] = search.pairs;
    out["scope"] = search.scope;
    out["base_rules"] = search.base_rules;
    out["candidate_rules"] = search.candidate_rules;
    return out;
  }

  /// All that the enumeration of verdicts does not ask.
  py::list differences() {
    using Ask = search::Differences (*)(const search::ProgramPtr&, const search::ProgramPtr&);
    static const std::vector<std::pair<search::QuestionKind, Ask>> kAll{
        {search::QuestionKind::kCiting, &search::ask_citing},
        {search::QuestionKind::kSelection, &search::ask_selections},
        {search::QuestionKind::kRedaction, &search::ask_redactions},
        {search::QuestionKind::kPdu, &search::ask_pdus},
        {search::QuestionKind::kVerdict, &search::ask_verdicts},
        {search::QuestionKind::kReceipt, &search::ask_receipts}};
    py::list out;
    for (const auto& [kind, ask] : kAll) {
      const search::Differences differences = [&, &of = ask] {
        const py::gil_scoped_release release;
        return of(base_->program, candidate_->program);
      }();
      py::dict one;
      one["kind"] = search::name(kind);
      one["asked"] = differences.asked;
      py::list found;
      for (const search::Asked& asked : differences.found) {
        py::dict question;
        question["question"] = questions_.size();
        question["words"] = asked.question->words();
        question["base"] = asked.base;
        question["candidate"] = asked.candidate;
        found.append(question);
        questions_.push_back(asked.question);
      }
      one["found"] = found;
      questions_.insert(questions_.end(), differences.alike.begin(), differences.alike.end());
      out.append(one);
    }
    return out;
  }

  /// Makes and compares histories with the seeds `first`, `first` + 1, …, as many at once as the machine has cores.
  py::list histories(std::uint64_t first, std::uint64_t count) const {
    std::vector<std::optional<base::Result<HistoryOutcome>>> all(count);
    {
      const py::gil_scoped_release release;
      std::atomic<std::uint64_t> next = 0;
      const auto work = [&] {
        for (std::uint64_t i = next++; i < count; i = next++) all[i] = one_history(first + i);
      };
      std::vector<std::jthread> others;
      for (unsigned i = 1; i < std::min<std::uint64_t>(std::thread::hardware_concurrency(), count); ++i)
        others.emplace_back(work);
      work();
    }
    py::list out;
    for (std::uint64_t i = 0; i < count; ++i) out.append(outcome_of(first + i, value_of(std::move(*all[i]))));
    return out;
  }

  /// What histories with the seeds `first`, … cost under base and candidate; all are made under the base.
  py::dict costs(std::uint64_t first, std::uint64_t count) const {
    std::array<search::Cost, 2> total;
    const auto done = [&]() -> base::Result<void> {
      const py::gil_scoped_release release;
      for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const auto history = workload::make(base_->program, seed, unsigned_events());
        if (!history) return std::unexpected(history.error());
        for (std::size_t side = 0; side < 2; ++side) {
          const auto one = search::cost(history->plan, (side == 0 ? base_ : candidate_)->program);
          if (!one) return std::unexpected(one.error());
          total[side] += *one;
        }
      }
      return {};
    }();
    if (!done) throw py::value_error(done.error().message);
    py::dict out;
    out["base"] = dict_of(total[0]);
    out["candidate"] = dict_of(total[1]);
    return out;
  }

  /// The first merge of a history that resolves differently, made smaller; None if there is none.
  py::object shrunk(std::uint64_t seed, std::uint32_t tries) {
    const auto found = [&]() -> base::Result<std::optional<search::Shrunk>> {
      const py::gil_scoped_release release;
      const auto history = workload::make(base_->program, seed, unsigned_events());
      if (!history) return std::unexpected(history.error());
      const auto difference = search::compare(history->plan, history->staged, candidate_->program, control_);
      if (!difference) return std::unexpected(difference.error());
      if (difference->merges.empty()) return std::nullopt;
      auto small =
          search::shrink(history->plan, difference->merges[0], base_->program, candidate_->program, tries, control_);
      if (!small) return std::unexpected(small.error());
      return std::optional(std::move(*small));
    }();
    const std::optional<search::Shrunk> kept = value_of(found);
    if (!kept) return py::none();
    const search::Shrunk& small = *kept;
    py::dict out;
    out["question"] = questions_.size();
    questions_.push_back(search::question_of(small));
    out["steps"] = steps_of(small.plan);
    py::list sets;
    for (const search::StateOfSteps& set : small.state_sets) {
      std::vector<std::uint32_t> steps;
      for (const auto& [key, step] : set) steps.push_back(step);
      std::sort(steps.begin(), steps.end());
      sets.append(steps);
    }
    out["state_sets"] = sets;
    for (const auto& [name, loaded] : sides()) {
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

  /// For an edit the first question that shows it, and with which other edits; None where none does.
  py::object shown(std::size_t edit) {
    if (edit >= mixtures_.edits().size()) throw py::index_error("there is no such edit");
    if (!attribution_ || attributed_ != questions_.size()) {
      attribution_.emplace(mixtures_, questions_);
      attributed_ = questions_.size();
    }
    const auto found = [&] {
      const py::gil_scoped_release release;
      return attribution_->shown(edit);
    }();
    if (!found) return py::none();
    py::dict out;
    using How = search::Shown::How;
    out["how"] = found->how == How::kAlone ? "alone" : found->how == How::kTogether ? "together" : "without";
    out["question"] = found->question;
    out["kind"] = search::name(questions_[found->question]->kind());
    out["words"] = questions_[found->question]->words();
    out["before"] = found->before;
    out["after"] = found->after;
    out["with"] = std::vector<std::size_t>(found->with.begin(), found->with.end());
    return out;
  }

  /// The PDUs of a question under the base and the candidate; None where a version has none.
  py::dict files(std::size_t question) const {
    if (question >= questions_.size()) throw py::index_error("there is no such question");
    py::dict out;
    for (const auto& [name, loaded] : sides()) {
      const auto files = questions_[question]->files(loaded->program);
      if (!files) {
        out[name] = py::none();
        continue;
      }
      py::dict side;
      side["events"] = files->events;
      side["event"] = files->event;
      side["room_version"] = loaded->text.name;
      out[name] = side;
    }
    return out;
  }

 private:
  std::vector<std::pair<const char*, LoadedPtr>> sides() const { return {{"base", base_}, {"candidate", candidate_}}; }
  static workload::WorkloadOptions unsigned_events() {
    workload::WorkloadOptions out;
    out.signing = workload::Signing::kUnsigned;
    return out;
  }
  base::Result<HistoryOutcome> one_history(std::uint64_t seed) const {
    const auto history = workload::make(base_->program, seed, unsigned_events());
    if (!history) return std::unexpected(history.error());
    auto difference = search::compare(history->plan, history->staged, candidate_->program, control_);
    if (!difference) return std::unexpected(difference.error());
    HistoryOutcome out{{}, std::move(*difference)};
    for (const workload::Step& step : history->plan.steps) out.types.push_back(step.type);
    return out;
  }
  py::dict outcome_of(std::uint64_t seed, const HistoryOutcome& outcome) const {
    py::list verdicts;
    for (const search::StepVerdicts& found : outcome.difference.verdicts) {
      py::dict one;
      one["step"] = found.step;
      one["type"] = outcome.types[found.step];
      one["base"] = dict_of(found.base, *base_->program);
      one["candidate"] = dict_of(found.candidate, *candidate_->program);
      verdicts.append(one);
    }
    py::dict out;
    out["seed"] = seed;
    out["events"] = outcome.types.size();
    out["verdicts"] = verdicts;
    out["merges"] = outcome.difference.merges_asked;
    out["merges_differ"] = outcome.difference.merges.size();
    return out;
  }
  std::vector<rules::Diagnostic> lints_of(const Loaded& loaded, const std::string& name) const {
    const auto file = registry_.open(name);
    if (!file) return {};  // it was read before: gone since
    return rules::lints(**file, loaded.text, *loaded.core, registry_);
  }
  static std::string says(const rules::Version& version, const rules::Edit& edit) {
    if (edit.section.kind != rules::SectionKind::kRules) return {};
    const rules::Rule* rule = version.rule(edit.label);
    return rule == nullptr ? std::string{} : rules::say(version, *rule, {.labels = false, .marks = false});
  }

  const versions::Registry& registry_;
  std::array<std::string, 2> names_;  // of base and candidate, or their paths
  LoadedPtr base_, candidate_;
  search::Mixtures mixtures_;
  search::ProgramPtr control_;  // the candidate's rules under the base's name; null where that is no text
  std::vector<search::QuestionPtr> questions_;
  std::optional<search::Attribution> attribution_;
  std::size_t attributed_ = 0;  // questions that it knows
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
  module.def("vet_check", &check_version, py::arg("bench"), py::arg("version"), py::arg("profile") = "",
             py::arg("readings") = Readings{},
             "Errors of a version's text, as `stateroom check` gives them; none if it stands.");
  module.def("vet_server_keys", &server_keys,
             "Public keys of the servers in made histories: server, key id, 32 bytes.");
  py::class_<VetWork>(module, "VetWork", "Two versions, ready to be compared.")
      .def(py::init<report::Workbench&, const std::string&, const std::string&, const std::string&, const Readings&,
                    const Readings&>(),
           py::arg("bench"), py::arg("base"), py::arg("candidate"), py::arg("profile") = "",
           py::arg("readings") = Readings{}, py::arg("candidate_readings") = Readings{}, py::keep_alive<1, 2>(),
           "`candidate_readings` are choices of the candidate alone, over the others.")
      .def("versions", &VetWork::versions, "Base and candidate: name, hashes, choices of readings.")
      .def("edits", &VetWork::edits, "What differs between the texts, by label.")
      .def("lints", &VetWork::lints, "Lints of the candidate that the base does not have.")
      .def("witnesses", &VetWork::witnesses, py::arg("scope_max"), py::arg("pairs_max"),
           "Smallest events and states that the two decide differently.")
      .def("differences", &VetWork::differences,
           "Small scopes of questions about the form of events, selections and receipt: how many were asked, and what "
           "the two answer differently.")
      .def("histories", &VetWork::histories, py::arg("first"), py::arg("count"),
           "Makes and compares random histories with the seeds from `first` on.")
      .def("costs", &VetWork::costs, py::arg("first"), py::arg("count"),
           "Work of the resolutions and size of the events of histories, summed, under base and candidate.")
      .def("shrunk", &VetWork::shrunk, py::arg("seed"), py::arg("tries"),
           "A history's first merge that resolves differently, made smaller, or None.")
      .def("shown", &VetWork::shown, py::arg("edit"),
           "The first question that shows an edit: how (alone, together, without), and with which other edits. None "
           "where no question shows it.")
      .def("files", &VetWork::files, py::arg("question"), "The PDUs of a question under base and candidate.");
}

}  // namespace stateroom::bindings
