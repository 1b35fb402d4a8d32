// Properties of merges, and searches for histories that break them: model/properties, sim/explore.
#include <fmt/format.h>
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
#include "model/event/history.h"
#include "model/properties/diagnose.h"
#include "model/properties/hypotheses.h"
#include "model/report/opened.h"
#include "sim/explore/atlas.h"
#include "sim/explore/find_file.h"
#include "sim/explore/shrink.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;
using explore::Find;
using explore::Stage;
using explore::Study;
using Names = std::vector<std::string>;

/// A check of the iterative auth checks that refused an event, in the merge of a find.
struct Refused {
  std::string name, event_id, label, number;
};

/// A property of a version, and a stage on which it is asked.
class Explorer {
 public:
  Explorer(report::Workbench& bench, const std::string& property, const std::string& version,
           const std::string& profile, const Names& hypotheses, std::uint32_t stale)
      : property_(open_property(property)),
        version_(load(bench, version, profile)),
        program_(compile(*version_, property_)),
        terms_(terms_of(hypotheses, stale)) {}

  using Tell = std::function<bool(std::uint64_t, std::uint64_t, std::uint32_t)>;

  /// `how`: "random", "guided" or "exhaustive".
  void search(std::uint32_t events, std::uint64_t seed, std::uint64_t histories_max, const std::string& how,
              const std::optional<Tell>& tell) {
    begin();
    explore::SearchOptions options;
    options.terms = terms_;
    options.events = events;
    options.seed = seed;
    options.histories_max = histories_max;
    options.go_on = asking(tell);
    outcome_ = value_of(how == "exhaustive" ? explore::search_exhaustive(*stage_, *study_, options)
                        : how == "guided"   ? explore::search_guided(*stage_, *study_, options)
                                            : explore::search_random(*stage_, *study_, options));
    find_ = outcome_.find;
  }

  /// A cluster of an atlas, with its first history as a file.
  struct Clustered {
    explore::ClusterKey key;
    std::uint64_t histories = 0;
    std::string file;
  };
  struct AtlasPart {
    std::vector<Clustered> clusters;
    std::vector<explore::Level> levels;
    bool complete = false;
  };
  AtlasPart atlas(std::uint32_t events, std::uint32_t part, std::uint32_t parts, const std::optional<Tell>& tell) {
    begin();
    explore::SearchOptions options;
    options.terms = terms_;
    options.events = events;
    options.part = part;
    options.parts = parts;
    options.go_on = asking(tell);
    explore::Atlas made = value_of(explore::atlas_of(*stage_, *study_, options));
    AtlasPart out{{}, std::move(made.levels), made.complete};
    for (auto& [key, cluster] : made.clusters) {
      value_of(explore::breaks(*stage_, cluster.first, terms_));
      out.clusters.push_back(
          {key, cluster.histories, value_of(explore::history_file(*stage_, cluster.first.sets, version_->text.name))});
    }
    return out;
  }

  /// Takes a file's history as the find. False if it does not break the property under the terms.
  bool take(const std::string& bytes, const std::string& file) {
    const auto items = event::read_items(bytes, file);
    if (items.empty()) throw Refusal({base::ErrorCode::kFormat, "the file holds no history", file, {}});
    const event::HistoryItem item = value_of(items.front());
    const event::History history = value_of(event::decode(item, version_->core->format, false));
    const auto room = value_of(graph::Room::build(history.events, version_->core->format));
    std::vector<event::Event> ordered;
    for (std::uint32_t e = 0; e < room->size(); ++e) ordered.push_back(room->event(base::EventIndex{e}));
    study_.reset();  // its people are others
    stage_ = value_of(Stage::make(program_, value_of(explore::people_of(ordered))));
    find_ = value_of(explore::find_of(*stage_, ordered, history.state_sets, terms_.stale));
    return value_of(explore::breaks(*stage_, *find_, terms_));
  }

  /// Makes the find smaller; how many histories were tried.
  std::uint64_t shrink() {
    explore::Shrunk shrunk = value_of(explore::shrink(*stage_, *std::move(find_), terms_));
    find_ = std::move(shrunk.find);
    return shrunk.tried;
  }

  /// The find as a file of signed PDUs, without `about`; what breaks the property in it; what its merge refused.
  std::string file() {
    value_of(explore::breaks(*stage_, *find_, terms_));
    std::string out = value_of(explore::history_file(*stage_, find_->sets, version_->text.name));
    return out;
  }

  /// Why the find came out so; none for a history of a file, whose people the vocabulary does not know.
  std::optional<explore::Account> account() {
    if (!find_ || !study_) return std::nullopt;
    return value_of(explore::account_of(*stage_, *study_, *find_, terms_));
  }
  const explore::Act& act(std::uint32_t number) const { return stage_->act(number); }
  const rules::Program& program() const { return *program_; }

  static py::list list_of(const std::vector<explore::Level>& levels) {
    py::list out;
    for (const explore::Level& level : levels) {
      py::dict one;
      one["events"] = level.events;
      one["shapes"] = level.shapes;
      one["histories"] = level.histories;
      one["questions"] = level.questions;
      out.append(one);
    }
    return out;
  }

  py::list levels() const { return list_of(outcome_.levels); }
  std::uint64_t features() const { return outcome_.progress.features; }
  std::uint64_t corpus() const { return outcome_.progress.corpus; }
  bool found() const { return find_.has_value(); }
  bool complete() const { return outcome_.complete; }
  std::uint64_t histories() const { return outcome_.progress.histories; }
  std::uint64_t questions() const { return outcome_.progress.questions; }
  std::size_t events() const { return find_ ? find_->choices.size() : 0; }
  const properties::Property& property() const { return property_; }
  const report::Loaded& version() const { return *version_; }

 private:
  void begin() {
    stage_ = value_of(Stage::make(program_, Study::people()));
    study_ = value_of(Study::begin(*stage_));
  }
  static std::function<bool(const explore::Progress&)> asking(const std::optional<Tell>& tell) {
    if (!tell) return {};
    return [&tell](const explore::Progress& progress) {
      const py::gil_scoped_acquire gil;
      return (*tell)(progress.histories, progress.questions, progress.events);
    };
  }

  properties::Property property_;
  report::LoadedPtr version_;
  std::shared_ptr<const rules::Program> program_;
  properties::Terms terms_;
  std::unique_ptr<Stage> stage_;
  std::optional<Study> study_;
  explore::Outcome outcome_;
  std::optional<Find> find_;
};

py::dict dict_of(const explore::Act& act) {
  py::dict out;
  out["type"] = act.type;
  out["state_key"] = act.state_key;
  out["sender"] = act.sender;
  out["content"] = act.content;
  return out;
}

/// Events are named by their places in the find; contents are JSON.
py::dict dict_of(const Explorer& explorer, const explore::Account& account) {
  py::dict out;
  out["critical"] = py::none();
  if (account.critical) {
    py::list instead;
    for (const auto& [at, act] : account.critical->instead) {
      py::dict one = dict_of(explorer.act(act));
      one["event"] = at;
      instead.append(one);
    }
    py::dict critical;
    critical["event"] = account.critical->event;
    critical["same_key"] = account.critical->same_key;
    critical["instead"] = instead;
    out["critical"] = critical;
  }
  out["limited"] = account.limited;
  out["tried"] = account.tried;
  out["mend"] = py::none();
  if (account.mend) {
    py::dict mend = dict_of(explorer.act(account.mend->act));
    mend["after"] = account.mend->after;
    out["mend"] = mend;
  }
  py::list flips;
  for (const explore::RuleFlip& one : account.flips) {
    py::dict flip;
    flip["label"] = explorer.program().label(one.rule);
    flip["number"] = explorer.program().number(one.rule);
    flip["allowed"] = one.allowed;
    flip["refused"] = one.refused;
    flip["avoids"] = one.avoids;
    flips.append(flip);
  }
  out["flips"] = flips;
  return out;
}

/// What became of a history when it was asked again.
struct Replayed {
  std::string version, version_sha256, broken;
  Names violations, refused;  // event ids: what breaks the property; events that the rules refuse by their states
  Names rejected;             // that the file says are rejected
  std::vector<Refused> rules;
  Names result;  // of the state
};

Replayed replay(report::Workbench& bench, const std::string& bytes, const std::string& file,
                const std::string& property_name, const std::optional<std::string>& version, const std::string& profile,
                const Names& hypotheses, std::uint32_t stale, bool told, bool strict) {
  const auto items = event::read_items(bytes, file);
  if (items.empty()) throw Refusal({base::ErrorCode::kFormat, "the file holds no history", file, {}});
  report::HistoryOptions options;
  options.version = version;
  options.choice.profile = profile;
  options.strict = strict;
  const auto opened = value_of(report::open(bench, value_of(items.front()), options));
  const properties::Property property = open_property(property_name);
  const auto program = compile(*opened->version, property);
  resolve::WalkOptions walking;
  walking.strict = strict;
  // A server that was told of a state never judged the events in it: what it had rejected is what the file says.
  walking.checks = !told;
  const auto walk = value_of(resolve::Walk::run(*opened->evaluator, opened->store, *opened->resolver, walking));
  const auto sets = value_of(report::inputs_of(*opened, walk));
  Replayed out;
  out.version = opened->version->text.name;
  out.version_sha256 = opened->version->text.sha256_with_errata;
  for (std::uint32_t e = 0; e < opened->room->size(); ++e) {
    if (!walk.receipts()[e].rejected) continue;
    (opened->room->event(base::EventIndex{e}).rejected_outside ? out.rejected : out.refused)
        .push_back(opened->id(base::EventIndex{e}));
  }
  rules::Evaluator evaluator(program, *opened->room);
  properties::Checker checker(evaluator, opened->store);
  const properties::Facts facts{*opened->evaluator, opened->store,
                                [&](base::EventIndex event) { return walk.receipts()[event.at()].before; },
                                [&](base::EventIndex event) { return walk.after(event); }, sets};
  properties::Terms terms = terms_of(hypotheses, stale);
  terms.told = told;
  out.broken = properties::broken(facts, terms).value_or("");
  const auto answer = value_of(checker.ask(sets));
  for (const base::EventIndex event : answer.violations) out.violations.push_back(opened->id(event));
  for (const auto& [key, event] : opened->store.entries(answer.result)) out.result.push_back(opened->id(event));
  resolve::Trace trace;
  value_of(opened->resolver->resolve(sets, &trace));
  for (const resolve::TraceCheck& check : trace.checks) {
    if (check.decision.allowed) continue;
    out.rules.push_back({check.name, opened->id(check.event), opened->version->program->label(check.decision.rule),
                         opened->version->program->number(check.decision.rule)});
  }
  return out;
}

py::dict dict_of(const Replayed& replayed) {
  py::list rules;
  for (const Refused& one : replayed.rules) {
    py::dict rule;
    rule["name"] = one.name;
    rule["event_id"] = one.event_id;
    rule["label"] = one.label;
    rule["number"] = one.number;
    rules.append(rule);
  }
  py::dict out;
  out["version"] = replayed.version;
  out["version_sha256"] = replayed.version_sha256;
  out["violations"] = replayed.violations;
  out["refused"] = replayed.refused;
  out["rejected"] = replayed.rejected;
  out["broken"] = replayed.broken;
  out["rules"] = rules;
  out["result"] = replayed.result;
  return out;
}

struct Diagnosed {
  std::uint64_t events = 0, merges = 0;
  std::string version;
  struct One {
    std::string property, merge;
    Names after, violations;
    std::vector<std::vector<std::string>> keys;  // type, state_key, winner
  };
  std::vector<One> findings;
};

Diagnosed diagnose(report::Workbench& bench, const std::string& bytes, const std::string& file,
                   const std::optional<std::string>& version, const Names& names) {
  const auto items = event::read_items(bytes, file);
  if (items.empty()) throw Refusal({base::ErrorCode::kFormat, "the file holds no history", file, {}});
  report::HistoryOptions options;
  options.version = version;
  const auto opened = value_of(report::open(bench, value_of(items.front()), options));
  std::vector<std::shared_ptr<const rules::Program>> programs;
  for (const std::string& name : names) programs.push_back(compile(*opened->version, open_property(name)));
  const auto walk = value_of(resolve::Walk::run(*opened->evaluator, opened->store, *opened->resolver));
  const auto diagnosis = value_of(properties::diagnose(*opened->room, opened->store, walk, programs));
  Diagnosed out{opened->room->size(), diagnosis.merges, opened->version->text.name, {}};
  const auto ids = [&](const std::vector<base::EventIndex>& events) {
    Names all;
    for (const base::EventIndex event : events) all.push_back(opened->id(event));
    return all;
  };
  for (const properties::Finding& finding : diagnosis.findings) {
    Diagnosed::One one{names[finding.property],
                       finding.merge.valid() ? opened->id(finding.merge) : "",
                       ids(finding.after),
                       ids(finding.violations),
                       {}};
    for (const base::EventIndex event : finding.violations) {
      const base::KeyIndex key = opened->room->key(event);
      const base::EventIndex winner = opened->store.get(finding.result, key);
      one.keys.push_back({opened->text(opened->room->key_type(key)), opened->text(opened->room->key_state_key(key)),
                          winner.valid() ? opened->id(winner) : ""});
    }
    out.findings.push_back(std::move(one));
  }
  return out;
}

py::dict dict_of(const Diagnosed& diagnosed) {
  py::list findings;
  for (const Diagnosed::One& one : diagnosed.findings) {
    py::dict finding;
    finding["property"] = one.property;
    finding["merge"] = one.merge.empty() ? py::object(py::none()) : py::object(py::str(one.merge));
    finding["after"] = one.after;
    finding["violations"] = one.violations;
    finding["keys"] = one.keys;
    findings.append(finding);
  }
  py::dict out;
  out["version"] = diagnosed.version;
  out["events"] = diagnosed.events;
  out["merges"] = diagnosed.merges;
  out["findings"] = findings;
  return out;
}

py::list list_properties() {
  py::list out;
  for (const properties::Property& one : properties::all()) {
    out.append(py::make_tuple(one.name, one.id, properties::name(one.scope), one.says, one.formula,
                              one.text ? one.text->sha256 : std::string()));
  }
  return out;
}

py::list list_hypotheses() {
  py::list out;
  for (std::size_t i = 0; i < properties::kHypotheses; ++i) {
    const auto one = static_cast<properties::Hypothesis>(i);
    out.append(py::make_tuple(properties::name(one), properties::says(one)));
  }
  return out;
}

}  // namespace

void bind_explore(py::module_& module) {
  using NoGil = py::call_guard<py::gil_scoped_release>;
  module.def("list_properties", &list_properties,
             "(name, id, scope, statement, formula, SHA-256 of the text) of each property that has a checker.");
  module.def("list_hypotheses", &list_hypotheses, "(name, statement) of each hypothesis.");
  module.def(
      "replay_history",
      [](report::Workbench& bench, const py::bytes& input, const std::string& file, const std::string& property,
         const std::optional<std::string>& version, const std::string& profile, const Names& hypotheses,
         std::uint32_t stale, bool told, bool strict) {
        Replayed out;
        const std::string bytes = input;
        {
          const py::gil_scoped_release no_gil;
          out = replay(bench, bytes, file, property, version, profile, hypotheses, stale, told, strict);
        }
        return dict_of(out);
      },
      py::arg("bench"), py::arg("bytes"), py::arg("file"), py::arg("property"), py::arg("version") = py::none(),
      py::arg("profile") = "", py::arg("hypotheses") = Names(), py::arg("stale") = 0, py::arg("told") = false,
      py::arg("strict") = false, "Asks a property of a history's state sets again. Error: StateroomError.");
  module.def(
      "diagnose_history",
      [](report::Workbench& bench, const py::bytes& input, const std::string& file,
         const std::optional<std::string>& version, const Names& names) {
        Diagnosed out;
        const std::string bytes = input;
        {
          const py::gil_scoped_release no_gil;
          out = diagnose(bench, bytes, file, version, names);
        }
        return dict_of(out);
      },
      py::arg("bench"), py::arg("bytes"), py::arg("file"), py::arg("version"), py::arg("properties"),
      "Asks properties of all merges of a room. Error: StateroomError.");
  py::class_<Explorer>(module, "Explorer", "A property of a version, and histories that may break it.")
      .def(py::init<report::Workbench&, const std::string&, const std::string&, const std::string&, const Names&,
                    std::uint32_t>(),
           py::arg("bench"), py::arg("property"), py::arg("version"), py::arg("profile") = "",
           py::arg("hypotheses") = Names(), py::arg("stale") = 0, NoGil(),
           "Error: StateroomError, an unknown name or a text that does not check.")
      .def("search", &Explorer::search, py::arg("events"), py::arg("seed") = 0, py::arg("histories_max") = 0,
           py::arg("how") = "random", py::arg("tell") = py::none(), NoGil(),
           "Searches, as `how` says: random, guided, exhaustive; `tell` gets histories, questions and events so far "
           "and says whether to go on.")
      .def(
          "take",
          [](Explorer& explorer, const py::bytes& input, const std::string& file) {
            const std::string bytes = input;
            const py::gil_scoped_release no_gil;
            return explorer.take(bytes, file);
          },
          py::arg("bytes"), py::arg("file"), "Takes a file's history as the find; whether it breaks the property.")
      .def("shrink", &Explorer::shrink, NoGil(), "Makes the find smaller; how many histories were tried.")
      .def("file", &Explorer::file, NoGil(), "The find as a history of signed PDUs, as JSON without `about`.")
      .def(
          "account",
          [](Explorer& explorer) -> py::object {
            std::optional<explore::Account> account;
            {
              const py::gil_scoped_release no_gil;
              account = explorer.account();
            }
            return account ? py::object(dict_of(explorer, *account)) : py::object(py::none());
          },
          "Why the find came out so: `critical`, `limited`, `tried`, `mend`, `flips`; None of a history of a file.")
      .def(
          "atlas",
          [](Explorer& explorer, std::uint32_t events, std::uint32_t part, std::uint32_t parts,
             const std::optional<Explorer::Tell>& tell) {
            Explorer::AtlasPart made;
            {
              const py::gil_scoped_release no_gil;
              made = explorer.atlas(events, part, parts, tell);
            }
            py::list clusters;
            for (const Explorer::Clustered& one : made.clusters) {
              py::dict cluster;
              cluster["events"] = one.key.events;
              cluster["keys"] = one.key.keys;
              cluster["refused"] = one.key.refused;
              cluster["avoided_by"] = one.key.avoided_by;
              cluster["histories"] = one.histories;
              cluster["file"] = one.file;
              clusters.append(cluster);
            }
            py::dict out;
            out["clusters"] = clusters;
            out["levels"] = Explorer::list_of(made.levels);
            out["complete"] = made.complete;
            return out;
          },
          py::arg("events"), py::arg("part") = 0, py::arg("parts") = 1, py::arg("tell") = py::none(),
          "All finds of an exhaustive search, or of a part of it, in clusters: `clusters`, `levels`, `complete`.")
      .def_property_readonly("features", &Explorer::features, "What merges did, in a guided search.")
      .def_property_readonly("corpus", &Explorer::corpus, "Histories that a guided search kept.")
      .def("levels", &Explorer::levels, "What an exhaustive search looked through, by number of events.")
      .def_property_readonly("found", &Explorer::found, "There is a find.")
      .def_property_readonly("complete", &Explorer::complete, "An exhaustive search came to its bound.")
      .def_property_readonly("histories", &Explorer::histories, "Histories that were made.")
      .def_property_readonly("questions", &Explorer::questions, "Merges that were asked about.")
      .def_property_readonly("events", &Explorer::events, "Events of the find.")
      .def_property_readonly(
          "property_name", [](const Explorer& one) { return one.property().name; }, "The property's name.")
      .def_property_readonly(
          "property_sha256", [](const Explorer& one) { return one.property().text->sha256; }, "Of its text.")
      .def_property_readonly(
          "version", [](const Explorer& one) { return one.version().text.name; }, "The version's name.")
      .def_property_readonly(
          "version_sha256", [](const Explorer& one) { return one.version().text.sha256_with_errata; }, "Of its text.");
}

}  // namespace stateroom::bindings
