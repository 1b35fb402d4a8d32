// Evaluates a room version: the rules, the selection and any expression of its text, over a room's columns.
//
// In:  a CoreVersion, lowered once to a flat program; a room; a state to read.
// Out: decisions with the rule that decided and what it read; values of expressions.
// Promise: no strings, no JSON and no allocation while it runs (unless reads are asked for); the same answers for the
// same inputs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/event/keys.h"
#include "model/graph/room.h"
#include "model/graph/state.h"
#include "model/rules/core.h"

namespace stateroom::rules {

using graph::EdgeField;
using graph::EventIndex;
using graph::KeyIndex;
using graph::Room;
using graph::State;
using graph::StateStore;

/// A state while it is being changed by `apply`: a base and a small overlay, reset in O(changes).
class WorkState {
 public:
  WorkState(StateStore& store, State base, std::uint32_t key_count);
  void reset(State base);
  EventIndex get(KeyIndex key) const {
    return stamp_[key.at()] == generation_ ? overlay_[key.at()] : store_->get(base_, key);
  }
  void set(KeyIndex key, EventIndex event);
  State finish();  // the state as a State of the store
  State base() const { return base_; }
  std::span<const KeyIndex> changed() const { return changed_; }  // keys set since reset, in order of first change

 private:
  StateStore* store_;
  State base_;
  std::vector<EventIndex> overlay_;  // by key; valid where stamp_[key] == generation_
  std::vector<std::uint32_t> stamp_;
  std::uint32_t generation_ = 1;
  std::vector<KeyIndex> changed_;
  std::vector<StateStore::Entry> finished_;  // scratch of `finish`
};

/// What the rules read as "the state". Cheap to copy.
struct StateView {
  enum class Kind : std::uint8_t {
    kState,  // an entry of `store`'s `state`
    kWork,   // `work`; then, with `fallback`, the frame's event's first cited event of the key that is known and not
             // rejected
    kList,   // an event list: the first known event of a key; rejected ones count
  } kind = Kind::kState;
  const StateStore* store = nullptr;
  State state;
  const WorkState* work = nullptr;
  bool fallback = false;
  std::span<const EventIndex> list;
  static StateView of(const StateStore& store, State state);
  static StateView of(const WorkState& work, bool fallback);
  static StateView of(std::span<const EventIndex> list);
};

/// A level: infinite is above every integer.
struct LevelValue {
  bool infinite = false;
  std::int64_t value = 0;
  auto operator<=>(const LevelValue&) const = default;
};

using RuleIndex = base::Index<struct RuleTag>;

struct Decision {
  bool allowed = false;
  RuleIndex rule;  // the rule that decided; valid always
};

/// What a decision read: keys of the room, and (type, state_key) pairs that no event of the room has.
struct ReadLog {
  std::vector<std::pair<std::string, std::string>> reads;  // sorted and unique after `finish`
  void finish();
};

/// The host's answers to the oracles of the language. The defaults say true (unchecked), as INTERFACE.md has it.
struct Oracles {
  std::function<bool(EventIndex event, std::string_view server, std::string_view object)> signed_by;
  std::function<bool(EventIndex event, std::string_view server, std::string_view key_version, EventIndex keys_of)>
      signed_with;
  std::function<bool(EventIndex event, EventIndex keys_of)> verifies;
  std::function<bool(std::string_view version)>
      recognised_version;  // of create events; hosts give the registry's names
};

/// Tests of rules that were compiled when the library was built, sorted by the text from which they were compiled
/// (test_text.h). A rule that has such a text, of whatever version, is answered by it.
struct CompiledTest;
using CompiledTests = std::span<const CompiledTest>;

/// The rules of one version, flat. Independent of any room.
class Program {
 public:
  /// Rules whose test is not among `compiled` are interpreted.
  static std::shared_ptr<const Program> compile(std::shared_ptr<const CoreVersion> version,
                                                CompiledTests compiled = {});
  ~Program();
  const CoreVersion& version() const;
  std::uint32_t rule_count() const;                 // leaves, in text order; with the section `rules` first
  const std::string& label(RuleIndex rule) const;   // "member.join.banned"
  const std::string& number(RuleIndex rule) const;  // "5.3.3" or ""
  struct Data;
  const Data& data() const;

 private:
  Program();
  std::unique_ptr<Data> data_;
};

/// A program bound to a room: literals are interned, static conditions decided as they are first asked.
/// Not thread-safe; one evaluator a thread.
class Evaluator {
 public:
  Evaluator(std::shared_ptr<const Program> program, Room& room, Oracles oracles = {});
  ~Evaluator();

  /// The verdict of `rules` for `event` in `state`. `recheck`: inside a resolution. A `reject if` that is static (reads
  /// no state, no event(…)) and reads the event's edges (the rules on auth_events, prev_events) keeps the outcome that
  /// it had on receipt: it is passed for an event that is not rejected, so that drawings whose auth_events are
  /// incomplete resolve as drawn. All else is evaluated.
  Decision authorise(EventIndex event, const StateView& state, bool recheck = false, ReadLog* reads = nullptr);

  /// The keys that the section `auth events` selects for an event, each once, in text order. Keys that no event of the
  /// room has are left out.
  std::vector<KeyIndex> selection_keys(EventIndex event);
  /// The selection as events of a state, in order of (type, state_key) bytewise.
  std::vector<EventIndex> selection(EventIndex event, const StateView& state);
  bool selected(EventIndex event, EventIndex cited);

  // Expressions of other sections. `locals`: values of the expression's event variables (by local number; none()
  // elsewhere).
  bool boolean(const CorePtr& expression, EventIndex event, const StateView& state, std::span<const EventIndex> locals);
  /// A key component as something to compare: (rank, value), ascending. Levels, integers, hashes and event ids all fit.
  struct Scalar {
    bool infinite = false;
    std::int64_t value = 0;
    auto operator<=>(const Scalar&) const = default;
  };
  Scalar scalar(const CorePtr& expression, EventIndex event, const StateView& state,
                std::span<const EventIndex> locals);

  /// Whether the section `signatures` takes this key for a signature of the event. A key that does not say until when
  /// it is valid has no end. `now`: the receiving server's clock in milliseconds; none: the clock refuses nothing.
  bool key_valid(EventIndex event, const event::VerifyKey& key, std::optional<std::int64_t> now = {});

  Room& room();
  const Program& program() const;

  class Data;

 private:
  std::unique_ptr<Data> data_;
};

}  // namespace stateroom::rules
