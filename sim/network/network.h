// The links between servers: how long messages take, and which get lost, come twice, come late or do not go at all.
//
// In:  for each message its sender, receiver and time.
// Out: when it arrives: never, once or twice.
// Promise: the numbers of one sender do not depend on what others send.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "model/base/index.h"
#include "sim/kernel/streams.h"
#include "sim/network/latency.h"

namespace stateroom::network {

using ServerIndex = base::Index<struct ServerTag>;

struct Link {
  Latency latency;
  std::uint32_t loss_of_1000 = 0;
  std::uint32_t duplicate_of_1000 = 0;
  std::uint32_t late_of_1000 = 0;  // messages that need up to `late_us_max` more, so that later ones overtake them
  Time late_us_max = 10 * kernel::kSecond;
};

struct Arrivals {
  std::uint32_t count = 0;
  std::array<Time, 2> times{};
};

class Network {
 public:
  Network(std::uint32_t servers, const kernel::Streams& streams, const Link& link);
  std::uint32_t servers() const { return servers_; }
  void set_link(ServerIndex from, ServerIndex to, const Link& link) { links_[at(from, to)] = add(link); }

  Arrivals send(ServerIndex from, ServerIndex to, Time now);

  /// A link may be stopped several times, by several faults; it is open again when each of them has started it.
  void stop(ServerIndex from, ServerIndex to) { ++stops_[at(from, to)]; }
  void start(ServerIndex from, ServerIndex to);
  bool open(ServerIndex from, ServerIndex to) const {
    return healed_ ? healed_links_[at(from, to)] : stops_[at(from, to)] == 0;
  }
  /// From now on links between servers of the core are open, without loss, and all others are stopped, for good: what a
  /// run ends with before it asks whether the core agrees.
  void heal(std::span<const ServerIndex> core);
  bool healed() const { return healed_; }

  struct Counts {
    std::uint64_t sent = 0, lost = 0, blocked = 0, duplicated = 0;
  };
  const Counts& counts() const { return counts_; }

 private:
  std::size_t at(ServerIndex from, ServerIndex to) const { return from.at() * servers_ + to.at(); }
  std::uint32_t add(const Link& link);

  std::uint32_t servers_;
  std::vector<kernel::Random> random_;  // by sender
  std::vector<Link> kinds_;
  std::vector<std::uint32_t> links_;  // into kinds_, by sender and receiver
  std::vector<std::uint16_t> stops_;
  bool healed_ = false;
  std::vector<bool> healed_links_;
  Counts counts_;
};

}  // namespace stateroom::network
