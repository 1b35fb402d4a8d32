#include "bindings/core/history_view.h"

#include <fmt/format.h>

#include "bindings/core/refuse.h"
#include "model/auth/decision.h"

namespace stateroom::bindings {

using base::EventIndex;

std::string_view name(resolve::TraceValue::Kind kind) {
  using Kind = resolve::TraceValue::Kind;
  switch (kind) {
    case Kind::kState:
      return "state";
    case Kind::kEvents:
      return "set";
    case Kind::kOrder:
      return "order";
    case Kind::kFunction:
      return "function";
  }
  return "";
}

HistoryFile::HistoryFile(const std::string& bytes, const std::string& name)
    : name_(name), items_(event::read_items(bytes, name)) {}

const event::HistoryItem& HistoryFile::item(std::size_t number) const {
  if (number >= items_.size()) throw Refusal({base::ErrorCode::kFormat, "the input holds no history", name_, {}});
  if (!items_[number]) throw Refusal(items_[number].error());
  return *items_[number];
}

namespace {

StateViewPtr state_view(const OpenedPtr& opened, graph::State state) {
  return std::make_shared<StateView>(StateView{opened, opened->store.entries(state)});
}

}  // namespace

ResolutionView::ResolutionView(report::Workbench& workbench, const event::HistoryItem& item,
                               const report::HistoryOptions& options)
    : opened_(value_of(report::open(workbench, item, options))) {
  const auto inputs = value_of(report::inputs_of(*opened_, options));
  const graph::State result = value_of(opened_->resolver->resolve(inputs, &trace_));
  work_ = opened_->resolver->work();
  state_ = state_view(opened_, result);
  for (const graph::State input : inputs) inputs_.push_back(state_view(opened_, input));
}

StateViewPtr ResolutionView::state_of(const resolve::TraceValue& value) const {
  return state_view(opened_, value.state);
}

HistoryView::HistoryView(std::shared_ptr<const HistoryFile> file, std::size_t number, report::Workbench& workbench,
                         report::HistoryOptions options)
    : file_(std::move(file)),
      number_(number),
      workbench_(workbench),
      options_(std::move(options)),
      opened_(value_of(report::open(workbench, file_->item(number), options_))) {
  const graph::Room& room = *opened_->room;
  for (std::uint32_t e = 0; e < room.size(); ++e) {
    origin_server_ts_.push_back(room.origin_server_ts(EventIndex(e)));
    depth_.push_back(room.depth(EventIndex(e)));
  }
  edges_.resize(room.format().edge_fields.size());
}

HistoryView::Walked& HistoryView::walked() {
  if (walked_) return *walked_;
  OpenedPtr opened = value_of(report::open(workbench_, file_->item(number_), options_));
  resolve::WalkOptions walk_options;
  walk_options.strict = options_.strict;
  auto walk = value_of(resolve::Walk::run(*opened->evaluator, opened->store, *opened->resolver, walk_options));
  walked_.emplace(std::move(opened), std::move(walk));
  return *walked_;
}

const SparseRows& HistoryView::edges(const std::string& field) {
  const std::lock_guard lock(mutex_);
  const graph::EdgeField number = opened_->room->edge_field(field);
  if (number >= edges_.size()) {
    throw Refusal({base::ErrorCode::kUnknownName,
                   fmt::format("events of this version have no edges `{}`", field),
                   {},
                   fmt::format("they have {}", fmt::join(opened_->room->format().edge_fields, ", "))});
  }
  std::unique_ptr<SparseRows>& rows = edges_[number];
  if (rows) return *rows;
  const bool derived = field == opened_->room->format().derived_edge_field;
  const graph::Room& room = derived ? *walked().opened->room : *opened_->room;
  rows = std::make_unique<SparseRows>();
  rows->offsets.push_back(0);
  for (std::uint32_t e = 0; e < room.size(); ++e) {
    for (const EventIndex cited : room.cited(number, EventIndex(e))) {
      if (cited.valid()) rows->targets.push_back(static_cast<std::int32_t>(cited.value()));
    }
    rows->offsets.push_back(static_cast<std::int32_t>(rows->targets.size()));
  }
  return *rows;
}

auth::NamedDecision HistoryView::decision(EventIndex event) {
  const std::lock_guard lock(mutex_);
  Walked& all = walked();
  const graph::State before = all.walk.receipts()[event.at()].before;
  return auth::authorise(*all.opened->evaluator, event, rules::StateView::of(all.opened->store, before));
}

StateViewPtr HistoryView::state(graph::State state) { return state_view(walked_->opened, state); }

StateViewPtr HistoryView::before(EventIndex event) {
  const std::lock_guard lock(mutex_);
  return state(walked().walk.receipts()[event.at()].before);
}

StateViewPtr HistoryView::after(EventIndex event) {
  const std::lock_guard lock(mutex_);
  return state(walked().walk.after(event));
}

StateViewPtr HistoryView::current() {
  const std::lock_guard lock(mutex_);
  return state(walked().walk.current());
}

}  // namespace stateroom::bindings
