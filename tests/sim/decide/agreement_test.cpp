// Random concrete histories are pinned into the symbolic model: it must have a solution, and every named value must be
// what the engine says.
#include <gtest/gtest.h>

#include <cstdlib>

#include "sim/decide/replay.h"
#include "sim/kernel/random.h"
#include "tests/sim/explore/support.h"

namespace stateroom::decide {
namespace {

using explore::Stage;
using explore::Study;

/// How many histories a version is asked for; `make test-long` asks for more.
std::uint64_t histories() {
  const char* more = std::getenv("STATEROOM_AGREEMENT_HISTORIES");
  return more != nullptr ? std::strtoull(more, nullptr, 10) : 20;
}

class Drawn {
 public:
  Drawn(const std::string& version, properties::Terms terms, std::uint64_t seed, const rules::LoadOptions& options = {})
      : studied_(version, "key-lost", options),
        terms_(std::move(terms)),
        ground_(Ground::of(*studied_.stage, studied_.study)),
        random_(seed, "agreement") {}

  /// Histories of one random shape, pinned into one model.
  void shape(std::uint64_t count) {
    const auto events = static_cast<std::uint32_t>(2 + random_.below(5));
    const bool linear = terms_.has(properties::Hypothesis::kLinearHistory);
    const std::vector<Shape> all = shapes(ground_.prefix(), linear ? events : std::min(events, 4u), linear,
                                          !terms_.has(properties::Hypothesis::kHonestAuthEvents));
    const Shape shape = all[random_.below(all.size())];
    Scope scope(ground_, shape, terms_);
    const auto solver = bounded::make_solver(bounded::Engine::kCadical);
    solver->add(scope.circuit());
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!draw(shape)) continue;
      pin(scope, *solver);
      if (terms_.has(properties::Hypothesis::kHonestAuthEvents)) refuse(scope, *solver);
    }
  }
  std::uint64_t compared = 0, pinned = 0, merges = 0, violated = 0, refused = 0;

 private:
  Stage& stage() { return *studied_.stage; }

  /// Random events of the shape that the engine lets stand.
  bool draw(const Shape& shape) {
    stage().cut(ground_.prefix());
    const bool honest = terms_.has(properties::Hypothesis::kHonestClock);
    std::int64_t time = stage().choices().back().origin_server_ts;
    for (const auto& prev : shape) {
      // Lies are told in steps of another size, so that no two times are equal.
      time += static_cast<std::int64_t>(1 + random_.below(1000));
      const std::int64_t told = honest ? time
                                       : explore::kFirstTimestamp +
                                             static_cast<std::int64_t>(random_.below(8 * explore::kBetween)) * 8 +
                                             stage_size();
      bool stands = false;
      for (int tries = 0; tries < 60 && !stands; ++tries) {
        const graph::State before = *stage().state_after(prev);
        const auto& ideas = studied_.study.ideas(before);
        std::uint32_t act = ideas[random_.below(ideas.size())].act;
        if (random_.below(4) == 0) act = power_levels();
        stands = *stage().push({act, prev, auth_events(act, before), told});
        if (stands && !explore::keeps(stage(), terms_)) {
          stage().pop();
          stands = false;
        }
      }
      if (!stands) return false;
    }
    return true;
  }

  std::int64_t stage_size() { return static_cast<std::int64_t>(stage().size() - ground_.prefix()) + 1; }

  /// Where they are free: entries of the selection left out or older.
  std::optional<std::vector<std::uint32_t>> auth_events(std::uint32_t act, graph::State before) {
    if (terms_.has(properties::Hypothesis::kHonestAuthEvents)) return std::nullopt;
    std::vector<std::uint32_t> out;
    for (const std::uint32_t selected : stage().selection(act, before)) {
      std::vector<std::uint32_t> choices{selected, selected, selected};
      for (std::uint32_t e = 0; e < stage().size(); ++e) {
        if (stage().room().key(stage().event(e)) == stage().room().key(stage().event(selected))) choices.push_back(e);
      }
      if (random_.below(8) != 0) out.push_back(choices[random_.below(choices.size())]);
    }
    std::ranges::sort(out);
    return out;
  }

  std::uint32_t power_levels() {
    std::string users;
    for (std::size_t user = studied_.study.creator_is_listed() ? 0 : 1; user < 3; ++user) {
      constexpr std::array<const char*, 4> kLevels{"0", "25", "50", "100"};
      users += (users.empty() ? "\"" : ",\"") + Study::people()[user] + "\":" + kLevels[random_.below(4)];
    }
    return explore::act(stage(), "m.room.power_levels", "", random_.below(3), "{\"users\":{" + users + "}}");
  }

  std::vector<explore::StateSet> sets(const Shape& shape) {
    const auto last = static_cast<std::uint32_t>(stage().size() - 1);
    std::vector<explore::StateSet> out{{last, {}}, {last, {}}};
    const auto two = ends(ground_.prefix(), shape);
    if (two.size() > 1) out[1].after = two[0];
    if (two.size() == 1 && terms_.stale == 0) {
      do {
        out[1].after = ground_.prefix() - 1 + static_cast<std::uint32_t>(random_.below(last - ground_.prefix() + 1));
      } while (!stage().reaches(last, out[1].after));
    }
    if (terms_.stale > 0) {
      const auto entries = stage().store().entries(stage().after(out[1].after));
      for (const auto& [key, event] : entries) {
        const std::uint32_t entry = stage().place_of(event);
        for (std::uint32_t e = 0; e < entry; ++e) {
          const bool older = stage().reaches(entry, e) && stage().room().key(stage().event(e)) == key;
          if (older && out[1].stale.size() < terms_.stale && random_.below(2) == 0) {
            out[1].stale.emplace_back(entry, e);
            break;
          }
        }
      }
      std::ranges::sort(out[1].stale);
    }
    return out;
  }

  void pin(Scope& scope, bounded::Solver& solver) {
    const Scope::Play play = play_of(stage(), studied_.study, sets(scope.shape()));
    const auto pins = scope.pin(play);
    ASSERT_TRUE(pins) << "the vocabulary has every event of the study";
    ++pinned;
    ASSERT_EQ(solver.solve(*pins, {}), bounded::Satisfiable::kYes) << describe(play);
    const bounded::Model model = solver.model();
    const auto played = replay(stage(), studied_.study, scope, model, terms_);
    ASSERT_TRUE(played);
    for (const std::string& mismatch : played->mismatches) ADD_FAILURE() << mismatch << "\n" << describe(play);
    EXPECT_EQ(played->find.sets, play.sets);
    compared += played->compared;
    merges += scope.merges_before(model).size();
    violated += played->violated ? 1 : 0;
  }

  /// In the place of the last event one that the engine refuses: the model must have no such history.
  void refuse(Scope& scope, bounded::Solver& solver) {
    const explore::Choice last = stage().choices().back();
    Scope::Play play = play_of(stage(), studied_.study, sets(scope.shape()));
    for (explore::StateSet& set : play.sets) set.stale.clear();
    stage().pop();
    const std::uint32_t act = power_levels();
    const auto& ideas = studied_.study.ideas(*stage().state_after(last.prev));
    for (const std::uint32_t one :
         {ideas[random_.below(ideas.size())].act, ideas[random_.below(ideas.size())].act, act}) {
      if (stage().allowed(one, *stage().state_after(last.prev))) continue;
      const explore::Act& deed = stage().act(one);
      play.deeds.back() = {deed.type, deed.state_key, deed.sender, deed.content};
      const auto pins = scope.pin(play);
      ASSERT_TRUE(pins);
      EXPECT_EQ(solver.solve(*pins, {}), bounded::Satisfiable::kNo) << describe(play);
      ++refused;
    }
  }

  static std::string describe(const Scope::Play& play) {
    std::string out;
    for (std::size_t i = 0; i < play.deeds.size(); ++i) {
      out += std::to_string(6 + i) + ": " + play.deeds[i].type + "/" + play.deeds[i].state_key + " by " +
             play.deeds[i].sender + " " + play.deeds[i].content + " after";
      for (const std::uint32_t prev : play.prev[i]) out += " " + std::to_string(prev);
      out += " at " + std::to_string(play.times[i]) + "\n";
    }
    for (const explore::StateSet& set : play.sets) {
      out += "set after " + std::to_string(set.after);
      for (const auto& [entry, older] : set.stale)
        out += ", " + std::to_string(older) + " for " + std::to_string(entry);
      out += "\n";
    }
    return out;
  }

  explore::Studied studied_;
  properties::Terms terms_;
  Ground ground_;
  kernel::Random random_;
};

class LinearAgreement : public testing::TestWithParam<const char*> {};
class Agreement : public testing::TestWithParam<const char*> {};

TEST_P(LinearAgreement, LinearHistoriesHaveTheEnginesValues) {
  Drawn drawn(GetParam(), explore::terms({"honest-clock", "honest-auth-events", "linear-history"}), 1);
  while (drawn.pinned < histories() && !testing::Test::HasFailure()) drawn.shape(8);
}
TEST_P(LinearAgreement, StaleStatesHaveTheEnginesValues) {
  Drawn drawn(GetParam(), explore::terms({"honest-clock", "honest-auth-events", "linear-history", "same-event"}, 2), 2);
  while (drawn.pinned < histories() && !testing::Test::HasFailure()) drawn.shape(8);
}
TEST_P(Agreement, MergesInsideHaveTheEnginesValues) {
  Drawn drawn(GetParam(), explore::terms({"honest-clock", "honest-auth-events"}), 3);
  while (drawn.pinned < histories() && !testing::Test::HasFailure()) drawn.shape(8);
  EXPECT_GT(drawn.merges, 0u);
}

TEST_P(LinearAgreement, HistoriesThatLieHaveTheEnginesValues) {
  Drawn drawn(GetParam(), explore::terms({"linear-history"}, 1), 4);
  while (drawn.pinned < histories() && !testing::Test::HasFailure()) drawn.shape(8);
}
TEST_P(Agreement, MergesThatLieHaveTheEnginesValues) {
  Drawn drawn(GetParam(), explore::terms({}), 5);
  while (drawn.pinned < histories() && !testing::Test::HasFailure()) drawn.shape(8);
  EXPECT_GT(drawn.merges, 0u);
}

class Readings : public testing::TestWithParam<std::tuple<const char*, const char*>> {};
TEST_P(Readings, MergesInsideHaveTheEnginesValues) {
  const auto [version, profile] = GetParam();
  rules::LoadOptions options;
  options.profile = profile;
  Drawn drawn(version, explore::terms({"honest-clock", "honest-auth-events"}), 6, options);
  while (drawn.pinned < histories() && !testing::Test::HasFailure()) drawn.shape(8);
  EXPECT_GT(drawn.merges, 0u);
}
TEST(OneReading, PathsOfAuthEventsHaveTheEnginesValues) {
  rules::LoadOptions options;
  options.readings = {{"power_order_edges", "paths"}};
  Drawn drawn("11", explore::terms({"honest-clock", "honest-auth-events"}), 7, options);
  while (drawn.pinned < histories() && !testing::Test::HasFailure()) drawn.shape(8);
}
INSTANTIATE_TEST_SUITE_P(Profiles, Readings,
                         testing::Combine(testing::Values("2", "10", "12"),
                                          testing::Values("specification", "ruma", "gomatrixserverlib", "dendrite")));

// Side by side, events of version 1 may have one depth; which is first follows then from hashes of event ids.
INSTANTIATE_TEST_SUITE_P(Versions, LinearAgreement, testing::Values("1", "2", "6", "9", "11", "12"));
INSTANTIATE_TEST_SUITE_P(Versions, Agreement, testing::Values("2", "6", "11", "12"));

}  // namespace
}  // namespace stateroom::decide
