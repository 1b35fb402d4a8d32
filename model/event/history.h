// A history: what a file holds. Import of everything that people have: PDUs, arrays, lines, histories, federation
// answers, dumps.
//
// The format of the PDUs depends on the room version, which may stand in the file: import goes in two steps.
// `read_items` finds the items and the version they name; `decode` makes events under the version's format.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/error.h"
#include "model/base/limits.h"
#include "model/event/event.h"
#include "model/event/keys.h"

namespace stateroom::event {

/// One history before its events are decoded.
struct HistoryItem {
  std::string where;                        // the place of the item, for errors
  std::optional<std::string> room_version;  // the file's `room_version`, else the create event's, else none
  std::string version_where;                // the place of that name
  struct Pdu {
    std::shared_ptr<const json::Document> document;
    json::Value json;
    std::string where;
    std::optional<std::string>
        given_id;  // from `event_ids`, or a member `event_id` of a wrapper with `json`/`event_json`
  };
  std::vector<Pdu> pdus;
  std::vector<std::string> rejected;
  std::optional<std::vector<std::vector<std::string>>> state_sets;
  ServerKeys keys;
  json::Value about;  // invalid if there is none
};

/// All items of one input. An item that cannot be read is an Error in its place; the others are still there.
std::vector<base::Result<HistoryItem>> read_items(std::string_view bytes, std::string_view file,
                                                  const base::Limits& limits = {});

struct History {
  std::vector<Event> events;  // in input order, each id once
  std::vector<std::vector<std::string>> state_sets;
  bool has_state_sets = false;
  ServerKeys keys;
  IdMode ids = IdMode::kComputed;
  std::vector<std::string> notes;  // what was left out or repeated, one sentence each: nothing is lost quietly
};

/// Decodes an item under a format. Placeholder mode is the default where all events have names; `strict` asks for
/// computed ids and format checks. Errors: kDuplicateEvent, kSeveralCreates, kFormat, kEventId (strict: a given id is
/// not the event's).
base::Result<History> decode(const HistoryItem& item, const EventFormat& format, bool strict,
                             const base::Limits& limits = {});

}  // namespace stateroom::event
