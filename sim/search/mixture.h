// A version between two others: the base with some of the edits that lead to the candidate.
//
// In:  two flattened versions and edits that `compare` found between them.
// Out: the base's sections with these edits made, ready to be asked; nothing where that is no text that checks.
// Promise: no edits give the base, all give what the candidate says. Numbers of rules are those that the rules had.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "model/rules/compare.h"
#include "sim/search/difference.h"

namespace stateroom::search {

/// Places in the list of edits.
using EditSet = std::set<std::size_t>;

class Mixtures {
 public:
  /// The versions must outlive this.
  Mixtures(const rules::Version& base, const rules::Version& candidate, std::vector<rules::Edit> edits)
      : base_(base), candidate_(candidate), edits_(std::move(edits)) {}
  const std::vector<rules::Edit>& edits() const { return edits_; }
  EditSet all() const;
  rules::Version text(const EditSet& chosen) const;
  /// Compiled once; null where the text does not check.
  ProgramPtr program(const EditSet& chosen);

 private:
  const rules::Version& base_;
  const rules::Version& candidate_;
  std::vector<rules::Edit> edits_;
  std::map<EditSet, ProgramPtr> known_;
};

}  // namespace stateroom::search
