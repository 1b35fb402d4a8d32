// One question as clauses: is there a history of this shape, in the vocabulary `study`, that keeps to the terms and
// breaks the property?
//
// In:  a stage with the prefix `study` and the program of a version with a property; a shape; terms.
// Out: the circuit of the question, and what its models say.
// Promise: what sim/explore asks of histories is asked here of all of them: the same prefix, people, terms and state
//          sets. Contents of power levels are any of the vocabulary's, not only those that change one level.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/bounded/history.h"
#include "sim/decide/shapes.h"
#include "sim/explore/search.h"

namespace stateroom::decide {

/// What of a stage a question needs; questions of one stage can be made side by side.
struct Ground {
  std::shared_ptr<const rules::Program> program;
  std::vector<event::Event> first;  // the prefix
  bounded::Vocabulary vocabulary;
  std::uint32_t prefix() const { return static_cast<std::uint32_t>(first.size()); }
  static Ground of(explore::Stage& stage, const explore::Study& study);
};

/// The shapes that are asked about under these terms.
std::vector<Shape> shapes_under(std::uint32_t prefix, std::uint32_t events, const properties::Terms& terms);

class Scope {
 public:
  /// Error: bounded::Unencodable, thrown.
  Scope(const Ground& ground, Shape shape, const properties::Terms& terms);

  bounded::Circuit& circuit() { return history_.world().circuit; }
  const bounded::Circuit& circuit() const { return history_.world().circuit; }
  bounded::History& history() { return history_; }
  /// The history keeps to the hypotheses, and the state sets differ.
  bounded::Literal asked() const { return asked_; }
  /// An event violates the property.
  bounded::Literal violated() const { return violated_; }
  /// At most so many clauses, of which one holds in every history that is asked about.
  std::vector<std::vector<bounded::Literal>> parts(std::size_t count) const;
  const Shape& shape() const { return shape_; }

  /// What its variables stand for, a line each: a literal and a name.
  std::vector<std::string> names() const;

  /// A model as choices for a stage that holds the prefix.
  struct Play {
    std::vector<bounded::Deed> deeds;
    std::vector<std::vector<std::uint32_t>> prev, cites;
    std::vector<std::int64_t> times;
    std::vector<explore::StateSet> sets;
  };
  Play play(const bounded::Model& model) const;

  /// The values of a model by name, to be held against the engine's: of events by number, of orders in their order.
  struct Value {
    std::string name;
    std::vector<std::uint32_t> events;
  };
  struct Merge {
    std::vector<std::vector<std::uint32_t>> states;
    std::vector<Value> values;
  };
  /// Of the question's own merge, or of the one before an event.
  Merge merge(const bounded::Model& model) const { return values(model, merge_); }
  std::vector<std::uint32_t> before(const bounded::Model& model, std::uint32_t event) const {
    return history_.members(model, history_.before(event));
  }
  std::vector<std::pair<std::uint32_t, Merge>> merges_before(const bounded::Model& model) const;

  /// Literals that say which history and state sets are meant; none if the vocabulary has an event of it not.
  std::optional<std::vector<bounded::Literal>> pin(const Play& play) const;

 private:
  void assume(const properties::Terms& terms);
  static void note_orders(const bounded::Encoder::Merge& merge);
  void choose_sets(const properties::Terms& terms);
  bounded::Members stale(const bounded::Members& exact, std::uint32_t last, std::uint32_t most);
  Merge values(const bounded::Model& model, const bounded::Encoder::Merge& merge) const;

  const Ground& ground_;
  Shape shape_;
  bounded::History history_;
  bool honest_auth_events_;
  bounded::Literal asked_ = bounded::kTrue, violated_ = bounded::kFalse;
  std::uint32_t last_ = 0;
  std::vector<std::pair<std::uint32_t, bounded::Literal>> others_;  // after which event the other state set is
  bounded::Literal stale_is_last_ = bounded::kFalse;                // the newest state has the older entries
  bounded::Members old_;                                            // older entries, by event; empty: none may be
  bounded::Encoder::Merge merge_;
};

}  // namespace stateroom::decide
