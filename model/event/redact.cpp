// Redaction and hashing by the format. Source: rooms/vN, "Redactions"; server-server-api, "Signing events".
#include <fmt/format.h>

#include <algorithm>

#include "model/base/encode.h"
#include "model/event/canonical.h"
#include "model/event/event.h"

namespace stateroom::event {
namespace {

using base::ErrorCode;

/// Keeps the value at a path; parents on the way keep only what is named, and go where nothing of it is there.
void keep(Selection& selection, const std::vector<std::string>& path, bool empty_too) {
  Selection* here = &selection;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == "*") {
      const bool whole = here->others && here->each == nullptr;  // by another path
      here->others = true;
      if (i + 1 == path.size()) here->each = nullptr;
      if (i + 1 == path.size() || whole) return;
      if (here->each == nullptr) {
        here->each = std::make_unique<Selection>();
        here->each->others = false;
      }
      here = here->each.get();
      continue;
    }
    const auto [entry, fresh] = here->entry(path[i]);
    Selection::Member& member = *entry;
    member.taken = true;
    const bool last = i + 1 == path.size();
    if (last && !empty_too) {
      member.inside = nullptr;
      return;
    }
    if (!fresh && member.inside == nullptr) return;  // already kept whole
    if (member.inside == nullptr) {
      member.inside = std::make_unique<Selection>();
      member.inside->others = false;
      member.drop_if_empty = true;
    }
    if (last) member.drop_if_empty = false;
    here = member.inside.get();
  }
}

/// Takes the value at a path out; "hashes.*" takes every member of `hashes` out.
void take_out(Selection& selection, const std::vector<std::string>& path, bool taken) {
  Selection* here = &selection;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == "*") {
      if (i + 1 == path.size()) {
        here->others = taken;
        return;
      }
      if (here->each == nullptr) here->each = std::make_unique<Selection>();
      here = here->each.get();
      continue;
    }
    const auto [entry, fresh] = here->entry(path[i]);
    Selection::Member& member = *entry;
    if (fresh) member.taken = here->others;
    if (i + 1 == path.size()) {
      member.taken = taken;
      return;
    }
    if (member.inside == nullptr) member.inside = std::make_unique<Selection>();
    here = member.inside.get();
  }
}

Selection redaction(json::Value pdu, const EventFormat& format) {
  Selection selection;
  selection.others = false;
  selection.members.reserve(format.fields.size() + 4);
  for (const FormatField& field : format.fields) {
    if (field.kept) keep(selection, field.path, false);
  }
  Selection::Member& content = *selection.entry("content").first;
  if (!content.taken) return selection;
  content.inside = std::make_unique<Selection>();
  content.inside->others = false;
  content.drop_if_empty = false;
  const json::Value type = pdu.get("type");
  const auto fields = type.is_string() ? format.content.find(type.string()) : format.content.end();
  if (fields == format.content.end()) return selection;
  for (const ContentField& field : fields->second) {
    if (field.kept) keep(*content.inside, field.path, field.kept_empty);
  }
  return selection;
}

}  // namespace

base::Result<std::string> redacted_json(json::Value pdu, const EventFormat& format) {
  const Selection selection = redaction(pdu, format);
  return canonical_json(pdu, format.canonical_json, &selection);
}

namespace {

/// The bytes without the members of `beside`, which stand in the object but are no part of the PDU.
base::Result<std::string> bytes_of(json::Value pdu, const EventFormat& format, std::string_view object,
                                   std::initializer_list<const char*> beside) {
  const auto found = format.hashed_objects.find(object);
  if (found == format.hashed_objects.end()) {
    return base::fail(ErrorCode::kUnknownName, fmt::format("the room version hashes no `{}`", object));
  }
  Selection selection;
  if (found->second.redacted) selection = redaction(pdu, format);
  for (const auto& path : found->second.without) take_out(selection, path, false);
  for (const auto& path : found->second.except) take_out(selection, path, true);
  for (const char* member : beside) selection.entry(member).first->taken = false;
  return canonical_json(pdu, format.canonical_json, &selection);
}

}  // namespace

base::Result<std::string> hashed_bytes(json::Value pdu, const EventFormat& format, std::string_view object) {
  return bytes_of(pdu, format, object, {});
}

base::Result<std::string> hashed_bytes(const Event& event, const EventFormat& format, std::string_view object) {
  if (event.ids != IdMode::kPlaceholder) return bytes_of(event.json, format, object, {});
  if (format.event_id == EventIdSource::kField) return bytes_of(event.json, format, object, {"rejected"});
  return bytes_of(event.json, format, object, {"rejected", "event_id"});
}

base::Result<std::string> content_hash(json::Value pdu, const EventFormat& format) {
  const auto bytes = hashed_bytes(pdu, format, "content_hash");
  if (!bytes) return std::unexpected(bytes.error());
  return base::base64(base::sha256(*bytes));
}

std::string_view name(HashState state) {
  switch (state) {
    case HashState::kValid:
      return "valid";
    case HashState::kInvalid:
      return "invalid";
    case HashState::kAbsent:
      return "absent";
  }
  return "";
}

HashState content_hash_state(const Event& event, const EventFormat& format) {
  const json::Value stated = event.json.get("hashes").get("sha256");
  if (!stated.is_string()) return HashState::kAbsent;
  if (event.redacted_on_import) return HashState::kInvalid;  // what it was made of is gone
  const auto bytes = hashed_bytes(event, format, "content_hash");
  const auto hash = base::base64_decode(stated.string());
  const bool same = bytes && hash && std::ranges::equal(base::sha256(*bytes), *hash);
  return same ? HashState::kValid : HashState::kInvalid;
}

base::Result<std::string> event_id(json::Value pdu, const EventFormat& format) {
  if (format.event_id == EventIdSource::kField) {
    const json::Value field = pdu.get("event_id");
    if (!field.is_string())
      return base::fail(ErrorCode::kFormat, "the PDU has no event_id, which its room version needs");
    return std::string(field.string());
  }
  const auto bytes = hashed_bytes(pdu, format, "reference_hash");
  if (!bytes) return std::unexpected(bytes.error());
  const base::Sha256 hash = base::sha256(*bytes);
  return "$" + (format.event_id == EventIdSource::kHashBase64 ? base::base64(hash) : base::base64url(hash));
}

}  // namespace stateroom::event
