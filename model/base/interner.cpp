#include "model/base/interner.h"

#include <algorithm>

namespace stateroom::base {

// Blocks grow with what is kept already, so that a small room takes little and a large one few blocks.
std::string_view Interner::kept(std::string_view text) {
  if (text.size() > free_) {
    constexpr std::size_t kLeast = 1024, kMost = 256 * 1024;
    free_ = std::max(text.size(), std::clamp(names_.size() * 16, kLeast, kMost));
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(free_));
    end_ = blocks_.back().get();
  }
  char* const first = end_;
  std::copy(text.begin(), text.end(), first);
  end_ += text.size();
  free_ -= text.size();
  return {first, text.size()};
}

}  // namespace stateroom::base
