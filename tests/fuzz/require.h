// What a fuzz target promises beyond not crashing.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace stateroom::fuzz {

/// Ends the process with what was broken, so that the fuzzer keeps the input.
inline void require(bool holds, std::string_view promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

}  // namespace stateroom::fuzz

/// One input. The fuzzer's library calls it, or the program that replays a corpus.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);
