#include <gtest/gtest.h>

#include <map>

#include "model/rules/elaborate.h"
#include "model/versions/registry.h"
#include "sim/search/difference.h"
#include "sim/search/witness.h"
#include "sim/workload/workload.h"

namespace stateroom::search {
namespace {

ProgramPtr program(const std::string& name) {
  static const versions::Registry registry;
  static std::map<std::string, ProgramPtr> known;
  if (known.contains(name)) return known[name];
  const auto version = registry.load(name);
  EXPECT_TRUE(version) << name;
  const auto core = rules::elaborate(*version);
  EXPECT_TRUE(core) << name;
  return known[name] = rules::Program::compile(*core);
}

const Witness* with(const WitnessSearch& search, const std::string& base, const std::string& candidate) {
  for (const Witness& witness : search.witnesses) {
    if (witness.base_label == base && witness.candidate_label == candidate) return &witness;
  }
  return nullptr;
}

TEST(Witness, AVersionDoesNotDifferFromItself) {
  const auto found = find_witnesses(program("11"), program("11"), {.scope_max = 2, .pairs_max = 100'000});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->witnesses.empty());
  EXPECT_GT(found->pairs, 10'000U);
}

TEST(Witness, OwnedStateKeysAreFoundAndReplayAsSignedEvents) {
  const auto found = find_witnesses(program("11"), program("org.matrix.msc3757.11"), {.scope_max = 2});
  ASSERT_TRUE(found) << found.error().message;
  // A note that its owner keeps under `@owner_suffix`: refused in 11, allowed by the proposal.
  const Witness* owned = with(*found, "state_key", "allow");
  ASSERT_NE(owned, nullptr);
  EXPECT_FALSE(owned->base_allows);
  const auto files = realise(*owned, program("org.matrix.msc3757.11"));
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_TRUE(files->event.json.get("signatures").is_object());
}

TEST(Witness, CreatorsOfTwelveMayNotStandAmongUsers) {
  const auto found = find_witnesses(program("11"), program("12"), {.scope_max = 1});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_NE(with(*found, "power_levels.allow", "power_levels.creators"), nullptr);
}

TEST(Difference, AVersionAgreesWithItselfAndTwelveResolvesOtherwise) {
  std::uint32_t differ = 0, shrunk = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const auto history = workload::make(program("11"), seed);
    ASSERT_TRUE(history);
    const auto same = compare(history->plan, program("11"), program("11"));
    ASSERT_TRUE(same) << same.error().message;
    EXPECT_FALSE(same->any());
    const auto other = compare(history->plan, program("11"), program("12"));
    ASSERT_TRUE(other) << other.error().message;
    if (other->merges.empty()) continue;
    ++differ;
    if (shrunk == 2) continue;
    ++shrunk;
    const auto smaller = shrink(history->plan, other->merges[0], program("11"), program("12"));
    ASSERT_TRUE(smaller) << smaller.error().message;
    EXPECT_LT(smaller->plan.steps.size(), history->plan.steps.size());
    const auto one = workload::stage(smaller->plan, program("11"));
    const auto two = workload::stage(smaller->plan, program("12"));
    EXPECT_NE(one->scene->resolve(smaller->state_sets, false)->state,
              two->scene->resolve(smaller->state_sets, true)->state);
  }
  EXPECT_GT(differ, 0U);
}

}  // namespace
}  // namespace stateroom::search
