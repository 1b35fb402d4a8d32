// Simulated federations: sim/scenarios, sim/monitor.
#include <fmt/format.h>
#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/core/bindings.h"
#include "bindings/core/python_actors.h"
#include "bindings/core/refuse.h"
#include "model/report/answers.h"
#include "model/report/workbench.h"
#include "sim/monitor/report.h"
#include "sim/monitor/views.h"
#include "sim/scenarios/run.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;
using scenarios::Run;
using ProgramPtr = std::shared_ptr<const rules::Program>;

/// A run with the monitor that watches it.
class Simulation {
 public:
  Simulation(report::Workbench& bench, const std::string& text, const std::string& where, const std::string& version,
             std::uint64_t seed, std::optional<double> days, const std::vector<std::string>& watched, bool keep_log) {
    auto scenario = scenarios::read(text, where);
    if (!scenario) throw Refusal(scenario.error().front());
    std::vector<properties::Property> asked;
    for (const std::string& name : watched) asked.push_back(property(name));
    if (watched.empty()) asked = properties::of_runs();
    monitor_ = std::make_unique<monitor::Monitor>(
        std::move(asked),
        [this](const std::string& name, const properties::Property& one) -> ProgramPtr {
          auto program = properties::compile(loaded_.at(name)->text, *one.text);
          return program ? *program : nullptr;
        },
        [this](const std::string& name) { return &loaded_.at(name)->text; });
    scenarios::RunOptions options;
    options.seed = seed;
    options.version = version;
    if (days) options.length = static_cast<kernel::Time>(*days * static_cast<double>(kernel::kDay));
    options.keep_log = keep_log;
    options.observers = {monitor_.get()};
    run_ =
        value_of(Run::make(std::move(*scenario), options, [&](const std::string& name) { return load(bench, name); }));
  }

  void go(const std::optional<std::function<bool(double)>>& tell, std::optional<std::int64_t> until_us) {
    run_->go(
        [&](kernel::Time now) {
          if (!tell) return true;
          const py::gil_scoped_acquire acquire;
          return (*tell)(static_cast<double>(now) / static_cast<double>(kernel::kDay));
        },
        until_us);
    if (!run_->ended_early() && !until_us) monitor_->finish(run_->world(), run_->honest(), run_->at_rest());
    if (auto error = run_->world().error()) throw Refusal(*error);
    if (auto error = monitor_->error()) throw Refusal(*error);
  }

  /// What people write in Python takes part from now on. Before `go`.
  void watch(std::unique_ptr<PythonObserver> observer) {
    run_->world().add_observer(observer.get());
    observers_.push_back(std::move(observer));
  }
  void add_strategy(py::function wake, std::uint64_t first_us, const std::optional<std::string>& hostile) {
    if (hostile) {
      const auto server = run_->world().server_of("@x:" + *hostile);
      if (!server.valid()) throw Refusal({base::ErrorCode::kUnknownName, "no server is called " + *hostile, {}, {}});
      run_->world().set_behaviour(server, std::make_unique<server::Behaviour>());
    }
    run_->world().add_actor(std::make_unique<PythonActor>(std::move(wake)), static_cast<kernel::Time>(first_us));
  }

  double days() const { return static_cast<double>(run_->length()) / static_cast<double>(kernel::kDay); }
  std::string name() const { return run_->scenario().name; }
  std::string hash() const { return run_->world().log().hash(); }
  std::uint64_t log_entries() const { return run_->world().log().count(); }
  std::vector<std::string> views() const { return monitor::views_json(run_->world()); }
  bool default_used() const {
    return std::ranges::any_of(run_->scenario().rooms,
                               [](const scenarios::RoomPart& room) { return room.version.empty(); });
  }
  bool at_rest() const { return run_->at_rest(); }
  bool ended_early() const { return run_->ended_early(); }
  std::string counts() const { return monitor::counts_json(run_->world()); }
  std::vector<std::string> monitors() const { return monitor::tallies_json(run_->world(), *monitor_); }
  std::string witnesses() const { return monitor::witnesses_json(*monitor_); }
  std::vector<std::string> events() const { return value_of(monitor::events_json(run_->world())); }
  std::vector<std::string> log() const { return monitor::log_json(run_->world()); }
  std::vector<std::pair<std::string, std::string>> finds(std::uint64_t seed, const std::string& command) const {
    return value_of(monitor::find_files(run_->world(), *monitor_, seed, command));
  }
  std::vector<std::pair<std::string, std::string>> versions() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& version : versions_) out.push_back(version);
    return out;
  }

 private:
  static properties::Property property(const std::string& name) {
    auto found = properties::open_of_run(name);
    if (!found) throw Refusal(found.error().front());
    return std::move(*found);
  }
  base::Result<ProgramPtr> load(report::Workbench& bench, const std::string& name) {
    auto loaded = bench.load(name);
    if (!loaded) return std::unexpected(loaded.error().front());
    versions_[name] = (*loaded)->text.sha256_with_errata;
    loaded_[(*loaded)->program->version().name] = *loaded;
    return (*loaded)->program;
  }

  std::unique_ptr<monitor::Monitor> monitor_;  // before the run, which it watches
  std::vector<std::unique_ptr<PythonObserver>> observers_;
  std::unique_ptr<Run> run_;
  std::map<std::string, std::string> versions_;
  std::map<std::string, report::LoadedPtr> loaded_;  // by the version's own name
};

std::vector<std::string> errors_of(const std::string& text, const std::string& where) {
  std::vector<std::string> out;
  const auto scenario = scenarios::read(text, where);
  if (scenario) return out;
  for (const base::Error& error : scenario.error()) out.push_back(report::error_line(error));
  return out;
}

}  // namespace

void bind_simulate(py::module_& module) {
  using NoGil = py::call_guard<py::gil_scoped_release>;
  module.def("scenarios", &scenarios::all, "(name, text) of each scenario that comes with the package.");
  module.def("scenario_errors", &errors_of, py::arg("text"), py::arg("where"),
             "All that is wrong with a scenario, as lines with `error`.");
  bind_python_actors(module);
  py::class_<Simulation>(module, "Simulation", "A scenario with a seed, watched by monitors.")
      .def(py::init<report::Workbench&, const std::string&, const std::string&, const std::string&, std::uint64_t,
                    std::optional<double>, const std::vector<std::string>&, bool>(),
           py::arg("bench"), py::arg("text"), py::arg("where"), py::arg("version"), py::arg("seed"),
           py::arg("days") = std::nullopt, py::arg("watched") = std::vector<std::string>{}, py::arg("keep_log") = false,
           NoGil(), "Error: StateroomError, the scenario or a version cannot be read.")
      .def("go", &Simulation::go, py::arg("tell") = py::none(), py::arg("until_us") = std::nullopt, NoGil(),
           "Runs to the end, or to a virtual time; `tell` gets the virtual days so far and says whether to go on.")
      .def(
          "watch",
          [](Simulation& run, py::function seen) { run.watch(std::make_unique<PythonObserver>(std::move(seen))); },
          py::arg("seen"), "Calls seen(what, world, room, server, event_id, outcome) for each event made or received.")
      .def("add_strategy", &Simulation::add_strategy, py::arg("wake"), py::arg("first_us"),
           py::arg("hostile") = std::nullopt,
           "Calls wake(world) at a time; what it returns is when next, in microseconds, or None.")
      .def_property_readonly("days", &Simulation::days, "Virtual days of the run, without the healing.")
      .def_property_readonly("name", &Simulation::name, "The scenario's name.")
      .def_property_readonly("hash", &Simulation::hash, "SHA-256 of the log.")
      .def_property_readonly("log_entries", &Simulation::log_entries, "How many the log has so far.")
      .def_property_readonly("default_used", &Simulation::default_used, "Whether a room names no version.")
      .def_property_readonly("at_rest", &Simulation::at_rest, "Nothing was under way among the honest servers.")
      .def_property_readonly("ended_early", &Simulation::ended_early, "`tell` ended the run.")
      .def("counts", &Simulation::counts, "What the world counted, as JSON.")
      .def("monitors", &Simulation::monitors, "What became of each property, as JSON.")
      .def("witnesses", &Simulation::witnesses, "How often things happened that can happen, as JSON.")
      .def("events", &Simulation::events, NoGil(), "All events, signed, one JSON object each.")
      .def("log", &Simulation::log, NoGil(), "The log, one JSON object an entry; empty unless it was kept.")
      .def("views", &Simulation::views, NoGil(), "What each server knows now, one JSON object a room.")
      .def("finds", &Simulation::finds, py::arg("seed"), py::arg("command"), NoGil(),
           "(name, history file) of the first violations that a merge shows.")
      .def("versions", &Simulation::versions, "(name, SHA-256 of the text) of each version.");
}

}  // namespace stateroom::bindings
