#include <gtest/gtest.h>

#include "tests/sim/explore/support.h"

namespace stateroom::explore {
namespace {

constexpr const char* kLeave = R"({"membership":"leave"})";
constexpr const char* kJoin = R"({"membership":"join"})";

TEST(Stage, ThePrefixOfTheStudyStandsInEveryStableVersion) {
  for (const char* version : {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}) {
    Studied studied(version, "key-lost");
    EXPECT_EQ(studied.stage->size(), 6u) << version;
    EXPECT_EQ(studied.study.prefix(), 6u);
    EXPECT_EQ(studied.stage->store().size(studied.stage->after(5)), 6u);
  }
}

TEST(Stage, AVersionThatDerivesItsAuthEventsIsRefused) {
  const auto stage = Stage::make(program("org.matrix.msc4242.12", "key-lost"), Study::people());
  ASSERT_FALSE(stage);
  EXPECT_EQ(stage.error().code, base::ErrorCode::kRestriction);
}

TEST(Stage, WhatTheRulesRefuseDoesNotStand) {
  Studied studied("11", "key-lost");
  Stage& stage = *studied.stage;
  const std::uint32_t topic = act(stage, "m.room.topic", "", 2, R"({"topic":"of c"})");  // level 0
  EXPECT_FALSE(*stage.push({topic, {5}, std::nullopt, kFirstTimestamp}));
  EXPECT_EQ(stage.size(), 6u);
  const std::uint32_t levels =
      act(stage, "m.room.power_levels", "", 0, R"({"users":{"@a:alpha.example":100,"@c:gamma.example":50}})");
  put(stage, levels, {5});
  put(stage, topic, {6});
}

TEST(Stage, ACreatorWhoLeftComesBackByTheRulesOnly) {
  Studied studied("11", "key-lost");
  Stage& stage = *studied.stage;
  const std::string& a = Study::people()[0];
  put(stage, act(stage, "m.room.join_rules", "", 0, R"({"join_rule":"invite"})"), {5});
  put(stage, act(stage, "m.room.member", a, 0, kLeave), {6});
  EXPECT_FALSE(*stage.push({act(stage, "m.room.member", a, 0, kJoin), {7}, std::nullopt, kFirstTimestamp}));
}

TEST(Stage, AHistoryIsTheSameOnARoomThatWasMadeAnew) {
  Studied studied("11", "key-lost");
  Stage& stage = *studied.stage;
  const std::uint32_t topic = act(stage, "m.room.topic", "", 0, R"({"topic":"of a"})");
  const std::uint64_t first = stage.generation();
  put(stage, topic, {5});
  while (stage.generation() < first + 2) {
    put(stage, topic, {6});
    stage.pop();
  }
  EXPECT_EQ(stage.size(), 7u);
  EXPECT_EQ(stage.store().get(stage.after(6), stage.room().key(stage.event(6))), stage.event(6));
  EXPECT_EQ(stage.selection(topic, stage.before(6)), (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(Stage, AVersionThatOrdersByHashesOfIdsResolvesTheSameOnARoomThatWasMadeAnew) {
  Studied studied("1", "key-lost");
  Stage& stage = *studied.stage;
  const std::uint32_t topic = act(stage, "m.room.topic", "", 0, R"({"topic":"of a"})");
  const std::uint32_t other = act(stage, "m.room.topic", "", 1, R"({"topic":"of b"})");
  put(stage, topic, {5});
  put(stage, other, {5});
  const auto winner = [&] {
    return stage.place_of(
        stage.store().get(*stage.state_after(std::array<std::uint32_t, 2>{6, 7}), stage.room().key(stage.event(6))));
  };
  const std::uint32_t before = winner();
  const std::string name = stage.name_of(6);
  for (int rooms = 0; rooms < 8; ++rooms) {
    for (const std::uint64_t generation = stage.generation(); stage.generation() == generation;) {
      put(stage, topic, {7});
      stage.pop();
    }
    EXPECT_EQ(stage.name_of(6), name);
    EXPECT_EQ(winner(), before);
  }
}

}  // namespace
}  // namespace stateroom::explore
