#include <fmt/core.h>

#include "bench/goals/kernel.h"
#include "bench/goals/peer.h"
#include "bench/goals/rows.h"
#include "bench/goals/table.h"
#include "bench/rooms.h"
#include "bench/small_conflicts.h"

namespace stateroom::bench {

namespace {

using testing::Lab;

Times measure_ours(Lab& lab, const std::vector<graph::State>& states, double seconds = 0.4) {
  return measure([&] { base::require(lab.resolver->resolve(states).has_value(), "the states are resolved"); }, seconds);
}

void large_room(Table& table, std::uint32_t events, std::uint32_t forks, const std::string& goal) {
  constexpr std::uint32_t kChanges = 20;
  Lab lab("10", forked_room(testing::program("10")->version().format, events, forks, kChanges));
  const std::vector<graph::State> states = forked_states(lab, events, forks, kChanges);
  const Times ours = measure_ours(lab, states);
  Kernel kernel(*lab.room, lab.store, states);
  const Times bound = measure([&] { base::require(kernel.run().conflicted > 0, "the states differ"); });
  const auto peer = ask_peer(lab, states, events > 50000 ? 5 : 9);
  std::vector<std::string> row{fmt::format("{}k state events, {} forks × {} changes", events / 1000, forks, kChanges),
                               goal, time_text(ours.median), time_text(ours.least)};
  if (peer) {
    base::require(peer->same, "the peer's state is ours");
    row.insert(row.end(), {time_text(peer->resolve.median), time_text(peer->with_chains.median),
                           ratio_text(peer->resolve.median / ours.median)});
  } else {
    row.insert(row.end(), {"not built", "not built", "–"});
  }
  row.insert(row.end(), {time_text(bound.median), ratio_text(ours.median / bound.median)});
  table.row(std::move(row));
}

/// Fastest and slowest of several.
std::string span_text(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return time_text(times.front()) + " – " + time_text(times.back());
}

void small_conflicts_row(Table& table, const std::string& version) {
  std::vector<SmallConflict> conflicts = small_conflicts(version);
  // In rounds through all of them: what else the machine does for half a second falls on no scenario alone.
  constexpr int kRounds = 5;
  std::vector<std::vector<double>> rounds(conflicts.size());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < conflicts.size(); ++i) {
      rounds[i].push_back(measure_ours(*conflicts[i].lab, conflicts[i].states, 0.08).median);
    }
  }
  std::vector<double> medians, least, peers, with_chains, ratios;
  for (std::size_t i = 0; i < conflicts.size(); ++i) {
    const Times ours = Times::of(rounds[i]);
    medians.push_back(ours.median);
    least.push_back(ours.least);
    const auto peer = ask_peer(*conflicts[i].lab, conflicts[i].states, 2001);
    if (!peer) continue;
    peers.push_back(peer->resolve.median);
    with_chains.push_back(peer->with_chains.median);
    ratios.push_back(peer->resolve.median / ours.median);
    if (!peer->same) fmt::print("{}: the peer's state is another\n", conflicts[i].name);
  }
  std::vector<std::string> row{
      fmt::format("{} scenarios of 9–14 events, 2–3 state sets, version {}", medians.size(), version), "3 µs",
      span_text(medians), span_text(least)};
  if (peers.empty()) {
    row.insert(row.end(), {"not built", "not built", "–"});
  } else {
    std::sort(ratios.begin(), ratios.end());
    row.insert(row.end(), {span_text(peers), span_text(with_chains),
                           ratio_text(ratios.front()) + " – " + ratio_text(ratios.back())});
  }
  row.insert(row.end(), {"–", "–"});
  table.row(std::move(row));
}

Table resolution_table() {
  if (const std::string missing = peer_missing(); !missing.empty()) fmt::print("ruma-state-res: {}\n\n", missing);
  return Table({"resolution", "goal", "ours", "least", "ruma-state-res", "with its auth chains", "ruma : ours",
                "lower bound", "ours : bound"});
}

}  // namespace

void resolution_rows() {
  Table table = resolution_table();
  for (const std::uint32_t events : {1000u, 10000u}) {
    for (const std::uint32_t forks : {2u, 10u}) large_room(table, events, forks, "–");
  }
  large_room(table, 100000, 2, "3 ms");
  large_room(table, 100000, 10, "5 ms");
  table.print();
}

void small_conflict_rows() {
  Table table = resolution_table();
  small_conflicts_row(table, "11");
  small_conflicts_row(table, "12");
  table.print();
}

}  // namespace stateroom::bench
