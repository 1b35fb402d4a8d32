#include "tests/support/event_formats.h"

#include <algorithm>

namespace stateroom::support {
namespace {

using event::ContentField;
using event::EventFormat;
using event::FormatField;
using event::PatternItem;
using event::Presence;
using event::ValueType;
using Base = ValueType::Base;

ValueType type(Base base) {
  ValueType out;
  out.base = base;
  return out;
}

ValueType identifier(std::string name) {
  ValueType out = type(Base::kIdentifier);
  out.identifier = std::move(name);
  return out;
}

std::shared_ptr<const ValueType> share(ValueType value) { return std::make_shared<const ValueType>(std::move(value)); }

ValueType list(ValueType element) {
  ValueType out = type(Base::kList);
  out.element = share(std::move(element));
  return out;
}

ValueType map(ValueType key, ValueType element) {
  ValueType out = type(Base::kMap);
  out.key = share(std::move(key));
  out.element = share(std::move(element));
  return out;
}

/// `list of event as …`
ValueType edges(ValueType written) {
  ValueType event = type(Base::kEvent);
  event.element = share(std::move(written));
  return list(std::move(event));
}

ValueType pair_of_id_and_hashes() {
  ValueType out = type(Base::kPair);
  out.key = share(identifier("event_id"));
  out.element = share(type(Base::kAny));
  return out;
}

PatternItem literal(std::string text) { return {PatternItem::Kind::kLiteral, std::move(text), {}}; }
PatternItem one_of(std::string name) { return {PatternItem::Kind::kClass, std::move(name), {}}; }
PatternItem maybe(std::vector<PatternItem> group) { return {PatternItem::Kind::kOptional, "", std::move(group)}; }

FormatField field(std::string name, ValueType value, Presence presence, bool kept = true) {
  FormatField out;
  out.path = {std::move(name)};
  out.type = std::move(value);
  out.presence = presence;
  out.kept = kept;
  return out;
}

/// A required member of a field, of whatever type.
FormatField inside(std::string name, std::string member) {
  FormatField out = field(std::move(name), type(Base::kAny), Presence::kRequired, false);
  out.path.push_back(std::move(member));
  return out;
}

ContentField kept(std::vector<std::string> path, Base base) { return {std::move(path), type(base), true, false}; }

void drop(EventFormat& format, const std::string& name) {
  std::erase_if(format.fields, [&](const FormatField& f) { return f.path == std::vector{name}; });
}

FormatField& at(EventFormat& format, std::string_view name) {
  return *std::find_if(format.fields.begin(), format.fields.end(),
                       [&](const FormatField& f) { return f.path[0] == name; });
}

void content_of_format_1(EventFormat& format) {
  format.content["m.room.create"] = {kept({"creator"}, Base::kString)};
  format.content["m.room.member"] = {kept({"membership"}, Base::kString)};
  format.content["m.room.join_rules"] = {kept({"join_rule"}, Base::kString)};
  format.content["m.room.aliases"] = {kept({"aliases"}, Base::kAny)};
  format.content["m.room.history_visibility"] = {kept({"history_visibility"}, Base::kAny)};
  auto& levels = format.content["m.room.power_levels"];
  for (const char* name : {"users_default", "events_default", "state_default", "ban", "kick", "redact"}) {
    levels.push_back(kept({name}, Base::kLevel));
  }
  levels.push_back({{"users"}, map(identifier("user_id"), type(Base::kLevel)), true, false});
  levels.push_back({{"events"}, map(type(Base::kString), type(Base::kLevel)), true, false});
  levels.push_back({{"invite"}, type(Base::kLevel), false, false});
}

}  // namespace

event::EventFormat format_1() {
  EventFormat format;
  format.level = {.integer = true, .ascii_integer = true, .python_integer = false, .truncated_float = true};
  format.identifiers["server_name"] = {{one_of("hostname"), maybe({literal(":"), one_of("port")})}, std::nullopt};
  for (const auto& [name, sigil] : {std::pair("user_id", "@"), {"room_id", "!"}, {"event_id", "$"}}) {
    format.identifiers[name] = {{literal(sigil), one_of("text"), literal(":"), one_of("server_name")}, 255};
  }
  ValueType depth = type(Base::kInteger);
  depth.least = 0;
  depth.greatest = INT64_MAX;
  format.fields = {
      field("event_id", identifier("event_id"), Presence::kRequired),
      field("type", type(Base::kString), Presence::kRequired),
      field("room_id", identifier("room_id"), Presence::kRequired),
      field("sender", identifier("user_id"), Presence::kRequired),
      field("state_key", type(Base::kString), Presence::kOptional),
      field("content", type(Base::kObject), Presence::kRequired),
      field("hashes", map(type(Base::kString), type(Base::kString)), Presence::kRequired),
      inside("hashes", "sha256"),
      field("signatures", map(identifier("server_name"), map(type(Base::kString), type(Base::kString))),
            Presence::kRequired),
      field("depth", depth, Presence::kRequired),
      field("prev_events", edges(pair_of_id_and_hashes()), Presence::kRequired),
      field("auth_events", edges(pair_of_id_and_hashes()), Presence::kRequired),
      field("origin_server_ts", type(Base::kInteger), Presence::kRequired),
      field("redacts", identifier("event_id"), Presence::kOptional, false),
      field("unsigned", type(Base::kObject), Presence::kOptional, false),
      field("origin", type(Base::kAny), Presence::kOptional),
      field("prev_state", type(Base::kAny), Presence::kOptional),
      field("membership", type(Base::kAny), Presence::kOptional),
  };
  content_of_format_1(format);
  format.limits_bytes = {{"event", 65536}, {"type", 255}, {"state_key", 255}};
  format.limits_entries = {{"prev_events", 20}, {"auth_events", 10}};
  format.hashed_objects["content_hash"] = {false, {{"unsigned"}, {"signatures"}, {"hashes"}}, {}};
  format.hashed_objects["reference_hash"] = {true, {{"unsigned"}, {"signatures"}}, {}};
  format.hashed_objects["signed_object"] = {true, {{"unsigned"}, {"signatures"}}, {}};
  format.edge_fields = {"prev_events", "auth_events"};
  return format;
}

event::EventFormat format_3() {
  EventFormat format = format_1();
  format.event_id = event::EventIdSource::kHashBase64;
  format.identifiers["event_id"] = {{literal("$"), one_of("text")}, 255};
  at(format, "event_id") = field("event_id", type(Base::kAny), Presence::kOptional);
  at(format, "prev_events").type = edges(identifier("event_id"));
  at(format, "auth_events").type = edges(identifier("event_id"));
  return format;
}

event::EventFormat format_6() {
  EventFormat format = format_3();
  format.event_id = event::EventIdSource::kHashBase64Url;
  format.canonical_json.enforced = true;
  format.level.truncated_float = false;
  at(format, "depth").type.greatest = 9007199254740991;
  format.content.erase("m.room.aliases");
  return format;
}

event::EventFormat format_11() {
  EventFormat format = format_6();
  for (const char* name : {"redacts", "origin", "prev_state", "membership"}) drop(format, name);
  format.content["m.room.create"] = {kept({"*"}, Base::kAny)};
  format.content["m.room.redaction"] = {{{"redacts"}, identifier("event_id"), true, false}};
  format.content["m.room.power_levels"].back().kept = true;
  format.content["m.room.join_rules"].push_back(kept({"allow"}, Base::kAny));  // since version 8
  auto& member = format.content["m.room.member"];
  member.push_back(kept({"join_authorised_via_users_server"}, Base::kAny));  // since version 9
  member.push_back({{"third_party_invite"}, type(Base::kObject), false, false});
  member.push_back(kept({"third_party_invite", "signed"}, Base::kObject));
  return format;
}

event::EventFormat format_12() {
  EventFormat format = format_11();
  format.identifiers["room_id"] = {{literal("!"), one_of("base64url_43")}, std::nullopt};
  at(format, "room_id").when = [](json::Value pdu) {
    const json::Value type_of = pdu.get("type");
    return !type_of.is_string() || type_of.string() != "m.room.create";
  };
  return format;
}

}  // namespace stateroom::support
