#include <algorithm>

#include "model/rules/code.h"

namespace stateroom::rules {

namespace {

constexpr std::uint32_t kNone = Node::kNone;

[[noreturn]] void unsupported(const Core& core) {
  base::require(false,
                "an expression that is no value was asked for as one, in line " + std::to_string(core.location.line));
  std::abort();
}

Node node_of(Op op, std::uint32_t a = kNone, std::uint32_t b = kNone, std::uint32_t c = kNone, std::int64_t number = 0,
             std::uint8_t reads = 0) {
  Node node;
  node.op = op;
  node.a = a;
  node.b = b;
  node.c = c;
  node.number = number;
  node.reads = reads;
  return node;
}

EventMember member_of(const std::string& name) {
  if (name == "type") return EventMember::kType;
  if (name == "sender") return EventMember::kSender;
  if (name == "room_id") return EventMember::kRoomId;
  if (name == "state_key") return EventMember::kStateKey;
  if (name == "event_id") return EventMember::kEventId;
  if (name == "origin_server_ts") return EventMember::kOriginServerTs;
  if (name == "depth") return EventMember::kDepth;
  base::require(name == "rejected", "no member of events is called " + name);
  return EventMember::kRejected;
}

}  // namespace

bool is_text(const event::ValueType& type) {
  using Base = event::ValueType::Base;
  return type.base == Base::kString || type.base == Base::kIdentifier;
}

bool is_text(const graph::Column& column) {
  return is_text(column.type) && std::ranges::find(column.path, "*") == column.path.end();
}

Code::Code(const CoreVersion& version) : version_(&version) { edge_fields = version.format.edge_fields; }

Code::Known& Code::changed() {
  if (known_.use_count() > 1) known_ = std::make_shared<Known>(*known_);
  return *known_;
}

std::uint32_t Code::literal(const std::string& text) {
  if (const auto at = known_->literals.find(text); at != known_->literals.end()) return at->second;
  const auto number = static_cast<std::uint32_t>(literals.size());
  changed().literals.emplace(text, number);
  literals.push_back(text);
  return number;
}

std::uint32_t Code::add(Node node, const Places& children, const Places& bound) {
  Places open;
  Places read;
  for (const std::uint32_t child : children) {
    if (child == kNone) continue;
    node.reads = static_cast<std::uint8_t>(node.reads | nodes[child].reads);
    open.insert(open.end(), known_->free[child].begin(), known_->free[child].end());
    read.insert(read.end(), known_->sites_read[child].begin(), known_->sites_read[child].end());
  }
  if (node.op == Op::kSite && !sites[node.a].by_id) read.push_back(node.a);
  std::sort(read.begin(), read.end());
  read.erase(std::unique(read.begin(), read.end()), read.end());
  if (node.op == Op::kLocal) open.push_back(node.a);
  std::sort(open.begin(), open.end());
  open.erase(std::unique(open.begin(), open.end()), open.end());
  std::erase_if(open, [&](std::uint32_t local) { return std::ranges::find(bound, local) != bound.end(); });
  const int without_local = node.reads & ~kReadsLocal;
  node.reads = static_cast<std::uint8_t>(open.empty() ? without_local : without_local | kReadsLocal);

  // kIf and kDefault get a memo when they are met again; it is no part of their shape.
  const bool shared = node.op == Op::kIf || node.op == Op::kDefault;
  const Shape shape{node.op, node.a, node.b, node.c, node.number};
  const auto at = known_->nodes.find(shape);
  if (at == known_->nodes.end()) {
    Known& known = changed();
    known.nodes.emplace(shape, static_cast<std::uint32_t>(nodes.size()));
    known.free.push_back(std::move(open));
    known.sites_read.push_back(std::move(read));
    nodes.push_back(node);
    return static_cast<std::uint32_t>(nodes.size() - 1);
  }
  if (shared && nodes[at->second].number == 0 && (nodes[at->second].reads & kReadsLocal) == 0)
    nodes[at->second].number = ++memos;
  return at->second;
}

bool Code::begins_decided(std::uint32_t condition) const {
  const Node& node = nodes[condition];
  const bool has_parts = node.op == Op::kAnd || node.op == Op::kOr || node.op == Op::kIf;
  return has_parts && decided_by_event(nodes[node.a].reads);
}

std::vector<std::uint32_t> Code::remains(std::uint32_t condition) const {
  std::vector<std::uint32_t> out, open{condition};
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    if (begins_decided(at)) {
      open.push_back(nodes[at].b);
      if (nodes[at].op == Op::kIf) open.push_back(nodes[at].c);
    } else {
      out.push_back(at);
    }
  }
  return out;
}

std::uint32_t Code::places(const Places& values) {
  if (const auto at = known_->places.find(values); at != known_->places.end()) return at->second;
  const auto place = static_cast<std::uint32_t>(extra.size());
  changed().places.emplace(values, place);
  extra.insert(extra.end(), values.begin(), values.end());
  return place;
}

std::uint32_t Code::unary(Op op, const Core& core) {
  const std::uint32_t a = lower(*core.args.at(0));
  return add(node_of(op, a), {a});
}

std::uint32_t Code::binary(Op op, const Core& core) {
  const std::uint32_t a = lower(*core.args.at(0));
  const std::uint32_t b = lower(*core.args.at(1));
  return add(node_of(op, a, b), {a, b});
}

std::uint32_t Code::many(Op op, const std::vector<CorePtr>& values) {
  Places lowered;
  for (const CorePtr& value : values) lowered.push_back(lower(*value));
  return add(node_of(op, kNone, kNone, places(lowered), static_cast<std::int64_t>(lowered.size())), lowered);
}

std::uint32_t Code::edge_field(const std::string& name) const {
  const auto at = std::ranges::find(edge_fields, name);
  base::require(at != edge_fields.end(), "no edge field is called " + name);
  return static_cast<std::uint32_t>(at - edge_fields.begin());
}

std::uint32_t Code::lower_constant(const Core& core) {
  if (core.kind == CoreKind::kString) return add(node_of(Op::kLiteral, literal(core.text)), {});
  if (core.kind == CoreKind::kInfinite) return add(node_of(Op::kInfinite), {});
  if (core.kind == CoreKind::kThisEvent) return add(node_of(Op::kThisEvent), {});
  if (core.kind == CoreKind::kVariable) return add(node_of(Op::kLocal, static_cast<std::uint32_t>(core.number)), {});
  return add(node_of(Op::kNumber, kNone, kNone, kNone, core.number), {});
}

std::uint32_t Code::lower_read(const Core& core, bool as_key) {
  const std::uint32_t a = lower(*core.args.at(0));
  if (core.kind == CoreKind::kColumn) return add(node_of(Op::kColumn, a, static_cast<std::uint32_t>(core.number)), {a});
  if (core.kind == CoreKind::kMapEntry) {
    const std::uint32_t key = lower(*core.args.at(1));
    return add(node_of(Op::kMapEntry, a, key), {a, key});
  }
  if (core.kind == CoreKind::kEdges) {
    return add(node_of(Op::kEdges, a, edge_field(core.text), kNone, 0, kReadsEdges), {a});
  }
  const EventMember member = member_of(core.text);
  if (as_key && member == EventMember::kEventId) return add(node_of(Op::kIdRank, a), {a});
  const auto reads = static_cast<std::uint8_t>(member == EventMember::kRejected ? kReadsRejected : 0);
  return add(node_of(Op::kField, a, static_cast<std::uint32_t>(member), kNone, 0, reads), {a});
}

std::uint32_t Code::lower_slot(const Core& core) {
  const std::uint32_t type = core.text.empty() ? kNone : literal(core.text);
  if (core.kind == CoreKind::kListSlot) {
    const std::uint32_t list = lower(*core.args.at(0));
    const std::uint32_t key = lower(*core.args.at(1));
    if (nodes[list].op != Op::kEdges) unsupported(core);
    return add(node_of(Op::kListSlot, list, type, key), {list, key});
  }
  const bool by_id = core.kind == CoreKind::kEventById;
  const auto reads = static_cast<std::uint8_t>(by_id ? kReadsById : kReadsState | kReadsFrame);
  const std::uint32_t key = lower(*core.args.at(0));
  if ((nodes[key].reads & (kReadsState | kReadsById | kReadsRejected | kReadsLocal)) == 0) {
    const Site site{by_id, type, key};
    if (!known_->sites.contains(site) && sites_open) {
      changed().sites.emplace(site, static_cast<std::uint32_t>(sites.size()));
      sites.push_back(site);
    }
    if (const auto at = known_->sites.find(site); at != known_->sites.end())
      return add(node_of(Op::kSite, at->second, kNone, kNone, 0, reads), {});
  }
  const int more = by_id ? 0 : kReadsMore;
  return add(node_of(by_id ? Op::kEventById : Op::kSlot, type, key, kNone, 0, static_cast<std::uint8_t>(reads | more)),
             {key});
}

std::uint32_t Code::lower_is(const Core& core) {
  const Core& operand = *core.args.at(0);
  const std::string& what = core.text;
  if (what == "empty") {
    const std::uint32_t a = lower(operand);
    return add(node_of(Op::kIsEmpty, a), {a});
  }
  const std::uint32_t a = lower(operand);
  if (what == "present") return add(node_of(Op::kPresent, a), {a});
  if (what == "absent") return add(node_of(Op::kAbsent, a), {a});
  if (what == "ill_typed") return add(node_of(Op::kIllTyped, a), {a});
  if (what == "beyond_double") return add(node_of(Op::kBeyondDouble, a), {a});
  if (what == "recognised_version") return add(node_of(Op::kRecognised, a), {a});
  // A type. A cell was decoded by its declared type; what is left to ask of a string is an identifier's pattern.
  const TypeKind kind = operand.type.kind;
  const bool text = kind == TypeKind::kString;
  bool holds = false;
  if (version_->format.identifiers.contains(what)) {
    if (text) {
      const auto at = std::ranges::find(identifiers, what);
      const auto identifier = static_cast<std::uint32_t>(at - identifiers.begin());
      if (at == identifiers.end()) identifiers.push_back(what);
      return add(node_of(Op::kMatches, a, identifier), {a});
    }
  } else if (what == "string") {
    holds = text;
  } else if (what == "boolean") {
    holds = kind == TypeKind::kBoolean;
  } else if (what == "object") {
    holds = kind == TypeKind::kObject || kind == TypeKind::kMap;
  } else if (what == "list") {
    holds = kind == TypeKind::kList;
  } else if (what == "map") {
    holds = kind == TypeKind::kMap;
  } else {
    holds = kind == TypeKind::kLevel || kind == TypeKind::kInteger;  // "level", "integer" and their spellings
  }
  if (!holds) return add(node_of(Op::kNumber), {});
  return add(node_of(Op::kIsValue, a), {a});
}

std::uint32_t Code::lower_domain(const Core& core) {
  if (core.kind == CoreKind::kFamily) {
    return add(node_of(Op::kFamily, literal(core.text), kNone, kNone, 0, kReadsState | kReadsFrame | kReadsMore), {});
  }
  if (core.kind == CoreKind::kRivals) return unary(Op::kRivals, core);
  if (core.kind == CoreKind::kLeaves) return many(Op::kLeaves, core.args);
  if (core.kind == CoreKind::kUnion) return binary(Op::kUnion, core);
  if (core.kind == CoreKind::kMeet) return binary(Op::kMeet, core);
  if (core.kind == CoreKind::kMinus) return binary(Op::kMinus, core);
  if (core.kind != CoreKind::kChanges && core.kind != CoreKind::kLevelsOf) return many(Op::kStringSet, core.args);

  Places columns;
  for (const graph::ColumnIndex column : core.columns) columns.push_back(column.value());
  const std::uint32_t first = places(columns);
  const auto count = static_cast<std::int64_t>(columns.size());
  const std::uint32_t a = lower(*core.args.at(0));
  if (core.kind == CoreKind::kLevelsOf) return add(node_of(Op::kLevels, a, kNone, first, count), {a});
  // A change of a field is named by the field: each evaluator needs the name as a string of its room.
  for (const graph::ColumnIndex column : core.columns) literal(version_->plan[column].path.back());
  const std::uint32_t b = lower(*core.args.at(1));
  return add(node_of(Op::kChanges, a, b, first, count), {a, b});
}

std::uint32_t Code::lower_let(const Core& core) {
  const auto local = static_cast<std::uint32_t>(core.number);
  const std::uint32_t value = lower(*core.args.at(0));
  const std::uint32_t body = lower(*core.args.at(1));
  return add(node_of(Op::kLet, local, value, body), {value, body}, {local});
}

std::uint32_t Code::lower_given(const Core& core) {
  const std::uint32_t body = lower(*core.args.at(0));
  const std::uint32_t event = lower(*core.args.at(1));
  const std::uint32_t list = lower(*core.args.at(2));
  if (nodes[list].op != Op::kEdges) unsupported(core);
  const std::uint32_t at = add(node_of(Op::kGiven, body, event, list), {body, event, list});
  const int around = (nodes[event].reads | nodes[list].reads) & kReadsFrame;
  nodes[at].reads = static_cast<std::uint8_t>((nodes[at].reads & ~kReadsFrame) | around);
  return at;
}

std::uint32_t Code::lower_quantifier(Op op, const Core& core) {
  const std::uint32_t domain = lower(*core.args.at(0));
  const std::uint32_t body = lower(*core.args.at(1));
  Places bound = core.binders;
  bound.resize(3, kNone);
  return add(node_of(op, domain, body, places(bound)), {domain, body}, core.binders);
}

std::uint32_t Code::ternary(Op op, const Core& core) {
  const std::uint32_t a = lower(*core.args.at(0));
  const std::uint32_t b = lower(*core.args.at(1));
  const std::uint32_t c = lower(*core.args.at(2));
  return add(node_of(op, a, b, c), {a, b, c});
}

std::uint32_t Code::lower_oracle(const Core& core) {
  if (core.kind == CoreKind::kSelected) {
    const std::uint32_t a = lower(*core.args.at(0));
    return add(node_of(Op::kSelected, a, kNone, kNone, 0, kReadsEdges), {a});
  }
  if (core.kind == CoreKind::kSignedBy) {
    const std::uint32_t a = lower(*core.args.at(0));
    const std::uint32_t object = literal(core.text.empty() ? "signed_object" : core.text);
    return add(node_of(Op::kSignedBy, a, object, kNone, 0, kReadsMore), {a});
  }
  if (core.kind == CoreKind::kSignedWith) {
    const std::uint32_t a = lower(*core.args.at(0));
    const std::uint32_t b = lower(*core.args.at(1));
    const std::uint32_t c = lower(*core.args.at(2));
    return add(node_of(Op::kSignedWith, a, b, c, 0, kReadsMore), {a, b, c});
  }
  const std::uint32_t object = lower(*core.args.at(0));
  const std::uint32_t keys = lower(*core.args.at(1));
  // The keys stand in the content of one event of the state: the first that the set names.
  std::uint32_t holder = kNone;
  std::vector<std::uint32_t> open = {keys};
  while (!open.empty() && holder == kNone) {
    const Node node = nodes[open.back()];
    open.pop_back();
    if (node.op == Op::kColumn) {
      holder = node.a;
    } else if (node.op == Op::kUnion) {
      open.push_back(node.b);
      open.push_back(node.a);
    } else if (node.op == Op::kStringSet) {
      for (std::int64_t i = node.number; i-- > 0;) open.push_back(extra[node.c + static_cast<std::uint32_t>(i)]);
    }
  }
  return add(node_of(Op::kVerifies, object, keys, holder, 0, kReadsMore), {object, keys, holder});
}

std::uint32_t Code::lower(const Core& core, bool as_key) {
  switch (core.kind) {
    case CoreKind::kBoolean:
    case CoreKind::kString:
    case CoreKind::kInteger:
    case CoreKind::kInfinite:
    case CoreKind::kThisEvent:
    case CoreKind::kVariable:
      return lower_constant(core);
    case CoreKind::kEventField:
    case CoreKind::kColumn:
    case CoreKind::kMapEntry:
    case CoreKind::kEdges:
      return lower_read(core, as_key);
    case CoreKind::kSlot:
    case CoreKind::kEventById:
    case CoreKind::kListSlot:
      return lower_slot(core);
    case CoreKind::kIs:
      return lower_is(core);
    case CoreKind::kEqual:
      return binary(Op::kEqual, core);
    case CoreKind::kNotEqual:
      return binary(Op::kNotEqual, core);
    case CoreKind::kLess:
      return binary(Op::kLess, core);
    case CoreKind::kLessEqual:
      return binary(Op::kLessEqual, core);
    case CoreKind::kGreater:
      return binary(Op::kGreater, core);
    case CoreKind::kGreaterEqual:
      return binary(Op::kGreaterEqual, core);
    case CoreKind::kAnd:
      return binary(Op::kAnd, core);
    case CoreKind::kOr:
      return binary(Op::kOr, core);
    case CoreKind::kNot:
      return unary(Op::kNot, core);
    case CoreKind::kIf:
      return ternary(Op::kIf, core);
    case CoreKind::kLet:
      return lower_let(core);
    case CoreKind::kGiven:
      return lower_given(core);
    case CoreKind::kAny:
      return lower_quantifier(Op::kAny, core);
    case CoreKind::kAll:
      return lower_quantifier(Op::kAll, core);
    case CoreKind::kNo:
      return lower_quantifier(Op::kNo, core);
    case CoreKind::kIn:
      return binary(Op::kIn, core);
    case CoreKind::kDefault:
      return binary(Op::kDefault, core);
    case CoreKind::kServer:
      return unary(Op::kServer, core);
    case CoreKind::kOpaque:
      return unary(Op::kOpaque, core);
    case CoreKind::kSize:
      return unary(Op::kSize, core);
    case CoreKind::kPrefix:
      return ternary(Op::kPrefix, core);
    case CoreKind::kCount:
      return unary(Op::kCount, core);
    case CoreKind::kConcatenate:
      return binary(Op::kConcatenate, core);
    case CoreKind::kPlus:
      return binary(Op::kPlus, core);
    case CoreKind::kStartsWith: {
      const std::uint32_t a = lower(*core.args.at(0));
      return add(node_of(Op::kStartsWith, a, literal(core.text)), {a});
    }
    case CoreKind::kSelected:
    case CoreKind::kSignedBy:
    case CoreKind::kSignedWith:
    case CoreKind::kVerifies:
      return lower_oracle(core);
    case CoreKind::kKey:
    case CoreKind::kNow: {
      const KeyFact fact = core.kind == CoreKind::kNow ? KeyFact::kNow
                           : core.text == "expired_ts" ? KeyFact::kExpiredTs
                                                       : KeyFact::kValidUntilTs;
      return add(node_of(Op::kKeyFact, static_cast<std::uint32_t>(fact), kNone, kNone, 0, kReadsRejected | kReadsMore),
                 {});
    }
    case CoreKind::kSha1: {
      const Core& id = *core.args.at(0);
      if (!as_key || id.kind != CoreKind::kEventField || id.text != "event_id") unsupported(core);
      const std::uint32_t event = lower(*id.args.at(0));
      return add(node_of(Op::kSha1Rank, event), {event});
    }
    case CoreKind::kEmptySet:
    case CoreKind::kFamily:
    case CoreKind::kLeaves:
    case CoreKind::kStringSet:
    case CoreKind::kChanges:
    case CoreKind::kLevelsOf:
    case CoreKind::kRivals:
    case CoreKind::kUnion:
    case CoreKind::kMeet:
    case CoreKind::kMinus:
    case CoreKind::kSingleton:
      return lower_domain(core);
    case CoreKind::kNamed:
    case CoreKind::kStates:
    case CoreKind::kOverlaid:
    case CoreKind::kComprehension:
    case CoreKind::kUnionOf:
    case CoreKind::kIntersectionOf:
    case CoreKind::kDifferenceOf:
    case CoreKind::kReachable:
    case CoreKind::kBetween:
    case CoreKind::kTopological:
    case CoreKind::kSort:
    case CoreKind::kLine:
    case CoreKind::kPosition:
    case CoreKind::kApply:
    case CoreKind::kUntilRejected:
    case CoreKind::kFirstAllowed:
    case CoreKind::kStateEntry:
    case CoreKind::kResolve:
    case CoreKind::kOnly:
    case CoreKind::kSelection:
    case CoreKind::kExtremities:
    case CoreKind::kBefore:
    case CoreKind::kAllowed:
    case CoreKind::kValid:
    case CoreKind::kObjectHash:
    case CoreKind::kAtKeys:
    case CoreKind::kAdmitted:
      unsupported(core);
  }
  unsupported(core);
}

}  // namespace stateroom::rules
