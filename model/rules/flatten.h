// Edits to a flattened version: `extends`, edits, included edits, errata, readings, numbers.
//
// In:  the trees of a text and of what it extends or includes, given by name.
// Out: a Version, or all errors found.
// Promise: edits apply in text order; an edit that does not fit (inserts what exists, changes what does not, names an
// anchor that is no sibling) is an error with its place. Without errata an edit whose target or anchor exists only by
// an erratum is left out too. Choices of readings are applied last.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "model/base/limits.h"
#include "model/rules/parser.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

/// Where the texts that `extends`, `include` and `replace section … from` name come from.
class TextSource {
 public:
  virtual ~TextSource() = default;
  /// The parsed text of this name; kUnknownVersion with the nearest names as hint if there is none.
  virtual std::expected<std::shared_ptr<const File>, Errors> file(std::string_view name) const = 0;
  /// The names of all texts, in one order.
  virtual std::vector<std::string> names() const = 0;
};

struct LoadOptions {
  bool errata = true;
  /// A profile ("synapse"); empty or "default": each reading's default; "text": no choice is applied, the text as
  /// written.
  std::string profile;
  /// Single choices, over the profile. A reading or choice that the text does not have is kUnknownReading.
  std::map<std::string, std::string> readings;
  base::Limits limits;
};

/// Flattens a file that was parsed already (a candidate), looking up what it extends in `source`.
std::expected<Version, Errors> flatten(const File& file, const TextSource& source, const LoadOptions& options = {});
/// Flattens the text of this name.
std::expected<Version, Errors> load(std::string_view name, const TextSource& source, const LoadOptions& options = {});

}  // namespace stateroom::rules
