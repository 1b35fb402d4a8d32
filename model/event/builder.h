// Makes real PDUs: right hashes, signatures, ids, edges and depth for any format. Everything that makes histories uses
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/event/event.h"
#include "model/event/keys.h"

namespace stateroom::event {

/// What the maker of an event chooses; hashes, signatures, event id and room id of a format that derives it follow.
struct Draft {
  std::string type;
  std::optional<std::string> state_key;
  std::string sender;
  std::string room_id;                // ignored where the format derives it (create of version 12)
  std::string content_json = "{}";    // the content as JSON text
  std::int64_t origin_server_ts = 0;  // milliseconds
  std::int64_t depth = 1;
  std::vector<std::pair<std::string, std::vector<const Event*>>> edges;  // edge field → events
  std::optional<std::string> redacts;  // written at the top level or in content, as the format has it
  std::vector<std::pair<std::string, std::string>> extra;  // further top-level members, as JSON text
  bool sign = true;  // false: without the member `signatures`, for what is only judged; ids do not depend on it
  std::string event_id_localpart;  // formats whose event id is a field: "$<localpart>:<server of sender>"
};

/// Builds, hashes, names and signs the event with the key of its sender's server (and of `cosigners`).
/// Errors: kFormat where the draft cannot make an event of this format; kNumber; kJson (content).
base::Result<Event> build(const Draft& draft, const EventFormat& format, const std::vector<SigningKey>& keys,
                          const std::vector<std::string>& cosigners = {});

/// False where the format has no room id, or asks for none of this PDU, so that the id follows from the create event.
bool asks_for_room_id(json::Value pdu, const EventFormat& format);

/// The room id that follows from a create event: its `room_id`, or, where the create event may not have one, "!" and
/// the event id without its first character.
std::string room_id_of(const Event& create);

}  // namespace stateroom::event
