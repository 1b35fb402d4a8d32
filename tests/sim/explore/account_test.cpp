#include "sim/explore/account.h"

#include <gtest/gtest.h>

#include "sim/explore/shrink.h"
#include "tests/sim/explore/support.h"

namespace stateroom::explore {
namespace {

/// A ban in version 11, judged in a merge with the state in which whoever banned has no power.
struct BanFind {
  explicit BanFind(const std::string& version) : studied(version, "ban-holds") {
    Stage& stage = *studied.stage;
    const std::string ban = R"({"membership":"ban"})";
    const auto banned = put(stage, act(stage, "m.room.member", Study::people()[2], 1, ban), {5});
    const auto kicked =
        put(stage, act(stage, "m.room.member", Study::people()[1], 0, R"({"membership":"leave"})"), {banned});
    const auto back =
        put(stage, act(stage, "m.room.member", Study::people()[1], 1, R"({"membership":"join"})"), {kicked});
    find = Find{stage.choices(), {{back, {}}, {5, {}}}};
  }
  Studied studied;
  Find find;
};

std::vector<std::string> avoiding(const BanFind& of, const Account& account) {
  std::vector<std::string> out;
  for (const RuleFlip& flip : account.flips) {
    if (flip.avoids) out.push_back(of.studied.stage->program().label(flip.rule));
  }
  return out;
}

TEST(Account, TheBanIsCriticalAndTheRuleThatRefusedItAvoids) {
  BanFind of("12");
  const auto broken = breaks(*of.studied.stage, of.find, {});
  ASSERT_TRUE(broken && *broken);
  const auto account = account_of(*of.studied.stage, of.studied.study, of.find, {});
  ASSERT_TRUE(account) << account.error().message;
  ASSERT_TRUE(account->critical);
  EXPECT_TRUE(account->critical->same_key);
  // After the ban nobody's other act at these keys helps; what avoids it is no ban but something else for C.
  EXPECT_EQ(account->critical->event, 6u);
  EXPECT_EQ(account->critical->instead.front().first, 6u);
  const auto rules = avoiding(of, *account);
  EXPECT_NE(std::ranges::find(rules, "member.ban.sender"), rules.end());
  EXPECT_TRUE(account->mend);
}

TEST(Account, WhatIsSaidToAvoidTheFindDoesSo) {
  BanFind of("12");
  const auto account = account_of(*of.studied.stage, of.studied.study, of.find, {});
  ASSERT_TRUE(account && account->critical);
  Find other = of.find;
  for (const auto& [at, act] : account->critical->instead) other.choices[at].act = act;
  EXPECT_FALSE(*breaks(*of.studied.stage, other, {}));
  EXPECT_TRUE(*breaks(*of.studied.stage, of.find, {}));
  Find mended = of.find;
  mended.choices.push_back(
      {account->mend->act, {account->mend->after}, std::nullopt, kFirstTimestamp + 100 * kBetween});
  for (StateSet& set : mended.sets) {
    if (set.after == account->mend->after) set.after = static_cast<std::uint32_t>(mended.choices.size() - 1);
  }
  EXPECT_FALSE(*breaks(*of.studied.stage, mended, {}));
}

TEST(Account, AFlippedRuleIsForgottenAfterwards) {
  BanFind of("12");
  Stage& stage = *of.studied.stage;
  const auto states = [&] { return std::array<State, 2>{stage.after(8), stage.after(5)}; };
  const State before = *stage.checker().resolver().resolve(states());
  const auto flips = flips_of(stage, states());
  ASSERT_TRUE(flips);
  EXPECT_GT(flips->size(), 1u);
  EXPECT_EQ(*stage.checker().resolver().resolve(states()), before);
}

TEST(Account, ALimitIsSaidToBeOne) {
  BanFind of("12");
  const auto account = account_of(*of.studied.stage, of.studied.study, of.find, {}, 0);
  ASSERT_TRUE(account);
  EXPECT_TRUE(account->limited);
  EXPECT_FALSE(account->critical);
}

}  // namespace
}  // namespace stateroom::explore
