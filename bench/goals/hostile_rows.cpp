#include <fmt/core.h>

#include <cmath>

#include "bench/goals/hostile.h"
#include "bench/goals/measure.h"
#include "bench/goals/rows.h"
#include "bench/goals/table.h"
#include "tests/model/resolve/support.h"

namespace stateroom::bench {

namespace {

using testing::Lab;

constexpr const char* kVersion = "12";  // its resolution has every primitive

struct Kind {
  const char* name;
  HostileRoom (*make)(const event::EventFormat& format, std::uint32_t size);
  std::vector<std::uint32_t> sizes;
};

/// What one room cost, and what it should be in proportion to.
struct Cost {
  double events, import_ns, walk_ns, resolve_ns, bound, memory;
};

/// (events + edges) for each 64 state sets, bytes read, and n log n.
double bound_of(const graph::Room& room, std::size_t bytes, std::size_t states) {
  double edges = 0;
  for (graph::EdgeField field = 0; field < room.format().edge_fields.size(); ++field) {
    for (std::uint32_t e = 0; e < room.size(); ++e) {
      edges += static_cast<double>(room.cited(field, graph::EventIndex{e}).size());
    }
  }
  const double events = room.size();
  return (events + edges) * static_cast<double>((states + 63) / 64) + static_cast<double>(bytes) +
         events * std::log2(events);
}

std::array<double, 5> cost_of(const HostileRoom& hostile) {
  const double start = processor_seconds();
  Lab lab(kVersion, hostile.json);
  const double imported = processor_seconds();
  resolve::WalkOptions options;
  options.keep_checks = false;
  base::Limits limits;
  const bool walkable = hostile.sets.size() <= limits.state_sets_max;
  if (walkable) {
    const auto walk = resolve::Walk::run(*lab.evaluator, lab.store, *lab.resolver, options);
    base::require(walk.has_value(), "the room is walked");
    for (const resolve::Receipt& receipt : walk->receipts()) base::require(!receipt.rejected, "the events are legal");
  }
  const double walked = processor_seconds();
  const graph::State common = lab.state(hostile.common);
  std::vector<graph::State> states;
  for (const auto& set : hostile.sets) {
    std::vector<graph::StateStore::Entry> entries;
    for (const std::string& id : set) {
      const graph::EventIndex event = lab.room->find(id);
      entries.emplace_back(lab.room->key(event), event);
    }
    states.push_back(lab.store.with(common, std::move(entries)));
  }
  // The first resolution of a room: nothing is prepared, nothing remembered.
  rules::Evaluator evaluator(lab.program, *lab.room);
  resolve::Resolver resolver(evaluator, lab.store);
  const double begin = processor_seconds();
  base::require(resolver.resolve(states).has_value(), "the states are resolved");
  const double end = processor_seconds();
  return {static_cast<double>(lab.room->size()), 1e9 * (imported - start), 1e9 * (walked - imported),
          1e9 * (end - begin), bound_of(*lab.room, hostile.json.size(), states.size())};
}

/// The exponent e of y ~ x^e: the slope of the line through the logarithms.
double exponent(const std::vector<Cost>& costs, double Cost::*y) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (const Cost& cost : costs) {
    const double lx = std::log(cost.bound), ly = std::log(cost.*y);
    n += 1;
    sx += lx;
    sy += ly;
    sxx += lx * lx;
    sxy += lx * ly;
  }
  return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

void curve(const Kind& kind) {
  Table table({std::string(kind.name) + ", version " + kVersion, "events", "import", "state before each",
               "first resolution", "memory"});
  std::vector<Cost> costs;
  for (const std::uint32_t size : kind.sizes) {
    const auto [numbers, memory] =
        apart<5>([&] { return cost_of(kind.make(testing::program(kVersion)->version().format, size)); });
    costs.push_back({numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], memory});
    const Cost& cost = costs.back();
    table.row({std::to_string(size), fmt::format("{:.0f}", cost.events), time_text(cost.import_ns),
               time_text(cost.walk_ns), time_text(cost.resolve_ns), fmt::format("{:.0f} MiB", memory)});
  }
  const auto text = [&](double Cost::*y) { return fmt::format("{:.2f}", exponent(costs, y)); };
  table.row({"exponent against the bound", "", text(&Cost::import_ns), text(&Cost::walk_ns), text(&Cost::resolve_ns),
             text(&Cost::memory)});
  table.print();
}

}  // namespace

void hostile_rows() {
  const std::vector<Kind> kinds{
      {"power levels and topics in a line", levels_in_a_line, {4000, 8000, 16000, 32000, 64000}},
      {"events in diamonds", diamonds, {6000, 12000, 24000, 48000, 96000}},
      {"forks of 21 changes", many_forks, {125, 250, 500, 1000, 2000}},
      {"state keys", many_keys, {62500, 125000, 250000, 500000, 1000000}},
      {"contested events", many_conflicts, {12500, 25000, 50000, 100000, 200000}},
  };
  for (const Kind& kind : kinds) curve(kind);
}

}  // namespace stateroom::bench
