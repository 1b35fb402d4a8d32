#include "model/resolve/state_before.h"

#include <algorithm>
#include <map>
#include <optional>

namespace stateroom::resolve {

/// Receives a room's events in the order of their indices.
class Walk::Runner final : public Knowledge {
 public:
  Runner(rules::Evaluator& evaluator, StateStore& store, Resolver& resolver, const WalkOptions& options)
      : evaluator_(evaluator),
        room_(evaluator.room()),
        resolver_(resolver),
        options_(options),
        text_(evaluator, store, *this) {
    walk_.receipts_.resize(room_.size());
    walk_.after_.resize(room_.size());
  }

  base::Result<Walk> run() {
    for (std::uint32_t i = 0; i < room_.size(); ++i) {
      receive(EventIndex{i});
      if (auto error = text_.take_error()) return std::unexpected(std::move(*error));
    }
    this_event_ = EventIndex::none();
    text_.start(this_event_);
    walk_.current_ = text_.current();
    if (auto error = text_.take_error()) return std::unexpected(std::move(*error));
    std::sort(walk_.extremities_.begin(), walk_.extremities_.end());
    return std::move(walk_);
  }

  State before(EventIndex event) const override { return walk_.receipts_[event.at()].before; }
  State after(EventIndex event) const override { return walk_.after_[event.at()]; }
  bool absent(EventIndex event) const override { return walk_.receipts_[event.at()].dropped; }
  std::span<const EventIndex> extremities() const override { return walk_.extremities_; }

  base::Result<State> resolve(const std::vector<State>& states) override {
    const auto known = resolved_.find(states);
    if (known != resolved_.end()) return known->second;
    resolver_.set_horizon(this_event_);
    auto result = resolver_.resolve(states);
    resolver_.set_horizon(EventIndex::none());
    ++walk_.merges_;
    if (result) resolved_.emplace(states, *result);
    return result;
  }

  rules::Decision authorise(EventIndex event, const rules::StateView& view) override {
    return evaluator_.authorise(event, view);
  }

  std::optional<bool> fact(EventIndex event, std::string_view name) override {
    if (!options_.strict) return true;
    if (options_.valid) return options_.valid(event, name);
    return std::nullopt;
  }

 private:
  void receive(EventIndex event) {
    this_event_ = event;
    text_.start(event);
    Receipt& receipt = walk_.receipts_[event.at()];
    receipt.before = text_.before();
    if (auto derived = text_.derived()) room_.set_derived(event, std::move(*derived));
    const bool rejected_outside = room_.event(event).rejected_outside;
    if (options_.checks) {
      text_.check(receipt, options_.arrival, options_.keep_checks);
      receipt.rejected = receipt.rejected || rejected_outside;
      room_.set_rejected(event, receipt.rejected);
    } else {
      receipt.rejected = room_.rejected(event);
    }
    update_extremities(event);
    walk_.after_[event.at()] = text_.after();
  }

  void update_extremities(EventIndex event) {
    const Receipt& receipt = walk_.receipts_[event.at()];
    if (receipt.rejected || receipt.soft_failed || receipt.dropped || !text_.may_be_extremity(event)) return;
    const auto cited = room_.cited(text_.extremity_field(), event);
    std::erase_if(walk_.extremities_,
                  [&](EventIndex one) { return std::find(cited.begin(), cited.end(), one) != cited.end(); });
    walk_.extremities_.push_back(event);
  }

  rules::Evaluator& evaluator_;
  graph::Room& room_;
  Resolver& resolver_;
  const WalkOptions& options_;
  StateText text_;
  Walk walk_;
  EventIndex this_event_;
  std::map<std::vector<State>, State> resolved_;
};

base::Result<Walk> Walk::run(rules::Evaluator& evaluator, StateStore& store, Resolver& resolver,
                             const WalkOptions& options) {
  return Runner(evaluator, store, resolver, options).run();
}

}  // namespace stateroom::resolve
