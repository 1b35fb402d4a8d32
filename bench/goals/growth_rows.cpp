#include <fmt/core.h>

#include "bench/goals/measure.h"
#include "bench/goals/rows.h"
#include "bench/goals/table.h"
#include "bench/rooms.h"

namespace stateroom::bench {

namespace {

using testing::Lab;

constexpr std::uint32_t kForks = 2, kChanges = 20;

resolve::Walk walk(Lab& lab) {
  resolve::WalkOptions options;
  options.keep_checks = false;
  auto out = resolve::Walk::run(*lab.evaluator, lab.store, *lab.resolver, options);
  base::require(out.has_value(), "the room is walked");
  return std::move(*out);
}

/// Median and least time of a resolution.
std::array<double, 2> resolve_in_room_of(std::uint32_t events) {
  Lab lab("10", forked_room(testing::program("10")->version().format, events, kForks, kChanges));
  const resolve::Walk walked = walk(lab);
  std::vector<graph::State> states;
  for (std::uint32_t fork = 0; fork < kForks; ++fork) {
    const std::string tip = "$n" + std::to_string(fork) + "-" + std::to_string(kChanges - 1);
    states.push_back(walked.after(lab.room->find(tip)));
  }
  const Times times = measure([&] { base::require(lab.resolver->resolve(states).has_value(), "resolved"); }, 1);
  return {times.median, times.least};
}

}  // namespace

void growth_rows() {
  Table table({"2 forks × 20 changes, states made by the engine", "goal", "time", "least", "to the smallest"});
  double first = 0;
  for (const std::uint32_t events : {10000u, 100000u, 1000000u}) {
    const auto [times, memory] = apart<2>([&] { return resolve_in_room_of(events); });
    if (first == 0) first = times[0];
    table.row({fmt::format("in a room of {} events", events), "1.5x", time_text(times[0]), time_text(times[1]),
               ratio_text(times[0] / first)});
  }
  table.print();
}

void walk_rows() {
  Table table({"state before every event", "goal", "time", "memory of the process", "of the states"});
  const auto [numbers, memory] = apart<3>([&] {
    Lab lab("10", merging_room(testing::program("10")->version().format, 1000));
    double bytes = 0;
    std::uint64_t merges = 0;
    const Times times = measure([&] {
      lab.store = {};
      lab.resolver = std::make_unique<resolve::Resolver>(*lab.evaluator, lab.store);
      merges = walk(lab).merges();
      bytes = static_cast<double>(lab.store.bytes());
    });
    base::require(merges == 1000, "the room has a thousand merges");
    return std::array<double, 3>{times.median, static_cast<double>(lab.room->size()), bytes};
  });
  table.row({fmt::format("{:.0f} events, 1,000 merges", numbers[1]), "1 s, 500 MiB", time_text(numbers[0]),
             fmt::format("{:.0f} MiB", memory), fmt::format("{:.1f} MiB", numbers[2] / (1 << 20))});
  table.print();
}

}  // namespace stateroom::bench
