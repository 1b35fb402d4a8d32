// Histories of a fixed shape: events that are fixed and events of a vocabulary, each allowed in the state before it.
//
// In:  a version, a vocabulary, concrete events that come first, prev_events of the others, what is assumed of clocks
//      and auth_events.
// Out: a world with the states before and after each event; what a model says of an event; an event as literals.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/bounded/encoder.h"
#include "model/bounded/solve.h"
#include "model/event/event.h"

namespace stateroom::bounded {

/// A field of the content that is chosen: one value of a column, or of an entry of one that is a map.
struct FreeField {
  std::vector<std::string> path;
  std::optional<std::string> entry;
  std::vector<Scalar> values;
};
/// What an event of one type may be. The content has no other fields.
struct FreeType {
  std::string type;
  std::vector<std::string> state_keys;
  std::vector<FreeField> fields;
};
struct Vocabulary {
  std::vector<std::string> senders;
  std::vector<FreeType> types;
};

struct Setting {
  std::vector<event::Event> first;               // the create event is the first; each one after the one before it
  std::vector<std::vector<std::uint32_t>> prev;  // of the others; ascending
  bool honest_clock = true;                      // a time is greater than those of all ancestors
  bool honest_auth_events = true;                // exactly the selection from the state before
};

/// What somebody does, as far as a version of the language sees it.
struct Deed {
  std::string type, state_key, sender, content;
};

class History {
 public:
  /// Error: Unencodable, thrown.
  History(const rules::CoreVersion& version, const Vocabulary& vocabulary, const Setting& setting);

  World& world() { return world_; }
  const World& world() const { return world_; }
  Encoder& encoder() { return encoder_; }
  std::size_t size() const { return world_.size(); }
  std::size_t first() const { return first_; }
  const Members& after(std::size_t event) const { return after_[event]; }
  const Members& before(std::size_t event) const { return world_.events[event].before; }
  const Members& cites(std::size_t event) const { return world_.events[event].cites; }
  Literal same_key(std::size_t a, std::size_t b) const { return encoder_.known_same_key(a, b); }
  const std::map<std::size_t, Encoder::Merge>& merges() const { return encoder_.merges(); }
  /// Is an event an ancestor of another along prev_events, or itself?
  bool reaches(std::size_t later, std::size_t earlier) const { return past_[later][earlier]; }

  Deed deed(const Model& model, std::size_t event) const;
  /// The events by their times, earliest first.
  std::vector<std::size_t> by_time(const Model& model) const;
  std::vector<std::uint32_t> members(const Model& model, const Members& of) const;
  /// Literals that together say that an event is this one; none if the vocabulary has no such event.
  std::optional<std::vector<Literal>> pin(std::size_t event, const Deed& deed) const;
  /// … and that events come in this order of time; only those pairs that are free.
  std::vector<Literal> pin_times(const std::vector<std::size_t>& by_time) const;

 private:
  void add_fixed(const event::Event& event);
  void add_free(const Vocabulary& vocabulary, const std::vector<std::uint32_t>& prev);
  TypeCase free_case(const FreeType& of, Literal when);
  void add_past();
  void add_clock(bool honest);
  void live(bool honest_auth_events);

  const rules::CoreVersion& version_;
  World world_;
  Encoder encoder_;
  std::size_t first_;
  std::vector<Members> after_;
  std::vector<std::vector<bool>> past_;
};

}  // namespace stateroom::bounded
