// Merges a second and core that an exhaustive search of small histories resolves and asks a property of: all of one
// scope, the histories among them counted beside.
#include <benchmark/benchmark.h>

#include "tests/sim/explore/support.h"

namespace stateroom::explore {
namespace {

void exhaustive(benchmark::State& state, const char* version, const char* property) {
  std::uint64_t merges = 0, histories = 0;
  for (auto _ : state) {
    Studied studied(version, property);
    SearchOptions options;
    options.terms =
        terms({"honest-clock", "no-revocation", "linear-sender", "honest-auth-events", "linear-history"}, 1);
    options.events = 3;
    const auto outcome = search_exhaustive(*studied.stage, studied.study, options);
    merges += outcome->progress.questions;
    histories += outcome->progress.histories;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(merges));
  state.counters["histories"] = benchmark::Counter(static_cast<double>(histories), benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(exhaustive, key_lost_12, "12", "key-lost");
BENCHMARK_CAPTURE(exhaustive, authorised_result_12, "12", "authorised-result");

}  // namespace
}  // namespace stateroom::explore
