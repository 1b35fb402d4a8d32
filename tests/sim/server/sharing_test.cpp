// What servers share changes nothing of what each of them decides.
#include <gtest/gtest.h>

#include <map>

#include "tests/sim/server/support.h"

namespace stateroom::server {
namespace {

struct Ended {
  std::string hash;
  receive::Ledger::Counts counts;
  World::Counts world;
};

Ended ended(bool share, const std::string& version) {
  WorldOptions options;
  options.servers = 5;
  options.share = share;
  options.link.late_of_1000 = 200;
  World world(options);
  const RoomIndex room = open_room(world, version, 5);
  EXPECT_TRUE(world.act(room, state_act(user(0, 0), "m.room.power_levels", "",
                                        R"({"users_default":50,"users":{)" +
                                            std::string(version == "12" ? "" : "\"" + user(0, 0) + "\":100") + "}}")));
  for (std::uint32_t i = 0; i < 30; ++i) {
    const std::string by = user(i % 5, i % 5);
    world.act(room, message_act(by, std::to_string(i)));
    world.act(room, state_act(by, "m.room.topic", "", "{\"topic\":\"" + std::to_string(i) + "\"}"));
    if (i == 20) world.act(room, state_act(user(0, 0), "m.room.member", user(3, 3), R"({"membership":"ban"})"));
    world.run_until(world.now() + 30 * kernel::kMillisecond);
  }
  world.run_until(world.now() + kernel::kHour);
  return {world.log().hash(), world.ledger(room).counts(), world.counts()};
}

TEST(Sharing, EveryServerDecidesEveryCheckAndDecidesTheSameWithoutSharing) {
  for (const std::string version : {"2", "11", "12"}) {
    const Ended shared = ended(true, version), alone = ended(false, version);
    EXPECT_EQ(shared.hash, alone.hash) << version;
    EXPECT_EQ(shared.counts.receipts, alone.counts.receipts);
    EXPECT_EQ(shared.counts.checks, alone.counts.checks);
    // Every event is received by its own server and by each other one that gets it.
    EXPECT_EQ(alone.counts.receipts, alone.counts.receipts_computed);
    EXPECT_GT(shared.counts.checks, shared.counts.receipts * 5);
    EXPECT_LT(shared.counts.receipts_computed, shared.counts.receipts);
    EXPECT_LT(shared.counts.rules_computed * 2, alone.counts.rules_computed);
    EXPECT_GT(alone.counts.resolutions_computed, shared.counts.resolutions_computed);
    EXPECT_GT(shared.world.soft_failed + shared.counts.resolutions, 0u);
  }
}

}  // namespace
}  // namespace stateroom::server
