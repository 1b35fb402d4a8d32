// What a rule reads, for people: fields of the event, entries of the state with their fields, oracles.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/rules/core.h"

namespace stateroom::rules {

struct RuleReads {
  std::string label;
  /// Of the event: "sender", "content.membership", "auth_events". Sorted, each once.
  std::vector<std::string> event;
  /// Of the state: "m.room.member of sender", "m.room.power_levels: content.users". Sorted, each once.
  std::vector<std::string> state;
  /// "signed_by", "verifies", "signed_with". Sorted, each once.
  std::vector<std::string> oracles;
};

/// Of every rule of `rules`, in text order: its own condition and head, without those of the blocks around it.
std::vector<RuleReads> rule_reads(const CoreVersion& version);

/// What an expression is called where it is a key or a place: "sender", "content.membership", "\"x\"", "…" for what is
/// computed.
std::string short_name(const CoreVersion& version, const Core& core);

}  // namespace stateroom::rules
