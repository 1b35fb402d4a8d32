// Expressions: values and conditions.
#include <fmt/format.h>

#include <utility>

#include "model/prove/encoder.h"

namespace stateroom::prove {

using rules::CoreKind;
using rules::TypeKind;

namespace {

[[noreturn]] void unsupported(const Core& core, std::string_view what) {
  throw Unsupported(fmt::format("line {}: {}", core.location.line, what));
}

bool is_collection(const Core& core) {
  return core.kind == CoreKind::kColumn && (core.type.kind == TypeKind::kMap || core.type.kind == TypeKind::kList);
}

std::optional<std::string> prefix_of(std::string_view text, const std::string& stop, const std::string& after) {
  const std::size_t from = text.find(after);
  if (from == std::string_view::npos) return std::string(text);
  const std::size_t end = text.find(stop, from);
  return std::string(end == std::string_view::npos ? text : text.substr(0, end));
}

}  // namespace

EventRef Encoder::event(const Core& core) {
  switch (core.kind) {
    case CoreKind::kThisEvent:
      return this_event_;
    case CoreKind::kVariable: {
      const auto at = locals_.find(static_cast<std::uint32_t>(core.number));
      base::require(at != locals_.end(), "a local is read where it is bound");
      return std::get<EventRef>(at->second);
    }
    case CoreKind::kSlot: {
      const Value of = value(*core.args[0]);
      EventRef out = slot(core.text, of.text, of.bound);
      out.known = of.ok() && out.known;
      return out;
    }
    case CoreKind::kEventById: {
      // The create event that a room id names is the one that the state of the room has.
      if (core.text != "m.room.create") unsupported(core, "an event by its id, other than the create event");
      const Core& id = *core.args[0];
      const Core& named = id.kind == CoreKind::kConcatenate ? *id.args[1] : id;
      const bool selection = std::exchange(look_.selection, false);  // the view has it, whatever the state is
      EventRef out = slot(core.text, world_.literal(""));
      look_.selection = selection;
      const Core& of = named.kind == CoreKind::kOpaque ? *named.args[0] : named;
      out.known = out.known && value(of).ok();
      return out;
    }
    case CoreKind::kIf:
      return choose(truth(*core.args[0]), event(*core.args[1]), event(*core.args[2]));
    case CoreKind::kLet: {
      bind(static_cast<std::uint32_t>(core.number),
           core.args[0]->type.kind == TypeKind::kEvent ? Local(event(*core.args[0])) : Local(value(*core.args[0])));
      return event(*core.args[1]);
    }
    default:  // NOLINT: every other kind is no event, or one of a resolution
      unsupported(core, "an event that no question about one event has");
  }
}

EventRef Encoder::choose(const z3::expr&, const EventRef&, const EventRef&) {
  throw Unsupported("a choice between two events");
}

Value Encoder::choose(const z3::expr& test, const Value& yes, const Value& no) {
  Value out(world_);
  const auto either = [&](const z3::expr& a, const z3::expr& b) {
    return filled(a) && filled(b) ? z3::ite(test, a, b) : filled(a) ? a : b;
  };
  out.there = z3::ite(test, yes.there, no.there);
  out.ill = z3::ite(test, yes.ill, no.ill);
  out.infinite = z3::ite(test, yes.infinite, no.infinite);
  out.beyond = z3::ite(test, yes.beyond, no.beyond);
  out.number = either(yes.number, no.number);
  out.text = either(yes.text, no.text);
  out.truth = either(yes.truth, no.truth);
  out.bound = yes.bound || no.bound;
  return out;
}

Value Encoder::constant(const Core& core) {
  Value out(world_);
  if (core.kind == CoreKind::kBoolean) out.truth = world_.truth(core.number != 0);
  if (core.kind == CoreKind::kString) out.text = world_.literal(core.text);
  if (core.kind == CoreKind::kInteger) out.number = world_.integer(core.number);
  if (core.kind == CoreKind::kInfinite) {
    out.infinite = world_.truth(true);
    out.number = world_.integer(0);
  }
  return out;
}

Value Encoder::chosen(const Core& core) {
  if (core.kind == CoreKind::kIf) return choose(truth(*core.args[0]), value(*core.args[1]), value(*core.args[2]));
  const Value first = value(*core.args[0]);
  return choose(first.ok(), first, value(*core.args[1]));
}

Value Encoder::text_function(const Core& core) {
  const Value of = value(*core.args[0]);
  Value out(world_);
  out.there = of.ok();
  out.bound = of.bound;
  if (core.kind == CoreKind::kSize) {
    out.number = world_.size(of.text);
    return out;
  }
  World::TextFunction compute;
  std::string name;
  if (core.kind == CoreKind::kServer) {
    name = "server";
    compute = [](std::string_view text) {
      const auto part = event::server_part(text);
      return part ? std::optional(std::string(*part)) : std::nullopt;
    };
  } else if (core.kind == CoreKind::kOpaque) {
    name = "opaque";
    compute = [](std::string_view text) { return std::string(text.substr(text.empty() ? 0 : 1)); };
  } else {
    if (core.args[1]->kind != CoreKind::kString || core.args[2]->kind != CoreKind::kString)
      unsupported(core, "`prefix` up to a text that is no literal");
    const std::string stop = core.args[1]->text, after = core.args[2]->text;
    name = fmt::format("prefix to {} behind {}", stop, after);
    compute = [stop, after](std::string_view text) { return prefix_of(text, stop, after); };
  }
  const World::TextOrNot result = world_.call(name, of.text, compute);
  if (core.kind == CoreKind::kServer) {
    out.there = out.there && result.there;
  } else if (!of.bound) {
    world_.require(result.there);
  }
  out.text = result.text;
  return out;
}

Value Encoder::value(const Core& core) {
  switch (core.kind) {
    case CoreKind::kBoolean:
    case CoreKind::kString:
    case CoreKind::kInteger:
    case CoreKind::kInfinite:
      return constant(core);
    case CoreKind::kVariable: {
      const auto at = locals_.find(static_cast<std::uint32_t>(core.number));
      base::require(at != locals_.end(), "a local is read where it is bound");
      return std::get<Value>(at->second);
    }
    case CoreKind::kEventField:
      return field(event(*core.args[0]), core.text);
    case CoreKind::kColumn:
      return column(event(*core.args[0]), column_of(core));
    case CoreKind::kMapEntry: {
      const Core& map = *core.args[0];
      return entry(event(*map.args[0]), column_of(map), value(*core.args[1]));
    }
    case CoreKind::kIf:
    case CoreKind::kDefault:
      return chosen(core);
    case CoreKind::kServer:
    case CoreKind::kOpaque:
    case CoreKind::kSize:
    case CoreKind::kPrefix:
      return text_function(core);
    case CoreKind::kPlus: {
      const Value a = value(*core.args[0]), b = value(*core.args[1]);
      Value out(world_);
      out.there = a.ok() && b.ok();
      out.infinite = a.infinite || b.infinite;
      out.number = a.number + b.number;
      out.bound = a.bound || b.bound;
      return out;
    }
    case CoreKind::kLet:
      bind(static_cast<std::uint32_t>(core.number),
           core.args[0]->type.kind == TypeKind::kEvent ? Local(event(*core.args[0])) : Local(value(*core.args[0])));
      return value(*core.args[1]);
    default:  // NOLINT: conditions are values that are there; `truth` refuses what it does not know
      if (core.type.kind != TypeKind::kBoolean) unsupported(core, "a value that no question about one event has");
      Value out(world_);
      out.truth = truth(core);
      return out;
  }
}

z3::expr Encoder::equal(const Value& a, const Value& b) {
  z3::expr same = a.ok() && b.ok();
  if (filled(a.text) && filled(b.text)) return same && z3::operator==(a.text, b.text);
  if (filled(a.number) && filled(b.number))
    return same && a.infinite == b.infinite && (a.infinite || a.number == b.number);
  base::require(filled(a.truth) && filled(b.truth), "both sides of an equality are of one type");
  return same && a.truth == b.truth;
}

z3::expr Encoder::less(const Value& a, const Value& b) {
  return a.ok() && b.ok() && !a.infinite && (b.infinite || a.number < b.number);
}

z3::expr Encoder::is_of_collection(const Core& core) {
  const Core& operand = *core.args[0];
  const graph::Column& of = column_of(operand);
  const EventRef holder = event(*operand.args[0]);
  const Value whole = column(holder, of);
  if (core.text == "present") return whole.there;
  if (core.text == "absent") return !whole.there;
  if (core.text == "empty") unsupported(core, "how many members a map or list has");
  const bool map = of.type.base == event::ValueType::Base::kMap;
  const z3::expr ill = map ? whole.ill || bad_entries(holder, of) : whole.ill;
  return core.text == "ill_typed" ? whole.there && ill : whole.there && !ill;
}

z3::expr Encoder::is(const Core& core) {
  const Core& operand = *core.args[0];
  const std::string& what = core.text;
  if (what == "empty") return count_is(operand, 0);
  if (operand.type.kind == TypeKind::kEvent) {
    const z3::expr there = event(operand).known;
    return what == "present" ? there : !there;
  }
  if (is_collection(operand)) return is_of_collection(core);
  const Value of = value(operand);
  if (what == "present") return of.there;
  if (what == "absent") return !of.there;
  if (what == "ill_typed") return of.there && of.ill;
  if (what == "beyond_double") return of.beyond;
  if (what == "recognised_version") return of.ok() && world_.oracle(what, {of.text});
  if (core.flag)
    return operand.type.kind == TypeKind::kString ? of.ok() && identifier(what, of.text) : world_.truth(false);
  return of.ok();  // the checker lets a value be asked only for the type that it was decoded as
}

z3::expr Encoder::oracle(const Core& core) {
  if (core.kind == CoreKind::kSelected) {
    const EventRef of = event(*core.args[0]);
    const Value state_key = field(of, "state_key");
    z3::expr out = world_.truth(false);
    selected("", state_key.text);
    for (const Selected& slot_of : selection_)
      out = out || (slot_of.when && type_is(of, slot_of.type) && z3::operator==(slot_of.key, state_key.text));
    return state_key.ok() && out;
  }
  if (core.kind == CoreKind::kSignedBy) {
    const Value by = value(*core.args[0]);
    return by.ok() && world_.oracle("signed_by " + core.text, {by.text});
  }
  if (core.kind == CoreKind::kVerifies) {
    // No key verifies nothing.
    const z3::expr some_key = any(*core.args[1], {}, [this] { return world_.truth(true); });
    return value(*core.args[0]).ok() && some_key && world_.oracle("verifies", {});
  }
  const Value by = value(*core.args[0]), key_version = value(*core.args[1]);
  return by.ok() && key_version.ok() && value(*core.args[2]).ok() &&
         world_.oracle("signed_with", {by.text, key_version.text});
}

z3::expr Encoder::truth(const Core& core) {
  const auto side = [&](std::size_t i) -> const Core& { return *core.args[i]; };
  switch (core.kind) {
    case CoreKind::kBoolean:
      return world_.truth(core.number != 0);
    case CoreKind::kIs:
      return is(core);
    case CoreKind::kEqual:
    case CoreKind::kNotEqual: {
      const auto counted = count_compared(core);
      const z3::expr same = counted ? *counted : equal(value(side(0)), value(side(1)));
      return core.kind == CoreKind::kEqual ? same : !same;
    }
    case CoreKind::kLess:
      return less(value(side(0)), value(side(1)));
    case CoreKind::kGreater:
      return less(value(side(1)), value(side(0)));
    case CoreKind::kLessEqual:
    case CoreKind::kGreaterEqual: {
      const Value a = value(side(0)), b = value(side(1));
      return a.ok() && b.ok() && !(core.kind == CoreKind::kLessEqual ? less(b, a) : less(a, b));
    }
    case CoreKind::kIn:
      return contains(side(1), value(side(0)));
    case CoreKind::kStartsWith: {
      const Value of = value(side(0));
      const std::string start = core.text;
      return of.ok() && world_.holds("starts with " + start, of.text,
                                     [start](std::string_view text) { return text.starts_with(start); });
    }
    case CoreKind::kAnd:
      return truth(side(0)) && truth(side(1));
    case CoreKind::kOr:
      return truth(side(0)) || truth(side(1));
    case CoreKind::kNot:
      return !truth(side(0));
    case CoreKind::kAny:
    case CoreKind::kNo:
    case CoreKind::kAll: {
      const bool all = core.kind == CoreKind::kAll;
      // The body is asked later, at each key: what it holds must outlive this call.
      const z3::expr some = any(side(0), core.binders, [this, all, body = core.args[1]] {
        const z3::expr holds = truth(*body);
        return all ? !holds : holds;
      });
      return core.kind == CoreKind::kAny ? some : !some;
    }
    case CoreKind::kSelected:
    case CoreKind::kSignedBy:
    case CoreKind::kSignedWith:
    case CoreKind::kVerifies:
      return oracle(core);
    case CoreKind::kEventField:
    case CoreKind::kColumn:
    case CoreKind::kMapEntry:
    case CoreKind::kVariable:
    case CoreKind::kIf:
    case CoreKind::kDefault:
    case CoreKind::kLet: {
      const Value of = value(core);
      base::require(filled(of.truth), "a condition is a Boolean");
      return of.ok() && of.truth;
    }
    default:  // NOLINT: what is left is of a resolution
      unsupported(core, "a condition that no question about one event has");
  }
}

}  // namespace stateroom::prove
