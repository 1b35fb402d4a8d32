// Bounded proofs: `key-lost` in version 12, the prefix `study`, honest clocks and auth_events, nothing revoked, one
// chain.
#include <benchmark/benchmark.h>

#include "model/properties/property.h"
#include "model/versions/registry.h"
#include "sim/decide/decide.h"

namespace stateroom::decide {
namespace {

void key_lost(benchmark::State& state, std::uint32_t stale) {
  const versions::Registry registry;
  const auto program = properties::compile(*registry.load("12"), *properties::find("key-lost")->text);
  auto stage = explore::Stage::make(*program, explore::Study::people());
  auto study = explore::Study::begin(**stage);
  Options options;
  options.terms.stale = stale;
  for (const char* one : {"honest-clock", "no-revocation", "honest-auth-events", "linear-history"})
    options.terms.hypotheses.push_back(*properties::hypothesis_of(one));
  if (stale > 0) options.terms.hypotheses.push_back(properties::Hypothesis::kSameEvent);
  options.events_min = options.events = static_cast<std::uint32_t>(state.range(0));
  for (auto _ : state) {
    const auto answer = decide(**stage, *study, options);
    if (!answer || answer->verdict != Verdict::kProved) return state.SkipWithError("it is no longer proved");
    state.counters["variables"] = static_cast<double>(answer->bounds[0].variables);
    state.counters["clauses"] = static_cast<double>(answer->bounds[0].clauses);
  }
}

void one_stale_entry(benchmark::State& state) { key_lost(state, 1); }
void exact_states(benchmark::State& state) { key_lost(state, 0); }

BENCHMARK(one_stale_entry)
    ->DenseRange(5, 9)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kSecond);
BENCHMARK(exact_states)
    ->DenseRange(4, 6)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kSecond);

}  // namespace
}  // namespace stateroom::decide
