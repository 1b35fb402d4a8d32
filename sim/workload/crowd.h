// What honest people do in a room of a federation, at given rates.
//
// In:  a world, a room, its users and how often somebody does what.
// Out: acts at their servers, at random times; each is something that its maker may believe to be allowed, by what
// their
//      server knows. Their server judges it.
// Promise: the times and choices depend on the seed and on what the servers know, on nothing else.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sim/server/world.h"

namespace stateroom::workload {

/// What somebody does. A new one: its name in `name`, its hand in crowd.cpp.
enum class Doing : std::uint8_t {
  kMessage,
  kTopic,
  kProfile,  // a new display name
  kJoin,     // of somebody who is not in the room
  kLeave,
  kInvite,
  kKnock,
  kKick,
  kBan,
  kUnban,
  kPower,  // somebody's level is set
  kJoinRule,
  kRedaction,
  kBurst,      // half of those who are outside join within a minute, or leave
  kTombstone,  // the room is said to have moved
};
inline constexpr std::size_t kDoings = 15;
std::string_view name(Doing doing);  // "message", "topic", …
std::span<const Doing> all_doings();

/// How often each thing happens, in thousandths a day, in the whole room.
using Rates = std::array<std::int64_t, kDoings>;

struct CrowdOptions {
  std::vector<std::string> users;       // the first is the creator
  std::vector<std::string> moderators;  // get level 50
  std::string join_rule = "public";
  std::uint32_t joined = 0;  // users that join at the beginning, in order; the rest is outside. 0: all
  Rates rates{};
  kernel::Time begin = 0;
};

class Crowd final : public server::Actor {
 public:
  Crowd(server::World& world, server::RoomIndex room, CrowdOptions options);
  void wake(server::World& world) override;
  /// The keys that the room will have.
  static receive::Ledger::Keys keys(const CrowdOptions& options);

 private:
  void begin(server::World& world);
  void act(server::World& world, Doing doing);
  void burst(server::World& world);
  void tombstone(server::World& world);
  void redact(server::World& world);
  void membership_of(server::World& world, Doing doing);
  void set_power(server::World& world);
  const std::string& anybody() { return who_.pick(options_.users); }
  /// Somebody with power, if the crowd knows of one.
  const std::string& somebody_with_power();
  server::Act state(const std::string& sender, const std::string& type, const std::string& key, std::string content);

  CrowdOptions options_;
  server::RoomIndex room_;
  kernel::Random when_, who_, what_;
  std::int64_t total_ = 0;
  std::uint64_t number_ = 0;  // of what was done, so that contents differ
  bool begun_ = false;
  std::uint32_t joins_ = 0;
};

}  // namespace stateroom::workload
