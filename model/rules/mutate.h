// Mutants: a version with one small mistake, as somebody who writes or implements it could make it.
//
// In:  a flattened version.
// Out: every mutant of its rules, auth events selection, checks on receipt, definitions, redaction, state before and
//      resolution, each with the label of what it changes, what was done in words, and the text before and after.
// Promise: the order is that of the text, so the same text gives the same mutants; a mutant prints otherwise than the
//      version. Whether it checks is `elaborate`'s to say: some do not (an order needs its keys), and are no mutants.
#pragma once

#include <string>
#include <vector>

#include "model/rules/version_text.h"

namespace stateroom::rules {

struct Mutant {
  SectionName section;
  std::string label;          // of the rule, or the definition's name
  std::string number;         // of the rule, empty if it has none
  std::string operation;      // "dropped", "negated", "< for <=", …
  std::string before, after;  // one line each; `after` is empty if it was dropped
  // The section's entries with the mistake in them; one of the two is filled.
  std::vector<Rule> rules;
  std::vector<DefinitionEntry> definitions;
};

std::vector<Mutant> mutants(const Version& version);

/// The version with the mutant's section in the place of its own.
Version apply(const Version& version, const Mutant& mutant);

}  // namespace stateroom::rules
