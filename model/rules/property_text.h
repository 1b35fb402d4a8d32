// A property about resolution as a text of the language: what is asked of a merge, with the names of the version's own
// section `resolution`.
//
// In:  the bytes of one `.property` file:
//
//        property "key-lost" id "D1"
//          says "a key that every state set has is in the result"
//          formula "for every key k: k in dom S for every state set S implies k in dom result"
//          resolution
//            violations = …
//
// Out: its tree; and a version with its names behind those of the section `resolution`.
// Promise: the property holds of a merge where `violations`, a set of events, is empty. A version with a property
//          resolves as it does without, and keeps its hashes.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/limits.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

/// The name whose value shows where a property does not hold.
constexpr std::string_view kViolations = "violations";

struct PropertyText {
  Location location;
  std::string name, id, says, formula;
  std::vector<DefinitionEntry> names;
  std::string sha256;  // of the bytes, hexadecimal
};

/// All errors found; also where there is no `violations`.
std::expected<PropertyText, Errors> parse_property(std::string_view text, std::string_view file_name,
                                                   const base::Limits& limits = {});

/// The version with the property's names. Whether they can be computed is the checker's to say (elaborate.h).
Version with_property(Version version, const PropertyText& property);

}  // namespace stateroom::rules
