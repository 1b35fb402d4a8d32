#include "model/event/history.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/base/name_table.h"
#include "model/event/builder.h"

namespace stateroom::event {
namespace {

using base::ErrorCode;
using json::Value;
using DocumentPtr = std::shared_ptr<const json::Document>;
using Items = std::vector<base::Result<HistoryItem>>;

enum class Shape { kHistory, kAnswer, kPdu };

/// What an object is: a history has `events`; an answer of the federation has `pdus` or `auth_chain`; else it is a PDU.
Shape shape_of(Value object) {
  if (object.get("events").valid()) return Shape::kHistory;
  if (object.get("pdus").is_array() || object.get("auth_chain").is_array()) return Shape::kAnswer;
  return Shape::kPdu;
}

std::string pointer(std::string_view where, std::string_view path) {
  return fmt::format("{}{}{}", where, where.find('#') == std::string_view::npos ? "#" : "", path);
}

/// Adds a PDU, taken out of a wrapper with `json` or `event_json` where it has one.
std::optional<base::Error> add_pdu(HistoryItem& item, const DocumentPtr& document, Value value, std::string where,
                                   std::optional<std::string> name, const base::Limits& limits) {
  HistoryItem::Pdu pdu{document, value, std::move(where), std::move(name)};
  if (!value.is_object())
    return base::Error{ErrorCode::kFormat, "found no object where an event should be", pdu.where, {}};
  for (const std::string_view wrapper : {"json", "event_json"}) {
    const Value inner = value.get(wrapper);
    if (!inner.valid() || value.get("type").is_string()) continue;
    if (const Value id = value.get("event_id"); id.is_string() && !pdu.given_id)
      pdu.given_id = std::string(id.string());
    if (inner.is_object()) {
      pdu.json = inner;
    } else if (inner.is_string()) {
      auto parsed = json::parse(inner.string(), pdu.where, limits);
      if (!parsed) return parsed.error();
      pdu.document = *parsed;
      pdu.json = json::root(**parsed);
    }
    if (!pdu.json.is_object())
      return base::Error{ErrorCode::kFormat, fmt::format("`{}` is no event", wrapper), pdu.where, {}};
    break;
  }
  if (item.pdus.size() >= limits.events_max) {
    return base::Error{
        ErrorCode::kLimit, fmt::format("more events than the limit events_max ({})", limits.events_max), pdu.where, {}};
  }
  item.pdus.push_back(std::move(pdu));
  return std::nullopt;
}

/// The version that the item's create event names; a create event that names none is of version 1.
void find_version(HistoryItem& item) {
  if (item.room_version) return;
  for (const HistoryItem::Pdu& pdu : item.pdus) {
    const Value type = pdu.json.get("type");
    if (!type.is_string() || type.string() != "m.room.create") continue;
    const Value version = pdu.json.get("content").get("room_version");
    if (!version.is_string()) return;
    item.room_version = std::string(version.string());
    // A place in lines is that of the event's line.
    item.version_where = pdu.where.contains('#') ? pdu.where + "/content/room_version" : pdu.where;
    return;
  }
}

base::Result<std::vector<std::string>> strings_of(Value list, std::string_view what, std::string where) {
  std::vector<std::string> out;
  if (!list.is_array()) return base::fail(ErrorCode::kFormat, fmt::format("`{}` is no list", what), std::move(where));
  for (const Value entry : list.children()) {
    if (!entry.is_string())
      return base::fail(ErrorCode::kFormat, fmt::format("`{}` holds something that is no string", what),
                        std::move(where));
    out.emplace_back(entry.string());
  }
  return out;
}

base::Result<HistoryItem> read_history(const DocumentPtr& document, Value object, const std::string& where,
                                       const base::Limits& limits) {
  HistoryItem item;
  item.where = where;
  const auto at = [&](std::string_view path) { return pointer(where, path); };
  if (const Value format = object.get("format");
      format.valid() && !(format.is_string() && format.string() == "stateroom-history/1")) {
    return base::fail(ErrorCode::kFormat, "`format` is not \"stateroom-history/1\"", at("/format"));
  }
  if (const Value version = object.get("room_version"); version.valid()) {
    if (!version.is_string()) return base::fail(ErrorCode::kFormat, "`room_version` is no string", at("/room_version"));
    item.room_version = std::string(version.string());
    item.version_where = at("/room_version");
  }
  const Value events = object.get("events");
  if (!events.is_array()) return base::fail(ErrorCode::kFormat, "`events` is no list", at("/events"));
  std::optional<std::vector<std::string>> names;
  if (const Value ids = object.get("event_ids"); ids.valid()) {
    auto list = strings_of(ids, "event_ids", at("/event_ids"));
    if (!list) return std::unexpected(list.error());
    if (list->size() != events.size()) {
      return base::fail(ErrorCode::kFormat,
                        fmt::format("`event_ids` has {} names for {} events", list->size(), events.size()),
                        at("/event_ids"));
    }
    names = std::move(*list);
  }
  std::uint32_t i = 0;
  for (const Value event : events.children()) {
    auto error = add_pdu(item, document, event, at(fmt::format("/events/{}", i)),
                         names ? std::optional((*names)[i]) : std::nullopt, limits);
    if (error) return std::unexpected(std::move(*error));
    ++i;
  }
  if (const Value rejected = object.get("rejected"); rejected.valid()) {
    auto list = strings_of(rejected, "rejected", at("/rejected"));
    if (!list) return std::unexpected(list.error());
    item.rejected = std::move(*list);
  }
  if (const Value sets = object.get("state_sets"); sets.valid()) {
    if (!sets.is_array()) return base::fail(ErrorCode::kFormat, "`state_sets` is no list", at("/state_sets"));
    if (sets.size() > limits.state_sets_max) {
      return base::fail(ErrorCode::kLimit,
                        fmt::format("more state sets than the limit state_sets_max ({})", limits.state_sets_max),
                        at("/state_sets"));
    }
    item.state_sets.emplace();
    std::uint32_t k = 0;
    for (const Value set : sets.children()) {
      auto list = strings_of(set, "state_sets", at(fmt::format("/state_sets/{}", k++)));
      if (!list) return std::unexpected(list.error());
      item.state_sets->push_back(std::move(*list));
    }
  }
  if (const Value keys = object.get("keys"); keys.valid()) {
    auto read = read_keys(keys, at("/keys"));
    if (!read) return std::unexpected(read.error());
    item.keys = std::move(*read);
  }
  item.about = object.get("about");
  find_version(item);
  return item;
}

base::Result<HistoryItem> read_answer(const DocumentPtr& document, Value object, const std::string& where,
                                      const base::Limits& limits) {
  HistoryItem item;
  item.where = where;
  if (const Value version = object.get("room_version"); version.is_string()) {
    item.room_version = std::string(version.string());
    item.version_where = pointer(where, "/room_version");
  }
  for (const std::string_view list : {"auth_chain", "state", "pdus"}) {
    std::uint32_t i = 0;
    for (const Value event : object.get(list).is_array() ? object.get(list).children() : Value().children()) {
      auto error =
          add_pdu(item, document, event, pointer(where, fmt::format("/{}/{}", list, i++)), std::nullopt, limits);
      if (error) return std::unexpected(std::move(*error));
    }
  }
  if (const Value event = object.get("event"); event.is_object()) {  // of /send_join
    auto error = add_pdu(item, document, event, pointer(where, "/event"), std::nullopt, limits);
    if (error) return std::unexpected(std::move(*error));
  }
  find_version(item);
  return item;
}

base::Result<HistoryItem> read_object(const DocumentPtr& document, Value object, const std::string& where,
                                      const base::Limits& limits) {
  switch (shape_of(object)) {
    case Shape::kHistory:
      return read_history(document, object, where, limits);
    case Shape::kAnswer:
      return read_answer(document, object, where, limits);
    case Shape::kPdu:
      break;
  }
  HistoryItem item;
  item.where = where;
  auto error = add_pdu(item, document, object, where, std::nullopt, limits);
  if (error) return std::unexpected(std::move(*error));
  find_version(item);
  return item;
}

struct Part {
  DocumentPtr document;
  Value value;
  std::string where;
};

base::Error mixed(std::string where) {
  return {ErrorCode::kMixed, "PDUs and histories are mixed", std::move(where),
          "give histories and PDUs in separate files"};
}

/// Many values of one input: all histories (an item each), or all PDUs (one history).
void read_parts(const std::vector<Part>& parts, const std::string& file, const base::Limits& limits, Items& out) {
  if (parts.empty()) {
    HistoryItem nothing;
    nothing.where = file;
    out.emplace_back(std::move(nothing));
    return;
  }
  const auto is_pdu = [](const Part& part) { return !part.value.is_object() || shape_of(part.value) == Shape::kPdu; };
  const bool pdus = is_pdu(parts.front());
  for (const Part& part : parts) {
    if (is_pdu(part) != pdus) {
      out.emplace_back(std::unexpected(mixed(part.where)));
      return;
    }
  }
  if (!pdus) {
    for (const Part& part : parts) out.push_back(read_object(part.document, part.value, part.where, limits));
    return;
  }
  HistoryItem item;
  item.where = file;
  for (const Part& part : parts) {
    auto error = add_pdu(item, part.document, part.value, part.where, std::nullopt, limits);
    if (error) {
      out.emplace_back(std::unexpected(std::move(*error)));
      return;
    }
  }
  find_version(item);
  out.emplace_back(std::move(item));
}

/// The input as one JSON value a line; blank lines do not count. A line that is no JSON is an error in its place:
/// between histories the others are still done, while PDUs without one of them are no history.
void read_lines(std::string_view bytes, const std::string& file, const base::Limits& limits, Items& out) {
  std::vector<Part> parts;
  Items errors;
  std::size_t line = 0;
  while (!bytes.empty()) {
    ++line;
    const auto end = bytes.find('\n');
    const std::string_view text = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto parsed = json::parse(text, file, limits);
    const std::string where = fmt::format("{}:{}:1", file, line);
    if (parsed) {
      parts.push_back({*parsed, json::root(**parsed), where});
      continue;
    }
    base::Error error = parsed.error();
    const auto column = error.where.rfind(':');
    error.where = fmt::format("{}:{}{}", file, line, column == std::string::npos ? ":1" : error.where.substr(column));
    errors.emplace_back(std::unexpected(std::move(error)));
  }
  const bool histories =
      !parts.empty() && parts.front().value.is_object() && shape_of(parts.front().value) != Shape::kPdu;
  if (errors.empty() || histories) read_parts(parts, file, limits, out);
  for (auto& error : errors) out.push_back(std::move(error));
}

/// The first line that is not blank, if anything follows it.
std::optional<std::string_view> first_line(std::string_view bytes) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = bytes.find_first_not_of(kBlank);
  const auto end = first == std::string_view::npos ? first : bytes.find('\n', first);
  if (end == std::string_view::npos || bytes.find_first_not_of(kBlank, end) == std::string_view::npos)
    return std::nullopt;
  return bytes.substr(first, bytes.find_last_not_of(kBlank, end) + 1 - first);
}

}  // namespace

std::vector<base::Result<HistoryItem>> read_items(std::string_view bytes, std::string_view file,
                                                  const base::Limits& limits) {
  Items out;
  const std::string name(file);
  // One value a line if the first line is a whole value and not all.
  const auto line = first_line(bytes);
  if (line && json::parse(*line, name, limits)) {
    read_lines(bytes, name, limits, out);
    return out;
  }
  const auto whole = json::parse(bytes, name, limits);
  if (whole) {
    const Value top = json::root(**whole);
    if (top.is_object()) {
      out.push_back(read_object(*whole, top, name, limits));
    } else if (top.is_array() && top.size() == 2 && top.at(0).is_integer() && top.at(1).is_object()) {
      // Version 1 of /send_join answers with the status and the answer.
      out.push_back(read_object(*whole, top.at(1), pointer(name, "/1"), limits));
    } else if (top.is_array()) {
      std::vector<Part> parts;
      std::uint32_t i = 0;
      for (const Value item : top.children()) parts.push_back({*whole, item, pointer(name, fmt::format("/{}", i++))});
      read_parts(parts, name, limits, out);
    } else {
      out.emplace_back(base::fail(ErrorCode::kFormat, "found neither an object nor a list", name + ":1:1"));
    }
    return out;
  }
  // Also if the first line is an object in which something is wrong; else the error of the whole says more.
  if (line && line->starts_with('{') && line->ends_with('}')) {
    read_lines(bytes, name, limits, out);
  } else {
    out.emplace_back(std::unexpected(whole.error()));
  }
  return out;
}

namespace {

/// The name that a PDU has without being hashed: given beside it, or as a member, which formats whose event id is a
/// field ask for.
std::optional<std::string_view> given_name(const HistoryItem::Pdu& pdu) {
  if (pdu.given_id) return pdu.given_id;
  const Value id = pdu.json.get("event_id");
  return id.is_string() ? std::optional(id.string()) : std::nullopt;
}

std::optional<base::Error> check_names(const HistoryItem& item, const base::NameTable& by_id, History& out) {
  for (const std::string& id : item.rejected) {
    const std::uint32_t found = by_id.find(id);
    if (found == base::NameTable::kNone) {
      return base::Error{ErrorCode::kMissingEvent,
                         fmt::format("the rejected event `{}` is not among the events", id),
                         pointer(item.where, "/rejected"),
                         {}};
    }
    out.events[found].rejected_outside = true;
  }
  if (!item.state_sets) return std::nullopt;
  for (std::size_t k = 0; k < item.state_sets->size(); ++k) {
    std::map<std::pair<std::string, std::string>, std::string> seen;
    const std::string where = pointer(item.where, fmt::format("/state_sets/{}", k));
    for (const std::string& id : (*item.state_sets)[k]) {
      const std::uint32_t found = by_id.find(id);
      if (found == base::NameTable::kNone) {
        return base::Error{ErrorCode::kMissingEvent,
                           fmt::format("the event `{}` of a state set is not among the events", id),
                           where,
                           {}};
      }
      const Event& event = out.events[found];
      if (!event.state_key)
        return base::Error{
            ErrorCode::kFormat, fmt::format("the event `{}` of a state set is no state event", id), where, {}};
      const auto [other, fresh] = seen.emplace(std::pair(event.type, *event.state_key), id);
      if (!fresh && other->second != id) {
        return base::Error{ErrorCode::kFormat,
                           fmt::format("a state set holds `{}` and `{}` for one type and state_key", other->second, id),
                           where,
                           {}};
      }
    }
  }
  return std::nullopt;
}

/// Drawings leave `room_id` out. Where the format asks for it and nothing stands there, the event is in the room of the
/// create event, which is `!room` on its sender's server if no event says otherwise.
void give_room_ids(History& history, const EventFormat& format) {
  const auto is_create = [](const Event& event) { return event.type == "m.room.create" && event.state_key == ""; };
  const auto create = std::find_if(history.events.begin(), history.events.end(), is_create);
  if (create == history.events.end()) return;
  const auto left_out = [&](const Event& event) {
    return !event.json.get("room_id").valid() && asks_for_room_id(event.json, format);
  };
  if (left_out(*create)) {
    const auto named =
        std::find_if(history.events.begin(), history.events.end(), [](const Event& event) { return event.room_id; });
    const auto colon = std::min(create->sender.find(':'), create->sender.size());
    create->room_id = named != history.events.end() ? *named->room_id : "!room" + create->sender.substr(colon);
  }
  const std::string room_id = room_id_of(*create);
  for (Event& event : history.events) {
    if (left_out(event)) event.room_id = room_id;
  }
}

}  // namespace

base::Result<History> decode(const HistoryItem& item, const EventFormat& format, bool strict, const base::Limits&) {
  History out;
  std::size_t named = 0;
  for (const HistoryItem::Pdu& pdu : item.pdus) named += given_name(pdu).has_value() ? 1 : 0;
  const bool placeholder = !strict && !item.pdus.empty() && named == item.pdus.size();
  out.ids = strict ? IdMode::kStrict : placeholder ? IdMode::kPlaceholder : IdMode::kComputed;
  if (!strict && !placeholder && named > 0) {
    out.notes.push_back(
        fmt::format("{} of {} events have names from outside: ids are computed for all", named, item.pdus.size()));
  }
  base::NameTable by_id(item.pdus.size());  // of `events`, which do not move
  out.events.reserve(item.pdus.size());
  std::optional<std::string> create;
  for (const HistoryItem::Pdu& pdu : item.pdus) {
    std::optional<std::string_view> name;
    if (placeholder) name = given_name(pdu);
    if (strict) name = pdu.given_id;
    auto event = decode_event(pdu.document, pdu.json, format, name, strict, pdu.where);
    if (!event) return std::unexpected(std::move(event.error()));
    if (const std::uint32_t known = by_id.find(event->event_id); known != base::NameTable::kNone) {
      if (!same(out.events[known].json, event->json)) {
        return base::fail(ErrorCode::kDuplicateEvent,
                          fmt::format("two different events are named `{}`", event->event_id), pdu.where);
      }
      out.notes.push_back(fmt::format("the event `{}` is there more than once", event->event_id));
      continue;
    }
    if (event->type == "m.room.create" && event->state_key == "") {
      if (create) {
        return base::fail(ErrorCode::kSeveralCreates,
                          fmt::format("`{}` and `{}` both create the room", *create, event->event_id), pdu.where);
      }
      create = event->event_id;
    }
    out.events.push_back(std::move(*event));
    by_id.add(out.events.back().event_id);
  }
  if (auto error = check_names(item, by_id, out)) return std::unexpected(std::move(*error));
  if (placeholder) give_room_ids(out, format);
  out.has_state_sets = item.state_sets.has_value();
  if (item.state_sets) out.state_sets = *item.state_sets;
  out.keys = item.keys;
  return out;
}

}  // namespace stateroom::event
