// A history as signed PDUs of another version.
//
// In:  a history under any format, drawn by hand with names for ids or signed, and the program of a room version.
// Out: the same events, in the same order, as that version has them: ids, hashes, signatures, edges, what a create
// event
//      says.
// Promise: of the events that an event cites those are kept that the version's auth events selection takes, so that a
//          history that cites its create event can be drawn under every version. A creator whom the version does not
//          let stand in `users` of a power levels event is taken out of it, as in `stage`.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/event/history.h"
#include "sim/workload/plan.h"

namespace stateroom::workload {

/// `names`: event id of the history → the name that it has where event ids are a field. Events must come after what
/// they cite. Errors: kMissingEvent; those of building an event (senders of other servers than `servers()` cannot
/// sign).
base::Result<std::vector<event::Event>> redraw(const event::History& history, const event::EventFormat& format,
                                               const std::map<std::string, std::string>& names,
                                               std::shared_ptr<const rules::Program> program);

}  // namespace stateroom::workload
