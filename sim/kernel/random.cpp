#include "sim/kernel/random.h"

#include <bit>
#include <string>

#include "model/base/encode.h"

namespace stateroom::kernel {

Random::Random(std::uint64_t seed, std::string_view name) {
  const base::Sha256 hash = base::sha256(std::to_string(seed) + "\n" + std::string(name));
  for (std::size_t i = 0; i < hash.size(); ++i) state_[i / 8] |= std::uint64_t{hash[i]} << (8 * (i % 8));
}

std::uint64_t Random::next() {
  const std::uint64_t out = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return out;
}

std::uint64_t Random::below(std::uint64_t bound) {
  if (bound <= 1) return 0;
  // Numbers from the incomplete last run of `bound` are thrown away, so that none is favoured.
  const std::uint64_t rest = (0 - bound) % bound;
  std::uint64_t number = next();
  while (number < rest) number = next();
  return number % bound;
}

}  // namespace stateroom::kernel
