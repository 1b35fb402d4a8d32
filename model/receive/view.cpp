#include "model/receive/view.h"

#include <algorithm>

#include "model/receive/asking.h"

namespace stateroom::receive {

namespace {

/// Whether the current state is that after extremities among some events only.
bool among_some(const rules::Core& core) {
  if (core.kind == rules::CoreKind::kExtremities && !core.args.empty()) return true;
  return std::ranges::any_of(core.args, [](const rules::CorePtr& arg) { return among_some(*arg); });
}

bool among_some(const rules::CoreVersion& version) {
  return std::ranges::any_of(version.state_before, [](const rules::CoreName& name) { return among_some(*name.value); });
}

}  // namespace

/// The room says of each event whether it is rejected; where this server says otherwise, that holds meanwhile.
class View::Rejections {
 public:
  explicit Rejections(const View& view) : view_(view) { set(true); }
  ~Rejections() { set(false); }
  Rejections(const Rejections&) = delete;
  Rejections& operator=(const Rejections&) = delete;
  bool any() const { return any_; }

 private:
  void set(bool ours) {
    graph::Room& room = view_.ledger_.room();
    for (const auto& [event, own] : view_.own_) {
      const bool common = view_.ledger_.common_[event.at()].rejected;
      if (own.rejected == common) continue;
      any_ = true;
      room.set_rejected(event, ours ? own.rejected : common);
    }
  }
  const View& view_;
  bool any_ = false;
};

View::View(Ledger& ledger) : ledger_(ledger), prev_events_(ledger.room().edge_field("prev_events")) {
  apart_ = ledger.extremity_field() != prev_events_ || among_some(ledger.program().version());
  ledger.views_.push_back(this);
}

View::~View() { std::erase(ledger_.views_, this); }

std::vector<EventIndex> View::missing(EventIndex event) const {
  std::vector<EventIndex> out;
  for (graph::EdgeField field = 0; field < ledger_.room().format().edge_fields.size(); ++field) {
    if (field != prev_events_ && field != ledger_.extremity_field()) continue;
    for (const EventIndex prev : ledger_.room().cited(field, event)) {
      if (prev.valid() && !has(prev) && std::ranges::find(out, prev) == out.end()) out.push_back(prev);
    }
  }
  return out;
}

bool View::rejected(EventIndex event) const {
  const auto own = own_.find(event);
  return own != own_.end() ? own->second.rejected : ledger_.common_[event.at()].rejected;
}

State View::before(EventIndex event) const {
  const auto own = own_.find(event);
  return own != own_.end() ? own->second.before : ledger_.common_[event.at()].before;
}

State View::after(EventIndex event) const {
  const auto own = own_.find(event);
  return own != own_.end() ? own->second.after : ledger_.common_[event.at()].after;
}

Outcome View::outcome(EventIndex event) const {
  const auto own = own_.find(event);
  const Ledger::Common& common = ledger_.common_[event.at()];
  if (own != own_.end() ? own->second.dropped : common.dropped) return Outcome::kDropped;
  if (rejected(event)) return Outcome::kRejected;
  return soft_failed(event) ? Outcome::kSoftFailed : Outcome::kAccepted;
}

EventIndex View::current(std::string_view type, std::string_view state_key) const {
  const graph::Room& room = ledger_.room();
  const base::StringId type_id = room.strings().find(type), key_id = room.strings().find(state_key);
  if (!type_id.valid() || !key_id.valid()) return EventIndex::none();
  const KeyIndex key = room.find_key(type_id, key_id);
  return key.valid() ? ledger_.store_->get(current_, key) : EventIndex::none();
}

/// Whether the state before an event follows from something that this server alone holds.
bool View::follows_own(EventIndex event) const {
  if (own_.empty()) return false;
  const graph::Room& room = ledger_.room();
  for (graph::EdgeField field = 0; field < room.format().edge_fields.size(); ++field) {
    for (const EventIndex cited : room.cited(field, event)) {
      if (cited.valid() && own_.contains(cited)) return true;
    }
  }
  return false;
}

Verdict View::receive(EventIndex event) { return receive(event, std::nullopt); }
Verdict View::receive(EventIndex event, State before) { return receive(event, std::optional(before)); }

Verdict View::receive(EventIndex event, std::optional<State> told) {
  base::require(!has(event), "an event is received once");
  Ledger& ledger = ledger_;
  const Rejections rejections(*this);
  const bool own = in_part_ || told.has_value() || rejections.any() || follows_own(event) || !missing(event).empty();
  Ledger::Common& common = ledger.common_[event.at()];
  State before;
  if (told) {
    before = *told;
  } else if (!own && common.known && ledger.options_.share) {
    before = common.before;
  } else {
    ledger.asking_->ask(this, event, {}, rejections.any());
    ledger.text_->start(event);
    before = ledger.text_->before();
    ledger.asking_->ask(this, event, before, rejections.any());
    if (auto derived = ledger.text_->derived(); derived && !common.known)
      ledger.room().set_derived(event, std::move(*derived));
  }
  if (in_part_) before = with_cited(event, before);
  Verdict verdict;
  ++ledger.counts_.receipts;
  const bool share = ledger.options_.share && !rejections.any() && !in_part_;
  if (share && common.has_receipt && common.receipt_before == before && common.receipt_current == current_) {
    verdict = common.verdict;
  } else if (const auto known = ledger.receipts_.find({event, before, current_});
             share && known != ledger.receipts_.end()) {
    verdict = known->second;
  } else {
    ledger.asking_->ask(this, event, before, rejections.any());
    verdict = check(event, in_part_ || (told.has_value() && forward_.empty()));
    if (share) {
      if (!common.has_receipt) {
        common.has_receipt = true;
        common.receipt_before = before;
        common.receipt_current = current_;
        common.verdict = verdict;
      } else {
        ledger.receipts_.emplace(Ledger::ReceiptKey{event, before, current_}, verdict);
      }
    }
  }
  ledger.counts_.checks += verdict.checks;
  ledger.note_error();
  settle(event, before, verdict, own);
  return verdict;
}

/// What is known of the state before an event, resolved with the events that it cites.
State View::with_cited(EventIndex event, State known) {
  const graph::Room& room = ledger_.room();
  std::vector<graph::StateStore::Entry> entries;
  for (const EventIndex cited : room.cited(room.edge_field("auth_events"), event)) {
    if (cited.valid() && room.key(cited).valid()) entries.emplace_back(room.key(cited), cited);
  }
  std::vector<State> states{known, ledger_.store().from(std::move(entries))};
  std::ranges::sort(states);
  if (states[0] == states[1] || states[0] == State{}) return states[1];
  // No merge of the room's own, so nobody who watches is told of it.
  const auto resolved = ledger_.resolver_->resolve(states);
  if (!resolved && !ledger_.error_) ledger_.error_ = resolved.error();
  return resolved ? *resolved : known;
}

/// Runs the checks of the text. A view that begins with an event has no current state to check it against: the state
/// that it is told is to be its first.
Verdict View::check(EventIndex event, bool begins) {
  ++ledger_.counts_.receipts_computed;
  resolve::Receipt receipt;
  ledger_.text_->start(event);
  ledger_.text_->check(receipt, !begins, true);
  Verdict out;
  for (std::size_t i = 0; i < receipt.checks.size(); ++i) {
    const auto& check = receipt.checks[i];
    if (check.outcome == "not asked") continue;
    ++out.checks;
    if (check.outcome == "pass" && receipt.checks.size() != i + 1) continue;
    const auto place = std::ranges::find(ledger_.checks_, check.name);
    out.check = static_cast<std::uint8_t>(place - ledger_.checks_.begin());
    out.rule = check.decision.rule;
    if (check.outcome != "pass" && check.outcome != "redact") break;
  }
  out.outcome = receipt.dropped       ? Outcome::kDropped
                : receipt.rejected    ? Outcome::kRejected
                : receipt.soft_failed ? Outcome::kSoftFailed
                                      : Outcome::kAccepted;
  return out;
}

/// The state after an event, as the text says it of an event that is rejected or not.
State View::state_after(EventIndex event, State before, bool rejected) {
  graph::Room& room = ledger_.room();
  const bool common = room.rejected(event);
  room.set_rejected(event, rejected);
  ledger_.asking_->ask(this, event, before, false);
  ledger_.text_->start(event);
  const State after = ledger_.text_->after();
  room.set_rejected(event, common);
  return after;
}

void View::settle(EventIndex event, State before, const Verdict& verdict, bool own) {
  Ledger::Common& common = ledger_.common_[event.at()];
  const bool dropped = verdict.outcome == Outcome::kDropped;
  const bool rejected = dropped || verdict.outcome == Outcome::kRejected;
  if (!common.known && !own) {
    common.known = true;
    common.rejected = rejected;
    common.dropped = dropped;
    common.before = before;
    common.after = state_after(event, before, rejected);
    ledger_.room().set_rejected(event, rejected);
  } else if (!common.known || common.before != before || common.rejected != rejected || common.dropped != dropped) {
    own_[event] = {before, state_after(event, before, rejected), rejected, dropped};
  }
  known_.add(event);
  if (!first_.valid()) first_ = event;
  if (!outliers_.empty()) outliers_.erase(event);
  if (verdict.outcome == Outcome::kSoftFailed) soft_failed_.insert(event);
  if (verdict.outcome != Outcome::kAccepted) return;
  extend(forward_, prev_events_, event);
  if (apart_ && ledger_.text_->may_be_extremity(event)) extend(along_, ledger_.extremity_field(), event);
  update_current();
}

/// An event takes the place of those that it cites; one that an accepted event cites already takes none.
void View::extend(std::vector<EventIndex>& list, graph::EdgeField field, EventIndex event) {
  const graph::Room& room = ledger_.room();
  const auto cited = room.cited(field, event);
  std::erase_if(list, [&](EventIndex one) { return std::ranges::find(cited, one) != cited.end(); });
  for (const EventIndex after : room.citing(field, event)) {
    if (has(after) && outcome(after) == Outcome::kAccepted) return;
  }
  list.push_back(event);
}

void View::update_current() {
  const auto list = extremities();
  const bool plain =
      ledger_.options_.share && std::ranges::none_of(list, [this](EventIndex event) { return own_.contains(event); });
  std::vector<EventIndex> sorted;
  if (plain && list.size() == 1) {
    if (const auto& known = ledger_.common_[list[0].at()].current) {
      current_ = *known;
      return;
    }
  } else if (plain) {
    sorted.assign(list.begin(), list.end());
    std::ranges::sort(sorted);
    if (const auto known = ledger_.currents_.find(sorted); known != ledger_.currents_.end()) {
      current_ = known->second;
      return;
    }
  }
  const Rejections rejections(*this);
  ledger_.asking_->ask(this, EventIndex::none(), {}, rejections.any());
  ledger_.text_->start(EventIndex::none());
  current_ = ledger_.text_->current();
  ledger_.note_error();
  if (!plain || rejections.any()) return;
  if (list.size() == 1) {
    ledger_.common_[list[0].at()].current = current_;
  } else {
    ledger_.currents_.emplace(std::move(sorted), current_);
  }
}

void View::learn(EventIndex event) {
  if (known_.add(event)) outliers_.insert(event);
}

}  // namespace stateroom::receive
