// Checks a certificate of a bounded proof. No code of the rest of the workbench is used here, and none of a solver.
//
// In:  a folder as `stateroom prove --certificate` writes it.
// Out: what was checked, or the first thing that is wrong.
// Promise: "accepted" means: every shape of histories up to the bound, counted again here, has a file of clauses, and
// for
//          each of them every step of its proof follows from the clauses by unit propagation, down to the empty clause.
//          A step that does not is refused, whatever a cleverer checker would make of it.
#pragma once

#include <cstdint>
#include <string>

namespace stateroom::certificate {

struct Checked {
  bool accepted = false;
  std::string wrong;  // the first thing that is wrong; empty if accepted
  std::string property, version;
  std::uint64_t events = 0, shapes = 0, clauses = 0, steps = 0;
};

Checked check(const std::string& folder);

}  // namespace stateroom::certificate
