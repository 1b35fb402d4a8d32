#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>

#include "model/rules/program.h"
#include "tests/model/graph/events.h"
#include "tests/model/rules_evaluate/core.h"

namespace stateroom::rules {
namespace {

using namespace stateroom::testing;  // NOLINT: the words in which a version is written
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const SmallVersion kSmall;

/// A room, a program and what is asked of them, by event id.
class Asked {
 public:
  Asked(std::vector<CoreRule> rules, const std::vector<std::string>& events, Oracles oracles = {}) {
    std::vector<event::Event> parsed;
    for (const std::string& text : events) parsed.push_back(event_of(text, kSmall.format));
    room_ = std::move(Room::build(std::move(parsed), kSmall.format).value());
    evaluator_ =
        std::make_unique<Evaluator>(Program::compile(kSmall.with(std::move(rules))), *room_, std::move(oracles));
  }

  EventIndex at(const std::string& id) const { return room_->find(id); }
  State state(const std::vector<std::string>& ids) {
    std::vector<StateStore::Entry> entries;
    for (const std::string& id : ids) entries.emplace_back(room_->key(at(id)), at(id));
    return store_.from(entries);
  }
  std::string said(const Decision& decision) const {
    return (decision.allowed ? "allow " : "reject ") + evaluator_->program().label(decision.rule);
  }
  std::string ask(const std::string& id, const std::vector<std::string>& state_ids, bool recheck = false,
                  ReadLog* reads = nullptr) {
    return said(evaluator_->authorise(at(id), StateView::of(store_, state(state_ids)), recheck, reads));
  }
  Evaluator& evaluator() { return *evaluator_; }
  Room& room() { return *room_; }
  StateStore& store() { return store_; }

 private:
  StateStore store_;
  std::unique_ptr<Room> room_;
  std::unique_ptr<Evaluator> evaluator_;
};

const std::string kCreate = R"({"event_id": "$c", "type": "m.room.create", "state_key": "", "sender": "@a:x"})";
std::string member(const std::string& id, const std::string& user, const std::string& membership,
                   const std::string& auth = "") {
  return R"({"event_id": ")" + id + R"(", "type": "m.room.member", "state_key": ")" + user + R"(", "sender": ")" +
         user + R"(", "content": {"membership": ")" + membership + R"("}, "auth_events": [)" + auth + "]}";
}
std::string levels(const std::string& id, const std::string& content, const std::string& auth = "") {
  return R"({"event_id": ")" + id +
         R"(", "type": "m.room.power_levels", "state_key": "", "sender": "@a:x", "content": )" + content +
         R"(, "auth_events": [)" + auth + "]}";
}
std::string topic(const std::string& id, const std::string& user, const std::string& auth = "") {
  return R"({"event_id": ")" + id + R"(", "type": "m.room.topic", "state_key": "", "sender": ")" + user +
         R"(", "auth_events": [)" + auth + "]}";
}

std::vector<CoreRule> ordinary() {
  return {
      rule("create", LeafKind::kAllow, nullptr, kSmall.type_is("m.room.create")),
      rule("joined", LeafKind::kReject, negate(equals(kSmall.membership(field("sender")), text("join")))),
      block("topic", kSmall.type_is("m.room.topic"),
            {rule("topic.level", LeafKind::kAllow, negate(less(kSmall.power(field("sender")), level(50)))),
             rule("topic.otherwise", LeafKind::kReject)}),
      rule("allow", LeafKind::kAllow),
  };
}

TEST(Authorise, TheFirstRuleThatFiresDecides) {
  Asked asked(ordinary(), {kCreate, member("$a", "@a:x", "join"), member("$b", "@b:x", "leave"),
                           levels("$p", R"({"users": {"@a:x": 50, "@c:x": 49}})"), topic("$ta", "@a:x"),
                           topic("$tb", "@b:x"), member("$m", "@c:x", "join"), topic("$tc", "@c:x")});
  EXPECT_EQ(asked.ask("$c", {}), "allow create");
  EXPECT_EQ(asked.ask("$ta", {"$a", "$p"}), "allow topic.level");
  EXPECT_EQ(asked.ask("$ta", {"$a"}), "reject topic.otherwise");
  EXPECT_EQ(asked.ask("$ta", {"$p"}), "reject joined");
  EXPECT_EQ(asked.ask("$tb", {"$b", "$p"}), "reject joined");
  EXPECT_EQ(asked.ask("$tc", {"$m", "$p"}), "reject topic.otherwise");
  EXPECT_EQ(asked.ask("$p", {"$a"}), "allow allow");
  EXPECT_EQ(asked.evaluator().program().number(RuleIndex{0}), "create");
}

TEST(Authorise, ReadsAreThoseUpToTheDecisionAbsentOnesToo) {
  Asked asked(ordinary(), {kCreate, member("$a", "@a:x", "join"), topic("$t", "@a:x"), topic("$u", "@z:x")});
  ReadLog reads;
  asked.ask("$t", {"$a"}, false, &reads);
  EXPECT_THAT(reads.reads, ElementsAre(Pair("m.room.member", "@a:x"), Pair("m.room.power_levels", "")));
  ReadLog absent;
  asked.ask("$u", {}, false, &absent);
  EXPECT_THAT(absent.reads, ElementsAre(Pair("m.room.member", "@z:x"))) << "no event of the room has this key";
  ReadLog none;
  asked.ask("$c", {}, false, &none);
  EXPECT_THAT(none.reads, IsEmpty());
}

TEST(Authorise, AnAnswerIsNotRememberedForAnotherState) {
  Asked asked(ordinary(), {member("$a", "@a:x", "join"), levels("$p", R"({"users": {"@a:x": 50}})"),
                           levels("$q", R"({"users": {"@a:x": 10}})"), topic("$t", "@a:x")});
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(asked.ask("$t", {"$a", "$p"}), "allow topic.level");
    EXPECT_EQ(asked.ask("$t", {"$a", "$q"}), "reject topic.otherwise");
  }
}

// Blocks, `skip if` and `allow iff` around conditions that are decided by the event and such that are not.
TEST(Authorise, JumpsLandBehindTheirBlocks) {
  const CorePtr has_levels = is("present", slot("m.room.power_levels"));
  const CorePtr is_topic = kSmall.type_is("m.room.topic");
  for (const bool outer_static : {false, true}) {
    for (const bool skip_static : {false, true}) {
      const CorePtr outer = outer_static ? is_topic : has_levels;
      const CorePtr skip =
          skip_static ? equals(field("sender"), text("@b:x")) : is("present", slot("m.room.member", text("@b:x")));
      Asked asked({block("outer", outer,
                         {rule("outer.never", LeafKind::kReject, equals(field("sender"), text("@nobody:x"))),
                          rule("outer.skip", LeafKind::kSkip, skip),
                          block("outer.inner", has_levels, {rule("outer.inner.iff", LeafKind::kAllowIff, is_topic)}),
                          rule("outer.last", LeafKind::kReject)}),
                   rule("after", LeafKind::kAllow)},
                  {levels("$p", "{}"), topic("$ta", "@a:x"), topic("$tb", "@b:x"), member("$b", "@b:x", "join")});
      EXPECT_EQ(asked.ask("$ta", {"$p"}), "allow outer.inner.iff");
      EXPECT_EQ(asked.ask("$ta", {}), outer_static ? "reject outer.last" : "allow after");
      EXPECT_EQ(asked.ask(skip_static ? "$tb" : "$ta", {"$p", "$b"}), "allow after");
      EXPECT_EQ(asked.ask("$p", {"$p"}), outer_static ? "allow after" : "reject outer.inner.iff");
    }
  }
}

// The first rule that fires, found the slow way: a block that decides nothing falls through, `skip if` leaves its
// block.
enum class Walked { kUndecided, kSkipped, kAllowed, kRejected };

std::pair<Walked, std::string> walk(const std::vector<CoreRule>& rules,
                                    const std::function<bool(const CorePtr&)>& holds) {
  for (const CoreRule& next : rules) {
    if (next.when && !holds(next.when)) continue;
    if (!next.leaf) {
      const auto inner = walk(next.children, holds);
      if (inner.first == Walked::kAllowed || inner.first == Walked::kRejected) return inner;
      continue;
    }
    const bool fires = !next.condition || holds(next.condition);
    if (*next.leaf == LeafKind::kAllowIff) return {fires ? Walked::kAllowed : Walked::kRejected, next.path};
    if (!fires) continue;
    if (*next.leaf == LeafKind::kSkip) return {Walked::kSkipped, ""};
    return {*next.leaf == LeafKind::kAllow ? Walked::kAllowed : Walked::kRejected, next.path};
  }
  return {Walked::kUndecided, ""};
}

std::vector<CoreRule> random_rules(std::mt19937_64& random, const std::vector<CorePtr>& conditions,
                                   const std::string& path, int depth) {
  const auto condition = [&] { return random() % 5 == 0 ? nullptr : conditions[random() % conditions.size()]; };
  std::vector<CoreRule> out;
  for (std::uint64_t i = 0, count = 1 + random() % 4; i < count; ++i) {
    const std::string label = path + std::to_string(i);
    const CorePtr when = random() % 2 == 0 ? nullptr : conditions[random() % conditions.size()];
    if (depth > 0 && random() % 2 == 0) {
      out.push_back(block(label, when, random_rules(random, conditions, label + ".", depth - 1)));
      continue;
    }
    const std::uint64_t kind = random() % 8;
    if (kind < 3) {
      out.push_back(rule(label, LeafKind::kSkip, conditions[random() % conditions.size()], when));
    } else if (kind == 3) {
      out.push_back(rule(label, LeafKind::kAllowIff, conditions[random() % conditions.size()], when));
    } else {
      out.push_back(rule(label, kind % 2 == 0 ? LeafKind::kAllow : LeafKind::kReject, condition(), when));
    }
  }
  return out;
}

TEST(Authorise, WhatIsLeftOfTheRulesForAnEventDecidesAsTheRulesDo) {
  constexpr std::uint64_t kSeed = 42;
  const std::vector<CorePtr> conditions = {
      kSmall.type_is("m.room.topic"),              // decided by the event
      equals(field("sender"), text("@a:x")),       // decided by the event
      is("present", slot("m.room.power_levels")),  // by the state
      is("present", slot("m.room.member", text("@b:x"))),
      equals(kSmall.membership(field("sender")), text("join")),
      both(CoreKind::kOr, equals(field("sender"), text("@b:x")), is("absent", slot("m.room.power_levels"))),
  };
  for (std::uint64_t seed = kSeed; seed < kSeed + 1500; ++seed) {
    std::mt19937_64 random(seed);
    // A block of its own, since `skip if` leaves the block that it stands in.
    std::vector<CoreRule> rules = {block("all", nullptr, random_rules(random, conditions, "", 3)),
                                   rule("last", LeafKind::kReject)};
    Asked asked(rules, {member("$a", "@a:x", "join"), member("$b", "@b:x", "leave"), levels("$p", "{}"),
                        topic("$ta", "@a:x"), topic("$tb", "@b:x")});
    for (const std::string id : {"$ta", "$tb", "$p", "$b"}) {
      for (unsigned mask = 0; mask < 8; ++mask) {
        std::vector<std::string> ids;
        for (const auto& [bit, in_state] :
             std::vector<std::pair<unsigned, std::string>>{{1, "$a"}, {2, "$b"}, {4, "$p"}}) {
          if ((mask & bit) != 0) ids.push_back(in_state);
        }
        const StateView view = StateView::of(asked.store(), asked.state(ids));
        const auto expected =
            walk(rules, [&](const CorePtr& c) { return asked.evaluator().boolean(c, asked.at(id), view, {}); });
        ASSERT_EQ(asked.ask(id, ids), (expected.first == Walked::kAllowed ? "allow " : "reject ") + expected.second)
            << "seed " << seed << ", event " << id << ", state " << mask;
      }
    }
  }
}

std::vector<CoreRule> with_auth_rules() {
  const CorePtr list = edges("auth_events");
  std::vector<CoreRule> rules = {
      rule("duplicates", LeafKind::kReject, negate(is("empty", core(CoreKind::kRivals, TypeKind::kEventList, {list})))),
      rule("selection", LeafKind::kReject,
           any({1}, list, negate(core(CoreKind::kSelected, TypeKind::kBoolean, {variable(1, TypeKind::kEvent)})))),
      rule("rejected", LeafKind::kReject, any({1}, list, field("rejected", variable(1, TypeKind::kEvent)))),
  };
  for (CoreRule& next : ordinary()) rules.push_back(std::move(next));
  return rules;
}

TEST(Authorise, RulesOnAuthEventsCountPositionsAndHoles) {
  Asked asked(with_auth_rules(),
              {kCreate, member("$a", "@a:x", "join", R"("$c")"), levels("$p", R"({"users": {"@a:x": 50}})"),
               topic("$twice", "@a:x", R"("$a", "$a")"), topic("$hole", "@a:x", R"("$a", "$gone")"),
               topic("$other", "@a:x", R"("$a", "$twice")"), topic("$good", "@a:x", R"("$c", "$a", "$p")")});
  EXPECT_EQ(asked.ask("$twice", {"$a", "$p"}), "reject duplicates");
  EXPECT_EQ(asked.ask("$hole", {"$a", "$p"}), "reject selection");
  EXPECT_EQ(asked.ask("$other", {"$a", "$p"}), "reject selection");
  EXPECT_EQ(asked.ask("$good", {"$a", "$p"}), "allow topic.level");
  asked.room().set_rejected(asked.at("$p"), true);
  EXPECT_EQ(asked.ask("$good", {"$a", "$p"}), "reject rejected") << "rejection is not remembered";
}

TEST(Authorise, ARecheckPassesWhatReceiptDecided) {
  Asked asked(with_auth_rules(), {member("$a", "@a:x", "join"), levels("$p", R"({"users": {"@a:x": 50}})"),
                                  topic("$twice", "@a:x", R"("$a", "$a")")});
  EXPECT_EQ(asked.ask("$twice", {"$a", "$p"}, true), "allow topic.level");
  EXPECT_EQ(asked.ask("$twice", {"$a"}, true), "reject topic.otherwise") << "what reads the state is asked again";
  asked.room().set_rejected(asked.at("$twice"), true);
  EXPECT_EQ(asked.ask("$twice", {"$a", "$p"}, true), "reject duplicates");
}

TEST(Authorise, ApplyFallsBackToTheFirstCitedThatIsKnownAndNotRejected) {
  Asked asked(ordinary(),
              {member("$a1", "@a:x", "join"), member("$a2", "@a:x", "leave"),
               levels("$p", R"({"users": {"@a:x": 50}})"), topic("$t", "@a:x", R"("$gone", "$a1", "$a2", "$p")")});
  WorkState work(asked.store(), State{}, asked.room().key_count());
  const auto ask = [&](bool fallback) {
    return asked.said(asked.evaluator().authorise(asked.at("$t"), StateView::of(work, fallback), true));
  };
  EXPECT_EQ(ask(true), "allow topic.level");
  EXPECT_EQ(ask(false), "reject joined");
  asked.room().set_rejected(asked.at("$a1"), true);
  EXPECT_EQ(ask(true), "reject joined") << "the second of the key is asked when the first was rejected";
  work.set(asked.room().key(asked.at("$a1")), asked.at("$a1"));
  EXPECT_EQ(ask(true), "allow topic.level") << "the state goes before what is cited, rejected or not";
  EXPECT_EQ(asked.store().entries(work.finish()), asked.store().entries(asked.state({"$a1"})));
  work.reset(asked.state({"$a2"}));
  EXPECT_EQ(ask(true), "reject joined");
  EXPECT_THAT(work.changed(), IsEmpty());
}

TEST(Authorise, AListIsAStateOfItsFirstEvents) {
  Asked asked(ordinary(), {member("$a1", "@a:x", "leave"), member("$a2", "@a:x", "join"),
                           levels("$p", R"({"users": {"@a:x": 50}})"), topic("$t", "@a:x")});
  const auto ask = [&](const std::vector<EventIndex>& list) {
    return asked.said(asked.evaluator().authorise(asked.at("$t"), StateView::of(list)));
  };
  EXPECT_EQ(ask({asked.at("$a2"), asked.at("$p"), asked.at("$a1"), EventIndex::none(), asked.at("$t")}),
            "allow topic.level");
  EXPECT_EQ(ask({asked.at("$a1"), asked.at("$a2"), asked.at("$p")}), "reject joined");
}

TEST(Changes, AreComparedAsParsedAndEachRuleGoesOverAllOfThem) {
  const auto all = [&](const std::string& name) { return kSmall.column("m.room.power_levels", name); };
  const CorePtr domain = core(CoreKind::kChanges, TypeKind::kChanges, {slot("m.room.power_levels"), this_event()},
                              {"", 0, {}, {all("ban"), all("kick"), all("users")}});
  const CorePtr old = variable(2, TypeKind::kLevel);
  const CorePtr now = variable(3, TypeKind::kLevel);
  CoreRule each = block(
      "each", nullptr,
      {rule("each.old", LeafKind::kReject, both(CoreKind::kAnd, is("level", old), negate(less(old, level(50))))),
       rule("each.name", LeafKind::kReject, equals(variable(1, TypeKind::kString), text("kick"))),
       rule("each.new", LeafKind::kReject, both(CoreKind::kAnd, is("level", now), negate(less(now, level(50)))))});
  each.each = domain;
  each.binders = {1, 2, 3};
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{}", "reject each.old"},  // the state's ban 60 was removed
      {R"({"ban": 60})", "allow allow"},
      {R"({"ban": 60, "kick": 10})", "reject each.name"},
      {R"({"ban": 60, "kick": 90})", "reject each.name"},
      {R"({"ban": 59, "kick": 10})", "reject each.old"},
      {R"({"kick": 90})", "reject each.old"},
      {R"({"ban": 60, "users": {"@z:x": 50, "@y:x": []}})", "reject each.new"},
      {R"({"ban": 60, "users": {"@z:x": [], "@y:x": 1}})", "allow allow"},
  };
  std::vector<std::string> events = {levels("$p", R"({"ban": 60})")};
  for (std::size_t i = 0; i < cases.size(); ++i) events.push_back(levels("$" + std::to_string(i), cases[i].first));
  Asked asked({each, rule("allow", LeafKind::kAllow)}, events);
  EXPECT_EQ(asked.ask("$0", {}), "allow allow") << "of an absent event everything is absent";
  for (std::size_t i = 0; i < cases.size(); ++i)
    EXPECT_EQ(asked.ask("$" + std::to_string(i), {"$p"}), cases[i].second) << i;
}

TEST(Values, EqualityWithWhatIsMissingIsFalseAndOrderingsToo) {
  Asked asked({rule("allow", LeafKind::kAllow)},
              {topic("$t", "@a:x"), R"({"event_id": "$u", "type": "t", "sender": "@a:x"})"});
  const auto holds = [&](const CorePtr& expression, const std::string& id) {
    return asked.evaluator().boolean(expression, asked.at(id), StateView::of(asked.store(), State{}), {});
  };
  EXPECT_TRUE(holds(equals(field("state_key"), text("")), "$t"));
  EXPECT_FALSE(holds(equals(field("state_key"), text("")), "$u"));
  EXPECT_FALSE(holds(equals(field("state_key"), field("state_key")), "$u"));
  EXPECT_TRUE(holds(both(CoreKind::kNotEqual, field("state_key"), field("state_key")), "$u"));
  const CorePtr nothing = kSmall.content(slot("m.room.power_levels"), "m.room.power_levels", "ban", TypeKind::kLevel);
  for (const CoreKind kind : {CoreKind::kLess, CoreKind::kLessEqual, CoreKind::kGreater, CoreKind::kGreaterEqual}) {
    EXPECT_FALSE(holds(both(kind, nothing, level(1)), "$t"));
    EXPECT_FALSE(holds(both(kind, level(1), nothing), "$t"));
  }
  EXPECT_TRUE(holds(less(level(std::numeric_limits<std::int64_t>::max()), infinite()), "$t"));
  EXPECT_FALSE(holds(less(infinite(), infinite()), "$t"));
  EXPECT_TRUE(holds(both(CoreKind::kGreaterEqual, infinite(), infinite()), "$t"));
}

TEST(Values, FunctionsOfStrings) {
  Asked asked({rule("allow", LeafKind::kAllow)}, {topic("$t", "@a:x:1")});
  const auto holds = [&](const CorePtr& expression) {
    return asked.evaluator().boolean(expression, asked.at("$t"), StateView::of(asked.store(), State{}), {});
  };
  const auto call = [&](CoreKind kind, std::vector<CorePtr> args, TypeKind type = TypeKind::kString) {
    return core(kind, type, std::move(args));
  };
  for (int round = 0; round < 2; ++round) {  // computed, then remembered
    EXPECT_TRUE(holds(equals(call(CoreKind::kServer, {field("sender")}), text("x:1"))));
    EXPECT_TRUE(holds(is("absent", call(CoreKind::kServer, {text("none")}))));
    EXPECT_TRUE(holds(equals(call(CoreKind::kOpaque, {field("sender")}), text("a:x:1"))));
    EXPECT_TRUE(holds(equals(call(CoreKind::kConcatenate, {text("$"), text("a")}), text("$a"))));
    EXPECT_TRUE(holds(equals(call(CoreKind::kPrefix, {text("@a:x_b_c"), text("_"), text(":")}), text("@a:x"))));
    EXPECT_TRUE(holds(equals(call(CoreKind::kPrefix, {text("@a_b:x"), text("_"), text(":")}), text("@a_b:x"))));
    EXPECT_TRUE(holds(equals(call(CoreKind::kSize, {text("é")}, TypeKind::kInteger), level(2))));
    EXPECT_TRUE(holds(core(CoreKind::kStartsWith, TypeKind::kBoolean, {field("sender")}, {"@"})));
    EXPECT_TRUE(
        holds(core(CoreKind::kIn, TypeKind::kBoolean,
                   {field("sender"), core(CoreKind::kStringSet, TypeKind::kStrings, {text("@b:x"), text("@a:x:1")})})));
  }
}

TEST(Keys, OfAnOrderAreLevelsNumbersAndRanks) {
  Asked asked({rule("allow", LeafKind::kAllow)},
              {levels("$p", R"({"users": {"@a:x": 70}})"), topic("$t", "@a:x", R"("$p")"), topic("$s", "@a:x")});
  const CorePtr e = variable(3, TypeKind::kEvent);
  const CorePtr power_at =
      core(CoreKind::kGiven, TypeKind::kLevel, {kSmall.power(field("sender")), e, edges("auth_events", e)});
  const auto key = [&](const CorePtr& expression, const std::string& id) {
    const std::vector<EventIndex> locals = {EventIndex::none(), EventIndex::none(), EventIndex::none(), asked.at(id)};
    return asked.evaluator().scalar(expression, EventIndex::none(), StateView::of(asked.store(), State{}), locals);
  };
  EXPECT_EQ(key(power_at, "$t").value, 70);
  EXPECT_EQ(key(power_at, "$s").value, 0) << "the list is the state: an event that cites nothing has no levels";
  EXPECT_TRUE(key(infinite(), "$s").infinite);
  EXPECT_LT(key(field("event_id", e), "$s"), key(field("event_id", e), "$t"));
  const CorePtr hash = core(CoreKind::kSha1, TypeKind::kHash, {field("event_id", e)});
  EXPECT_EQ(key(hash, "$s").value, asked.room().sha1_rank(asked.at("$s")));
}

TEST(Selection, IsTheSectionAuthEventsInTheState) {
  Asked asked(ordinary(), {kCreate, member("$a", "@a:x", "join"), levels("$p", "{}"), topic("$t", "@a:x"),
                           member("$b", "@b:x", "join")});
  const StateView state = StateView::of(asked.store(), asked.state({"$c", "$a", "$p", "$b", "$t"}));
  EXPECT_THAT(asked.evaluator().selection(asked.at("$t"), state),
              ElementsAre(asked.at("$c"), asked.at("$a"), asked.at("$p")));
  EXPECT_THAT(asked.evaluator().selection_keys(asked.at("$b")).size(), 3u) << "target and sender are one key";
  EXPECT_TRUE(asked.evaluator().selected(asked.at("$t"), asked.at("$a")));
  EXPECT_FALSE(asked.evaluator().selected(asked.at("$t"), asked.at("$b")));
}

TEST(Oracles, AreTrueUnlessTheHostSaysOtherwiseAndFalseOnWhatIsMissing) {
  const CorePtr by_sender =
      core(CoreKind::kSignedBy, TypeKind::kBoolean, {core(CoreKind::kServer, TypeKind::kString, {field("sender")})});
  const CorePtr by_nobody =
      core(CoreKind::kSignedBy, TypeKind::kBoolean, {core(CoreKind::kServer, TypeKind::kString, {text("x")})});
  const CorePtr no_keys =
      core(CoreKind::kVerifies, TypeKind::kBoolean, {field("sender"), core(CoreKind::kStringSet, TypeKind::kStrings)});
  for (const bool answer : {true, false}) {
    Oracles oracles;
    std::string asked_of;
    oracles.signed_by = [&](EventIndex, std::string_view server, std::string_view object) {
      asked_of = std::string(server) + " " + std::string(object);
      return answer;
    };
    Asked asked({rule("allow", LeafKind::kAllow)}, {topic("$t", "@a:x")}, oracles);
    const StateView nothing = StateView::of(asked.store(), State{});
    EXPECT_EQ(asked.evaluator().boolean(by_sender, asked.at("$t"), nothing, {}), answer);
    EXPECT_EQ(asked_of, "x signed_object");
    EXPECT_FALSE(asked.evaluator().boolean(by_nobody, asked.at("$t"), nothing, {}));
    EXPECT_FALSE(asked.evaluator().boolean(no_keys, asked.at("$t"), nothing, {}));
  }
}

}  // namespace
}  // namespace stateroom::rules
