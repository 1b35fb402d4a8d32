#include "model/bounded/solve.h"

#include <fmt/format.h>
#include <z3++.h>

#include <algorithm>
#include <cadical.hpp>
#include <fstream>
#include <limits>

#include "model/base/error.h"

namespace stateroom::bounded {
namespace {

class Cadical : public Solver {
 public:
  Cadical() {
    solver_.set("quiet", 1);
    solver_.configure("unsat");  // nearly every question is one whose answer is no
  }
  /// Before the first clause. False: the file cannot be written.
  bool begin_proof(const std::string& file) { return solver_.trace_proof(file.c_str()); }
  void end_proof() { solver_.close_proof_trace(); }

  void add(const Circuit& circuit) override {
    const auto text = circuit.text();
    for (; given_ < text.size(); ++given_) solver_.add(text[given_]);
    variables_ = circuit.variables();
  }
  void add(std::span<const Literal> clause) override {
    for (const Literal one : clause) solver_.add(one);
    solver_.add(0);
  }

  Satisfiable solve(std::span<const Literal> assumed, const SolveOptions& options) override {
    for (const Literal one : assumed) solver_.assume(one);
    if (options.conflicts_max > 0) {
      constexpr std::uint64_t kMost = std::numeric_limits<int>::max();
      solver_.limit("conflicts", static_cast<int>(std::min(options.conflicts_max, kMost)));
    }
    Stop stop(options.go_on);
    if (options.go_on) solver_.connect_terminator(&stop);
    const int result = solver_.solve();
    if (options.go_on) solver_.disconnect_terminator();
    return result == 10 ? Satisfiable::kYes : result == 20 ? Satisfiable::kNo : Satisfiable::kUnknown;
  }

  Model model() const override {
    std::vector<bool> values(static_cast<std::size_t>(variables_) + 1);
    for (int variable = 1; variable <= variables_; ++variable)
      values[static_cast<std::size_t>(variable)] = solver_.val(variable) > 0;
    return Model(std::move(values));
  }

 private:
  class Stop : public CaDiCaL::Terminator {
   public:
    explicit Stop(const std::function<bool()>& go_on) : go_on_(go_on) {}
    bool terminate() override { return !go_on_(); }

   private:
    const std::function<bool()>& go_on_;
  };

  mutable CaDiCaL::Solver solver_;
  std::size_t given_ = 0;
  std::int32_t variables_ = 0;
};

class Z3 : public Solver {
 public:
  Z3() : solver_(context_, "QF_FD") {}

  void add(const Circuit& circuit) override {
    for (int variable = static_cast<int>(variables_.size()); variable <= circuit.variables(); ++variable)
      variables_.push_back(context_.bool_const(fmt::format("x{}", variable).c_str()));
    const auto text = circuit.text();
    z3::expr_vector clause(context_);
    for (; given_ < text.size(); ++given_) {
      if (text[given_] != 0) {
        clause.push_back(literal(text[given_]));
        continue;
      }
      solver_.add(z3::mk_or(clause));
      clause.resize(0);
    }
  }

  void add(std::span<const Literal> clause) override {
    z3::expr_vector all(context_);
    for (const Literal one : clause) all.push_back(literal(one));
    solver_.add(z3::mk_or(all));
  }

  Satisfiable solve(std::span<const Literal> assumed, const SolveOptions& options) override {
    z3::params params(context_);
    if (options.conflicts_max > 0)
      params.set("max_conflicts", static_cast<unsigned>(std::min<std::uint64_t>(options.conflicts_max, 0xFFFFFFFFU)));
    solver_.set(params);
    z3::expr_vector all(context_);
    for (const Literal one : assumed) all.push_back(literal(one));
    switch (solver_.check(all)) {
      case z3::sat:
        return Satisfiable::kYes;
      case z3::unsat:
        return Satisfiable::kNo;
      case z3::unknown:
        break;
    }
    return Satisfiable::kUnknown;
  }

  Model model() const override {
    const z3::model found = solver_.get_model();
    std::vector<bool> values(variables_.size());
    for (std::size_t variable = 1; variable < variables_.size(); ++variable)
      values[variable] = found.eval(variables_[variable], true).is_true();
    return Model(std::move(values));
  }

 private:
  z3::expr literal(Literal one) const {
    const z3::expr& variable = variables_[static_cast<std::size_t>(one > 0 ? one : -one)];
    return one > 0 ? variable : !variable;
  }

  mutable z3::context context_;
  mutable z3::solver solver_;
  std::vector<z3::expr> variables_{context_.bool_val(true)};  // by variable; there is no variable 0
  std::size_t given_ = 0;
};

}  // namespace

std::string_view name(Engine engine) { return engine == Engine::kCadical ? "cadical" : "z3"; }

std::string version_of(Engine engine) {
  if (engine == Engine::kCadical) return fmt::format("CaDiCaL {}", CaDiCaL::Solver::version());
  unsigned major = 0, minor = 0, build = 0, revision = 0;
  Z3_get_version(&major, &minor, &build, &revision);
  return fmt::format("Z3 {}.{}.{}", major, minor, build);
}

base::Result<Satisfiable> prove_into(const Circuit& circuit, std::span<const std::vector<Literal>> more,
                                     const ProofFiles& files, const SolveOptions& options) {
  std::ofstream problem(files.problem);
  for (const std::string& comment : files.comments) problem << "c " << comment << "\n";
  problem << "p cnf " << circuit.variables() << " " << circuit.clauses() + more.size() << "\n";
  for (const std::int32_t one : circuit.text()) problem << one << (one == 0 ? "\n" : " ");
  for (const auto& clause : more) {
    for (const Literal one : clause) problem << one << " ";
    problem << "0\n";
  }
  problem.close();
  Cadical solver;
  if (!problem || !solver.begin_proof(files.proof))
    return base::fail(base::ErrorCode::kFile, "a proof cannot be written here", files.proof);
  solver.add(circuit);
  for (const auto& clause : more) solver.add(std::span(clause));
  const Satisfiable out = solver.solve({}, options);
  solver.end_proof();
  return out;
}

std::unique_ptr<Solver> make_solver(Engine engine) {
  if (engine == Engine::kCadical) return std::make_unique<Cadical>();
  return std::make_unique<Z3>();
}

}  // namespace stateroom::bounded
