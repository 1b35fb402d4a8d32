#include <fmt/format.h>

#include "model/event/event.h"

namespace stateroom::event {
namespace {

using base::ErrorCode;
using json::Value;

/// The string member `name`, or nullopt with a finding if it is there and no string.
std::optional<std::string> text(Value pdu, std::string_view name, std::vector<std::string>& ill_formed) {
  const Value value = pdu.get(name);
  if (!value.valid()) return std::nullopt;
  if (value.is_string()) return std::string(value.string());
  ill_formed.push_back(fmt::format("`{}` is no string", name));
  return std::nullopt;
}

std::int64_t integer(Value pdu, std::string_view name, std::vector<std::string>& ill_formed) {
  const Value value = pdu.get(name);
  if (!value.valid()) return 0;
  if (value.kind() == json::Kind::kInteger || value.kind() == json::Kind::kBigInteger) return value.integer();
  ill_formed.push_back(fmt::format("`{}` is no integer", name));
  return 0;
}

/// References are ids or pairs of an id and hashes, whatever the version: drawings use plain ids everywhere.
std::vector<std::string> references(Value pdu, std::string_view name, std::vector<std::string>& ill_formed) {
  std::vector<std::string> out;
  const Value list = pdu.get(name);
  if (!list.valid()) return out;
  if (!list.is_array()) {
    ill_formed.push_back(fmt::format("`{}` is no list", name));
    return out;
  }
  out.reserve(list.size());
  for (const Value item : list.children()) {
    const Value id = item.is_array() && item.size() > 0 ? item.at(0) : item;
    if (id.is_string()) {
      out.emplace_back(id.string());
    } else {
      ill_formed.push_back(fmt::format("`{}` holds something that is no reference to an event", name));
    }
  }
  return out;
}

void decode_members(Event& event, const EventFormat& format) {
  const Value pdu = event.json;
  std::vector<std::string>& ill_formed = event.ill_formed;
  event.type = pdu.get("type").string();
  event.sender = text(pdu, "sender", ill_formed).value_or("");
  event.room_id = text(pdu, "room_id", ill_formed);
  event.state_key = text(pdu, "state_key", ill_formed);
  event.origin_server_ts = integer(pdu, "origin_server_ts", ill_formed);
  event.depth = integer(pdu, "depth", ill_formed);
  event.content = pdu.get("content");
  if (!event.content.is_object()) event.content = {};
  for (const std::string& field : format.edge_fields) {
    if (field == format.derived_edge_field) {
      event.edges.emplace_back();  // computed from the state before the event
    } else {
      event.edges.push_back(references(pdu, field, ill_formed));
    }
  }
}

/// Source: server-server-api, "Validating hashes and signatures": an event whose content hash is wrong goes on
/// redacted.
std::optional<base::Error> redact_if_hash_is_wrong(Event& event, const EventFormat& format) {
  if (content_hash_state(event, format) == HashState::kValid) return std::nullopt;
  const auto text = redacted_json(event.json, format);
  if (!text) return text.error();
  auto redacted = json::parse(*text, event.where);
  if (!redacted) return redacted.error();
  event.document = std::move(*redacted);
  event.json = json::root(*event.document);
  event.redacted_on_import = true;
  return std::nullopt;
}

std::optional<base::Error> decode_strictly(Event& event, const EventFormat& format,
                                           std::optional<std::string_view> given_id) {
  auto findings = check_format(event.json, format);
  if (given_id && *given_id != event.event_id) {
    return base::Error{ErrorCode::kEventId,
                       fmt::format("the event is named `{}`, its id is `{}`", *given_id, event.event_id),
                       event.where,
                       {}};
  }
  if (auto error = redact_if_hash_is_wrong(event, format)) return error;
  decode_members(event, format);
  event.ill_formed = std::move(findings);  // they name all that is of a wrong type
  return std::nullopt;
}

}  // namespace

std::string_view name(IdMode mode) {
  switch (mode) {
    case IdMode::kPlaceholder:
      return "placeholder";
    case IdMode::kComputed:
      return "computed";
    case IdMode::kStrict:
      return "strict";
  }
  return "";
}

base::Result<Event> decode_event(std::shared_ptr<const json::Document> document, Value pdu, const EventFormat& format,
                                 std::optional<std::string_view> given_id, bool strict, std::string where) {
  if (!pdu.is_object()) return base::fail(ErrorCode::kFormat, "an event is a JSON object", std::move(where));
  if (!pdu.get("type").is_string()) {
    return base::fail(ErrorCode::kFormat, "the event has no `type`, or one that is no string", std::move(where));
  }
  base::Result<Event> out(std::in_place);  // made in its place: an event is large
  Event& event = *out;
  event.document = std::move(document);
  event.json = pdu;
  event.where = std::move(where);
  if (given_id && !strict) {
    event.event_id = *given_id;
    event.ids = IdMode::kPlaceholder;
    const Value rejected = pdu.get("rejected");
    event.rejected_outside = rejected.valid() && rejected.kind() == json::Kind::kBoolean && rejected.boolean();
    decode_members(event, format);
    return out;
  }
  auto id = stateroom::event::event_id(pdu, format);
  if (!id) {
    if (id.error().where.empty()) id.error().where = event.where;
    return std::unexpected(std::move(id.error()));
  }
  event.event_id = std::move(*id);
  event.ids = strict ? IdMode::kStrict : IdMode::kComputed;
  if (!strict) {
    decode_members(event, format);
  } else if (auto error = decode_strictly(event, format, given_id)) {
    return std::unexpected(std::move(*error));
  }
  return out;
}

}  // namespace stateroom::event
