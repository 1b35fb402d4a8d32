// What quantifiers and `for each` range over, and membership in sets.
#include <fmt/format.h>

#include <utility>

#include "model/prove/encoder.h"

namespace stateroom::prove {

using rules::CoreKind;
using Base = event::ValueType::Base;

namespace {

Value bound_key(World& world, const z3::expr& key) {
  Value out(world);
  out.text = key;
  out.bound = true;
  return out;
}

}  // namespace

// A body is asked when the world closes: where it stood, there were this event and these locals.
z3::expr Encoder::exists(const std::string& name, World::Body body) {
  return world_.exists(name, [this, frame = this_event_, locals = locals_, body](const z3::expr& key_term) {
    const EventRef frame_now = std::exchange(this_event_, frame);
    auto locals_now = std::exchange(locals_, locals);
    const z3::expr out = body(key_term);
    this_event_ = frame_now;
    locals_ = std::move(locals_now);
    return out;
  });
}

z3::expr Encoder::any_entry(const EventRef& holder, const graph::Column& of, const std::vector<std::uint32_t>& binders,
                            const Member& body) {
  return exists(fmt::format("entry of {}", fmt::join(of.path, ".")), [=, this, &of](const z3::expr& key_term) {
    const Value found = entry(holder, of, bound_key(world_, key_term));
    if (!binders.empty()) bind(binders[0], bound_key(world_, key_term));
    if (binders.size() > 1) {
      Value without_key = found;
      bind(binders[1], without_key);
    }
    return found.there && body();
  });
}

z3::expr Encoder::changed(const Value& old, const Value& now) {
  const z3::expr same = (!old.there && !now.there) || (old.there && now.there && old.ill && now.ill) ||
                        (old.ok() && now.ok() && old.number == now.number);
  return !same;
}

z3::expr Encoder::any_change(const Core& domain, const std::vector<std::uint32_t>& binders, const Member& body) {
  const EventRef before = event(*domain.args[0]), after = event(*domain.args[1]);
  z3::expr out = world_.truth(false);
  const auto put = [this, binders](const Value& name, const Value& old, const Value& now) {
    if (!binders.empty()) bind(binders[0], name);
    if (binders.size() > 1) bind(binders[1], old);
    if (binders.size() > 2) bind(binders[2], now);
  };
  for (const graph::ColumnIndex index : domain.columns) {
    const graph::Column& of = version_.plan[index];
    if (of.type.base != Base::kMap) {
      const Value old = column(before, of), now = column(after, of);
      Value name(world_);
      name.text = world_.literal(of.path.back());
      put(name, old, now);
      out = out || (changed(old, now) && body());
      continue;
    }
    out = out || exists(fmt::format("change of {}", fmt::join(of.path, ".")), [=, this, &of](const z3::expr& key_term) {
            const Value name = bound_key(world_, key_term);
            const Value old = entry(before, of, name), now = entry(after, of, name);
            put(name, old, now);
            return changed(old, now) && body();
          });
  }
  return out;
}

z3::expr Encoder::any_level(const Core& domain, const std::vector<std::uint32_t>& binders, const Member& body) {
  const EventRef holder = event(*domain.args[0]);
  z3::expr out = world_.truth(false);
  for (const graph::ColumnIndex index : domain.columns) {
    const graph::Column& of = version_.plan[index];
    if (of.type.base != Base::kMap) {
      if (!binders.empty()) bind(binders[0], column(holder, of));
      out = out || (holder.known && body());
      continue;
    }
    out = out || exists(fmt::format("level of {}", fmt::join(of.path, ".")), [=, this, &of](const z3::expr& key_term) {
            const Value found = entry(holder, of, bound_key(world_, key_term));
            if (!binders.empty()) bind(binders[0], found);
            return found.there && body();
          });
  }
  return out;
}

z3::expr Encoder::same_key(const EventRef& a, const EventRef& b) {
  const Value one = field(a, "state_key"), two = field(b, "state_key");
  return one.ok() && two.ok() && z3::operator==(field(a, "type").text, field(b, "type").text) &&
         z3::operator==(one.text, two.text);
}

z3::expr Encoder::rival(const std::vector<ListEntry>& entries, std::size_t of) {
  z3::expr out = world_.truth(false);
  for (std::size_t other = 0; other < entries.size(); ++other) {
    if (other == of) continue;
    out = out || (entries[other].there && same_key(entries[of].event, entries[other].event));
  }
  return entries[of].there && out;
}

z3::expr Encoder::any_listed(const Core& domain, const std::vector<std::uint32_t>& binders, const Member& body) {
  const bool rivals = domain.kind == CoreKind::kRivals;
  const Core& edges = rivals ? *domain.args[0] : domain;
  if (edges.kind != CoreKind::kEdges || edges.args[0]->kind != CoreKind::kThisEvent)
    throw Unsupported("a list of events that is no list of the event");
  const std::vector<ListEntry>& entries = list(edges.text);
  z3::expr out = world_.truth(false);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!binders.empty()) bind(binders[0], entries[i].event);
    out = out || ((rivals ? rival(entries, i) : entries[i].there) && body());
  }
  return out;
}

z3::expr Encoder::any(const Core& domain, const std::vector<std::uint32_t>& binders, const Member& body) {
  switch (domain.kind) {
    case CoreKind::kColumn: {
      const graph::Column& of = column_of(domain);
      const EventRef holder = event(*domain.args[0]);
      if (of.type.base == Base::kMap) return any_entry(holder, of, binders, body);
      const z3::expr list_there = column(holder, of).ok();
      const z3::expr some =
          exists(fmt::format("member of {}", fmt::join(of.path, ".")), [=, this, &of](const z3::expr& element) {
            if (!binders.empty()) bind(binders[0], bound_key(world_, element));
            return has_text(holder, of, element) && body();
          });
      return list_there && some;
    }
    case CoreKind::kFamily: {
      const std::string type = domain.text;
      return exists("state of type " + type, [=, this](const z3::expr& key_term) {
        const EventRef found = slot(type, key_term, true);
        if (!binders.empty()) bind(binders[0], bound_key(world_, key_term));
        if (binders.size() > 1) bind(binders[1], found);
        return found.known && body();
      });
    }
    case CoreKind::kChanges:
      return any_change(domain, binders, body);
    case CoreKind::kLevelsOf:
      return any_level(domain, binders, body);
    case CoreKind::kEdges:
    case CoreKind::kRivals:
      return any_listed(domain, binders, body);
    case CoreKind::kUnion:
      return any(*domain.args[0], binders, body) || any(*domain.args[1], binders, body);
    case CoreKind::kLeaves:
    case CoreKind::kStringSet: {
      z3::expr out = world_.truth(false);
      for (const CorePtr& arg : domain.args) {
        const Value member = value(*arg);
        if (!binders.empty()) bind(binders[0], member);
        // A set leaves out what is missing; an explicit list asks for each of its places.
        out = out || (domain.kind == CoreKind::kLeaves ? body() : member.ok() && body());
      }
      return out;
    }
    default:  // NOLINT: what is left is of a resolution
      throw Unsupported(fmt::format("line {}: a domain that no question about one event has", domain.location.line));
  }
}

z3::expr Encoder::has_text(const EventRef& holder, const graph::Column& of, const z3::expr& element) {
  Meaning has = meaning(holder);
  has.event_type = of.event_type;
  has.path = of.path;
  has.aspect = Aspect::kHas;
  Terms args = holder.keys;
  args.push_back(element);
  const z3::expr there = world_.symbol(has, args);
  if (of.type.base == Base::kList && of.type.element && of.type.element->base == Base::kIdentifier)
    world_.require(z3::implies(there && column(holder, of).ok(), identifier(of.type.element->identifier, element)));
  return there;
}

z3::expr Encoder::contains(const Core& set, const Value& of) {
  switch (set.kind) {
    case CoreKind::kUnion:
      return contains(*set.args[0], of) || contains(*set.args[1], of);
    case CoreKind::kStringSet: {
      z3::expr out = world_.truth(false);
      for (const CorePtr& arg : set.args) out = out || equal(of, value(*arg));
      return out;
    }
    case CoreKind::kColumn: {
      key(of);
      const EventRef holder = event(*set.args[0]);
      const graph::Column& list_of = column_of(set);
      return of.ok() && column(holder, list_of).ok() && has_text(holder, list_of, of.text);
    }
    case CoreKind::kEmptySet:
      return world_.truth(false);
    default:  // NOLINT: sets of events are of a resolution
      throw Unsupported(fmt::format("line {}: a set that no question about one event has", set.location.line));
  }
}

// Positions of a list are taken from its start, so that a list of N has position N - 1 and not position N.
z3::expr Encoder::count_is(const Core& counted, std::int64_t count) {
  if (counted.kind == CoreKind::kRivals && count == 0)
    return !any_listed(counted, {}, [this] { return world_.truth(true); });
  if (counted.kind != CoreKind::kEdges || (look_.create_not_cited && counted.text == "auth_events"))
    throw Unsupported(fmt::format("line {}: how many members this has", counted.location.line));
  const std::vector<ListEntry>& entries = list(counted.text);
  const auto size = static_cast<std::int64_t>(entries.size());
  if (count < 0 || count > size) return world_.truth(false);
  z3::expr out = count == size ? world_.truth(true) : !entries[static_cast<std::size_t>(count)].there;
  return count == 0 ? out : out && entries[static_cast<std::size_t>(count - 1)].there;
}

// `count(LIST) = N`
std::optional<z3::expr> Encoder::count_compared(const Core& core) {
  for (std::size_t i = 0; i < 2; ++i) {
    const Core& one = *core.args[i];
    const Core& other = *core.args[1 - i];
    if (one.kind != CoreKind::kCount) continue;
    if (other.kind != CoreKind::kInteger) throw Unsupported("a count is compared with what is no number as written");
    return count_is(*one.args[0], other.number);
  }
  return std::nullopt;
}

}  // namespace stateroom::prove
