#include "bench/signed_room.h"

#include <sodium.h>

#include "model/base/encode.h"

namespace stateroom::bench {

using event::Draft;
using event::Event;
using event::EventFormat;

event::History history_of(const std::string& bytes, const EventFormat& format, bool strict) {
  const auto items = event::read_items(bytes, "bench");
  auto history = event::decode(items.at(0).value(), format, strict);
  base::require(history.has_value(), "the history is read");
  return std::move(*history);
}

Signed signed_room(const EventFormat& format, std::uint32_t messages) {
  Signed out;
  out.known["example.org"][out.keys[0].key_id] = verify_key(out.keys[0]);
  Draft draft;
  draft.sender = "@admin:example.org";
  draft.room_id = "!room:example.org";
  const auto make = [&](std::string type, std::optional<std::string> key, std::string content) {
    draft.type = std::move(type);
    draft.state_key = std::move(key);
    draft.content_json = std::move(content);
    ++draft.origin_server_ts;
    ++draft.depth;
    Event event = build(draft, format, out.keys).value();
    out.lines += json::to_text(event.json) + "\n";
    return event;
  };
  const Event create = make("m.room.create", "", R"({"creator":"@admin:example.org"})");
  draft.room_id = room_id_of(create);
  draft.edges = {{"prev_events", {&create}}, {"auth_events", {&create}}};
  Event last = make("m.room.member", draft.sender, R"({"membership":"join","displayname":"The one who made it"})");
  const Event join = last;
  for (std::uint32_t i = 0; i < messages; ++i) {
    draft.edges = {{"prev_events", {&last}}, {"auth_events", {&create, &join}}};
    last = make("m.room.message", std::nullopt,
                R"({"msgtype":"m.text","body":"a message as people write them, number )" + std::to_string(i) + "\"}");
  }
  return out;
}

event::History import_strictly(const Signed& room, const EventFormat& format) {
  event::History history = history_of(room.lines, format, true);
  for (const Event& event : history.events) {
    const bool valid = event::verify(event, format, "example.org", room.known) == event::SignatureState::kValid;
    base::require(valid && event.ill_formed.empty() && !event.redacted_on_import, "the event is as it was made");
  }
  return history;
}

Alone::Alone(const event::History& history, const EventFormat& format, const Signed& room) {
  key_ = room.known.at("example.org").at(room.keys[0].key_id).key;
  for (const Event& event : history.events) {
    const auto text = event.json.get("signatures").get("example.org").get(room.keys[0].key_id).string();
    events_.push_back({hashed_bytes(event, format, "content_hash").value(),
                       hashed_bytes(event, format, "reference_hash").value(),
                       hashed_bytes(event, format, "signed_object").value(), base::base64_decode(text).value()});
  }
}

std::uint64_t Alone::run() const {
  std::uint64_t sum = 0;
  const auto* public_key = reinterpret_cast<const unsigned char*>(key_.data());
  for (const One& event : events_) {
    sum += base::sha256(event.content)[0] + base::sha256(event.reference)[0];
    const auto* message = reinterpret_cast<const unsigned char*>(event.message.data());
    const bool valid =
        crypto_sign_verify_detached(event.signature.data(), message, event.message.size(), public_key) == 0;
    base::require(valid, "the event is signed");
  }
  return sum;
}

}  // namespace stateroom::bench
