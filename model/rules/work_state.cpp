#include "model/rules/program.h"

namespace stateroom::rules {

WorkState::WorkState(StateStore& store, State base, std::uint32_t key_count)
    : store_(&store), base_(base), overlay_(key_count), stamp_(key_count, 0) {}

void WorkState::reset(State base) {
  base_ = base;
  changed_.clear();
  if (++generation_ == 0) {  // the counter came round: no old stamp may look new
    stamp_.assign(stamp_.size(), 0);
    generation_ = 1;
  }
}

void WorkState::set(KeyIndex key, EventIndex event) {
  base::require(key.at() < stamp_.size(), "a key of the room");
  if (stamp_[key.at()] != generation_) {
    stamp_[key.at()] = generation_;
    changed_.push_back(key);
  }
  overlay_[key.at()] = event;
}

State WorkState::finish() {
  finished_.clear();
  for (const KeyIndex key : changed_) finished_.emplace_back(key, overlay_[key.at()]);
  return store_->with_these(base_, finished_);
}

StateView StateView::of(const StateStore& store, State state) {
  StateView view;
  view.kind = Kind::kState;
  view.store = &store;
  view.state = state;
  return view;
}

StateView StateView::of(const WorkState& work, bool fallback) {
  StateView view;
  view.kind = Kind::kWork;
  view.work = &work;
  view.fallback = fallback;
  return view;
}

StateView StateView::of(std::span<const EventIndex> list) {
  StateView view;
  view.kind = Kind::kList;
  view.list = list;
  return view;
}

}  // namespace stateroom::rules
