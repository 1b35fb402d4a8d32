// What is known about reads where a condition holds or fails.
//
// In:  elaborated conditions.
// Out: facts by expression: that it is there, that it has its type, which type an event has.
// Promise: a fact is a consequence of the condition alone (LANGUAGE.md, "Values that may not be there").
#pragma once

#include <map>
#include <set>
#include <string>

#include "model/rules/core.h"

namespace stateroom::rules {

/// A text that two expressions share if and only if they are equal up to the names of bound variables.
std::string key_of(const Core& core);
/// True if the value depends on the event or the state of the frame.
bool reads_frame(const Core& core);

struct Fact {
  bool present = false;
  bool well_typed = false;
  std::string event_type;             // of an event
  std::set<std::string> other_types;  // types that an event does not have
  std::string identifier;             // of a string
};

class Facts {
 public:
  const Fact* find(const std::string& key) const;
  /// Both sets hold.
  void add(const Facts& other);
  /// Only what both sets say.
  static Facts meet(const Facts& a, const Facts& b);
  /// The facts that say nothing about the frame's event and state.
  Facts without_frame() const;

  /// `core` is there, and with it whatever it is read from.
  void add_present(const Core& core);
  void add_value(const Core& core);       // there and well typed
  void add_well_typed(const Core& core);  // not ill-typed; may be absent
  void add_event_type(const Core& event, const std::string& type);
  void add_other_type(const Core& event, const std::string& type);
  void add_identifier(const Core& core, const std::string& identifier);

 private:
  Fact& at(const Core& core);
  std::map<std::string, Fact> facts_;
  std::set<std::string> of_frame_;  // keys that depend on the frame
};

/// What is known where a condition is true, and where it is false.
struct Known {
  Facts where_true, where_false;
};

/// Conditions are asked about from the inside out while they are built, each operand before what it stands in: what was
/// found out about an operand is kept until then, so that a long condition is not gone through once for each of its
/// parts.
class Narrowing {
 public:
  const Known& of(const CorePtr& condition);

 private:
  Known known(const CorePtr& condition);
  Known take(const CorePtr& condition);
  std::map<CorePtr, Known> kept_;  // of conditions that stand in no other that was asked about
};

/// True if the facts show that `condition` holds (a sufficient test, of the conditions that `required when` uses).
bool implies(const Facts& facts, const Core& condition);

}  // namespace stateroom::rules
