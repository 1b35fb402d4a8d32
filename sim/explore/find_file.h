// A find as a history of real, signed PDUs, and a history of a file as a find.
//
// In:  a stage on which a find stands; or the events of a file.
// Out: the bytes of a file "stateroom-history/1" without `about`; or choices on the stage.
// Promise: what is written is what was searched: the events in their order with the auth_events that they had on the
//          stage, signed by their senders' servers, whose public keys stand beside them.
#pragma once

#include <string>
#include <string_view>

#include "model/event/event.h"
#include "sim/explore/search.h"

namespace stateroom::explore {

/// Errors: those of building events.
base::Result<std::string> history_file(Stage& stage, const std::vector<StateSet>& sets, std::string_view room_version);

/// Who acts in a history: the sender of its create event first, the others by name. Error: kFormat without a create
/// event.
base::Result<std::vector<std::string>> people_of(std::span<const event::Event> events);

/// The events, in an order in which each comes after what it cites, as choices of the stage; `state_sets` as sets after
/// its events. Errors: kRestriction where the stage cannot say it: an event that is no state event, a create event with
/// further content, a state set that is no state after an event with at most `stale` older entries, an event that the
/// rules refuse.
base::Result<Find> find_of(Stage& stage, std::span<const event::Event> events,
                           const std::vector<std::vector<std::string>>& state_sets, std::uint32_t stale);

}  // namespace stateroom::explore
