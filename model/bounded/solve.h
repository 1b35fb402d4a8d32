// Clauses given to a SAT solver: CaDiCaL through its library, or Z3 on the very same clauses.
//
// In:  a circuit; literals that are assumed.
// Out: satisfiable with a model, unsatisfiable, or unknown because a limit was reached or somebody stopped it.
// Promise: effort is limited by conflicts, not by time, so that the same question has the same answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/error.h"
#include "model/bounded/circuit.h"

namespace stateroom::bounded {

/// What a solver says of each variable.
class Model {
 public:
  Model() = default;
  explicit Model(std::vector<bool> values) : values_(std::move(values)) {}
  bool holds(Literal literal) const {
    const bool value = values_[static_cast<std::size_t>(literal > 0 ? literal : -literal)];
    return literal > 0 ? value : !value;
  }

 private:
  std::vector<bool> values_{false, true};  // by variable
};

enum class Satisfiable : std::uint8_t { kYes, kNo, kUnknown };

struct SolveOptions {
  std::uint64_t conflicts_max = 0;  // 0: no limit
  std::function<bool()> go_on;      // asked very often; false: stop (CaDiCaL alone)
};

class Solver {
 public:
  virtual ~Solver() = default;
  /// Clauses that the circuit got since.
  virtual void add(const Circuit& circuit) = 0;
  /// One more clause over its variables.
  virtual void add(std::span<const Literal> clause) = 0;
  virtual Satisfiable solve(std::span<const Literal> assumed, const SolveOptions& options) = 0;
  /// After kYes.
  virtual Model model() const = 0;
};

/// The clauses as a DIMACS file, with comments before them, and CaDiCaL's proof that they contradict each other as a
/// binary DRAT file. One run from these clauses alone; kNo if there is a proof. Error: kFile, a file that cannot
/// be written.
struct ProofFiles {
  std::string problem, proof;
  std::vector<std::string> comments;
};
base::Result<Satisfiable> prove_into(const Circuit& circuit, std::span<const std::vector<Literal>> more,
                                     const ProofFiles& files, const SolveOptions& options);

enum class Engine : std::uint8_t { kCadical, kZ3 };
std::string_view name(Engine engine);   // "cadical", "z3"
std::string version_of(Engine engine);  // "CaDiCaL 1.5.3"
std::unique_ptr<Solver> make_solver(Engine engine);

}  // namespace stateroom::bounded
