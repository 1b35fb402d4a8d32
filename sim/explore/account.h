// Why a find came out as it did: the event from which on it could no longer be avoided, and the rules that decided it.
//
// In:  a stage on which a find stands, the study whose vocabulary says what else somebody could have done, the terms.
// Out: the critical event, what would have mended the find before the merge, the rules whose flip would have avoided
// it. Promise: exact within its scope, not a guess by statistics; what a limit cut off is said to be so.
//
// The critical event is the earliest one after which the property is broken whatever its people do: every later event
// is replaced by each other one of the vocabulary that the same person can send there for the same key (other levels,
// another join rule, leave for join), in all combinations that the rules and the terms let stand, and each breaks it.
// Where no such thing avoids it, every other act of the same person counts (a topic for levels). That people do nothing
// is left out: a shrunk find is avoided by leaving out any of its events.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/explore/search.h"

namespace stateroom::explore {

/// An event of a find and another act in its place.
using Instead = std::pair<std::uint32_t, std::uint32_t>;

struct Critical {
  std::uint32_t event = 0;
  bool same_key = true;          // `instead` is at the same keys
  std::vector<Instead> instead;  // with these from the critical event on, the property holds
};

/// One event more on one of the branches, before they are merged, with which the property holds.
struct Mend {
  std::uint32_t after = 0, act = 0;
};

/// A rule that decided in the merge.
struct RuleFlip {
  rules::RuleIndex rule;
  std::vector<std::uint32_t> allowed, refused;  // events of the find that it decided about, ascending
  bool avoids = false;                          // the property holds where its decisions count as their opposite
};

struct Account {
  std::optional<Critical> critical;  // none: there is no such event, or the limit was met
  bool limited = false;
  std::uint64_t tried = 0;  // histories
  std::optional<Mend> mend;
  std::vector<RuleFlip> flips;  // in the order of the text
};

/// Each rule that decides in the merge of these states, flipped. Error: kLimit.
base::Result<std::vector<RuleFlip>> flips_of(Stage& stage, std::span<const State> states);

/// `find` breaks the property under the terms; it stands on the stage afterwards. `tried_most`: histories that are
/// tried in search of the critical event. Error: kLimit of a resolution.
base::Result<Account> account_of(Stage& stage, Study& study, const Find& find, const properties::Terms& terms,
                                 std::uint64_t tried_most = 200'000);

}  // namespace stateroom::explore
