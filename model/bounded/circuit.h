// Boolean circuits as clauses: literals, conjunctions that are made once, a tag for each clause.
//
// In:  conjunctions of literals, clauses.
// Out: clauses over numbered variables, which any SAT solver takes; what each primitive cost.
// Promise: the same conjunction has the same literal, constants are folded away, and each literal is defined in both
//          directions: what a model says of it is what its definition says.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace stateroom::bounded {

/// A variable, or the negation of one, as DIMACS writes it.
using Literal = std::int32_t;
constexpr Literal kTrue = 1, kFalse = -1;

class Circuit {
 public:
  Circuit();
  /// A variable that nothing is known of yet.
  Literal fresh();
  Literal all(std::span<const Literal> literals);
  Literal all(std::initializer_list<Literal> literals) { return all(std::span(literals.begin(), literals.size())); }
  Literal any(std::span<const Literal> literals);
  Literal any(std::initializer_list<Literal> literals) { return any(std::span(literals.begin(), literals.size())); }
  Literal choose(Literal test, Literal yes, Literal no);
  /// One of these is true.
  void require(std::span<const Literal> clause);
  void require(std::initializer_list<Literal> clause) { require(std::span(clause.begin(), clause.size())); }
  void require_equal(Literal a, Literal b);
  /// Exactly one of these is true where `when` is, none where it is not.
  void require_one(std::span<const Literal> literals, Literal when = kTrue);

  std::int32_t variables() const { return variables_; }
  std::size_t clauses() const { return clauses_; }
  /// The clauses, each ended by 0.
  std::span<const std::int32_t> text() const { return text_; }

  struct Cost {
    std::uint64_t variables = 0, clauses = 0;
  };
  const std::map<std::string, Cost>& costs() const { return costs_; }
  /// What is made while it lives is counted for a primitive, the innermost.
  class Tag {
   public:
    Tag(Circuit& circuit, const std::string& name);
    ~Tag() { circuit_.cost_ = outer_; }
    Tag(const Tag&) = delete;
    Tag& operator=(const Tag&) = delete;

   private:
    Circuit& circuit_;
    Cost* outer_;
  };

 private:
  struct Hash {
    std::size_t operator()(const std::vector<Literal>& literals) const;
  };
  void put(std::span<const Literal> clause);

  std::int32_t variables_ = 0;
  std::size_t clauses_ = 0;
  std::vector<std::int32_t> text_;
  std::unordered_map<std::vector<Literal>, Literal, Hash> conjunctions_;
  std::vector<Literal> scratch_;
  std::map<std::string, Cost> costs_;
  Cost* cost_ = nullptr;
};

}  // namespace stateroom::bounded
