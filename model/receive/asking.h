// One view, as the text's evaluation asks it. Only model/receive includes this.
#pragma once

#include "model/receive/ledger.h"
#include "model/receive/view.h"

namespace stateroom::receive {

class Ledger::Asking final : public resolve::Knowledge {
 public:
  explicit Asking(Ledger& ledger) : ledger_(ledger) {}
  /// From now on `view` is asked; `event` is being received, with this state before it.
  void ask(const View* view, EventIndex event, State before, bool own_rejections) {
    view_ = view;
    event_ = event;
    before_ = before;
    shares_ = ledger_.options_.share && !own_rejections;
  }

  State before(EventIndex event) const override { return event == event_ ? before_ : view_->before(event); }
  State after(EventIndex event) const override { return view_->after(event); }
  bool absent(EventIndex event) const override {
    return !view_->has(event) || view_->outcome(event) == Outcome::kDropped;
  }
  std::span<const EventIndex> extremities() const override { return view_->extremities(); }

  base::Result<State> resolve(const std::vector<State>& states) override {
    return ledger_.resolve_sorted(states, shares_);
  }

  rules::Decision authorise(EventIndex event, const rules::StateView& view) override {
    return ledger_.authorise(event, view, shares_);
  }

  std::optional<bool> fact(EventIndex event, std::string_view name) override {
    const Facts& facts = ledger_.facts_[event.at()];
    if (name == "valid_format") return facts.valid_format;
    if (name == "valid_hashes") return facts.valid_hashes;
    if (name == "valid_signatures") return std::nullopt;
    return true;
  }

 private:
  Ledger& ledger_;
  const View* view_ = nullptr;
  EventIndex event_;
  State before_;
  bool shares_ = true;
};

}  // namespace stateroom::receive
