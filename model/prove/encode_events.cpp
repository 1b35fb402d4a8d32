// Events, their fields and the content's columns.
#include <fmt/format.h>

#include <algorithm>

#include "model/prove/encoder.h"

namespace stateroom::prove {

using Base = event::ValueType::Base;

namespace {

constexpr std::string_view kCreate = "m.room.create", kLevels = "m.room.power_levels";

std::string pattern_text(const std::vector<event::PatternItem>& items) {
  std::string out;
  for (const event::PatternItem& item : items) {
    switch (item.kind) {
      case event::PatternItem::Kind::kLiteral:
        out += "'" + item.text + "'";
        break;
      case event::PatternItem::Kind::kClass:
        out += item.text;
        break;
      case event::PatternItem::Kind::kChars:
        out += "[" + item.text + "]";
        break;
      case event::PatternItem::Kind::kOptional:
        out += "(" + pattern_text(item.group) + ")?";
        break;
    }
    out += ' ';
  }
  return out;
}

bool spells_integer(std::string_view text) {
  const auto document = json::parse(json::quoted(text));
  event::LevelSpelling python;
  python.ascii_integer = python.python_integer = true;
  return document && event::decode_level(json::root(**document), python).has_value();
}

}  // namespace

Value::Value(World& world)
    : there(world.truth(true)),
      ill(world.truth(false)),
      number(world.context()),
      infinite(world.truth(false)),
      text(world.context()),
      truth(world.context()),
      beyond(world.truth(false)) {}

Encoder::Encoder(const rules::CoreVersion& version, World& world, Look look)
    : version_(version), world_(world), look_(std::move(look)), this_event_{world.truth(true), {}, {}, 0, {}, false} {}

EventRef Encoder::the_event() { return this_event_; }

Meaning Encoder::meaning(const EventRef& event) const {
  Meaning out;
  out.of = event.of;
  out.holder = event.holder;
  out.position = event.position;
  return out;
}

EventRef Encoder::slot(const std::string& type, const z3::expr& key, bool bound) {
  if (!bound) world_.key(key);
  if (look_.after && type == kLevels) {
    // The event, where it is this slot's; the rest of the state is as before.
    return {z3::operator==(key, world_.literal("")), Meaning::Of::kEvent, {}, 0, {}, bound};
  }
  slots_[type] = true;
  EventRef out{world_.truth(true), Meaning::Of::kSlot, type, 0, {key}, bound};
  Meaning there = meaning(out);
  there.aspect = Aspect::kThere;
  out.known = world_.symbol(there, out.keys);
  if (look_.selection) out.known = out.known && selected(type, key);
  return out;
}

z3::expr Encoder::kind_is(const z3::expr& kind, std::initializer_list<JsonKind> kinds) {
  z3::expr out = world_.truth(false);
  for (const JsonKind one : kinds) out = out || kind == world_.integer(static_cast<int>(one));
  return out;
}

z3::expr Encoder::type_is(const EventRef& event, const std::string& type) {
  if (event.of == Meaning::Of::kSlot) return world_.truth(event.holder == type);
  if (look_.after && event.of == Meaning::Of::kEvent && type == kLevels) return world_.truth(true);
  Meaning of = meaning(event);
  of.field = "type";
  return world_.symbol(of) == world_.literal(type);
}

z3::expr Encoder::of_create(const EventRef& event) { return type_is(event, std::string(kCreate)); }

z3::expr Encoder::identifier(const std::string& name, const z3::expr& text) {
  const auto pattern = version_.format.identifiers.find(name);
  if (pattern == version_.format.identifiers.end()) return world_.truth(false);
  const std::string shape = pattern_text(pattern->second.items);
  const std::string predicate =
      fmt::format("is {}{}", shape, pattern->second.bytes_max ? fmt::format("of {}", *pattern->second.bytes_max) : "");
  std::vector<std::string> implies;
  const auto& items = pattern->second.items;
  if (!items.empty() && items[0].kind == event::PatternItem::Kind::kLiteral && !items[0].text.empty()) {
    const std::string first(1, items[0].text[0]);
    const std::string starts = "starts with " + first;
    world_.holds(starts, world_.literal(first),
                 [first](std::string_view text_of) { return text_of.starts_with(first); });
    implies.push_back(starts);
  }
  if (shape.find("':'") != std::string::npos) {
    world_.call("server", world_.literal(""), [](std::string_view text_of) {
      const auto part = event::server_part(text_of);
      return part ? std::optional(std::string(*part)) : std::nullopt;
    });
    implies.emplace_back("server?");
  }
  const event::EventFormat* format = &version_.format;
  const z3::expr is = world_.holds(
      predicate, text, [format, name](std::string_view text_of) { return event::matches(*format, name, text_of); },
      implies);
  if (!implies.empty() && implies.back() == "server?") {
    // A server's name is no user and no other identifier.
    const World::TextOrNot server = world_.call("server", text, {});
    for (const std::string& starts : implies) {
      if (!starts.starts_with("starts with ")) continue;
      world_.require(z3::implies(is, !world_.holds(starts, server.text, {})));
    }
  }
  return is;
}

Value Encoder::field(const EventRef& event, const std::string& name) {
  Value out(world_);
  out.there = event.known;
  out.bound = event.bound;
  Meaning of = meaning(event);
  of.field = name;
  if (name == "type") {
    out.text = event.of == Meaning::Of::kSlot ? world_.literal(event.holder) : world_.symbol(of);
  } else if (name == "state_key") {
    if (event.of == Meaning::Of::kSlot) {
      out.text = event.keys[0];
    } else {
      out.text = world_.symbol(of);
      of.aspect = Aspect::kHasField;
      out.there = out.there && world_.symbol(of);
    }
  } else if (name == "room_id") {
    // The state is of the event's own room.
    if (event.of == Meaning::Of::kSlot) {
      of = meaning(EventRef{event.known, {}, {}, 0, {}, false});
      of.field = name;
    }
    const bool list = event.of == Meaning::Of::kList;
    out.text = world_.symbol(of);
    const event::FormatField* declared = version_.format.field(name);
    const bool always = declared && declared->presence == event::Presence::kRequired && !declared->when;
    if (look_.create_has_no_room) {
      out.there = out.there && !of_create(event);
    } else if (!always) {
      of.aspect = Aspect::kHasField;
      const z3::expr has = event.of == Meaning::Of::kSlot ? world_.truth(false) : world_.symbol(of);
      if (!list && event.of == Meaning::Of::kEvent) world_.require(of_create(event) || has);
      out.there = out.there && (event.of == Meaning::Of::kSlot || list ? !of_create(event) : has);
    }
  } else if (name == "rejected") {
    out.truth = world_.symbol(of, event.keys);
  } else if (name == "depth" || name == "origin_server_ts") {
    if (event.of == Meaning::Of::kEvent) of.variant = name == "depth" ? look_.depth : look_.ts;
    out.number = world_.symbol(of, event.keys);
  } else {
    out.text = world_.symbol(of, event.keys);
    if (name == "sender" && event.of != Meaning::Of::kList) {
      world_.require(z3::implies(event.known, identifier("user_id", out.text)));
    }
  }
  return out;
}

bool Encoder::kept(const graph::Column& column) const {
  if (column.event_type.empty()) {
    const event::FormatField* field = version_.format.field(column.path[0]);
    return field && field->kept;
  }
  const auto fields = version_.format.content.find(column.event_type);
  if (fields == version_.format.content.end()) return false;
  return std::ranges::any_of(fields->second, [&](const event::ContentField& field) {
    if (field.path.size() == 1 && field.path[0] == "*") return field.kept;
    if (!field.kept && !field.kept_empty) return false;
    // What is kept keeps what it holds, and the objects around it.
    const std::size_t common = std::min(field.path.size(), column.path.size());
    const bool same =
        std::equal(field.path.begin(), field.path.begin() + static_cast<std::ptrdiff_t>(common), column.path.begin());
    if (!same) return false;
    return field.kept || field.path.size() >= column.path.size();
  });
}

z3::expr Encoder::parents(const EventRef& event, const graph::Column& column) {
  z3::expr out = event.known;
  if (!column.event_type.empty()) out = out && type_is(event, column.event_type);
  if (look_.redacted && event.of == Meaning::Of::kEvent && !kept(column)) return world_.truth(false);
  for (std::size_t length = 1; length < column.path.size(); ++length) {
    if (column.path[length - 1] == "*") break;
    Meaning of = meaning(event);
    of.event_type = column.event_type;
    of.path.assign(column.path.begin(), column.path.begin() + static_cast<std::ptrdiff_t>(length));
    of.aspect = Aspect::kKind;
    const bool list = column.path[length] == "*";
    out = out && kind_is(world_.symbol(of, event.keys), {list ? JsonKind::kList : JsonKind::kObject});
  }
  return out;
}

z3::expr Encoder::kind_of(const EventRef& event, const graph::Column& column) {
  Meaning of = meaning(event);
  of.event_type = column.event_type;
  of.path = column.path;
  of.aspect = Aspect::kKind;
  return world_.symbol(of, event.keys);
}

z3::expr Encoder::level_spelled(const z3::expr& kind) const {
  const event::LevelSpelling& spelling = version_.format.level;
  z3::expr out = kind.ctx().bool_val(false);
  const auto is = [&](JsonKind one) { return kind == static_cast<int>(one); };
  if (spelling.integer) out = out || is(JsonKind::kInteger);
  if (spelling.ascii_integer || spelling.python_integer) out = out || is(JsonKind::kIntegerText);
  if (spelling.python_integer) out = out || is(JsonKind::kPythonText) || is(JsonKind::kBoolean);
  if (spelling.truncated_float) out = out || is(JsonKind::kReal);
  return out;
}

// The value that a cell of this kind is under a declared type.
void Encoder::typed(Value& out, const Meaning& base, const Terms& args, const event::ValueType& type,
                    const z3::expr& kind) {
  Meaning of = base;
  const auto symbol = [&](Aspect aspect) {
    of.aspect = aspect;
    return world_.symbol(of, args);
  };
  switch (type.base) {
    case Base::kBoolean:
      out.ill = !kind_is(kind, {JsonKind::kBoolean});
      out.truth = symbol(Aspect::kTruth);
      return;
    case Base::kInteger:
      out.number = symbol(Aspect::kNumber);
      out.ill = !kind_is(kind, {JsonKind::kInteger});
      if (type.least) out.ill = out.ill || out.number < world_.integer(*type.least);
      if (type.greatest) out.ill = out.ill || out.number > world_.integer(*type.greatest);
      return;
    case Base::kLevel:
      out.ill = !level_spelled(kind);
      out.number = symbol(Aspect::kNumber);
      if (version_.format.level.python_integer)
        out.number = z3::ite(kind_is(kind, {JsonKind::kBoolean}),
                             z3::ite(symbol(Aspect::kTruth), world_.integer(1), world_.integer(0)), out.number);
      out.beyond = kind_is(kind, {JsonKind::kBeyondDouble});
      return;
    case Base::kString:
    case Base::kIdentifier:
      out.text = symbol(Aspect::kText);
      out.ill = !kind_is(kind, {JsonKind::kString, JsonKind::kIntegerText, JsonKind::kPythonText});
      world_.require(kind_is(kind, {JsonKind::kIntegerText, JsonKind::kPythonText}) ==
                     (!out.ill && world_.holds("spells an integer", out.text, spells_integer)));
      if (type.base == Base::kIdentifier) out.ill = out.ill || !identifier(type.identifier, out.text);
      return;
    case Base::kList:
      of.field =
          type.element ? fmt::format("{} {}", static_cast<int>(type.element->base), type.element->identifier) : "";
      out.ill = !kind_is(kind, {JsonKind::kList}) || symbol(Aspect::kBad);
      return;
    case Base::kMap:  // as an object; its entries are asked by `is`
    case Base::kObject:
      out.ill = !kind_is(kind, {JsonKind::kObject});
      return;
    case Base::kAny:
      return;
    case Base::kPair:
    case Base::kEvent:
      throw Unsupported("a field of events or pairs is read");
  }
}

Value Encoder::column(const EventRef& event, const graph::Column& column) {
  Value out(world_);
  out.bound = event.bound;
  const bool wildcard = std::ranges::find(column.path, "*") != column.path.end();
  out.there = parents(event, column);
  if (wildcard) return out;  // a list of what its elements have: never ill-typed
  const z3::expr kind = kind_of(event, column);
  if (look_.creator_is_sender && column.event_type == kCreate && column.path.back() == "creator") {
    out.text = field(event, "sender").text;
    return out;
  }
  out.there = out.there && !kind_is(kind, {JsonKind::kAbsent});
  Meaning of = meaning(event);
  of.event_type = column.event_type;
  of.path = column.path;
  typed(out, of, event.keys, column.type, kind);
  out.beyond = out.beyond && out.there;
  return out;
}

Value Encoder::entry(const EventRef& event, const graph::Column& column, const Value& key_of) {
  Value out(world_);
  out.bound = event.bound || key_of.bound;
  key(key_of);
  Meaning of = meaning(event);
  of.event_type = column.event_type;
  of.path = column.path;
  of.entry = true;
  of.aspect = Aspect::kKind;
  Terms args = event.keys;
  args.push_back(key_of.text);
  const z3::expr kind = world_.symbol(of, args);
  out.there = parents(event, column) && kind_is(kind_of(event, column), {JsonKind::kObject}) && key_of.ok() &&
              !kind_is(kind, {JsonKind::kAbsent});
  if (column.type.element) typed(out, of, args, *column.type.element, kind);
  out.beyond = out.beyond && out.there;
  return out;
}

// A map has a status as a whole: ill-typed by one entry or key of another type.
z3::expr Encoder::bad_entries(const EventRef& event, const graph::Column& column) {
  const bool keys = column.type.key && column.type.key->base == Base::kIdentifier;
  const std::string name = fmt::format("ill-typed entry of {}", fmt::join(column.path, "."));
  return exists(name, [this, event, &column, keys](const z3::expr& key_term) {
    Value key_value(world_);
    key_value.text = key_term;
    key_value.bound = true;
    const Value found = entry(event, column, key_value);
    z3::expr bad = found.ill;
    if (keys) bad = bad || !identifier(column.type.key->identifier, key_term);
    return found.there && bad;
  });
}

const std::vector<ListEntry>& Encoder::list(const std::string& name) {
  const auto known = lists_.find(name);
  if (known != lists_.end()) return known->second;
  const auto limit = version_.format.limits_entries.find(name);
  if (limit == version_.format.limits_entries.end())
    throw Unsupported(fmt::format("`{}` has no limit, so its positions cannot be named", name));
  std::vector<ListEntry> entries;
  z3::expr before = world_.truth(true);
  for (std::uint32_t i = 0; i < limit->second; ++i) {
    EventRef event{world_.truth(true), Meaning::Of::kList, name, i, {}, false};
    Meaning of = meaning(event);
    of.aspect = Aspect::kThere;
    z3::expr there = world_.symbol(of);
    world_.require(z3::implies(there, before));
    before = there;
    of.aspect = Aspect::kKnown;
    event.known = world_.symbol(of);
    if (look_.create_not_cited && name == "auth_events") there = there && !of_create(event);
    entries.push_back({there, event});
  }
  return lists_.emplace(name, std::move(entries)).first->second;
}

const graph::Column& Encoder::column_of(const Core& core) const {
  return version_.plan[graph::ColumnIndex(static_cast<std::uint32_t>(core.number))];
}

}  // namespace stateroom::prove
