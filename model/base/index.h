// Dense indices as types: an event, a state key and a string cannot be confused.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

namespace stateroom::base {

/// A 32-bit index with a tag. The default value is `none()`, which is above every valid index.
template <class Tag>
class Index {
 public:
  constexpr Index() = default;
  constexpr explicit Index(std::uint32_t value) : value_(value) {}
  static constexpr Index none() { return Index{}; }
  constexpr bool valid() const { return value_ != kNone; }
  constexpr std::uint32_t value() const { return value_; }
  constexpr std::size_t at() const { return value_; }
  constexpr auto operator<=>(const Index&) const = default;

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t value_ = kNone;
};

/// An event of a room, in topological order: whatever an event names in any edge field has a smaller index.
using EventIndex = Index<struct EventTag>;
/// A pair (type, state_key) that occurs in a room.
using KeyIndex = Index<struct KeyTag>;
/// An interned string of a room.
using StringId = Index<struct StringTag>;

}  // namespace stateroom::base

template <class Tag>
struct std::hash<stateroom::base::Index<Tag>> {
  std::size_t operator()(stateroom::base::Index<Tag> index) const noexcept {
    return static_cast<std::size_t>(index.value()) * 0x9E3779B97F4A7C15ull;
  }
};
