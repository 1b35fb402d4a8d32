#include "model/rules/lint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/rules/check.h"
#include "tests/model/rules_check/support.h"

namespace stateroom::rules {
namespace {

std::set<std::string> unkept(std::string_view name) {
  std::set<std::string> result;
  const auto elaborated = core(version(name));
  if (!elaborated) return result;
  for (const UnkeptRead& read : unkept_reads(*elaborated)) {
    EXPECT_FALSE(read.labels.empty());
    result.insert(read.event_type.empty() ? read.field : read.event_type + " " + read.field);
  }
  return result;
}

TEST(Lint, UnkeptReadsAreExactlyThoseThatAreKnown) {
  for (int number = 1; number <= 12; ++number) {
    std::set<std::string> expected = {"m.room.third_party_invite public_key", "m.room.third_party_invite public_keys"};
    if (number <= 2) expected.insert("redacts");
    if (number <= 10)
      expected.insert({"m.room.create m.federate", "m.room.create room_version", "m.room.member third_party_invite",
                       "m.room.power_levels invite"});
    if (number == 8) expected.insert("m.room.member join_authorised_via_users_server");
    if (number >= 6) expected.insert("m.room.power_levels notifications");
    EXPECT_EQ(unkept(std::to_string(number)), expected) << "version " << number;
  }
}

std::vector<Diagnostic> lints(const Version& text) {
  const auto elaborated = core(text);
  return elaborated ? lint(text, *elaborated) : std::vector<Diagnostic>{};
}

std::vector<std::string> with_code(const std::vector<Diagnostic>& found, std::string_view code) {
  std::vector<std::string> result;
  for (const Diagnostic& one : found)
    if (one.code == code) result.push_back(one.message);
  return result;
}

std::vector<std::string> of_candidate(std::string_view body, std::string_view code) {
  return with_code(lints(candidate(body)), code);
}

TEST(Lint, NoVersionReadsASlotThatIsNotSelectedOrHasADeadOrShadowedRule) {
  for (const std::string& name : registry().names()) {
    const auto found = lints(version(name));
    for (const std::string_view code :
         {"slot-not-selected", "dead-rule", "shadowed-rule", "stale-reading", "partial-order"})
      EXPECT_TRUE(with_code(found, code).empty())
          << name << ": " << (with_code(found, code).empty() ? "" : with_code(found, code).front());
  }
}

TEST(Lint, JoinRulesAreSelectedForInvitesAndNotRead) {
  for (const std::string name : {"7", "12"}) {
    const auto found = with_code(lints(version(name)), "slot-not-read");
    ASSERT_EQ(found.size(), 1u) << name;
    EXPECT_EQ(
        found[0],
        "others.member.join_rules selects `m.room.join_rules`, which no rule reads where its condition names `invite`");
  }
  EXPECT_TRUE(of_candidate("edit auth events\n  replace others.member.join_rules: when content.membership in "
                           "{\"join\", \"knock\"}, select join_rules\n",
                           "slot-not-read")
                  .empty());
}

TEST(Lint, MSC4416ReadsAWholeFamily) {
  const auto found = with_code(lints(version("org.matrix.msc4416.v1")), "family-read");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0], "policy.joined reads every `m.room.member` of the state");
  EXPECT_TRUE(with_code(lints(version("12")), "family-read").empty());
}

TEST(Lint, ASlotThatARuleReadsIsSelected) {
  EXPECT_EQ(of_candidate("edit rules\n  insert t before federate: reject if state[\"m.room.x\", \"\"] is absent\n",
                         "slot-not-selected")
                .size(),
            1u);
  EXPECT_TRUE(
      of_candidate(
          "edit rules\n  insert t before federate: reject if state[\"m.room.x\", \"\"] is absent\n"
          "edit auth events\n  insert others.x: select x\nedit definitions\n  insert x = state[\"m.room.x\", \"\"]\n",
          "slot-not-selected")
          .empty());
}

TEST(Lint, ARuleAfterOneThatAlwaysDecidesIsDead) {
  const auto found = of_candidate("edit rules\n  insert t before federate: reject\n", "dead-rule");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].substr(0, found[0].find(':')), "federate is never reached") << found[0];
  EXPECT_TRUE(of_candidate("edit rules\n  insert t before federate: reject if type = \"x\"\n", "dead-rule").empty());
}

TEST(Lint, ARuleWhoseConditionWasDecidedIsShadowed) {
  const std::string first =
      "edit rules\n  insert t before federate: reject if sender = \"x\" or type = \"y\"\n  insert u before federate: ";
  EXPECT_EQ(of_candidate(first + "allow if sender = \"x\" and state_key is absent\n", "shadowed-rule").size(), 1u);
  EXPECT_EQ(of_candidate(first + "when type = \"y\"\n    a: reject if state_key is absent\n", "shadowed-rule").size(),
            1u);
  EXPECT_TRUE(of_candidate(first + "allow if sender = \"z\" and state_key is absent\n", "shadowed-rule").empty());
  const std::string among =
      "edit rules\n  insert t before federate: reject if type in {\"x\", \"y\"}\n  insert u before federate: ";
  EXPECT_EQ(of_candidate(among + "allow if type = \"y\"\n", "shadowed-rule").size(), 1u);
  EXPECT_TRUE(of_candidate(among + "allow if type = \"z\"\n", "shadowed-rule").empty());
}

TEST(Lint, AKeyThatIsNotTotalIsSaid) {
  EXPECT_EQ(
      of_candidate("edit resolution\n  insert x = sort(conflicted least e: (e.origin_server_ts))\n", "partial-order")
          .size(),
      1u);
  EXPECT_TRUE(of_candidate("edit resolution\n  insert x = sort(conflicted least e: (e.origin_server_ts, e.event_id))\n",
                           "partial-order")
                  .empty());
}

TEST(Lint, AnEditHasAnOwnerOutsideCandidates) {
  Version text = candidate("edit rules\n  insert t before federate: reject if sender = \"x\"\n");
  EXPECT_TRUE(with_code(lints(text), "unowned-edit").empty());
  text.status = "unstable";
  EXPECT_EQ(with_code(lints(text), "unowned-edit").size(), 1u);
  Version owned = candidate("edit rules  msc 1\n  insert t before federate: reject if sender = \"x\"\n");
  owned.status = "unstable";
  EXPECT_TRUE(with_code(lints(owned), "unowned-edit").empty());
}

std::vector<std::string> of_text(std::string_view text, std::string_view code) {
  const std::vector<Diagnostic> found = check(text, "test.room", registry());
  for (const Diagnostic& one : found) EXPECT_EQ(one.severity, Severity::kWarning) << one.where() << one.message;
  return with_code(found, code);
}

TEST(Lint, AnIdentifierHasOneText) {
  EXPECT_EQ(
      of_text("room version \"x\" extends \"12\"\n  identifier \"11\"\n  status candidate\n", "shared-identifier"),
      (std::vector<std::string>{"create events that carry \"11\" are of two texts: this one and `11`"}));
  EXPECT_TRUE(of_text("room version \"x\" extends \"12\"\n  status candidate\n", "shared-identifier").empty());
  // A file of a shipped text's name: as it is shipped, and changed.
  const std::string same = registry().text("4").value();
  EXPECT_TRUE(of_text(same, "shared-identifier").empty());
  EXPECT_EQ(
      of_text(same + "\nedit limits  draft \"x\"\n  replace auth_events  11 entries\n", "shared-identifier").size(),
      1u);
}

TEST(Lint, ATextOfAnotherLineIsExtendedAsFirstPublished) {
  const auto found = [](const std::string& base, const std::string& line) {
    return of_text("room version \"x\" extends " + base + "\n" + line + "  status candidate\n", "crossed-line");
  };
  EXPECT_EQ(
      found("\"11\"", "  line ietf\n"),
      (std::vector<std::string>{"a text of the line `ietf` extends `11` of the line `matrix`, with what is added to "
                                "that later"}));
  EXPECT_TRUE(found("\"11\" without errata", "  line ietf\n").empty());
  EXPECT_TRUE(found("\"11\"", "").empty());
  EXPECT_TRUE(found("\"11\"", "  line matrix\n").empty()) << "what the published versions are of, without saying so";
  EXPECT_TRUE(found("\"I.1-framework\"", "").empty()) << "a line is inherited";
  EXPECT_EQ(found("\"I.1-framework\"", "  line matrix\n").size(), 1u);
}

TEST(Lint, NoShippedTextSharesAnIdentifierOrCrossesALine) {
  for (const std::string& name : registry().names()) {
    const std::string text = registry().text(name).value();
    EXPECT_TRUE(of_text(text, "shared-identifier").empty()) << name;
    EXPECT_TRUE(of_text(text, "crossed-line").empty()) << name;
  }
}

TEST(Lint, AReadingThatReplacesWhatHasChangedIsStale) {
  Version text = version("12", "text");
  EXPECT_TRUE(with_code(lints(text), "stale-reading").empty());
  bool changed = false;
  for (ReadingEntry& reading : text.readings) {
    for (Choice& choice : reading.choices) {
      if (choice.pins.empty() || changed) continue;
      choice.pins[0].replaced += " ";
      changed = true;
    }
  }
  ASSERT_TRUE(changed);
  EXPECT_EQ(with_code(lints(text), "stale-reading").size(), 1u);
}

}  // namespace
}  // namespace stateroom::rules
