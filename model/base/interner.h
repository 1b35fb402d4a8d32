// Strings to dense ids and back. Ids are given in order of first use, so that equal inputs give equal ids.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "model/base/index.h"
#include "model/base/name_table.h"

namespace stateroom::base {

class Interner {
 public:
  /// The id of `text`, a new one if it was not seen before.
  StringId intern(std::string_view text) {
    return StringId{names_.add(text, [this](std::string_view name) { return kept(name); }).first};
  }
  /// The id of `text`, or none.
  StringId find(std::string_view text) const { return StringId{names_.find(text)}; }
  /// The text of a valid id; the view lives as long as the interner.
  std::string_view text(StringId id) const { return names_[id.value()]; }
  std::size_t size() const { return names_.size(); }

 private:
  std::string_view kept(std::string_view text);

  NameTable names_;
  std::vector<std::unique_ptr<char[]>> blocks_;  // texts one behind the other; a block does not move
  char* end_ = nullptr;                          // of what the last block holds
  std::size_t free_ = 0;                         // bytes behind it
};

}  // namespace stateroom::base
