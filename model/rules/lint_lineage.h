// Lints that need other texts: what a text is called and what it comes from.
#pragma once

#include <vector>

#include "model/rules/diagnostic.h"
#include "model/rules/flatten.h"

namespace stateroom::rules {

/// shared-identifier and crossed-line. `version` is `file`, flattened.
std::vector<Diagnostic> lint_lineage(const File& file, const Version& version, const TextSource& texts);

}  // namespace stateroom::rules
