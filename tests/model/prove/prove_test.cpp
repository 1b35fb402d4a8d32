// Answers that are known from the specification, and mutants that must be refuted.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/prove/prove.h"
#include "model/rules/elaborate.h"
#include "model/rules/mutate.h"
#include "model/versions/registry.h"

namespace stateroom::prove {
namespace {

Subject subject_of(const rules::Version& text) {
  const auto core = rules::elaborate(text);
  EXPECT_TRUE(core) << text.name;
  return {text, *core, rules::Program::compile(*core)};
}

Subject version(const std::string& name) {
  static const versions::Registry registry;
  const auto text = registry.load(name);
  EXPECT_TRUE(text) << name;
  return subject_of(*text);
}

const Finding* with(const Answer& answer, const std::string& first, const std::string& second) {
  for (const Finding& finding : answer.findings) {
    if (finding.sides[0].label == first && finding.sides[1].label == second) return &finding;
  }
  return nullptr;
}

TEST(SameRules, EditsOfOtherSectionsLeaveTheRulesAlike) {
  const Subject two = version("2"), three = version("3"), four = version("4"), eight = version("8"),
                nine = version("9");
  EXPECT_EQ(prove("same-rules", three, &four).verdict, Verdict::kProved);
  EXPECT_EQ(prove("same-rules", eight, &nine).verdict, Verdict::kProved);
  const Answer redactions = prove("same-rules", two, &three);
  EXPECT_EQ(redactions.verdict, Verdict::kRefuted) << redactions.detail;
}

TEST(SameRules, KnockingIsAllThatSevenAddsAndEachDifferenceIsReplayed) {
  const Subject six = version("6"), seven = version("7");
  const Answer answer = prove("same-rules", six, &seven);
  EXPECT_EQ(answer.verdict, Verdict::kRefuted);
  EXPECT_EQ(answer.reason, Reason::kNone) << answer.detail;
  EXPECT_TRUE(answer.mismatches.empty());
  EXPECT_EQ(answer.findings.size(), 3U);
  const Finding* knock = with(answer, "member.otherwise", "member.knock.member");
  ASSERT_NE(knock, nullptr);
  EXPECT_FALSE(knock->sides[0].allowed);
  EXPECT_TRUE(knock->sides[1].allowed);
  EXPECT_NE(knock->sides[1].event.find("\"signatures\""), std::string::npos);
}

TEST(SameRules, ATinyLimitIsUnknownAndSaysSo) {
  const Subject five = version("5"), six = version("6");
  Options options;
  options.rlimit = 10;
  const Answer answer = prove("same-rules", five, &six, options);
  EXPECT_EQ(answer.verdict, Verdict::kUnknown);
  EXPECT_EQ(answer.reason, Reason::kLimit);
}

TEST(SameRules, WhatHasNoEncodingIsUnknown) {
  const Subject eleven = version("11");
  EXPECT_EQ(prove("converges", eleven, nullptr).reason, Reason::kEncoding);
}

// A mutant that the small scope notices by a verdict is another set of rules: the prover must say so.
TEST(SameRules, MutantsOfARuleAreRefuted) {
  static const versions::Registry registry;
  const auto text = registry.load("11");
  ASSERT_TRUE(text);
  const Subject eleven = subject_of(*text);
  const std::vector<std::string> wanted = {"member.join.banned", "member.ban.level", "joined", "state_key",
                                           "power_levels.users_changed.old"};
  std::uint32_t asked = 0;
  for (const std::string& label : wanted) {
    for (const rules::Mutant& mutant : rules::mutants(*text)) {
      if (mutant.label != label || mutant.operation != "dropped") continue;
      const Subject changed = subject_of(rules::apply(*text, mutant));
      EXPECT_EQ(prove("same-rules", eleven, &changed).verdict, Verdict::kRefuted) << label;
      ++asked;
    }
  }
  EXPECT_EQ(asked, wanted.size());
}

TEST(FieldsApart, NoVerdictDependsOnDepthOrTime) {
  const Subject twelve = version("12"), one = version("1");
  EXPECT_EQ(prove("depth-free", twelve, nullptr).verdict, Verdict::kProved);
  EXPECT_EQ(prove("timestamp-free", twelve, nullptr).verdict, Verdict::kProved);
  const Answer of_one = prove("depth-free", one, nullptr);
  EXPECT_EQ(of_one.verdict, Verdict::kUnknown) << "its resolution sorts by depth";
  EXPECT_EQ(of_one.reason, Reason::kEncoding);
}

TEST(Redaction, NotificationsAreReadAndNotKept) {
  const Answer answer = prove("redaction-stable", version("11"), nullptr);
  EXPECT_EQ(answer.verdict, Verdict::kRefuted) << answer.detail;
}

TEST(Selection, RulesReadNoMoreThanTheSelectionTakes) {
  const Answer answer = prove("closed-selection", version("11"), nullptr);
  EXPECT_EQ(answer.verdict, Verdict::kProved) << answer.detail;
}

TEST(Selection, ARuleThatReadsAllMembersIsNotClosed) {
  const Answer answer = prove("closed-selection", version("org.matrix.msc4416.v1"), nullptr);
  EXPECT_EQ(answer.verdict, Verdict::kRefuted) << answer.detail;
}

Verdict of_part(const Answer& answer, std::size_t part) { return answer.parts.at(part).verdict; }

TEST(Power, PeersAreSafeButForPowerByDefault) {
  const Answer answer = prove("peers", version("12"), nullptr);
  EXPECT_EQ(answer.verdict, Verdict::kRefuted);
  EXPECT_TRUE(answer.mismatches.empty());
  ASSERT_EQ(answer.parts.size(), 4U);
  for (std::size_t part = 0; part < 3; ++part)
    EXPECT_EQ(of_part(answer, part), Verdict::kProved) << answer.parts[part].name;
  EXPECT_EQ(of_part(answer, 3), Verdict::kRefuted) << "a lower users_default, or a first entry, demotes a peer";
  ASSERT_FALSE(answer.findings.empty());
  EXPECT_EQ(answer.findings[0].sides[0].label, "power_levels.allow");
}

TEST(Power, NoEntryGivesMoreThanTheSenderHas) {
  const Answer answer = prove("no-escalation", version("12"), nullptr);
  ASSERT_EQ(answer.parts.size(), 2U);
  EXPECT_EQ(of_part(answer, 0), Verdict::kProved);
  EXPECT_EQ(of_part(answer, 1), Verdict::kRefuted) << "who loses an entry has users_default, however high it is";
}

TEST(Power, CreatorsKeepItFromTwelveOn) {
  EXPECT_EQ(prove("creators-keep-power", version("12"), nullptr).verdict, Verdict::kProved);
  const Answer eleven = prove("creators-keep-power", version("11"), nullptr);
  EXPECT_EQ(eleven.verdict, Verdict::kRefuted);
  EXPECT_EQ(of_part(eleven, 1), Verdict::kRefuted) << "another of power 100 can";
}

TEST(Power, ATextWithoutPowerHasNoEncoding) {
  Subject twelve = version("12");
  std::erase_if(twelve.text.definitions, [](const rules::DefinitionEntry& entry) { return entry.name == "power"; });
  EXPECT_EQ(prove("peers", twelve, nullptr).reason, Reason::kEncoding);
}

}  // namespace
}  // namespace stateroom::prove
