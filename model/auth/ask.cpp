#include "model/auth/ask.h"

#include <map>
#include <unordered_map>

#include "model/auth/signatures.h"

namespace stateroom::auth {

namespace {

using base::ErrorCode;
using json::Value;

struct Part {
  Value pdu;
  std::string where;
  bool in_state = false;
};

std::string pointer(std::string_view where, const std::string& path) {
  return std::string(where) + (where.find('#') == std::string_view::npos ? "#" : "") + path;
}

// The event first, then the state, then the others.
base::Result<std::vector<Part>> parts_of(Value question, std::string_view where) {
  std::vector<Part> parts;
  const Value event = question.get("event");
  if (!event.is_object()) return base::fail(ErrorCode::kFormat, "`event` is no object", pointer(where, "/event"));
  parts.push_back({event, pointer(where, "/event"), false});
  for (const std::string name : {"state", "events"}) {
    const Value list = question.get(name);
    if (!list.valid()) continue;
    if (!list.is_array())
      return base::fail(ErrorCode::kFormat, "`" + name + "` is no list", pointer(where, "/" + name));
    std::uint32_t i = 0;
    for (const Value pdu : list.children()) {
      Part part{pdu, pointer(where, "/" + name + "/" + std::to_string(i++)), name == "state"};
      if (!pdu.is_object())
        return base::fail(ErrorCode::kFormat, "found no object where an event should be", part.where);
      parts.push_back(std::move(part));
    }
  }
  return parts;
}

base::Result<std::string> version_of(Value question, const std::vector<Part>& parts, std::string_view where,
                                     const AskOptions& options) {
  if (options.version) return *options.version;
  if (const Value named = question.get("room_version"); named.valid()) {
    if (!named.is_string())
      return base::fail(ErrorCode::kFormat, "`room_version` is no string", pointer(where, "/room_version"));
    return std::string(named.string());
  }
  for (const Part& part : parts) {
    const Value type = part.pdu.get("type");
    if (!type.is_string() || type.string() != "m.room.create") continue;
    const Value named = part.pdu.get("content").get("room_version");
    return named.is_string() ? std::string(named.string()) : options.version_otherwise;
  }
  return options.version_otherwise;
}

struct Decoded {
  std::vector<event::Event> events;  // each id once
  std::string asked;                 // the id of the event that is asked about
  std::vector<std::string> state;    // ids
  event::IdMode ids = event::IdMode::kComputed;
  std::vector<std::string> notes;
};

std::optional<std::string> name_from_outside(Value pdu, const event::EventFormat& format) {
  if (format.event_id == event::EventIdSource::kField) return std::nullopt;
  const Value id = pdu.get("event_id");
  return id.is_string() ? std::optional(std::string(id.string())) : std::nullopt;
}

base::Result<Decoded> decode(const std::shared_ptr<const json::Document>& document, const std::vector<Part>& parts,
                             const event::EventFormat& format, bool strict) {
  Decoded out;
  std::size_t named = 0;
  for (const Part& part : parts) named += name_from_outside(part.pdu, format) ? 1 : 0;
  const bool placeholder = !strict && named == parts.size();
  out.ids = strict ? event::IdMode::kStrict : placeholder ? event::IdMode::kPlaceholder : event::IdMode::kComputed;
  if (!strict && !placeholder && named > 0) {
    out.notes.push_back(std::to_string(named) + " of " + std::to_string(parts.size()) +
                        " events have names from outside: ids are computed for all");
  }
  std::unordered_map<std::string, std::size_t> by_id;
  for (const Part& part : parts) {
    const auto name = placeholder ? name_from_outside(part.pdu, format) : std::nullopt;
    auto event = event::decode_event(document, part.pdu, format, name, strict, part.where);
    if (!event) return std::unexpected(event.error());
    if (out.asked.empty()) out.asked = event->event_id;
    if (part.in_state) {
      if (!event->state_key) return base::fail(ErrorCode::kFormat, "an event of `state` has no state_key", part.where);
      out.state.push_back(event->event_id);
    }
    const auto [known, fresh] = by_id.emplace(event->event_id, out.events.size());
    if (fresh) {
      out.events.push_back(std::move(*event));
    } else if (!same(out.events[known->second].json, event->json)) {
      return base::fail(ErrorCode::kDuplicateEvent, "two different events are named `" + event->event_id + "`",
                        part.where);
    }
  }
  return out;
}

base::Result<graph::State> state_of(const graph::Room& room, graph::StateStore& store,
                                    const std::vector<std::string>& ids, std::string_view where) {
  std::map<base::KeyIndex, base::EventIndex> entries;
  for (const std::string& id : ids) {
    const base::EventIndex event = room.find(id);
    const auto [known, fresh] = entries.emplace(room.key(event), event);
    if (!fresh && known->second != event) {
      return base::fail(
          ErrorCode::kFormat,
          "the state holds `" + room.event(known->second).event_id + "` and `" + id + "` for one type and state_key",
          pointer(where, "/state"));
    }
  }
  return store.from({entries.begin(), entries.end()});
}

}  // namespace

bool is_question(Value value) {
  return value.is_object() && value.get("event").is_object() && !value.get("type").is_string();
}

base::Result<Answer> ask(const std::shared_ptr<const json::Document>& document, Value question, std::string_view where,
                         const ProgramSource& programs, const AskOptions& options) {
  if (!question.is_object())
    return base::fail(ErrorCode::kFormat, "a question is an object with `event`", std::string(where));
  const auto parts = parts_of(question, where);
  if (!parts) return std::unexpected(parts.error());
  const auto version = version_of(question, *parts, where, options);
  if (!version) return std::unexpected(version.error());
  const auto program = programs(*version);
  if (!program) return std::unexpected(program.error());
  const event::EventFormat& format = (*program)->version().format;
  auto decoded = decode(document, *parts, format, options.strict);
  if (!decoded) return std::unexpected(decoded.error());
  auto room = graph::Room::build(std::move(decoded->events), format, options.limits);
  if (!room) return std::unexpected(room.error());
  graph::StateStore store;
  const auto state = state_of(**room, store, decoded->state, where);
  if (!state) return std::unexpected(state.error());

  // The oracles ask the evaluator about keys, and the evaluator asks the oracles: the latter are made first.
  rules::Evaluator* asked = nullptr;
  rules::Oracles oracles;
  if (options.keys) {
    oracles = oracles_from_keys(**room, *options.keys, [&asked](base::EventIndex event, const event::VerifyKey& key) {
      return asked->key_valid(event, key);
    });
  }
  // The version that is asked knows itself, whatever its file is called.
  if (options.recognised_version) {
    oracles.recognised_version = [&](std::string_view name) {
      return name == (*program)->version().identifier || options.recognised_version(name);
    };
  }
  rules::Evaluator evaluator(*program, **room, std::move(oracles));
  asked = &evaluator;

  Answer answer;
  answer.event_id = decoded->asked;
  answer.ids = decoded->ids;
  answer.room_version = *version;
  answer.notes = std::move(decoded->notes);
  answer.decision = authorise(evaluator, (*room)->find(decoded->asked), rules::StateView::of(store, *state));
  return answer;
}

}  // namespace stateroom::auth
