// A version in English.
//
// In:  a flattened version, or parts of it.
// Out: Markdown in our words, for someone who knows Matrix: the specification's terms, never its sentences.
// Promise: total and deterministic; every rule has its number; what edits of this text (not of its bases) added or
// changed is marked
//      with its owner.
#pragma once

#include <string>
#include <string_view>

#include "model/rules/version_text.h"

namespace stateroom::rules {

struct SayOptions {
  bool labels = false;  // each rule's label after its number
  bool marks = true;    // what this text's own edits added or changed
};

/// A whole version: every section that has entries, with headings.
std::string say(const Version& version, const SayOptions& options = {});
/// One section, without its heading. kContent without an argument gives all types.
std::string say(const Version& version, const SectionName& section, const SayOptions& options = {});
/// One rule of `rules` and what it holds.
std::string say(const Version& version, const Rule& rule, const SayOptions& options = {});
/// An expression: a value as a noun phrase, a condition as a clause ("the membership of the `sender` is not `join`").
std::string say(const Version& version, const ExprPtr& expr);

}  // namespace stateroom::rules
