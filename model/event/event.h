// An event: a PDU with its id and the few top-level members that every use needs.
//
// In:  a JSON object and the format of its room version.
// Out: Event. In placeholder mode the id was given from outside, edges may be plain ids and only the rules judge;
//      in strict mode the id is computed (or, where the format has the field, read) and the format checks apply.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/error.h"
#include "model/event/format.h"
#include "model/json/value.h"

namespace stateroom::event {

/// Where an event's id comes from, as every output says.
enum class IdMode : std::uint8_t { kPlaceholder, kComputed, kStrict };
std::string_view name(IdMode mode);  // "placeholder", "computed", "strict"

struct Event {
  std::shared_ptr<const json::Document> document;  // owns `json`
  json::Value json;                                // the PDU, as read
  std::string where;                               // FILE#/json/pointer or FILE:LINE:COLUMN
  std::string event_id;
  IdMode ids = IdMode::kComputed;

  // Decoded top-level members. A member of the wrong type is treated as absent and named in `ill_formed`.
  std::string type;
  std::string sender;
  std::optional<std::string> room_id;
  std::optional<std::string> state_key;
  std::int64_t origin_server_ts = 0;
  std::int64_t depth = 0;
  json::Value content;  // an object; invalid if there is none
  /// Edges by the format's edge_fields, same order: edges[i] are the ids named in edge_fields[i], in list order, as
  /// written.
  std::vector<std::vector<std::string>> edges;
  bool rejected_outside = false;  // the input says that the event was rejected
  /// Strict mode: `hashes` does not hold the content hash, so `document` and `json` are those of the redacted event.
  bool redacted_on_import = false;
  /// Format checks that failed, each a sentence with the field's name; empty for a well-formed PDU. Only strict mode
  /// rejects for it.
  std::vector<std::string> ill_formed;
};

/// Checks a PDU against format, limits and identifiers. The findings are sentences, in field order; empty: well formed.
std::vector<std::string> check_format(json::Value pdu, const EventFormat& format);

/// Decodes a PDU. `given_id` is the placeholder name, if any. Only what makes it unusable is an error (no object, no
/// type).
base::Result<Event> decode_event(std::shared_ptr<const json::Document> document, json::Value pdu,
                                 const EventFormat& format, std::optional<std::string_view> given_id, bool strict,
                                 std::string where);

/// Canonical JSON of a value. Errors: kNumber where the format enforces the range.
base::Result<std::string> canonical_json(json::Value value, const CanonicalJson& rules);
/// The redacted PDU as canonical JSON (before anything is taken out for hashing).
base::Result<std::string> redacted_json(json::Value pdu, const EventFormat& format);
/// The bytes of one of the format's hashed objects ("content_hash", "reference_hash", "signed_object", "lpdu_object").
base::Result<std::string> hashed_bytes(json::Value pdu, const EventFormat& format, std::string_view object);
/// The same of an event. In placeholder mode its name (where that is no field of the format) and `rejected` are no part
/// of the PDU.
base::Result<std::string> hashed_bytes(const Event& event, const EventFormat& format, std::string_view object);
/// Unpadded base64 of the SHA-256 of "content_hash", as it stands in `hashes.sha256`.
base::Result<std::string> content_hash(json::Value pdu, const EventFormat& format);
/// What `hashes.sha256` is beside the content hash; both are compared as bytes.
enum class HashState : std::uint8_t { kValid, kInvalid, kAbsent };
std::string_view name(HashState state);  // "valid", "invalid", "absent"
HashState content_hash_state(const Event& event, const EventFormat& format);
/// The event's id by the format: the field, or "$" and the reference hash.
base::Result<std::string> event_id(json::Value pdu, const EventFormat& format);

}  // namespace stateroom::event
