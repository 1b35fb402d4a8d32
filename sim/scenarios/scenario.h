// A scenario: a federation, its rooms, what people do there and what goes wrong, as a TOML file.
//
// In:  the bytes of a file, or the name of a scenario that comes with the package.
// Out: a Scenario, or all that is wrong with the file, each at FILE:LINE:COLUMN.
// Promise: nothing in a file is passed over: a key that means nothing is an error.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/adversary/strategy.h"
#include "sim/network/network.h"
#include "sim/workload/crowd.h"

namespace stateroom::scenarios {

using kernel::Time;

struct RoomPart {
  std::string version;  // empty: the run's
  std::uint32_t users = 0;
  std::uint32_t joined = 0;  // of them, from the beginning; 0: all
  std::uint32_t moderators = 0;
  std::string join_rule = "public";
  bool partial_joins = false;          // who joins is told no memberships at first
  Time resync = 10 * kernel::kMinute;  // and asks for the whole state so much later
  workload::Rates rates{};
  std::string where;
};

enum class FaultKind : std::uint8_t { kPartition, kIsolate, kOneWay, kSwizzle, kRestart };

struct FaultPart {
  FaultKind kind = FaultKind::kPartition;
  Time begin = 0, length = 0;
  std::optional<Time> every;  // again and again
  std::vector<std::uint32_t>
      servers;  // that are cut off from the rest, swizzled among each other, or restarted; empty: random ones
};

/// Something that happens at a given time.
struct ActPart {
  Time at = 0;
  std::uint32_t room = 0, user = 0;
  std::string type;
  std::optional<std::string> state_key;
  std::string content = "{}";
};

/// A server gets another signing key.
struct RotationPart {
  std::uint32_t server = 0;
  Time at = 0;
};

struct AdversaryPart {
  std::uint32_t room = 0;
  adversary::StrategyOptions options;  // its user's server is the hostile one
};

struct Scenario {
  std::string name, about;
  Time length = kernel::kDay;
  Time heal = kernel::kDay;  // virtual time that the honest servers have in the end to come to rest
  std::uint32_t servers = 3;
  std::vector<std::uint32_t> gone;  // servers that are not connected again in the end
  network::Link link;
  std::int64_t skew_ms_most = 0;  // clocks differ by up to so much
  std::vector<RoomPart> rooms;
  std::vector<FaultPart> faults;
  std::vector<ActPart> acts;
  std::vector<AdversaryPart> adversaries;
  std::vector<RotationPart> rotations;
  Time key_validity = 7 * kernel::kDay;  // for so long a server vouches for its key, each time that it is asked
  std::string text;                      // the bytes of the file
};

/// Reads a file; `where` is its name in errors.
std::expected<Scenario, std::vector<base::Error>> read(std::string_view text, std::string_view where);

/// The scenarios that come with the package: name ("quiet-room") and bytes, sorted by name.
std::vector<std::pair<std::string_view, std::string_view>> all();

/// User number `user` of a federation of so many servers: "@u3:s1.example".
std::string user_id(std::uint32_t user, std::uint32_t servers);

}  // namespace stateroom::scenarios
