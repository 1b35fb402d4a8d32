// Events for tests, from JSON as short as the test needs: nothing is checked, edges are plain ids.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/event/event.h"

namespace stateroom::testing {

inline event::Event event_of(std::string_view text, const event::EventFormat& format) {
  event::Event out;
  auto document = json::parse(text);
  base::require(document.has_value(), "a test's event is JSON");
  out.document = *document;
  out.json = json::root(*out.document);
  const auto text_of = [&](std::string_view name) {
    const json::Value value = out.json.get(name);
    return value.is_string() ? std::string(value.string()) : std::string();
  };
  out.event_id = text_of("event_id");
  out.ids = event::IdMode::kPlaceholder;
  out.type = text_of("type");
  out.sender = text_of("sender");
  if (out.json.get("room_id").is_string()) out.room_id = text_of("room_id");
  if (out.json.get("state_key").is_string()) out.state_key = text_of("state_key");
  if (out.json.get("depth").is_integer()) out.depth = out.json.get("depth").integer();
  if (out.json.get("origin_server_ts").is_integer()) out.origin_server_ts = out.json.get("origin_server_ts").integer();
  if (out.json.get("content").is_object()) out.content = out.json.get("content");
  for (const std::string& field : format.edge_fields) {
    std::vector<std::string>& ids = out.edges.emplace_back();
    const json::Value list = out.json.get(field);
    for (std::uint32_t i = 0; list.is_array() && i < list.size(); ++i) ids.emplace_back(list.at(i).string());
  }
  return out;
}

}  // namespace stateroom::testing
