#include "sim/workload/crowd.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/kernel/wait.h"

namespace stateroom::workload {

using json::quoted;
using server::Act;
using server::ServerIndex;
using server::World;

namespace {

constexpr std::array<Doing, kDoings> kAll{Doing::kMessage,   Doing::kTopic,  Doing::kProfile,  Doing::kJoin,
                                          Doing::kLeave,     Doing::kInvite, Doing::kKnock,    Doing::kKick,
                                          Doing::kBan,       Doing::kUnban,  Doing::kPower,    Doing::kJoinRule,
                                          Doing::kRedaction, Doing::kBurst,  Doing::kTombstone};
constexpr std::array<std::int64_t, 5> kLevels{0, 0, 50, 50, 100};
constexpr std::int64_t kThousandthsOfADay = 1000;

const receive::View* view_of(const World& world, server::RoomIndex room, const std::string& user) {
  const ServerIndex home = world.server_of(user);
  return home.valid() ? world.server(home).view(room) : nullptr;
}

std::string member_content(std::string_view membership) { return "{\"membership\":" + quoted(membership) + "}"; }

/// The content of a power levels event with another level for one user.
std::string with_level(json::Value content, const std::string& user, std::int64_t level) {
  std::string out = "{", users = "{";
  const auto add = [](std::string& to, std::string_view key, const std::string& value) {
    if (to.size() > 1) to += ',';
    to += quoted(key) + ":" + value;
  };
  if (content.is_object()) {
    for (const json::Value member : content.children()) {
      if (member.own_key() != "users") {
        add(out, member.own_key(), json::to_text(member));
      } else if (member.is_object()) {
        for (const json::Value one : member.children()) {
          if (one.own_key() != user) add(users, one.own_key(), json::to_text(one));
        }
      }
    }
  }
  add(users, user, std::to_string(level));
  add(out, "users", users + "}");
  return out + "}";
}

}  // namespace

std::string_view name(Doing doing) {
  switch (doing) {
    case Doing::kMessage:
      return "message";
    case Doing::kTopic:
      return "topic";
    case Doing::kProfile:
      return "profile";
    case Doing::kJoin:
      return "join";
    case Doing::kLeave:
      return "leave";
    case Doing::kInvite:
      return "invite";
    case Doing::kKnock:
      return "knock";
    case Doing::kKick:
      return "kick";
    case Doing::kBan:
      return "ban";
    case Doing::kUnban:
      return "unban";
    case Doing::kPower:
      return "power";
    case Doing::kJoinRule:
      return "join_rule";
    case Doing::kRedaction:
      return "redaction";
    case Doing::kBurst:
      return "burst";
    case Doing::kTombstone:
      return "tombstone";
  }
  return "";
}

std::span<const Doing> all_doings() { return kAll; }

Crowd::Crowd(World& world, server::RoomIndex room, CrowdOptions options)
    : options_(std::move(options)),
      room_(room),
      when_(world.streams().at("workload").at(room.value()).at("when").random()),
      who_(world.streams().at("workload").at(room.value()).at("who").random()),
      what_(world.streams().at("workload").at(room.value()).at("what").random()) {
  base::require(!options_.users.empty(), "a room has a creator");
  for (const std::int64_t rate : options_.rates) total_ += rate;
}

receive::Ledger::Keys Crowd::keys(const CrowdOptions& options) {
  receive::Ledger::Keys out;
  for (const std::string& user : options.users) out.emplace_back("m.room.member", user);
  for (const char* type :
       {"m.room.create", "m.room.power_levels", "m.room.join_rules", "m.room.topic", "m.room.tombstone"})
    out.emplace_back(type, "");
  return out;
}

Act Crowd::state(const std::string& sender, const std::string& type, const std::string& key, std::string content) {
  Act act;
  act.type = type;
  act.state_key = key;
  act.sender = sender;
  act.content = std::move(content);
  return act;
}

/// The first events: create, join, power levels, join rule.
void Crowd::begin(World& world) {
  begun_ = true;
  const std::string& creator = options_.users[0];
  const rules::CoreVersion& version = world.ledger(room_).program().version();
  std::string content = "{\"room_version\":" + quoted(version.identifier);
  if (version.plan.find("m.room.create", {"creator"}).valid()) content += ",\"creator\":" + quoted(creator);
  world.create(room_, state(creator, "m.room.create", "", content + "}"));
  world.act(room_, state(creator, "m.room.member", creator, member_content("join")));
  std::string users;
  for (const std::string& one : options_.moderators)
    users += fmt::format("{}{}:50", users.empty() ? "" : ",", quoted(one));
  const std::string comma = users.empty() ? "" : ",";
  // Some versions do not let a creator stand among the users of the power levels.
  if (!world.act(room_, state(creator, "m.room.power_levels", "",
                              fmt::format("{{\"users\":{{{}:100{}{}}}}}", quoted(creator), comma, users))))
    world.act(room_, state(creator, "m.room.power_levels", "", fmt::format("{{\"users\":{{{}}}}}", users)));
  world.act(room_,
            state(creator, "m.room.join_rules", "", fmt::format("{{\"join_rule\":{}}}", quoted(options_.join_rule))));
}

const std::string& Crowd::somebody_with_power() {
  const std::size_t place = who_.below(options_.moderators.size() + 1);
  return place == 0 ? options_.users[0] : options_.moderators[place - 1];
}

void Crowd::wake(World& world) {
  if (!begun_) begin(world);
  const auto joined = static_cast<std::uint32_t>(options_.joined == 0 ? options_.users.size() : options_.joined);
  if (joins_ + 1 < joined) {
    // Those who are in from the beginning come one after the other, so that each finds the ones before.
    const std::string& user = options_.users[++joins_];
    if (options_.join_rule != "public")
      world.act(room_, state(options_.users[0], "m.room.member", user, member_content("invite")));
    world.member(room_, user, "join", world.server_of(options_.users[0]));
    return world.wake_again(world.now() + 10 * kernel::kSecond);
  }
  if (total_ == 0) return;
  if (joins_ < options_.users.size()) {
    joins_ = static_cast<std::uint32_t>(options_.users.size());
  } else {
    auto place = static_cast<std::int64_t>(what_.below(static_cast<std::uint64_t>(total_)));
    std::size_t doing = 0;
    while (place >= options_.rates[doing]) place -= options_.rates[doing++];
    act(world, kAll[doing]);
  }
  world.wake_again(world.now() + kernel::exponential_wait(when_, kernel::kDay * kThousandthsOfADay / total_));
}

void Crowd::act(World& world, Doing doing) {
  ++number_;
  switch (doing) {
    case Doing::kMessage: {
      Act message;
      message.type = "m.room.message";
      message.sender = anybody();
      message.content = fmt::format("{{\"body\":\"word {}\"}}", number_);
      world.act(room_, message);
      return;
    }
    case Doing::kTopic:
      world.act(room_,
                state(somebody_with_power(), "m.room.topic", "", fmt::format("{{\"topic\":\"topic {}\"}}", number_)));
      return;
    case Doing::kProfile: {
      const std::string& user = anybody();
      world.act(room_, state(user, "m.room.member", user,
                             fmt::format("{{\"membership\":\"join\",\"displayname\":\"name {}\"}}", number_)));
      return;
    }
    case Doing::kJoin:
      return world.member(room_, anybody(), "join");
    case Doing::kLeave:
      return world.member(room_, anybody(), "leave");
    case Doing::kKnock:
      return world.member(room_, anybody(), "knock");
    case Doing::kInvite:
    case Doing::kKick:
    case Doing::kBan:
    case Doing::kUnban:
      return membership_of(world, doing);
    case Doing::kPower:
      return set_power(world);
    case Doing::kJoinRule: {
      const bool closed = what_.chance(1, 2);
      world.act(room_, state(somebody_with_power(), "m.room.join_rules", "",
                             closed ? R"({"join_rule":"invite"})" : R"({"join_rule":"public"})"));
      return;
    }
    case Doing::kRedaction:
      return redact(world);
    case Doing::kBurst:
      return burst(world);
    case Doing::kTombstone:
      return tombstone(world);
  }
}

/// Somebody with power does something to somebody.
void Crowd::membership_of(World& world, Doing doing) {
  const std::string &actor = somebody_with_power(), &target = anybody();
  const std::string_view membership = doing == Doing::kInvite ? "invite" : doing == Doing::kBan ? "ban" : "leave";
  if (actor != target) world.act(room_, state(actor, "m.room.member", target, member_content(membership)));
}

void Crowd::set_power(World& world) {
  const std::string &actor = somebody_with_power(), &target = anybody();
  const receive::View* view = view_of(world, room_, actor);
  if (view == nullptr) return;
  const base::EventIndex levels = view->current("m.room.power_levels", "");
  const json::Value content = levels.valid() ? world.ledger(room_).room().event(levels).content : json::Value{};
  const std::int64_t level = what_.pick(kLevels);
  world.act(room_, state(actor, "m.room.power_levels", "", with_level(content, target, level)));
}

void Crowd::redact(World& world) {
  const std::string& actor = anybody();
  const receive::View* view = view_of(world, room_, actor);
  if (view == nullptr || view->forward_extremities().empty()) return;
  Act act;
  act.type = "m.room.redaction";
  act.sender = actor;
  act.redacts = view->forward_extremities()[0];
  world.act(room_, act);
}

/// Half of the users come or go, as when a bridge or a call begins or ends.
void Crowd::burst(World& world) {
  const bool come = what_.chance(1, 2);
  for (std::size_t i = 1; i < options_.users.size(); ++i) {
    if (what_.chance(1, 2)) world.member(room_, options_.users[i], come ? "join" : "leave");
  }
}

void Crowd::tombstone(World& world) {
  world.act(room_, state(options_.users[0], "m.room.tombstone", "",
                         fmt::format(R"({{"body":"moved","replacement_room":"!next{}:s0.example"}})", number_)));
}

}  // namespace stateroom::workload
