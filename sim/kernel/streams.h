// The tree of random streams of a run.
//
// In:  one seed. Out: a stream for each path of names ("network", "link", "3").
// Promise: a stream depends on the seed and its path alone, so that a new component shifts the numbers of no other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/kernel/random.h"

namespace stateroom::kernel {

class Streams {
 public:
  explicit Streams(std::uint64_t seed) : seed_(seed) {}
  /// The tree below a name.
  Streams at(std::string_view name) const {
    Streams out(seed_);
    out.path_ = path_ + "/" + std::string(name);
    return out;
  }
  Streams at(std::uint64_t number) const { return at(std::to_string(number)); }
  /// The numbers of this place of the tree.
  Random random() const { return Random(seed_, path_); }
  std::uint64_t seed() const { return seed_; }

 private:
  std::uint64_t seed_;
  std::string path_;
};

}  // namespace stateroom::kernel
