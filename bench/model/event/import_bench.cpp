// What import costs: names from outside, up to a decoded history and up to a room; strict, against the hashes and
// signatures that it cannot do without.
#include <benchmark/benchmark.h>

#include "bench/goals/measure.h"
#include "bench/rooms.h"
#include "bench/signed_room.h"
#include "model/event/history.h"
#include "model/graph/room.h"
#include "tests/model/resolve/support.h"

namespace stateroom::event {
namespace {

using bench::history_of;
using bench::signed_room;

const EventFormat& format_of(const std::string& version) {
  return stateroom::testing::program(version)->version().format;
}

void count(benchmark::State& state, std::size_t events, std::size_t bytes) {
  const auto runs = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(events) * runs);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * runs);
}

void read_json(benchmark::State& state) {
  const std::string bytes = bench::forked_room(format_of("12"), 10000, 2, 20);
  for (auto _ : state) benchmark::DoNotOptimize(json::parse(bytes));
  count(state, 10042, bytes.size());
}
BENCHMARK(read_json)->Unit(benchmark::kMillisecond);

void import_placeholders(benchmark::State& state) {
  const EventFormat& format = format_of("12");
  const std::string bytes = bench::forked_room(format, 10000, 2, 20);
  std::size_t events = 0;
  for (auto _ : state) {
    const History history = history_of(bytes, format, false);
    base::require(history.ids == IdMode::kPlaceholder, "names are given");
    events = history.events.size();
  }
  count(state, events, bytes.size());
}
BENCHMARK(import_placeholders)->Unit(benchmark::kMillisecond);

void import_placeholders_to_room(benchmark::State& state) {
  const EventFormat& format = format_of("12");
  const std::string bytes = bench::forked_room(format, 10000, 2, 20);
  std::size_t events = 0;
  for (auto _ : state) {
    const auto room = graph::Room::build(history_of(bytes, format, false).events, format);
    events = (*room)->size();
  }
  count(state, events, bytes.size());
}
BENCHMARK(import_placeholders_to_room)->Unit(benchmark::kMillisecond);

/// Whole PDUs with their ids beside them, as servers' databases are written out: hashes and signatures are not looked
/// at.
void import_dump_to_room(benchmark::State& state) {
  const EventFormat& format = format_of("11");
  std::string dump;
  std::size_t events = 0;
  for (const Event& event : history_of(signed_room(format, 10000).lines, format, false).events) {
    dump += R"({"event_id":)" + json::quoted(event.event_id) + R"(,"json":)" + json::to_text(event.json) + "}\n";
  }
  for (auto _ : state) {
    History history = history_of(dump, format, false);
    base::require(history.ids == IdMode::kPlaceholder, "names are given");
    events = history.events.size();
    benchmark::DoNotOptimize(graph::Room::build(std::move(history.events), format));
  }
  count(state, events, dump.size());
}
BENCHMARK(import_dump_to_room)->Unit(benchmark::kMillisecond);

/// Both in turn, so that a slow moment of the machine slows both. `ratio` is the bar: 1.3.
void import_strict(benchmark::State& state) {
  const EventFormat& format = format_of("11");
  const bench::Signed room = signed_room(format, 1000);
  const bench::Alone alone(history_of(room.lines, format, true), format, room);
  double ours = 0, theirs = 0;
  for (auto _ : state) {
    const auto start = bench::processor_seconds();
    benchmark::DoNotOptimize(bench::import_strictly(room, format));
    const auto between = bench::processor_seconds();
    benchmark::DoNotOptimize(alone.run());
    const auto end = bench::processor_seconds();
    state.SetIterationTime(between - start);
    ours += between - start;
    theirs += end - between;
  }
  count(state, alone.size(), room.lines.size());
  state.counters["alone_us_per_event"] =
      1e6 * theirs / static_cast<double>(state.iterations()) / static_cast<double>(alone.size());
  state.counters["ratio"] = ours / theirs;
}
BENCHMARK(import_strict)->Unit(benchmark::kMillisecond)->UseManualTime();

}  // namespace
}  // namespace stateroom::event
