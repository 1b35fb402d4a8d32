// Canonical JSON of a part of a value: redaction and hashing take members out without making another tree.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "model/base/error.h"
#include "model/event/format.h"

namespace stateroom::event {

/// Which members of an object are written. A member without an entry of its own is written whole or left out by
/// `others`.
struct Selection {
  struct Member {
    bool taken = true;
    bool drop_if_empty = false;         // with `inside`: nothing taken inside, nothing written
    std::unique_ptr<Selection> inside;  // null: whole; a scalar is written as {}
  };
  bool others = true;               // members that `members` does not name
  std::unique_ptr<Selection> each;  // with `others`: inside each of them, and of the elements of an array
  std::map<std::string, Member, std::less<>> members;

  bool takes(std::string_view key) const {
    const auto found = members.find(key);
    return found == members.end() ? others : found->second.taken;
  }
  const Member* member(std::string_view key) const {
    const auto found = members.find(key);
    return found == members.end() ? nullptr : &found->second;
  }
  /// What is taken inside the member; null: all of it.
  const Selection* inside(std::string_view key) const {
    const auto found = members.find(key);
    return found == members.end() ? each.get() : found->second.inside.get();
  }
};

/// Canonical JSON of what the selection takes; null: everything. Error: kNumber.
base::Result<std::string> canonical_json(json::Value value, const CanonicalJson& rules, const Selection* selection);

}  // namespace stateroom::event
