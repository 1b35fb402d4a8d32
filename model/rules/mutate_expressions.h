// Small mistakes in one expression. Only mutate.cpp includes this.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/rules/version_text.h"

namespace stateroom::rules {

/// An expression with one mistake, and what it is.
struct Slip {
  std::string operation;
  ExprPtr expr;
};

/// Words that stand for one another in a version: literals that are compared with the same thing, names of levels.
class Substitutes {
 public:
  explicit Substitutes(const Version& version);
  /// Another string that is compared with what `subject` names; empty: none is.
  std::string other_string(const std::string& subject, const std::string& text) const;
  /// Another name of a level; empty: `name` is none.
  std::string other_level(const std::string& name) const;

 private:
  void collect(const Expr& expr);
  std::map<std::string, std::vector<std::string>> strings_;  // by subject, sorted
  std::vector<std::string> levels_;                          // in text order
};

/// The expression with one mistake in it, in every way.
std::vector<Slip> slips(const ExprPtr& expr, const Substitutes& substitutes);

}  // namespace stateroom::rules
