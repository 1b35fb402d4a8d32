// "Did you mean": the nearest of the names that would have been right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stateroom::rules {

/// The nearest of `candidates` to `word` if it is near enough to be a slip of the pen, else empty. Words beyond 64
/// bytes have none.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace stateroom::rules
