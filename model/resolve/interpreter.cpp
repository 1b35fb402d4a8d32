#include "model/resolve/interpreter.h"

#include <algorithm>

#include "model/base/encode.h"
#include "model/resolve/event_set.h"
#include "model/resolve/iterative_checks.h"
#include "model/resolve/order.h"
#include "model/resolve/reachable.h"

namespace stateroom::resolve {

using rules::Core;
using rules::CoreKind;
using rules::TypeKind;

Interpreter::Interpreter(Context& context) : context_(context) {
  const rules::CoreVersion& version = context.evaluator.program().version();
  event_locals_.resize(version.locals + 1);
  set_locals_.resize(version.locals + 1, nullptr);
  std::uint32_t positions = 0;
  names_.resize(version.resolution.size());
  for (std::size_t i = 0; i < names_.size(); ++i) {
    names_[i].core = &version.resolution[i];
    names_[i].value = lower(version.resolution[i].value, context.room, version.resolution, positions);
  }
  positions_.resize(positions);
}

void Interpreter::start(std::span<const State> states) {
  for (Name& name : names_) {
    name.known = false;
    name.events.clear();
    name.sorted.events.clear();
    name.sorted.keys.clear();
    name.keyed.clear();
  }
  for (Memo& memo : positions_) memo.started = false;
  bound_.clear();
  split(context_, states, split_);
}

const Events& Interpreter::named(std::uint32_t index) {
  Name& name = names_[index];
  if (name.known) return name.events;
  base::require(name.core->parameters.empty(), "a function is no value");
  const std::uint32_t outer = std::exchange(current_, index);
  const std::string* outer_name = std::exchange(context_.name, &name.core->name);
  evaluate(*name.value, name.events);
  current_ = outer;
  context_.name = outer_name;
  name.known = true;
  return name.events;
}

State Interpreter::named_state(std::uint32_t name) { return as_state(context_, named(name)); }

// Evaluates the body of a function with its parameters bound to the arguments.
template <class Body>
auto Interpreter::call(const Node& node, Body&& body) {
  const Name& function = names_[static_cast<std::size_t>(node.core->number)];
  const auto& parameters = function.core->parameters;
  base::require(parameters.size() == node.args.size(), "a function is called with its parameters");
  // The arguments of calls that are being evaluated stand on one stack; calls inside push theirs above.
  const std::size_t first = bound_.size();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (function.core->parameter_types[i].kind == TypeKind::kEvent) {
      const EventIndex argument = event(*node.args[i]);
      bound_.push_back({argument, nullptr, std::nullopt});
    } else {
      auto space = context_.value();
      const Events* argument = &value(*node.args[i], *space);
      bound_.push_back({EventIndex::none(), argument, std::move(space)});
    }
  }
  const auto exchange = [&] {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      std::swap(bound_[first + i].event, event_locals_[parameters[i]]);
      std::swap(bound_[first + i].set, set_locals_[parameters[i]]);
    }
  };
  exchange();
  auto result = body(*function.value);
  exchange();
  while (bound_.size() > first) bound_.pop_back();
  return result;
}

const Events& Interpreter::value(const Node& node, Events& space) {
  if (node.kind == CoreKind::kNamed && node.args.empty()) return named(static_cast<std::uint32_t>(node.core->number));
  if (node.kind == CoreKind::kVariable) {
    const Events* bound = set_locals_[static_cast<std::size_t>(node.core->number)];
    if (bound != nullptr) return *bound;
  }
  evaluate(node, space);
  return space;
}

void Interpreter::evaluate(const Node& node, Events& out) {
  out.clear();
  const CoreKind kind = node.kind;
  if (kind == CoreKind::kEmptySet) return;
  if (kind == CoreKind::kVariable) {
    const Events* bound = set_locals_[static_cast<std::size_t>(node.core->number)];
    base::require(bound != nullptr, "a set is bound before it is read");
    out = *bound;
  } else if (kind == CoreKind::kNamed && node.args.empty()) {
    out = named(static_cast<std::uint32_t>(node.core->number));
  } else if (kind == CoreKind::kNamed) {
    call(node, [&](const Node& body) {
      evaluate(body, out);
      return true;
    });
  } else if (kind == CoreKind::kIf) {
    evaluate(*node.args[boolean(*node.args[0]) ? 1 : 2], out);
  } else if (kind == CoreKind::kSingleton) {
    const EventIndex one = event(*node.args[0]);
    if (one.valid()) out.events.push_back(one);
  } else if (kind == CoreKind::kEdges) {
    for (const EventIndex cited : context_.room.cited(node.field, event(*node.args[0]))) {
      if (cited.valid()) out.events.push_back(cited);
    }
    std::sort(out.events.begin(), out.events.end());
    out.events.erase(std::unique(out.events.begin(), out.events.end()), out.events.end());
  } else if (kind == CoreKind::kOnly) {
    if (split_.states.size() == 1) out.common = split_.states[0];
  } else if (kind == CoreKind::kUnionOf || kind == CoreKind::kIntersectionOf || kind == CoreKind::kDifferenceOf) {
    evaluate_aggregate(node, out);
  } else if (kind == CoreKind::kTopological || kind == CoreKind::kSort || kind == CoreKind::kLine ||
             kind == CoreKind::kApply || kind == CoreKind::kUntilRejected || kind == CoreKind::kFirstAllowed) {
    evaluate_orders(node, out);
  } else {
    evaluate_sets(node, out);
  }
}

void Interpreter::evaluate_sets(const Node& node, Events& out) {
  auto left_space = context_.value();
  if (node.kind == CoreKind::kComprehension) return evaluate_comprehension(node, out);
  if (node.kind == CoreKind::kMeet) return evaluate_meet(node, out);
  if (node.kind == CoreKind::kReachable && node.args.size() == 2) {
    auto right_space = context_.value();
    const Events& within = value(*node.args[1], *right_space);
    return reachable(context_, value(*node.args[0], *left_space), node.field, &within, EventIndex{0}, out);
  }
  const Events& left = value(*node.args.at(0), *left_space);
  if (node.kind == CoreKind::kReachable) return reachable(context_, left, node.field, nullptr, EventIndex{0}, out);
  if (node.kind == CoreKind::kBetween) return between(context_, left, node.field, out);
  if (node.kind == CoreKind::kRivals) return rivals(context_, left, out);

  auto right_space = context_.value();
  const Events& right = value(*node.args.at(1), *right_space);
  if (node.kind == CoreKind::kOverlaid) {
    out.common = overlay(context_, as_state(context_, left), as_state(context_, right));
    return;
  }
  if (node.kind == CoreKind::kAdmitted) return admitted(context_, left, as_state(context_, right), out);
  if (node.kind == CoreKind::kAtKeys) return at_keys(context_, left, right, out);
  out.common = left.common;
  out.events = left.events;
  if (node.kind == CoreKind::kUnion) return unite(context_, out, right);
  base::require(node.kind == CoreKind::kMinus, "an expression of the resolution has a value of events");
  subtract(context_, out, right);
}

// A chain that is met with a set need not be followed below the set's least event.
void Interpreter::evaluate_meet(const Node& node, Events& out) {
  auto left_space = context_.value();
  auto right_space = context_.value();
  for (std::size_t side = 0; side < 2; ++side) {
    const Node& chain = *node.args[side];
    if (chain.kind != CoreKind::kReachable || chain.args.size() != 1) continue;
    const Events& other = value(*node.args[1 - side], *right_space);
    if (other.common != State{}) break;
    if (other.events.empty()) return;
    auto start_space = context_.value();
    reachable(context_, value(*chain.args[0], *start_space), chain.field, nullptr, other.events.front(), *left_space);
    return meet(context_, *left_space, other, out);
  }
  const Events& left = value(*node.args[0], *left_space);
  const Events& right = value(*node.args[1], *right_space);
  meet(context_, left, right, out);
}

void Interpreter::evaluate_comprehension(const Node& node, Events& out) {
  auto space = context_.value();
  const Events& domain = value(*node.args[0], *space);
  out.is_order = domain.is_order;
  auto all = context_.lists.take();
  if (domain.is_order) {
    all->assign(domain.events.begin(), domain.events.end());
  } else {
    members(context_, domain, *all);
  }
  context_.touch(all->size());
  EventIndex& bound = event_locals_[node.core->binders[0]];
  const EventIndex outer = bound;
  for (const EventIndex event : *all) {
    bound = event;
    if (boolean(*node.args[1])) out.events.push_back(event);
  }
  bound = outer;
}

void Interpreter::evaluate_aggregate(const Node& node, Events& out) {
  if (node.way == Node::Way::kStates) {
    if (node.kind != CoreKind::kDifferenceOf) out.common = split_.common;
    if (node.kind != CoreKind::kIntersectionOf) out.events = split_.differing;
    return;
  }
  if (node.way != Node::Way::kPlain) {
    return chain_difference(context_, split_, node.field, node.way == Node::Way::kInclusiveChains, out);
  }
  base::require(node.args[1]->kind == CoreKind::kStates, "an aggregate goes through the state sets");
  const Events*& bound = set_locals_[node.core->binders[0]];
  const Events* outer = bound;
  auto united = context_.value();
  auto met = context_.value();
  bool first = true;
  for (const State state : split_.states) {
    Events one;
    one.common = state;
    bound = &one;
    auto each = context_.value();
    evaluate(*node.args[0], *each);
    unite(context_, *united, *each);
    if (first) {
      *met = *each;
    } else {
      auto both = context_.value();
      meet(context_, *met, *each, *both);
      std::swap(*met, *both);
    }
    first = false;
  }
  bound = outer;
  if (node.kind == CoreKind::kIntersectionOf) {
    out = *met;
    return;
  }
  out = *united;
  if (node.kind == CoreKind::kDifferenceOf) subtract(context_, out, *met);
}

void Interpreter::evaluate_orders(const Node& node, Events& out) {
  auto space = context_.value();
  if (node.kind == CoreKind::kLine) {
    line(context_, event(*node.args[0]), node.field, node.key, out.events);
    out.is_order = true;
    return;
  }
  const Events& first = value(*node.args[0], *space);
  if (node.kind == CoreKind::kApply) {
    out.common = apply(context_, first.events, state(*node.args[1]));
    return;
  }
  auto all = context_.lists.take();
  auto keys = context_.keys.take();
  members(context_, first, *all);
  keys_of(node, *all, *keys);
  const std::size_t width = node.keys.size();
  if (node.kind == CoreKind::kTopological) {
    topological(context_, *all, *keys, width, node.field, node.core->flag, out.events);
    out.is_order = true;
    return note_order(node, out.events);
  }
  if (node.kind == CoreKind::kSort) {
    sort_events(context_, *all, *keys, width, out.events);
    out.is_order = true;
    return note_order(node, out.events);
  }
  auto sorted = context_.lists.take();
  sort_events(context_, *all, *keys, width, *sorted);
  note_order(node, *sorted);
  const State against = state(*node.args[1]);
  out.common = node.kind == CoreKind::kUntilRejected ? until_rejected(context_, *sorted, against, node.core->flag)
                                                     : first_allowed(context_, *sorted, against, node.core->flag);
}

State Interpreter::state(const Node& node) {
  auto space = context_.value();
  return as_state(context_, value(node, *space));
}

EventIndex Interpreter::event(const Node& node) {
  if (node.kind == CoreKind::kVariable) return event_locals_[static_cast<std::size_t>(node.core->number)];
  if (node.kind == CoreKind::kStateEntry) {
    return node.key.valid() ? context_.store.get(state(*node.args[0]), node.key) : EventIndex::none();
  }
  if (node.kind == CoreKind::kIf) return event(*node.args[boolean(*node.args[0]) ? 1 : 2]);
  base::require(node.kind == CoreKind::kListSlot, "an expression of the resolution has an event as its value");
  if (node.args[0]->kind == CoreKind::kEdges) {
    const EventIndex from = event(*node.args[0]->args[0]);
    return from.valid() ? cited_of_key(context_, from, node.field, node.key) : EventIndex::none();
  }
  return node.key.valid() ? context_.store.get(state(*node.args[0]), node.key) : EventIndex::none();
}

bool Interpreter::is_in(const Node& node) {
  auto space = context_.value();
  const EventIndex one = event(*node.args[0]);
  return one.valid() && contains(context_, value(*node.args[1], *space), one);
}

bool Interpreter::boolean(const Node& node) {
  if (!node.ours) {
    const rules::StateView nothing = rules::StateView::of(context_.store, State{});
    return context_.evaluator.boolean(node.core, EventIndex::none(), nothing, event_locals_);
  }
  const CoreKind kind = node.kind;
  if (kind == CoreKind::kAnd) return boolean(*node.args[0]) && boolean(*node.args[1]);
  if (kind == CoreKind::kOr) return boolean(*node.args[0]) || boolean(*node.args[1]);
  if (kind == CoreKind::kNot) return !boolean(*node.args[0]);
  if (kind == CoreKind::kIf) return boolean(*node.args[boolean(*node.args[0]) ? 1 : 2]);
  if (kind == CoreKind::kIn) return is_in(node);
  if (kind == CoreKind::kNamed) return call(node, [&](const Node& body) { return boolean(body); });
  if (kind == CoreKind::kEqual || kind == CoreKind::kNotEqual) {
    const EventIndex left = event(*node.args[0]), right = event(*node.args[1]);
    return (left.valid() && left == right) == (kind == CoreKind::kEqual);
  }
  if (kind == CoreKind::kIs && node.core->text == "empty") {
    auto space = context_.value();
    const Events& set = value(*node.args[0], *space);
    return set.events.empty() && set.common == State{};
  }
  if (kind == CoreKind::kIs) {
    base::require(node.core->text == "present" || node.core->text == "absent", "an event is present or absent");
    return event(*node.args[0]).valid() == (node.core->text == "present");
  }
  base::require(kind == CoreKind::kGiven, "an expression of the resolution has a Boolean as its value");
  const rules::StateView view = rules::StateView::of(context_.store, state(*node.args[2]));
  return context_.evaluator.boolean(node.core->args[0], event(*node.args[1]), view, event_locals_);
}

Interpreter::Scalar Interpreter::position(const Node& node) {
  const Node& from = *node.args[0];
  const Node& in = *node.args[1];
  std::optional<Memo> memo_of_call;
  // A line without parameters is the same for all events: so are the places in it.
  const bool same_line = in.kind == CoreKind::kNamed && in.args.empty();
  Memo& memo = same_line ? positions_[node.places] : memo_of_call.emplace();
  if (!memo.started) {
    auto space = context_.value();
    memo.places.start(context_, value(in, *space).events);
    memo.started = true;
  }
  std::uint32_t place = Places::kNowhere;
  if (from.kind == CoreKind::kLine) {
    place = memo.places.of(context_, event(*from.args[0]), from.field, from.key);
  } else {
    auto space = context_.value();
    for (const EventIndex event : value(from, *space).events) {
      place = memo.places.of(context_, event, 0, KeyIndex::none());
      if (place != Places::kNowhere) break;
    }
  }
  return place == Places::kNowhere ? Scalar{true, 0} : Scalar{false, place};
}

Interpreter::Scalar Interpreter::scalar(const Node& node) {
  const Core& core = *node.core;
  if (node.kind == CoreKind::kPosition) return position(node);
  if (node.kind == CoreKind::kNamed) {
    const Scalar result = call(node, [&](const Node& body) { return scalar(body); });
    if (context_.trace != nullptr && node.args.size() == 1 && core.type.kind != TypeKind::kEvents) {
      const EventIndex of = event(*node.args[0]);
      names_[static_cast<std::size_t>(core.number)].keyed.emplace_back(of, text_of(node, of, result));
    }
    return result;
  }
  if (node.kind == CoreKind::kIf && node.ours) return scalar(*node.args[boolean(*node.args[0]) ? 1 : 2]);
  if (node.kind == CoreKind::kEventField && node.args[0]->kind == CoreKind::kVariable) {
    const EventIndex of = event(*node.args[0]);
    if (core.text == "event_id") return {false, static_cast<std::int64_t>(context_.room.id_rank(of))};
    if (core.text == "origin_server_ts") return {false, context_.room.origin_server_ts(of)};
  }
  if (node.kind == CoreKind::kGiven && node.ours) {
    const rules::StateView view = rules::StateView::of(context_.store, state(*node.args[2]));
    return context_.evaluator.scalar(core.args[0], event(*node.args[1]), view, event_locals_);
  }
  base::require(!node.ours, "a component of a key is a value that can be compared");
  const rules::StateView nothing = rules::StateView::of(context_.store, State{});
  return context_.evaluator.scalar(node.core, EventIndex::none(), nothing, event_locals_);
}

void Interpreter::keys_of(const Node& node, std::span<const EventIndex> events, std::vector<KeyPart>& out) {
  out.clear();
  if (node.core->binders.empty()) return;
  EventIndex& bound = event_locals_[node.core->binders[0]];
  const EventIndex outer = bound;
  for (const EventIndex event : events) {
    bound = event;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const Scalar value = scalar(*node.keys[i]);
      const std::int64_t infinite = value.infinite ? 1 : 0;
      // ~x falls where x rises and has no overflow.
      out.push_back(node.core->keys[i].descending ? KeyPart{-infinite, value.infinite ? 0 : ~value.value}
                                                  : KeyPart{infinite, value.infinite ? 0 : value.value});
    }
  }
  bound = outer;
}

std::string Interpreter::text_of(const Node& key, EventIndex event, Scalar scalar) const {
  if (scalar.infinite) return "infinite";
  if (key.kind == CoreKind::kEventField && key.core->text == "event_id") {
    return std::string(context_.room.strings().text(context_.room.event_id(event)));
  }
  if (key.kind == CoreKind::kSha1) {
    return base::hex(base::sha1(context_.room.strings().text(context_.room.event_id(event))));
  }
  return std::to_string(scalar.value);
}

void Interpreter::note_order(const Node& node, std::span<const EventIndex> sorted) {
  if (context_.trace == nullptr) return;
  Sorted& note = names_[current_].sorted;
  note.events.assign(sorted.begin(), sorted.end());
  note.keys.clear();
  Trace* trace = std::exchange(context_.trace, nullptr);  // the keys are computed once more, not traced once more
  EventIndex& bound = event_locals_[node.core->binders[0]];
  const EventIndex outer = bound;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    TraceKey key;
    key.component = node.core->keys[i].name;
    key.descending = node.core->keys[i].descending;
    for (const EventIndex event : sorted) {
      bound = event;
      key.values.push_back(text_of(*node.keys[i], event, scalar(*node.keys[i])));
    }
    note.keys.push_back(std::move(key));
  }
  bound = outer;
  context_.trace = trace;
}

}  // namespace stateroom::resolve
