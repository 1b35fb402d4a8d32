// The texts of properties against their formulas, written out naively over maps of ids: another way through the same
// histories, which shares neither the language nor its evaluation.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "model/versions/registry.h"
#include "tests/sim/explore/support.h"

namespace stateroom::explore {
namespace {

using base::KeyIndex;
using Entries = std::map<KeyIndex, EventIndex>;

Entries entries(Stage& stage, State state) {
  const auto all = stage.store().entries(state);
  return {all.begin(), all.end()};
}

std::set<EventIndex> past(Stage& stage, EventIndex event, const char* field) {
  std::set<EventIndex> out;
  for (const EventIndex cited : stage.room().cited(stage.room().edge_field(field), event)) {
    out.insert(cited);
    out.merge(past(stage, cited, field));
  }
  return out;
}

bool comes_after(Stage& stage, EventIndex later, EventIndex earlier) {
  return past(stage, later, "prev_events").contains(earlier) || past(stage, later, "auth_events").contains(earlier);
}

std::set<EventIndex> lost(Stage&, const std::vector<Entries>& sets, const Entries& result) {
  std::set<EventIndex> out;
  for (const auto& [key, event] : sets[0]) {
    if (!sets[1].contains(key) || result.contains(key)) continue;
    out.insert(event);
    out.insert(sets[1].at(key));
  }
  return out;
}

std::set<EventIndex> rolled_back(Stage& stage, const std::vector<Entries>& sets, const Entries& result) {
  std::set<EventIndex> out;
  for (const auto& [key, event] : result) {
    bool of_a_set = false, older = false;
    for (const Entries& set : sets) {
      const auto at = set.find(key);
      if (at == set.end()) continue;
      of_a_set = of_a_set || at->second == event;
      older = older || comes_after(stage, at->second, event);
    }
    if (older && !of_a_set) out.insert(event);
  }
  return out;
}

std::set<EventIndex> unauthorised(Stage& stage, const std::vector<Entries>& sets, const Entries& result) {
  std::vector<graph::StateStore::Entry> all(result.begin(), result.end());
  const State state = stage.store().from(std::move(all));
  std::set<EventIndex> out;
  for (const auto& [key, event] : result) {
    const auto in = [&](const Entries& set) { return set.contains(key) && set.at(key) == event; };
    if (in(sets[0]) && in(sets[1])) continue;
    const auto cited = stage.room().cited(stage.room().edge_field("auth_events"), event);
    if (stage.evaluator().authorise(event, rules::StateView::of(stage.store(), state), true).allowed) continue;
    if (stage.evaluator().authorise(event, rules::StateView::of(cited), true).allowed) continue;
    out.insert(event);
  }
  return out;
}

using Naive = std::set<EventIndex> (*)(Stage&, const std::vector<Entries>&, const Entries&);

/// Merges of random histories in which the text and the formula agree; how many broke the property.
std::uint64_t compare(const std::string& version, const std::string& property, Naive naive) {
  Studied studied(version, property);
  Stage& stage = *studied.stage;
  kernel::Random random(7, property);
  std::uint64_t broken = 0;
  for (int i = 0; i < 400; ++i) {
    stage.cut(studied.study.prefix());
    for (int tries = 0; tries < 40 && stage.size() < 14; ++tries) {
      const auto prev = static_cast<std::uint32_t>(5 + random.below(stage.size() - 5));
      const auto& ideas = studied.study.ideas(stage.after(prev));
      const auto time = kFirstTimestamp + static_cast<std::int64_t>(random.below(20)) * kBetween + tries;
      EXPECT_TRUE(stage.push({random.pick(ideas).act, {prev}, std::nullopt, time}));
    }
    for (std::uint32_t one = 5; one < stage.size(); ++one) {
      const auto two = static_cast<std::uint32_t>(5 + random.below(stage.size() - 5));
      const std::array<State, 2> states{stage.after(one), stage.after(two)};
      const auto answer = stage.ask(states);
      EXPECT_TRUE(answer);
      const std::set<EventIndex> wanted =
          naive(stage, {entries(stage, states[0]), entries(stage, states[1])}, entries(stage, answer->result));
      EXPECT_EQ(std::set<EventIndex>(answer->violations.begin(), answer->violations.end()), wanted);
      broken += wanted.empty() ? 0 : 1;
    }
  }
  return broken;
}

TEST(PropertyTexts, KeyLostIsItsFormula) { EXPECT_GT(compare("11", "key-lost", &lost), 0u); }
TEST(PropertyTexts, RollbackIsItsFormula) {
  EXPECT_GT(compare("11", "rollback", &rolled_back), 0u);
  EXPECT_GT(compare("12", "rollback", &rolled_back), 0u);
}
TEST(PropertyTexts, AuthorisedResultIsItsFormula) { compare("1", "authorised-result", &unauthorised); }

TEST(PropertyTexts, EveryTextCanBeAskedOfEveryStableVersion) {
  for (const properties::Property& property : properties::all()) {
    if (property.text == nullptr) continue;
    for (const char* version : {"1", "2", "6", "11", "12"}) EXPECT_NE(program(version, property.name), nullptr);
  }
}

TEST(PropertyTexts, AVersionResolvesAsItDoesWithoutTheProperty) {
  Studied one("11", "key-lost"), two("11", "authorised-result");
  const auto result = [](Studied& studied) {
    Stage& stage = *studied.stage;
    const std::uint32_t topic = put(stage, act(stage, "m.room.topic", "", 1, R"({"topic":"of b"})"), {5});
    const std::uint32_t levels =
        put(stage, act(stage, "m.room.power_levels", "", 0, R"({"users":{"@a:alpha.example":100}})"), {5});
    const std::array<State, 2> states{stage.after(topic), stage.after(levels)};
    std::vector<std::uint32_t> out;
    for (const auto& [key, event] : stage.store().entries(stage.ask(states)->result))
      out.push_back(stage.place_of(event));
    return out;
  };
  EXPECT_EQ(result(one), result(two));
}

TEST(PropertyTexts, ATextThatIsWrongSaysWhere) {
  const auto errors = [](const char* text) { return rules::parse_property(text, "p.property").error(); };
  EXPECT_EQ(errors("property \"x\" id \"X\"\n  resolution\n    violations = {}\n").front().where, "p.property:1:1");
  const auto nothing = errors("property \"x\" id \"X\"\n  says \"nothing\"\n");
  EXPECT_EQ(nothing.front().message, "the property has no `violations`");
  const auto unknown = errors("property \"x\" id \"X\"\n  sais \"nothing\"\n");
  EXPECT_EQ(unknown.front().where, "p.property:2:3");
  EXPECT_EQ(unknown.front().hint, "did you mean `says`?");
}

TEST(PropertyTexts, WhatAVersionCannotComputeIsAnError) {
  static const versions::Registry registry;
  const auto property = rules::parse_property(
      "property \"x\" id \"X\"\n  says \"no\"\n  resolution\n    violations = at_keys(result)\n", "p.property");
  ASSERT_TRUE(property);
  const auto program = properties::compile(*registry.load("11"), *property);
  ASSERT_FALSE(program);
  EXPECT_EQ(program.error().front().message, "`at_keys` takes 2 arguments, found 1");
  EXPECT_EQ(program.error().front().where(), "p.property:4:18");
}

}  // namespace
}  // namespace stateroom::explore
