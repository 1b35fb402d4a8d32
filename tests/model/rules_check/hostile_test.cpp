// Texts that nobody would write: whatever stands in them, checking ends with a verdict, and what is checked can be
// said.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "model/rules/compare.h"
#include "model/rules/lint.h"
#include "model/rules/program.h"
#include "model/rules/say.h"
#include "tests/model/rules_check/support.h"

namespace stateroom::rules {
namespace {

std::string bytes_of(const std::string& name) {
  std::ifstream in(std::string(STATEROOM_SOURCE_DIR) + "/model/versions/" + name + ".room");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Words, strings and signs with where they stand.
std::vector<std::pair<std::size_t, std::size_t>> tokens(const std::string& text) {
  std::vector<std::pair<std::size_t, std::size_t>> result;
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (is_word(text[i])) {
      while (end < text.size() && is_word(text[end])) ++end;
    } else if (text[i] == '"') {
      while (end < text.size() && text[end] != '"' && text[end] != '\n') ++end;
      end = std::min(end + 1, text.size());
    } else if (text[i] == ' ' || text[i] == '\n') {
      i = end;
      continue;
    }
    result.emplace_back(i, end - i);
    i = end;
  }
  return result;
}

TEST(Hostile, ATokenReplacedByAnotherNeverCrashesTheChecker) {
  const std::string base = bytes_of("1");
  const auto all = tokens(base);
  ASSERT_GT(all.size(), 1000u);
  constexpr unsigned kSeed = 20260;
  std::minstd_rand random(kSeed);
  std::size_t taken = 0, refused = 0, unparsed = 0;
  for (int round = 0; round < 800; ++round) {
    const auto [at, size] = all[random() % all.size()];
    const auto [from, length] = all[random() % all.size()];
    std::string text = base;
    text.replace(at, size, base.substr(from, length));
    const auto file = parse(text, "hostile.room");
    const auto version = file ? flatten(*file, registry()) : std::unexpected(file.error());
    if (!version) {
      ++unparsed;
      continue;
    }
    const auto elaborated = elaborate(*version);
    (elaborated ? taken : refused) += 1;
    if (elaborated) {
      lint(*version, **elaborated);
      EXPECT_NO_THROW(Program::compile(*elaborated))
          << "seed " << kSeed << " round " << round << ": " << text.substr(at > 60 ? at - 60 : 0, 160);
    }
    EXPECT_FALSE(say(*version).empty());
    EXPECT_TRUE(elaborated || !elaborated.error().empty()) << "seed " << kSeed << " round " << round;
  }
  EXPECT_GT(taken, 50u);
  EXPECT_GT(refused, 100u);
  EXPECT_GT(unparsed, 100u);
}

TEST(Hostile, WhatTheCheckerTakesTheEvaluatorCompiles) {
  const std::vector<std::string> conditions = {
      "(policy default create).sender = \"x\"",
      "(if type = \"a\" then create else policy).sender = \"x\"",
      "(sender given event with auth_events) = \"x\"",
      "count(rivals(auth_events)) > 3",
      "type = \"m.room.power_levels\" and content.users is not empty",
      "type = \"m.room.power_levels\" and no (u, v) in content.users has v is level and v > 5",
      "any x in {\"a\", \"b\"} has x = sender",
      "create in auth_events",
      "any e in auth_events has e in prev_events",
      "depth > 5 and origin_server_ts + 5 > depth",
      "create.content.room_version is recognised_version",
      "power(if state_key is user_id then state_key else sender) < infinite",
      "(membership(sender) default type) = \"x\"",
      "rivals(auth_events) is empty or all e in rivals(auth_events) has e.rejected",
      "not (create.content.\"m.federate\" != true)",
      "size(type) + 5 <= size(sender)",
      "server(state_key) = \"x\" and opaque(sender) != prefix(type, \"a\", \"b\")",
      "type = \"m.room.create\" or true",
      "any (user, m) in state[\"m.room.member\"] has m.rejected",
      "signed_by(server(sender)) and verifies(policy.content.public_keys, {sender})",
      "identifier = type",
  };
  for (const std::string& condition : conditions) {
    const Version text = candidate("edit rules\n  insert t before federate: reject if " + condition + "\n");
    const auto elaborated = core(text);
    ASSERT_TRUE(elaborated) << condition;
    EXPECT_NO_THROW(Program::compile(elaborated)) << condition;
    EXPECT_FALSE(say(text).empty());
  }
}

TEST(Hostile, ComparingATextThatDoesNotCheckIsPossible) {
  const Version broken = candidate("edit definitions\n  replace creator = nonsense\n");
  const auto edits = compare(version("12"), broken, &registry());
  ASSERT_EQ(edits.size(), 1u);
  EXPECT_EQ(edits[0].label, "creator");
}

}  // namespace
}  // namespace stateroom::rules
