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
  Event event;
  event.document = std::move(document);
  event.json = pdu;
  event.where = std::move(where);
  std::vector<std::string>& ill_formed = event.ill_formed;
  event.type = *text(pdu, "type", ill_formed);
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
  if (given_id && !strict) {
    event.event_id = *given_id;
    event.ids = IdMode::kPlaceholder;
    const Value rejected = pdu.get("rejected");
    event.rejected_outside = rejected.valid() && rejected.kind() == json::Kind::kBoolean && rejected.boolean();
    return event;
  }
  auto id = stateroom::event::event_id(pdu, format);
  if (!id) {
    if (id.error().where.empty()) id.error().where = event.where;
    return std::unexpected(std::move(id.error()));
  }
  event.event_id = std::move(*id);
  event.ids = strict ? IdMode::kStrict : IdMode::kComputed;
  if (strict) {
    event.ill_formed = check_format(pdu, format);
    if (given_id && *given_id != event.event_id) {
      return base::fail(ErrorCode::kEventId,
                        fmt::format("the event is named `{}`, its id is `{}`", *given_id, event.event_id), event.where);
    }
  }
  return event;
}

}  // namespace stateroom::event
