// What a text says about the shape of an event, as the plain data that model/event works on.
//
// In:  a flattened Version.
// Out: an EventFormat, or all errors with their places.
// Promise: nothing is assumed that the text does not say. `required when C` may compare top-level string fields with
// literals and ask
//          for the presence of top-level fields, with and, or, not; anything else is an error.
#pragma once

#include <expected>

#include "model/event/format.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

std::expected<event::EventFormat, Errors> event_format(const Version& version);

}  // namespace stateroom::rules
