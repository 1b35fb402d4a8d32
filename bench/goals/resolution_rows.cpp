#include <fmt/core.h>

#include <filesystem>

#include "bench/goals/kernel.h"
#include "bench/goals/peer.h"
#include "bench/goals/rows.h"
#include "bench/goals/table.h"
#include "bench/rooms.h"

namespace stateroom::bench {

namespace {

using testing::Lab;

Times measure_ours(Lab& lab, const std::vector<graph::State>& states) {
  return measure([&] { base::require(lab.resolver->resolve(states).has_value(), "the states are resolved"); });
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

/// The scenarios with 9 to 14 events and 2 or 3 state sets.
void small_conflicts(Table& table, const std::string& version) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(fs::path(STATEROOM_SOURCE_DIR) / "tests/scenarios")) {
    if (file.path().string().ends_with("." + version + ".json")) files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<double> medians, least, peers, with_chains, ratios;
  for (const fs::path& file : files) {
    Lab lab(version, testing::read_file(file.string()));
    if (lab.room->size() < 9 || lab.room->size() > 14) continue;
    if (lab.state_sets.size() < 2 || lab.state_sets.size() > 3) continue;
    std::vector<graph::State> states;
    for (const auto& set : lab.state_sets) states.push_back(lab.state(set));
    const Times ours = measure_ours(lab, states);
    medians.push_back(ours.median);
    least.push_back(ours.least);
    const auto peer = ask_peer(lab, states, 2001);
    if (!peer) continue;
    peers.push_back(peer->resolve.median);
    with_chains.push_back(peer->with_chains.median);
    ratios.push_back(peer->resolve.median / ours.median);
    if (!peer->same) fmt::print("{}: the peer's state is another\n", file.filename().string());
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

}  // namespace

void resolution_rows() {
  if (const std::string missing = peer_missing(); !missing.empty()) fmt::print("ruma-state-res: {}\n\n", missing);
  Table table({"resolution", "goal", "ours", "least", "ruma-state-res", "with its auth chains", "ruma : ours",
               "lower bound", "ours : bound"});
  for (const std::uint32_t events : {1000u, 10000u}) {
    for (const std::uint32_t forks : {2u, 10u}) large_room(table, events, forks, "–");
  }
  large_room(table, 100000, 2, "3 ms");
  large_room(table, 100000, 10, "5 ms");
  small_conflicts(table, "11");
  small_conflicts(table, "12");
  table.print();
}

}  // namespace stateroom::bench
