#include "sim/search/cost.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>

namespace stateroom::search {
namespace {

constexpr int kTries = 3;

base::Result<void> add_merge(const workload::Scene& scene, const std::vector<StateOfSteps>& sets, Cost& cost) {
  const auto traced = scene.resolve(sets, true);
  if (!traced) return std::unexpected(traced.error());
  ++cost.merges;
  cost.checks += traced->checks.size();
  for (const workload::NamedSteps& value : traced->values) {
    if (value.kind == "order") cost.ordered += value.steps.size();
  }
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto begin = std::chrono::steady_clock::now();
    if (const auto done = scene.resolve(sets, false); !done) return std::unexpected(done.error());
    const auto took = std::chrono::steady_clock::now() - begin;
    least =
        std::min(least, static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()));
  }
  cost.resolve_ns += least;
  return {};
}

}  // namespace

Cost& Cost::operator+=(const Cost& other) {
  events += other.events;
  bytes += other.bytes;
  auth_events += other.auth_events;
  merges += other.merges;
  checks += other.checks;
  ordered += other.ordered;
  resolve_ns += other.resolve_ns;
  return *this;
}

base::Result<Cost> cost(const Plan& plan, const ProgramPtr& program) {
  const auto staged = workload::stage(plan, program, workload::Signing::kUnsigned);
  if (!staged) return std::unexpected(staged.error());
  const workload::Scene& scene = *staged->scene;
  Cost out;
  out.events = scene.events().size();
  for (const event::Event& event : scene.events()) out.bytes += json::to_text(event.json).size();
  for (const auto& cited : scene.auth()) out.auth_events += cited.size();
  std::set<std::vector<std::uint32_t>> merges;
  for (const workload::Step& step : plan.steps) {
    if (step.prev.size() > 1) merges.insert(step.prev);
  }
  for (const std::vector<std::uint32_t>& merge : merges) {
    std::vector<StateOfSteps> sets;
    for (const std::uint32_t step : merge) sets.push_back(scene.after(step));
    if (const auto done = add_merge(scene, sets, out); !done) return std::unexpected(done.error());
  }
  return out;
}

}  // namespace stateroom::search
