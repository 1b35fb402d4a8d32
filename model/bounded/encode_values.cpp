// Scalars, conditions and single events.
#include <fmt/format.h>

#include <algorithm>

#include "model/bounded/binding.h"
#include "model/event/format.h"

namespace stateroom::bounded {

using rules::CoreKind;
using rules::TypeKind;

Encoder::Encoder(const rules::CoreVersion& version, World& world)
    : version_(version), world_(world), circuit_(world.circuit), locals_(version.locals + 1) {}

void Encoder::refuse(const Core& core, std::string_view what) const {
  throw Unencodable(fmt::format("line {}: {}", core.location.line, what));
}

Choice Encoder::boolean(Literal literal) const {
  Choice out;
  if (literal != kTrue) out.emplace_back(Scalar{Scalar::Kind::kBoolean, 0, {}}, -literal);
  if (literal != kFalse) out.emplace_back(Scalar{Scalar::Kind::kBoolean, 1, {}}, literal);
  return out;
}

// ------------------------------------------------------------------------------------------------- of events

Choice Encoder::field(const EventView& view, const std::string& name) {
  if (view.event < 0) return constant({});
  const SymbolicEvent& of = world_.events[static_cast<std::size_t>(view.event)];
  if (name == "sender") return of.sender;
  if (name == "event_id") return constant(Scalar::of(of.event_id));
  if (name == "room_id") return constant(of.room_id ? Scalar::of(*of.room_id) : Scalar{});
  if (name == "depth") return constant(Scalar::of(of.depth));
  if (name == "origin_server_ts") return constant({Scalar::Kind::kTimestamp, view.event, {}});
  if (name == "rejected") return boolean(kFalse);  // no event of these histories is
  const bool type = name == "type";
  if (!type && name != "state_key") throw Unencodable("the field `" + name + "` of an event");
  if (view.type >= 0) {
    const TypeCase& as = of.types[static_cast<std::size_t>(view.type)];
    return type ? constant(Scalar::of(as.type)) : as.state_key;
  }
  Joined out(circuit_);
  for (const TypeCase& as : of.types) {
    if (type) {
      out.add(Scalar::of(as.type), as.when);
    } else {
      for (const auto& [key, when] : as.state_key) out.add(key, when == kTrue ? as.when : when);
    }
  }
  return out.choice();
}

Choice Encoder::column(const EventView& view, graph::ColumnIndex index) {
  if (view.event < 0) return constant({});
  const graph::Column& wanted = version_.plan[index];
  if (wanted.event_type.empty()) return constant({});  // no event of these histories has such a field
  const SymbolicEvent& of = world_.events[static_cast<std::size_t>(view.event)];
  Joined out(circuit_);
  for (std::size_t t = 0; t < of.types.size(); ++t) {
    if (view.type >= 0 && static_cast<std::size_t>(view.type) != t) continue;
    const TypeCase& as = of.types[t];
    const auto found = as.columns.find(index);
    const Literal when = view.type >= 0 ? kTrue : as.when;
    if (as.type != wanted.event_type || found == as.columns.end()) {
      out.add({}, when);
      continue;
    }
    for (const auto& [value_of, literal] : found->second) out.add(value_of, literal == kTrue ? when : literal);
  }
  return out.choice();
}

Choice Encoder::entry_of(const EventView& view, graph::ColumnIndex index, const std::string& key) {
  if (view.event < 0) return constant({});
  const SymbolicEvent& of = world_.events[static_cast<std::size_t>(view.event)];
  Joined out(circuit_);
  for (std::size_t t = 0; t < of.types.size(); ++t) {
    if (view.type >= 0 && static_cast<std::size_t>(view.type) != t) continue;
    const TypeCase& as = of.types[t];
    const Literal when = view.type >= 0 ? kTrue : as.when;
    const auto map = as.entries.find(index);
    const Choice* found = nullptr;
    if (map != as.entries.end()) {
      if (const auto one = map->second.find(key); one != map->second.end()) found = &one->second;
    }
    if (found == nullptr) {
      out.add({}, when);
      continue;
    }
    for (const auto& [value_of, literal] : *found) out.add(value_of, literal == kTrue ? when : literal);
  }
  return out.choice();
}

Choice Encoder::content(const EventChoice& of, const std::vector<std::string>& path, const std::string* entry) {
  return each(of, [&](const EventView& view) {
    if (view.event < 0) return constant({});
    const SymbolicEvent& one = world_.events[static_cast<std::size_t>(view.event)];
    Joined out(circuit_);
    for (std::size_t t = 0; t < one.types.size(); ++t) {
      if (view.type >= 0 && static_cast<std::size_t>(view.type) != t) continue;
      const EventView as{view.event, static_cast<std::int32_t>(t)};
      const graph::ColumnIndex index = version_.plan.find(one.types[t].type, path);
      const Literal when = view.type >= 0 ? kTrue : one.types[t].when;
      if (!index.valid()) {
        out.add({}, when);
        continue;
      }
      for (const auto& [scalar, literal] : entry != nullptr ? entry_of(as, index, *entry) : column(as, index))
        out.add(scalar, literal == kTrue ? when : literal);
    }
    return out.choice();
  });
}

EventChoice Encoder::event(const Core& core) {
  switch (core.kind) {
    case CoreKind::kThisEvent:
      return {{frame_.event, kTrue}};
    case CoreKind::kVariable:
      return std::get<EventChoice>(locals_[static_cast<std::size_t>(core.number)]);
    case CoreKind::kSlot: {
      base::require(frame_.state != nullptr, "a slot is read where there is a state");
      JoinedEvents out(circuit_);
      for (const auto& [key, when] : value(*core.args[0])) {
        if (key.missing()) {
          out.add({}, when);
        } else {
          for (const auto& [view, literal] : entry(*frame_.state, core.text, key.text))
            out.add(view, circuit_.all({when, literal}));
        }
      }
      return out.choice();
    }
    case CoreKind::kEventById:
      return event_by_id(core);
    case CoreKind::kStateEntry:
      return entry(state(*core.args[0]), core.text, core.text2);
    case CoreKind::kListSlot: {
      const Choice key = value(*core.args[1]);
      if (key.size() != 1 || key[0].first.missing()) refuse(core, "an entry of a list whose key is not the text's own");
      return entry(state(*core.args[0]), core.text, key[0].first.text);
    }
    case CoreKind::kNamed:
      return call(core, [this](const Core& body) { return event(body); });
    case CoreKind::kIf: {
      const Literal test = truth(*core.args[0]);
      if (test == kTrue) return event(*core.args[1]);
      if (test == kFalse) return event(*core.args[2]);
      JoinedEvents out(circuit_);
      for (const auto& [view, when] : event(*core.args[1])) out.add(view, circuit_.all({test, when}));
      for (const auto& [view, when] : event(*core.args[2])) out.add(view, circuit_.all({-test, when}));
      return out.choice();
    }
    case CoreKind::kLet:
      locals_[static_cast<std::size_t>(core.number)] =
          core.args[0]->type.kind == TypeKind::kEvent ? Local(event(*core.args[0])) : Local(value(*core.args[0]));
      return event(*core.args[1]);
    default:  // NOLINT: every other kind is no event
      refuse(core, "an event of this form has no encoding");
  }
}

EventChoice Encoder::event_by_id(const Core& core) {
  JoinedEvents out(circuit_);
  for (const auto& [id, when] : value(*core.args[0])) {
    EventView found;
    for (std::size_t e = 0; e < world_.size(); ++e) {
      const SymbolicEvent& one = world_.events[e];
      if (id.missing() || one.event_id != id.text) continue;
      if (one.types.size() != 1) refuse(core, "an event by its id whose type is not fixed");
      if (core.text.empty() || one.types[0].type == core.text) found = {static_cast<std::int32_t>(e), 0};
    }
    out.add(found, when);
  }
  return out.choice();
}

// --------------------------------------------------------------------------------------------------- scalars

Choice Encoder::chosen(const Core& core) {
  if (core.kind == CoreKind::kIf) {
    const Literal test = truth(*core.args[0]);
    if (test == kTrue) return value(*core.args[1]);
    if (test == kFalse) return value(*core.args[2]);
    Joined out(circuit_);
    for (const auto& [one, when] : value(*core.args[1])) out.add(one, circuit_.all({test, when}));
    for (const auto& [one, when] : value(*core.args[2])) out.add(one, circuit_.all({-test, when}));
    return out.choice();
  }
  const Choice first = value(*core.args[0]);
  Joined out(circuit_);
  std::vector<Literal> missing;
  for (const auto& [one, when] : first) {
    if (one.missing()) {
      missing.push_back(when);
    } else {
      out.add(one, when);
    }
  }
  if (missing.empty()) return first;
  const Literal other = circuit_.any(missing);
  for (const auto& [one, when] : value(*core.args[1])) out.add(one, circuit_.all({other, when}));
  return out.choice();
}

Choice Encoder::text_function(const Core& core) {
  std::vector<Choice> args;
  for (const CorePtr& arg : core.args) args.push_back(value(*arg));
  const auto compute = [&](const Scalar& a, const Scalar* b) -> Scalar {
    if (a.missing() || (b != nullptr && b->missing())) return {};
    switch (core.kind) {
      case CoreKind::kServer: {
        const auto part = event::server_part(a.text);
        return part ? Scalar::of(std::string(*part)) : Scalar{};
      }
      case CoreKind::kOpaque:
        return Scalar::of(a.text.substr(a.text.empty() ? 0 : 1));
      case CoreKind::kSize:
        return Scalar::of(static_cast<std::int64_t>(a.text.size()));
      case CoreKind::kSha1:
        return {Scalar::Kind::kHash, 0, a.text};
      case CoreKind::kConcatenate:
        return Scalar::of(a.text + b->text);
      case CoreKind::kPlus:
        if (a.kind != Scalar::Kind::kInteger || b->kind != Scalar::Kind::kInteger) refuse(core, "a sum of infinities");
        return Scalar::of(a.number + b->number);
      default:  // NOLINT: `value` sends no other kind here
        refuse(core, "a function of texts that has no encoding");
    }
  };
  return each(args[0], [&](const Scalar& a) {
    if (args.size() == 1) return constant(compute(a, nullptr));
    return each(args[1], [&](const Scalar& b) { return constant(compute(a, &b)); });
  });
}

Choice Encoder::map_entry(const Core& core) {
  const Core& map = *core.args[0];
  const graph::ColumnIndex index{static_cast<std::uint32_t>(map.number)};
  const EventChoice holders = event(*map.args[0]);
  return each(value(*core.args[1]), [&](const Scalar& key) {
    if (key.missing()) return constant({});
    return each(holders, [&](const EventView& view) { return entry_of(view, index, key.text); });
  });
}

Choice Encoder::value(const Core& core) {
  switch (core.kind) {
    case CoreKind::kBoolean:
      return boolean(core.number != 0 ? kTrue : kFalse);
    case CoreKind::kString:
      return constant(Scalar::of(core.text));
    case CoreKind::kInteger:
      return constant(Scalar::of(core.number));
    case CoreKind::kInfinite:
      return constant({Scalar::Kind::kInfinite, 0, {}});
    case CoreKind::kVariable:
      return std::get<Choice>(locals_[static_cast<std::size_t>(core.number)]);
    case CoreKind::kEventField:
      return each(event(*core.args[0]), [&](const EventView& view) { return field(view, core.text); });
    case CoreKind::kColumn: {
      const graph::ColumnIndex index{static_cast<std::uint32_t>(core.number)};
      return each(event(*core.args[0]), [&](const EventView& view) { return column(view, index); });
    }
    case CoreKind::kMapEntry:
      return map_entry(core);
    case CoreKind::kIf:
    case CoreKind::kDefault:
      return chosen(core);
    case CoreKind::kServer:
    case CoreKind::kOpaque:
    case CoreKind::kSize:
    case CoreKind::kConcatenate:
    case CoreKind::kPlus:
    case CoreKind::kSha1:
      return text_function(core);
    case CoreKind::kPosition:
      return position(core);
    case CoreKind::kCount: {
      if (core.args[0]->kind != CoreKind::kEdges) refuse(core, "a count of anything but edges");
      std::int64_t count = 0;
      for (const Literal one : edges(*core.args[0])) {
        if (one != kTrue && one != kFalse) refuse(core, "a count of edges that are not fixed");
        count += one == kTrue ? 1 : 0;
      }
      return constant(Scalar::of(count));
    }
    case CoreKind::kGiven: {
      Joined out(circuit_);
      for (const auto& [view, when] : event(*core.args[1])) {
        StateOf& other = state(*core.args[2]);
        const Framed framed(*this, view, &other);
        for (const auto& [one, literal] : value(*core.args[0])) out.add(one, circuit_.all({when, literal}));
      }
      return out.choice();
    }
    case CoreKind::kNamed:
      if (core.type.kind == TypeKind::kBoolean) return boolean(truth(core));
      return call(core, [this](const Core& body) { return value(body); });
    case CoreKind::kLet:
      locals_[static_cast<std::size_t>(core.number)] =
          core.args[0]->type.kind == TypeKind::kEvent ? Local(event(*core.args[0])) : Local(value(*core.args[0]));
      return value(*core.args[1]);
    default:  // NOLINT: conditions are values too; `truth` refuses what it does not know
      if (core.type.kind != TypeKind::kBoolean) refuse(core, "a value of this form has no encoding");
      return boolean(truth(core));
  }
}

}  // namespace stateroom::bounded
