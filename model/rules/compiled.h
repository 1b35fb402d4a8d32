// What conditions that were compiled into the library are made of.
//
// In:  an evaluator at work, the frame of a rule, and the condition's operands: places of slots, columns, literals.
// Out: the same values that the evaluator computes for the nodes from which the condition was written
// (test_text.h).
// Promise: a slot is read from those that `authorise` looked up before it ran the rules; what the rules' conditions
// remember for one call is remembered in the same places.
#pragma once

#include <algorithm>
#include <cstdint>

#include "model/rules/machine.h"

namespace stateroom::rules {

struct Compiled {
  using Machine = Evaluator::Data;

  static EventIndex slot(const Machine& m, std::uint32_t site) { return m.slots_[site].event; }
  static EventIndex by_id(const Machine& m, const Frame& frame, std::uint32_t site) {
    return EventIndex{m.site_values_[frame.sites + site]};
  }
  static Value literal(const Machine& m, std::uint32_t literal) { return Value::of(m.literals_[literal]); }
  static Value local(const Machine& m, std::uint32_t local) { return m.locals_[local]; }
  static Value infinite() { return {0, CellStatus::kValue, true, false}; }
  static Value truth(bool holds) { return Value::of(std::int64_t{holds ? 1 : 0}); }
  static bool is_true(const Value& value) { return value.ok() && value.number != 0; }

  template <EventMember kMember>
  static Value member(const Machine& m, EventIndex e) {
    return e.valid() ? m.member(e, kMember) : Value{};
  }
  static Value text(const Machine& m, EventIndex e, std::uint32_t column) {
    if (!e.valid()) return {};
    const Cell& cell = m.room.cell(e, graph::ColumnIndex{column});
    return {std::int64_t{cell.first}, cell.status, false, cell.beyond_double};
  }
  static Value number(const Machine& m, EventIndex e, std::uint32_t column) {
    if (!e.valid()) return {};
    const Cell& cell = m.room.cell(e, graph::ColumnIndex{column});
    return {cell.number, cell.status, false, cell.beyond_double};
  }
  static Value entry(const Machine& m, EventIndex e, std::uint32_t column, StringId key) {
    if (!e.valid() || !key.valid()) return {};
    return m.entry_of(m.room.cell(e, graph::ColumnIndex{column}), key);
  }

  template <class Otherwise>
  static Value otherwise(const Value& first, const Otherwise& second) {
    return first.ok() ? first : second();
  }
  template <class Compute>
  static Value memo(Machine& m, std::uint32_t place, const Compute& compute) {
    if (m.memos_[place].call == m.call_) return m.memos_[place].value;
    const Value value = compute();
    m.memos_[place] = {m.call_, value};
    return value;
  }
  template <class Body>
  static auto let(Machine& m, std::uint32_t local, const Value& value, const Body& body) {
    m.locals_[local] = value;
    return body();
  }
  template <class Contains>
  static bool in(const Value& wanted, const Contains& contains) {
    return wanted.ok() && contains(wanted);
  }
  static bool less_equal(const Value& a, const Value& b) { return a.ok() && b.ok() && !less(b, a); }
  static Value server(Machine& m, const Value& text) { return m.server(text.string()); }
  static bool matches(Machine& m, const Value& text, std::uint32_t identifier) {
    return m.matches(text.string(), identifier);
  }

  /// Of what is not worth compiling: the node's value as the evaluator computes it.
  static Value value(Machine& m, const Frame& frame, std::uint32_t node) { return m.value(node, frame); }
  static bool holds(Machine& m, const Frame& frame, std::uint32_t node) { return m.truth(node, frame); }

  static bool contains(Machine& m, const Frame& frame, const Value& wanted, std::uint32_t set) {
    return m.contains(set, wanted, frame);
  }

  /// Whether the body holds for a field or entry that differs between the contents of two events; `locals`: where the
  /// three bound names stand.
  template <class Body>
  static bool any_change(Machine& m, EventIndex before, EventIndex after, std::uint32_t columns, std::uint32_t count,
                         std::uint32_t locals, const Body& body) {
    const std::array<std::uint32_t, 3> places{m.code_.extra[locals], m.code_.extra[locals + 1],
                                              m.code_.extra[locals + 2]};
    const auto bind = [&](std::uint32_t place, const Value& value) {
      if (place != Node::kNone) m.locals_[place] = value;
    };
    const std::span of(m.code_.extra.data() + columns, count);
    return m.visit_changes(before, after, of, [&](StringId name, const Value& old, const Value& now) {
      bind(places[0], Value::of(name));
      bind(places[1], old);
      bind(places[2], now);
      return body();
    });
  }

  /// The tests of a step that was not compiled. Operands: a condition; a domain, a condition and its locals.
  static bool condition(Machine& m, const Frame& frame, const std::uint32_t* operands) {
    return m.truth(operands[0], frame);
  }
  static bool each(Machine& m, const Frame& frame, const std::uint32_t* operands) {
    return m.any(operands[0], operands[1], operands[2], true, frame);
  }
};

}  // namespace stateroom::rules
