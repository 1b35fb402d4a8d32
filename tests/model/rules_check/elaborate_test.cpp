// Every restriction of the checker with a text that it refuses, where and in which words, and a twin that it takes.
#include "model/rules/elaborate.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/model/rules_check/support.h"

namespace stateroom::rules {
namespace {

TEST(Elaborate, TakesEveryVersionInEveryProfile) {
  std::size_t checked = 0;
  for (const std::string& name : registry().names()) {
    const Version text = version(name);
    std::vector<std::string> all = profiles(text);
    all.push_back("text");
    all.push_back("default");
    for (const std::string& profile : all) {
      const auto result = elaborate(version(name, profile));
      EXPECT_TRUE(result) << name << " " << profile << ": " << (result ? "" : result.error().front().message);
      ++checked;
    }
  }
  EXPECT_GE(checked, 60u);
}

TEST(Elaborate, EverySingleChoiceOfAReadingIsTaken) {
  for (const std::string name : {"1", "2", "6", "11", "12"}) {
    for (const ReadingEntry& reading : version(name).readings) {
      for (const Choice& choice : reading.choices) {
        LoadOptions options;
        options.readings[reading.name] = choice.name;
        const auto loaded = load(name, registry(), options);
        ASSERT_TRUE(loaded) << name << " " << reading.name << "=" << choice.name;
        EXPECT_TRUE(elaborate(*loaded)) << name << " " << reading.name << "=" << choice.name;
      }
    }
  }
}

struct Case {
  std::string what;
  std::string broken;  // `@@` marks where the error is expected
  std::string code;
  std::string words;  // part of the message
  std::string hint;   // part of the hint
  std::string twin;   // nearly the same and right
};

std::string rule(const std::string& leaf) { return "edit rules\n  insert t before federate: " + leaf + "\n"; }
std::string in_levels(const std::string& text) {
  return "edit rules\n  insert power_levels.t before power_levels.allow: " + text + "\n";
}
std::string definition(const std::string& text) { return "edit definitions\n  insert " + text + "\n"; }
std::string resolution(const std::string& text) { return "edit resolution\n  " + text + "\n"; }

std::vector<Case> name_cases() {
  return {
      {"unknown name", rule("reject if @@sendr = \"x\""), "name", "unknown name `sendr`", "did you mean `sender`?",
       rule("reject if sender = \"x\"")},
      {"unknown function", rule("reject if @@sever(sender) = \"x\""), "name", "unknown function `sever`",
       "did you mean `server`?", rule("reject if server(sender) = \"x\"")},
      {"unknown name in a definition that nothing uses", definition("t = @@creatr"), "name", "unknown name `creatr`",
       "did you mean", definition("t = creator")},
      {"a definition in a circle", definition("a = b\n  insert b = @@a"), "name", "`a` is defined by itself",
       "not recursive", definition("a = b\n  insert b = creator")},
      {"a name that is a primitive", definition("@@server = creator"), "name", "`server` is a function of the language",
       "another name", definition("home = creator")},
      {"a bound name that is a field", rule("reject if @@any sender in auth_events has sender.rejected"), "name",
       "`sender` is a field of the event", "another name", rule("reject if any e in auth_events has e.rejected")},
      {"a name of resolution in a circle", resolution("insert @@x = y\n  insert y = x"), "name",
       "`x` is defined by itself", "not in a circle", resolution("insert x = y\n  insert y = conflicted")},
      {"an unknown edge field", resolution("insert x = reachable(conflicted @@along prev_event)"), "name",
       "`prev_event` is no edge field", "did you mean `prev_events`?",
       resolution("insert x = reachable(conflicted along prev_events)")},
      {"an unknown question", rule("reject if @@state_key is presnt"), "name", "`presnt` is no type and no question",
       "did you mean `present`?", rule("reject if state_key is present")},
      {"an unknown field of an event", rule("reject if any e in auth_events has @@e.sendr = \"x\""), "name",
       "an event has no field `sendr`", "did you mean `sender`?",
       rule("reject if any e in auth_events has e.sender = \"x\"")},
      {"an unknown type of a field", "edit content \"m.room.member\"\n  insert t @@sting\n", "name",
       "unknown type `sting`", "did you mean `string`?", "edit content \"m.room.member\"\n  insert t string\n"},
  };
}

std::vector<Case> type_cases() {
  return {
      {"content of an unknown type", rule("reject if @@content.membership = \"x\""), "type",
       "where the event's type is not known", "under `when type",
       rule("when type = \"m.room.member\", reject if content.membership = \"x\"")},
      {"content right of `or`", rule("reject if type = \"m.room.member\" or @@content.membership = \"x\""), "type",
       "where the event's type is not known", "",
       rule("reject if type = \"m.room.member\" and content.membership = \"x\"")},
      {"an undeclared field", rule("when type = \"m.room.member\", reject if @@content.membershp = \"x\""), "type",
       "declares no field `membershp`", "did you mean `membership`?",
       rule("when type = \"m.room.member\", reject if content.membership = \"x\"")},
      {"a field of type any", rule("when type = \"m.room.join_rules\", reject if @@content.allow is present"), "type",
       "has the type any", "declare its type",
       rule("when type = \"m.room.join_rules\", reject if content.join_rule is present")},
      {"`=` of two reads that may be missing", rule("reject if @@membership(sender) = membership(\"@a:b\")"), "type",
       "may both be missing", "is present", rule("reject if membership(sender) = \"join\"")},
      {"`>` of a read that may be missing", rule("reject if @@power_levels.content.ban > power(sender)"), "type",
       "may be missing where `>` compares it", "default",
       rule("reject if (power_levels.content.ban default 0) > power(sender)")},
      {"a missing argument", rule("reject if power(@@state_key) > 5"), "type",
       "`state_key` may be missing, and `user` of `power` needs a value", "optional",
       rule("reject if state_key is present and power(state_key) > 5")},
      {"`is present` does not narrow right of `or`", rule("reject if state_key is present or power(@@state_key) > 5"),
       "type", "`state_key` may be missing", "", rule("reject if state_key is absent or power(state_key) > 5")},
      {"after `reject if A and B` nothing is known",
       rule("reject if state_key is absent and type = \"x\"\n  insert u before federate: reject if power(@@state_key) "
            "> 5"),
       "type", "`state_key` may be missing", "",
       rule("reject if state_key is absent or type = \"x\"\n  insert u before federate: reject if power(state_key) > "
            "5")},
      {"inside `when absent`", rule("when state_key is absent\n    a: reject if power(@@state_key) > 5"), "type",
       "`state_key` may be missing", "", rule("when state_key is present\n    a: reject if power(state_key) > 5")},
      {"after a block that does not always decide",
       rule("when state_key is absent\n    a: reject if type = \"x\"\n  insert u before federate: reject if "
            "power(@@state_key) > 5"),
       "type", "`state_key` may be missing", "",
       rule("when state_key is absent\n    a: reject\n  insert u before federate: reject if power(state_key) > 5")},
      {"a `skip if` leaves the block",
       rule("when state_key is absent\n    s: skip if type = \"x\"\n    a: reject\n  insert u before federate: reject "
            "if power(@@state_key) > 5"),
       "type", "`state_key` may be missing", "",
       rule("when state_key is absent\n    s: reject if type = \"x\"\n    a: reject\n  insert u before federate: "
            "reject if power(state_key) > 5")},
      {"a level that may be ill-typed",
       rule("reject if power_levels.content.ban is present and @@power_levels.content.ban > power(sender)"), "type",
       "may be missing", "",
       rule("reject if power_levels.content.ban is level and power_levels.content.ban > power(sender)")},
      {"a condition that may be missing", rule("reject if @@create.content.\"m.federate\""), "type",
       "a condition that may be missing", "= true", rule("reject if create.content.\"m.federate\" = true")},
      {"a value where a condition stands", rule("reject if @@sender"), "type", "expected a condition", "",
       rule("reject if sender is user_id")},
      {"two types compared", rule("reject if @@sender = 5"), "type", "a string is compared with an integer", "one type",
       rule("reject if sender = \"5\"")},
      {"strings have no order", rule("reject if @@sender < \"x\""), "type", "a string cannot be compared with `<`", "",
       rule("reject if sender != \"x\"")},
      {"a type that a column is not decoded as", rule("reject if @@policy.content.via is level"), "type",
       "it is declared as a string", "is ill_typed", rule("reject if policy.content.via is string")},
      {"an index that may be missing", rule("reject if state[\"m.room.member\", @@state_key] is absent"), "type",
       "the index `state_key` may be missing", "optional string",
       rule("reject if state_key is present and state[\"m.room.member\", state_key] is absent")},
      {"the number of arguments", rule("reject if @@server(sender, sender) = \"x\""), "type",
       "`server` takes 1 argument, found 2", "", rule("reject if server(sender) = \"x\"")},
      {"`allowed` outside receipt", rule("reject if @@allowed(auth_events)"), "type", "only in the section receipt", "",
       "edit receipt\n  insert t last: reject unless allowed(auth_events)\n"},
      {"`in` a map", rule("when type = \"m.room.power_levels\", reject if sender in @@content.users"), "type",
       "a map stands right of `in`", "map[key]",
       rule("when type = \"m.room.power_levels\", reject if content.users[sender] is present")},
      {"an order used as a set", resolution("insert x = @@power_order | conflicted"), "type", "an order is not a set",
       "name the set", resolution("insert x = power_closure | conflicted")},
      {"events where a state is needed", resolution("replace partial = apply(admissible(power_order) to @@conflicted)"),
       "type", "expected a state", "two of one key",
       resolution("replace partial = apply(admissible(power_order) to unconflicted)")},
      {"the rivals of another set",
       resolution("insert x = rivals(union of s for s in states)\n  replace result = @@conflicted - x"), "type", "", "",
       resolution(
           "insert every = union of s for s in states\n  insert x = rivals(every)\n  replace result = every - x")},
      {"a hash outside a key", rule("reject if @@sha1(sender) = sha1(type)"), "type", "only in the key of an order",
       "least", resolution("insert x = sort(conflicted least e: (sha1(e.event_id)))")},
      {"a set that is chosen",
       definition("t = @@if type = \"x\" then {sender} else {type}\nedit rules\n  insert u before federate: reject if "
                  "sender in t"),
       "type", "is no value to choose", "right of `in`",
       rule("reject if if type = \"x\" then sender in {sender} else sender in {type}")},
      {"a field without an event", resolution("insert x = {e in conflicted : @@sender = \"x\"}"), "name",
       "unknown name `sender`", "e.sender", resolution("insert x = {e in conflicted : e.sender = \"x\"}")},
  };
}

void run(const std::vector<Case>& cases) {
  for (const Case& test : cases) {
    SCOPED_TRACE(test.what);
    const Marked text = marked(test.broken);
    const std::vector<Diagnostic> found = check(text.body);
    ASSERT_FALSE(found.empty()) << "the broken text passed:\n" << text.body;
    const Diagnostic& first = found.front();
    EXPECT_EQ(first.code, test.code) << first.message;
    if (!test.words.empty()) {
      EXPECT_EQ(first.where(), "test.room:" + std::to_string(text.line) + ":" + std::to_string(text.column))
          << first.message;
    }
    EXPECT_NE(first.message.find(test.words), std::string::npos) << first.message;
    EXPECT_NE(first.hint.find(test.hint), std::string::npos) << first.hint;
    EXPECT_EQ(first.severity, Severity::kError);
    for (const Diagnostic& wrong : check(test.twin))
      ADD_FAILURE() << "the twin fails: " << wrong.where() << ": " << wrong.message << " | " << wrong.hint;
  }
}

TEST(Elaborate, RefusesNamesThatMeanNothing) { run(name_cases()); }
TEST(Elaborate, RefusesTypesAndReadsThatMayBeMissing) { run(type_cases()); }

TEST(Elaborate, RefusesRulesOfTheWrongShape) {
  run({
      {"a skip in no block", "edit rules\n  insert @@leave before allow: skip if sender = \"x\"\n", "restriction",
       "stands in none", "into a block", "edit rules\n  insert leave before allow: reject if sender = \"x\"\n"},
      {"the last rule does not always decide", "edit rules\n  replace @@allow: allow if sender = \"x\"\n",
       "restriction", "does not always decide", "allow: allow", "edit rules\n  replace allow: reject\n"},
      {"`for each` with an allow",
       in_levels(
           "for each (n, old, new) in changes(power_levels.content to content at ban)\n    @@a: allow if new is level"),
       "restriction", "`for each` holds only `reject if`", "",
       in_levels(
           "for each (n, old, new) in changes(power_levels.content to content at ban)\n    a: reject if new is level")},
      {"`for each` over a list", in_levels("for each (n, old, new) in @@auth_events\n    a: reject if type = \"x\""),
       "type", "`for each` ranges over changes", "any",
       in_levels("for each (n, old, new) in changes(power_levels.content to content at kick)\n    a: reject if type = "
                 "\"x\"")},
      {"`event` outside the definitions", rule("reject if @@event(\"$x\") is present"), "restriction",
       "outside the definitions", "give it a name",
       definition("x = event(\"$x\")\nedit rules\n  insert t before federate: reject if x is present")},
      {"a selection that reads the state", "edit auth events\n  insert others.t: select member(@@creator)\n", "type",
       "", "", "edit auth events\n  insert others.t: select member(sender)\n"},
      {"`select` of no slot", "edit auth events\n  insert others.t: select @@creator\n", "type",
       "`select` takes an entry of the state", "", "edit auth events\n  insert others.t: select join_rules\n"},
  });
}

TEST(Elaborate, ExtremitiesAreAskedAmongEventsByWhatTheyAre) {
  const auto current = [](const std::string& extremities) {
    return "edit state before\n  replace current = resolve(after(p) for p in " + extremities + ")\n";
  };
  const std::string twin = current("extremities({e in accepted : e.type = \"x\"} along prev_events)");
  run({
      {"of other events than the accepted", current("extremities(@@prev_events along prev_events)"), "type",
       "among all accepted events or some of them", "{e in accepted : ", twin},
      {"by the state", current("extremities({e in accepted : @@state[\"x\", \"\"] is present} along prev_events)"),
       "type", "there is no state here", "", twin},
      {"by another event", current("extremities({e in accepted : e.type = @@type} along prev_events)"), "name",
       "unknown name `type`", "", twin},
      {"by another name of the section", current("extremities({e in accepted : e in @@before} along prev_events)"),
       "name", "unknown name `before`", "", twin},
      {"in a name that a walk does not keep up",
       "edit state before\n  insert @@tips = resolve(after(p) for p in extremities(along prev_events))\n", "type",
       "`extremities` stands once in `current`", "", twin},
      {"elsewhere", rule("reject if any e in @@accepted has e.type = \"x\""), "name", "unknown name `accepted`", "",
       rule("reject if any e in auth_events has e.type = \"x\"")},
  });
}

TEST(Elaborate, RefusesLimitsAndChoicesThatMeanNothing) {
  const std::string twin = "edit limits\n  insert sender  200 bytes\n";
  run({
      {"a limit of no field", "edit limits\n  insert @@sendr  200 bytes\n", "name", "no field of a PDU",
       "whole `event`", twin},
      {"a limit that leaves nothing", "edit limits\n  insert @@sender  0 bytes\n", "type", "leaves room for nothing",
       "at least 1", twin},
  });
  const auto found = check("edit readings\n  insert reading r default a\n    a \"one\"\n    a \"two\"\n");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].message, "the reading `r` has two choices `a`");
  EXPECT_TRUE(check("edit readings\n  insert reading r default a\n    a \"one\"\n    b \"two\"\n").empty());
}

TEST(Elaborate, WorkIsBounded) {
  const auto doubled = [](int times) {
    std::string body = "edit definitions\n  insert d0 = type = \"x\"\n";
    for (int i = 1; i <= times; ++i)
      body +=
          "  insert d" + std::to_string(i) + " = d" + std::to_string(i - 1) + " or d" + std::to_string(i - 1) + "\n";
    return body + rule("reject if d" + std::to_string(times));
  };
  EXPECT_TRUE(check(doubled(4)).empty());
  const auto found = check(doubled(30));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().code, "limit");

  const auto chained = [](int times) {
    std::string body = "edit definitions\n  insert d0 = type = \"x\"\n";
    for (int i = 1; i <= times; ++i) body += "  insert d" + std::to_string(i) + " = d" + std::to_string(i - 1) + "\n";
    return body + rule("reject if d" + std::to_string(times));
  };
  EXPECT_TRUE(check(chained(50)).empty());
  const auto deep = check(chained(5000));
  ASSERT_FALSE(deep.empty());
  EXPECT_EQ(deep.front().code, "limit");
}

TEST(Elaborate, SeveralErrorsAreReportedInTheOrderOfTheText) {
  const auto found =
      check(rule("reject if power(state_key) > 5\n  insert u before federate: reject if sender < \"x\""));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_LT(found[0].line, found[1].line);
}

TEST(Elaborate, AnErrorInADefinitionSaysWhereItIsUsed) {
  const auto found =
      check(definition("t(user: string) = member(user).content.membershp\nedit rules\n  insert t before federate: "
                       "reject if t(sender) = \"x\""));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].line, 5u);
  EXPECT_NE(found[0].hint.find("`t` is used at test.room:7:"), std::string::npos) << found[0].hint;
}

const CoreRule* find(const std::vector<CoreRule>& rules, std::string_view path) {
  for (const CoreRule& rule : rules) {
    if (rule.path == path) return &rule;
    if (const CoreRule* inner = find(rule.children, path)) return inner;
  }
  return nullptr;
}

TEST(Elaborate, ALeafIsStaticIfNeitherItNorItsBlocksReadTheState) {
  const auto twelve = core(version("12"));
  ASSERT_TRUE(twelve);
  for (const std::string path : {"create.prev_events", "auth_events.duplicates", "auth_events.selection",
                                 "member.fields", "power_levels.integers"})
    EXPECT_TRUE(find(twelve->rules, path)->is_static) << path;
  for (const std::string path : {"room", "federate", "member.join.creator", "member.leave.self",
                                 "member.join.restricted.allow", "power_levels.first", "required_level"})
    EXPECT_FALSE(find(twelve->rules, path)->is_static) << path;
}

TEST(Elaborate, AKeyKnowsItsNamesForExplanations) {
  const auto twelve = core(version("12"));
  ASSERT_TRUE(twelve);
  const Core& order = *twelve->resolution[twelve->resolution_name("power_order")].value;
  ASSERT_EQ(order.keys.size(), 3u);
  EXPECT_EQ(order.keys[0].name, "power_at");
  EXPECT_TRUE(order.keys[0].descending);
  EXPECT_EQ(order.keys[1].name, "origin_server_ts");
  EXPECT_EQ(order.keys[2].name, "event_id");
}

TEST(Elaborate, AnArgumentThatReadsTheEventIsEvaluatedOutsideGiven) {
  const Version text =
      candidate(definition("seen(user: string, e: event) = power(user) given e with e.auth_events\nedit rules\n  "
                           "insert t before federate: reject if any e in auth_events has seen(sender, e) > 5"));
  const auto elaborated = core(text);
  ASSERT_TRUE(elaborated);
  bool let = false;
  const std::function<void(const Core&)> visit = [&](const Core& part) {
    let |= part.kind == CoreKind::kLet;
    for (const CorePtr& arg : part.args) visit(*arg);
  };
  visit(*find(elaborated->rules, "t")->condition);
  EXPECT_TRUE(let);
}

}  // namespace
}  // namespace stateroom::rules
