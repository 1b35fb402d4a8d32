// Rules that never decide. (Internal to the folder.)
#pragma once

#include "model/prove/prove.h"

namespace stateroom::prove {

/// Every rule decides some event in some state; refuted by the rules that do not: their condition never holds, or an
/// earlier rule always decides first. A rule counts as live when the engine decided an event by it.
Answer live_rules(const Subject& version, const Options& options);

}  // namespace stateroom::prove
