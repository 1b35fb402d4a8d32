// What a resolution costs: rooms of N state events with F forks of one change of the power levels and C changes of
// names each; small conflicts; the state before each event of a room with merges; a version from its text.
#include <benchmark/benchmark.h>

#include "bench/rooms.h"
#include "model/rules/elaborate.h"
#include "model/versions/registry.h"
#include "tests/model/resolve/support.h"

namespace stateroom::resolve {
namespace {

using stateroom::testing::Lab;

/// What is measured is a room that its version would have.
void require_legal(Lab& lab) {
  const auto walk = Walk::run(*lab.evaluator, lab.store, *lab.resolver);
  base::require(walk.has_value(), "the room is walked");
  for (const Receipt& receipt : walk->receipts()) base::require(!receipt.rejected, "no event of the room is rejected");
}

void resolve_forks(benchmark::State& state, const std::string& version) {
  const auto events = static_cast<std::uint32_t>(state.range(0)), forks = static_cast<std::uint32_t>(state.range(1)),
             changes = static_cast<std::uint32_t>(state.range(2));
  Lab lab(version, bench::forked_room(stateroom::testing::program(version)->version().format, events, forks, changes));
  if (events == 1000) require_legal(lab);
  const std::vector<State> states = bench::forked_states(lab, events, forks, changes);
  benchmark::DoNotOptimize(lab.resolver->resolve(states));  // what a room computes once, at first use
  for (auto _ : state) benchmark::DoNotOptimize(lab.resolver->resolve(states));
  state.counters["touched"] = static_cast<double>(lab.resolver->work().events_touched);
  state.counters["checks"] = static_cast<double>(lab.resolver->work().checks);
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"state", "forks", "changes"})->Unit(benchmark::kMicrosecond);
  for (const auto& args : std::vector<std::vector<std::int64_t>>{{1000, 2, 20},
                                                                 {1000, 10, 20},
                                                                 {10000, 2, 20},
                                                                 {10000, 10, 20},
                                                                 {10000, 100, 20},
                                                                 {10000, 10, 500},
                                                                 {100000, 2, 20},
                                                                 {100000, 10, 20},
                                                                 {100000, 100, 20}}) {
    bench->Args(args);
  }
}
BENCHMARK_CAPTURE(resolve_forks, v2_0, "10")->Apply(sizes);
BENCHMARK_CAPTURE(resolve_forks, v2_1, "12")->Apply(sizes);
BENCHMARK_CAPTURE(resolve_forks, v1, "1")->Apply(sizes);

void small_conflict(benchmark::State& state, const std::string& version, const std::string& name) {
  Lab lab(version, stateroom::testing::read_file(std::string(STATEROOM_SOURCE_DIR) + "/tests/scenarios/" + name + "." +
                                                 version + ".json"));
  std::vector<State> states;
  for (const auto& set : lab.state_sets) states.push_back(lab.state(set));
  for (auto _ : state) benchmark::DoNotOptimize(lab.resolver->resolve(states));
}
BENCHMARK_CAPTURE(small_conflict, ban_against_levels_v2_0, "11", "ban_against_levels");
BENCHMARK_CAPTURE(small_conflict, problem_a_v2_0, "11", "msc4297_problem_a");
BENCHMARK_CAPTURE(small_conflict, problem_b_v2_1, "12", "msc4297_problem_b");
BENCHMARK_CAPTURE(small_conflict, mainline_v1, "1", "mainline");

void state_before(benchmark::State& state) {
  Lab lab("10", bench::merging_room(stateroom::testing::program("10")->version().format,
                                    static_cast<std::uint32_t>(state.range(0))));
  WalkOptions options;
  options.keep_checks = false;
  std::size_t bytes = 0;
  std::uint64_t merges = 0;
  for (auto _ : state) {
    graph::StateStore store;
    Resolver resolver(*lab.evaluator, store);
    const auto walk = Walk::run(*lab.evaluator, store, resolver, options);
    base::require(walk.has_value(), "the room is walked");
    bytes = store.bytes();
    merges = walk->merges();
  }
  state.counters["events"] = lab.room->size();
  state.counters["merges"] = static_cast<double>(merges);
  state.counters["store_MiB"] = static_cast<double>(bytes) / (1 << 20);
}
BENCHMARK(state_before)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond)->Iterations(2);

void version_from_text(benchmark::State& state) {
  for (auto _ : state) {
    const versions::Registry registry;
    const auto loaded = registry.load("12");
    const auto core = rules::elaborate(*loaded);
    benchmark::DoNotOptimize(rules::Program::compile(*core));
  }
}
BENCHMARK(version_from_text)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stateroom::resolve
