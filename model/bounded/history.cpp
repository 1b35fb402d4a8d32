#include "model/bounded/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "model/base/error.h"
#include "model/base/interner.h"
#include "model/json/value.h"

namespace stateroom::bounded {
namespace {

using Base = event::ValueType::Base;

Scalar scalar_of(graph::CellStatus status, std::int64_t number, std::string_view text, Base base) {
  if (status == graph::CellStatus::kAbsent) return {};
  if (status == graph::CellStatus::kIllTyped) return {Scalar::Kind::kIllTyped, 0, {}};
  if (base == Base::kBoolean) return {Scalar::Kind::kBoolean, number, {}};
  if (base == Base::kLevel || base == Base::kInteger) return Scalar::of(number);
  return Scalar::of(std::string(text));
}

std::string json_of(const Scalar& scalar) {
  if (scalar.kind == Scalar::Kind::kString) return json::quoted(scalar.text);
  if (scalar.kind == Scalar::Kind::kBoolean) return scalar.number != 0 ? "true" : "false";
  return std::to_string(scalar.number);
}

/// A content as it is put together from fields.
struct Tree {
  std::map<std::string, Tree> members;
  std::optional<Scalar> leaf;
  Tree& at(const std::vector<std::string>& path) {
    Tree* out = this;
    for (const std::string& segment : path) out = &out->members[segment];
    return *out;
  }
  std::string text() const {
    if (leaf) return json_of(*leaf);
    std::string out = "{";
    for (const auto& [name, member] : members)
      out += (out.size() > 1 ? "," : "") + json::quoted(name) + ":" + member.text();
    return out + "}";
  }
};

const Scalar& chosen(const Model& model, const Choice& choice) {
  const auto at = std::ranges::find_if(choice, [&](const auto& one) { return model.holds(one.second); });
  base::require(at != choice.end(), "one case of a choice holds");
  return at->first;
}

Choice only_scalar(const std::string& text) { return {{Scalar::of(text), kTrue}}; }

/// One of the values, by variables of which exactly one holds where `when` does.
Choice one_of(Circuit& circuit, std::vector<Scalar> values, Literal when) {
  std::ranges::sort(values);
  if (values.size() == 1) return {{values[0], kTrue}};
  Choice out;
  std::vector<Literal> literals;
  for (Scalar& value : values) {
    literals.push_back(circuit.fresh());
    out.emplace_back(std::move(value), literals.back());
  }
  circuit.require_one(literals, when);
  return out;
}

}  // namespace

History::History(const rules::CoreVersion& version, const Vocabulary& vocabulary, const Setting& setting)
    : version_(version), encoder_(version, world_), first_(setting.first.size()) {
  for (const event::Event& event : setting.first) add_fixed(event);
  for (const auto& prev : setting.prev) add_free(vocabulary, prev);
  std::map<Slot, bool> slots;
  for (const SymbolicEvent& event : world_.events) {
    for (const auto& [slot, when] : event.slots) slots[slot] = true;
  }
  for (const auto& [slot, there] : slots) world_.slots.push_back(slot);
  add_past();
  add_clock(setting.honest_clock);
  live(setting.honest_auth_events);
}

// --------------------------------------------------------------------------------------------------- events

void History::add_fixed(const event::Event& event) {
  SymbolicEvent out;
  TypeCase as;
  as.type = event.type;
  base::require(event.state_key.has_value(), "the first events of a room are state events");
  as.state_key = only_scalar(*event.state_key);
  base::Interner strings;
  const graph::ColumnPlan::Range range = version_.plan.of_type(event.type);
  for (std::uint32_t c = range.first; c < range.first + range.count; ++c) {
    const graph::Column& column = version_.plan.columns()[c];
    graph::CellPool pool;
    const graph::Cell cell = graph::decode_cell(event.content, column, version_.format, strings, pool);
    if (cell.status == graph::CellStatus::kAbsent) continue;
    const auto text = [&](std::uint32_t id) { return strings.text(base::StringId{id}); };
    switch (column.type.base) {
      case Base::kString:
      case Base::kIdentifier:
        as.columns[graph::ColumnIndex{c}] = {
            {scalar_of(cell.status, 0, cell.status == graph::CellStatus::kValue ? text(cell.first) : "", Base::kString),
             kTrue}};
        break;
      case Base::kBoolean:
      case Base::kInteger:
      case Base::kLevel:
        as.columns[graph::ColumnIndex{c}] = {{scalar_of(cell.status, cell.number, "", column.type.base), kTrue}};
        break;
      case Base::kMap:
        if (cell.status != graph::CellStatus::kValue) throw Unencodable("a map that is none in a fixed event");
        as.entries[graph::ColumnIndex{c}];
        for (const graph::MapEntry& entry : pool.entries) {
          const Base base = column.type.element->base;
          if (base != Base::kLevel) throw Unencodable("a map of anything but levels in a fixed event");
          as.entries[graph::ColumnIndex{c}][std::string(strings.text(entry.key))] = {
              {scalar_of(entry.status, entry.number, "", base), kTrue}};
        }
        break;
      case Base::kAny:
      case Base::kObject:
      case Base::kList:
      case Base::kPair:
      case Base::kEvent:
        throw Unencodable(fmt::format("`{}` in a fixed event", fmt::join(column.path, ".")));
    }
  }
  out.types.push_back(std::move(as));
  out.sender = only_scalar(event.sender);
  out.event_id = event.event_id;
  out.room_id = event.room_id;
  out.depth = event.depth;
  if (!world_.events.empty()) out.prev.push_back(static_cast<std::uint32_t>(world_.size() - 1));
  out.slots[{event.type, *event.state_key}] = kTrue;
  world_.events.push_back(std::move(out));
}

TypeCase History::free_case(const FreeType& of, Literal when) {
  Circuit& circuit = world_.circuit;
  TypeCase out;
  out.type = of.type;
  out.when = when;
  std::vector<Scalar> keys;
  for (const std::string& key : of.state_keys) keys.push_back(Scalar::of(key));
  out.state_key = one_of(circuit, std::move(keys), when);
  for (const FreeField& field : of.fields) {
    const graph::ColumnIndex column = version_.plan.find(of.type, field.path);
    if (!column.valid()) throw Unencodable(fmt::format("the version has no field `{}`", fmt::join(field.path, ".")));
    Choice values = one_of(circuit, field.values, when);
    if (field.entry) {
      out.entries[column][*field.entry] = std::move(values);
    } else {
      out.columns[column] = std::move(values);
    }
  }
  return out;
}

void History::add_free(const Vocabulary& vocabulary, const std::vector<std::uint32_t>& prev) {
  const Circuit::Tag tag(world_.circuit, "vocabulary");
  SymbolicEvent out;
  std::vector<Literal> types;
  for (std::size_t t = 0; t < vocabulary.types.size(); ++t) types.push_back(world_.circuit.fresh());
  world_.circuit.require_one(types);
  for (std::size_t t = 0; t < vocabulary.types.size(); ++t) {
    TypeCase as = free_case(vocabulary.types[t], types[t]);
    for (const auto& [key, when] : as.state_key) out.slots[{as.type, key.text}] = when == kTrue ? types[t] : when;
    out.types.push_back(std::move(as));
  }
  std::vector<Scalar> senders;
  for (const std::string& sender : vocabulary.senders) senders.push_back(Scalar::of(sender));
  out.sender = one_of(world_.circuit, std::move(senders), kTrue);
  out.event_id = fmt::format("${}", world_.size());
  out.room_id = world_.events.back().room_id;
  out.prev = prev;
  out.depth = 1;
  for (const std::uint32_t one : prev) out.depth = std::max(out.depth, world_.events[one].depth + 1);
  world_.events.push_back(std::move(out));
}

void History::add_past() {
  for (std::size_t e = 0; e < size(); ++e) {
    std::vector<bool> past(size(), false);
    past[e] = true;
    for (const std::uint32_t prev : world_.events[e].prev) {
      for (std::size_t i = 0; i < e; ++i) past[i] = past[i] || past_[prev][i];
    }
    past_.push_back(std::move(past));
  }
}

// A total order of times. With honest clocks it extends that of ancestors; the first events have theirs in any case.
void History::add_clock(bool honest) {
  const Circuit::Tag tag(world_.circuit, "clock");
  auto& earlier = world_.earlier;
  earlier.assign(size(), std::vector<Literal>(size(), kFalse));
  for (std::size_t j = 0; j < size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      const bool fixed = j < first_ || (honest && reaches(j, i));
      earlier[i][j] = fixed ? kTrue : world_.circuit.fresh();
      earlier[j][i] = -earlier[i][j];
    }
  }
  for (std::size_t k = 0; k < size(); ++k) {
    for (std::size_t j = 0; j < k; ++j) {
      for (std::size_t i = 0; i < j; ++i) {
        world_.circuit.require({-earlier[i][j], -earlier[j][k], earlier[i][k]});
        world_.circuit.require({earlier[i][j], earlier[j][k], -earlier[i][k]});
      }
    }
  }
}

// The states before and after each event; what it cites; that the rules allow it.
void History::live(bool honest_auth_events) {
  Circuit& circuit = world_.circuit;
  for (std::size_t e = 0; e < size(); ++e) {
    SymbolicEvent& event = world_.events[e];
    const Circuit::Tag tag(circuit, "states before");
    event.before = encoder_.state_before(e);
    event.cites = encoder_.selection(e, event.before);
    if (e >= first_ && !honest_auth_events) {
      for (std::size_t to = 0; to < e; ++to) event.cites[to] = circuit.fresh();
    }
    if (e >= first_) {
      const Circuit::Tag verdict(circuit, "verdict on receipt");
      circuit.require({encoder_.allowed(e, event.before, honest_auth_events)});
      if (!honest_auth_events) circuit.require({encoder_.allowed(e, event.cites, false)});
    }
    after_.push_back(encoder_.state_after(e));
  }
}

// ----------------------------------------------------------------------------------------- models and literals

Deed History::deed(const Model& model, std::size_t event) const {
  const SymbolicEvent& of = world_.events[event];
  const auto as = std::ranges::find_if(of.types, [&](const TypeCase& one) { return model.holds(one.when); });
  base::require(as != of.types.end(), "an event has one of its types");
  Tree content;
  for (const auto& [column, choice] : as->columns) {
    const Scalar& value = chosen(model, choice);
    if (value.kind != Scalar::Kind::kAbsent) content.at(version_.plan[column].path).leaf = value;
  }
  for (const auto& [column, entries] : as->entries) {
    Tree& map = content.at(version_.plan[column].path);
    for (const auto& [key, choice] : entries) {
      const Scalar& value = chosen(model, choice);
      if (value.kind != Scalar::Kind::kAbsent) map.members[key].leaf = value;
    }
  }
  return {as->type, chosen(model, as->state_key).text, chosen(model, of.sender).text, content.text()};
}

std::vector<std::size_t> History::by_time(const Model& model) const {
  std::vector<std::size_t> out, place(size(), 0);
  for (std::size_t e = 0; e < size(); ++e) {
    out.push_back(e);
    for (std::size_t other = 0; other < size(); ++other) place[e] += model.holds(world_.earlier[other][e]) ? 1 : 0;
  }
  std::ranges::sort(out, {}, [&](std::size_t e) { return place[e]; });
  return out;
}

std::vector<std::uint32_t> History::members(const Model& model, const Members& of) const {
  std::vector<std::uint32_t> out;
  for (std::size_t e = 0; e < of.size(); ++e) {
    if (model.holds(of[e])) out.push_back(static_cast<std::uint32_t>(e));
  }
  return out;
}

std::optional<std::vector<Literal>> History::pin(std::size_t event, const Deed& deed) const {
  const SymbolicEvent& of = world_.events[event];
  const auto content = json::parse(deed.content);
  if (!content) return std::nullopt;
  std::vector<Literal> out;
  bool known = true;
  const auto take = [&](const Choice& choice, const Scalar& wanted) {
    const auto at = std::ranges::find(choice, wanted, &std::pair<Scalar, Literal>::first);
    known = known && at != choice.end();
    if (at != choice.end()) out.push_back(at->second);
  };
  const auto value_at = [&](const std::vector<std::string>& path) {
    json::Value at = json::root(**content);
    for (const std::string& segment : path) at = at.get(segment);
    return at;
  };
  const auto scalar = [](json::Value value) {
    if (!value.valid()) return Scalar{};
    return value.is_string() ? Scalar::of(std::string(value.string())) : Scalar::of(value.integer());
  };
  take(of.sender, Scalar::of(deed.sender));
  const auto as = std::ranges::find(of.types, deed.type, &TypeCase::type);
  if (as == of.types.end()) return std::nullopt;
  out.push_back(as->when);
  take(as->state_key, Scalar::of(deed.state_key));
  for (const auto& [column, choice] : as->columns) take(choice, scalar(value_at(version_.plan[column].path)));
  for (const auto& [column, entries] : as->entries) {
    for (const auto& [key, choice] : entries) take(choice, scalar(value_at(version_.plan[column].path).get(key)));
  }
  return known ? std::optional(out) : std::nullopt;
}

std::vector<Literal> History::pin_times(const std::vector<std::size_t>& by_time) const {
  std::vector<Literal> out;
  for (std::size_t i = 0; i < by_time.size(); ++i) {
    for (std::size_t j = i + 1; j < by_time.size(); ++j) out.push_back(world_.earlier[by_time[i]][by_time[j]]);
  }
  return out;
}

}  // namespace stateroom::bounded
