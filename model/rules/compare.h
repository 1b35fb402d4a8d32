// What differs between two versions, by label.
//
// In:  two flattened versions, related or not; optionally the texts, to find owners of removals in the versions
// between. Out: one edit for each entry or rule that was inserted, replaced or removed, in the order of sections and
// then of the text. Promise: equal texts give no edit; an edit that only changes numbers is none. A block that is new
// or gone is one edit; of a
//      block in both versions the head is compared, and its rules one by one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/rules/flatten.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

enum class EditChange : std::uint8_t { kInserted, kReplaced, kRemoved };
std::string_view name(EditChange change);  // "inserted", "replaced", "removed"

struct Edit {
  SectionName section;
  std::string label;  // the rule's label path or the entry's name
  EditChange change = EditChange::kReplaced;
  std::vector<std::string> owners;  // "msc4289", or the name of a draft; sorted
  std::string number_before;        // of a rule; empty if it has none
  std::string number_after;
  std::string before, after;  // canonical text; empty where there is none
  bool moved = false;         // replaced: only its place among its siblings changed
  /// For an edit of a type, identifier, field, content field, definition or selected slot: what its meaning reaches.
  /// Labels of rules as they are; of other sections with the section's name before a colon ("resolution: power_order").
  std::vector<std::string> affects;
};

std::vector<Edit> compare(const Version& before, const Version& after, const TextSource* texts = nullptr);

/// The owner as `compare` prints it.
std::string owner_name(const Owner& owner);

}  // namespace stateroom::rules
