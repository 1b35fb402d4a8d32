#include "sim/decide/decide.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/sim/explore/support.h"

namespace stateroom::decide {
namespace {

Options options(std::initializer_list<std::string_view> hypotheses, std::uint32_t stale, std::uint32_t events) {
  Options out;
  out.terms = explore::terms(hypotheses, stale);
  out.events = events;
  out.engines = {bounded::Engine::kCadical, bounded::Engine::kZ3};
  return out;
}

Answer ask(const std::string& version, const std::string& property, const Options& options) {
  explore::Studied studied(version, property);
  const auto out = decide(*studied.stage, studied.study, options);
  EXPECT_TRUE(out);
  for (const std::string& mismatch : out->mismatches) ADD_FAILURE() << mismatch;
  return *out;
}

TEST(Shapes, AreThoseThatCanBeCountedByHand) {
  // One event; two in a row or side by side; three: a row, a fork at each place, two that meet.
  EXPECT_EQ(shapes(6, 1, false).size(), 1u);
  EXPECT_EQ(shapes(6, 2, false).size(), 2u);
  EXPECT_EQ(shapes(6, 3, false).size(), 4u);
  EXPECT_EQ(shapes(6, 3, true).size(), 1u);
}

TEST(KeyLost, IsRefutedIn11ByTwoEventsAndAStaleEntry) {
  const auto answer =
      ask("11", "key-lost", options({"honest-clock", "no-revocation", "honest-auth-events", "linear-history"}, 1, 4));
  EXPECT_EQ(answer.verdict, Verdict::kRefuted);
  ASSERT_EQ(answer.bounds.size(), 2u);
  EXPECT_EQ(answer.bounds[0].events, 1u);
  EXPECT_GT(answer.compared, 10u);
}

TEST(KeyLost, IsProvedIn12UpToFourEvents) {
  const auto answer =
      ask("12", "key-lost",
          options({"honest-clock", "no-revocation", "honest-auth-events", "linear-history", "same-event"}, 1, 4));
  EXPECT_EQ(answer.verdict, Verdict::kProved) << answer.detail;
  EXPECT_EQ(answer.proved, 4u);
}

}  // namespace
}  // namespace stateroom::decide
