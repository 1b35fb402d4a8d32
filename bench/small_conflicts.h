// The scenarios that the goal for small conflicts is about.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/model/resolve/support.h"

namespace stateroom::bench {

/// A scenario, read, with its state sets as states.
struct SmallConflict {
  std::string name;
  std::unique_ptr<testing::Lab> lab;
  std::vector<graph::State> states;
};

/// The scenarios of a version with 9 to 14 events and 2 or 3 state sets, by name.
std::vector<SmallConflict> small_conflicts(const std::string& version);

}  // namespace stateroom::bench
