#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "model/versions/registry.h"
#include "sim/search/attribution.h"
#include "sim/search/cost.h"
#include "sim/search/difference.h"
#include "sim/search/mixture.h"
#include "sim/search/question.h"
#include "sim/search/witness.h"
#include "sim/workload/workload.h"
#include "tests/support/programs.h"

namespace stateroom::search {
namespace {

using stateroom::testing::program_of;

const Witness* with(const WitnessSearch& search, const std::string& base, const std::string& candidate) {
  for (const Witness& witness : search.witnesses) {
    if (witness.base_label == base && witness.candidate_label == candidate) return &witness;
  }
  return nullptr;
}

TEST(Witness, AVersionDoesNotDifferFromItself) {
  const auto found = find_witnesses(program_of("11"), program_of("11"), {.scope_max = 2, .pairs_max = 100'000});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->witnesses.empty());
  EXPECT_GT(found->pairs, 10'000U);
}

TEST(Witness, OwnedStateKeysAreFoundAndReplayAsSignedEvents) {
  const auto found = find_witnesses(program_of("11"), program_of("org.matrix.msc3757.11"), {.scope_max = 2});
  ASSERT_TRUE(found) << found.error().message;
  // A note that its owner keeps under `@owner_suffix`: refused in 11, allowed by the proposal.
  const Witness* owned = with(*found, "state_key", "allow");
  ASSERT_NE(owned, nullptr);
  EXPECT_FALSE(owned->base_allows);
  const auto files = realise(*owned, program_of("org.matrix.msc3757.11"));
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_TRUE(files->event.json.get("signatures").is_object());
}

TEST(Witness, CreatorsOfTwelveMayNotStandAmongUsers) {
  const auto found = find_witnesses(program_of("11"), program_of("12"), {.scope_max = 1});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_NE(with(*found, "power_levels.allow", "power_levels.creators"), nullptr);
}

TEST(Witness, RulesThatDecidedAreNamedForBothVersions) {
  const auto found = find_witnesses(program_of("11"), program_of("org.matrix.msc3757.11"), {.scope_max = 1});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->base_rules.contains("member.ban.level"));
  EXPECT_TRUE(found->candidate_rules.contains("member.ban.level"));
  // Nobody cites an event that was rejected in this scope.
  EXPECT_FALSE(found->base_rules.contains("auth_events.rejected"));
}

TEST(Cost, IsOfPlanAndTextAlone) {
  const auto history = workload::make(program_of("11"), 3);
  ASSERT_TRUE(history);
  const auto one = cost(history->plan, program_of("11")), two = cost(history->plan, program_of("11"));
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->events, history->plan.steps.size());
  EXPECT_GT(one->merges, 0U);
  EXPECT_EQ(std::tie(one->bytes, one->auth_events, one->checks, one->ordered),
            std::tie(two->bytes, two->auth_events, two->checks, two->ordered));
}

TEST(Cost, AnEventOfTwelveDoesNotCiteTheCreateEvent) {
  const auto history = workload::make(program_of("11"), 3);
  ASSERT_TRUE(history);
  const auto eleven = cost(history->plan, program_of("11")), twelve = cost(history->plan, program_of("12"));
  ASSERT_TRUE(eleven && twelve);
  EXPECT_EQ(eleven->auth_events, twelve->auth_events + history->plan.steps.size() - 1);
}

TEST(Difference, AVersionAgreesWithItselfAndTwelveResolvesOtherwise) {
  std::uint32_t differ = 0, shrunk = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const auto history = workload::make(program_of("11"), seed);
    ASSERT_TRUE(history);
    const auto same = compare(history->plan, program_of("11"), program_of("11"));
    ASSERT_TRUE(same) << same.error().message;
    EXPECT_FALSE(same->any());
    const auto other = compare(history->plan, program_of("11"), program_of("12"));
    ASSERT_TRUE(other) << other.error().message;
    if (other->merges.empty()) continue;
    ++differ;
    if (shrunk == 2) continue;
    ++shrunk;
    const auto smaller = shrink(history->plan, other->merges[0], program_of("11"), program_of("12"));
    ASSERT_TRUE(smaller) << smaller.error().message;
    EXPECT_LT(smaller->plan.steps.size(), history->plan.steps.size());
    const auto one = workload::stage(smaller->plan, program_of("11"));
    const auto two = workload::stage(smaller->plan, program_of("12"));
    EXPECT_NE(one->scene->resolve(smaller->state_sets, false)->state,
              two->scene->resolve(smaller->state_sets, true)->state);
  }
  EXPECT_GT(differ, 0U);
}

rules::Version text(const std::string& name) {
  static const versions::Registry registry;
  return *registry.load(name);
}

const std::vector<std::pair<std::string, std::string>> kPairs{
    {"1", "2"}, {"2", "3"}, {"5", "6"}, {"7", "8"}, {"10", "11"}, {"11", "12"}, {"12", "org.matrix.msc4242.12"}};

TEST(Mixtures, NoEditsAreTheBaseAndAllTheCandidate) {
  for (const auto& [base, candidate] : kPairs) {
    const rules::Version before = text(base), after = text(candidate);
    Mixtures mixtures(before, after, rules::compare(before, after));
    EXPECT_TRUE(rules::compare(before, mixtures.text({})).empty()) << base;
    EXPECT_FALSE(mixtures.edits().empty());
    // Readings say what may be chosen; those are the versions' own.
    for (const rules::Edit& left : rules::compare(mixtures.text(mixtures.all()), after))
      EXPECT_EQ(left.section.kind, rules::SectionKind::kReadings) << base << " " << left.label;
    EXPECT_NE(mixtures.program(mixtures.all()), nullptr);
  }
}

TEST(Mixtures, AnEditThatNeedsAnotherIsNoTextAlone) {
  const rules::Version before = text("11"), after = text("12");
  Mixtures mixtures(before, after, rules::compare(before, after));
  for (std::size_t i = 0; i < mixtures.edits().size(); ++i) {
    const std::string& label = mixtures.edits()[i].label;
    if (label == "creators") {
      EXPECT_EQ(mixtures.program({i}), nullptr);
    }
    if (label == "power") {
      EXPECT_NE(mixtures.program({i}), nullptr);
    }
  }
}

TEST(Questions, AVersionAnswersAsItselfAndEveryKindIsAsked) {
  for (const auto ask : {&ask_pdus, &ask_selections, &ask_citing, &ask_redactions, &ask_verdicts, &ask_receipts}) {
    const Differences same = ask(program_of("9"), program_of("9"));
    EXPECT_TRUE(same.found.empty());
    EXPECT_GE(same.asked, 7U);
  }
}

TEST(Questions, LimitsAndNumbersAreFoundAtTheirEdges) {
  const auto asked = [](const Differences& all, const std::string& words) -> const Asked* {
    for (const Asked& one : all.found) {
      if (one.question->words() == words) return &one;
    }
    return nullptr;
  };
  const Differences numbers = ask_pdus(program_of("5"), program_of("6"));
  EXPECT_EQ(asked(numbers, "a message with the number 9007199254740991: its form"), nullptr);
  const Asked* beyond = asked(numbers, "a message with the number 9007199254740992: its form");
  ASSERT_NE(beyond, nullptr);
  EXPECT_EQ(beyond->base, "well formed");
  const Differences limits = ask_pdus(program_of("11"), program_of("org.matrix.msc3757.11"));
  EXPECT_EQ(asked(limits, "a message with `state_key` of 255 bytes: its form"), nullptr);
  EXPECT_NE(asked(limits, "a message with `state_key` of 256 bytes: its form"), nullptr);
  const Differences keys = ask_pdus(program_of("4"), program_of("5"));
  EXPECT_NE(asked(keys, "a message, as the base has it: which keys are valid for its signatures"), nullptr);
}

TEST(Questions, ACreatorWhoIsNotTheSenderAndALevelBeyondADoubleAreAsked) {
  const auto asked = [](const Differences& all) {
    std::map<std::string, std::pair<std::string, std::string>> out;
    for (const Asked& one : all.found) out[one.question->words()] = {one.base, one.candidate};
    return out;
  };
  using Answers = std::pair<std::string, std::string>;
  const auto creators = asked(ask_verdicts(program_of("10"), program_of("11")));
  EXPECT_EQ(creators.at("A sends an m.room.create that names nobody as its creator"), Answers("rejected", "allowed"));
  const std::string room = "A's create event names B as its creator; there are no power levels; ";
  EXPECT_EQ(creators.at(room + "A bans C"), Answers("rejected", "allowed"));
  EXPECT_EQ(creators.at(room + "B bans C"), Answers("allowed", "rejected"));
  const auto levels = asked(ask_verdicts(program_of("5"), program_of("6")));
  EXPECT_EQ(levels.at("there are no power levels; A sends power levels with `ban` 1e400"),
            Answers("rejected", "no such event can be made"));
}

TEST(Attribution, WhatIsSaidOfAnEditHoldsWhenItIsAskedAgain) {
  for (const auto& [from, to] : kPairs) {
    const rules::Version before = text(from), after = text(to);
    Mixtures mixtures(before, after, rules::compare(before, after));
    std::vector<QuestionPtr> questions;
    for (const auto ask : {&ask_citing, &ask_selections, &ask_redactions, &ask_pdus, &ask_verdicts, &ask_receipts}) {
      for (const Asked& one : ask(program_of(from), program_of(to)).found) questions.push_back(one.question);
    }
    Attribution attribution(mixtures, questions);
    std::size_t found = 0;
    for (std::size_t edit = 0; edit < mixtures.edits().size(); ++edit) {
      const auto shown = attribution.shown(edit);
      if (!shown || shown->how == Shown::How::kWithout) continue;
      ++found;
      EditSet whole = shown->with;
      whole.insert(edit);
      const Question& question = *questions[shown->question];
      const auto answer = question.answer(mixtures.program(whole));
      EXPECT_NE(answer, question.answer(program_of(from)));
      EXPECT_EQ(answer, shown->after);
      for (const std::size_t one : whole) {
        EditSet less = whole;
        less.erase(one);
        const ProgramPtr other = mixtures.program(less);
        if (one == edit && other) {
          EXPECT_EQ(question.answer(other), question.answer(program_of(from)));
        }
      }
    }
    if (from != "1" && from != "7") {
      EXPECT_GE(found, 3U) << from;
    }
  }
}

TEST(Difference, AMergeThatDiffersByTheNameInTheCreateEventAloneIsLeftOut) {
  // The proposal says nothing about resolution; its create events have other ids all the same.
  const rules::Version before = text("11"), after = text("org.matrix.msc3757.11");
  Mixtures mixtures(before, after, rules::compare(before, after));
  const ProgramPtr control = mixtures.program(mixtures.all());
  ASSERT_NE(control, nullptr);
  std::size_t by_name = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const auto history = workload::make(program_of("11"), seed);
    ASSERT_TRUE(history);
    by_name += compare(history->plan, history->staged, program_of("org.matrix.msc3757.11"))->merges.size();
    const auto asked = compare(history->plan, history->staged, program_of("org.matrix.msc3757.11"), control);
    ASSERT_TRUE(asked) << asked.error().message;
    EXPECT_TRUE(asked->merges.empty()) << seed;
  }
  EXPECT_GT(by_name, 0U);
}

}  // namespace
}  // namespace stateroom::search
