#include "model/prove/solving.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

namespace stateroom::prove {

Solving::Solving(World& world, std::string name, const Options& options, Answer& answer)
    : world_(world), name_(std::move(name)), options_(options), answer_(answer), solver_(world.context()) {
  z3::params params(world.context());
  params.set("random_seed", 0U);
  params.set("rlimit", static_cast<unsigned>(std::min<std::uint64_t>(options.rlimit, 0xFFFFFFFFU)));
  solver_.set(params);
  close();
}

void Solving::close() {
  for (const z3::expr& fact : world_.close()) solver_.add(fact);
}

z3::check_result Solving::ask() {
  const z3::check_result result = solver_.check();
  const z3::stats statistics = solver_.statistics();
  for (unsigned i = 0; i < statistics.size(); ++i) {
    if (statistics.key(i) == "rlimit count") answer_.steps = statistics.uint_value(i);
  }
  gave_up_ = gave_up_ || result == z3::unknown;
  ++answer_.questions;
  if (!options_.smt2_directory.empty()) {
    std::filesystem::create_directories(options_.smt2_directory);
    const auto path =
        std::filesystem::path(options_.smt2_directory) / fmt::format("{}-{:04}.smt2", name_, answer_.questions);
    std::ofstream file(path);
    const char* status = result == z3::sat ? "sat" : result == z3::unsat ? "unsat" : "unknown";
    file << "(set-info :status " << status << ")\n(set-logic ALL)\n" << solver_.to_smt2();
  }
  return result;
}

z3::check_result Solving::check(const z3::expr& goal) {
  solver_.push();
  solver_.add(goal);
  const z3::check_result result = ask();
  solver_.pop();
  return result;
}

void Solving::settle(const z3::expr& goal) {
  const z3::check_result result = check(goal);
  answer_.verdict = result == z3::unsat ? Verdict::kProved : result == z3::sat ? Verdict::kRefuted : Verdict::kUnknown;
  if (result != z3::unknown) return;
  answer_.reason = Reason::kLimit;
  answer_.detail = why();
}

std::optional<Solving::Found> Solving::find(const z3::expr& goal) {
  std::optional<Found> out;
  solver_.push();
  solver_.add(goal);
  solver_.push();
  for (const z3::expr& fact : pleasant(world_)) solver_.add(fact);
  z3::check_result result = ask();
  if (result != z3::sat) {
    solver_.pop();
    solver_.push();
    result = ask();
  }
  if (result == z3::sat) {
    const z3::model model = solver_.get_model();
    out.emplace(Found{model, decode(world_, model)});
  }
  solver_.pop();
  solver_.pop();
  return out;
}

}  // namespace stateroom::prove
