// Syntax tree to text.
//
// In:  any node of model/rules/syntax.h, a file, or a flattened version.
// Out: canonical text: one layout for every tree, so that equal trees give equal bytes.
// Promise: parse(print(x)) is x for every x that the parser gave; print is total.
#pragma once

#include <string>
#include <string_view>

#include "model/rules/syntax.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

/// On one line, with no more parentheses than the grammar needs.
std::string print(const ExprPtr& expr);
std::string print(const TypePtr& type);
std::string print(const Head& head);  // `when C`, `for each (a, b) in E`
/// What stands right of the colon of a leaf: `reject if C`, with its head if it has one.
std::string print_leaf(const Rule& rule);
/// One entry with its nested lines, indented by `depth` levels of two spaces; ends with a newline.
std::string print(const SectionName& section, const Entry& entry, int depth = 0);
std::string print(const SectionName& section, const Rule& rule, int depth = 0);

/// The canonical text of a flattened version: head (name, identifier, line) and every section that has entries, in the
/// order of the language's list of sections. This is what the two SHA-256 are of.
std::string print(const Version& version);
/// The text of one section of a flattened version, with its heading; kContent without an argument gives all of them.
std::string print_section(const Version& version, const SectionName& section);

/// A file as `format` writes it: aligned columns, lines of at most 120 bytes where an expression can be broken,
/// comments kept with the line they stood on, blank lines kept, which divide what is aligned. Formatting twice gives
/// the same bytes.
std::string format(const File& file);

/// A string as a literal of the language, with quotes.
std::string quote(std::string_view text);

}  // namespace stateroom::rules
