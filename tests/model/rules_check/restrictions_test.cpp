// Q1-Q4: each with a rule that breaks it and a twin that does not.
#include <gtest/gtest.h>

#include "tests/model/rules_check/support.h"

namespace stateroom::rules {
namespace {

std::string rule(const std::string& leaf) { return "edit rules\n  insert t before federate: " + leaf + "\n"; }
std::string in_levels(const std::string& text) {
  return "edit rules\n  insert power_levels.t before power_levels.allow: " + text + "\n";
}

void refused(const std::string& broken, const std::string& which, const std::string& twin) {
  const auto found = check(broken);
  ASSERT_FALSE(found.empty()) << broken;
  EXPECT_EQ(found.front().code, "restriction") << found.front().message;
  EXPECT_NE(found.front().message.find(which), std::string::npos) << found.front().message;
  EXPECT_EQ(found.front().line, broken.find("\n    ") == std::string::npos ? 5u : 6u);
  for (const Diagnostic& wrong : check(twin))
    ADD_FAILURE() << "the twin fails: " << wrong.where() << ": " << wrong.message;
}

const std::string kChanges =
    "for each (n, old, new) in changes(power_levels.content to content at users)\n    a: reject if ";

TEST(Restrictions, AQuantifierHoldsNoQuantifier) {
  refused(rule("reject if any e in auth_events has (any p in prev_events has p.rejected)"), "(Q1)",
          rule("reject if (any e in auth_events has e.rejected) or any p in prev_events has p.rejected"));
}
TEST(Restrictions, ForEachHoldsNoQuantifier) {
  refused(in_levels(kChanges + "any e in auth_events has e.rejected"), "(Q1)", in_levels(kChanges + "n in creators"));
}
TEST(Restrictions, ATypeTestOfAWholeMapIsAQuantifier) {
  refused(in_levels(kChanges + "content.events is ill_typed"), "(Q1)",
          in_levels(kChanges + "content.ban is ill_typed"));
}
TEST(Restrictions, ABoundKeyStandsOnlyWhereItMay) {
  refused(in_levels("reject if any (user, v) in content.users has user starts with \"@x\""), "(Q2)",
          in_levels("reject if any (user, v) in content.users has server(user) = \"x\""));
}
TEST(Restrictions, ABoundKeyIsComparedWithNoBoundTerm) {
  refused(rule("reject if any (user, m) in state[\"m.room.member\"] has user = m.sender"), "(Q2)",
          rule("reject if any (user, m) in state[\"m.room.member\"] has user = sender"));
}
TEST(Restrictions, ALargerTermWithABoundVariableIsNoIndex) {
  refused(rule("reject if any (user, m) in state[\"m.room.member\"] has membership(m.sender) = \"join\""), "(Q3)",
          rule("reject if any (user, m) in state[\"m.room.member\"] has membership(user) = \"join\""));
}
TEST(Restrictions, LevelsAreOnlyCompared) {
  refused(rule("reject if power(sender) + 1 > 5"), "(Q4)", rule("reject if power(sender) > 5"));
}
TEST(Restrictions, SizesMayAddAConstantOnly) {
  refused(rule("reject if size(sender) + size(type) > 300"), "(Q4)", rule("reject if size(sender) + 45 > 300"));
}
TEST(Restrictions, AListOfTheContentIsReadByInAlone) {
  refused(rule("reject if any u in create.content.additional_creators has u = sender"), "(Q4)",
          rule("reject if sender in create.content.additional_creators"));
}
TEST(Restrictions, AListInsideAUnionIsReadByInAlone) {
  refused(rule("reject if any u in creators has u = sender"), "(Q4)",
          rule("reject if any u in {sender, type} has u = sender"));
}
TEST(Restrictions, AListOfEventsNeedsALimit) {
  const auto found = check("edit limits\n  remove auth_events\n");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().code, "restriction");
  EXPECT_EQ(found.front().message,
            "`auth_events` has no limit, and a list that a quantifier ranges over needs one (Q4)");
  EXPECT_TRUE(check("edit limits\n  replace auth_events 11 entries\n").empty());
}

}  // namespace
}  // namespace stateroom::rules
