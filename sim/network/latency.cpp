#include "sim/network/latency.h"

namespace stateroom::network {
namespace {

constexpr std::array<std::uint64_t, 5> kPlaces{0, 500'000, 900'000, 990'000, 1'000'000};

}  // namespace

Latency Latency::uniform(Time least, Time greatest) {
  const Time span = greatest - least;
  return {{least, least + span / 2, least + span / 10 * 9, least + span / 100 * 99, greatest}};
}

Time Latency::draw(kernel::Random& random) const {
  const std::uint64_t place = random.below(kPlaces.back());
  std::size_t part = 0;
  while (place >= kPlaces[part + 1]) ++part;
  const Time span = quantiles[part + 1] - quantiles[part];
  const auto inside = static_cast<Time>(place - kPlaces[part]),
             whole = static_cast<Time>(kPlaces[part + 1] - kPlaces[part]);
  // In two steps, so that no product leaves 64 bits whatever the times are.
  return quantiles[part] + span / whole * inside + span % whole * inside / whole;
}

}  // namespace stateroom::network
