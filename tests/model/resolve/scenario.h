// The files of tests/scenarios.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace stateroom::testing {

/// The bytes of a scenario in a version that it is drawn in.
std::string scenario(const std::string& name, const std::string& version);
/// The names of all scenarios.
std::vector<std::string> scenarios();
/// Event id → the name that the drawing has for it.
std::map<std::string, std::string> names_of(const std::string& bytes);

}  // namespace stateroom::testing
