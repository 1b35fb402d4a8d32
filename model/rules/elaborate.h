// The checker: a flattened version in, the typed, inlined version out, or all that is wrong with the text.
//
// In:  a Version (flatten.h).
// Out: a CoreVersion for every use of the text, or the errors, sorted by place.
// Promise: what LANGUAGE.md calls an error is one: unknown names, types, reads that may be missing where a value is
// needed,
//      restrictions Q1-Q4, names in a circle, orders used as sets. Work is bounded by `Limits::text_nodes_max`.
#pragma once

#include <expected>
#include <memory>
#include <vector>

#include "model/base/limits.h"
#include "model/rules/core.h"
#include "model/rules/diagnostic.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

std::expected<std::shared_ptr<const CoreVersion>, std::vector<Diagnostic>> elaborate(const Version& version,
                                                                                     const base::Limits& limits = {});

/// The functions that the language has; no name of a text may be one of these.
const std::vector<std::string>& primitive_names();

}  // namespace stateroom::rules
