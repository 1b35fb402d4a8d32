#include "sim/explore/atlas.h"

#include <gtest/gtest.h>

#include "sim/explore/shrink.h"
#include "tests/sim/explore/support.h"

namespace stateroom::explore {
namespace {

SearchOptions options(std::uint32_t events, std::uint32_t part = 0, std::uint32_t parts = 1) {
  SearchOptions out;
  out.terms = terms({"honest-clock", "no-revocation", "linear-sender", "honest-auth-events", "linear-history"}, 1);
  out.events = events;
  out.part = part;
  out.parts = parts;
  return out;
}

using Counts = std::map<ClusterKey, std::uint64_t>;

Counts counts(const SearchOptions& of) {
  Studied studied("11", "key-lost");
  const auto atlas = atlas_of(*studied.stage, studied.study, of);
  EXPECT_TRUE(atlas && atlas->complete);
  Counts out;
  for (const auto& [key, cluster] : atlas->clusters) out[key] = cluster.histories;
  return out;
}

TEST(Atlas, PartsTogetherAreTheWhole) {
  const Counts whole = counts(options(3));
  ASSERT_GT(whole.size(), 1u);
  Counts sum;
  for (std::uint32_t part = 0; part < 4; ++part) {
    for (const auto& [key, histories] : counts(options(3, part, 4))) sum[key] += histories;
  }
  EXPECT_EQ(sum, whole);
}

TEST(Atlas, TheFirstOfEachClusterIsAFind) {
  Studied studied("11", "key-lost");
  const SearchOptions of = options(3);
  const auto atlas = atlas_of(*studied.stage, studied.study, of);
  ASSERT_TRUE(atlas);
  for (const auto& [key, cluster] : atlas->clusters) {
    EXPECT_TRUE(*breaks(*studied.stage, cluster.first, of.terms));
    EXPECT_FALSE(key.keys.empty());
    EXPECT_FALSE(key.refused.empty());
  }
}

TEST(Atlas, AVersionWithoutFindsHasNoClusters) {
  Studied studied("12", "key-lost");
  const auto atlas = atlas_of(*studied.stage, studied.study, options(3));
  ASSERT_TRUE(atlas);
  EXPECT_TRUE(atlas->clusters.empty());
  EXPECT_EQ(atlas->levels.back().histories, 1757u);
}

TEST(GuidedSearch, KeepsWhatIsNewAndDependsOnTheSeedAlone) {
  const auto run = [](std::uint64_t seed) {
    Studied studied("12", "key-lost");
    SearchOptions of;
    of.terms = terms({"honest-clock", "no-revocation"});
    of.events = 6;
    of.seed = seed;
    of.histories_max = 400;
    const auto outcome = search_guided(*studied.stage, studied.study, of);
    EXPECT_TRUE(outcome && !outcome->find);
    return std::tuple(outcome->progress.questions, outcome->progress.features, outcome->progress.corpus);
  };
  const auto one = run(1);
  EXPECT_GT(std::get<1>(one), 50u);
  EXPECT_GT(std::get<2>(one), 20u);
  EXPECT_LT(std::get<2>(one), 400u);
  EXPECT_EQ(one, run(1));
  EXPECT_NE(one, run(2));
}

TEST(GuidedSearch, WhatItFindsKeepsToItsTerms) {
  const auto terms_of =
      terms({"honest-clock", "no-revocation", "linear-sender", "honest-auth-events", "linear-history"});
  Studied studied("12", "rollback");
  SearchOptions of;
  of.terms = terms_of;
  of.events = 6;
  of.seed = 1;
  of.histories_max = 20'000;
  const auto outcome = search_guided(*studied.stage, studied.study, of);
  ASSERT_TRUE(outcome && outcome->find);
  EXPECT_TRUE(*breaks(*studied.stage, *outcome->find, terms_of));
}

}  // namespace
}  // namespace stateroom::explore
