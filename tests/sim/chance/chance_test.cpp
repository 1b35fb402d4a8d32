#include <gtest/gtest.h>

#include <cmath>

#include "sim/chance/exact.h"
#include "sim/chance/splitting.h"
#include "tests/sim/explore/support.h"

namespace stateroom::chance {
namespace {

using explore::Kind;
using explore::Studied;

Behaviour behaviour(std::uint32_t events, std::initializer_list<std::pair<Kind, std::uint64_t>> a_day) {
  Behaviour out;
  out.events_most = events;
  out.heals_a_day = 4000;
  for (const auto& [kind, rate] : a_day) out.a_day[static_cast<std::size_t>(kind)] = rate;
  return out;
}

/// Moderation during partitions of six hours in the mean.
Behaviour moderation(std::uint32_t events) {
  return behaviour(events, {{Kind::kPowerLevels, 6000}, {Kind::kTopic, 6000}, {Kind::kBan, 6000}, {Kind::kKick, 3000}});
}

TEST(ExactChance, APartitionInWhichNothingIsDoneBreaksNothing) {
  Studied studied("11", "ban-holds");
  const Behaviour quiet = behaviour(2, {});
  Partition partition(*studied.stage, studied.study, quiet);
  const auto answer = exact(partition);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->states, 1u);
  EXPECT_EQ(answer->broken_per_merge, 0);
  EXPECT_DOUBLE_EQ(answer->partition_days, 0.25);
  EXPECT_TRUE(std::isinf(answer->days_until_broken));
}

TEST(ExactChance, OneKindOfEventIsCountedByHand) {
  // Topics alone, one at most: the sides differ as soon as one is set, with probability 12 / (12 + 4).
  Studied studied("11", "ban-holds");
  const Behaviour topics = behaviour(1, {{Kind::kTopic, 12000}});
  Partition partition(*studied.stage, studied.study, topics);
  const auto answer = exact(partition);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->states, 3u);  // nothing, a topic of A, a topic of B
  EXPECT_NEAR(answer->diverged_per_partition, 0.75, 1e-12);
  EXPECT_NEAR(answer->partition_days, 0.25, 1e-12);
  // A step takes 1/16 of a day, and divergence 1/0.75 of them.
  EXPECT_NEAR(answer->days_until_divergence, 1.0 / 12, 1e-12);
}

TEST(ExactChance, TimesAndProbabilitiesAgree) {
  Studied studied("11", "ban-holds");
  const Behaviour rates = moderation(3);
  Partition partition(*studied.stage, studied.study, rates);
  const auto answer = exact(partition);
  ASSERT_TRUE(answer);
  EXPECT_GT(answer->states, 1000u);
  ASSERT_GT(answer->broken_per_merge, 0);
  // Partitions follow each other, each of a room like the first: the mean number of them is one over the probability.
  EXPECT_NEAR(answer->days_until_broken, answer->partition_days / answer->broken_per_merge,
              1e-6 * answer->days_until_broken);
}

TEST(ExactChance, TooManyStatesAreALimit) {
  Studied studied("11", "ban-holds");
  const Behaviour rates = moderation(3);
  Partition partition(*studied.stage, studied.study, rates);
  const auto answer = exact(partition, 100);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::ErrorCode::kLimit);
}

/// How many of the seeds 1 to 20 have an interval of 99 % that covers the exact value.
int covered(const std::string& version, const std::string& property, const Behaviour& rates, std::uint32_t copies) {
  Studied studied(version, property);
  Partition partition(*studied.stage, studied.study, rates);
  const auto answer = exact(partition);
  EXPECT_TRUE(answer);
  EXPECT_GT(answer->broken_per_merge, 0);
  int out = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SplittingOptions options;
    options.seed = seed;
    options.runs = 1500;
    options.copies = copies;
    const auto estimated = estimate(partition, options);
    EXPECT_TRUE(estimated);
    out += estimated->low <= answer->broken_per_merge && answer->broken_per_merge <= estimated->high ? 1 : 0;
  }
  return out;
}

TEST(Splitting, IntervalsCoverTheExactValue) { EXPECT_GE(covered("11", "ban-holds", moderation(3), 3), 18); }

TEST(Splitting, WithoutCopiesItIsPlainSimulation) { EXPECT_GE(covered("11", "ban-holds", moderation(3), 1), 18); }

TEST(Splitting, TheSameSeedGivesTheSame) {
  Studied studied("11", "ban-holds");
  const Behaviour rates = moderation(3);
  Partition partition(*studied.stage, studied.study, rates);
  const auto run = [&](std::uint64_t seed) {
    SplittingOptions options;
    options.seed = seed;
    options.runs = 200;
    return estimate(partition, options)->ends;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

}  // namespace
}  // namespace stateroom::chance
