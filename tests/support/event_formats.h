// Event formats written by hand from the specification, so that model/event is tested without the texts of the
// versions. Those of the texts are tested against the same vectors in tests/model/versions.
#pragma once

#include "model/event/format.h"

namespace stateroom::support {

/// Event ids are a field, edges are pairs of an id and hashes, numbers are not checked. Rooms of version 1 and 2.
event::EventFormat format_1();
/// As 1, with ids in base64 of the reference hash and edges that are ids.
event::EventFormat format_3();
/// As 3, with the alphabet for URLs and canonical JSON enforced. Rooms of version 6 to 10.
event::EventFormat format_6();
/// As 6, with the redaction of version 11.
event::EventFormat format_11();
/// As 11, with room ids that follow from the create event.
event::EventFormat format_12();

}  // namespace stateroom::support
