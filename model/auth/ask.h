// What the auth command answers.
//
// In:  `{"room_version", "event": PDU, "state": [PDU…], "events": [PDU…]}`; only `event` is needed.
// Out: the verdict of the rules for `event` in `state`. What the event cites is looked up in `state` and `events`.
// Promise: bad input is an Error with its place. Nothing is assumed of the state but that it has one event a key.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/auth/decision.h"
#include "model/base/error.h"
#include "model/base/limits.h"
#include "model/event/event.h"
#include "model/event/keys.h"

namespace stateroom::auth {

/// Compiled programs by the name of a room version.
using ProgramSource = std::function<base::Result<std::shared_ptr<const rules::Program>>(std::string_view version)>;

struct AskOptions {
  std::optional<std::string> version;     // over the question's and the create event's
  std::string version_otherwise;          // of a create event that names none
  bool strict = false;                    // ids are computed, and what the format refuses is an error
  std::optional<event::ServerKeys> keys;  // none: every signature is taken as valid
  std::function<bool(std::string_view version)> recognised_version;  // none: every version is
  base::Limits limits;
};

struct Answer {
  std::string event_id;
  event::IdMode ids = event::IdMode::kComputed;
  std::string room_version;
  NamedDecision decision;
  std::vector<std::string> notes;  // what was left out or assumed, a sentence each
};

/// True if a JSON value is a question rather than a history or PDU.
bool is_question(json::Value value);

/// Answers one question. `where` is its place in the input. Errors: kFormat, kDuplicateEvent, kCycle, kUnknownVersion,
/// what decoding an event gives.
base::Result<Answer> ask(const std::shared_ptr<const json::Document>& document, json::Value question,
                         std::string_view where, const ProgramSource& programs, const AskOptions& options = {});

}  // namespace stateroom::auth
