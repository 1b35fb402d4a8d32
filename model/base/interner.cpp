#include "model/base/interner.h"

namespace stateroom::base {

StringId Interner::intern(std::string_view text) {
  if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
  const StringId id(static_cast<std::uint32_t>(texts_.size()));
  texts_.emplace_back(text);  // a deque: views of earlier texts stay valid
  ids_.emplace(texts_.back(), id);
  return id;
}

StringId Interner::find(std::string_view text) const {
  const auto found = ids_.find(text);
  return found == ids_.end() ? StringId::none() : found->second;
}

}  // namespace stateroom::base
