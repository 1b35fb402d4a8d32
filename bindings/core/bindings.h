// The functions that fill the module stateroom._core, one a folder, in the order of the layers.
//
// In:  the libraries of model/ and sim/.
// Out: their types and functions under the same names in Python. Only names, conversions and docstrings live here:
//      nothing is decided in a binding.
#pragma once

#include <pybind11/pybind11.h>

namespace stateroom::bindings {

/// Which build this is: `version`, `commit`, `z3_version()`, `compiler`.
void bind_build_info(pybind11::module_& module);
/// Errors of the library become exceptions of the package.
void bind_errors();

/// `Decider`: what `stateroom prove` asks of small histories.
void bind_bounded(pybind11::module_& module);

/// `redact`, `event_id`, `content_hash`, `canonical_json`, …: one PDU under a version.
void bind_event(pybind11::module_& module);

/// `Chance`: how often merges break a property under honest behaviour.
void bind_chance(pybind11::module_& module);

/// `Explorer`, `replay_history`, `diagnose_history`: properties, and histories that break them.
void bind_explore(pybind11::module_& module);

/// `HistoryFile`, `HistoryView`, `StateView`, `ResolutionView`: histories as objects.
void bind_history(pybind11::module_& module);

/// `TextTree`, `parse_text`, `format_text`: room version texts.
void bind_rules(pybind11::module_& module);

/// Answers of commands: `Workbench`, `Answers`, `list_errors`.
void bind_report(pybind11::module_& module);

/// `VetWork`, `vet_check`: what `stateroom vet` asks.
void bind_search(pybind11::module_& module);

/// `RoomBuilder`: rooms made event by event.
void bind_workload(pybind11::module_& module);

/// `show_history`, `replay_auth`, `redraw_history`: files read again from their bytes.
void bind_show(pybind11::module_& module);

/// `Simulation`, `scenarios`: federations in virtual time.
void bind_simulate(pybind11::module_& module);

/// `Mutants`: what `stateroom mutants` asks.
void bind_mutants(pybind11::module_& module);

/// `Prover`: what `stateroom prove` asks.
void bind_prove(pybind11::module_& module);

}  // namespace stateroom::bindings
