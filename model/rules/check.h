// All that is to be said about one text: what `stateroom check` prints.
//
// In:  the bytes of a `.room` file, and the texts that it extends.
// Out: errors and lints, by place; no error means that the text can be used, in every choice of its readings.
// Promise: total and deterministic. With errors there are no lints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/base/limits.h"
#include "model/rules/core.h"
#include "model/rules/diagnostic.h"
#include "model/rules/flatten.h"

namespace stateroom::rules {

/// `file_name` stands in the places. The text is checked as it is written, with each reading's default, with every
/// other choice of a reading one at a time, and without errata.
std::vector<Diagnostic> check(std::string_view text, std::string_view file_name, const TextSource& texts,
                              const base::Limits& limits = {});
/// The same of a text that was parsed already.
std::vector<Diagnostic> check(const File& file, const TextSource& texts, const base::Limits& limits = {});

/// What is no error in a text that checks, of its meaning (lint.h) and of its lineage (lint_lineage.h), by place.
std::vector<Diagnostic> lints(const File& file, const Version& version, const CoreVersion& core,
                              const TextSource& texts);
/// The lints of the text that this one extends, errata included; empty if it extends none, or one that does not check.
std::vector<Diagnostic> lints_of_base(const File& file, const TextSource& texts, const base::Limits& limits = {});
/// Of `found`, what `known` does not have, wherever it stands there; a lint that lists less than a known one is no new
/// one.
std::vector<Diagnostic> new_among(std::vector<Diagnostic> found, const std::vector<Diagnostic>& known);

}  // namespace stateroom::rules
