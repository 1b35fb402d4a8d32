// The rules of one version as formulas over a world. (The encoder's own header: Z3's types are in it.)
//
// In:  the CoreVersion of a text; a world; how the event is looked at (`Look`).
// Out: for each leaf of the rules, in text order, when it fires; the verdict; values of single expressions.
// Promise: the same Core as the evaluator runs, node for node: a version's rules are written once, in its text. What
//          this encoder does not know (the primitives of resolution, lists without a limit, sizes of maps) is thrown as
//          `Unsupported` with its place, and the verdict is then Unknown (encoding), never an approximation.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "model/prove/world.h"
#include "model/rules/core.h"

namespace stateroom::prove {

using rules::Core;
using rules::CorePtr;

/// An expression that has no encoding.
class Unsupported : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value that may be missing. Which of the last four is filled follows from its type.
struct Value {
  z3::expr there, ill;  // ill: there, but of another type
  z3::expr number, infinite, text, truth;
  z3::expr beyond;     // ill-typed because it is beyond a double
  bool bound = false;  // made of a bound key: names no key of its own
  explicit Value(World& world);
  z3::expr ok() const { return there && !ill; }
};

/// Whether a member of a Value is there: its type has it.
inline bool filled(const z3::expr& term) { return static_cast<bool>(term); }

/// An event whose members are read.
struct EventRef {
  z3::expr known;  // its fields can be read
  Meaning::Of of = Meaning::Of::kEvent;
  std::string holder;  // kSlot: its type; kList: the edge field
  std::uint32_t position = 0;
  Terms keys;  // kSlot: its state_key
  bool bound = false;
};

/// How an encoder looks at the world.
struct Look {
  bool redacted = false;   // the event without what redaction drops
  bool selection = false;  // of the state only what the auth events selection takes
  bool after = false;      // the state's m.room.power_levels is the event
  std::string depth, ts;   // variants of depth and origin_server_ts ("'")
  std::string relaxed;     // label of a rule whose condition may be anything; empty: none
  /// How a version sees an event that another version has in another form (`same_rules`).
  bool create_not_cited = false;    // the create event among the auth_events is left out
  bool create_has_no_room = false;  // room_id of create events is absent
  bool creator_is_sender = false;   // `creator` of create events is their sender
};

/// A leaf of the rules.
struct Fire {
  std::string label, number;
  bool allows = false;
  z3::expr when;  // its condition and all heads around it; earlier leaves may have fired
};

/// What is free in a list of events: its positions, as long as the version's limit.
struct ListEntry {
  z3::expr there;
  EventRef event;
};

class Encoder {
 public:
  Encoder(const rules::CoreVersion& version, World& world, Look look = {});

  /// The leaves in text order, and the formulas that the first that fires is this one.
  const std::vector<Fire>& rules();
  const std::vector<z3::expr>& decides();
  z3::expr allowed();

  /// That the events of the slots that were read are what the version's static rules let pass, and that the event and
  /// these have the required fields (`well-formed-state`).
  void require_well_formed();
  /// That an event is legal in the form of the version: its numbers in the range of canonical JSON.
  z3::expr legal(const EventRef& event);
  /// The same of all events of the slots that were read.
  void require_legal_state();
  /// That the auth_events name the create event of the state, once.
  z3::expr cites_create_once();

  Value value(const Core& core);
  z3::expr truth(const Core& core);
  EventRef event(const Core& core);
  /// The state's event of a key; `key` a string.
  EventRef slot(const std::string& type, const z3::expr& key, bool bound = false);
  z3::expr selected(const std::string& type, const z3::expr& key);
  Value field(const EventRef& event, const std::string& name);
  Value column(const EventRef& event, const graph::Column& column);
  Value entry(const EventRef& event, const graph::Column& column, const Value& key);

  using Local = std::variant<Value, EventRef>;
  void bind(std::uint32_t local, Local value) { locals_.insert_or_assign(local, std::move(value)); }
  /// Another event as the event of the frame, until the object dies.
  class Frame {
   public:
    Frame(Encoder& encoder, EventRef event) : encoder_(encoder), saved_(encoder.this_event_) {
      encoder_.this_event_ = std::move(event);
    }
    ~Frame() { encoder_.this_event_ = saved_; }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

   private:
    Encoder& encoder_;
    EventRef saved_;
  };

  World& world() { return world_; }
  const rules::CoreVersion& version() const { return version_; }
  EventRef the_event();

 private:
  // encode_events.cpp
  Meaning meaning(const EventRef& event) const;
  Value raw(const Meaning& base, const Terms& args, const event::ValueType& type, const z3::expr& there);
  void typed(Value& out, const Meaning& base, const Terms& args, const event::ValueType& type, const z3::expr& kind);
  z3::expr level_spelled(const z3::expr& kind) const;
  z3::expr bad_entries(const EventRef& event, const graph::Column& column);
  z3::expr parents(const EventRef& event, const graph::Column& column);
  z3::expr kind_of(const EventRef& event, const graph::Column& column);
  z3::expr kind_is(const z3::expr& kind, std::initializer_list<JsonKind> kinds);
  z3::expr type_is(const EventRef& event, const std::string& type);
  z3::expr of_create(const EventRef& event);
  bool kept(const graph::Column& column) const;
  z3::expr identifier(const std::string& name, const z3::expr& text);
  const std::vector<ListEntry>& list(const std::string& field);
  const graph::Column& column_of(const Core& core) const;

  // encode_values.cpp
  Value constant(const Core& core);
  Value chosen(const Core& core);
  Value text_function(const Core& core);
  Value choose(const z3::expr& test, const Value& yes, const Value& no);
  EventRef choose(const z3::expr& test, const EventRef& yes, const EventRef& no);
  z3::expr equal(const Value& a, const Value& b);
  z3::expr less(const Value& a, const Value& b);
  z3::expr is(const Core& core);
  z3::expr is_of_collection(const Core& core);
  z3::expr oracle(const Core& core);
  void key(const Value& value) {
    if (!value.bound) world_.key(value.text);
  }

  // encode_domains.cpp
  using Member = std::function<z3::expr()>;  // the body, after the locals were bound
  z3::expr exists(const std::string& name, World::Body body);
  z3::expr any(const Core& domain, const std::vector<std::uint32_t>& binders, const Member& body);
  z3::expr any_entry(const EventRef& event, const graph::Column& column, const std::vector<std::uint32_t>& binders,
                     const Member& body);
  z3::expr any_change(const Core& domain, const std::vector<std::uint32_t>& binders, const Member& body);
  z3::expr any_level(const Core& domain, const std::vector<std::uint32_t>& binders, const Member& body);
  z3::expr any_listed(const Core& domain, const std::vector<std::uint32_t>& binders, const Member& body);
  z3::expr changed(const Value& old, const Value& now);
  z3::expr rival(const std::vector<ListEntry>& entries, std::size_t of);
  z3::expr same_key(const EventRef& a, const EventRef& b);
  z3::expr contains(const Core& set, const Value& value);
  z3::expr has_text(const EventRef& event, const graph::Column& column, const z3::expr& element);
  z3::expr count_is(const Core& list, std::int64_t count);
  std::optional<z3::expr> count_compared(const Core& core);

  // encode_rules.cpp
  void add(const std::vector<rules::CoreRule>& siblings, const z3::expr& guard);
  void add_each(const rules::CoreRule& rule, const z3::expr& guard);
  void add_selection(const std::vector<rules::CoreRule>& siblings, const z3::expr& guard);
  z3::expr static_rules_pass(const std::vector<rules::CoreRule>& siblings, bool quantifiers);

  const rules::CoreVersion& version_;
  World& world_;
  Look look_;
  EventRef this_event_;
  std::map<std::uint32_t, Local> locals_;
  std::vector<Fire> fires_;
  std::vector<z3::expr> decides_;
  struct Selected {
    std::string type;
    z3::expr when, key;
  };
  std::vector<Selected> selection_;
  bool selection_done_ = false;
  std::map<std::string, std::vector<ListEntry>> lists_;
  std::map<std::string, bool> slots_;  // event types of slots that were read
};

}  // namespace stateroom::prove
