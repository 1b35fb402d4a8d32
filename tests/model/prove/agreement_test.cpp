// The encoder says of concrete events what the evaluator says of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "model/prove/concrete.h"
#include "model/prove/encoder.h"
#include "tests/model/prove/random_question.h"
#include "tests/support/programs.h"

namespace stateroom::prove {
namespace {

using stateroom::testing::program_of;

// The label that a world fixed to the events decides by, and that it cannot decide otherwise.
std::string difference(const RandomQuestion& question, const rules::Program& of, const rules::Decision& decision) {
  World world;
  Encoder encoder(of.version(), world);
  const auto& decides = encoder.decides();
  name_strings(world, *question.room, question.event, question.state);
  const Terms facts = world.close();
  z3::solver solver(world.context());
  for (const z3::expr& fact : facts) solver.add(fact);
  for (const z3::expr& fact : fix(world, *question.room, question.event, question.state)) solver.add(fact);
  if (solver.check() != z3::sat) return "nothing is possible";
  for (std::size_t i = 0; i < decides.size(); ++i) {
    const Fire& fire = encoder.rules()[i];
    if (fire.label != of.label(decision.rule) || fire.allows != decision.allowed) continue;
    solver.add(!decides[i]);
    if (solver.check() == z3::unsat) return "";
    const z3::model model = solver.get_model();
    for (std::size_t k = 0; k < decides.size(); ++k) {
      if (model.eval(decides[k], true).is_true()) return "the encoder: " + encoder.rules()[k].label;
    }
    return "the encoder decides nothing";
  }
  return "no such rule";
}

TEST(Agreement, RandomEventsAreDecidedAlikeByTheSameRule) {
  const char* wanted = std::getenv("STATEROOM_AGREEMENT");
  const std::uint64_t count = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 96;
  const std::vector<std::string> versions = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"};
  std::map<std::string, std::uint64_t> labels;
  const char* first = std::getenv("STATEROOM_AGREEMENT_FIRST");
  const std::uint64_t begin = first != nullptr ? std::strtoull(first, nullptr, 10) : 1;
  for (std::uint64_t seed = begin; seed < begin + count; ++seed) {
    const std::string& version = versions[seed % versions.size()];
    const RandomQuestion question = random_question(seed, program_of(version));
    const rules::Decision decision = decide(question, program_of(version));
    ++labels[program_of(version)->label(decision.rule)];
    const std::string found = difference(question, *program_of(version), decision);
    ASSERT_EQ(found, "") << "version " << version << ", seed " << seed
                         << ", the evaluator: " << program_of(version)->label(decision.rule) << "\n"
                         << json::to_text(question.room->event(question.event).json);
  }
  EXPECT_GE(labels.size(), 20U);
}

}  // namespace
}  // namespace stateroom::prove
