// What is done once a room, once an expression, or once an event, so that a call only does the rest.
#include <algorithm>
#include <limits>
#include <utility>

#include "model/rules/machine.h"

namespace stateroom::rules {

namespace {

constexpr std::uint32_t kNone = Node::kNone;

}  // namespace

Evaluator::Data::Data(std::shared_ptr<const Program> of, Room& in, Oracles answers)
    : program(std::move(of)), room(in), oracles_(std::move(answers)), code_(program->data().code) {
  const auto& columns = room.plan().columns();
  base::require(columns.size() == program->version().plan.columns().size(), "room and program are of one version");
  using Base = event::ValueType::Base;
  for (const graph::Column& column : columns) {
    const bool wildcard = std::ranges::find(column.path, "*") != column.path.end();
    const bool list = wildcard
                          ? is_text(column.type)
                          : column.type.base == Base::kList && column.type.element && is_text(*column.type.element);
    column_is_text_.push_back(is_text(column) ? 1 : 0);
    column_is_map_.push_back(column.type.base == Base::kMap ? 1 : 0);
    column_is_list_.push_back(list ? 1 : 0);
    column_names_.push_back(room.strings().intern(column.path.back()));
  }
  auth_events_ = room.edge_field("auth_events");
  has_auth_events_ = auth_events_ < room.format().edge_fields.size();
  prepared_.resize(room.size());
  locals_.resize(program->version().locals);
  if (program->version().key_valid) key_valid_ = code_.lower(*program->version().key_valid);
  bind();
}

// Puts the room's strings in the place of literals, and gives what was lowered since a place to remember.
void Evaluator::Data::bind() {
  for (std::size_t i = literals_.size(); i < code_.literals.size(); ++i) {
    literals_.push_back(room.strings().intern(code_.literals[i]));
  }
  for (; bound_ < code_.nodes.size(); ++bound_) {
    Node& node = code_.nodes[bound_];
    if (node.op == Op::kLiteral) node.number = literals_[node.a].value();
    if (node.op == Op::kPrefix && code_.nodes[node.b].op == Op::kLiteral && code_.nodes[node.c].op == Op::kLiteral) {
      prefixes_.emplace_back();
      node.number = static_cast<std::int64_t>(prefixes_.size());
    }
  }
  slots_.resize(code_.sites.size());
  memos_.resize(code_.memos);
  matches_.resize(code_.identifiers.size());
}

std::uint32_t Evaluator::Data::prepare(EventIndex event) {
  if (!event.valid()) return kNone;
  if (event.at() >= prepared_.size()) prepared_.resize(room.size());
  if (prepared_[event.at()].sites != kNone) return prepared_[event.at()].sites;
  const StateView nothing;
  const Frame frame{event, &nothing, kNone, false};
  ReadLog* reads = reads_;
  reads_ = nullptr;
  std::vector<std::uint32_t> values;
  for (const Site& site : code_.sites) {
    const StringId key = value(site.key, frame).string();
    if (!key.valid()) {
      values.push_back(kNone);
    } else if (site.by_id) {
      const EventIndex found = room.find(key);
      const bool typed = found.valid() && (site.type == kNone || room.type(found) == literals_[site.type]);
      values.push_back(typed ? found.value() : kNone);
    } else {
      values.push_back(room.find_key(literals_[site.type], key).value());
    }
  }
  reads_ = reads;
  const auto place = static_cast<std::uint32_t>(site_values_.size());
  site_values_.insert(site_values_.end(), values.begin(), values.end());
  prepared_[event.at()].sites = place;
  return place;
}

Frame Evaluator::Data::frame_of(EventIndex event, const StateView* view, bool outer) {
  return {event, view, prepare(event), outer};
}

// What is left of a condition once the parts with which it begins are decided by the event.
std::uint32_t Evaluator::Data::remains(std::uint32_t condition, const Frame& frame) {
  while (code_.begins_decided(condition)) {
    const Node& node = code_.nodes[condition];
    const bool first = truth(node.a, frame);
    if (node.op == Op::kIf) {
      condition = first ? node.b : node.c;
    } else if (first == (node.op == Op::kAnd)) {
      condition = node.b;
    } else {
      return node.a;
    }
  }
  return condition;
}

// The steps that are left for an event once its own conditions are decided.
std::uint32_t Evaluator::Data::residual(EventIndex event, bool recheck) {
  prepare(event);
  std::uint32_t& known = prepared_[event.at()].steps[recheck ? 1 : 0];
  if (known != kNone) return known;
  const StateView nothing;
  const Frame frame = frame_of(event, &nothing, false);
  const Steps& all = program->data().steps;
  Steps left;
  std::vector<std::uint32_t> place(all.size() + 1, 0);  // where each step's successor in `left` is
  std::size_t open_until = 0;                           // a step before this may be jumped over
  std::size_t at = 0;
  const auto go = [&](std::size_t to) {
    for (; at < to; ++at) place[at] = static_cast<std::uint32_t>(left.size());
  };
  while (at < all.size()) {
    Step step = all[at];
    const bool jumps = step.kind == Step::Kind::kWhen || step.kind == Step::Kind::kSkip;
    const bool kept_outcome = recheck && step.on_receipt;
    if (kept_outcome) {
      go(at + 1);
      continue;
    }
    if (step.domain == kNone && step.condition != kNone) {
      step.condition = remains(step.condition, frame);
      step.reads = code_.nodes[step.condition].reads;
    }
    const bool decided = step.domain == kNone && (step.condition == kNone || decided_by_event(step.reads));
    if (!decided) {
      place[at] = static_cast<std::uint32_t>(left.size());
      left.push_back(step);
      if (jumps) open_until = std::max<std::size_t>(open_until, step.target);
      ++at;
      continue;
    }
    const bool holds = step.condition == kNone || truth(step.condition, frame);
    if (jumps) {
      const bool skips = step.kind == Step::Kind::kSkip && holds;
      if (skips && open_until > at) {
        // What may be jumped over itself does not end the block for certain: the head of this very rule, say.
        place[at++] = static_cast<std::uint32_t>(left.size());
        step.condition = kNone;
        left.push_back(step);
        open_until = std::max<std::size_t>(open_until, step.target);
        continue;
      }
      const bool passed_over = step.kind == Step::Kind::kWhen && !holds;
      go(skips || passed_over ? step.target : at + 1);
      continue;
    }
    if (!holds && step.kind != Step::Kind::kIff) {
      go(at + 1);
      continue;
    }
    if (!holds) step.kind = Step::Kind::kReject;
    if (step.kind == Step::Kind::kIff) step.kind = Step::Kind::kAllow;
    step.condition = kNone;
    place[at] = static_cast<std::uint32_t>(left.size());
    left.push_back(step);
    ++at;
    if (at > open_until) break;  // nothing jumps over this decision
  }
  for (; at <= all.size(); ++at) place[at] = static_cast<std::uint32_t>(left.size());
  for (Step& step : left) {
    if (step.kind == Step::Kind::kWhen || step.kind == Step::Kind::kSkip) step.target = place[step.target];
  }
  const auto [shared, fresh] = known_residuals_.try_emplace(left, static_cast<std::uint32_t>(residuals_.size()));
  if (fresh) residuals_.push_back(residual_of(left));
  prepared_[event.at()].steps[recheck ? 1 : 0] = shared->second;
  return shared->second;
}

Evaluator::Data::Residual Evaluator::Data::residual_of(const Steps& steps) const {
  const Program::Data& data = program->data();
  const auto way = [&](const Test::Way& of) { return Running::Way{of.run, data.operands.data() + of.operands}; };
  Residual out;
  for (const Step& step : steps) {
    Running running{step.kind, step.rule, step.target, {}, {}};
    if (step.condition != kNone || step.domain != kNone) {
      const Test& test = data.tests.at({step.domain, step.condition, step.locals});
      running.fast = way(test.fast);
      running.noting = way(test.noting);
    }
    out.steps.push_back(running);
    for (const std::uint32_t node : {step.condition, step.domain}) {
      if (node == kNone) continue;
      const auto& read = code_.sites_read(node);
      out.sites.insert(out.sites.end(), read.begin(), read.end());
      if ((code_.nodes[node].reads & kReadsMore) != 0) out.memorable = false;
    }
  }
  std::sort(out.sites.begin(), out.sites.end());
  out.sites.erase(std::unique(out.sites.begin(), out.sites.end()), out.sites.end());
  return out;
}

// The counter came round: nothing remembered may look new.
void Evaluator::Data::forget() {
  slots_.assign(slots_.size(), {});
  memos_.assign(memos_.size(), {});
  call_ = 1;
}

Decision Evaluator::Data::authorise(EventIndex event, const StateView& state, bool recheck, ReadLog* reads) {
  begin(reads);
  const std::size_t way = recheck && !room.rejected(event) ? 1 : 0;
  if (event.at() >= prepared_.size() || prepared_[event.at()].steps[way] == kNone) residual(event, way == 1);
  const Residual& left = residuals_[prepared_[event.at()].steps[way]];
  const Frame frame{event, &state, prepared_[event.at()].sites, true};
  if (reads == nullptr && left.memorable) {
    return run_unless_remembered(left, frame, prepared_[event.at()].remembered[way]);
  }
  if (reads == nullptr) look_up(left, frame);
  const Decision decision = run(left, frame);
  if (reads != nullptr) reads->finish();
  reads_ = nullptr;
  return decision;
}

void Evaluator::Data::select(EventIndex event) {
  const StateView nothing;
  const Frame frame = frame_of(event, &nothing, false);
  std::vector<KeyIndex> keys;
  const auto& steps = program->data().selection;
  for (std::size_t at = 0; at < steps.size();) {
    const SelectStep& step = steps[at];
    if (step.condition != kNone && !truth(step.condition, frame)) {
      at = step.target;
      continue;
    }
    ++at;
    if (step.type == kNone) continue;
    const StringId state_key = value(step.key, frame).string();
    if (!state_key.valid()) continue;
    const KeyIndex key = room.find_key(literals_[step.type], state_key);
    if (key.valid() && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  Prepared& prepared = prepared_[event.at()];
  prepared.selection = static_cast<std::uint32_t>(selection_pool_.size());
  prepared.selection_count = static_cast<std::uint32_t>(keys.size());
  selection_pool_.insert(selection_pool_.end(), keys.begin(), keys.end());
}

std::span<const KeyIndex> Evaluator::Data::selection_keys(EventIndex event) {
  prepare(event);
  if (prepared_[event.at()].selection == kNone) select(event);
  const Prepared& prepared = prepared_[event.at()];
  return {selection_pool_.data() + prepared.selection, prepared.selection_count};
}

bool Evaluator::Data::selected(EventIndex event, EventIndex cited) {
  const KeyIndex key = room.key(cited);
  const auto keys = selection_keys(event);
  return key.valid() && std::ranges::find(keys, key) != keys.end();
}

Evaluator::Data::Lowered& Evaluator::Data::lowered(LoweredMap& cache, const CorePtr& expression, bool as_key) {
  Lowered& known = cache[expression.get()];
  if (known.node != kNone) return known;
  known.expression = expression;
  known.node = code_.lower(*expression, as_key);
  bind();
  const Node& node = code_.nodes[known.node];
  const auto& locals = code_.free_locals(known.node);
  const bool cheap = node.op == Op::kField || node.op == Op::kIdRank || node.op == Op::kSha1Rank;
  const bool follows = (node.reads & (kReadsFrame | kReadsRejected)) == 0;
  if (follows && !cheap && locals.size() == 1) known.local = locals[0];
  return known;
}

void Evaluator::Data::enter(std::uint32_t node, std::span<const EventIndex> locals) {
  for (const std::uint32_t local : code_.free_locals(node)) {
    if (local >= locals_.size()) locals_.resize(local + 1);
    locals_[local] = local < locals.size() ? Value::of(locals[local]) : Value{};
  }
}

// The value of an expression; `event` is the frame's, none in a resolution.
Value Evaluator::Data::ask(Lowered& of, EventIndex event, const StateView& state, std::span<const EventIndex> locals) {
  const EventIndex only = of.local < locals.size() && !event.valid() ? locals[of.local] : EventIndex::none();
  if (only.valid()) {
    if (of.asked.size() <= only.at()) {
      of.asked.resize(room.size());
      of.values.resize(room.size());
    }
    if (of.asked[only.at()] != 0) return of.values[only.at()];
  }
  begin(nullptr);
  enter(of.node, locals);
  const Value result = value(of.node, frame_of(event, &state, true));
  if (only.valid()) {
    of.asked[only.at()] = 1;
    of.values[only.at()] = result;
  }
  return result;
}

bool Evaluator::Data::boolean(const CorePtr& expression, EventIndex event, const StateView& state,
                              std::span<const EventIndex> locals) {
  const Value result = ask(lowered(booleans_, expression, false), event, state, locals);
  return result.ok() && result.number != 0;
}

// A host may ask this while it answers an oracle in the middle of a call: nothing that the call remembers is touched,
// and the expression was lowered before.
bool Evaluator::Data::key_valid(EventIndex event, const event::VerifyKey& key, std::optional<std::int64_t> now) {
  if (key_valid_ == kNone) return true;
  constexpr std::int64_t kUnbounded = std::numeric_limits<std::int64_t>::max();
  key_facts_ = {key.expired_ts ? Value::of(*key.expired_ts) : Value{},
                Value::of(key.valid_until_ts.value_or(kUnbounded)), Value::of(now.value_or(kUnbounded))};
  ReadLog* reads = std::exchange(reads_, nullptr);
  const StateView nothing;
  const bool taken = truth(key_valid_, frame_of(event, &nothing, false));
  reads_ = reads;
  return taken;
}

Value Evaluator::Data::scalar(const CorePtr& expression, EventIndex event, const StateView& state,
                              std::span<const EventIndex> locals) {
  return ask(lowered(scalars_, expression, true), event, state, locals);
}

}  // namespace stateroom::rules
