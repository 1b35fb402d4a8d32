// What a fuzz target promises beyond not crashing.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

namespace stateroom::fuzz {

/// Ends the process with what was broken, so that the fuzzer keeps the input.
inline void require(bool holds, std::string_view promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

/// What one input may cost: a second of the processor for every 64 KiB that it starts, ten times that under sanitizers.
class Budget {
 public:
  explicit Budget(std::size_t size) : seconds_max_(10 * (1 + size / 65536)), start_(std::clock()) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  ~Budget() {
    const auto seconds = static_cast<std::size_t>(std::clock() - start_) / CLOCKS_PER_SEC;
    require(seconds < seconds_max_, "an input costs seconds in proportion to its size");
  }

 private:
  std::size_t seconds_max_;
  std::clock_t start_;
};

}  // namespace stateroom::fuzz

/// One input. The fuzzer's library calls it, or the program that replays a corpus.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);
