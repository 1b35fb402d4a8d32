// What the build compiled from the texts says the same as the interpreter: verdict and rule, on random histories and on
// every pair of the small scope, for every version and every choice of a reading.
#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

#include "model/resolve/resolution.h"
#include "model/rules/compile.h"
#include "model/rules/elaborate.h"
#include "model/versions/compiled_tests.h"
#include "model/versions/registry.h"
#include "sim/search/witness.h"
#include "sim/workload/workload.h"

namespace stateroom::search {
namespace {

using base::EventIndex;
using rules::CompiledTest;

constexpr std::size_t kMost = 256;

/// How often each compiled test said false and true.
std::array<std::array<std::uint64_t, 2>, kMost> said;

template <std::size_t kAt>
bool counted(rules::Evaluator::Data& machine, const rules::Frame& frame, const std::uint32_t* operands) {
  const bool holds = versions::compiled_tests()[kAt].run(machine, frame, operands);
  ++said[kAt][holds ? 1 : 0];
  return holds;
}

/// The compiled tests, each counting what it says.
rules::CompiledTests counting() {
  static const std::vector<CompiledTest> tests = [] {
    const rules::CompiledTests all = versions::compiled_tests();
    std::vector<CompiledTest> out(all.begin(), all.end());
    [&]<std::size_t... kAt>(std::index_sequence<kAt...>) {
      ((kAt < out.size() ? void(out[kAt].run = &counted<kAt>) : void()), ...);
    }
    (std::make_index_sequence<kMost>());
    return out;
  }();
  return tests;
}

struct Pair {
  std::string name;
  ProgramPtr interpreted, compiled;
};

std::optional<Pair> pair_of(const versions::Registry& registry, const std::string& name,
                            const rules::LoadOptions& options) {
  const auto text = registry.load(name, options);
  if (!text) return std::nullopt;
  const auto core = rules::elaborate(*text);
  if (!core) return std::nullopt;
  std::string whole = name + " " + options.profile;
  for (const auto& [reading, choice] : options.readings) whole += " " + reading + "=" + choice;
  return Pair{whole, rules::Program::compile(*core), rules::Program::compile(*core, counting())};
}

/// Each version of the package as it stands, and with each choice of each reading.
std::vector<std::pair<Pair, bool>> pairs() {
  const versions::Registry registry;
  std::vector<std::pair<Pair, bool>> out;
  for (const std::string& name : registry.names()) {
    auto pair = pair_of(registry, name, {});
    if (!pair) ADD_FAILURE() << name;
    out.emplace_back(std::move(*pair), true);
    const auto text = registry.load(name);
    for (const rules::ReadingEntry& reading : text->readings) {
      for (const rules::Choice& choice : reading.choices) {
        if (choice.name == reading.default_choice) continue;
        if (auto chosen = pair_of(registry, name, {true, {}, {{reading.name, choice.name}}, {}}))
          out.emplace_back(std::move(*chosen), false);
      }
    }
  }
  return out;
}

/// Both programs in one room, asked about everything in it.
class Both {
 public:
  Both(const Pair& pair, const workload::HistoryMade& made)
      : made_(made),
        room_(*graph::Room::build(made.events, pair.interpreted->version().format)),
        interpreted_(pair.interpreted, *room_),
        compiled_(pair.compiled, *room_) {
    for (std::size_t i = 0; i < made.events.size(); ++i)
      room_->set_rejected(event(static_cast<std::uint32_t>(i)), made.plan.steps[i].rejected);
  }

  void ask() {
    const auto last = static_cast<std::uint32_t>(made_.events.size() - 1);
    for (std::uint32_t step = 0; step <= last; ++step) {
      for (const std::uint32_t of : {step, step / 2, last}) {
        const auto view = rules::StateView::of(store_, state(of));
        for (const bool recheck : {false, true}) expect_same(event(step), view, recheck);
      }
      expect_same(event(step), rules::StateView::of(room_->cited(room_->edge_field("auth_events"), event(step))),
                  false);
    }
    resolve(std::array{state(last), state(last / 2), state(last / 3)});
  }

 private:
  EventIndex event(std::uint32_t step) const { return room_->find(made_.events[step].event_id); }
  graph::State state(std::uint32_t of) {
    std::vector<std::pair<base::KeyIndex, EventIndex>> entries;
    for (const auto& [key, step] : made_.plan.steps[of].before)
      entries.emplace_back(room_->key(event(step)), event(step));
    return store_.from(std::move(entries));
  }
  void expect_same(EventIndex asked, const rules::StateView& view, bool recheck) {
    const rules::Decision one = interpreted_.authorise(asked, view, recheck);
    const rules::Decision other = compiled_.authorise(asked, view, recheck);
    EXPECT_EQ(one.allowed, other.allowed) << room_->event(asked).event_id;
    EXPECT_EQ(interpreted_.program().label(one.rule), compiled_.program().label(other.rule))
        << room_->event(asked).event_id;
    rules::ReadLog reads;
    const rules::Decision noted = compiled_.authorise(asked, view, recheck, &reads);
    EXPECT_EQ(noted.rule, other.rule);
  }
  void resolve(std::span<const graph::State> states) {
    resolve::Trace trace, again;
    resolve::Resolver by_interpreter(interpreted_, store_), by_compiled(compiled_, store_);
    const auto one = by_interpreter.resolve(states, &trace);
    const auto other = by_compiled.resolve(states);
    const auto traced = by_compiled.resolve(states, &again);
    ASSERT_TRUE(one && other && traced);
    EXPECT_EQ(*one, *other);
    EXPECT_EQ(*one, *traced);
    ASSERT_EQ(trace.values.size(), again.values.size());
    for (std::size_t i = 0; i < trace.values.size(); ++i) {
      EXPECT_EQ(trace.values[i].name, again.values[i].name);
      EXPECT_EQ(trace.values[i].state, again.values[i].state);
      EXPECT_EQ(trace.values[i].events, again.values[i].events);
    }
    ASSERT_EQ(trace.checks.size(), again.checks.size());
    for (std::size_t i = 0; i < trace.checks.size(); ++i) {
      EXPECT_EQ(trace.checks[i].event, again.checks[i].event);
      EXPECT_EQ(trace.checks[i].decision.rule, again.checks[i].decision.rule);
    }
  }

  const workload::HistoryMade& made_;
  std::unique_ptr<graph::Room> room_;
  graph::StateStore store_;
  rules::Evaluator interpreted_, compiled_;
};

TEST(CompiledTests, SayTheSameAsTheInterpreter) {
  ASSERT_LE(versions::compiled_tests().size(), kMost);
  for (const auto& [pair, as_it_stands] : pairs()) {
    SCOPED_TRACE(pair.name);
    const std::uint64_t seeds = as_it_stands ? 8 : 1;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      SCOPED_TRACE(seed);
      workload::WorkloadOptions options = workload::varied(seed);
      options.signing = workload::Signing::kUnsigned;
      const auto made = workload::make(pair.interpreted, seed, options);
      if (!made && !as_it_stands) break;  // a choice by which the room of the workload is refused
      ASSERT_TRUE(made) << made.error().message;
      Both(pair, *made).ask();
    }
    if (!as_it_stands) continue;
    const auto apart = find_witnesses(pair.interpreted, pair.compiled, {.scope_max = 2, .pairs_max = 20'000});
    ASSERT_TRUE(apart) << apart.error().message;
    EXPECT_TRUE(apart->witnesses.empty());
    EXPECT_GT(apart->pairs, 10'000U);
  }
  // All were reached but three on an event that names a hub server, which nobody here makes; most gave both answers.
  std::size_t unreached = 0, both = 0;
  for (std::size_t i = 0; i < versions::compiled_tests().size(); ++i) {
    unreached += said[i][0] + said[i][1] == 0 ? 1 : 0;
    both += said[i][0] > 0 && said[i][1] > 0 ? 1 : 0;
  }
  EXPECT_LE(unreached, 3U);
  EXPECT_GE(both, 45U);
}

}  // namespace
}  // namespace stateroom::search
