// Strings to dense ids and back. Ids are given in order of first use, so that equal inputs give equal ids.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/base/index.h"

namespace stateroom::base {

class Interner {
 public:
  /// The id of `text`, a new one if it was not seen before.
  StringId intern(std::string_view text);
  /// The id of `text`, or none.
  StringId find(std::string_view text) const;
  /// The text of a valid id; the view lives as long as the interner.
  std::string_view text(StringId id) const { return texts_[id.at()]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, StringId> ids_;
};

}  // namespace stateroom::base
