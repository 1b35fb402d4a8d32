#include "bindings/core/bindings.h"

PYBIND11_MODULE(_core, module) {
  module.doc() =
      "The C++ core of Stateroom. The package `stateroom` is what to import; this module is what it stands on.";
  stateroom::bindings::bind_errors();
  stateroom::bindings::bind_build_info(module);
  stateroom::bindings::bind_show(module);
  stateroom::bindings::bind_mutants(module);
  stateroom::bindings::bind_prove(module);
  stateroom::bindings::bind_rules(module);
  stateroom::bindings::bind_report(module);
  stateroom::bindings::bind_search(module);
  stateroom::bindings::bind_bounded(module);
  stateroom::bindings::bind_event(module);
  stateroom::bindings::bind_chance(module);
  stateroom::bindings::bind_explore(module);
  stateroom::bindings::bind_history(module);
  stateroom::bindings::bind_workload(module);
  stateroom::bindings::bind_simulate(module);
}
