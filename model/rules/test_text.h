// The test of a rule as C++: what the build compiles, and how a test finds what was compiled.
//
// In:  the condition of a rule, or what remains of it; the code of its program.
// Out: an expression over the operations of compiled.h, and its operands. Slots, columns, literals, locals and memos
//      are operands, so that tests of one form have one text, in whatever version they stand.
// Promise: nothing but the text decides what is computed: two tests of one text differ in their operands alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/rules/code.h"

namespace stateroom::rules {

struct TestText {
  std::string text;  // reads `m` (the machine), `frame` and `o` (the operands)
  std::vector<std::uint32_t> operands;
};

/// None for a condition that its event decides once and for all, one that is too large, or one of which there is
/// nothing to compile.
std::optional<TestText> condition_text(const Code& code, const graph::ColumnPlan& plan, std::uint32_t condition);
/// The same for a step that goes over the members of a domain.
std::optional<TestText> each_text(const Code& code, const graph::ColumnPlan& plan, const Step& step);

}  // namespace stateroom::rules
