#include "sim/network/faults.h"

#include <algorithm>

namespace stateroom::network {
namespace {

void add(std::vector<LinkChange>& out, ServerIndex from, ServerIndex to, Time begin, std::optional<Time> end) {
  if (from == to) return;
  out.push_back({begin, from, to, true});
  if (end) out.push_back({*end, from, to, false});
}

void shuffle(std::vector<std::size_t>& order, kernel::Random& random) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
}

void sort_by_time(std::vector<LinkChange>& changes) { std::ranges::stable_sort(changes, {}, &LinkChange::at); }

}  // namespace

std::vector<LinkChange> one_way(const Servers& from, const Servers& to, Time begin, std::optional<Time> end) {
  std::vector<LinkChange> out;
  for (const ServerIndex one : from) {
    for (const ServerIndex other : to) add(out, one, other, begin, end);
  }
  sort_by_time(out);
  return out;
}

std::vector<LinkChange> partition(std::span<const Servers> groups, Time begin, std::optional<Time> end) {
  std::vector<LinkChange> out;
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (std::size_t b = 0; b < groups.size(); ++b) {
      if (a == b) continue;
      const auto links = one_way(groups[a], groups[b], begin, end);
      out.insert(out.end(), links.begin(), links.end());
    }
  }
  sort_by_time(out);
  return out;
}

std::vector<LinkChange> swizzle(const Servers& servers, Time begin, Time end, kernel::Random& random) {
  std::vector<std::pair<ServerIndex, ServerIndex>> links;
  for (const ServerIndex from : servers) {
    for (const ServerIndex to : servers) {
      if (from != to) links.emplace_back(from, to);
    }
  }
  std::vector<LinkChange> out;
  if (links.empty()) return out;
  std::vector<std::size_t> order(links.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto count = static_cast<Time>(links.size());
  const Time half = (end - begin) / 2;
  for (const bool stops : {true, false}) {
    shuffle(order, random);
    for (Time i = 0; i < count; ++i) {
      const auto& [from, to] = links[order[static_cast<std::size_t>(i)]];
      out.push_back({begin + (stops ? 0 : half) + half / count * i, from, to, stops});
    }
  }
  sort_by_time(out);
  return out;
}

std::vector<Servers> split(Servers servers, bool isolate_one, kernel::Random& random) {
  for (std::size_t i = servers.size(); i > 1; --i) std::swap(servers[i - 1], servers[random.below(i)]);
  const std::size_t first =
      isolate_one || servers.size() < 2 ? 1 : 1 + static_cast<std::size_t>(random.below(servers.size() - 1));
  const auto middle = servers.begin() + static_cast<std::ptrdiff_t>(std::min(first, servers.size()));
  return {Servers(servers.begin(), middle), Servers(middle, servers.end())};
}

}  // namespace stateroom::network
