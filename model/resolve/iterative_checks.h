// The primitives that ask the rules: apply, until_rejected, first_allowed.
//
// Source: Matrix specification, rooms/v2, "Iterative auth checks"; rooms/v1, "State resolution".
#pragma once

#include <span>

#include "model/resolve/context.h"

namespace stateroom::resolve {

/// apply(O to S): each event of the order in turn enters the state if the rules allow it there. Where the state has no
/// entry for a slot, the rules read what the event cites.
State apply(Context& context, std::span<const EventIndex> order, State state);

/// until_rejected(X against S): per key, or all at once if `jointly`, the first by key enters unasked, each next if
/// allowed in S and what this contest has admitted; the first refused ends the contest. `sorted`: X, ascending by the
/// text's key.
State until_rejected(Context& context, std::span<const EventIndex> sorted, State state, bool jointly);

/// admitted(X against S): the members of X that the rules allow in S.
void admitted(Context& context, const Events& set, State state, Events& out);

/// first_allowed(X against S): per key the first that S allows; if there is none, nothing, or the last tried.
State first_allowed(Context& context, std::span<const EventIndex> sorted, State state, bool else_last);

}  // namespace stateroom::resolve
