#include "sim/adversary/strategy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/kernel/wait.h"

namespace stateroom::adversary {
namespace {

using base::EventIndex;
using server::Act;
using server::RoomIndex;
using server::ServerIndex;
using server::World;

constexpr std::array<Capability, 15> kAll{Capability::kWithhold,  Capability::kDelay,       Capability::kEquivocate,
                                          Capability::kBackDate,  Capability::kForwardDate, Capability::kCherryPick,
                                          Capability::kOldPrev,   Capability::kLieInState,  Capability::kReplay,
                                          Capability::kFlood,     Capability::kResurrect,   Capability::kGrindFirst,
                                          Capability::kGrindLast, Capability::kOldKey,      Capability::kCollude};
constexpr std::int64_t kFarAheadMs = 24 * 3'600'000;
constexpr std::uint32_t kFloodEvents = 50;
constexpr std::size_t kHiddenMost = 4;  // events of a ring, then they are shown

bool has(const StrategyOptions& options, Capability capability) {
  return std::ranges::find(options.capabilities, capability) != options.capabilities.end();
}

/// The half of the servers that is treated worse.
bool worse(ServerIndex to) { return to.value() % 2 == 1; }

class HostileServer final : public server::Behaviour {
 public:
  HostileServer(const StrategyOptions& options, ServerIndex self, kernel::Random random)
      : options_(options), self_(self), random_(random) {}
  bool sends(World&, RoomIndex, EventIndex, ServerIndex to) override {
    return !has(options_, Capability::kWithhold) || !worse(to);
  }
  kernel::Time delay(World&, RoomIndex, EventIndex, ServerIndex to) override {
    return has(options_, Capability::kDelay) && worse(to) ? options_.delay : 0;
  }
  bool answers(World&, RoomIndex, ServerIndex) override { return !has(options_, Capability::kWithhold); }

  /// The true state but for one entry, which is gone or an older one of its key.
  std::optional<std::vector<EventIndex>> state_before(World& world, RoomIndex room, EventIndex event,
                                                      ServerIndex) override {
    if (!has(options_, Capability::kLieInState)) return std::nullopt;
    const receive::Ledger& ledger = world.ledger(room);
    const receive::View* view = world.server(self_).view(room);
    if (view == nullptr || !view->has(event)) return std::nullopt;
    std::vector<EventIndex> out;
    for (const auto& [key, entry] : ledger.store().entries(view->before(event))) out.push_back(entry);
    if (out.size() < 2) return out;
    const std::size_t place = 1 + random_.below(out.size() - 1);
    const base::KeyIndex key = ledger.room().key(out[place]);
    for (std::uint32_t e = 0; e < out[place].value(); ++e) {
      if (ledger.room().key(EventIndex{e}) != key || !view->has(EventIndex{e})) continue;
      out[place] = EventIndex{e};
      return out;
    }
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(place));
    return out;
  }

 private:
  StrategyOptions options_;
  ServerIndex self_;
  kernel::Random random_;
};

class HostileUser final : public server::Actor {
 public:
  HostileUser(World& world, ServerIndex server, RoomIndex room, std::string user, const StrategyOptions& options,
              std::shared_ptr<Ring> ring)
      : options_(options),
        ring_(std::move(ring)),
        server_(server),
        room_(room),
        user_(std::move(user)),
        random_(world.streams().at("adversary").at(server.value()).at(room.value()).random()) {}

  void wake(World& world) override {
    const receive::View* view = world.server(server_).view(room_);
    if (view != nullptr && ring_ != nullptr) {
      collude(world, *view);
    } else if (view != nullptr) {
      hurt(world, *view);
    }
    if (options_.rate > 0)
      world.wake_again(world.now() + kernel::exponential_wait(random_, kernel::kDay * 1000 / options_.rate));
  }

 private:
  /// Knows what the others know, goes on from there and tells them alone; once there is enough it is shown to all.
  void collude(World& world, const receive::View& view) {
    for (const ServerIndex other : ring_->members) {
      if (other != server_) world.share(room_, other, server_);
    }
    if (ring_->hidden.size() >= kHiddenMost) return show(world, view);
    Act act = idea();
    place(world, view, act);
    const auto made = world.act_anyhow(room_, act, std::vector<ServerIndex>{});
    if (!made) return;
    ring_->hidden.emplace_back(*made, server_);
    for (const ServerIndex other : ring_->members) {
      if (other != server_) world.share(room_, server_, other);
    }
  }

  void show(World& world, const receive::View& view) {
    const std::vector<ServerIndex> in = world.servers_in(room_, view.current());
    for (const auto& [event, maker] : std::exchange(ring_->hidden, {})) {
      for (const ServerIndex to : in) {
        if (std::ranges::find(ring_->members, to) == ring_->members.end()) world.send(room_, event, maker, to);
      }
    }
  }

  void hurt(World& world, const receive::View& view) {
    if (has(options_, Capability::kReplay)) replay(world, view);
    const std::uint32_t count = has(options_, Capability::kFlood) ? kFloodEvents : 1;
    for (std::uint32_t i = 0; i < count; ++i) {
      Act act = idea();
      place(world, view, act);
      if (has(options_, Capability::kEquivocate)) {
        std::vector<ServerIndex> halves[2];
        for (std::uint32_t s = 0; s < world.servers(); ++s)
          halves[worse(ServerIndex{s}) ? 1 : 0].push_back(ServerIndex{s});
        // The second one comes after the same events as the first.
        if (!act.prev_events)
          act.prev_events.emplace(view.forward_extremities().begin(), view.forward_extremities().end());
        world.act_anyhow(room_, act, halves[0]);
        act.content.insert(1, fmt::format("\"other\":{},", ++number_));
        world.act_anyhow(room_, act, halves[1]);
      } else {
        world.act_anyhow(room_, act);
      }
    }
  }

  Act idea() {
    Act act;
    act.sender = user_;
    const std::uint64_t hand = random_.below(4);
    ++number_;
    if (hand == 0) {
      act.type = "m.room.message";
      act.content = fmt::format("{{\"body\":\"hostile {}\"}}", number_);
    } else if (hand == 1) {
      act.type = "m.room.member";
      act.state_key = user_;
      act.content = fmt::format("{{\"displayname\":\"hostile {}\",\"membership\":\"join\"}}", number_);
    } else {
      act.type = hand == 2 ? "m.room.topic" : "m.room.join_rules";
      act.state_key = "";
      act.content = hand == 2 ? fmt::format("{{\"topic\":\"hostile {}\"}}", number_)
                              : fmt::format("{{\"join_rule\":\"public\",\"nonce\":{}}}", number_);
    }
    return act;
  }

  bool joined_after(const World& world, const receive::View& view, EventIndex event) const {
    const receive::Ledger& ledger = world.ledger(room_);
    const base::StringId type = ledger.room().strings().find("m.room.member"),
                         key = ledger.room().strings().find(user_);
    if (!type.valid() || !key.valid()) return false;
    const base::KeyIndex own = ledger.room().find_key(type, key);
    const EventIndex member = own.valid() ? ledger.store().get(view.after(event), own) : EventIndex::none();
    if (!member.valid()) return false;
    const json::Value membership = ledger.room().event(member).content.get("membership");
    return membership.is_string() && membership.string() == "join";
  }

  /// Which events it comes after, which it cites, and when it says that it was made.
  void place(const World& world, const receive::View& view, Act& act) {
    const receive::Ledger& ledger = world.ledger(room_);
    std::optional<EventIndex> after;
    const auto usable = [&](std::uint32_t e) {
      return view.has(EventIndex{e}) && view.outcome(EventIndex{e}) == receive::Outcome::kAccepted;
    };
    const auto last = view.forward_extremities();
    const bool out = !last.empty() && !joined_after(world, view, last[0]);
    if (has(options_, Capability::kResurrect) && out) {
      for (std::uint32_t e = ledger.room().size(); e-- > 0 && !after;) {
        if (usable(e) && joined_after(world, view, EventIndex{e})) after = EventIndex{e};
      }
    } else if (has(options_, Capability::kOldPrev)) {
      const auto e = static_cast<std::uint32_t>(random_.below(ledger.room().size()));
      if (usable(e) && joined_after(world, view, EventIndex{e})) after = EventIndex{e};
    }
    if (after) {
      act.prev_events = std::vector{*after};
      act.selected_from = view.after(*after);
    }
    if (has(options_, Capability::kGrindFirst) || has(options_, Capability::kGrindLast)) beside(world, view, act);
    if (has(options_, Capability::kOldKey)) act.key = 0;
    if (has(options_, Capability::kBackDate)) act.origin_server_ts = 1;
    if (has(options_, Capability::kForwardDate))
      act.origin_server_ts = server::kFirstTimestamp + world.now() / kernel::kMillisecond + kFarAheadMs;
    if (has(options_, Capability::kCherryPick) && random_.chance(1, 2)) act.selected_from = older_state(ledger, view);
  }

  /// In the place of the entry that it would replace, so that nothing but the ids decides between the two.
  void beside(const World& world, const receive::View& view, Act& act) const {
    act.grind = has(options_, Capability::kGrindLast) ? server::Grind::kLast : server::Grind::kFirst;
    if (!act.state_key) return;
    const graph::Room& room = world.ledger(room_).room();
    const EventIndex rival = view.current(act.type, *act.state_key);
    if (!rival.valid() || room.event(rival).sender == user_ || !view.has(rival)) return;
    const auto cited = room.cited(room.edge_field("prev_events"), rival);
    act.prev_events = std::vector<EventIndex>(cited.begin(), cited.end());
    act.selected_from = view.before(rival);
    act.origin_server_ts = room.origin_server_ts(rival);
  }

  /// The state after some earlier event.
  graph::State older_state(const receive::Ledger& ledger, const receive::View& view) {
    const EventIndex event{static_cast<std::uint32_t>(random_.below(ledger.room().size()))};
    return view.has(event) ? view.after(event) : view.current();
  }

  void replay(World& world, const receive::View& view) {
    const EventIndex event{static_cast<std::uint32_t>(random_.below(world.ledger(room_).room().size()))};
    if (!view.has(event)) return;
    for (const ServerIndex to : world.servers_in(room_, view.current())) {
      if (to != server_) world.send(room_, event, server_, to);
    }
  }

  StrategyOptions options_;
  std::shared_ptr<Ring> ring_;  // null: it acts alone
  ServerIndex server_;
  RoomIndex room_;
  std::string user_;
  kernel::Random random_;
  std::uint64_t number_ = 0;
};

}  // namespace

std::string_view name(Capability capability) {
  switch (capability) {
    case Capability::kWithhold:
      return "withhold";
    case Capability::kDelay:
      return "delay";
    case Capability::kEquivocate:
      return "equivocate";
    case Capability::kBackDate:
      return "back-date";
    case Capability::kForwardDate:
      return "forward-date";
    case Capability::kCherryPick:
      return "cherry-pick";
    case Capability::kOldPrev:
      return "old-prev";
    case Capability::kLieInState:
      return "lie-in-state";
    case Capability::kReplay:
      return "replay";
    case Capability::kFlood:
      return "flood";
    case Capability::kResurrect:
      return "resurrect";
    case Capability::kGrindFirst:
      return "grind-first";
    case Capability::kGrindLast:
      return "grind-last";
    case Capability::kOldKey:
      return "old-key";
    case Capability::kCollude:
      return "collude";
  }
  return "";
}

std::span<const Capability> all_capabilities() { return kAll; }

void attack(World& world, ServerIndex server, RoomIndex room, const std::string& user, const StrategyOptions& options,
            std::shared_ptr<Ring> ring) {
  base::require(world.server_of(user) == server, "an adversary acts by a user of its own server");
  world.set_behaviour(server,
                      std::make_unique<HostileServer>(
                          options, server, world.streams().at("adversary").at(server.value()).at("server").random()));
  if (ring != nullptr) ring->members.push_back(server);
  world.add_actor(std::make_unique<HostileUser>(world, server, room, user, options, std::move(ring)), options.begin);
}

}  // namespace stateroom::adversary
