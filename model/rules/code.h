// The flat form of expressions and rules that the evaluator runs.
//
// In:  Core trees (core.h), through lower.cpp.
// Out: nodes in one vector, each the operation and the places of its arguments; equal expressions are one node. Rules
// are steps
//      with forward jumps.
// Promise: nothing here belongs to a room: literals are numbered, and each evaluator puts its room's string ids in
// their place.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "model/graph/room.h"
#include "model/rules/core.h"

namespace stateroom::rules {

bool is_text(const event::ValueType& type);
/// Whether a column's cells are single strings.
bool is_text(const graph::Column& column);

enum class Op : std::uint8_t {
  // Values. The constants stand first: Evaluator::Data::value answers them by comparing.
  kNumber,   // number
  kLiteral,  // a: literal; number: its string in the room, once bound
  kInfinite,
  kThisEvent,
  kLocal,      // a: local
  kLet,        // a: local, b: value, c: body
  kField,      // a: event, b: EventMember
  kColumn,     // a: event, b: column
  kMapEntry,   // a: column node, b: key
  kSite,       // a: site: a slot whose key follows from the event alone
  kSlot,       // a: literal (type), b: key
  kEventById,  // a: literal (type; kNone: any), b: id
  kListSlot,   // a: edges node, b: literal (type), c: key
  kIf,         // a: condition, b, c; number: memo + 1
  kDefault,    // a, b; number: memo + 1
  kServer,
  kOpaque,
  kSize,    // a
  kPrefix,  // a: text, b: stop, c: after; number: memo + 1
  kConcatenate,
  kPlus,   // a, b
  kCount,  // a: edges, rivals or column
  kIdRank,
  kSha1Rank,  // a: event: the order of event ids and of their hashes
  kKeyFact,   // a: KeyFact
  // Booleans.
  kPresent,
  kAbsent,
  kIllTyped,
  kIsValue,
  kBeyondDouble,  // a
  kIsEmpty,       // a: edges, rivals or column
  kMatches,       // a: text, b: identifier
  kRecognised,    // a
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,  // a, b
  kIn,            // a: value, b: set
  kStartsWith,    // a: text, b: literal
  kAnd,
  kOr,
  kNot,
  kAny,
  kAll,
  kNo,          // a: domain, b: body, c: first of its two places in `extra`: the locals (kNone: none)
  kGiven,       // a: body, b: event, c: edges
  kSelected,    // a: event
  kSignedBy,    // a: server, b: literal (object)
  kSignedWith,  // a: server, b: key version, c: keys column
  kVerifies,    // a: object column, b: set, c: the event that holds the keys (kNone: none)
  // Domains and sets: no values of their own.
  kEdges,      // a: event, b: edge field
  kRivals,     // a: edges
  kFamily,     // a: literal (type)
  kChanges,    // a: event A, b: event B, c: first of `extra`, number: how many columns
  kLevels,     // a: event, c: first of `extra`, number: how many columns
  kLeaves,     // c: first of `extra`, number: how many values
  kStringSet,  // the same
  kUnion,
  kMeet,
  kMinus,  // a, b
};

enum class EventMember : std::uint32_t {
  kType,
  kSender,
  kRoomId,
  kStateKey,
  kEventId,
  kOriginServerTs,
  kDepth,
  kRejected,
};

/// What is known of the key that `key_valid` judges, and the clock.
enum class KeyFact : std::uint32_t { kExpiredTs, kValidUntilTs, kNow };

/// What an expression depends on besides the members and columns of the frame's event.
enum Reads : std::uint8_t {
  kReadsState = 1,     // the frame's state
  kReadsById = 2,      // event(…)
  kReadsRejected = 4,  // `rejected` of some event, or a key: may change between two questions
  kReadsEdges = 8,     // the event's edges
  kReadsLocal = 16,    // a local
  kReadsFrame = 32,    // the state of the frame around it: as kReadsState, but `given` brings its own
  kReadsMore = 64,     // what cannot be listed beforehand: slots whose key the state says, families, the host's answers
};

struct Node {
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  Op op = Op::kNumber;
  std::uint8_t reads = 0;
  std::uint32_t a = kNone, b = kNone, c = kNone;
  std::int64_t number = 0;
};

/// A slot or event(…) whose key follows from the event alone: looked up once an event.
struct Site {
  bool by_id = false;
  std::uint32_t type = Node::kNone;  // literal
  std::uint32_t key = Node::kNone;   // node
  auto operator<=>(const Site&) const = default;
};

/// Whether the event decides a condition alone, once and for all. The events of a room do not change, so event(…) does
/// not count.
inline bool decided_by_event(std::uint8_t reads) { return (reads & (kReadsState | kReadsRejected | kReadsLocal)) == 0; }

class Code {
 public:
  std::vector<Node> nodes;
  std::vector<std::uint32_t> extra;  // arguments of nodes that have many
  std::vector<std::string> literals;
  std::vector<std::string> identifiers;  // of kMatches
  std::vector<std::string> edge_fields;  // of kEdges; numbered in the order of the format
  std::vector<Site> sites;
  std::uint32_t memos = 0;  // of kIf and kDefault
  bool sites_open = true;   // false: no new sites (an evaluator has prepared events)

  explicit Code(const CoreVersion& version);
  /// The node of an expression. `as_key`: as something to compare in an order (ranks for ids and hashes).
  std::uint32_t lower(const Core& core, bool as_key = false);
  std::uint32_t literal(const std::string& text);
  /// Where these values stand in `extra`.
  std::uint32_t places(const std::vector<std::uint32_t>& values);
  /// Whether a condition begins with what its event decides: `a and b`, `a or b`, `if a then b else c`.
  bool begins_decided(std::uint32_t condition) const;
  /// What may be left of a condition once that with which it begins is decided.
  std::vector<std::uint32_t> remains(std::uint32_t condition) const;
  /// The sites of the state that an expression may read, ascending.
  const std::vector<std::uint32_t>& sites_read(std::uint32_t node) const { return known_->sites_read[node]; }
  /// The locals that an expression reads and does not bind, ascending.
  const std::vector<std::uint32_t>& free_locals(std::uint32_t node) const { return known_->free[node]; }

 private:
  using Shape = std::tuple<Op, std::uint32_t, std::uint32_t, std::uint32_t, std::int64_t>;
  using Places = std::vector<std::uint32_t>;
  /// The one node of this shape. `children` are those of its places that are nodes; what it depends on is what they
  /// depend on, and `reads`, without the locals that it binds.
  std::uint32_t add(Node node, const Places& children, const Places& bound = {});
  std::uint32_t unary(Op op, const Core& core);
  std::uint32_t binary(Op op, const Core& core);
  std::uint32_t ternary(Op op, const Core& core);
  std::uint32_t many(Op op, const std::vector<CorePtr>& values);
  std::uint32_t lower_constant(const Core& core);
  std::uint32_t lower_read(const Core& core, bool as_key);
  std::uint32_t lower_slot(const Core& core);
  std::uint32_t lower_is(const Core& core);
  std::uint32_t lower_let(const Core& core);
  std::uint32_t lower_given(const Core& core);
  std::uint32_t lower_quantifier(Op op, const Core& core);
  std::uint32_t lower_oracle(const Core& core);
  std::uint32_t lower_domain(const Core& core);
  std::uint32_t edge_field(const std::string& name) const;

  /// What is there already. A copy of the code shares it until one of the two lowers something new: an evaluator of a
  /// small room seldom does.
  struct Known {
    std::map<Shape, std::uint32_t> nodes;
    std::map<Places, std::uint32_t> places;
    std::map<std::string, std::uint32_t> literals;
    std::map<Site, std::uint32_t> sites;
    std::vector<Places> free;        // by node: the locals that it reads and does not bind, ascending
    std::vector<Places> sites_read;  // by node, ascending
  };
  Known& changed();

  const CoreVersion* version_;
  std::shared_ptr<Known> known_ = std::make_shared<Known>();
};

/// One step of the rules. Targets are ahead.
struct Step {
  enum class Kind : std::uint8_t {
    kWhen,   // go to `target` unless the condition holds
    kSkip,   // go to `target` if it holds
    kAllow,  // decide if it holds (kNone: decide)
    kReject,
    kIff,   // decide by it
    kEach,  // reject if it holds for a member of `domain`
  } kind = Kind::kWhen;
  bool on_receipt = false;  // keeps the outcome it had on receipt: static, and reads the event's edges
  std::uint8_t reads = 0;
  std::uint32_t condition = Node::kNone;
  std::uint32_t rule = Node::kNone;
  std::uint32_t target = 0;
  std::uint32_t domain = Node::kNone;
  std::uint32_t locals = Node::kNone;  // of kEach: first of the places in `extra`
  auto operator<=>(const Step&) const = default;
};

/// An item of the section `auth events`: a head or a slot.
struct SelectStep {
  std::uint32_t condition = Node::kNone;  // kNone: none
  std::uint32_t target = 0;               // where to go unless it holds
  std::uint32_t type = Node::kNone;       // literal; kNone: this is only a head
  std::uint32_t key = Node::kNone;        // node
};

}  // namespace stateroom::rules
