// Evaluates the names of a resolution, each at most once and only if something asks for it.
//
// In:  the section `resolution` of a version, lowered for one room; state sets.
// Out: values of names.
#pragma once

#include <optional>
#include <span>

#include "model/resolve/aggregate.h"
#include "model/resolve/context.h"
#include "model/resolve/line.h"
#include "model/resolve/node.h"

namespace stateroom::resolve {

class Interpreter {
 public:
  explicit Interpreter(Context& context);
  /// Forgets all values.
  void start(std::span<const State> states);
  /// The value of a name without parameters.
  const Events& named(std::uint32_t name);
  State named_state(std::uint32_t name);
  /// An order that was sorted while a name was computed, with its keys as text. Kept only while the context has a
  /// trace.
  struct Sorted {
    std::vector<EventIndex> events;
    std::vector<TraceKey> keys;
  };
  const Sorted& sorted(std::uint32_t name) const { return names_[name].sorted; }
  using Keyed = std::vector<std::pair<EventIndex, std::string>>;
  const Keyed& keyed(std::uint32_t name) const { return names_[name].keyed; }

 private:
  struct Name {
    const rules::CoreName* core = nullptr;
    std::unique_ptr<Node> value;
    bool known = false;
    Events events;
    Sorted sorted;
    Keyed keyed;
  };
  using Scalar = rules::Evaluator::Scalar;

  /// The value of a node: a name's or variable's own, else computed into `space`.
  const Events& value(const Node& node, Events& space);
  void evaluate(const Node& node, Events& out);
  void evaluate_sets(const Node& node, Events& out);
  void evaluate_orders(const Node& node, Events& out);
  void evaluate_aggregate(const Node& node, Events& out);
  void evaluate_meet(const Node& node, Events& out);
  void evaluate_comprehension(const Node& node, Events& out);
  State state(const Node& node);
  EventIndex event(const Node& node);
  bool boolean(const Node& node);
  bool is_in(const Node& node);
  Scalar scalar(const Node& node);
  Scalar position(const Node& node);
  template <class Body>
  auto call(const Node& node, Body&& body);
  /// Keys of the events, a part a component, and the trace of them.
  void keys_of(const Node& node, std::span<const EventIndex> events, std::vector<KeyPart>& out);
  void note_order(const Node& node, std::span<const EventIndex> sorted);
  std::string text_of(const Node& key, EventIndex event, Scalar scalar) const;

  Context& context_;
  std::vector<Name> names_;
  std::vector<EventIndex> event_locals_;
  std::vector<const Events*> set_locals_;
  /// An argument of a call: what its parameter is bound to, or was before.
  struct Bound {
    EventIndex event;
    const Events* set;
    std::optional<Pool<Events>::Lease> space;  // where an argument that is a set was computed
  };
  std::vector<Bound> bound_;
  Split split_;
  struct Memo {
    Places places;
    bool started = false;
  };
  std::vector<Memo> positions_;
  std::uint32_t current_ = 0;  // the name that is being computed
};

}  // namespace stateroom::resolve
