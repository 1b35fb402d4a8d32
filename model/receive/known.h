// Which events of a room somebody knows.
//
// Promise: memory is proportional to the events after the first one that is not known; what everybody knows costs
// nothing.
#pragma once

#include <bit>
#include <cstdint>
#include <deque>

#include "model/base/index.h"

namespace stateroom::receive {

using base::EventIndex;

class KnownSet {
 public:
  bool has(EventIndex event) const {
    if (event.value() < first_) return true;
    const std::size_t word = (event.value() - first_) / 64;
    return word < words_.size() && ((words_[word] >> (event.value() % 64)) & 1) != 0;
  }
  /// False if it was there already.
  bool add(EventIndex event) {
    if (has(event)) return false;
    const std::size_t word = (event.value() - first_) / 64;
    if (word >= words_.size()) words_.resize(word + 1, 0);
    words_[word] |= std::uint64_t{1} << (event.value() % 64);
    while (!words_.empty() && words_.front() == ~std::uint64_t{0}) {
      words_.pop_front();
      first_ += 64;
    }
    return true;
  }
  /// Events below this are all known.
  std::uint32_t all_below() const {
    return first_ + (words_.empty() ? 0 : static_cast<std::uint32_t>(std::countr_one(words_.front())));
  }
  /// Words of memory that are in use.
  std::size_t words() const { return words_.size(); }

 private:
  std::uint32_t first_ = 0;  // a multiple of 64
  std::deque<std::uint64_t> words_;
};

}  // namespace stateroom::receive
