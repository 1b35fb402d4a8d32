// What quantifiers and `for each` go over, and membership in sets.
#include <algorithm>

#include "model/rules/machine.h"

namespace stateroom::rules {

using graph::MapEntry;

std::span<const EventIndex> Evaluator::Data::edges(const Node& node, const Frame& frame) {
  const EventIndex event = event_of(node.a, frame);
  if (!event.valid()) return {};
  return room.cited(node.b, event);
}

// Members that share a key with another position of the list; an unknown event has no key.
std::vector<EventIndex> Evaluator::Data::rivals(std::span<const EventIndex> list) const {
  std::vector<KeyIndex> keys;
  for (const EventIndex e : list) {
    if (e.valid() && room.key(e).valid()) keys.push_back(room.key(e));
  }
  std::sort(keys.begin(), keys.end());
  std::vector<KeyIndex> shared;
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (keys[i] == keys[i - 1]) shared.push_back(keys[i]);
  }
  std::vector<EventIndex> out;
  for (const EventIndex e : list) {
    if (e.valid() && std::binary_search(shared.begin(), shared.end(), room.key(e))) out.push_back(e);
  }
  return out;
}

bool Evaluator::Data::each(std::uint32_t domain, const Frame& frame, Visit visit) {
  const Node node = code_.nodes[domain];
  if (node.op == Op::kEdges) {
    return std::ranges::any_of(edges(node, frame), [&](EventIndex e) { return visit(Value::of(e)); });
  }
  if (node.op == Op::kRivals) {
    return std::ranges::any_of(rivals(edges(code_.nodes[node.a], frame)),
                               [&](EventIndex e) { return visit(Value::of(e)); });
  }
  if (node.op == Op::kFamily) return each_family(node, frame, visit);
  if (node.op == Op::kLevels) return each_level(node, frame, visit);
  if (node.op == Op::kChanges) return each_change(node, frame, visit);
  if (node.op == Op::kUnion) return each(node.a, frame, visit) || each(node.b, frame, visit);
  if (node.op == Op::kMeet || node.op == Op::kMinus) {
    return each(node.a, frame, [&](const Value& first, const Value& second) {
      return contains(node.b, first, frame) == (node.op == Op::kMeet) && visit(first, second);
    });
  }
  return each_member(domain, frame, visit);
}

bool Evaluator::Data::each_member(std::uint32_t domain, const Frame& frame, Visit visit) {
  const Node node = code_.nodes[domain];
  if (node.op == Op::kColumn) {
    const Cell& cell = *cell_of(domain, frame);
    if (column_is_map_[node.b] != 0) {
      return std::ranges::any_of(room.entries(cell), [&](const MapEntry& entry) {
        return visit(Value::of(entry.key), Value{entry.number, entry.status, false, entry.beyond_double});
      });
    }
    if (column_is_list_[node.b] == 0 || cell.status != CellStatus::kValue) return false;
    return std::ranges::any_of(room.strings_of(cell), [&](StringId text) { return visit(Value::of(text)); });
  }
  base::require(node.op == Op::kLeaves || node.op == Op::kStringSet, "a quantifier goes over a domain");
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(node.number); ++i) {
    const Value member = value(code_.extra[node.c + i], frame);
    // A set leaves out what is missing; an explicit list asks for each of its places.
    if (node.op == Op::kStringSet && !member.ok()) continue;
    if (visit(member)) return true;
  }
  return false;
}

// (state_key, event) for all events of a type that the frame's state has.
bool Evaluator::Data::each_family(const Node& node, const Frame& frame, Visit visit) {
  const auto [first, last] = room.keys_of_type(literals_[node.a]);
  for (std::uint32_t at = first.value(); at < last.value(); ++at) {
    const KeyIndex key{at};
    const EventIndex event = entry(frame, key);
    if (!event.valid()) continue;
    if (reads_ != nullptr) {
      reads_->reads.emplace_back(code_.literals[node.a], room.strings().text(room.key_state_key(key)));
    }
    if (visit(Value::of(room.key_state_key(key)), Value::of(event))) return true;
  }
  return false;
}

bool Evaluator::Data::each_level(const Node& node, const Frame& frame, Visit visit) {
  const EventIndex event = event_of(node.a, frame);
  if (!event.valid()) return false;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(node.number); ++i) {
    const std::uint32_t at = code_.extra[node.c + i];
    if (column_is_map_[at] == 0) {
      if (visit(column(event, at))) return true;
      continue;
    }
    for (const MapEntry& entry : room.entries(room.cell(event, graph::ColumnIndex{at}))) {
      if (visit(Value{entry.number, entry.status, false, entry.beyond_double})) return true;
    }
  }
  return false;
}

// Of three bound names the third is passed through the local of the quantifier: see `any`.
bool Evaluator::Data::each_change(const Node& node, const Frame& frame, Visit visit) {
  const EventIndex before = value(node.a, frame).event();
  const EventIndex after = value(node.b, frame).event();
  const std::span columns(code_.extra.data() + node.c, static_cast<std::size_t>(node.number));
  return visit_changes(before, after, columns, [&](StringId name, const Value& old, const Value& now) {
    change_name_ = Value::of(name);
    return visit(old, now);
  });
}

bool Evaluator::Data::any(std::uint32_t domain, std::uint32_t body, std::uint32_t locals, bool wanted,
                          const Frame& frame) {
  const std::uint32_t first = code_.extra[locals];
  const std::uint32_t second = code_.extra[locals + 1];
  const std::uint32_t third = code_.extra[locals + 2];
  const bool changes = code_.nodes[domain].op == Op::kChanges;
  return each(domain, frame, [&](const Value& a, const Value& b) {
    const Value* values[3] = {&a, &b, &b};
    if (changes) {
      values[0] = &change_name_;
      values[1] = &a;
    }
    const std::uint32_t places[3] = {first, second, third};
    for (int i = 0; i < 3; ++i) {
      if (places[i] != Node::kNone) locals_[places[i]] = *values[i];
    }
    return body == Node::kNone ? wanted : truth(body, frame) == wanted;
  });
}

bool Evaluator::Data::contains(std::uint32_t set, const Value& wanted, const Frame& frame) {
  if (!wanted.ok()) return false;
  const Node& node = code_.nodes[set];
  if (node.op == Op::kUnion) return contains(node.a, wanted, frame) || contains(node.b, wanted, frame);
  if (node.op == Op::kMeet) return contains(node.a, wanted, frame) && contains(node.b, wanted, frame);
  if (node.op == Op::kMinus) return contains(node.a, wanted, frame) && !contains(node.b, wanted, frame);
  if (node.op == Op::kStringSet) {
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(node.number); ++i) {
      if (equal(value(code_.extra[node.c + i], frame), wanted)) return true;
    }
    return false;
  }
  return each(set, frame, [&](const Value& member, const Value&) { return equal(member, wanted); });
}

// How many positions a list has, members a map, values a set.
Value Evaluator::Data::count(std::uint32_t at, const Frame& frame) {
  const Node node = code_.nodes[at];
  if (node.op == Op::kEdges) return Value::of(static_cast<std::int64_t>(edges(node, frame).size()));
  if (node.op == Op::kColumn) {
    const Cell& cell = *cell_of(at, frame);
    return cell.status == CellStatus::kValue ? Value::of(std::int64_t{cell.count}) : Value{};
  }
  std::int64_t members = 0;
  each(at, frame, [&](const Value&, const Value&) {
    ++members;
    return false;
  });
  return Value::of(members);
}

}  // namespace stateroom::rules
