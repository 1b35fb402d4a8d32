// One event, looked at in two ways: by two versions, before and after redaction, with another depth, in the whole state
// and in what the auth events selection takes of it. (Internal to the folder.)
#pragma once

#include "model/prove/prove.h"

namespace stateroom::prove {

/// All pairs of rules (one that allows, one that rejects) by which two versions decide one event differently, a witness
/// for each; proved where there is none.
Answer same_rules(const Subject& version, const Subject& other, const Options& options);
/// The verdict on an event is that on the redacted event.
Answer redaction_stable(const Subject& version, const Options& options);
/// The verdict in a state is that in the part of it that the section `auth events` selects.
Answer closed_selection(const Subject& version, const Options& options);
/// Verdicts and results do not depend on the field ("depth"; "origin_server_ts": but for breaking ties).
Answer free_of(const std::string& field, const Subject& version, const Options& options);

}  // namespace stateroom::prove
