#include "model/graph/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

namespace stateroom::graph {
namespace {

std::vector<std::string_view> views(const std::vector<std::string>& ids) { return {ids.begin(), ids.end()}; }

std::string letters(const std::vector<std::string>& ids, const std::vector<Naming>& edges) {
  const auto order = topological_order(rank_by_bytes(views(ids)), edges);
  std::string out = order ? "" : "circle ";
  for (const std::uint32_t at : order ? *order : order.error()) out += ids[at];
  return out;
}

TEST(RankByBytes, ComparesAsUnsignedBytesAndAShorterIdFirst) {
  const std::vector<std::string> ids = {"$b", "$a\xc3\xa9", "$a", "", "$abcdefghij", "$abcdefghi", "!z", "$aZ"};
  std::vector<std::string> sorted = ids;
  std::sort(sorted.begin(), sorted.end(), [](const std::string& a, const std::string& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
      return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
    });
  });
  const auto ranks = rank_by_bytes(views(ids));
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(sorted[ranks[i]], ids[i]);
}

TEST(TopologicalOrder, IsTheSmallestByIdAmongAllPermutationsOfFourEvents) {
  const std::vector<std::string> ids = {"c", "a", "d", "b"};
  for (std::uint32_t drawing = 0; drawing < 64; ++drawing) {  // every acyclic graph over one numbering
    std::vector<Naming> edges;
    std::uint32_t bit = 0;
    for (std::uint32_t to = 0; to < 4; ++to) {
      for (std::uint32_t from = to + 1; from < 4; ++from, ++bit) {
        if ((drawing >> bit & 1) != 0) edges.emplace_back(from, to);
      }
    }
    std::vector<std::uint32_t> at = {1, 3, 0, 2};  // the permutation "abcd"
    std::string best;
    do {
      std::vector<std::uint32_t> place(4);
      for (std::uint32_t i = 0; i < 4; ++i) place[at[i]] = i;
      if (!std::ranges::all_of(edges, [&](const Naming& e) { return place[e.second] < place[e.first]; })) continue;
      std::string word;
      for (const std::uint32_t i : at) word += ids[i];
      if (best.empty() || word < best) best = word;
    } while (
        std::next_permutation(at.begin(), at.end(), [&](std::uint32_t a, std::uint32_t b) { return ids[a] < ids[b]; }));
    at = {1, 3, 0, 2};
    EXPECT_EQ(letters(ids, edges), best) << drawing;
  }
}

TEST(TopologicalOrder, ARepeatedEdgeIsOne) { EXPECT_EQ(letters({"a", "b"}, {{0, 1}, {0, 1}, {0, 1}}), "ba"); }

TEST(TopologicalOrder, ACycleIsAnErrorThatHasItsEvents) {
  EXPECT_EQ(letters({"a", "b", "c", "d"}, {{0, 1}, {1, 2}, {2, 1}, {3, 0}}), "circle bc");
  EXPECT_EQ(letters({"a"}, {{0, 0}}), "circle a");
}

TEST(TopologicalOrder, ALongChainAndALongCycleNeedNoStack) {
  std::vector<std::string> ids;
  std::vector<Naming> edges;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    ids.push_back("$" + std::to_string(i));
    if (i > 0) edges.emplace_back(i, i - 1);
  }
  const auto texts = views(ids);
  const auto ranks = rank_by_bytes(texts);
  const auto order = topological_order(ranks, edges);
  ASSERT_TRUE(order);
  std::vector<std::uint32_t> expected(ids.size());
  std::iota(expected.begin(), expected.end(), 0u);
  EXPECT_EQ(*order, expected);
  edges.emplace_back(0, 99'999);
  const auto circle = topological_order(ranks, edges);
  ASSERT_FALSE(circle);
  EXPECT_EQ(circle.error().size(), 100'000u);
}

}  // namespace
}  // namespace stateroom::graph
