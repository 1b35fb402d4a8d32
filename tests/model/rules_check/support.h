// Texts for the tests of the checker: versions of the checkout, and small candidates written in place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/rules/diagnostic.h"
#include "model/rules/elaborate.h"
#include "model/rules/flatten.h"
#include "model/versions/registry.h"

namespace stateroom::rules {

const versions::Registry& registry();

/// A version of the checkout; a test fails if it does not load.
Version version(std::string_view name, std::string_view profile = {});
std::shared_ptr<const CoreVersion> core(const Version& version);

/// A candidate on room version 12 whose edits are `body`, checked; empty if nothing is wrong with it.
std::vector<Diagnostic> check(std::string_view body, std::string_view base = "12");
/// The same, flattened; a test fails if it does not load.
Version candidate(std::string_view body, std::string_view base = "12");

/// `body` without its first `@@`, and the line and column in the candidate where that stood (0 without one).
struct Marked {
  std::string body;
  std::uint32_t line = 0, column = 0;
};
Marked marked(std::string_view body);

}  // namespace stateroom::rules
