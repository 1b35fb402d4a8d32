// An atlas: all finds of an exhaustive search, put together by the rules that decided them.
//
// In:  a stage, the study, the options of an exhaustive search, a part of it.
// Out: clusters. Two finds are in one cluster if the same kinds of keys break the property, the same rules refused
//      events in the merge, and the flips of the same rules would have avoided it.
// Promise: every history of the part is asked; a history counts once, by the first merge of its newest event that
//      breaks the property. The parts together are the whole: part k holds the histories whose first event after the
//      prefix is number k, k + parts, … of those that the rules and the terms let stand.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/explore/account.h"

namespace stateroom::explore {

struct ClusterKey {
  std::uint32_t events = 0;                      // of the histories, after the prefix
  std::vector<std::string> keys;                 // types of what breaks the property, sorted
  std::vector<std::string> refused, avoided_by;  // rules by label, sorted
  auto operator<=>(const ClusterKey&) const = default;
};

struct Cluster {
  std::uint64_t histories = 0;
  Find first;  // in the order of the search
};

struct Atlas {
  std::map<ClusterKey, Cluster> clusters;
  std::vector<Level> levels;
  bool complete = false;
};

/// `options.part` of `options.parts`. Error: kLimit of a resolution.
base::Result<Atlas> atlas_of(Stage& stage, Study& study, SearchOptions options);

}  // namespace stateroom::explore
