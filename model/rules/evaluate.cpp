// Runs the steps of the rules and the nodes of expressions.
#include <algorithm>
#include <limits>

#include "model/rules/machine.h"

namespace stateroom::rules {

Decision Evaluator::Data::run(const Residual& left, const Frame& frame) {
  const bool notes = reads_ != nullptr;
  const std::size_t count = left.steps.size();
  for (std::size_t at = 0; at < count;) {
    const Running& step = left.steps[at];
    const Running::Way& way = notes ? step.noting : step.fast;
    const bool holds = way.run == nullptr || way.run(*this, frame, way.operands);
    switch (step.kind) {
      case Step::Kind::kWhen:
        at = holds ? at + 1 : step.target;
        continue;
      case Step::Kind::kSkip:
        at = holds ? step.target : at + 1;
        continue;
      case Step::Kind::kAllow:
        if (holds) return {true, RuleIndex{step.rule}};
        break;
      case Step::Kind::kReject:
      case Step::Kind::kEach:
        if (holds) return {false, RuleIndex{step.rule}};
        break;
      case Step::Kind::kIff:
        return {holds, RuleIndex{step.rule}};
    }
    ++at;
  }
  base::require(false, "the last rule decides without a condition");
  return {};
}

// The slots that the rules may read, before they run.
void Evaluator::Data::look_up(const Residual& left, const Frame& frame) {
  const std::uint32_t* keys = site_values_.data() + frame.sites;
  if (frame.view->kind != StateView::Kind::kState) {
    for (const std::uint32_t site : left.sites) slots_[site] = {call_, entry(frame, KeyIndex{keys[site]})};
    return;
  }
  const StateStore& store = *frame.view->store;
  for (const std::uint32_t site : left.sites) {
    const KeyIndex key{keys[site]};
    slots_[site] = {call_, key.valid() ? store.get(frame.view->state, key) : EventIndex::none()};
  }
}

// Reads the entries first: if all are those of the last time, the decision is the last one's.
Decision Evaluator::Data::run_unless_remembered(const Residual& left, const Frame& frame, std::uint32_t& place) {
  const bool fresh = place == Node::kNone;
  if (fresh) {
    place = static_cast<std::uint32_t>(remembered_.size());
    remembered_.push_back({0, static_cast<std::uint32_t>(remembered_entries_.size()), {}});
    remembered_entries_.resize(remembered_entries_.size() + left.sites.size());
  }
  look_up(left, frame);
  Remembered& last = remembered_[place];
  bool same = !fresh && last.rejections == room.rejections();
  EventIndex* entries = remembered_entries_.data() + last.first;
  for (const std::uint32_t site : left.sites) {
    same = same && *entries == slots_[site].event;
    *entries++ = slots_[site].event;
  }
  if (same) return last.decision;
  last.rejections = room.rejections();
  last.decision = run(left, frame);
  return last.decision;
}

EventIndex Evaluator::Data::entry(const Frame& frame, KeyIndex key) const {
  if (!key.valid()) return EventIndex::none();
  const StateView& view = *frame.view;
  switch (view.kind) {
    case StateView::Kind::kState:
      return view.store->get(view.state, key);
    case StateView::Kind::kWork: {
      const EventIndex event = view.work->get(key);
      if (event.valid() || !view.fallback || !has_auth_events_ || !frame.event.valid()) return event;
      for (const EventIndex cited : room.cited(auth_events_, frame.event)) {
        if (cited.valid() && room.key(cited) == key && !room.rejected(cited)) return cited;
      }
      return EventIndex::none();
    }
    case StateView::Kind::kList:
      for (const EventIndex listed : view.list) {
        if (listed.valid() && room.key(listed) == key) return listed;
      }
      return EventIndex::none();
  }
  return EventIndex::none();
}

EventIndex Evaluator::Data::slot(StringId type, StringId state_key, const Frame& frame) {
  if (!state_key.valid()) return EventIndex::none();
  if (reads_ != nullptr) reads_->reads.emplace_back(room.strings().text(type), room.strings().text(state_key));
  return entry(frame, room.find_key(type, state_key));
}

EventIndex Evaluator::Data::site(const Node& node, const Frame& frame) {
  if (frame.sites == Node::kNone) return EventIndex::none();
  const std::uint32_t found = site_values_[frame.sites + node.a];
  CachedEvent& cached = slots_[node.a];
  if ((node.reads & kReadsById) != 0) {
    if (frame.outer) cached = {call_, EventIndex{found}};
    return EventIndex{found};
  }
  if (frame.outer && cached.call == call_) return cached.event;
  if (reads_ != nullptr) {
    const Site& place = code_.sites[node.a];
    const StringId key = value(place.key, frame).string();
    if (key.valid()) reads_->reads.emplace_back(code_.literals[place.type], room.strings().text(key));
  }
  const EventIndex event = entry(frame, KeyIndex{found});
  if (frame.outer) cached = {call_, event};
  return event;
}

EventIndex Evaluator::Data::list_slot(const Node& node, const Frame& frame) {
  const StringId state_key = value(node.c, frame).string();
  if (!state_key.valid()) return EventIndex::none();
  const KeyIndex key = room.find_key(literals_[node.b], state_key);
  if (!key.valid()) return EventIndex::none();
  for (const EventIndex listed : edges(code_.nodes[node.a], frame)) {
    if (listed.valid() && room.key(listed) == key) return listed;
  }
  return EventIndex::none();
}

EventIndex Evaluator::Data::event_by_id(const Node& node, const Frame& frame) {
  const StringId id = value(node.b, frame).string();
  const EventIndex event = id.valid() ? room.find(id) : EventIndex::none();
  if (event.valid() && node.a != Node::kNone && room.type(event) != literals_[node.a]) return EventIndex::none();
  return event;
}

Value Evaluator::Data::field(const Node& node, const Frame& frame) {
  const EventIndex e = event_of(node.a, frame);
  return e.valid() ? member(e, static_cast<EventMember>(node.b)) : Value{};
}

Value Evaluator::Data::column(EventIndex event, std::uint32_t column) const {
  if (!event.valid()) return {};
  const Cell& cell = room.cell(event, graph::ColumnIndex{column});
  return {column_is_text_[column] != 0 ? std::int64_t{cell.first} : cell.number, cell.status, false,
          cell.beyond_double};
}

const Cell* Evaluator::Data::cell_of(std::uint32_t column_node, const Frame& frame) {
  static constexpr Cell kNoCell{};
  const Node& node = code_.nodes[column_node];
  const EventIndex event = event_of(node.a, frame);
  return event.valid() ? &room.cell(event, graph::ColumnIndex{node.b}) : &kNoCell;
}

Value Evaluator::Data::map_entry(const Node& node, const Frame& frame) {
  const StringId key = value(node.b, frame).string();
  return key.valid() ? entry_of(*cell_of(node.a, frame), key) : Value{};
}

// Another event and, as the state, a list of events: what the call remembers belongs to the outer event and is left
// alone.
Value Evaluator::Data::given(const Node& node, const Frame& frame) {
  const EventIndex event = value(node.b, frame).event();
  if (!event.valid()) return {};
  const StateView view = StateView::of(edges(code_.nodes[node.c], frame));
  return value(node.a, frame_of(event, &view, false));
}

Value Evaluator::Data::choose(std::uint32_t at, const Frame& frame) {
  const Node node = code_.nodes[at];
  const bool remembered = node.number != 0 && frame.outer;
  if (remembered && memos_[static_cast<std::size_t>(node.number - 1)].call == call_) {
    return memos_[static_cast<std::size_t>(node.number - 1)].value;
  }
  Value result;
  if (node.op == Op::kIf) {
    result = value(truth(node.a, frame) ? node.b : node.c, frame);
  } else {
    result = value(node.a, frame);
    if (!result.ok()) result = value(node.b, frame);
  }
  if (remembered) memos_[static_cast<std::size_t>(node.number - 1)] = {call_, result};
  return result;
}

Value Evaluator::Data::compute(std::uint32_t at, const Frame& frame) {
  const Node& node = code_.nodes[at];
  switch (node.op) {
    case Op::kNumber:
    case Op::kLiteral:
      return Value::of(node.number);
    case Op::kInfinite:
      return {0, CellStatus::kValue, true, false};
    case Op::kThisEvent:
      return Value::of(frame.event);
    case Op::kLocal:
      return locals_[node.a];
    case Op::kLet:
      locals_[node.a] = value(node.b, frame);
      return value(node.c, frame);
    case Op::kField:
      return field(node, frame);
    case Op::kColumn:
      return column(event_of(node.a, frame), node.b);
    case Op::kMapEntry:
      return map_entry(node, frame);
    case Op::kSite:
      return Value::of(site(node, frame));
    case Op::kSlot:
      return Value::of(slot(literals_[node.a], value(node.b, frame).string(), frame));
    case Op::kEventById:
      return Value::of(event_by_id(node, frame));
    case Op::kListSlot:
      return Value::of(list_slot(node, frame));
    case Op::kIf:
    case Op::kDefault:
      return choose(at, frame);
    case Op::kServer:
      return server(value(node.a, frame).string());
    case Op::kOpaque:
      return opaque(value(node.a, frame).string());
    case Op::kSize: {
      const StringId text = value(node.a, frame).string();
      return text.valid() ? Value::of(static_cast<std::int64_t>(room.strings().text(text).size())) : Value{};
    }
    case Op::kPrefix:
      return prefix(node, frame);
    case Op::kConcatenate:
      return concatenate(value(node.a, frame).string(), value(node.b, frame).string());
    case Op::kPlus: {
      const Value a = value(node.a, frame);
      const Value b = value(node.b, frame);
      if (!a.ok() || !b.ok()) return {};
      Value sum{0, CellStatus::kValue, a.infinite || b.infinite, false};
      if (__builtin_add_overflow(a.number, b.number, &sum.number)) {
        sum.number = a.number < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
      }
      return sum;
    }
    case Op::kCount:
      return count(node.a, frame);
    case Op::kIdRank:
    case Op::kSha1Rank: {
      const EventIndex e = event_of(node.a, frame);
      if (!e.valid()) return {};
      return Value::of(static_cast<std::int64_t>(node.op == Op::kIdRank ? room.id_rank(e) : room.sha1_rank(e)));
    }
    case Op::kKeyFact:
      return key_facts_[node.a];
    case Op::kGiven:
      return given(node, frame);
    case Op::kPresent:
    case Op::kAbsent:
    case Op::kIllTyped:
    case Op::kIsValue:
    case Op::kBeyondDouble:
    case Op::kIsEmpty:
    case Op::kMatches:
    case Op::kRecognised:
    case Op::kEqual:
    case Op::kNotEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kGreater:
    case Op::kGreaterEqual:
    case Op::kIn:
    case Op::kStartsWith:
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
    case Op::kAny:
    case Op::kAll:
    case Op::kNo:
    case Op::kSelected:
    case Op::kSignedBy:
    case Op::kSignedWith:
    case Op::kVerifies:
      return Value::of(std::int64_t{truth(at, frame) ? 1 : 0});
    case Op::kEdges:
    case Op::kRivals:
    case Op::kFamily:
    case Op::kChanges:
    case Op::kLevels:
    case Op::kLeaves:
    case Op::kStringSet:
    case Op::kUnion:
    case Op::kMeet:
    case Op::kMinus:
      break;
  }
  base::require(false, "a set has no value of its own");
  return {};
}

bool Evaluator::Data::truth(std::uint32_t at, const Frame& frame) {
  const Node& node = code_.nodes[at];
  switch (node.op) {
    case Op::kPresent:
      return value(node.a, frame).status != CellStatus::kAbsent;
    case Op::kAbsent:
      return value(node.a, frame).status == CellStatus::kAbsent;
    case Op::kIllTyped:
      return value(node.a, frame).status == CellStatus::kIllTyped;
    case Op::kIsValue:
      return value(node.a, frame).ok();
    case Op::kBeyondDouble:
      return value(node.a, frame).beyond_double;
    case Op::kIsEmpty: {
      const Value members = count(node.a, frame);
      return members.ok() && members.number == 0;
    }
    case Op::kMatches:
      return matches(value(node.a, frame).string(), node.b);
    case Op::kRecognised:
      return recognised(value(node.a, frame).string());
    case Op::kEqual:
      return equal(value(node.a, frame), value(node.b, frame));
    case Op::kNotEqual:
      return !equal(value(node.a, frame), value(node.b, frame));
    case Op::kLess:
      return less(value(node.a, frame), value(node.b, frame));
    case Op::kGreater:
      return less(value(node.b, frame), value(node.a, frame));
    case Op::kLessEqual: {
      const Value a = value(node.a, frame);
      const Value b = value(node.b, frame);
      return a.ok() && b.ok() && !less(b, a);
    }
    case Op::kGreaterEqual: {
      const Value a = value(node.a, frame);
      const Value b = value(node.b, frame);
      return a.ok() && b.ok() && !less(a, b);
    }
    case Op::kIn:
      return contains(node.b, value(node.a, frame), frame);
    case Op::kStartsWith: {
      const StringId text = value(node.a, frame).string();
      return text.valid() && room.strings().text(text).starts_with(code_.literals[node.b]);
    }
    case Op::kAnd:
      return truth(node.a, frame) && truth(node.b, frame);
    case Op::kOr:
      return truth(node.a, frame) || truth(node.b, frame);
    case Op::kNot:
      return !truth(node.a, frame);
    case Op::kAny:
      return any(node.a, node.b, node.c, true, frame);
    case Op::kAll:
      return !any(node.a, node.b, node.c, false, frame);
    case Op::kNo:
      return !any(node.a, node.b, node.c, true, frame);
    case Op::kSelected:
    case Op::kSignedBy:
    case Op::kSignedWith:
    case Op::kVerifies:
      return oracle(node, frame);
    case Op::kNumber:
    case Op::kLiteral:
    case Op::kInfinite:
    case Op::kThisEvent:
    case Op::kLocal:
    case Op::kLet:
    case Op::kField:
    case Op::kColumn:
    case Op::kMapEntry:
    case Op::kSite:
    case Op::kSlot:
    case Op::kEventById:
    case Op::kListSlot:
    case Op::kIf:
    case Op::kDefault:
    case Op::kServer:
    case Op::kOpaque:
    case Op::kSize:
    case Op::kPrefix:
    case Op::kConcatenate:
    case Op::kPlus:
    case Op::kCount:
    case Op::kIdRank:
    case Op::kSha1Rank:
    case Op::kKeyFact:
    case Op::kGiven:
    case Op::kEdges:
    case Op::kRivals:
    case Op::kFamily:
    case Op::kChanges:
    case Op::kLevels:
    case Op::kLeaves:
    case Op::kStringSet:
    case Op::kUnion:
    case Op::kMeet:
    case Op::kMinus:
      break;
  }
  const Value result = value(at, frame);
  return result.ok() && result.number != 0;
}

}  // namespace stateroom::rules
