#include "sim/network/network.h"

#include "model/base/error.h"

namespace stateroom::network {

Network::Network(std::uint32_t servers, const kernel::Streams& streams, const Link& link)
    : servers_(servers), links_(std::size_t{servers} * servers), stops_(std::size_t{servers} * servers) {
  for (std::uint32_t s = 0; s < servers; ++s) random_.push_back(streams.at("sender").at(s).random());
  add(link);
}

std::uint32_t Network::add(const Link& link) {
  kinds_.push_back(link);
  return static_cast<std::uint32_t>(kinds_.size() - 1);
}

Arrivals Network::send(ServerIndex from, ServerIndex to, Time now) {
  ++counts_.sent;
  const Link& link = kinds_[links_[at(from, to)]];
  kernel::Random& random = random_[from.at()];
  Arrivals out;
  if (!open(from, to)) {
    ++counts_.blocked;
    return out;
  }
  if (!healed_ && link.loss_of_1000 > 0 && random.chance(link.loss_of_1000, 1000)) {
    ++counts_.lost;
    return out;
  }
  const bool twice = link.duplicate_of_1000 > 0 && random.chance(link.duplicate_of_1000, 1000);
  counts_.duplicated += twice ? 1 : 0;
  out.count = twice ? 2 : 1;
  for (std::uint32_t i = 0; i < out.count; ++i) {
    out.times[i] = now + link.latency.draw(random);
    if (link.late_of_1000 > 0 && random.chance(link.late_of_1000, 1000))
      out.times[i] += static_cast<Time>(random.below(static_cast<std::uint64_t>(link.late_us_max) + 1));
  }
  return out;
}

void Network::start(ServerIndex from, ServerIndex to) {
  base::require(stops_[at(from, to)] > 0, "only a link that was stopped is started");
  --stops_[at(from, to)];
}

void Network::heal(std::span<const ServerIndex> core) {
  healed_ = true;
  healed_links_.assign(std::size_t{servers_} * servers_, false);
  for (const ServerIndex from : core) {
    for (const ServerIndex to : core) healed_links_[at(from, to)] = true;
  }
}

}  // namespace stateroom::network
