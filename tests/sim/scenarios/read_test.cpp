#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "sim/scenarios/scenario.h"

namespace stateroom::scenarios {
namespace {

TEST(Scenarios, AllThatComeWithThePackageCanBeReadAndHaveTheirName) {
  std::set<std::string> names;
  for (const auto& [name, text] : all()) {
    const auto scenario = read(text, name);
    ASSERT_TRUE(scenario) << name << ": " << (scenario ? "" : scenario.error()[0].where + scenario.error()[0].message);
    EXPECT_EQ(scenario->name, name);
    EXPECT_FALSE(scenario->about.empty());
    names.emplace(name);
  }
  EXPECT_THAT(names, ::testing::IsSupersetOf({"quiet-room", "busy-public-room", "netsplit"}));
}

TEST(Scenarios, WhatAFileSaysIsTaken) {
  const auto scenario = read(R"(
days = 0.5
servers = 4
[link]
latency_ms = [1, 2, 3, 4, 5]
loss_of_1000 = 7
[[room]]
version = "x"
users = 9
moderators = 2
a_day = { message = 2.5 }
[[fault]]
kind = "one_way"
servers = [1, 2]
hours = 2
every_hours = 5
[[act]]
user = 3
type = "m.room.member"
state_key = 5
content = { membership = "ban", list = [1, true, "a"] }
)",
                             "file");
  ASSERT_TRUE(scenario) << scenario.error()[0].message;
  EXPECT_EQ(scenario->length, kernel::kDay / 2);
  EXPECT_EQ(scenario->link.latency.quantiles[4], 5000);
  EXPECT_EQ(scenario->link.loss_of_1000, 7u);
  EXPECT_EQ(scenario->rooms[0].rates[0], 2500);
  EXPECT_EQ(scenario->faults[0].kind, FaultKind::kOneWay);
  EXPECT_EQ(scenario->faults[0].every, 5 * kernel::kHour);
  EXPECT_EQ(scenario->acts[0].state_key, "@u5:s1.example");
  EXPECT_EQ(scenario->acts[0].content, R"({"list":[1,true,"a"],"membership":"ban"})");
}

std::string first_error(std::string_view text) {
  const auto scenario = read(text, "f.toml");
  if (scenario) return "none";
  const base::Error& error = scenario.error()[0];
  return error.where + ": " + error.message + (error.hint.empty() ? "" : " / " + error.hint);
}

TEST(Scenarios, AnErrorSaysWhereAndWhatWouldBeRight) {
  EXPECT_EQ(first_error("servrs = 3\n[[room]]\n"), "f.toml:1:1: `servrs` means nothing here / did you mean `servers`?");
  EXPECT_EQ(first_error("servers = 3\n[[room]]\nusers = -1\n"),
            "f.toml:3:9: `users` is a whole number from 1 to 100000");
  EXPECT_EQ(first_error("[[room]]\n[room.a_day]\nmesage = 3\n"),
            "f.toml:3:1: `mesage` means nothing here / did you mean `message`?");
  EXPECT_EQ(first_error("[[room]]\n[[fault]]\nkind = \"partion\"\n"),
            "f.toml:3:8: `kind` is one of partition, isolate, one_way, swizzle, restart / did you mean `partition`?");
  EXPECT_EQ(first_error("[[room]]\n[[adversary]]\ncapabilities = [\"delay\", \"resurect\"]\n").substr(0, 12),
            "f.toml:3:26:");
  EXPECT_EQ(first_error("[[room]]\npartial_joins = 1\n"), "f.toml:2:17: `partial_joins` is true or false");
  EXPECT_EQ(first_error("[[room]]\nresync_minutes = -1\n").substr(0, 12), "f.toml:2:18:");
  EXPECT_EQ(first_error("servers = 3\n[[room]]\n[[rotation]]\nserver = 3\n"),
            "f.toml:4:10: `server` is a whole number from 0 to 2");
  EXPECT_EQ(first_error("servers = 3\n"), "f.toml:1:1: a scenario has a room / write [[room]]");
  EXPECT_EQ(first_error("days = \n").substr(0, 9), "f.toml:1:");
}

TEST(Scenarios, JoinsWithAPartOfTheStateAndKeysThatChangeAreTaken) {
  const auto scenario = read(
      "key_validity_hours = 12\n[[room]]\npartial_joins = true\nresync_minutes = 1.5\n[[rotation]]\nserver = 2\n"
      "at_hours = 6\n",
      "f.toml");
  ASSERT_TRUE(scenario);
  EXPECT_TRUE(scenario->rooms[0].partial_joins);
  EXPECT_EQ(scenario->rooms[0].resync, 90 * kernel::kSecond);
  EXPECT_EQ(scenario->rotations.at(0).server, 2u);
  EXPECT_EQ(scenario->rotations[0].at, 6 * kernel::kHour);
  EXPECT_EQ(scenario->key_validity, 12 * kernel::kHour);
}

}  // namespace
}  // namespace stateroom::scenarios
