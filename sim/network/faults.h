// Plans of what goes wrong: which links stop when, and when they start again.
//
// In:  servers, times, a random stream. Out: changes of links in order of time.
// Promise: each stop has its start, unless the fault has no end.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "sim/network/network.h"

namespace stateroom::network {

using Servers = std::vector<ServerIndex>;

struct LinkChange {
  Time at = 0;
  ServerIndex from, to;
  bool stops = true;
};

/// No message goes from one group to another, in either direction.
std::vector<LinkChange> partition(std::span<const Servers> groups, Time begin, std::optional<Time> end);
/// No message goes from one of `from` to one of `to`; the other direction is untouched.
std::vector<LinkChange> one_way(const Servers& from, const Servers& to, Time begin, std::optional<Time> end);
/// The links between these servers stop one by one in the first half of the time and come back in another order in the
/// second, so that the network goes through many shapes.
std::vector<LinkChange> swizzle(const Servers& servers, Time begin, Time end, kernel::Random& random);
/// Servers in two groups: of a random size, or the first of them alone.
std::vector<Servers> split(Servers servers, bool isolate_one, kernel::Random& random);

}  // namespace stateroom::network
