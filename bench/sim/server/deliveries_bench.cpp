// Deliveries a second and core: an event that arrives at another server, with every check on receipt decided there.
//
// Rooms of 20 servers: without merges (one after the other speaks), and with merges (all speak at once, some set the
// topic). With and without the sharing of answers.
#include <benchmark/benchmark.h>

#include "tests/sim/server/support.h"

namespace stateroom::server {
namespace {

constexpr std::uint32_t kServers = 20;

void deliver(benchmark::State& state, bool merges, bool share) {
  WorldOptions options;
  options.servers = kServers;
  options.share = share;
  World world(options);
  const RoomIndex room = open_room(world, "11", kServers);
  std::uint64_t number = 0;
  const std::uint64_t before = world.counts().deliveries, checks_before = world.ledger(room).counts().checks;
  for (auto _ : state) {
    for (std::uint32_t s = 0; s < kServers; ++s) {
      world.act(room, message_act(user(s, s), std::to_string(++number)));
      if (!merges) world.run_until(world.now() + kernel::kMinute);
    }
    if (merges)
      world.act(room, state_act(user(0, 0), "m.room.topic", "", "{\"topic\":\"" + std::to_string(number) + "\"}"));
    world.run_until(world.now() + kernel::kMinute);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(world.counts().deliveries - before));
  state.counters["checks"] = benchmark::Counter(static_cast<double>(world.ledger(room).counts().checks - checks_before),
                                                benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(deliver, one_after_the_other_shared, false, true);
BENCHMARK_CAPTURE(deliver, one_after_the_other_alone, false, false);
BENCHMARK_CAPTURE(deliver, with_merges_shared, true, true);
BENCHMARK_CAPTURE(deliver, with_merges_alone, true, false);

/// What making the event costs, which is done once for all deliveries of it.
void make(benchmark::State& state) {
  WorldOptions options;
  options.servers = 1;
  World world(options);
  const RoomIndex room = open_room(world, "11", 1);
  std::uint64_t number = 0;
  for (auto _ : state) world.act(room, message_act(user(0, 0), std::to_string(++number)));
  state.SetItemsProcessed(static_cast<std::int64_t>(number));
}
BENCHMARK(make);

}  // namespace
}  // namespace stateroom::server
