#include "model/resolve/resolution.h"

#include <algorithm>

#include "model/resolve/event_set.h"
#include "model/resolve/interpreter.h"

namespace stateroom::resolve {

struct Resolver::Data {
  Data(rules::Evaluator& evaluator, StateStore& store, const base::Limits& the_limits)
      : context(evaluator, store), interpreter(context), limits(the_limits) {
    const rules::CoreVersion& version = evaluator.program().version();
    result = version.resolution_name("result");
    order = version.resolution_order();
    base::require(result < version.resolution.size(), "a resolution has a name `result`");
  }

  void write_trace(Trace& trace);

  Context context;
  Interpreter interpreter;
  base::Limits limits;
  rules::RuleIndex flipped;
  std::uint32_t result = 0;
  std::vector<std::uint32_t> order;  // of the names in a trace
};

Resolver::Resolver(rules::Evaluator& evaluator, StateStore& store, const base::Limits& limits)
    : data_(std::make_unique<Data>(evaluator, store, limits)) {}

Resolver::~Resolver() = default;

void Resolver::set_horizon(EventIndex horizon) { data_->context.horizon = horizon; }

void Resolver::flip(rules::RuleIndex rule) { data_->flipped = rule; }

std::vector<EventIndex> Resolver::members_of(std::uint32_t name) {
  std::vector<EventIndex> out;
  members(data_->context, data_->interpreter.named(name), out);
  return out;
}

const Work& Resolver::work() const { return data_->context.work; }

void Resolver::Data::write_trace(Trace& trace) {
  const auto& names = context.evaluator.program().version().resolution;
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    if (names[i].parameters.empty()) interpreter.named(i);  // what a function gave is whole after this
  }
  for (const std::uint32_t i : order) {
    TraceValue value;
    value.name = names[i].name;
    if (!names[i].parameters.empty()) {
      value.kind = TraceValue::Kind::kFunction;
      value.keyed = interpreter.keyed(i);
      if (!value.keyed.empty()) trace.values.push_back(std::move(value));
      continue;
    }
    const Events& events = interpreter.named(i);
    value.events = interpreter.sorted(i).events;
    value.keys = interpreter.sorted(i).keys;
    if (events.is_order) {
      value.kind = TraceValue::Kind::kOrder;
      value.events = events.events;
    } else if (names[i].value->type.kind == rules::TypeKind::kState || i == result) {
      value.kind = TraceValue::Kind::kState;
      value.state = as_state(context, events);
    } else {
      value.kind = TraceValue::Kind::kEvents;
      members(context, events, value.events);
    }
    trace.values.push_back(std::move(value));
  }
}

base::Result<State> Resolver::resolve(std::span<const State> states, Trace* trace) {
  Context& context = data_->context;
  if (states.size() > data_->limits.state_sets_max) {
    return base::fail(base::ErrorCode::kLimit,
                      "more state sets than `state_sets_max` (" + std::to_string(data_->limits.state_sets_max) + ")");
  }
  context.work = {};
  context.steps_max = data_->limits.resolution_steps_max;
  context.paths_steps = 0;
  context.paths_steps_max = data_->limits.paths_steps_max;
  context.trace = trace;
  context.flipped = data_->flipped;
  context.name = nullptr;
  if (trace != nullptr) *trace = {};
  data_->interpreter.start(states);
  const State result = data_->interpreter.named_state(data_->result);
  context.flipped = {};  // what is asked about the result is asked of the rules as they are
  if (trace != nullptr) data_->write_trace(*trace);
  context.trace = nullptr;
  if (context.paths_steps > context.paths_steps_max) {
    return base::fail(base::ErrorCode::kLimit, "following `paths of` took more steps than `paths_steps_max` (" +
                                                   std::to_string(context.paths_steps_max) + ")");
  }
  if (context.over_limit()) {
    return base::fail(base::ErrorCode::kLimit, "the resolution took more steps than `resolution_steps_max` (" +
                                                   std::to_string(context.steps_max) + ")");
  }
  return result;
}

}  // namespace stateroom::resolve
