// Canonical JSON of a part of a value: redaction and hashing take members out without making another tree.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/base/error.h"
#include "model/event/format.h"

namespace stateroom::event {

/// Which members of an object are written. A member without an entry of its own is written whole or left out by
/// `others`. Names are views, mostly into the format: a selection is made for each event and used up at once.
struct Selection {
  struct Member {
    bool taken = true;
    bool drop_if_empty = false;         // with `inside`: nothing taken inside, nothing written
    std::unique_ptr<Selection> inside;  // null: whole; a scalar is written as {}
  };
  bool others = true;               // members that `members` does not name
  std::unique_ptr<Selection> each;  // with `others`: inside each of them, and of the elements of an array
  std::vector<std::pair<std::string_view, Member>> members;

  // Defined where a selection is complete: C++23 makes a vector's destructor constexpr, which asks for that.
  Selection();
  ~Selection();
  Selection(Selection&&) noexcept;
  Selection& operator=(Selection&&) noexcept;

  const Member* member(std::string_view key) const {
    for (const auto& [name, member] : members) {
      if (name == key) return &member;
    }
    return nullptr;
  }
  /// The entry of a member and whether it is new.
  std::pair<Member*, bool> entry(std::string_view key) {
    for (auto& [name, member] : members) {
      if (name == key) return {&member, false};
    }
    return {&members.emplace_back(key, Member{}).second, true};
  }
  /// What is taken inside the member; null: all of it.
  const Selection* inside(std::string_view key) const {
    const Member* found = member(key);
    return found == nullptr ? each.get() : found->inside.get();
  }
};

inline Selection::Selection() = default;
inline Selection::~Selection() = default;
inline Selection::Selection(Selection&&) noexcept = default;
inline Selection& Selection::operator=(Selection&&) noexcept = default;

/// Canonical JSON of what the selection takes; null: everything. Error: kNumber.
base::Result<std::string> canonical_json(json::Value value, const CanonicalJson& rules, const Selection* selection);

}  // namespace stateroom::event
