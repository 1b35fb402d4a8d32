#include "model/bounded/circuit.h"

#include <algorithm>

namespace stateroom::bounded {

Circuit::Circuit() {
  cost_ = &costs_["constants"];
  const Literal constant = fresh();
  put(std::span(&constant, 1));
}

Circuit::Tag::Tag(Circuit& circuit, const std::string& name) : circuit_(circuit), outer_(circuit.cost_) {
  circuit.cost_ = &circuit.costs_[name];
}

std::size_t Circuit::Hash::operator()(const std::vector<Literal>& literals) const {
  std::uint64_t out = literals.size();
  for (const Literal one : literals) out = (out ^ static_cast<std::uint32_t>(one)) * 0x9E3779B97F4A7C15u + (out >> 29);
  return static_cast<std::size_t>(out);
}

Literal Circuit::fresh() {
  ++cost_->variables;
  return ++variables_;
}

void Circuit::put(std::span<const Literal> clause) {
  text_.insert(text_.end(), clause.begin(), clause.end());
  text_.push_back(0);
  ++clauses_;
  ++cost_->clauses;
}

Literal Circuit::all(std::span<const Literal> literals) {
  std::vector<Literal> kept;
  kept.reserve(literals.size());
  for (const Literal one : literals) {
    if (one == kFalse) return kFalse;
    if (one != kTrue) kept.push_back(one);
  }
  // A literal and its negation stand side by side.
  std::ranges::sort(
      kept, [](Literal a, Literal b) { return std::abs(a) != std::abs(b) ? std::abs(a) < std::abs(b) : a < b; });
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  if (kept.empty()) return kTrue;
  for (std::size_t i = 1; i < kept.size(); ++i) {
    if (kept[i] == -kept[i - 1]) return kFalse;
  }
  if (kept.size() == 1) return kept[0];
  const auto [at, is_new] = conjunctions_.try_emplace(std::move(kept), 0);
  if (!is_new) return at->second;
  const Literal out = at->second = fresh();
  scratch_.assign(1, out);
  for (const Literal one : at->first) {
    const Literal implied[2] = {-out, one};
    put(implied);
    scratch_.push_back(-one);
  }
  put(scratch_);
  return out;
}

Literal Circuit::any(std::span<const Literal> literals) {
  std::vector<Literal> negated(literals.begin(), literals.end());
  for (Literal& one : negated) one = -one;
  return -all(negated);
}

Literal Circuit::choose(Literal test, Literal yes, Literal no) {
  if (test == kTrue) return yes;
  if (test == kFalse) return no;
  if (yes == no) return yes;
  return any({all({test, yes}), all({-test, no})});
}

void Circuit::require(std::span<const Literal> clause) {
  scratch_.clear();
  for (const Literal one : clause) {
    if (one == kTrue) return;
    if (one != kFalse) scratch_.push_back(one);
  }
  put(scratch_);
}

void Circuit::require_equal(Literal a, Literal b) {
  require({-a, b});
  require({a, -b});
}

void Circuit::require_one(std::span<const Literal> literals, Literal when) {
  for (const Literal one : literals) require({-one, when});
  std::vector<Literal> some(literals.begin(), literals.end());
  some.push_back(-when);
  require(some);
  for (std::size_t i = 0; i < literals.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) require({-literals[i], -literals[j]});
  }
}

}  // namespace stateroom::bounded
