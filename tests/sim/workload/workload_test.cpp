#include "sim/workload/workload.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/versions/registry.h"
#include "sim/workload/history_file.h"
#include "sim/workload/question.h"
#include "tests/support/programs.h"

namespace stateroom::workload {
namespace {

using stateroom::testing::program_of;

HistoryMade made(const std::string& name, std::uint64_t seed) {
  auto history = make(program_of(name), seed);
  EXPECT_TRUE(history) << name << " seed " << seed << ": " << (history ? "" : history.error().message);
  return std::move(*history);
}

TEST(Workload, SameSeedSameBytes) {
  for (const std::string name : {"1", "6", "11", "12"}) {
    const HistoryMade one = made(name, 7), two = made(name, 7), other = made(name, 8);
    ASSERT_EQ(one.events.size(), two.events.size());
    for (std::size_t i = 0; i < one.events.size(); ++i)
      EXPECT_EQ(json::to_text(one.events[i].json), json::to_text(two.events[i].json));
    EXPECT_NE(json::to_text(one.events.back().json), json::to_text(other.events.back().json));
  }
}

TEST(Workload, EveryVersionHasHistoriesWithForksAndMerges) {
  const versions::Registry registry;
  for (const std::string& name : registry.names()) {
    if (registry.load(name) && name.find("mimi") == std::string::npos && name != "I.1-framework" &&
        name.find("3995") == std::string::npos) {
      std::size_t merges = 0, steps = 0;
      for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const HistoryMade history = made(name, seed);
        steps += history.plan.steps.size();
        for (const Step& step : history.plan.steps) merges += step.prev.size() > 1;
      }
      EXPECT_GT(merges, 5U) << name;
      EXPECT_GT(steps, 200U) << name;
    }
  }
}

TEST(Workload, NoEventIsMadeTwiceThoughTimeStandsStillAndMuchIsRefused) {
  WorkloadOptions options;
  options.servers = 1;
  options.people_each = 1;
  options.steps = 60;
  options.equal_times_of_100 = 100;
  options.refused_of_100 = 90;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto history = make(program_of("12"), seed, options);
    ASSERT_TRUE(history) << history.error().message;
    std::set<std::string> ids;
    for (const event::Event& event : history->events) ids.insert(event.event_id);
    EXPECT_EQ(ids.size(), history->events.size()) << seed;
  }
}

TEST(Workload, EventsAreWellFormedAndSigned) {
  event::ServerKeys keys;
  for (const event::SigningKey& key : signing_keys()) keys[key.server][key.key_id] = event::verify_key(key);
  for (const std::string name : {"1", "3", "8", "11", "12"}) {
    const auto& format = program_of(name)->version().format;
    for (const event::Event& event : made(name, 3).events) {
      EXPECT_EQ(event::check_format(event.json, format), std::vector<std::string>{}) << name << event.event_id;
      EXPECT_EQ(event::verify(event.json, format, *event::server_part(event.sender), keys),
                event::SignatureState::kValid);
    }
  }
}

TEST(Workload, AllMembershipsAndJoinRulesOfTheTextOccur) {
  std::set<std::string> contents, types;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    for (const Step& step : made("11", seed).plan.steps) {
      types.insert(step.type);
      if (step.type == "m.room.join_rules" || step.type == "m.room.member") {
        const auto document = json::parse(step.content);
        const json::Value content = json::root(**document);
        for (const char* field : {"membership", "join_rule"}) {
          if (content.get(field).valid()) contents.emplace(content.get(field).string());
        }
      }
    }
  }
  for (const char* word : {"ban", "invite", "join", "knock", "leave", "public", "restricted", "knock_restricted"})
    EXPECT_TRUE(contents.contains(word)) << word;
  for (const char* type : {"m.room.redaction", "m.room.third_party_invite", "m.room.tombstone", "m.room.policy"})
    EXPECT_TRUE(types.contains(type)) << type;
}

TEST(Workload, APlanIsRealisedInAnotherFormatEventByEvent) {
  const HistoryMade history = made("11", 5);
  const auto other = realise(history.plan, program_of("12"));
  ASSERT_TRUE(other) << other.error().message;
  ASSERT_EQ(other->size(), history.events.size());
  for (std::size_t i = 0; i < other->size(); ++i) {
    EXPECT_EQ((*other)[i].type, history.events[i].type);
    EXPECT_EQ(event::check_format((*other)[i].json, program_of("12")->version().format), std::vector<std::string>{});
  }
  const auto same = realise(history.plan, program_of("11"));
  ASSERT_TRUE(same);
  for (std::size_t i = 0; i < same->size(); ++i) EXPECT_EQ((*same)[i].event_id, history.events[i].event_id);
}

TEST(HistoryFile, MostDrawsHaveAContestedKeyAndTheFirstIsOfTheLastEvents) {
  std::size_t contested = 0, last = 0;
  constexpr std::uint64_t kSeeds = 20;
  constexpr std::uint32_t kDraws = 4;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const HistoryMade history = made("11", seed);
    std::set<std::vector<StateOfSteps>> drawn;
    for (std::uint32_t draw = 0; draw < kDraws; ++draw) {
      const auto sets = choose_state_sets(history.plan, draw);
      ASSERT_GE(sets.size(), 2u);
      EXPECT_EQ(sets, choose_state_sets(history.plan, draw));
      contested += std::any_of(sets.begin(), sets.end(), [&](const auto& set) { return set != sets[0]; });
      drawn.insert(sets);
    }
    EXPECT_GE(drawn.size(), 3u) << "draws differ";
    last += choose_state_sets(history.plan).size() == last_events(history.plan).size();
  }
  EXPECT_GE(contested, kSeeds * kDraws * 3 / 4);
  EXPECT_GE(last, kSeeds * 3 / 4);
}

HistoryMade unruly(const std::string& name, std::uint64_t seed) {
  WorkloadOptions options;
  options.unruly_of_100 = 40;
  auto history = make(program_of(name), seed, options);
  EXPECT_TRUE(history) << name << " seed " << seed << ": " << (history ? "" : history.error().message);
  return std::move(*history);
}

TEST(Workload, UnrulyPeopleDoWhatTheRulesMerelyDoNotForbid) {
  std::size_t other_key = 0, odd_levels = 0, other_citations = 0, no_join_rules = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const HistoryMade history = unruly("5", seed);
    no_join_rules += history.plan.steps[3].type != "m.room.join_rules";
    for (const Step& step : history.plan.steps) {
      if (step.rejected) continue;
      other_key += step.levels && step.state_key != "";
      odd_levels += step.levels && !step.levels->raw.empty();
      other_citations += step.auth.has_value();
    }
  }
  EXPECT_GT(other_key, 3U);
  EXPECT_GT(odd_levels, 10U);
  EXPECT_GT(other_citations, 20U);
  EXPECT_GT(no_join_rules, 0U);
}

TEST(Workload, SomeRoomsHaveMoreCreatorsWhereTheTextKnowsThem) {
  std::size_t creators = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    creators += unruly("12", seed).plan.steps[0].content.find("additional_creators") != std::string::npos;
  EXPECT_GT(creators, 0U);
  EXPECT_LT(creators, 12U);
}

TEST(Workload, OptionsDrawnFromASeedMakeRoomsThatDifferInKind) {
  std::set<std::uint32_t> steps, equal_times, of_100;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const WorkloadOptions options = varied(seed);
    steps.insert(options.steps);
    equal_times.insert(options.equal_times_of_100);
    of_100.insert(options.unruly_of_100);
  }
  EXPECT_GT(steps.size(), 10U);
  EXPECT_EQ(equal_times, (std::set<std::uint32_t>{0, 25, 60, 100}));
  EXPECT_EQ(of_100, (std::set<std::uint32_t>{0, 8, 16, 32}));
}

TEST(HistoryFile, NowAndThenAStateSetIsStaleOrAnAcceptedEventRejected) {
  std::size_t older = 0, lacking = 0, rejected = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const HistoryMade history = made("11", seed);
    for (std::uint32_t draw = 0; draw < 4; ++draw) {
      const auto sets = choose_state_sets(history.plan, draw);
      const auto drawn = stale(sets, history.plan, draw);
      for (std::size_t i = 0; i < sets.size(); ++i) {
        lacking += drawn[i].size() < sets[i].size();
        older += drawn[i].size() == sets[i].size() && drawn[i] != sets[i];
        EXPECT_TRUE(drawn[i].contains({"m.room.create", ""}));
      }
      for (const std::uint32_t step : choose_rejected(history.plan, draw)) {
        rejected += !history.plan.steps[step].rejected;
        EXPECT_NE(step, 0U);
      }
    }
  }
  EXPECT_GT(older, 0U);
  EXPECT_GT(lacking, 0U);
  EXPECT_GT(rejected, 0U);
}

std::string renamed(std::string text) {
  for (std::size_t at = 0; (at = text.find("@anna:", at)) != std::string::npos;) text.replace(at, 6, "@zoe:");
  return text;
}

StateOfSteps renamed(const StateOfSteps& state) {
  StateOfSteps out;
  for (const auto& [key, step] : state) out[{key.first, renamed(key.second)}] = step;
  return out;
}

/// The plan of a made history with another name for one of its people, as events of its version.
HistoryMade renamed(const HistoryMade& history, const std::string& version) {
  Plan plan = history.plan;
  for (Step& step : plan.steps) {
    step.sender = renamed(step.sender);
    step.content = renamed(step.content);
    if (step.state_key) step.state_key = renamed(*step.state_key);
    if (step.creator) step.creator = renamed(*step.creator);
    step.before = renamed(step.before);
    if (!step.levels) continue;
    std::map<std::string, std::int64_t> users;
    for (const auto& [user, level] : step.levels->users) users[renamed(user)] = level;
    step.levels->users = users;
    for (auto& [name, text] : step.levels->raw) text = renamed(text);
  }
  auto staged = stage(plan, program_of(version));
  EXPECT_TRUE(staged) << staged.error().message;
  auto events = staged->scene->events();
  return {std::move(plan), std::move(events), std::move(*staged)};
}

TEST(Question, ShapesAreAlikeUpToNamesAndOtherwiseNot) {
  for (const std::string version : {"6", "11", "12"}) {
    std::set<std::uint64_t> shapes;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      const HistoryMade one = made(version, seed), two = renamed(one, version);
      ASSERT_NE(one.events.back().event_id, two.events.back().event_id);
      const Draw draw = draw_of(one.plan, 0);
      Draw same{{}, draw.rejected};
      for (const StateOfSteps& set : draw.state_sets) same.state_sets.push_back(renamed(set));
      const auto steps = looked_at(one, draw);
      EXPECT_EQ(steps, looked_at(two, same));
      EXPECT_EQ(shape(one, draw, steps), shape(two, same, steps)) << version << " seed " << seed;
      shapes.insert(shape(one, draw, steps));
      Draw other = draw;
      other.rejected.push_back(steps.back());
      shapes.insert(shape(one, other, steps));
      HistoryMade later = made(version, seed);
      later.events[steps.back()].depth += 1;
      shapes.insert(shape(later, draw, steps));
    }
    EXPECT_EQ(shapes.size(), 18U) << version;
  }
}

TEST(Question, HoldsWhatTheStateSetsReachAndNothingElse) {
  const HistoryMade history = made("11", 5);
  const Draw draw = draw_of(history.plan, 1);
  const auto steps = looked_at(history, draw);
  EXPECT_LT(steps.size(), history.events.size());
  std::vector<std::string> pdus;
  for (const event::Event& event : history.events) pdus.push_back(named_pdu(event));
  const auto document = json::parse(question(history, pdus, "11", draw, steps));
  ASSERT_TRUE(document);
  const json::Value line = json::root(**document);
  std::set<std::string_view> ids;
  for (const json::Value pdu : line.get("events").children()) ids.insert(pdu.get("event_id").string());
  ASSERT_EQ(ids.size(), steps.size());
  for (const json::Value pdu : line.get("events").children()) {
    for (const json::Value cited : pdu.get("auth_events").children()) EXPECT_TRUE(ids.contains(cited.string()));
  }
  ASSERT_EQ(line.get("state_sets").size(), draw.state_sets.size());
  for (const json::Value set : line.get("state_sets").children()) {
    for (const json::Value id : set.children()) EXPECT_TRUE(ids.contains(id.string()));
  }
}

}  // namespace
}  // namespace stateroom::workload
