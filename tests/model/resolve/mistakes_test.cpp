// Mistakes that resolution invites, each with the history that shows it: the shapes on which implementations differed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "model/base/encode.h"
#include "model/resolve/event_set.h"
#include "model/resolve/order.h"
#include "model/resolve/reachable.h"
#include "tests/model/resolve/scenario.h"
#include "tests/model/resolve/support.h"

namespace stateroom::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using Names = std::vector<std::string>;

/// A scenario in a version, spoken of by the names of its drawing.
struct Drawn {
  Drawn(const std::string& name, const std::string& version)
      : bytes(scenario(name, version)), lab(version, bytes), names(names_of(bytes)) {}

  EventIndex event(const std::string& name) const {
    const auto found = std::ranges::find(names, name, &decltype(names)::value_type::second);
    return lab.room->find(found->first);
  }
  resolve::Trace resolve() {
    std::vector<State> states;
    for (const auto& set : lab.state_sets) states.push_back(lab.state(set));
    resolve::Trace trace;
    result = lab.resolver->resolve(states, &trace).value();
    return trace;
  }
  /// The names of a value's events, in their order.
  Names named(const resolve::Trace& trace, const std::string& value) const {
    Names out;
    for (const EventIndex event : lab.value(trace, value).events) out.push_back(names.at(lab.id(event)));
    return out;
  }
  /// The name of the entry in the result, or "absent".
  std::string entry(const std::string& type, const std::string& state_key = "") const {
    const NamedState state = lab.named(result);
    const auto found = state.find({type, state_key});
    return found == state.end() ? "absent" : names.at(found->second);
  }

  std::string bytes;
  Lab lab;
  std::map<std::string, std::string> names;
  State result;
};

// ---- Likely mistake 4: apply falls back to the wrong event.

// The rules that Bob and Charlie cite are asked again like every event of the set, though they were rejected, and stand
// in the state before any fallback is asked.
TEST(LikelyMistake4, TheStateGoesBeforeWhatIsCitedRejectedOrNot) {
  Drawn room("msc4297_problem_a", "12");
  for (const bool rejected : {false, true}) {
    room.lab.room->set_rejected(room.event("rules_invite"), rejected);
    room.resolve();
    EXPECT_EQ(room.entry("m.room.join_rules"), "rules_invite");
    EXPECT_EQ(room.entry("m.room.member", "@charlie:gamma.example"), "charlie_renamed");
  }
}

TEST(LikelyMistake4, CitedPowerLevelsThatWereRejectedAreNotFallenBackTo) {
  Drawn room("msc4297_problem_a", "12");
  room.lab.room->set_rejected(room.event("levels_0"), true);
  const resolve::Trace trace = room.resolve();
  EXPECT_THAT(room.named(trace, "full_conflicted_set"), Not(Contains("levels_0")));
  // Without the levels that they cite Alice has no power to send her rules onto the empty state.
  EXPECT_EQ(room.entry("m.room.join_rules"), "rules_public");
}

TEST(LikelyMistake4, CitedJoinRulesThatWereRejectedAreNotFallenBackTo) {
  const std::string dave = "@dave:beta.example";
  for (const std::string version : {"11", "12"}) {
    Drawn room("concurrent_joins", version);
    room.resolve();
    EXPECT_EQ(room.entry("m.room.member", dave), "join_dave");
    room.lab.room->set_rejected(room.event("rules_public"), true);
    room.resolve();
    // v2.0 asks in the state that nobody disputes, where the rules are; v2.1 only in what the join cites.
    EXPECT_EQ(room.entry("m.room.member", dave), version == "11" ? "join_dave" : "absent");
    EXPECT_EQ(room.entry("m.room.join_rules"), "rules_public") << "the overlay takes what nobody disputes";
  }
}

TEST(LikelyMistake4, AnInvitationOfADisputedMemberIsAllowedByTheJoinThatItCites) {
  for (const std::string version : {"11", "12"}) {
    Drawn room("invite_by_a_disputed_member", version);
    const resolve::Trace trace = room.resolve();
    EXPECT_EQ(room.named(trace, "normal_order").front(), "invite_dave");
    EXPECT_EQ(room.entry("m.room.member", "@dave:beta.example"), "invite_dave");
    room.lab.room->set_rejected(room.event("join_bob"), true);
    room.resolve();
    EXPECT_EQ(room.entry("m.room.member", "@dave:beta.example"), "absent");
  }
}

// ---- Likely mistake 5: `given` keeps the outer event, and creators are not found.

TEST(LikelyMistake5, AnAdminAbove100ComesAfterTheCreator) {
  Drawn twelve("admin_above_the_creator", "12");
  const resolve::Trace trace = twelve.resolve();
  EXPECT_THAT(twelve.named(trace, "power_order"), ElementsAre("rules_invite", "rules_knock"));
  const resolve::TraceValue& order = twelve.lab.value(trace, "power_order");
  ASSERT_FALSE(order.keys.empty());
  EXPECT_EQ(order.keys[0].component, "power_at");
  EXPECT_THAT(order.keys[0].values, ElementsAre("infinite", "150"));
  Drawn eleven("admin_above_the_creator", "11");
  EXPECT_THAT(eleven.named(eleven.resolve(), "power_order"), ElementsAre("rules_knock", "rules_invite"));
}

// Before any power levels the creator has 100: whom the create event names, from version 11 on who sent it.
TEST(LikelyMistake5, WithoutPowerLevelsTheCreatorHas100AndOthersNone) {
  const auto rules = [](const std::string& id, const std::string& sender) {
    return R"({"event_id":")" + id + R"(","type":"m.room.join_rules","state_key":"","sender":")" + sender +
           R"(","room_id":"!r:x","origin_server_ts":2,"content":{"join_rule":"public"},"prev_events":["$create"],)" +
           R"("auth_events":["$create"]})";
  };
  const std::string room = R"([{"event_id":"$create","type":"m.room.create","state_key":"","sender":"@sender:x",)"
                           R"("room_id":"!r:x","origin_server_ts":1,"content":{"creator":"@named:x"},)"
                           R"("prev_events":[],"auth_events":[]},)" +
                           rules("$named", "@named:x") + "," + rules("$sender", "@sender:x") + "]";
  for (const std::string version : {"10", "11"}) {
    Lab lab(version, room);
    resolve::Trace trace;
    const std::vector<State> states{lab.state({"$create", "$named"}), lab.state({"$create", "$sender"})};
    ASSERT_TRUE(lab.resolver->resolve(states, &trace));
    const resolve::TraceValue& order = lab.value(trace, "power_order");
    EXPECT_EQ(lab.ids(order.events), version == "10" ? (Names{"$named", "$sender"}) : (Names{"$sender", "$named"}));
    EXPECT_THAT(order.keys[0].values, ElementsAre("100", "0")) << version;
  }
}

// ---- Likely mistake 6: the topological order run backwards, or on the closed graph.

std::string citing(const std::vector<std::pair<std::string, Names>>& graph) {
  std::string out;
  for (const auto& [id, cited] : graph) {
    std::string list;
    for (const std::string& one : cited) list += (list.empty() ? "\"$" : ",\"$") + one + "\"";
    out += (out.empty() ? "[" : ",") + std::string(R"({"event_id":"$)") + id + R"(","type":"t","state_key":")" + id +
           R"(","sender":"@a:x","room_id":"!r:x","content":{},"origin_server_ts":1,"prev_events":[],"auth_events":[)" +
           list + "]}";
  }
  return out + "]";
}

struct Graph {
  explicit Graph(const std::vector<std::pair<std::string, Names>>& graph)
      : lab("11", citing(graph)), context(*lab.evaluator, lab.store) {
    context.steps_max = 1'000'000;
    field = lab.room->edge_field("auth_events");
  }
  resolve::Events set(const Names& names) const {
    resolve::Events out;
    for (const std::string& name : names) out.events.push_back(lab.room->find("$" + name));
    std::sort(out.events.begin(), out.events.end());
    return out;
  }
  Names names(const resolve::Events& events) {
    std::vector<EventIndex> all;
    resolve::members(context, events, all);
    Names out = lab.ids(all);
    std::sort(out.begin(), out.end());
    return out;
  }
  Lab lab;
  resolve::Context context;
  graph::EdgeField field = 0;
};

TEST(LikelyMistake6, TheOrderIsTheLeastOneForwards) {
  Graph graph({{"l", {"o"}}, {"m", {"n", "o"}}, {"n", {"o"}}, {"o", {}}, {"p", {"o"}}});
  std::vector<EventIndex> order;
  const std::vector<EventIndex> events = graph.set({"l", "m", "n", "o", "p"}).events;
  std::vector<resolve::KeyPart> keys;
  for (const EventIndex event : events) keys.push_back({0, graph.lab.id(event)[1]});
  topological(graph.context, events, keys, 1, graph.field, false, order);
  EXPECT_THAT(graph.lab.ids(order), ElementsAre("$o", "$l", "$n", "$m", "$p"));
}

TEST(Between, HoldsWhatLiesOnAPathAndTheEndsAlone) {
  Graph graph({{"a", {}},
               {"b", {"a"}},
               {"c", {"b"}},
               {"d", {"c"}},
               {"d2", {"d"}},
               {"e", {"c"}},
               {"e2", {"e"}},
               {"f", {"d2", "e2"}},
               {"g", {"f"}}});
  const auto subgraph = [&](const Names& conflicted) {
    resolve::Events got;
    between(graph.context, graph.set(conflicted), graph.field, got);
    return graph.names(got);
  };
  EXPECT_THAT(subgraph({"b", "f"}), ElementsAre("$b", "$c", "$d", "$d2", "$e", "$e2", "$f"));
  EXPECT_THAT(subgraph({"d", "e2"}), ElementsAre("$d", "$e2"));
  EXPECT_THAT(subgraph({"e", "g"}), ElementsAre("$e", "$e2", "$f", "$g"));
  EXPECT_THAT(subgraph({"a", "c", "d2"}), ElementsAre("$a", "$b", "$c", "$d", "$d2"));
}

// ---- Likely mistake 7: what the normal order holds, and where an event without power levels comes in it.

TEST(LikelyMistake7, TheNormalOrderHasNothingThatAPowerEventNeeded) {
  for (const std::string version : {"11", "12"}) {
    Drawn room("join_and_its_successor", version);
    const resolve::Trace trace = room.resolve();
    EXPECT_THAT(room.named(trace, "power_events"), ElementsAre("kick_charlie"));
    const Names order = room.named(trace, "power_order");
    EXPECT_THAT(order, Contains("join_eve")) << "in no state, but in the auth difference";
    EXPECT_LT(std::ranges::find(order, "join_eve"), std::ranges::find(order, "eve_renamed"));
    EXPECT_LT(std::ranges::find(order, "eve_renamed"), std::ranges::find(order, "kick_charlie"));
    EXPECT_THAT(room.named(trace, "normal_order"), Not(Contains("join_eve")));
    EXPECT_EQ(room.entry("m.room.member", "@eve:gamma.example"), "eve_renamed");
  }
}

TEST(LikelyMistake7, AnEventWithoutPowerLevelsAmongItsAncestorsComesFirst) {
  Drawn room("topic_before_any_levels", "11");
  const resolve::Trace trace = room.resolve();
  EXPECT_THAT(room.named(trace, "normal_order"), ElementsAre("topic_0", "topic_1"));
  EXPECT_GT(room.lab.room->origin_server_ts(room.event("topic_0")),
            room.lab.room->origin_server_ts(room.event("topic_1")));
}

TEST(LikelyMistake7, StepsToTheMainlineDoNotCount) {
  Drawn room("mainline_steps", "11");
  EXPECT_THAT(room.named(room.resolve(), "normal_order"), ElementsAre("topic_far", "topic_near"));
}

// ---- Likely mistake 8: the auth chain of a state with or without its own events (primitives_test.cpp has the sets).

TEST(LikelyMistake8, TheReadingDecidesWhetherAStatesOwnEventsAreInItsAuthChain) {
  const std::string bytes = scenario("concurrent_joins", "11");
  for (const auto& [profile, holds] : {std::pair("synapse", true), std::pair("specification", false)}) {
    Lab lab("11", bytes, profile);
    std::vector<State> states;
    for (const auto& set : lab.state_sets) states.push_back(lab.state(set));
    resolve::Trace trace;
    ASSERT_TRUE(lab.resolver->resolve(states, &trace));
    const std::size_t count = lab.value(trace, "auth_difference").events.size();
    EXPECT_EQ(count, holds ? 2u : 0u) << profile;
  }
}

// ---- Version 1: least depth first, then the greatest SHA-1 of the id; the first that is refused ends it.

TEST(Version1, EventsAreTriedByDepthAndThenByDescendingSha1OfTheirIds) {
  const auto rules = [](const std::string& id, int depth) {
    return R"(,{"event_id":")" + id +
           R"(","type":"m.room.join_rules","state_key":"","sender":"@a:x","room_id":"!r:x",)" +
           R"("origin_server_ts":2,"depth":)" + std::to_string(depth) +
           R"(,"content":{"join_rule":"public"},"prev_events":["$create:x"],"auth_events":["$create:x","$join:x"]})";
  };
  const Names ids{"$one:x", "$two:x", "$three:x", "$four:x"};
  std::string room =
      R"([{"event_id":"$create:x","type":"m.room.create","state_key":"","sender":"@a:x","room_id":"!r:x",)"
      R"("origin_server_ts":1,"depth":1,"content":{"creator":"@a:x"},"prev_events":[],"auth_events":[]},)"
      R"({"event_id":"$join:x","type":"m.room.member","state_key":"@a:x","sender":"@a:x","room_id":"!r:x",)"
      R"("origin_server_ts":1,"depth":2,"content":{"membership":"join"},"prev_events":["$create:x"],)"
      R"("auth_events":["$create:x"]})" +
      rules(ids[0], 7) + rules(ids[1], 7) + rules(ids[2], 7) + rules(ids[3], 6) + "]";
  Lab lab("1", room);
  std::vector<State> states;
  for (const std::string& id : ids) states.push_back(lab.state({"$create:x", "$join:x", id}));
  resolve::Trace trace;
  ASSERT_TRUE(lab.resolver->resolve(states, &trace));
  Names expected{ids[0], ids[1], ids[2]};
  std::ranges::sort(expected, std::greater(), [](const std::string& id) { return base::sha1(id); });
  expected.insert(expected.begin(), ids[3]);
  EXPECT_EQ(lab.ids(lab.value(trace, "join_rules_resolved").events), expected);
}

}  // namespace
}  // namespace stateroom::testing
