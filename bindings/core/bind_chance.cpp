// How often merges break a property under honest behaviour: sim/chance.
#include <pybind11/stl.h>

#include <memory>
#include <string>

#include "bindings/core/bindings.h"
#include "bindings/core/refuse.h"
#include "model/report/workbench.h"
#include "sim/chance/exact.h"
#include "sim/chance/splitting.h"

namespace stateroom::bindings {
namespace {

namespace py = pybind11;

/// A version with a property, and what people do while two sides of a room are apart.
class Chance {
 public:
  Chance(report::Workbench& bench, const std::string& property, const std::string& version,
         const std::map<std::string, std::uint64_t>& a_day, std::uint64_t heals_a_day, std::uint32_t events_most) {
    if (heals_a_day == 0) throw Refusal({base::ErrorCode::kFormat, "a partition has to heal some time", {}, {}});
    auto opened = properties::open(property);
    if (!opened) throw Refusal(opened.error().front());
    auto loaded = bench.load(version, {"", {}});
    if (!loaded) throw Refusal(loaded.error().front());
    if (opened->text == nullptr)
      throw Refusal({base::ErrorCode::kUnknownName, "`" + opened->name + "` is no property of merges", {}, {}});
    auto program = properties::compile((*loaded)->text, *opened->text);
    if (!program) throw Refusal({base::ErrorCode::kName, program.error().front().message, {}, {}});
    stage_ = value_of(explore::Stage::make(*program, explore::Study::people()));
    study_ = std::make_unique<explore::Study>(value_of(explore::Study::begin(*stage_)));
    behaviour_.heals_a_day = heals_a_day;
    behaviour_.events_most = events_most;
    for (std::size_t k = 0; k < explore::kKinds; ++k) {
      const auto at = a_day.find(std::string(explore::name(static_cast<explore::Kind>(k))));
      if (at != a_day.end()) behaviour_.a_day[k] = at->second;
    }
  }

  chance::Exact exact(std::uint64_t states_most) {
    chance::Partition partition(*stage_, *study_, behaviour_);
    return value_of(chance::exact(partition, states_most));
  }
  chance::Estimate estimate(std::uint64_t seed, std::uint64_t runs, std::uint32_t copies) {
    chance::Partition partition(*stage_, *study_, behaviour_);
    chance::SplittingOptions options;
    options.seed = seed;
    options.runs = runs;
    options.copies = copies;
    return value_of(chance::estimate(partition, options));
  }

 private:
  std::unique_ptr<explore::Stage> stage_;
  std::unique_ptr<explore::Study> study_;
  chance::Behaviour behaviour_;
};

}  // namespace

void bind_chance(py::module_& module) {
  using NoGil = py::call_guard<py::gil_scoped_release>;
  module.def(
      "study_kinds",
      [] {
        std::vector<std::string> out;
        for (std::size_t k = 0; k < explore::kKinds; ++k)
          out.emplace_back(explore::name(static_cast<explore::Kind>(k)));
        return out;
      },
      "What people of the study do, by name.");
  py::class_<chance::Exact>(module, "ExactChance", "What the Markov chain of a partition says.")
      .def_readonly("states", &chance::Exact::states)
      .def_readonly("transitions", &chance::Exact::transitions)
      .def_readonly("broken_per_merge", &chance::Exact::broken_per_merge)
      .def_readonly("diverged_per_partition", &chance::Exact::diverged_per_partition)
      .def_readonly("partition_days", &chance::Exact::partition_days)
      .def_readonly("days_until_divergence", &chance::Exact::days_until_divergence)
      .def_readonly("days_until_broken", &chance::Exact::days_until_broken);
  py::class_<chance::Estimate>(module, "ChanceEstimate", "What multilevel splitting says, with an interval of 99 %.")
      .def_readonly("runs", &chance::Estimate::runs)
      .def_readonly("ends", &chance::Estimate::ends)
      .def_readonly("broken", &chance::Estimate::broken)
      .def_readonly("probability", &chance::Estimate::probability)
      .def_readonly("low", &chance::Estimate::low)
      .def_readonly("high", &chance::Estimate::high);
  py::class_<Chance>(module, "Chance", "A property of a version while two sides of a room are apart.")
      .def(py::init<report::Workbench&, const std::string&, const std::string&,
                    const std::map<std::string, std::uint64_t>&, std::uint64_t, std::uint32_t>(),
           py::arg("bench"), py::arg("property"), py::arg("version"), py::arg("a_day"), py::arg("heals_a_day"),
           py::arg("events_most"), "Rates in thousandths a day. Error: StateroomError, an unknown name.")
      .def("exact", &Chance::exact, py::arg("states_most"), NoGil(), "The Markov chain, solved.")
      .def("estimate", &Chance::estimate, py::arg("seed"), py::arg("runs"), py::arg("copies"), NoGil(),
           "Multilevel splitting.");
}

}  // namespace stateroom::bindings
