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

struct Wrong {
  std::string body, says;
};

TEST(Check, WhatCouldNotMeanAnythingIsAnErrorAtItsPlace) {
  for (const auto& [body, says] : std::vector<Wrong>{
           {"edit identifiers\n  insert one \"!\" [ two ]\n  insert two \"?\" one\n",
            "the identifier `one` is made of itself"},
           {"edit identifiers\n  replace room_id \"!\" room_id\n", "the identifier `room_id` is made of itself"},
           {"edit identifiers\n  replace room_id \"!\" hostnam\n", "found `hostnam` in the pattern of `room_id`"},
           {"edit format\n  replace depth  integer from 5 to 1  required kept\n", "the range from 5 to 1, which holds"},
           {"edit canonical json\n  replace integers  5 to -5\n", "the range from 5 to -5, which holds nothing"},
           {"edit canonical json\n  replace enforced  perhaps\n", "`enforced` of canonical json does not have this"},
           {"edit canonical json\n  insert scheme  other\n", "`scheme` of canonical json does not have this value"},
           {"edit signatures\n  insert aa = sha256(bb)\n  insert bb = sha256(aa)\n", "`aa` is not made of the event"},
       }) {
    const auto found = of_text(body);
    ASSERT_FALSE(found.empty()) << body;
    EXPECT_EQ(found.front().severity, Severity::kError) << body;
    EXPECT_NE(found.front().message.find(says), std::string::npos) << found.front().message;
    EXPECT_GE(found.front().line, 5u) << body;
  }
}

TEST(Check, AnIdentifierMayHoldOthersThatHoldNoneOfIt) {
  EXPECT_EQ(errors(of_text("edit identifiers\n  insert one \"!\" two [ two ]\n  insert two \"?\" server_name\n")), 0u);
}

TEST(Check, AStatusIsOneOfThose) {
  const auto found = check("room version \"test\" extends \"12\"\n  status stabel\n", "test.room", registry());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].hint, "did you mean `stable`?");
}

TEST(Check, BlocksThatAreTooDeepAreSaidOnce) {
  std::string text =
      "room version \"test\" extends \"12\"\n  status candidate\n\nedit rules\n  insert a before federate: when type = "
      "\"a\"\n";
  for (std::size_t depth = 2; depth < 150; ++depth) text += std::string(2 * depth, ' ') + "b: when type = \"a\"\n";
  const auto found = check(text, "test.room", registry());
  ASSERT_FALSE(found.empty());
  EXPECT_LE(found.size(), 2u);  // of the lexer, and of the parser
  for (const Diagnostic& one : found) EXPECT_EQ(one.code, "limit") << one.message;
}

TEST(Check, AByteOrderMarkIsCalledByItsName) {
  const auto found = check("\xEF\xBB\xBFroom version \"test\" extends \"12\"\n", "test.room", registry());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].message.find("byte order mark"), std::string::npos);
}

TEST(Check, OnlyTheLintsThatABaseDoesNotHaveAreNew) {
  const std::string text =
      "room version \"test\" extends \"12\"\n  status candidate\n\nedit rules  msc 1\n  insert t before federate: "
      "reject\n";
  const auto file = parse(text, "test.room");
  ASSERT_TRUE(file);
  const auto all = check(*file, registry());
  const auto fresh = new_among(all, lints_of_base(*file, registry()));
  EXPECT_LT(fresh.size(), all.size());
  EXPECT_TRUE(std::ranges::any_of(fresh, [](const Diagnostic& d) { return d.code == "dead-rule"; }));
  EXPECT_TRUE(std::ranges::none_of(fresh, [](const Diagnostic& d) { return d.code == "unkept-read"; }));
}

TEST(Check, ALintThatNamesFewerRulesThanThatOfTheBaseIsNotNew) {
  const auto fresh = [](const std::string& edit) {
    const auto file = parse(
        "room version \"test\" extends \"5\"\n  status unstable\n\nedit rules  msc 1\n  " + edit + "\n", "test.room");
    EXPECT_TRUE(file);
    auto found = new_among(check(*file, registry()), lints_of_base(*file, registry()));
    std::erase_if(found, [](const Diagnostic& one) { return one.code != "unkept-read"; });
    return found;
  };
  EXPECT_TRUE(fresh("remove power_levels.representable").empty());
  const auto found = fresh("insert early first: reject if power_levels.content.invite = 7");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].message.find("`invite` of `m.room.power_levels`, which early"), std::string::npos)
      << found[0].message;
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
