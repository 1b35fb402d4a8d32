// Values that a model chooses: scalars, events, sets and orders of events.
//
// Promise: the cases of a choice exclude each other, and one of them holds.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/bounded/circuit.h"

namespace stateroom::bounded {

/// One value. Levels and numbers come before infinity; `kTimestamp` is the time of an event by its number, which is
/// compared by the order of time that the model chooses.
struct Scalar {
  enum class Kind : std::uint8_t { kAbsent, kIllTyped, kBoolean, kString, kInteger, kInfinite, kTimestamp, kHash };
  Kind kind = Kind::kAbsent;
  std::int64_t number = 0;
  std::string text = {};
  auto operator<=>(const Scalar&) const = default;
  bool missing() const { return kind == Kind::kAbsent || kind == Kind::kIllTyped; }
  static Scalar of(std::string text) { return {Kind::kString, 0, std::move(text)}; }
  static Scalar of(std::int64_t number) { return {Kind::kInteger, number, {}}; }
};

/// Ascending by value, without cases that cannot be.
using Choice = std::vector<std::pair<Scalar, Literal>>;

/// An event by its number, seen as of one of its types, or of whatever type it has.
struct EventView {
  static constexpr std::int32_t kNone = -1;
  std::int32_t event = kNone;  // kNone: there is no event
  std::int32_t type = kNone;   // kNone: any of its types
  auto operator<=>(const EventView&) const = default;
};
using EventChoice = std::vector<std::pair<EventView, Literal>>;

using Members = std::vector<Literal>;  // by event: it is one of them

/// How the members of an order follow each other.
struct Order {
  std::function<Literal(std::size_t, std::size_t)> before;
  bool is_line = false;  // each cites the next: later events are first
};

/// A set of events, a state, or an order of some.
struct Events {
  Members members;
  std::shared_ptr<const Order> order;  // null: none
};

/// A state that is read: what its keys hold is made once.
struct StateOf {
  Members members;
  std::map<std::pair<std::string, std::string>, EventChoice> entries;
};

using Local = std::variant<std::monostate, Choice, EventChoice, Events>;

}  // namespace stateroom::bounded
