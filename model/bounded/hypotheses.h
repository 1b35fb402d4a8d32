// Hypotheses as literals: what model/properties/hypotheses asks of a concrete history.
#pragma once

#include "model/bounded/history.h"

namespace stateroom::bounded {

/// The event kicks, bans, lowers somebody's level, or closes a public room, against the state before it.
Literal revokes(History& history, std::size_t event);
/// Every earlier event of its sender is among its ancestors.
Literal follows_own(History& history, std::size_t event);

}  // namespace stateroom::bounded
