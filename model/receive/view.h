// What one server knows of a room, and what it makes of the next event.
//
// In:  an event whose prev_events are known, or an event and the state before it as another server says.
// Out: its outcome by the checks on receipt; the new extremities and current state.
// Promise: memory follows what differs from other servers. Every check of the text is decided for this server.
// Source: Matrix specification, server-server-api, "Checks performed on receipt of a PDU", "Soft failure".
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "model/receive/ledger.h"

namespace stateroom::receive {

class View {
 public:
  explicit View(Ledger& ledger);
  ~View();
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  /// Known with the state before it: it was received.
  bool has(EventIndex event) const { return known_.has(event) && (outliers_.empty() || !outliers_.contains(event)); }
  /// Received, or known as a part of a state (an outlier).
  bool knows(EventIndex event) const { return known_.has(event); }
  const KnownSet& known() const { return known_; }
  /// Known prev_events that were not received yet, holes left out.
  std::vector<EventIndex> missing(EventIndex event) const;

  /// Receives an event that it has not: the checks of the text in their order.
  Verdict receive(EventIndex event);
  /// The same where another server says which state was before the event.
  Verdict receive(EventIndex event, State before);
  /// From now on what is known of states is a part: an event is judged in what is known, resolved with the events that
  /// it cites, and not in the current state (MSC3902). A server that learns the whole state begins a new view.
  void know_in_part() { in_part_ = true; }
  bool in_part() const { return in_part_; }
  /// Takes an event for a part of a state, as it is.
  void learn(EventIndex event);

  bool rejected(EventIndex event) const;
  bool soft_failed(EventIndex event) const { return soft_failed_.contains(event); }
  Outcome outcome(EventIndex event) const;
  State before(EventIndex event) const;
  State after(EventIndex event) const;
  State current() const { return current_; }
  /// The event of (type, state_key) in the current state; none if there is none.
  EventIndex current(std::string_view type, std::string_view state_key) const;
  /// Accepted events that no accepted event follows, along prev_events: what the next event comes after.
  std::span<const EventIndex> forward_extremities() const { return forward_; }
  /// The same along the edges from which the version derives the current state.
  std::span<const EventIndex> extremities() const { return apart_ ? along_ : forward_; }
  /// The event with which the view began: the create event, or a join that came with a state.
  EventIndex first_received() const { return first_; }
  /// Events that this server holds other things for than others do.
  std::size_t deviations() const { return own_.size(); }

 private:
  friend class Ledger;
  friend class Ledger::Asking;
  struct Own {
    State before, after;
    bool rejected = false, dropped = false;
  };

  Verdict receive(EventIndex event, std::optional<State> told);
  Verdict check(EventIndex event, bool begins);
  State with_cited(EventIndex event, State known);
  State state_after(EventIndex event, State before, bool rejected);
  bool follows_own(EventIndex event) const;
  void settle(EventIndex event, State before, const Verdict& verdict, bool own);
  void extend(std::vector<EventIndex>& list, graph::EdgeField field, EventIndex event);
  void update_current();
  /// While this server's rejections stand in the room.
  class Rejections;

  Ledger& ledger_;
  graph::EdgeField prev_events_;
  bool in_part_ = false;
  bool apart_;  // the current state follows other edges than prev_events
  KnownSet known_;
  EventIndex first_;
  std::map<EventIndex, Own> own_;
  std::set<EventIndex> outliers_, soft_failed_;
  std::vector<EventIndex> forward_, along_;
  State current_;
};

}  // namespace stateroom::receive
