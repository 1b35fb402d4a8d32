// Whole resolutions as circuits: rules, definitions, auth events, state before and resolution of one version, walked
// node by node.
//
// In:  the CoreVersion of a text (with the names of a property, if one is asked); a world of events.
// Out: literals: an event is allowed in a state, cites another, is a member of a named value.
// Promise: the same tree as model/rules evaluates and model/resolve interprets: no rule, definition or line of a
//          resolution is written here, only what each kind of node means. A kind without an encoding is thrown as
//          `Unencodable` with its place, never approximated.
// How: a state is one literal an event; an order is a literal a pair; values are choices among those of the
//      vocabulary, and levels are compared in unary. Only `topological`, `apply` and `until_rejected` make variables,
//      and each has one solution for given inputs.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/bounded/world.h"
#include "model/rules/core.h"

namespace stateroom::bounded {

using rules::Core;
using rules::CorePtr;

/// An expression or primitive that has no encoding.
class Unencodable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Encoder {
 public:
  Encoder(const rules::CoreVersion& version, World& world);

  /// The state before an event, by the section `state before`; the events that it has in prev_events have theirs.
  Members state_before(std::size_t event);
  /// The state after an event of which the state before is known.
  Members state_after(std::size_t event);
  /// The auth_events that the section `auth events` selects.
  Members selection(std::size_t event, const Members& state);
  /// What the rules say. `recheck`: inside a resolution, where static rules on the event's edges keep their outcome.
  Literal allowed(std::size_t event, const Members& state, bool recheck);

  /// One merge: what went in, and the values of the names of the section without parameters that were asked for.
  struct Merge {
    std::vector<Members> states;
    std::vector<std::optional<Events>> names;  // by index in `resolution`
  };
  Merge begin(std::vector<Members> states) const;
  const Events& named(Merge& merge, std::size_t name);
  /// Merges that were made for states before events.
  const std::map<std::size_t, Merge>& merges() const { return merges_; }

  /// The event that a state has for a key.
  EventChoice entry(const Members& state, const std::string& type, const std::string& state_key);
  Choice field(const EventView& view, const std::string& name);
  /// A field of the content, or an entry of a map.
  Choice content(const EventChoice& of, const std::vector<std::string>& path, const std::string* entry = nullptr);
  Literal equal(const Choice& a, const Choice& b);
  Literal less(const Choice& a, const Choice& b);
  /// Two events have one key.
  Literal same_key(std::size_t a, std::size_t b);
  /// The same of two events of which it was asked before.
  Literal known_same_key(std::size_t a, std::size_t b) const { return a == b ? kTrue : same_.at(std::minmax(a, b)); }
  /// Along an edge field, one edge or more: reached[i] holds of what `from` reaches.
  Members reachable(const Members& from, const std::string& field, const Members* within);

  const rules::CoreVersion& version() const { return version_; }
  World& world() { return world_; }

 private:
  struct Frame {
    EventView event;
    StateOf* state = nullptr;
  };
  class Framed;
  class Section;
  struct Names {  // the section whose names are read
    const std::vector<rules::CoreName>* all = nullptr;
    Merge* merge = nullptr;
  };

  // encode_values.cpp
  Choice value(const Core& core);
  Choice chosen(const Core& core);
  Choice text_function(const Core& core);
  Choice column(const EventView& view, graph::ColumnIndex column);
  Choice map_entry(const Core& core);
  Choice entry_of(const EventView& view, graph::ColumnIndex column, const std::string& key);
  EventChoice event(const Core& core);
  EventChoice event_by_id(const Core& core);
  Choice boolean(Literal literal) const;

  // encode_conditions.cpp
  Literal truth(const Core& core);
  Literal compare(const Core& core);
  Literal is(const Core& core);
  Literal is_value(const Core& core, const Choice& of);
  Literal is_map(const Core& core);
  Literal contains(const Core& set, const Choice& of);
  Literal quantify(const Core& core);

  // binding.h
  template <class Case, class Body>
  Choice each(const std::vector<std::pair<Case, Literal>>& cases, Body&& body);
  template <class Case, class Body>
  Literal each_truth(const std::vector<std::pair<Case, Literal>>& cases, Body&& body);
  template <class Body>
  auto call(const Core& core, Body&& body);

  // encode_domains.cpp
  struct Item {
    Literal there = kTrue;
    std::vector<Local> values;
  };
  std::vector<Item> items(const Core& domain);
  std::vector<Item> changes(const Core& domain);
  std::vector<Item> levels(const Core& domain);
  std::vector<Item> entries(const Core& domain);
  std::vector<Item> family(const Core& domain);
  std::vector<std::string> keys_of(const EventChoice& holders, graph::ColumnIndex column) const;
  void bind(const std::vector<std::uint32_t>& binders, const std::vector<Local>& values);

  // encode_rules.cpp
  struct Outcome {
    Literal allows = kFalse, rejects = kFalse, skips = kFalse;
  };
  Outcome block(const std::vector<rules::CoreRule>& rules);
  Outcome rule(const rules::CoreRule& rule);
  Outcome for_each(const rules::CoreRule& rule);
  using Wanted = std::map<Slot, std::vector<Literal>>;
  void want(const std::vector<rules::CoreRule>& rules, Literal guard, Wanted& into);
  Literal selects(const EventChoice& cited);

  // encode_sets.cpp
  Events events(const Core& core);
  Events set_algebra(const Core& core);
  Events aggregate(const Core& core);
  Events comprehension(const Core& core);
  Events either(Literal test, const Events& yes, const Events& no);
  Events resolve(const Core& core);
  Members edges(const Core& core);
  Members between(const Members& from, const std::string& field);
  Members rivals(const Members& of);
  Members overlaid(const Members& below, const Members& above);
  Members at_keys(const Members& set, const Members& of);
  Literal edge(const std::string& field, std::size_t from, std::size_t to) const;
  StateOf& state_of(const Members& members);
  StateOf& state(const Core& core);
  const EventChoice& entry(StateOf& state, const std::string& type, const std::string& state_key);

  // encode_orders.cpp
  using Before = std::function<Literal(std::size_t, std::size_t)>;
  Before by_keys(const Core& core, const Members& members);
  Events topological(const Core& core);
  Events sorted(const Core& core);
  Events line(const Core& core);
  const Members& line_from(std::size_t event, const Slot& slot);
  Choice position(const Core& core);

  // encode_checks.cpp
  Members apply(const Core& core);
  Members until_rejected(const Core& core);
  Members first_allowed(const Core& core);
  Literal key_in(const Members& state, const Slot& slot);
  bool is_read(const Slot& slot);
  Members last_of_each_key(const Members& in, const std::vector<std::size_t>& all, const Before& before);
  std::vector<std::size_t> live(const Members& members) const;

  [[noreturn]] void refuse(const Core& core, std::string_view what) const;

  const rules::CoreVersion& version_;
  World& world_;
  Circuit& circuit_;
  Frame frame_;
  Names names_;
  bool recheck_ = false;
  std::vector<Local> locals_;
  std::map<Members, std::unique_ptr<StateOf>> states_;
  std::map<std::pair<std::size_t, std::size_t>, Literal> same_;
  std::map<std::pair<Slot, std::size_t>, Members> lines_;
  std::optional<std::map<std::string, bool>> types_read_;
  std::map<std::size_t, Merge> merges_;
  std::size_t receiving_ = 0;  // the event whose state before is being made
};

}  // namespace stateroom::bounded
