// An evaluator at work: a program's code bound to a room, and what it remembers.
//
// For each event that is asked for the first time, the conditions that follow from the event alone are decided, and
// what is left of the rules is kept as a short list of steps (shared by all events that leave the same list), together
// with the keys of its slots. What depends on the state is remembered for one call.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/rules/compile.h"
#include "model/rules/program.h"

namespace stateroom::rules {

using base::StringId;
using graph::Cell;
using graph::CellStatus;

/// A value of an expression: a Boolean 0 or 1, an integer, a level, a string (its id) or an event (its index).
struct Value {
  std::int64_t number = 0;
  CellStatus status = CellStatus::kAbsent;
  bool infinite = false;
  bool beyond_double = false;

  bool ok() const { return status == CellStatus::kValue; }
  static Value of(std::int64_t number) { return {number, CellStatus::kValue, false, false}; }
  static Value of(StringId id) { return id.valid() ? of(std::int64_t{id.value()}) : Value{}; }
  static Value of(EventIndex e) { return e.valid() ? of(std::int64_t{e.value()}) : Value{}; }
  StringId string() const { return ok() ? StringId{static_cast<std::uint32_t>(number)} : StringId::none(); }
  EventIndex event() const { return ok() ? EventIndex{static_cast<std::uint32_t>(number)} : EventIndex::none(); }
};

inline bool equal(const Value& a, const Value& b) {
  return a.ok() && b.ok() && a.number == b.number && a.infinite == b.infinite;
}
/// False when a side is missing.
inline bool less(const Value& a, const Value& b) {
  if (!a.ok() || !b.ok() || a.infinite) return false;
  return b.infinite || a.number < b.number;
}

/// What is called for the members of a domain: (first, second) until it says true. Refers to a callable that outlives
/// it.
class Visit {
 public:
  template <class Callable>
  requires(!std::is_same_v<std::remove_cvref_t<Callable>, Visit>)
      Visit(const Callable& callable)  // NOLINT: a lambda is passed as it stands
      : callable_(&callable), call_([](const void* object, const Value& first, const Value& second) {
          return (*static_cast<const Callable*>(object))(first, second);
        }) {}
  bool operator()(const Value& first, const Value& second = {}) const { return call_(callable_, first, second); }

 private:
  const void* callable_;
  bool (*call_)(const void*, const Value&, const Value&);
};

/// Where an expression is evaluated.
struct Frame {
  EventIndex event;
  const StateView* view = nullptr;
  std::uint32_t sites = Node::kNone;  // where the event's sites stand
  bool outer = true;                  // not inside `given`: what the call remembers may be used
};

class Evaluator::Data {
  friend struct Compiled;

 public:
  Data(std::shared_ptr<const Program> of, Room& in, Oracles answers);

  Decision authorise(EventIndex event, const StateView& state, bool recheck, ReadLog* reads);
  std::span<const KeyIndex> selection_keys(EventIndex event);
  bool selected(EventIndex event, EventIndex cited);
  EventIndex entry(const Frame& frame, KeyIndex key) const;

  bool boolean(const CorePtr& expression, EventIndex event, const StateView& state, std::span<const EventIndex> locals);
  Value scalar(const CorePtr& expression, EventIndex event, const StateView& state, std::span<const EventIndex> locals);

  bool key_valid(EventIndex event, const event::VerifyKey& key, std::optional<std::int64_t> now);

  std::shared_ptr<const Program> program;
  Room& room;

 private:
  struct Prepared {
    std::uint32_t sites = Node::kNone;                    // in site_values_
    std::uint32_t steps[2] = {Node::kNone, Node::kNone};  // in residuals_: asked plainly, and again in a resolution
    std::uint32_t remembered[2] = {Node::kNone, Node::kNone};    // in remembered_, for either
    std::uint32_t selection = Node::kNone, selection_count = 0;  // in selection_pool_
  };
  /// An expression of another section. One that follows from a single event is computed once an event.
  struct Lowered {
    CorePtr expression;  // kept alive: its address is the key
    std::uint32_t node = Node::kNone;
    std::uint32_t local = Node::kNone;  // the event that it follows from; kNone: it does not
    std::vector<Value> values;          // by event
    std::vector<std::uint8_t> asked;
  };
  using LoweredMap = std::unordered_map<const Core*, Lowered>;
  struct CachedEvent {
    std::uint32_t call = 0;
    EventIndex event;
  };
  struct CachedValue {
    std::uint32_t call = 0;
    Value value;
  };
  using Steps = std::vector<Step>;
  /// A step as it runs. Without a test it holds.
  struct Running {
    struct Way {
      TestFunction run = nullptr;
      const std::uint32_t* operands = nullptr;
    };
    Step::Kind kind = Step::Kind::kWhen;
    std::uint32_t rule = Node::kNone;
    std::uint32_t target = 0;
    Way fast, noting;
  };
  /// What is left of the rules for some events. A decision by it follows from the entries of these sites, and from who
  /// is rejected, if it can be remembered.
  struct Residual {
    std::vector<Running> steps;
    std::vector<std::uint32_t> sites;
    bool memorable = true;
  };
  /// The last decision on an event, and the entries from which it followed: as many as its residual has sites.
  struct Remembered {
    std::uint64_t rejections = 0;
    std::uint32_t first = 0;  // in remembered_entries_
    Decision decision;
  };

  // prepare.cpp: once an expression, once an event.
  void bind();
  Frame frame_of(EventIndex event, const StateView* view, bool outer);
  std::uint32_t prepare(EventIndex event);
  std::uint32_t residual(EventIndex event, bool recheck);
  std::uint32_t remains(std::uint32_t condition, const Frame& frame);
  Residual residual_of(const Steps& steps) const;
  void select(EventIndex event);
  Lowered& lowered(LoweredMap& cache, const CorePtr& expression, bool as_key);
  Value ask(Lowered& of, EventIndex event, const StateView& state, std::span<const EventIndex> locals);
  void begin(ReadLog* reads) {
    reads_ = reads;
    if (++call_ == 0) forget();
  }
  void forget();
  void enter(std::uint32_t node, std::span<const EventIndex> locals);

  // evaluate.cpp
  Decision run(const Residual& left, const Frame& frame);
  void look_up(const Residual& left, const Frame& frame);
  Decision run_unless_remembered(const Residual& left, const Frame& frame, std::uint32_t& place);
  // Constants, cached slots and the frame's event are answered in place: most of what rules ask for is one of these.
  Value value(std::uint32_t at, const Frame& frame) {
    const Node& node = code_.nodes[at];
    return node.op <= Op::kLiteral ? Value::of(node.number) : compute(at, frame);
  }
  EventIndex event_of(std::uint32_t at, const Frame& frame) {
    const Node& node = code_.nodes[at];
    if (node.op == Op::kSite) {
      const CachedEvent& cached = slots_[node.a];
      return frame.outer && cached.call == call_ ? cached.event : site(node, frame);
    }
    return node.op == Op::kThisEvent ? frame.event : compute(at, frame).event();
  }
  Value compute(std::uint32_t node, const Frame& frame);
  bool truth(std::uint32_t node, const Frame& frame);
  Value field(const Node& node, const Frame& frame);
  Value member(EventIndex event, EventMember member) const;
  Value column(EventIndex event, std::uint32_t column) const;
  Value entry_of(const Cell& map, StringId key) const;
  const Cell* cell_of(std::uint32_t column_node, const Frame& frame);
  Value map_entry(const Node& node, const Frame& frame);
  Value given(const Node& node, const Frame& frame);
  Value choose(std::uint32_t node, const Frame& frame);
  EventIndex site(const Node& node, const Frame& frame);
  EventIndex slot(StringId type, StringId state_key, const Frame& frame);
  EventIndex list_slot(const Node& node, const Frame& frame);
  EventIndex event_by_id(const Node& node, const Frame& frame);

  // texts.cpp: functions of strings, remembered by string.
  Value server(StringId text);
  Value opaque(StringId text);
  Value prefix(const Node& node, const Frame& frame);
  Value concatenate(StringId a, StringId b);
  bool matches(StringId text, std::uint32_t identifier);
  bool recognised(StringId version);
  bool oracle(const Node& node, const Frame& frame);

  // domains.cpp
  bool each(std::uint32_t domain, const Frame& frame, Visit visit);
  bool each_family(const Node& node, const Frame& frame, Visit visit);
  bool each_member(std::uint32_t domain, const Frame& frame, Visit visit);
  bool each_level(const Node& node, const Frame& frame, Visit visit);
  bool each_change(const Node& node, const Frame& frame, Visit visit);
  template <class Visitor>
  bool visit_changes(EventIndex before, EventIndex after, std::span<const std::uint32_t> columns,
                     const Visitor& visit) const;
  std::span<const EventIndex> edges(const Node& node, const Frame& frame);
  std::vector<EventIndex> rivals(std::span<const EventIndex> list) const;
  /// True if `body` is `wanted` for a member of the domain; `locals`: where the bound names stand.
  bool any(std::uint32_t domain, std::uint32_t body, std::uint32_t locals, bool wanted, const Frame& frame);
  bool contains(std::uint32_t set, const Value& wanted, const Frame& frame);
  Value count(std::uint32_t node, const Frame& frame);

  Oracles oracles_;
  Code code_;
  EdgeField auth_events_ = 0;
  bool has_auth_events_ = false;
  std::vector<StringId> literals_;
  std::size_t bound_ = 0;  // nodes that hold the room's strings
  std::vector<std::uint8_t> column_is_text_, column_is_map_, column_is_list_;
  std::vector<StringId> column_names_;

  std::vector<Prepared> prepared_;
  std::vector<std::uint32_t> site_values_;
  std::vector<KeyIndex> selection_pool_;
  std::vector<Residual> residuals_;
  std::map<Steps, std::uint32_t> known_residuals_;
  std::vector<Remembered> remembered_;
  std::vector<EventIndex> remembered_entries_;

  std::uint32_t call_ = 0;
  std::vector<CachedEvent> slots_;  // by site
  std::vector<CachedValue> memos_;
  std::vector<Value> locals_;
  Value change_name_;  // of the change that `each_change` reports
  ReadLog* reads_ = nullptr;
  std::array<Value, 3> key_facts_;  // by KeyFact
  std::uint32_t key_valid_ = Node::kNone;

  std::vector<std::uint32_t> servers_, opaques_;      // by string
  std::vector<std::vector<std::uint32_t>> prefixes_;  // by memo, string
  std::vector<std::vector<std::uint8_t>> matches_;    // by identifier, string
  std::vector<std::uint8_t> recognised_;              // by string
  LoweredMap booleans_, scalars_;
};

inline Value Evaluator::Data::member(EventIndex e, EventMember member) const {
  switch (member) {
    case EventMember::kType:
      return Value::of(room.type(e));
    case EventMember::kSender:
      return Value::of(room.sender(e));
    case EventMember::kRoomId:
      return Value::of(room.room_id(e));
    case EventMember::kStateKey:
      return Value::of(room.state_key(e));
    case EventMember::kEventId:
      return Value::of(room.event_id(e));
    case EventMember::kOriginServerTs:
      return Value::of(room.origin_server_ts(e));
    case EventMember::kDepth:
      return Value::of(room.depth(e));
    case EventMember::kRejected:
      return Value::of(std::int64_t{room.rejected(e) ? 1 : 0});
  }
  return {};
}

// The entry's own status: an entry of the wrong type hides no other.
inline Value Evaluator::Data::entry_of(const Cell& map, StringId key) const {
  const auto entries = room.entries(map);
  const auto at = std::lower_bound(entries.begin(), entries.end(), key,
                                   [](const graph::MapEntry& entry, StringId wanted) { return entry.key < wanted; });
  if (at == entries.end() || at->key != key) return {};
  return {at->number, at->status, false, at->beyond_double};
}

// Calls visit(name, old, new) for the fields and map entries that differ between two contents, until it says true.
// Values are compared as parsed: two that are ill-typed are no change.
template <class Visitor>
bool Evaluator::Data::visit_changes(EventIndex before, EventIndex after, std::span<const std::uint32_t> columns,
                                    const Visitor& visit) const {
  using graph::MapEntry;
  const auto value_of = [](const MapEntry& entry) {
    return Value{entry.number, entry.status, false, entry.beyond_double};
  };
  const auto report = [&](StringId name, const Value& old, const Value& now) {
    const bool changed = old.status != now.status || (old.ok() && old.number != now.number);
    return changed && visit(name, old, now);
  };
  for (const std::uint32_t at : columns) {
    const graph::ColumnIndex column_index{at};
    if (column_is_map_[at] == 0) {
      const Value old = before.valid() ? column(before, at) : Value{};
      const Value now = after.valid() ? column(after, at) : Value{};
      if (report(column_names_[at], old, now)) return true;
      continue;
    }
    // Both sides are sorted by key: a merge meets each key once.
    const std::span<const MapEntry> left =
        before.valid() ? room.entries(room.cell(before, column_index)) : std::span<const MapEntry>{};
    const std::span<const MapEntry> right =
        after.valid() ? room.entries(room.cell(after, column_index)) : std::span<const MapEntry>{};
    for (std::size_t l = 0, r = 0; l < left.size() || r < right.size();) {
      const bool take_left = r == right.size() || (l < left.size() && left[l].key <= right[r].key);
      const bool take_right = l == left.size() || (r < right.size() && right[r].key <= left[l].key);
      const StringId key = take_left ? left[l].key : right[r].key;
      const Value old = take_left ? value_of(left[l++]) : Value{};
      const Value now = take_right ? value_of(right[r++]) : Value{};
      if (report(key, old, now)) return true;
    }
  }
  return false;
}

}  // namespace stateroom::rules
