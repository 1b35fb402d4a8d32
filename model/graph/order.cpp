#include "model/graph/order.h"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/range/iterator_range.hpp>
#include <numeric>
#include <queue>
#include <string>

namespace stateroom::graph {

namespace {

using Csr = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                               boost::no_property, std::uint32_t, std::uint32_t>;

// The first eight bytes after the sigil as a number of the same order; most comparisons end here.
std::uint64_t prefix_of(std::string_view id) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 1; i <= 8; ++i) {
    prefix = (prefix << 8) | (i < id.size() ? static_cast<unsigned char>(id[i]) : 0);
  }
  return prefix;
}

// A cycle among the events that could not be placed: each of them names another such event, so going from one to the
// next must come back. Starts at the event of least rank, goes to the one of least rank: the answer is one.
std::vector<std::uint32_t> cycle_of(const Csr& names, std::span<const std::uint32_t> ranks,
                                    const std::vector<std::uint32_t>& missing) {
  const auto next = [&](std::uint32_t from) {
    std::uint32_t best = from;
    bool found = false;
    for (const auto edge : boost::make_iterator_range(out_edges(from, names))) {
      const std::uint32_t to = target(edge, names);
      if (missing[to] > 0 && (!found || ranks[to] < ranks[best])) {
        best = to;
        found = true;
      }
    }
    return best;
  };
  std::uint32_t at = 0;
  bool found = false;
  for (std::uint32_t i = 0; i < missing.size(); ++i) {
    if (missing[i] > 0 && (!found || ranks[i] < ranks[at])) {
      at = i;
      found = true;
    }
  }
  std::vector<bool> seen(missing.size(), false);
  for (; !seen[at]; at = next(at)) seen[at] = true;
  std::vector<std::uint32_t> cycle{at};
  for (std::uint32_t one = next(at); one != at; one = next(one)) cycle.push_back(one);
  return cycle;
}

}  // namespace

std::vector<std::uint32_t> rank_by_bytes(std::span<const std::string_view> ids) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order(ids.size());
  for (std::uint32_t i = 0; i < ids.size(); ++i) order[i] = {prefix_of(ids[i]), i};
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    // The sigil is compared with the rest: ids given from outside may start with anything.
    if (ids[a.second].substr(0, 1) == ids[b.second].substr(0, 1) && a.first != b.first) return a.first < b.first;
    return ids[a.second] < ids[b.second];
  });
  std::vector<std::uint32_t> ranks(ids.size());
  for (std::uint32_t place = 0; place < order.size(); ++place) ranks[order[place].second] = place;
  return ranks;
}

std::expected<std::vector<std::uint32_t>, std::vector<std::uint32_t>> topological_order(
    std::span<const std::uint32_t> ranks, std::span<const Naming> edges) {
  const auto count = static_cast<std::uint32_t>(ranks.size());
  const Csr names(boost::edges_are_unsorted_multi_pass, edges.begin(), edges.end(), count);
  std::vector<Naming> turned(edges.size());
  std::ranges::transform(edges, turned.begin(), [](const Naming& edge) { return Naming{edge.second, edge.first}; });
  const Csr named_by(boost::edges_are_unsorted_multi_pass, turned.begin(), turned.end(), count);

  // Kahn's algorithm; missing[i]: how many times i names an event that has no place yet.
  std::vector<std::uint32_t> missing(count);
  std::vector<std::uint32_t> at_rank(count);
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> ready;
  for (std::uint32_t i = 0; i < count; ++i) {
    at_rank[ranks[i]] = i;
    missing[i] = static_cast<std::uint32_t>(out_degree(i, names));
    if (missing[i] == 0) ready.push(ranks[i]);
  }
  std::vector<std::uint32_t> order;
  order.reserve(count);
  while (!ready.empty()) {
    const std::uint32_t next = at_rank[ready.top()];
    ready.pop();
    order.push_back(next);
    for (const auto edge : boost::make_iterator_range(out_edges(next, named_by))) {
      const std::uint32_t by = target(edge, named_by);
      if (--missing[by] == 0) ready.push(ranks[by]);
    }
  }
  if (order.size() < count) return std::unexpected(cycle_of(names, ranks, missing));
  return order;
}

}  // namespace stateroom::graph
