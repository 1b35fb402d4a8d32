#include "model/rules/check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/rules/reads.h"
#include "tests/model/rules_check/support.h"

namespace stateroom::rules {
namespace {

std::vector<Diagnostic> of_text(const std::string& body) {
  return check("room version \"test\" extends \"12\"\n  status candidate\n\n" + body, "test.room", registry());
}

std::size_t errors(const std::vector<Diagnostic>& found) {
  return static_cast<std::size_t>(
      std::count_if(found.begin(), found.end(), [](const Diagnostic& d) { return d.severity == Severity::kError; }));
}

TEST(Check, EveryTextHasNoErrorAndOnlyWarnings) {
  for (const std::string& name : registry().names()) {
    const auto file = registry().file(name);
    ASSERT_TRUE(file) << name;
    const auto found = check(**file, registry());
    EXPECT_EQ(errors(found), 0u) << name << ": " << (found.empty() ? "" : found.front().message);
  }
}

TEST(Check, AFileWithErrorsOfTheGrammarSaysThoseAlone) {
  const auto found = of_text("edit rules\n  insert t before: reject\n");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().code, "syntax");
  EXPECT_EQ(found.front().file, "test.room");
  EXPECT_EQ(found.front().line, 5u);
  EXPECT_EQ(errors(found), found.size());
}

TEST(Check, AnEditThatDoesNotFitIsAnError) {
  const auto found = of_text("edit rules\n  remove nothing\n");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().code, "edit");
}

TEST(Check, AChoiceThatDoesNotCheckIsFoundThoughItIsNotTheDefault) {
  const std::string reading =
      "edit readings\n  insert reading r  default a\n    a \"as it is\"\n    b \"otherwise\"\n      edit definitions\n "
      "       replace join_rule = ";
  const auto found = of_text(reading + "joinrules\n");
  ASSERT_EQ(errors(found), 1u);
  EXPECT_NE(found.front().message.find("joinrules"), std::string::npos);
  EXPECT_EQ(errors(of_text(reading + "join_rules.content.join_rule\n")), 0u);
}

TEST(Check, LintsComeWhereThereAreNoErrors) {
  const auto found = of_text("edit rules\n  insert t before federate: reject\n");
  EXPECT_EQ(errors(found), 0u);
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const Diagnostic& d) { return d.code == "dead-rule"; }));
}

TEST(Reads, ARuleSaysWhatItReads) {
  const auto eight = core(version("8"));
  ASSERT_TRUE(eight);
  const auto all = rule_reads(*eight);
  const auto reads = [&](std::string_view label) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const RuleReads& r) { return r.label == label; });
    return found == all.end() ? RuleReads{} : *found;
  };
  EXPECT_EQ(reads("member.join.banned").event, std::vector<std::string>{"sender"});
  EXPECT_EQ(reads("member.join.banned").state, std::vector<std::string>{"m.room.member of sender: content.membership"});
  EXPECT_EQ(reads("power_levels.first").state, std::vector<std::string>{"m.room.power_levels"});
  EXPECT_EQ(reads("member.authorised.signed").oracles, std::vector<std::string>{"signed_by"});
  EXPECT_EQ(reads("auth_events.selection").event, (std::vector<std::string>{"auth events selection", "auth_events"}));
}

}  // namespace
}  // namespace stateroom::rules
