// Evidence for a bounded proof that somebody else can check: a file of clauses and a proof for each shape.
//
// In:  a stage, terms, a bound up to which a property was proved.
// Out: a folder: `certificate.txt` says what was asked and lists the shapes; for each shape a DIMACS file, whose
//      comments name the variables, and a binary DRAT file.
// Promise: every proof comes from one run on the clauses of its file alone, whatever the answer before it came from.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/decide/decide.h"

namespace stateroom::decide {

struct Certified {
  bool complete = false;  // every shape has its proof; else somebody stopped it, or a limit was reached
  std::uint64_t shapes = 0;
};

/// `about`: what is written beside the bound and the hypotheses, as (word, value). Errors: kFile.
base::Result<Certified> certify(explore::Stage& stage, explore::Study& study, const Options& options,
                                const std::vector<std::pair<std::string, std::string>>& about,
                                const std::string& folder);

}  // namespace stateroom::decide
