// Lints: what is no error in a text and yet deserves a word.
//
// In:  a flattened version and what the checker made of it.
// Out: warnings, by place. Codes (a closed list):
//      unkept-read        a rule reads a content field or a top-level field that redaction drops
//      slot-not-selected  a rule reads an entry of the state that the auth events selection does not have
//      slot-not-read      the selection has an entry, under a condition, that no rule reads there
//      family-read        a rule reads all entries of a type: neither the check on auth events nor `apply` sees them
//      dead-rule          a rule stands after one that always decides
//      shadowed-rule      what a rule asks has been decided by an earlier rule
//      unowned-edit       an edit without an MSC or draft
//      stale-reading      a choice of a reading replaces what is no longer in the text
//      partial-order      a key may leave two events unordered, so that event_id decides
//      shared-identifier  another text has the identifier of this one (lint_lineage.h)
//      crossed-line       a text extends one of another line, errata included (lint_lineage.h)
// Promise: syntactic, so total and fast; what is reported is so, but not all that is so is reported.
#pragma once

#include <string_view>
#include <vector>

#include "model/rules/core.h"
#include "model/rules/diagnostic.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

std::vector<Diagnostic> lint(const Version& version, const CoreVersion& core);

/// A content or top-level field that `rules` read and redaction drops.
struct UnkeptRead {
  std::string event_type;           // empty: a top-level field
  std::string field;                // the part of the path that is dropped: "third_party_invite"
  std::vector<std::string> labels;  // of the rules that read it, in text order
  Location location;                // of the first read
};
std::vector<UnkeptRead> unkept_reads(const CoreVersion& core);

/// An entry of the state, as rules read it or the selection names it.
struct SlotUse {
  std::string event_type;
  std::string key;  // key_of(its state_key)
  std::string label;
  Location location;
};
std::vector<SlotUse> slots_read(const CoreVersion& core);
std::vector<SlotUse> slots_selected(const CoreVersion& core);

}  // namespace stateroom::rules
