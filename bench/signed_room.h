// A signed room, and what importing it strictly cannot do without.
#pragma once

#include <string>
#include <vector>

#include "model/event/builder.h"
#include "model/event/history.h"

namespace stateroom::bench {

/// The one history of these bytes.
event::History history_of(const std::string& bytes, const event::EventFormat& format, bool strict);

/// A signed room, one PDU a line.
struct Signed {
  std::string lines;
  std::vector<event::SigningKey> keys{event::signing_key("example.org", "seed")};
  event::ServerKeys known;
};

/// A create event, a join and messages.
Signed signed_room(const event::EventFormat& format, std::uint32_t messages);

/// Imports the room with all that strict import checks: ids, hashes, format, signatures.
event::History import_strictly(const Signed& room, const event::EventFormat& format);

/// What strict import cannot do without: two hashes and a signature of each event, of bytes that are ready.
class Alone {
 public:
  Alone(const event::History& history, const event::EventFormat& format, const Signed& room);
  /// A sum of the hashes, so that they are not left out.
  std::uint64_t run() const;
  std::size_t size() const { return events_.size(); }

 private:
  struct One {
    std::string content, reference, message;
    std::vector<std::uint8_t> signature;
  };
  std::vector<One> events_;
  std::string key_;
};

}  // namespace stateroom::bench
