// Names to numbers, given in order of first use. A name is seen, not kept: its text must outlive the table.
//
// One table of places and one of texts, without a node for each name: import looks up several names for each event, and
// most of that is memory that is not near.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace stateroom::base {

class NameTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// Room for so many names.
  explicit NameTable(std::size_t expected = 0) {
    std::size_t places = kLeast;
    while (places < 2 * expected) places *= 2;
    places_.resize(places);
    names_.reserve(expected);
  }

  /// The number of a name, or kNone.
  std::uint32_t find(std::string_view name) const { return places_[place_of(name, hash_of(name))].number; }

  /// The number of a name, the next one if it was not there; whether it was not. `keep` gives the text that stays.
  template <class Keep>
  std::pair<std::uint32_t, bool> add(std::string_view name, const Keep& keep) {
    const std::uint32_t hash = hash_of(name);
    std::size_t at = place_of(name, hash);
    if (places_[at].number != kNone) return {places_[at].number, false};
    if (2 * (names_.size() + 1) > places_.size()) {
      grow();
      at = place_of(name, hash);
    }
    const auto number = static_cast<std::uint32_t>(names_.size());
    names_.push_back(keep(name));
    places_[at] = {hash, number};
    return {number, true};
  }
  std::pair<std::uint32_t, bool> add(std::string_view name) {
    return add(name, [](std::string_view text) { return text; });
  }

  std::string_view operator[](std::uint32_t number) const { return names_[number]; }
  std::size_t size() const { return names_.size(); }

 private:
  struct Place {
    std::uint32_t hash = 0;
    std::uint32_t number = kNone;
  };
  static constexpr std::size_t kLeast = 64;

  static std::uint32_t hash_of(std::string_view name) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(name));
  }
  /// Where a name stands, or the free place where it would.
  std::size_t place_of(std::string_view name, std::uint32_t hash) const {
    const std::size_t mask = places_.size() - 1;
    std::size_t at = hash & mask;
    while (places_[at].number != kNone && (places_[at].hash != hash || names_[places_[at].number] != name))
      at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<Place> places(2 * places_.size());
    const std::size_t mask = places.size() - 1;
    for (const Place& place : places_) {
      if (place.number == kNone) continue;
      std::size_t at = place.hash & mask;
      while (places[at].number != kNone) at = (at + 1) & mask;
      places[at] = place;
    }
    places_ = std::move(places);
  }

  std::vector<Place> places_;
  std::vector<std::string_view> names_;
};

}  // namespace stateroom::base
