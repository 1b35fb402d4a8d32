// Expressions as English phrases. Used by say.cpp alone.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/rules/version_text.h"

namespace stateroom::rules {

class Phrases {
 public:
  explicit Phrases(const Version& version) : version_(version) {}

  /// A value: "the power of the `sender`".
  std::string noun(const Expr& expr) const;
  /// A condition as a clause, or its negation.
  std::string clause(const Expr& expr, bool negated = false) const;
  /// Either of them, by what the expression is.
  std::string phrase(const Expr& expr) const;
  /// `for each (…) in changes(…)` and `when C`, up to the colon: "If …", "For each …".
  std::string head(const Head& head) const;
  /// What a leaf does: "If …, reject.".
  std::string leaf(const Rule& rule) const;
  std::string type(const TypeNode& type) const;
  bool is_condition(const Expr& expr) const;

 private:
  std::string name(const Expr& expr) const;
  std::string field(const Expr& expr) const;
  std::string index(const Expr& expr) const;
  std::string call(const Expr& expr) const;
  std::string order(const Expr& expr) const;
  std::string definition(const DefinitionEntry& entry, const std::vector<ExprPtr>& arguments) const;
  std::string slot(const std::string& type, const std::string& key) const;
  std::string clause_of_call(const Expr& expr, bool negated) const;
  std::string quantified(const Expr& expr, bool negated) const;
  std::string compared(const Expr& expr, bool negated) const;
  std::string asked(const Expr& expr, bool negated) const;
  std::string member_of(const Expr& expr, bool negated) const;
  std::string joined(const Expr& expr, bool negated) const;
  std::string changes(const Expr& expr, const std::vector<std::string>& binders) const;
  bool is_variable(const Expr& expr) const;
  std::string bracketed(const Expr& expr) const;

  static constexpr int kDepthMax = 8;  // of definitions that are said in place
  const Version& version_;
  mutable int depth_ = 0;
};

/// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& items, std::string_view last);

}  // namespace stateroom::rules
