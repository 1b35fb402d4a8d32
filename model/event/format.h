// What a room version says about the shape of an event, as plain data.
//
// In:  filled by model/rules from the sections types, identifiers, format, limits, canonical json, signatures and
// content
//      of a room version's text (model/rules/event_format.h). Nothing here knows a version's name.
// Out: used to import events, to check formats, to redact, to hash, to sign, to name events, and to plan columns.
// Source: Matrix specification, rooms/vN, "Event format", "Redactions", "Canonical JSON"; server-server-api, "PDUs".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/json/value.h"

namespace stateroom::event {

/// One way to spell a level. `types` of the text lists the ways a version takes.
struct LevelSpelling {
  bool integer = false;          // 50
  bool ascii_integer = false;    // " +50 "
  bool python_integer = false;   // what Python's int() takes; also true and false
  bool truncated_float = false;  // 50.7 is 50; not the infinities
};

/// The type of a field as the text declares it.
struct ValueType {
  enum class Base : std::uint8_t {
    kAny,
    kObject,
    kString,
    kBoolean,
    kInteger,
    kLevel,
    kIdentifier /* a name of `identifiers` */,
    kList,
    kMap,
    kPair,
    kEvent
  };
  Base base = Base::kAny;
  std::string identifier;  // kIdentifier: "user_id"; also the key type name of a map when it is an identifier
  std::optional<std::int64_t> least, greatest;  // kInteger with `from … to …`
  std::shared_ptr<const ValueType> key;         // kMap; kPair: first
  std::shared_ptr<const ValueType>
      element;  // kList, kMap; kPair: second; kEvent `as (event_id, hashes)`: how it is written
};

enum class Presence : std::uint8_t { kRequired, kOptional, kForbidden, kDerived };

/// A top-level field. `path` has one segment, or more for a field inside one (`hashes.lpdu`).
struct FormatField {
  std::vector<std::string> path;
  ValueType type;
  Presence presence = Presence::kOptional;
  /// `required when C [else forbidden]`: C as a function of the PDU; empty: always.
  std::function<bool(json::Value pdu)> when;
  bool otherwise_forbidden = false;
  bool kept = false;  // by redaction
};

/// A field of `content` for one event type. A segment "*" stands for every element or key.
struct ContentField {
  std::vector<std::string> path;
  ValueType type;
  bool kept = false;
  bool kept_empty = false;  // redaction leaves the parent as {} (`kept empty`)
};

/// One piece of an identifier's pattern: a literal, a class ("hostname", "port", "text", "base64url_43", `chars "…"` or
/// another identifier), or an optional group.
struct PatternItem {
  enum class Kind : std::uint8_t { kLiteral, kClass, kChars, kOptional } kind = Kind::kLiteral;
  std::string text;
  std::vector<PatternItem> group;
};

/// The classes of characters that a pattern may name; the host knows them.
inline constexpr std::string_view kIdentifierClasses[] = {"base64url_43", "hostname", "port", "text"};

struct IdentifierPattern {
  std::vector<PatternItem> items;
  std::optional<std::uint64_t> bytes_max;
};

/// How an event gets its id.
enum class EventIdSource : std::uint8_t { kField, kHashBase64, kHashBase64Url };

/// `canonical_json([redacted(]event[)] without {…} except {…})` of the section signatures.
struct HashedObject {
  bool redacted = false;
  std::vector<std::vector<std::string>> without;  // dotted paths, one "*" allowed
  std::vector<std::vector<std::string>> except;
};

enum class CanonicalScheme : std::uint8_t { kMatrix, kRfc8785 };

struct CanonicalJson {
  CanonicalScheme scheme = CanonicalScheme::kMatrix;
  bool enforced = false;  // numbers outside the range, and reals, are errors
  std::int64_t least = -9007199254740991, greatest = 9007199254740991;
};

/// Everything above for one version (and one choice of readings).
struct EventFormat {
  LevelSpelling level;
  std::map<std::string, IdentifierPattern, std::less<>> identifiers;
  EventIdSource event_id = EventIdSource::kField;
  std::vector<FormatField> fields;
  std::map<std::string, std::vector<ContentField>, std::less<>> content;  // by event type
  std::map<std::string, std::uint64_t, std::less<>> limits_bytes;         // "event", "type", "state_key", …
  std::map<std::string, std::uint64_t, std::less<>> limits_entries;       // "prev_events", "auth_events", …
  CanonicalJson canonical_json;
  std::map<std::string, HashedObject, std::less<>>
      hashed_objects;  // "content_hash", "reference_hash", "signed_object", …
  /// Top-level fields that hold edges to other events, in text order: "prev_events", "auth_events",
  /// "prev_state_events".
  std::vector<std::string> edge_fields;
  /// Of those, the one whose list the text derives (MSC4242: auth_events), or empty.
  std::string derived_edge_field;

  const FormatField* field(std::string_view name) const;
};

/// True if `text` is what the identifier's pattern says ("user_id", "event_id", "room_id", "server_name", …).
/// An identifier that the format does not have is matched by no text.
bool matches(const EventFormat& format, std::string_view identifier, std::string_view text);

/// The server part of an identifier: what follows the first ':'; nullopt without one.
std::optional<std::string_view> server_part(std::string_view identifier);

/// A decoded level.
struct Level {
  std::int64_t value = 0;
  bool saturated = false;  // the literal was beyond 64 bits
};
/// `value` as a level in one of the spellings; nullopt if it is ill-typed. An infinity is ill-typed.
std::optional<Level> decode_level(json::Value value, const LevelSpelling& spelling);

/// True if `value` (a valid Value) has the type; a map needs every key and value to have theirs.
bool has_type(json::Value value, const ValueType& type, const EventFormat& format);

}  // namespace stateroom::event
