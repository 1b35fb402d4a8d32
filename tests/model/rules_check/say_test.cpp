#include "model/rules/say.h"

#include <gtest/gtest.h>

#include "model/rules/parser.h"
#include "tests/model/rules_check/support.h"

namespace stateroom::rules {
namespace {

std::string english(std::string_view expression) {
  static const Version twelve = version("12");
  const auto parsed = parse_expression(expression, "expression");
  if (!parsed) {
    ADD_FAILURE() << expression << ": " << parsed.error().front().message;
    return {};
  }
  return say(twelve, *parsed);
}

TEST(Say, EveryFormOfAConditionIsAClause) {
  EXPECT_EQ(english("membership(sender) != \"join\""), "the membership of the `sender` is not `join`");
  EXPECT_EQ(english("not membership(sender) = \"join\""), "the membership of the `sender` is not `join`");
  EXPECT_EQ(english("power(sender) >= invite_level"), "the power of the `sender` is at least the invite level");
  EXPECT_EQ(english("not power(sender) >= invite_level"), "the power of the `sender` is less than the invite level");
  EXPECT_EQ(english("state_key is absent"), "the `state_key` is absent");
  EXPECT_EQ(english("state_key is not absent"), "the `state_key` is present");
  EXPECT_EQ(english("content.users is ill_typed"), "`content.users` is present but has the wrong type");
  EXPECT_EQ(english("authoriser is not user_id"), "the authoriser is not a valid `user_id`");
  EXPECT_EQ(english("type in {\"a\", \"b\"}"), "the `type` is `a` or `b`");
  EXPECT_EQ(english("type not in {\"a\", \"b\", \"c\"}"), "the `type` is neither `a`, `b` nor `c`");
  EXPECT_EQ(english("sender in creators"), "the `sender` is among the creators");
  EXPECT_EQ(english("state_key starts with \"@\""), "the `state_key` starts with `@`");
  EXPECT_EQ(english("not (state_key is absent or type = \"x\")"),
            "the `state_key` is present and the `type` is not `x`");
  EXPECT_EQ(english("type = \"x\" and (type = \"y\" or type = \"z\")"),
            "the `type` is `x` and (the `type` is `y` or the `type` is `z`)");
  EXPECT_EQ(english("rivals(auth_events) is not empty"), "two entries of `auth_events` share type and `state_key`");
  EXPECT_EQ(english("any e in auth_events has e.rejected"), "some *e* in `auth_events` is such that *e* was rejected");
  EXPECT_EQ(english("not any e in auth_events has e.rejected"),
            "no *e* in `auth_events` is such that *e* was rejected");
  EXPECT_EQ(english("not all e in auth_events has e.rejected"),
            "some *e* in `auth_events` is such that *e* was not rejected");
  EXPECT_EQ(english("any (user, level) in content.users has user in creators"),
            "some entry (*user* and *level*) in `content.users` is such that *user* is among the creators");
  EXPECT_EQ(english("not signed_by(server(sender))"), "the event is not signed by the server of the `sender`");
  EXPECT_EQ(english("verifies(content.third_party_invite.signed, third_party_keys)"),
            "one of the third party keys verifies a signature of `content.third_party_invite.signed`");
}

TEST(Say, EveryFormOfAValueIsANounPhrase) {
  EXPECT_EQ(english("create.content.\"m.federate\""), "`m.federate` of the `m.room.create` event");
  EXPECT_EQ(english("member(state_key).sender"), "`sender` of the `m.room.member` event of the `state_key`");
  EXPECT_EQ(english("power_levels.content.ban default 50"),
            "`ban` of the `m.room.power_levels` event, or if that is missing 50");
  EXPECT_EQ(english("size(state_key) + 256"), "the size of the `state_key` in bytes plus 256");
  EXPECT_EQ(english("prefix(state_key, \"_\", \":\")"), "the `state_key` up to the first `_` after its first `:`");
  EXPECT_EQ(english("if type = \"x\" then infinite else 0"), "infinity if the `type` is `x`, otherwise 0");
  EXPECT_EQ(english("power_at(event)"), "the power at the event");
  EXPECT_EQ(english("extremities(along prev_events)"), "the forward extremities along `prev_events`");
  EXPECT_EQ(english("extremities({e in accepted : e.state_key is present} along prev_events)"),
            "the forward extremities along `prev_events` among the accepted events *e* such that `state_key` of *e* is "
            "present");
}

TEST(Say, RulesAreNumberedAndMarked) {
  const Version eight = version("8");
  const std::string rules = say(eight, SectionName{SectionKind::kRules, {}});
  EXPECT_NE(rules.find("    - **4.3.5** If the join rule is `restricted`: *(new: MSC3083)*\n"), std::string::npos)
      << rules;
  EXPECT_NE(rules.find("      - **4.3.5.3** Allow.\n"), std::string::npos)
      << "a rule inside a new block is not marked again:\n"
      << rules;
  EXPECT_NE(rules.find("**4.5.1** If the `sender` is the `state_key`: if the membership of the `sender` is `invite`, "
                       "`join` or `knock`, allow; otherwise, reject.\n"),
            std::string::npos)
      << rules;
  EXPECT_EQ(say(eight, SectionName{SectionKind::kRules, {}}, {.labels = false, .marks = false}).find("MSC"),
            std::string::npos);
}

TEST(Say, OneRuleIsSaidAlone) {
  const Version eight = version("8");
  const Rule* rule = eight.rule("member.join.banned");
  ASSERT_TRUE(rule);
  EXPECT_EQ(say(eight, *rule, {.labels = true, .marks = true}),
            "- **" + rule->number + "** `member.join.banned` If the membership of the `sender` is `ban`, reject.\n");
}

TEST(Say, EveryVersionIsSaidWholeAndTheSameTwice) {
  for (const std::string& name : registry().names()) {
    const Version text = version(name);
    const std::string said = say(text);
    EXPECT_EQ(said, say(text));
    EXPECT_EQ(said.find("  \n"), std::string::npos) << name;
    for (const std::string_view heading : {"## Rules", "## Resolution", "## Receipt", "## Auth events"})
      EXPECT_NE(said.find(heading), std::string::npos) << name << " " << heading;
    for (const PlacedRule& placed : walk(text.rules)) {
      if (placed.rule->number.empty()) continue;
      EXPECT_NE(said.find("**" + placed.rule->number + "** "), std::string::npos) << name << " " << placed.rule->number;
    }
  }
}

TEST(Say, ATextWithACircleOfDefinitionsIsSaidAllTheSame) {
  const Version text = candidate("edit definitions\n  insert a = not b\n  insert b = not a\n");
  EXPECT_NE(say(text).find("- *a* holds if"), std::string::npos);
}

}  // namespace
}  // namespace stateroom::rules
