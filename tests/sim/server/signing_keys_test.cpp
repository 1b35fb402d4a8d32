// Keys that change: who learns it when, and what becomes of events.
#include <gtest/gtest.h>

#include "tests/sim/server/support.h"

namespace stateroom::server {
namespace {

/// Three servers in a room; server 1 gets a new key after an hour, server 2 never in the time of a test.
class Keys {
 public:
  explicit Keys(const std::string& version = "11", bool rotates = true) : world_(options()) {
    if (rotates) world_.add_rotation(ServerIndex{1}, kernel::kHour);
    world_.add_rotation(ServerIndex{2}, 365 * kernel::kDay);
    room_ = open_room(world_, version, 3);
    world_.run_until(2 * kernel::kHour);
  }
  static WorldOptions options() {
    WorldOptions out;
    out.servers = 3;
    return out;
  }
  /// Server 1 sends a message, signed with a key of its own, to some.
  EventIndex say(const std::string& body, std::vector<ServerIndex> to, std::optional<std::uint32_t> key = {},
                 std::optional<Time> dated = {}) {
    Act act = message_act(user(1, 1), body);
    act.key = key;
    if (dated) act.origin_server_ts = kFirstTimestamp + *dated / kernel::kMillisecond;
    const auto made = world_.act_anyhow(room_, act, std::move(to));
    EXPECT_TRUE(made);
    return *made;
  }
  bool has(std::uint32_t server, EventIndex event) const {
    return world_.server(ServerIndex{server}).view(room_)->has(event);
  }
  void later(Time time) { world_.run_until(world_.now() + time); }
  World& world() { return world_; }
  RoomIndex room() const { return room_; }

 private:
  World world_;
  RoomIndex room_;
};

const std::vector<ServerIndex> kBoth{ServerIndex{0}, ServerIndex{2}};

TEST(SigningKeys, AKeyThatIsNewIsAskedFor) {
  Keys of;
  EXPECT_EQ(of.world().counts().key_requests, 0u);
  const EventIndex event = of.say("with the new key", kBoth);
  of.later(kernel::kMinute);
  EXPECT_TRUE(of.has(0, event) && of.has(2, event));
  EXPECT_EQ(of.world().counts().key_requests, 2u);
  EXPECT_EQ(of.world().server(ServerIndex{0}).known_keys(ServerIndex{1}).count, 2u);
  Keys calm("11", false);
  const EventIndex other = calm.say("with the only key", kBoth);
  calm.later(kernel::kMinute);
  EXPECT_TRUE(calm.has(0, other));
  EXPECT_EQ(calm.world().counts().key_requests, 0u);
}

TEST(SigningKeys, AnOldKeyIsGoodForWhatIsDatedBeforeItsEnd) {
  Keys of;
  of.say("so that all learn of the new key", kBoth);
  of.later(kernel::kMinute);
  const EventIndex before = of.say("dated back", kBoth, 0, 30 * kernel::kMinute);
  of.later(kernel::kMinute);
  EXPECT_TRUE(of.has(0, before));
  EXPECT_EQ(of.world().counts().unverifiable, 0u);
  const EventIndex after = of.say("dated now", kBoth, 0);
  of.later(kernel::kMinute);
  EXPECT_FALSE(of.has(0, after));
  EXPECT_FALSE(of.has(2, after));
  EXPECT_EQ(of.world().counts().unverifiable, 2u);
}

TEST(SigningKeys, WhoHasNotHeardOfTheNewKeyTakesTheOldOne) {
  Keys of;
  of.say("for one alone", {ServerIndex{0}});
  of.later(kernel::kMinute);
  const EventIndex old = of.say("dated now", kBoth, 0);
  of.later(kernel::kMinute);
  EXPECT_FALSE(of.has(0, old));
  EXPECT_EQ(of.world().server(ServerIndex{2}).known_keys(ServerIndex{1}).count, 2u);  // by the event before it
}

TEST(SigningKeys, ServersThatKnowDifferentKeysHoldDifferentEvents) {
  Keys of;
  for (const bool stop : {true, false}) {
    auto& network = of.world().network();
    stop ? network.stop(ServerIndex{1}, ServerIndex{2}) : network.start(ServerIndex{1}, ServerIndex{2});
    if (!stop) break;
    Act act = message_act(user(1, 1), "for one alone");
    act.prev_events = std::vector{of.world().server(ServerIndex{2}).view(of.room())->forward_extremities()[0]};
    ASSERT_TRUE(of.world().act_anyhow(of.room(), act, std::vector{ServerIndex{0}}));
    of.later(kernel::kMinute);
  }
  Act old = message_act(user(1, 1), "dated now");
  old.key = 0;
  old.prev_events = std::vector{of.world().server(ServerIndex{2}).view(of.room())->forward_extremities()[0]};
  const auto made = of.world().act_anyhow(of.room(), old, kBoth);
  ASSERT_TRUE(made);
  of.later(kernel::kMinute);
  EXPECT_FALSE(of.has(0, *made));
  EXPECT_TRUE(of.has(2, *made));
}

TEST(SigningKeys, WhereItsServerIsGoneWhoeverSentTheEventIsAsked) {
  Keys of;
  const EventIndex event = of.say("for one alone", {ServerIndex{0}});
  of.later(kernel::kMinute);
  for (const std::uint32_t other : {0u, 2u}) {
    of.world().network().stop(ServerIndex{1}, ServerIndex{other});
    of.world().network().stop(ServerIndex{other}, ServerIndex{1});
  }
  ASSERT_TRUE(of.world().act(of.room(), message_act(user(0, 0), "after it")));
  of.later(kernel::kHour);
  EXPECT_TRUE(of.has(2, event));
  EXPECT_EQ(of.world().server(ServerIndex{2}).known_keys(ServerIndex{1}).count, 2u);
  EXPECT_EQ(of.world().server(ServerIndex{2}).unverified(), 0u);
}

TEST(SigningKeys, FromVersion5OnAKeyIsAskedForAgainOnceNobodyVouchesForIt) {
  for (const std::string version : {"4", "5", "11"}) {
    Keys of(version, false);
    of.later(8 * kernel::kDay);
    const EventIndex event = of.say("a week later", kBoth);
    of.later(kernel::kMinute);
    EXPECT_TRUE(of.has(0, event)) << version;
    EXPECT_EQ(of.world().counts().key_requests, version == "4" ? 0u : 2u) << version;
  }
}

TEST(SigningKeys, EventsAreWrittenOutWithTheKeyThatSignedThem) {
  Keys of;
  const EventIndex old = of.say("old", kBoth, 0, 30 * kernel::kMinute), fresh = of.say("new", kBoth);
  const auto& periods = of.world().key_periods(ServerIndex{1});
  ASSERT_EQ(periods.size(), 2u);
  for (const auto& [event, key] : {std::pair(old, 0), std::pair(fresh, 1)}) {
    const auto pdu = of.world().maker(of.room()).signed_event(event);
    ASSERT_TRUE(pdu);
    const event::SigningKey& used = periods[static_cast<std::size_t>(key)].key;
    const event::ServerKeys keys{{used.server, {{used.key_id, event::verify_key(used)}}}};
    EXPECT_EQ(event::verify(*pdu, of.world().ledger(of.room()).room().format(), used.server, keys),
              event::SignatureState::kValid);
  }
}

}  // namespace
}  // namespace stateroom::server
