// reachable(X along E [within Y]), of which auth_chain is the case of auth_events; between(X along E).
#pragma once

#include "model/resolve/context.h"

namespace stateroom::resolve {

/// Events reached from X by one or more edges, with an index of at least `floor`; with `within`, without a step to an
/// event outside it.
void reachable(Context& context, const Events& from, graph::EdgeField field, const Events* within, EventIndex floor,
               Events& out);

/// X and every event on a path from one member of X to another.
void between(Context& context, const Events& from, graph::EdgeField field, Events& out);

}  // namespace stateroom::resolve
