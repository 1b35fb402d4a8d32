// What a resolution costs: rooms of N state events with F forks of one change of the power levels and C changes of
// names each; small conflicts; the state before each event of a room with merges; a version from its text.
#include <benchmark/benchmark.h>

#include "bench/rooms.h"
#include "bench/small_conflicts.h"
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

void small_conflict(benchmark::State& state, const bench::SmallConflict& conflict) {
  resolve::Resolver& resolver = *conflict.lab->resolver;
  benchmark::DoNotOptimize(resolver.resolve(conflict.states));
  for (auto _ : state) benchmark::DoNotOptimize(resolver.resolve(conflict.states));
  state.counters["touched"] = static_cast<double>(resolver.work().events_touched);
  state.counters["checks"] = static_cast<double>(resolver.work().checks);
}

/// Each small conflict of a version with resolution v1, of one with v2.0 and of one with v2.1.
void register_small_conflicts() {
  for (const std::string version : {"1", "11", "12"}) {
    for (bench::SmallConflict& conflict : bench::small_conflicts(version)) {
      const std::string name = "small_conflict/" + version + "/" + conflict.name;
      benchmark::RegisterBenchmark(name.c_str(),
                                   [conflict = std::make_shared<bench::SmallConflict>(std::move(conflict))](
                                       benchmark::State& state) { small_conflict(state, *conflict); });
    }
  }
}

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

int main(int argc, char** argv) {
  stateroom::resolve::register_small_conflicts();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
