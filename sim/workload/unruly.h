// People who try what the rules merely do not forbid, and clients with mistakes. Only sim/workload includes this.
//
// In:  an idea of `People`, or the auth_events that a step would cite. Out: the same made odd.
// Promise: what is odd is still an event of the version's format; whether the rules allow it is not asked here.
#pragma once

#include <string>
#include <vector>

#include "sim/kernel/random.h"
#include "sim/workload/plan.h"

namespace stateroom::workload {

class Unruly {
 public:
  Unruly(const rules::CoreVersion& version, std::uint64_t seed, std::uint32_t of_100);
  /// Makes an idea odd: levels of other types, other state_keys, memberships and join rules that nobody knows.
  void change(Step& idea);
  /// The first events of a room, odd in some rooms: without join rules, with more creators, without federation.
  std::vector<Step> beginning(std::vector<Step> usual, const std::vector<std::string>& people);
  /// Auth events with one older or left out, as a server that lags behind or wants an old state cites them; nothing if
  /// these are to be as they are.
  std::optional<std::vector<std::uint32_t>> cite(const std::vector<std::uint32_t>& selection,
                                                 const std::vector<Step>& steps);

 private:
  void spoil_levels(PowerLevels& levels);
  std::string odd_level();

  const rules::CoreVersion& version_;
  std::uint32_t of_100_;
  kernel::Random random_, citing_;
};

}  // namespace stateroom::workload
