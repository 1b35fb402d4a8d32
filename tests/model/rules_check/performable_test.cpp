// Forms that are well typed and that nothing computes: each refused at its place, and a twin that is computed.
#include <gtest/gtest.h>

#include "tests/model/rules_check/support.h"

namespace stateroom::rules {
namespace {

void refused(const std::string& broken, const std::string& why, const std::string& twin) {
  const auto found = check(broken);
  ASSERT_FALSE(found.empty()) << broken;
  EXPECT_NE(found.front().message.find(why), std::string::npos) << found.front().message;
  EXPECT_GT(found.front().line, 3u) << "it has a place";
  for (const Diagnostic& wrong : check(twin))
    ADD_FAILURE() << "the twin fails: " << wrong.where() << ": " << wrong.message;
}

std::string receipt(const std::string& condition) {
  return "edit receipt\n  insert t after current_state: soft fail unless " + condition + "\n";
}
std::string resolution(const std::string& entry) { return "edit resolution\n  insert " + entry + "\n"; }
std::string condition(const std::string& text) {
  return resolution("some = {e in full_conflicted_set : " + text + "}");
}
std::string key(const std::string& text) {
  return resolution("sorted = sort(full_conflicted_set least e: (" + text + ", e.event_id))");
}

TEST(Performable, AStateIsGivenToAWholeConditionOnReceipt) {
  refused(receipt("depth < (depth given event with current)"), "only an edge field",
          receipt("((depth < 9) given event with current)"));
}

TEST(Performable, AVerdictStandsOutsideOfWhatIsAskedOfOneEvent) {
  refused(receipt("(if allowed(current) then depth else 0) > 1"), "computed from states",
          receipt("(allowed(current) or depth > 1)"));
}

TEST(Performable, AWalkTakesEventsAsTheyCome) {
  refused(
      "edit state before\n  insert extra(p: event) = resolve(after(q) for q in p.auth_events) overlaid with "
      "{p.auth_events[\"m.room.create\", \"\"]}\n",
      "", "edit state before\n  insert extra(p: event) = p.before overlaid with {p}\n");
}

TEST(Performable, TheWalkNeedsItsTwoNames) {
  const auto found = check("edit state before\n  remove current\n\nedit receipt\n  remove current_state\n");
  ASSERT_FALSE(found.empty());
}

TEST(Performable, WhatAServerHoldsDependsOnNoEvent) {
  refused("edit state before\n  replace current = resolve(after(p) for p in prev_events)\n", "reads an event",
          "edit state before\n  replace current = resolve(p.before for p in extremities(along prev_events))\n");
  refused("edit state before\n  replace current = before\n", "reads an event",
          "edit state before\n  replace current = {}\n");
}

TEST(Performable, ANameOfAResolutionIsASet) {
  refused(resolution("in_force = partial[\"m.room.power_levels\", \"\"]"), "no set, order or state",
          resolution("in_force = partial | conflicted"));
  refused(resolution("every = states"), "`states` stands alone", resolution("every = union of s for s in states"));
}

TEST(Performable, WhatIsAskedForByNameHasNoParameters) {
  refused("edit resolution\n  replace result(e: event) = partial\n", "has no parameters",
          "edit resolution\n  replace result = partial\n");
  refused("edit state before\n  replace before(p: event) = p.before\n\nedit receipt\n  remove state_before\n",
          "has no parameters", "edit state before\n  replace before = {}\n");
}

TEST(Performable, AFunctionOfAResolutionTakesEventsAndSets) {
  refused(resolution("late(t: integer, e: event) = e.depth"), "neither an event nor a set",
          resolution("late(s: events, e: event) = e.depth"));
}

TEST(Performable, AConditionOfAResolutionIsOneThatItCanAsk) {
  refused(condition("any p in e.auth_events has p in conflicted"), "can ask",
          condition("e in conflicted and any p in e.auth_events has p.rejected"));
}

TEST(Performable, AComponentOfAKeyIsOneThatItCanCompare) {
  refused(key("(if e in conflicted then e.depth else 0) + 1"), "put events in order",
          key("if e in conflicted then e.depth else 0"));
}

}  // namespace
}  // namespace stateroom::rules
