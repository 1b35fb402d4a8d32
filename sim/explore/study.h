// The prefix and the vocabulary `study`: a small room and what its people can do next.
//
// In:  a stage with the create event of user A. Out: the prefix on it; the acts that a state leaves open.
// Promise: create, join of A, power levels (A 100, or its creator's power; B 50, C 0), join rules public, join of B,
// join
//          of C. Acts: one user's level set to 0, 25, 50 or 100; join rules public or invite; a topic; join, leave,
//          invite, kick, ban and the lifting of a ban. In one order.
// Source: the study's event kinds; levels other than these, knocks and restricted joins are left out.
#pragma once

#include <array>
#include <vector>

#include "sim/explore/stage.h"

namespace stateroom::explore {

enum class Kind : std::uint8_t { kPowerLevels, kJoinRules, kTopic, kJoin, kLeave, kInvite, kKick, kBan, kUnban };
constexpr std::size_t kKinds = 9;
std::string_view name(Kind kind);  // "power levels"

class Study {
 public:
  /// The people of the study, on three servers: A, B, C.
  static const std::vector<std::string>& people();
  /// Puts the prefix on a stage that holds the create event alone. Errors: those of the stage; kFormat where the
  /// version's rules refuse an event of the prefix.
  static base::Result<Study> begin(Stage& stage);
  /// Events of the prefix, the create event included.
  std::uint32_t prefix() const { return prefix_; }
  /// Power levels name the creator; else the creator has power without.
  bool creator_is_listed() const { return creator_is_listed_; }

  struct Idea {
    std::uint32_t act = 0;
    Kind kind = Kind::kTopic;
  };
  /// What somebody might do in a state, whether the rules allow it or not.
  const std::vector<Idea>& ideas(State state);

 private:
  enum class Membership : std::uint8_t { kNone, kJoin, kLeave, kInvite, kBan };
  /// What a state says that ideas depend on.
  struct Situation {
    std::uint32_t levels = 0;  // a code
    bool open = false;
    std::array<Membership, 3> members{};
    auto operator<=>(const Situation&) const = default;
  };
  explicit Study(Stage& stage) : stage_(&stage) {}
  base::Result<void> make_acts();
  base::Result<std::uint32_t> act(std::string type, std::string state_key, std::size_t actor, std::string content);
  Situation situation(State state);
  std::vector<Idea> ideas_of(const Situation& situation) const;

  Stage* stage_;
  bool creator_is_listed_ = true;
  std::uint32_t prefix_ = 0, codes_ = 0;
  std::vector<std::array<std::uint32_t, 3>> levels_;                      // acts: by code, by actor
  std::array<std::array<std::uint32_t, 2>, 3> join_rules_{};              // by actor; public, invite
  std::array<std::uint32_t, 3> topics_{};                                 // by actor
  std::array<std::array<std::array<std::uint32_t, 4>, 3>, 3> members_{};  // by actor, target; join leave invite ban
  std::map<std::uint32_t, std::uint32_t> code_of_;                        // by act
  std::map<std::uint32_t, Membership> membership_of_;                     // by act
  std::map<Situation, std::vector<Idea>> known_;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::uint32_t, const std::vector<Idea>*> of_state_;  // by root
};

}  // namespace stateroom::explore
