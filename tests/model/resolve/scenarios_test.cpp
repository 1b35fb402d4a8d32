// The histories of tests/scenarios: what comes out under each algorithm, and that it can be explained.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/json/value.h"
#include "model/rules/elaborate.h"
#include "model/versions/registry.h"
#include "tests/model/resolve/scenario.h"
#include "tests/model/resolve/support.h"

namespace stateroom::testing {
namespace {

const std::vector<std::string> kVersions = {"1", "11", "12"};

/// The id of the event that the drawing calls `name`.
std::string id_of(const std::string& bytes, const std::string& name) {
  for (const auto& [id, known] : names_of(bytes)) {
    if (known == name) return id;
  }
  return "no event " + name;
}

TEST(Scenarios, EndAsTheirTextSaysUnderEachAlgorithm) {
  EXPECT_GE(scenarios().size(), 25u);
  for (const std::string& name : scenarios()) {
    for (const std::string& version : kVersions) {
      const std::string bytes = scenario(name, version);
      Lab lab(version, bytes);
      std::vector<State> states;
      for (const auto& set : lab.state_sets) states.push_back(lab.state(set));
      const auto result = lab.resolver->resolve(states);
      ASSERT_TRUE(result);
      NamedState state = lab.named(*result);
      const auto document = json::parse(bytes);
      const json::Value expected = json::root(**document).get("about").get("expected");
      EXPECT_GT(expected.size(), 0u);
      for (const json::Value entry : expected.children()) {
        const std::string want = entry.get("event_id").is_string() ? std::string(entry.get("event_id").string()) : "";
        const std::pair key{std::string(entry.get("type").string()), std::string(entry.get("state_key").string())};
        EXPECT_EQ(state[key], want) << name << " in version " << version << ": " << key.first << " " << key.second;
      }
    }
  }
}

TEST(Explain, NamesTheRuleThatRefusedAndWhatDecidedTheOrder) {
  const std::string bytes = scenario("ban_against_levels", "11");
  Lab lab("11", bytes);
  std::vector<State> states;
  for (const auto& set : lab.state_sets) states.push_back(lab.state(set));
  const auto explanation = lab.explain(states, std::pair{"m.room.power_levels", ""});
  ASSERT_TRUE(explanation);
  ASSERT_EQ(explanation->keys.size(), 1u);
  const resolve::KeyExplanation& key = explanation->keys[0];
  EXPECT_EQ(lab.id(key.winner), id_of(bytes, "levels_1"));
  ASSERT_EQ(key.candidates.size(), 2u);
  const std::size_t won = lab.id(key.candidates[0].event) == id_of(bytes, "levels_1") ? 0 : 1;
  EXPECT_EQ(key.candidates[won].outcome, "won");
  const resolve::Candidate& refused = key.candidates[1 - won];
  EXPECT_EQ(lab.id(refused.event), id_of(bytes, "levels_2"));
  EXPECT_EQ(refused.outcome, "refused");
  EXPECT_EQ(refused.label, "joined");
  EXPECT_FALSE(refused.number.empty());
  ASSERT_EQ(refused.placings.size(), 1u);
  EXPECT_EQ(refused.placings[0].component, "power_at");
  EXPECT_EQ(refused.placings[0].value_before, "100");
  EXPECT_EQ(refused.placings[0].value, "50");
  EXPECT_THAT(key.text, ::testing::HasSubstr("power_at 100 there, 50 here"));
  EXPECT_THAT(key.text, ::testing::HasSubstr("(joined)"));
  EXPECT_THAT(key.text, ::testing::HasSubstr("in full_conflicted_set: it is in `conflicted` and `auth_difference`"));
  EXPECT_THAT(key.text, ::testing::HasSubstr("in partial: the rules allowed it"));
  EXPECT_THAT(key.text, ::testing::HasSubstr("in applied: it was in the state that this began with"));
  EXPECT_THAT(key.text, ::testing::HasSubstr("in result: `applied` has it, and nothing covers it"));
  EXPECT_THAT(key.text, ::testing::HasSubstr(", content {\"users\":{"));
}

TEST(Explain, EveryContestedKeyOfEveryScenarioHasAText) {
  for (const std::string& name : scenarios()) {
    for (const std::string& version : kVersions) {
      Lab lab(version, scenario(name, version));
      std::vector<State> states;
      for (const auto& set : lab.state_sets) states.push_back(lab.state(set));
      const auto explanation = lab.explain(states);
      ASSERT_TRUE(explanation);
      EXPECT_FALSE(explanation->keys.empty());
      for (const auto& key : explanation->keys) {
        EXPECT_FALSE(key.candidates.empty());
        EXPECT_THAT(key.text, ::testing::HasSubstr(key.type));
      }
    }
  }
}

TEST(Explain, AKeyThatNoEventHasIsAnError) {
  Lab lab("11", scenario("mainline", "11"));
  const auto explanation = lab.explain({}, std::pair{"m.nothing", ""});
  ASSERT_FALSE(explanation);
  EXPECT_EQ(explanation.error().code, base::ErrorCode::kUnknownName);
}

TEST(Resolution, OfNoStateIsEmptyAndOfOneStateIsThatState) {
  for (const std::string& version : kVersions) {
    Lab lab(version, scenario("mainline", version));
    EXPECT_EQ(lab.resolver->resolve({}).value(), State{});
    const State one = lab.state(lab.state_sets[0]);
    EXPECT_EQ(lab.resolver->resolve(std::vector<State>{one, one}).value(), one) << version;
  }
}

TEST(Resolution, StopsAtItsLimits) {
  Lab lab("11", scenario("mainline", "11"));
  std::vector<State> states;
  for (const auto& set : lab.state_sets) states.push_back(lab.state(set));
  base::Limits limits;
  limits.resolution_steps_max = 3;
  resolve::Resolver few_steps(*lab.evaluator, lab.store, limits);
  ASSERT_FALSE(few_steps.resolve(states));
  EXPECT_EQ(few_steps.resolve(states).error().code, base::ErrorCode::kLimit);
  limits = {};
  limits.state_sets_max = 1;
  resolve::Resolver few_sets(*lab.evaluator, lab.store, limits);
  ASSERT_FALSE(few_sets.resolve(states));
}

TEST(Resolution, OfPathsHasALimitOfItsOwn) {
  rules::LoadOptions options;
  options.readings["power_order_edges"] = "paths";
  const auto program = rules::Program::compile(*rules::elaborate(*versions::Registry().load("11", options)));
  Lab lab("11", scenario("ban_against_levels", "11"));
  std::vector<State> states;
  for (const auto& set : lab.state_sets) states.push_back(lab.state(set));
  rules::Evaluator evaluator(program, *lab.room);
  base::Limits limits;
  EXPECT_TRUE(resolve::Resolver(evaluator, lab.store, limits).resolve(states));
  limits.paths_steps_max = 0;
  const auto stopped = resolve::Resolver(evaluator, lab.store, limits).resolve(states);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, base::ErrorCode::kLimit);
  EXPECT_EQ(stopped.error().message, "following `paths of` took more steps than `paths_steps_max` (0)");
  EXPECT_TRUE(lab.resolver->resolve(states)) << "links alone are no paths";
}

// A chain: create, the creator joins, sets levels, a rule, and the rule again. `named_by_create`: the room is named by
// its create event, which has no room id and is cited by none.
std::string chain(bool named_by_create) {
  const std::string room = named_by_create ? "" : R"("room_id":"!create:x",)";
  const std::string create = named_by_create ? "" : R"("$create",)";
  const std::string members = named_by_create ? R"("room_id":"!create",)" : room;
  const auto pdu = [](const std::string& id, const std::string& type, const std::string& key,
                      const std::string& content, const std::string& prev, const std::string& auth,
                      const std::string& more) {
    const std::string cited = !auth.empty() && auth.back() == ',' ? auth.substr(0, auth.size() - 1) : auth;
    return R"({"event_id":"$)" + id + R"(","type":"m.room.)" + type + R"(","state_key":")" + key +
           R"(","sender":"@a:x","origin_server_ts":1,)" + more + R"("content":)" + content +
           R"(,"prev_state_events":[)" + prev + R"(],"prev_events":[)" + prev + R"(],"auth_events":[)" + cited + "]}";
  };
  const std::string by_a = create + R"("$join","$levels")";
  return "[" + pdu("create", "create", "", R"({"creator":"@a:x"})", "", "", room) + "," +
         pdu("join", "member", "@a:x", R"({"membership":"join"})", R"("$create")", create, members) + "," +
         pdu("levels", "power_levels", "", R"({"users":{"@b:x":100},"state_default":0})", R"("$join")",
             create + R"("$join")", members) +
         "," + pdu("rule", "join_rules", "", R"({"join_rule":"public"})", R"("$levels")", by_a, members) + "," +
         pdu("rule2", "join_rules", "", R"({"join_rule":"invite"})", R"("$rule")", by_a, members) + "]";
}

TEST(Walk, ALinearHistoryIsTheFoldUnderEveryVersion) {
  for (const std::string version :
       {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13-candidate", "org.matrix.msc4416.v1",
        "org.matrix.hydra.11", "org.matrix.msc3757.11", "org.matrix.msc4242.12"}) {
    // One of the two ways to name a room is the version's: under the other its create event is rejected.
    bool held = false;
    for (const bool named_by_create : {false, true}) {
      Lab lab(version, chain(named_by_create));
      const auto walk = resolve::Walk::run(*lab.evaluator, lab.store, *lab.resolver);
      ASSERT_TRUE(walk);
      if (walk->receipts()[0].rejected) continue;
      held = true;
      std::vector<std::string> fold;
      for (const std::string name : {"$create", "$join", "$levels", "$rule", "$rule2"}) {
        const EventIndex event = lab.room->find(name);
        const resolve::Receipt& receipt = walk->receipts()[event.at()];
        EXPECT_FALSE(receipt.rejected) << name << " in version " << version;
        EXPECT_EQ(receipt.before, lab.state(fold)) << name << " in version " << version;
        fold.push_back(name);
        EXPECT_EQ(walk->after(event), lab.state(fold)) << name << " in version " << version;
      }
      EXPECT_EQ(walk->current(), lab.state(fold)) << version;
      EXPECT_EQ(lab.ids(walk->extremities()), (std::vector<std::string>{"$rule2"}));
      EXPECT_EQ(walk->merges(), 0u);
    }
    EXPECT_TRUE(held) << version;
  }
}

// MSC4242: `prev_state_events` are the forward extremities of the set of state events, and the current state is the
// resolution at those. A message cites state events; were it an extremity itself, the old state that it cites would be
// resolved with the newer ones again and again.
TEST(Walk, TheExtremitiesOfAStateDagAreItsStateEvents) {
  const std::string state = chain(true);
  const auto message = [](const std::string& id, const std::string& prev, const std::string& prev_state) {
    return R"(,{"event_id":"$)" + id + R"(","type":"m.room.message","sender":"@a:x","room_id":"!create",)" +
           R"("origin_server_ts":2,"content":{},"prev_events":[")" + prev + R"("],"prev_state_events":[")" +
           prev_state + R"("],"auth_events":["$join"]})";
  };
  const std::string room = state.substr(0, state.size() - 1) + message("old", "$levels", "$levels") +
                           message("new", "$rule2", "$rule2") + message("newer", "$new", "$rule2") + "]";
  Lab lab("org.matrix.msc4242.12", room);
  const auto walk = resolve::Walk::run(*lab.evaluator, lab.store, *lab.resolver);
  ASSERT_TRUE(walk);
  for (const resolve::Receipt& receipt : walk->receipts()) EXPECT_FALSE(receipt.rejected);
  EXPECT_EQ(lab.ids(walk->extremities()), (std::vector<std::string>{"$rule2"}));
  EXPECT_EQ(walk->merges(), 0u) << "all states before are those after one event, and so is the current state";
  EXPECT_EQ(walk->current(), walk->after(lab.room->find("$rule2")));

  // Version 12 has one graph: there the messages are the extremities.
  Lab twelve("12", room);
  const auto of_twelve = resolve::Walk::run(*twelve.evaluator, twelve.store, *twelve.resolver);
  ASSERT_TRUE(of_twelve);
  EXPECT_EQ(twelve.ids(of_twelve->extremities()), (std::vector<std::string>{"$old", "$newer"}));
}

}  // namespace
}  // namespace stateroom::testing
