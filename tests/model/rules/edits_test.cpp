#include <gtest/gtest.h>

#include <string>

#include "model/rules/flatten.h"
#include "model/versions/registry.h"

namespace stateroom::rules {
namespace {

const versions::Registry& registry() {
  static const versions::Registry kRegistry(STATEROOM_SOURCE_DIR "/model/versions");
  return kRegistry;
}

std::expected<Version, Errors> load(const std::string& body, const std::string& base = "12") {
  const auto file = parse("room version \"x\" extends \"" + base + "\"\n" + body, "x.room");
  if (!file) return std::unexpected(file.error());
  return flatten(*file, registry());
}

void expect_error(const std::string& body, const std::string& words, const std::string& base = "12") {
  const auto version = load(body, base);
  ASSERT_FALSE(version.has_value()) << body;
  EXPECT_NE(version.error().front().message.find(words), std::string::npos) << version.error().front().message;
  EXPECT_EQ(version.error().front().where.substr(0, 7), "x.room:") << body;
}

TEST(Edits, TwoInsertsBeforeOneAnchorKeepTheirOrder) {
  const auto version = load(
      "edit rules  msc 1\n  insert member.join.one before member.join.public: reject if sender = \"@a:b\"\n"
      "  insert member.join.two before public: reject\n");
  // An anchor is a label of the same block, alone or with its whole path.
  ASSERT_TRUE(version.has_value()) << version.error().front().message;
  const auto& children = version->rule("member.join")->children;
  std::string order;
  for (const Rule& rule : children) order += rule.label + " ";
  EXPECT_NE(order.find("one two public"), std::string::npos) << order;
}

TEST(Edits, WhatDoesNotFitIsRefusedWithItsPlace) {
  expect_error("edit rules  msc 1\n  insert federate first: reject\n", "already");
  expect_error("edit rules  msc 1\n  remove federat\n", "found no rule `federat`");
  expect_error("edit rules  msc 1\n  insert a before member.join: reject\n", "the same block");
  expect_error("edit rules  msc 1\n  insert a: reject\n", "found no place");
  expect_error("edit rules  msc 1\n  replace condition federate: when type = \"a\"\n", "no condition");
  expect_error("edit definitions  msc 1\n  replace nobody = 1\n", "found no `nobody`");
  expect_error("edit definitions  msc 1\n  insert creator = 1\n", "already");
  expect_error("definitions\n  x = 1\n", "found the section");
  expect_error("include msc 9999 from \"12\"\n", "found no edit of MSC9999", "11");
}

TEST(Edits, SeveralAreReportedAtOnce) {
  const auto version = load("edit rules  msc 1\n  remove federat\n  remove joind\n");
  ASSERT_FALSE(version.has_value());
  EXPECT_EQ(version.error().size(), 2u);
  EXPECT_EQ(version.error()[0].hint, "did you mean `federate`?");
}

TEST(Edits, ARemovedLabelMayNotReturnWithAnotherMeaning) {
  expect_error("edit rules  msc 1\n  remove federate\n  insert federate first: reject\n", "another meaning");
  expect_error("edit rules  msc 1\n  insert aliases first: reject\n", "another meaning", "6");
}

TEST(Edits, NumbersFollowTheTextAndTheirMarks) {
  const auto version = load(
      "edit rules  msc 1\n  insert a first numbered 3: reject if sender = \"@a:b\"\n"
      "  insert b after a unnumbered: reject if sender = \"@a:b\"\n");
  ASSERT_TRUE(version.has_value());
  EXPECT_EQ(version->rule("a")->number, "3");
  EXPECT_EQ(version->rule("b")->number, "");
  EXPECT_EQ(version->rule("create")->number, "4");
  EXPECT_EQ(version->rule("create.prev_events")->number, "4.1");
}

TEST(Edits, AReadingWhoseTextChangedMustBeRestated) {
  expect_error("edit definitions  msc 1\n  replace join_rule = join_rules.content.join_rule default \"public\"\n",
               "the reading `missing_join_rules`");
  EXPECT_TRUE(load("edit definitions  msc 1\n  replace join_rule = join_rules.content.join_rule default \"public\"\n"
                   "edit readings\n  remove missing_join_rules\n")
                  .has_value());
}

TEST(Edits, AnEditKeepsItsOriginAndWhatWasThereBefore) {
  const auto version = registry().load("12");
  ASSERT_TRUE(version.has_value());
  const DefinitionEntry* power = version->definition("power");
  ASSERT_NE(power, nullptr);
  ASSERT_EQ(power->origins.size(), 2u);
  EXPECT_EQ(power->origins[0].version, "1");
  EXPECT_EQ(power->origins[1].version, "12");
  EXPECT_EQ(power->origins[1].owners, std::vector<Owner>({{4289, {}}}));
  EXPECT_EQ(power->origins[1].change, ChangeKind::kReplace);
}

TEST(Edits, ATextThatExtendsItselfIsRefused) {
  const auto file = parse("room version \"12\" extends \"12\"\n", "x.room");
  ASSERT_TRUE(file.has_value());
  EXPECT_FALSE(flatten(*file, registry()).has_value());
}

TEST(Readings, UnknownNamesGetTheNearest) {
  LoadOptions options;
  options.profile = "synapze";
  auto version = registry().load("12", options);
  ASSERT_FALSE(version.has_value());
  EXPECT_EQ(version.error().front().code, base::ErrorCode::kUnknownReading);
  EXPECT_EQ(version.error().front().hint, "did you mean `synapse`?");
  options.profile.clear();
  options.readings = {{"absense", "conflict"}};
  version = registry().load("12", options);
  ASSERT_FALSE(version.has_value());
  EXPECT_EQ(version.error().front().hint, "did you mean `absence`?");
}

}  // namespace
}  // namespace stateroom::rules
