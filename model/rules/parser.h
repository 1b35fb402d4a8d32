// Text to syntax tree: a recursive-descent parser with one token of lookahead.
//
// In:  the bytes of one `.room` file (grammar: model/rules/README.md).
// Out: the file's tree, or all errors found, in text order.
// Promise: no text makes it crash, loop or use more than a small multiple of its own size; after an error it goes on
// with the next entry, and at most `Limits::text_errors_max` errors are kept.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "model/base/error.h"
#include "model/base/limits.h"
#include "model/rules/syntax.h"

namespace stateroom::rules {

using Errors = std::vector<base::Error>;

/// Parses a whole file. `file_name` stands in the places of errors and nodes.
std::expected<File, Errors> parse(std::string_view text, std::string_view file_name, const base::Limits& limits = {});

/// Parses one expression, as it may stand right of `=` in a definition.
std::expected<ExprPtr, Errors> parse_expression(std::string_view text, std::string_view file_name,
                                                const base::Limits& limits = {});

/// Parses one entry (or rule) of a section, written as in that section.
std::expected<Entry, Errors> parse_entry(const SectionName& section, std::string_view text, std::string_view file_name,
                                         const base::Limits& limits = {});

}  // namespace stateroom::rules
