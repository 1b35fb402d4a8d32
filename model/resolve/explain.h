// Why a resolution came out as it did: for each key that was contested, or for one key.
//
// In:  state sets, their resolution and its trace.
// Out: which events competed, in which named values each was and what that means, where each came in the orders and
// what decided
//      against the event before it, the checks with the rule that decided and what it read, what an overlay changed; as
//      data and as text.
// Promise: the text names rules by label and number, and is written for someone who knows Matrix.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/resolve/resolution.h"

namespace stateroom::resolve {

/// A named value that holds an event, and why it does.
struct Membership {
  std::string name;
  std::string why;  // empty where the text of the value says it all: an order, an alias
};

/// Where an event came in an order.
struct Placing {
  std::string name;       // of the order
  std::size_t place = 0;  // from 0
  std::size_t count = 0;
  EventIndex before;      // the event just before it, none for the first
  std::string component;  // of the key that decided between the two: "power_at", "origin_server_ts"; empty: this event
                          // cites that one
  std::string value, value_before;
};

struct CheckNote {
  std::string name;  // the named value that was being computed
  bool allowed = false;
  std::string label, number;
  std::vector<std::pair<std::string, std::string>> reads;
};

struct Candidate {
  EventIndex event;
  std::vector<Membership> in;  // in text order
  std::vector<Placing> placings;
  std::vector<CheckNote> checks;
  /// "won", "refused" (the last check refused it), "replaced" (allowed, then another took the key), "not tried".
  std::string outcome;
  std::string label, number;  // of the last check; empty without one
};

/// An overlay that changed a key: `name` lays its second state over its first.
struct Overlay {
  std::string name, below_name, above_name;
  EventIndex below, above;  // none: the state has no entry
};

struct KeyExplanation {
  std::string type, state_key;
  EventIndex winner;                  // none: the key is not in the result
  std::vector<Candidate> candidates;  // by event id
  std::vector<Overlay> overlays;
  std::string text;
};

/// A named value as a whole: what the text says that it is, and how much it held.
struct Step {
  std::string name, words;
  std::size_t count = 0;  // entries of a state, events of a set or order
};

struct Explanation {
  State result;
  std::vector<Step> steps;           // in text order, without functions
  std::vector<KeyExplanation> keys;  // by type, then state_key, bytewise
  std::string text;
};

/// The named values of the resolution in English (rules::say), by name.
using Words = std::map<std::string, std::string, std::less<>>;

/// Explains one key (type, state_key), or without one every key on which the state sets differ or that a check was
/// about. `trace` is the whole trace of resolving `states` to `result`. Error: kUnknownName if no event of the room has
/// the key.
base::Result<Explanation> explain(rules::Evaluator& evaluator, StateStore& store, std::span<const State> states,
                                  State result, const Trace& trace, const Words& words,
                                  const std::optional<std::pair<std::string, std::string>>& key = std::nullopt);

/// The text of one key's explanation.
std::string explain_text(const graph::Room& room, const KeyExplanation& key);

}  // namespace stateroom::resolve
