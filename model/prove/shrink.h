// A smaller situation that still shows what was found.
#pragma once

#include <functional>

#include "model/prove/decode.h"

namespace stateroom::prove {

/// Leaves out entries of the state and of lists, and fields of contents, one after the other, as long as `shows` says
/// yes of what is left.
Situation shrink(Situation situation, const std::function<bool(const Situation&)>& shows);

}  // namespace stateroom::prove
