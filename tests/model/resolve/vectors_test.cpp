// Public test vectors, read from $STATEROOM_VECTORS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "model/json/value.h"
#include "tests/model/resolve/support.h"

namespace stateroom::testing {
namespace {

std::string vectors() {
  const char* folder = std::getenv("STATEROOM_VECTORS");
  return folder == nullptr ? "" : folder;
}

#define NEED_VECTORS() \
  if (vectors().empty()) GTEST_SKIP() << "STATEROOM_VECTORS is not set"

std::vector<std::string> strings(const std::string& text) {
  std::vector<std::string> out;
  const auto document = json::parse(text);
  const json::Value root = json::root(**document);
  for (std::uint32_t i = 0; i < root.size(); ++i) out.emplace_back(root.at(i).string());
  return out;
}

// The JSON after the YAML head.
NamedState snapshot(const std::string& name) {
  const std::string text = read_file(vectors() + "/ruma/snapshots/" + name + "@resolved_state.snap");
  const auto document = json::parse(std::string_view(text).substr(text.find("---", 3) + 3));
  const json::Value root = json::root(**document);
  NamedState out;
  for (std::uint32_t i = 0; i < root.size(); ++i) {
    const json::Value event = root.at(i);
    out[{std::string(event.get("type").string()), std::string(event.get("state_key").string())}] =
        event.get("event_id").string();
  }
  return out;
}

// Lists of PDUs as one list.
std::string joined(const std::vector<std::string>& files) {
  std::string out = "[";
  for (const std::string& file : files) {
    const std::string text = read_file(vectors() + "/ruma/fixtures/" + file + ".json");
    const std::size_t begin = text.find('[') + 1, end = text.rfind(']');
    if (out.size() > 1) out += ",";
    out += text.substr(begin, end - begin);
  }
  return out + "]";
}

const std::vector<std::string> kProfiles = {"default", "specification",     "synapse",
                                            "ruma",    "gomatrixserverlib", "dendrite"};

struct Batch {
  std::string name, version;
  std::vector<std::string> files;
};

const std::vector<Batch> kBatches = {
    {"minimal_private_chat", "10", {"bootstrap-private-chat"}},
    {"minimal_public_chat", "10", {"bootstrap-public-chat"}},
    {"origin_server_ts_tiebreak", "10", {"bootstrap-private-chat", "origin-server-ts-tiebreak"}},
    {"ban_vs_power_levels", "10", {"bootstrap-public-chat", "ban-vs-power-levels-alice", "ban-vs-power-levels-bob"}},
    {"topic_vs_power_levels",
     "10",
     {"bootstrap-public-chat", "topic-vs-power-levels-alice", "topic-vs-power-levels-bob"}},
    {"topic_vs_ban", "10", {"bootstrap-public-chat", "topic-vs-ban-common", "topic-vs-ban-alice", "topic-vs-ban-bob"}},
    {"join_rules_vs_join",
     "10",
     {"bootstrap-public-chat", "join-rules-vs-join-common", "join-rules-vs-join-alice", "join-rules-vs-join-ella"}},
    {"concurrent_joins", "10", {"bootstrap-public-chat", "concurrent-joins-charlie", "concurrent-joins-ella"}},
    {"power_levels_admin_vs_mod",
     "10",
     {"bootstrap-public-chat", "power-levels-admin-vs-mod-alice", "power-levels-admin-vs-mod-bob"}},
};

TEST(Ruma, SnapshotsFollowFromTheGraphUnderEveryProfile) {
  NEED_VECTORS();
  for (const std::string& profile : kProfiles) {
    for (const Batch& batch : kBatches) {
      Lab lab(batch.version, joined(batch.files), profile);
      const auto walk = resolve::Walk::run(*lab.evaluator, lab.store, *lab.resolver);
      ASSERT_TRUE(walk) << walk.error().message;
      NamedState expected = snapshot(batch.name);
      // To Dendrite a key that one state lacks is no conflict: the join that only one fork has stays.
      if (batch.name == "join_rules_vs_join" && profile == "dendrite") {
        expected[{"m.room.member", "@ella:example.com"}] = "$00-m-room-member-join-ella";
      }
      EXPECT_EQ(lab.named(walk->current()), expected) << batch.name << " " << profile;
    }
  }
}

TEST(Ruma, SnapshotsFollowFromEachEventAsAStateSet) {
  NEED_VECTORS();
  for (const Batch& batch : kBatches) {
    Lab lab(batch.version, joined(batch.files));
    std::vector<State> states;
    for (std::uint32_t i = 0; i < lab.room->size(); ++i) states.push_back(lab.state({lab.id(EventIndex{i})}));
    const auto result = lab.resolver->resolve(states);
    ASSERT_TRUE(result);
    EXPECT_EQ(lab.named(*result), snapshot(batch.name)) << batch.name;
  }
}

TEST(Ruma, Msc4297ProblemsUnderEveryProfile) {
  NEED_VECTORS();
  struct Problem {
    std::string letter, version, pdus, algorithm, one, other;
  };
  const std::vector<Problem> problems = {
      {"A", "10", "pdus-v11", "v2_0", "bob", "charlie"}, {"A", "11", "pdus-v11", "v2_0", "bob", "charlie"},
      {"A", "12", "pdus-v12", "v2_1", "bob", "charlie"}, {"B", "10", "pdus-v11", "v2_0", "eve", "zara"},
      {"B", "11", "pdus-v11", "v2_0", "eve", "zara"},    {"B", "12", "pdus-v12", "v2_1", "eve", "zara"}};
  for (const std::string& profile : kProfiles) {
    for (const Problem& problem : problems) {
      const std::string folder = "MSC4297-problem-" + problem.letter + "/";
      Lab lab(problem.version, joined({folder + problem.pdus}), profile);
      std::vector<State> states;
      for (const std::string& side : {problem.one, problem.other}) {
        states.push_back(
            lab.state(strings(read_file(vectors() + "/ruma/fixtures/" + folder + "state-" + side + ".json"))));
      }
      const auto result = lab.resolver->resolve(states);
      ASSERT_TRUE(result);
      const std::string letter(1, static_cast<char>(problem.letter[0] - 'A' + 'a'));
      EXPECT_EQ(lab.named(*result), snapshot("msc4297_problem_" + letter + "_state_res_" + problem.algorithm))
          << problem.letter << " " << problem.version << " " << profile;
      // Neither order nor repetition of the state sets counts.
      EXPECT_EQ(lab.resolver->resolve(std::vector<State>{states[1], states[0], states[1]}).value(), *result);
    }
  }
}

TEST(Tuwunel, ALeaveThatArrivesAfterAnotherIsSoftFailedIfTheCurrentStateIsAsked) {
  NEED_VECTORS();
  const std::string bytes = read_file(vectors() + "/tuwunel/soft-fail-split.json");
  for (const bool arrival : {false, true}) {
    Lab lab("10", bytes);
    const EventIndex late{lab.room->size() - 1};
    ASSERT_THAT(lab.id(late), ::testing::StartsWith("$ghost_delay"));
    resolve::WalkOptions options;
    options.arrival = arrival;
    const auto walk = resolve::Walk::run(*lab.evaluator, lab.store, *lab.resolver, options);
    ASSERT_TRUE(walk);
    const resolve::Receipt& receipt = walk->receipts()[late.at()];
    EXPECT_FALSE(receipt.rejected);
    EXPECT_EQ(receipt.soft_failed, arrival);
    EXPECT_EQ(walk->extremities().size(), arrival ? 1u : 2u);
    for (const resolve::Receipt::Check& check : receipt.checks) {
      if (check.name == "current_state") {
        EXPECT_EQ(check.outcome, arrival ? "soft fail" : "not asked");
      }
    }
  }
}

TEST(Tuwunel, TheCurrentStateIsTheResolutionAtTheExtremitiesInAnyOrder) {
  NEED_VECTORS();
  for (const std::string name :
       {"state-res-v2.1-includes-conflicted-state-subgraph", "state-res-v2.1-starts-from-empty-set"}) {
    Lab lab("11", read_file(vectors() + "/tuwunel/" + name + ".json"));
    const auto walk = resolve::Walk::run(*lab.evaluator, lab.store, *lab.resolver);
    ASSERT_TRUE(walk) << name;
    std::vector<State> states;
    for (const EventIndex event : walk->extremities()) states.push_back(walk->after(event));
    const auto result = lab.resolver->resolve(states);
    ASSERT_TRUE(result) << name;
    EXPECT_EQ(*result, walk->current()) << name;
    std::reverse(states.begin(), states.end());
    EXPECT_EQ(lab.resolver->resolve(states).value(), walk->current()) << name;
  }
}

// Complement's two scenarios of v2.1, captured as events of version 10: v2.0 as it is, and the edits of MSC4297 on it.
TEST(Tuwunel, ThePowerLevelsOrTheJoinRulesAreKeptOnlyByTheEditsOfMsc4297) {
  NEED_VECTORS();
  const std::string backport = ::testing::TempDir() + "org.example.backport.room";
  std::ofstream(backport) << "room version \"org.example.backport\" extends \"11\"\n  status unstable\n\n"
                             "include msc 4297 from \"12\"\n";
  struct Case {
    std::string file, type, old, kept_by_2_0, kept_by_2_1;
  };
  for (const Case& one :
       {Case{"includes-conflicted-state-subgraph", "m.room.power_levels", "$00-m-room-power_levels",
             "$00-m-room-power_levels", "$02-m-room-power_levels"},
        Case{"starts-from-empty-set", "m.room.join_rules", "$00-m-room-join_rules", "", "$01-m-room-join_rules"}}) {
    for (const std::string& version : {std::string("11"), backport}) {
      Lab lab(version, read_file(vectors() + "/tuwunel/state-res-v2.1-" + one.file + ".json"));
      const auto walk = resolve::Walk::run(*lab.evaluator, lab.store, *lab.resolver);
      ASSERT_TRUE(walk);
      ASSERT_EQ(walk->extremities().size(), 2u);
      const State right = walk->after(walk->extremities()[0]);
      const EventIndex old = lab.room->find(one.old);
      const State wrong = lab.store.set(walk->after(walk->extremities()[1]), lab.room->key(old), old);
      const auto result = lab.resolver->resolve(std::vector<State>{right, wrong});
      ASSERT_TRUE(result);
      EXPECT_EQ(lab.named(*result)[std::pair(one.type, std::string())],
                version == "11" ? one.kept_by_2_0 : one.kept_by_2_1)
          << one.file << " " << version;
    }
  }
}

TEST(Rezzy, AttackHistoriesResolveWithATrace) {
  NEED_VECTORS();
  const std::vector<std::string> files = {"01_state_reset",
                                          "02_admin_lockout",
                                          "03_phantom_join_rules",
                                          "04_ban_evasion",
                                          "05_timestamp_spoofing",
                                          "06_action_evaporation",
                                          "06b_mod_membership_evaporation",
                                          "06c_zombie_invite_reset",
                                          "07_state_baseline_pollution",
                                          "08_problem_b",
                                          "09_moderator_disappearance",
                                          "10_vanishing_timelines",
                                          "11_auth_chain_truncation",
                                          "12_zombie_resurrection",
                                          "13_large_cascading_lockout",
                                          "14_state_reset_via_redactions",
                                          "15_dos_traversal_bfs",
                                          "16_causality_leakage",
                                          "18_unauthorized_admin_amplification"};
  for (const std::string& file : files) {
    for (const std::string version : {"10", "11", "12"}) {
      Lab lab(version, read_file(vectors() + "/rezzy/" + file + ".jsonl"));
      const auto walk = resolve::Walk::run(*lab.evaluator, lab.store, *lab.resolver);
      ASSERT_TRUE(walk) << file;
      std::vector<State> states;
      for (const EventIndex event : walk->extremities()) states.push_back(walk->after(event));
      for (const EventIndex event : lab.room->cited(0, EventIndex{lab.room->size() - 1})) {
        if (event.valid()) states.push_back(walk->after(event));
      }
      resolve::Trace trace;
      ASSERT_TRUE(lab.resolver->resolve(states, &trace)) << file;
      EXPECT_EQ(lab.value(trace, "result").name, "result");
    }
  }
}

}  // namespace
}  // namespace stateroom::testing
