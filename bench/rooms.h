// Rooms as JSON text, for measurements: names from outside, so that a room of any size costs no hashing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/event/format.h"
#include "tests/model/resolve/support.h"

namespace stateroom::bench {

/// Writes events, each legal under the format's version: a create event, its sender's join, power levels, join rules.
class Writer {
 public:
  explicit Writer(const event::EventFormat& format);
  void add(const std::string& id, const std::string& type, const std::string& key, const std::string& sender,
           const std::string& content, const std::string& prev, const std::string& auth);
  void base();
  void member(const std::string& id, std::uint32_t user, const std::string& name, const std::string& prev,
              const std::string& auth);
  /// Power levels with one more entry of `events`.
  std::string levels(const std::string& type = {}) const;
  /// A list of names in quotes; of formats whose room id is the create event's, that event stands in no auth_events.
  std::string auth(const std::vector<std::string>& ids) const;
  std::string done() && { return std::move(out_ += "]"); }

 private:
  std::string out_ = "[";
  std::uint32_t count_ = 0;
  bool room_is_create_ = false;
};

/// `text` in quotes.
std::string quoted(const std::string& text);

/// `events` state events, most of them joins in a line, and then `forks` branches, each a change of the power levels
/// ("$levels0"…) and `changes` changes of names ("$n0-0"…).
std::string forked_room(const event::EventFormat& format, std::uint32_t events, std::uint32_t forks,
                        std::uint32_t changes);

/// The states at the ends of the branches of a forked room: the common one, and what each branch changed.
std::vector<graph::State> forked_states(testing::Lab& lab, std::uint32_t events, std::uint32_t forks,
                                        std::uint32_t changes);

/// `merges` merges of two branches of 50 events; every fifth is a change of a name, and both branches change the same
/// names.
std::string merging_room(const event::EventFormat& format, std::uint32_t merges);

}  // namespace stateroom::bench
