// The oracles of the rules answered from server keys.
//
// In:  a room, and the keys of servers that the host knows.
// Out: answers to signed_by, signed_with and verifies: true only for a signature that verifies. A server whose keys are
// not known
//      has signed nothing.
// Source: Matrix specification, server-server-api, "Signing events"; client-server-api, "Third-party invites"; MSC4284.
#pragma once

#include <functional>

#include "model/event/keys.h"
#include "model/graph/room.h"
#include "model/rules/program.h"

namespace stateroom::auth {

/// Whether the room version takes this key for a signature of the event (Evaluator::key_valid).
using KeyValid = std::function<bool(base::EventIndex event, const event::VerifyKey& key)>;

/// Answers from `keys`. The room must outlive the oracles; `recognised_version` is left to the caller.
rules::Oracles oracles_from_keys(const graph::Room& room, event::ServerKeys keys, KeyValid key_valid);

}  // namespace stateroom::auth
