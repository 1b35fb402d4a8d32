#include <gtest/gtest.h>

#include "model/event/history.h"
#include "sim/explore/find_file.h"
#include "sim/explore/shrink.h"
#include "tests/sim/explore/support.h"

namespace stateroom::explore {
namespace {

properties::Terms honest(std::uint32_t stale) {
  return terms({"honest-clock", "no-revocation", "linear-sender", "honest-auth-events"}, stale);
}

SearchOptions options(const properties::Terms& terms, std::uint32_t events, std::uint64_t histories = 0) {
  SearchOptions out;
  out.terms = terms;
  out.events = events;
  out.seed = 1;
  out.histories_max = histories;
  return out;
}

TEST(ExhaustiveSearch, ScopesHaveTheirCounts) {
  Studied studied("12", "key-lost");
  const auto outcome = search_exhaustive(*studied.stage, studied.study, options(honest(1), 2));
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->complete);
  EXPECT_FALSE(outcome->find);
  ASSERT_EQ(outcome->levels.size(), 2u);
  // Two events: one after the other, or both after the prefix.
  EXPECT_EQ(outcome->levels[0].shapes, 1u);
  EXPECT_EQ(outcome->levels[1].shapes, 2u);
  EXPECT_EQ(outcome->levels[0].histories, 13u);
}

TEST(ExhaustiveSearch, ShapesAreThoseThatCanBeCountedByHand) {
  // With one or two prev_events of which none comes after the other, events numbered as they are made.
  Studied studied("12", "key-lost");
  auto terms_of = terms({"honest-clock", "no-revocation", "linear-sender", "honest-auth-events", "same-event"});
  const auto outcome = search_exhaustive(*studied.stage, studied.study, options(terms_of, 3));
  ASSERT_TRUE(outcome);
  // Three events: the third after the prefix, after one of two, or after both where neither comes after the other.
  EXPECT_EQ(outcome->levels[2].shapes, 3u + 4u);
  EXPECT_EQ(outcome->levels[2].questions, 0u);  // the states after one and the same event are equal
}

TEST(ExhaustiveSearch, AKeyIsLostThroughAStaleEntryIn11AndNotIn12) {
  const auto terms_of =
      terms({"honest-clock", "no-revocation", "linear-sender", "honest-auth-events", "linear-history"}, 1);
  Studied eleven("11", "key-lost"), twelve("12", "key-lost");
  const auto found = search_exhaustive(*eleven.stage, eleven.study, options(terms_of, 3));
  ASSERT_TRUE(found && found->find);
  EXPECT_EQ(found->levels.size(), 2u);  // two events after the prefix, and not one
  const auto none = search_exhaustive(*twelve.stage, twelve.study, options(terms_of, 3));
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->find);
  EXPECT_TRUE(none->complete);
  EXPECT_EQ(none->levels[2].histories, 1757u);
  EXPECT_EQ(none->levels[2].questions, 25583u);
}

TEST(RandomSearch, WhatIsLookedThroughDependsOnTheSeedAlone) {
  const auto questions = [] {
    Studied studied("12", "key-lost");
    const auto outcome = search_random(*studied.stage, studied.study, options(honest(0), 7, 300));
    EXPECT_TRUE(outcome);
    return outcome->progress.questions;
  };
  const std::uint64_t first = questions();
  for (int i = 0; i < 3; ++i) {
    const std::vector<std::string> elsewhere(1000 + static_cast<std::size_t>(i) * 77, std::string(31, 'x'));
    EXPECT_EQ(questions(), first) << elsewhere.size();
  }
}

TEST(RandomSearch, TheSameSeedFindsTheSame) {
  const auto run = [](std::uint64_t seed) {
    Studied studied("11", "rollback");
    SearchOptions one = options(terms({"honest-clock"}), 5, 2000);
    one.seed = seed;
    const auto outcome = search_random(*studied.stage, studied.study, one);
    EXPECT_TRUE(outcome && outcome->find);
    return std::pair(outcome->progress.histories, outcome->find->choices);
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(RandomSearch, WhatIsFoundKeepsToItsTerms) {
  const auto terms_of =
      terms({"honest-clock", "no-revocation", "linear-sender", "honest-auth-events", "linear-history"});
  Studied studied("12", "rollback");
  const auto outcome = search_random(*studied.stage, studied.study, options(terms_of, 6, 20'000));
  ASSERT_TRUE(outcome && outcome->find);
  const auto still = breaks(*studied.stage, *outcome->find, terms_of);
  ASSERT_TRUE(still);
  EXPECT_TRUE(*still);
}

TEST(Shrink, NothingCanBeTakenAwayFromWhatIsLeft) {
  const auto terms_of = terms({});
  Studied studied("11", "key-lost");
  const auto outcome = search_random(*studied.stage, studied.study, options(terms_of, 8, 20'000));
  ASSERT_TRUE(outcome && outcome->find);
  const auto once = shrink(*studied.stage, *outcome->find, terms_of);
  ASSERT_TRUE(once);
  EXPECT_LE(once->find.choices.size(), outcome->find->choices.size());
  EXPECT_TRUE(*breaks(*studied.stage, once->find, terms_of));
  const auto twice = shrink(*studied.stage, once->find, terms_of);
  EXPECT_EQ(twice->find.choices, once->find.choices);
}

TEST(FindFile, IsReadAsTheFindThatItWas) {
  for (const char* version : {"1", "11", "12"}) {
    const auto terms_of = terms({"honest-clock"});
    Studied studied(version, "older-wins");
    auto outcome = search_random(*studied.stage, studied.study, options(terms_of, 6, 20'000));
    ASSERT_TRUE(outcome && outcome->find) << version;
    const Find find = shrink(*studied.stage, *outcome->find, terms_of)->find;
    const auto bytes = history_file(*studied.stage, find.sets, version);
    ASSERT_TRUE(bytes) << bytes.error().message;
    const auto items = event::read_items(*bytes, "find.json");
    const auto history = event::decode(*items.front(), studied.stage->program().version().format, true);
    ASSERT_TRUE(history) << history.error().message;
    auto stage = std::move(*Stage::make(program(version, "older-wins"), *people_of(history->events)));
    const auto again = find_of(*stage, history->events, history->state_sets, 0);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->choices.size(), find.choices.size());
    EXPECT_TRUE(*breaks(*stage, *again, terms_of)) << version;
  }
}

}  // namespace
}  // namespace stateroom::explore
