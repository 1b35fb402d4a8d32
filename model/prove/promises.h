// What one accepted event does to people's power. (Internal to the folder.)
//
// A promise about power has parts, the ways in which an event could break it; each is proved or refuted on its own.
// What holds for one accepted event in every state holds for every history and in any order, whatever state the event
// is decided in, its own auth_events included.
#pragma once

#include "model/prove/prove.h"

namespace stateroom::prove {

/// Nobody demotes, kicks or bans a user of equal or higher power.
Answer peers(const Subject& version, const Options& options);
/// Nobody has more power after an event than before, but for what its sender has.
Answer no_escalation(const Subject& version, const Options& options);
/// No event takes power from a creator.
Answer creators_keep_power(const Subject& version, const Options& options);

}  // namespace stateroom::prove
