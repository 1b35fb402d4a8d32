#include "model/rules/compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/model/rules_check/support.h"

namespace stateroom::rules {
namespace {

const Edit* find(const std::vector<Edit>& edits, std::string_view section, std::string_view label) {
  for (const Edit& edit : edits)
    if (edit.section.text() == section && edit.label == label) return &edit;
  return nullptr;
}

TEST(Compare, AVersionDoesNotDifferFromItself) {
  for (const std::string& name : registry().names()) {
    const Version text = version(name);
    EXPECT_TRUE(compare(text, text, &registry()).empty()) << name;
  }
}

TEST(Compare, AnotherNameIsNoEdit) {
  EXPECT_TRUE(compare(version("12"), version("org.matrix.hydra.11"), &registry()).empty());
}

TEST(Compare, TwelveAgainstElevenIsTheEditsOfItsText) {
  const auto edits = compare(version("11"), version("12"), &registry());
  std::vector<std::string> labels;
  for (const Edit& edit : edits)
    if (edit.section.kind == SectionKind::kRules) labels.push_back(edit.label);
  EXPECT_EQ(labels, (std::vector<std::string>{"create.room_id", "create.additional_creators", "auth_events.create",
                                              "power_levels.creators", "room"}));
  for (const Edit& edit : edits)
    EXPECT_EQ(edit.owners.size(), edit.section.kind == SectionKind::kReadings ? 0u : 1u) << edit.label;

  const Edit* room = find(edits, "rules", "room");
  ASSERT_TRUE(room);
  EXPECT_EQ(room->change, EditChange::kInserted);
  EXPECT_EQ(room->owners, std::vector<std::string>{"msc4291"});
  EXPECT_EQ(room->number_before, "");
  EXPECT_EQ(room->number_after, "2");
  EXPECT_EQ(room->before, "");
  EXPECT_NE(room->after.find("reject if create is absent or create.rejected"), std::string::npos) << room->after;

  const Edit* partial = find(edits, "resolution", "partial");
  ASSERT_TRUE(partial);
  EXPECT_EQ(partial->owners, std::vector<std::string>{"msc4297"});
  EXPECT_NE(partial->before.find("to unconflicted"), std::string::npos);
  EXPECT_NE(partial->after.find("to {}"), std::string::npos);
}

TEST(Compare, TheOtherWayRoundIsTheSameEditsTurned) {
  const auto there = compare(version("11"), version("12"), &registry());
  const auto back = compare(version("12"), version("11"), &registry());
  ASSERT_EQ(there.size(), back.size());
  for (const Edit& edit : there) {
    const Edit* turned = find(back, edit.section.text(), edit.label);
    ASSERT_TRUE(turned) << edit.label;
    EXPECT_EQ(turned->before, edit.after);
    EXPECT_EQ(turned->number_before, edit.number_after);
    EXPECT_EQ(turned->owners, edit.owners) << edit.label;
  }
}

TEST(Compare, AnEditOfATypeReachesTheRulesThatReadLevels) {
  const auto edits = compare(version("9"), version("10"), &registry());
  const Edit* level = find(edits, "types", "level");
  ASSERT_TRUE(level);
  EXPECT_EQ(level->owners, std::vector<std::string>{"msc3667"});
  const auto reaches = [&](const std::string& label) {
    return std::find(level->affects.begin(), level->affects.end(), label) != level->affects.end();
  };
  EXPECT_TRUE(reaches("required_level"));
  EXPECT_TRUE(reaches("power_levels.levels.old"));
  EXPECT_TRUE(reaches("member.ban.level"));
  EXPECT_FALSE(reaches("auth_events.duplicates"));
  EXPECT_FALSE(reaches("member.join.public"));
}

TEST(Compare, AnEditOfADefinitionReachesWhatUsesItThroughOthers) {
  const auto edits = compare(version("10"), version("11"), &registry());
  const Edit* creator = find(edits, "definitions", "creator");
  ASSERT_TRUE(creator);
  EXPECT_EQ(creator->owners, std::vector<std::string>{"msc2175"});
  const std::set<std::string> affects(creator->affects.begin(), creator->affects.end());
  EXPECT_TRUE(affects.contains("member.join.creator"));
  EXPECT_TRUE(affects.contains("required_level")) << "through creators and power";
  EXPECT_FALSE(affects.contains("joined"));
}

TEST(Compare, AChangedConditionIsOneEditOfItsBlock) {
  const auto edits = compare(version("9"), version("10"), &registry());
  const Edit* head = find(edits, "rules", "member.join.restricted");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->change, EditChange::kReplaced);
  EXPECT_EQ(head->before, "when join_rule = \"restricted\"");
  EXPECT_FALSE(find(edits, "rules", "member.join.restricted.allow"));
}

TEST(Compare, OwnersOfVersionsBetweenAreFound) {
  const auto edits = compare(version("6"), version("9"), &registry());
  EXPECT_EQ(find(edits, "rules", "member.knock")->owners, std::vector<std::string>{"msc2403"});
  EXPECT_EQ(find(edits, "rules", "member.authorised")->owners, std::vector<std::string>{"msc3083"});
  const auto older = compare(version("5"), version("9"), &registry());
  ASSERT_TRUE(find(older, "rules", "aliases"));
  EXPECT_EQ(find(older, "rules", "aliases")->owners, std::vector<std::string>{"msc2432"});
}

TEST(Compare, ARuleThatOnlyMovedIsSaidToHaveMoved) {
  const Version twelve = version("12");
  Version moved = twelve;
  std::swap(moved.rules[moved.rules.size() - 3], moved.rules[moved.rules.size() - 2]);
  const auto edits = compare(twelve, moved);
  ASSERT_EQ(edits.size(), 1u);
  EXPECT_TRUE(edits[0].moved);
  EXPECT_EQ(edits[0].before, edits[0].after);
}

TEST(Compare, UnrelatedVersionsAreCompared) {
  const auto edits = compare(version("org.matrix.msc3757.11"), version("org.matrix.msc4416.v1"), &registry());
  const Edit* key = find(edits, "rules", "state_key");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->owners, std::vector<std::string>{"msc3757"});
  EXPECT_TRUE(find(edits, "rules", "policy"));
}

}  // namespace
}  // namespace stateroom::rules
