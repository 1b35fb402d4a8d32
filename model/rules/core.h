// The typed, inlined form of a room version: what every use but print and compare works on.
//
// In:  a flattened Version (version_text.h); `elaborate` (elaborate.h) checks it and makes this.
// Out: expressions with types, definitions inlined, names resolved to columns, slots and variables. The evaluator
// lowers it to a
//      flat program, the prover encodes it, lints read it. One tree, so that no use has an opinion of its own.
// Promise: an expression that was elaborated is well typed; narrowing has shown that no ordering, argument or index
// reads what is
//      not there. Nodes are immutable and shared.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/event/format.h"
#include "model/graph/columns.h"
#include "model/rules/syntax.h"

namespace stateroom::rules {

enum class TypeKind : std::uint8_t {
  kBoolean,
  kString,
  kInteger,  // timestamps, depth, sizes, counts; exact 64 bits
  kLevel,    // a 64-bit integer or infinite; only compared
  kHash,     // sha1(…); only compared, bytewise
  kPlace,    // position(…); only compared
  kEvent,
  kMap,        // a map column of an event's content
  kList,       // a list of strings (a list column, or a wildcard column)
  kObject,     // a column that is only asked for presence, type, or given to an oracle
  kStrings,    // a set of strings; right of `in` or a quantifier's domain
  kEventList,  // auth_events, prev_events …: positions count, unknown events are holes
  kEvents,     // a set of events
  kState,      // a state: at most one event a key
  kStateList,  // `states`
  kOrder,      // a sequence of events without repetition
  kLine,       // line(…)
  kChanges,    // changes(…): (name, old, new); only a domain
  kLevels,     // levels(content): only a domain
};

struct CoreType {
  TypeKind kind = TypeKind::kBoolean;
  bool may_be_absent = false;  // the value may be missing here, after narrowing
  bool may_be_ill_typed = false;
  std::string event_type = {};  // kEvent: its type where the text fixes it, else empty
  bool may_be_unknown =
      false;  // kEvent: an entry of an edge list, perhaps a hole: its id is there, its fields are absent
  std::string identifier = {};  // kString: the identifier that it is known to be ("user_id"), else empty
};

enum class CoreKind : std::uint8_t {
  // Constants.
  kBoolean,  // number 0 or 1
  kString,   // text
  kInteger,  // number
  kInfinite,
  kEmptySet,  // {}: as kStrings, kEvents or kState (type)
  // Variables.
  kThisEvent,  // the event of the frame (the rules' event, or e of `given e with S`)
  kVariable,   // number: a slot of the locals, unique in its root expression
  kLet,        // args {value, body}; number: the local that body reads. (An argument that must be evaluated outside a
               // `given`.)
  // Reading events. args[0] is always the event.
  kEventField,  // text: "type", "sender", "room_id", "state_key", "event_id", "origin_server_ts", "depth", "rejected"
  kColumn,      // number: ColumnIndex; args {event}. Another event type than the column's reads as absent
  kMapEntry,    // args {map column, key}: the entry of a map (status of its own)
  kEdges,       // text: edge field ("auth_events"); args {event}: kEventList
  // Reading the state of the frame.
  kSlot,       // text: event type; args {state_key}: kEvent, absent if the state has none
  kFamily,     // text: event type; only a quantifier's domain, binders (state_key, event)
  kEventById,  // text: event type or ""; args {id string}: event of the view
  kListSlot,   // text: event type; args {event list or state value, state_key}: first event of that key in it, else
               // absent
  // Questions.
  kIs,  // text: "present", "absent", "ill_typed", "empty", "recognised_version", "beyond_double", or a type name
  // ("level", "string", "boolean", "integer", "object", "user_id", …) ; args {x}; flag: it is an identifier's name
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,  // args {a, b}. kEqual is false if a side has no value; kNotEqual its negation
  kIn,  // args {x, set}; set: of type kStrings (kStringSet, kUnion), kList (a list column), or for an event kEvents,
        // kState, kEventList
  kStartsWith,  // text: prefix; args {x}
  kAnd,
  kOr,
  kNot,
  kIf,
  kDefault,  // kDefault {a, b}: b where a is absent or ill-typed
  kAny,
  kAll,
  kNo,         // quantifiers: args {domain, body}; `binders`: locals of the bound names
  kLeaves,     // args: explicit list [a, b, …] as a quantifier's domain (each may be missing)
  kGiven,      // args {x, event, state or event list}: x with another frame
  kStringSet,  // args: elements; missing ones are left out
  // Functions on values.
  kServer,
  kOpaque,
  kSize,
  kPrefix /* args {text, stop, after} */,
  kCount,
  kConcatenate,
  kPlus,
  kChanges,     // args {content event A, content event B}; columns: the fields `at`. A may be absent
  kLevelsOf,    // args {event}: every level of its content, columns
  kSha1,        // args {string}
  kRivals,      // args {event list, events, or state}: members that share a key with another member (list: another
                // position)
  kAtKeys,      // args {events, events}: members of the first at keys that the second has
  kAdmitted,    // args {events, state or event list}: members that the rules allow in it
  kSelected,    // args {event}: does the section `auth events` of the frame's event select it
  kSignedBy,    // args {server}; text: object ("signed_object")
  kSignedWith,  // args {server, key version, keys column}
  kVerifies,    // args {object column, set of keys}
  // Resolution, state before, receipt.
  kNamed,   // number: index into the section's names; args: arguments of a function
  kStates,  // the inputs of the resolution
  kUnion,
  kMeet,
  kMinus,
  kOverlaid,       // args {a, b}; kUnion also joins kStrings
  kComprehension,  // args {domain, condition}; binders {e}; keeps the order of an order
  kUnionOf,
  kIntersectionOf,
  kDifferenceOf,  // args {body, list}; binders {s}
  kReachable,  // args {X [, within]}; text: edge field: one or more edges from X. auth_chain is this along auth_events
  kBetween,    // args {X}; text: edge field
  kTopological,    // args {X}; text: edge field; flag: `paths of`; keys; binders {e}
  kSort,           // args {X}; keys; binders {e}
  kLine,           // args {event}; text: event type; state_key in `text2`
  kPosition,       // args {line, line}
  kApply,          // args {order, state}
  kUntilRejected,  // args {events, state}; keys; binders {e}; flag: jointly
  kFirstAllowed,   // args {events, state}; keys; binders {e}; flag: else last
  kStateEntry,     // args {state}; text: event type, text2: state_key: kEvent
  kSingleton,      // args {event}: {e} as events or state
  kResolve,        // args {body, list}; binders {p}: resolve(F for p in L)
  kOnly,           // args {states}
  kSelection,      // args {state}: the frame's event's auth events selection in it, as event list in key order
  kExtremities,    // args {[condition]}; binders {e}; text: edge field: accepted, not soft-failed events of which the
                   // condition holds and that no such event cites
  kBefore,         // args {event}: p.before
  kAllowed,        // args {state or event list}: verdict of `rules` for the frame's event
  kValid,          // text: "valid_format", "valid_signatures", "valid_hashes", "valid_lpdu_hash": facts of the import
  kKey,            // text: "expired_ts", "valid_until_ts": of the key that `key_valid` judges; may be absent
  kNow,            // the receiving server's clock, milliseconds
  kObjectHash,     // text: a name of the section signatures ("lpdu_hash"); args {event}: kHash. Only in receipt
};

struct Core;
using CorePtr = std::shared_ptr<const Core>;

struct CoreKey {  // one component of a `least e: (…)` key
  CorePtr value;
  bool descending = false;
  std::string name;  // as an explanation calls it: "power_at", "origin_server_ts", "sha1"
};

struct Core {
  CoreKind kind = CoreKind::kBoolean;
  CoreType type;
  Location location;
  std::vector<CorePtr> args;
  std::string text;
  std::string text2;
  std::int64_t number = 0;
  bool flag = false;
  std::vector<std::uint32_t> binders;  // locals, in the order of the bound names
  std::vector<CoreKey> keys;
  std::vector<graph::ColumnIndex> columns;
};

enum class LeafKind : std::uint8_t {
  kAllow,
  kReject,
  kAllowIff,
  kSkip,
  kSelect,
  kDrop,
  kRedact,
  kRejectUnless,
  kSoftFail
};

/// A rule after elaboration. A block has children and no leaf.
struct CoreRule {
  std::string path;                    // "member.join.banned"
  std::string number;                  // "5.3.3"; empty if unnumbered
  CorePtr when;                        // null: none
  CorePtr each;                        // domain of `for each`, null: none
  std::vector<std::uint32_t> binders;  // of `for each`
  std::optional<LeafKind> leaf;
  CorePtr condition;  // of the leaf; null: unconditional. kSelect: the slot (kSlot)
  std::vector<CoreRule> children;
  bool is_static = false;  // the leaf reads neither state nor event(…): decided on receipt
  Location location;
};

/// A name of `resolution`, `state before` or `redaction`.
struct CoreName {
  std::string name;
  std::vector<std::uint32_t> parameters;  // locals; empty: a value
  std::vector<CoreType> parameter_types;
  CorePtr value;
};

struct CoreSignature {  // `label: require C unless D`
  std::string label;
  CorePtr require;
  CorePtr unless;  // null: none
};

/// A room version, ready to be evaluated or encoded.
struct CoreVersion {
  std::string name, identifier;
  std::string sha256, sha256_with_errata;  // hexadecimal
  event::EventFormat format;
  graph::ColumnPlan plan;
  std::vector<CoreRule> rules, auth_events, receipt;
  std::vector<CoreName> resolution;    // in text order; `result` is the answer
  std::vector<CoreName> state_before;  // after, before, current [, auth_events]
  std::vector<CoreName> redaction;     // target, applies
  std::vector<CoreSignature> signatures;
  CorePtr key_valid;                                           // null: every key is valid
  std::uint32_t locals = 0;                                    // more than any local's number
  std::uint32_t resolution_name(std::string_view name) const;  // index, or resolution.size()
  /// The names of the resolution, each after those that it is made of, else as in the text (where edits add at the
  /// end).
  std::vector<std::uint32_t> resolution_order() const;
};

}  // namespace stateroom::rules
