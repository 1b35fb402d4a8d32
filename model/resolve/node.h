// An expression of the resolution, lowered for one room: literals are keys and edge fields, patterns that have a fast
// way are marked.
#pragma once

#include <memory>
#include <vector>

#include "model/resolve/context.h"
#include "model/rules/core.h"

namespace stateroom::resolve {

struct Node {
  /// Ways to evaluate that differ from the definition in cost alone.
  enum class Way : std::uint8_t {
    kPlain,
    kStates,           // union, intersection or difference of the states themselves
    kChains,           // difference of auth_chain(s)
    kInclusiveChains,  // difference of s | auth_chain(s)
  };
  rules::CorePtr core;
  rules::CoreKind kind;
  std::vector<std::unique_ptr<Node>> args;
  std::vector<std::unique_ptr<Node>> keys;
  KeyIndex key;  // kLine, kStateEntry, kListSlot: none if no event of the room has the key
  graph::EdgeField field = 0;
  Way way = Way::kPlain;
  bool ours = false;         // reads values of the resolution: the evaluator of rules cannot take it alone
  std::uint32_t places = 0;  // kPosition: number of its memo
};

/// Lowers an expression. `names`: the section's, for patterns behind a function's name. `positions` counts the
/// kPosition nodes.
std::unique_ptr<Node> lower(const rules::CorePtr& core, const graph::Room& room,
                            const std::vector<rules::CoreName>& names, std::uint32_t& positions);

}  // namespace stateroom::resolve
