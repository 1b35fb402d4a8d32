// Each property of steps has a history at which it must fire and one at which it must not.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "model/rules/elaborate.h"
#include "model/versions/registry.h"
#include "sim/monitor/monitor.h"
#include "tests/sim/server/support.h"

namespace stateroom::monitor {
namespace {

using base::EventIndex;
using server::state_act;
using server::user;
using server::World;

const std::string kCreator = user(0, 0), kOther = user(1, 1), kThird = user(2, 2);

/// Three servers with a room of version 11 or of a text that is another one by some edits; everybody is in it.
class Room {
 public:
  explicit Room(const std::string& edits = {}, const std::string& base = "11") {
    static const versions::Registry registry;
    std::string name = base;
    if (!edits.empty()) {
      name = (std::filesystem::path(::testing::TempDir()) / "mutant.room").string();
      std::ofstream(name) << "room version \"mutant\" extends \"" << base << "\"\n  status unstable\n\n" << edits;
    }
    auto text = registry.load(name);
    EXPECT_TRUE(text) << (text ? "" : text.error()[0].message + text.error()[0].where);
    text_ = std::move(*text);
    const auto core = rules::elaborate(text_);
    EXPECT_TRUE(core) << (core ? "" : core.error()[0].message);
    monitor_ = std::make_unique<Monitor>(
        properties::of_runs(), [](const std::string&, const properties::Property&) { return nullptr; },
        [this](const std::string&) { return &text_; });
    world_ = std::make_unique<World>(server::WorldOptions{});
    world_->add_observer(monitor_.get());
    room_ = server::open_room(*world_, rules::Program::compile(*core), 3);
  }
  /// Somebody does something, or is refused; everybody gets it.
  std::optional<EventIndex> act(const server::Act& act) {
    const auto made = world_->act(room_, act);
    world_->run_until(world_->now() + kernel::kMinute);
    return made;
  }
  std::optional<EventIndex> levels(const std::string& by, const std::string& content) {
    return act(state_act(by, "m.room.power_levels", "", content));
  }
  std::optional<EventIndex> member(const std::string& by, const std::string& of, const std::string& membership) {
    return act(state_act(by, "m.room.member", of, "{\"membership\":\"" + membership + "\"}"));
  }
  const Tally& tally(std::string_view name) const {
    for (const Tally& one : monitor_->tallies()) {
      if (one.property.name == name) return one;
    }
    throw std::runtime_error("not watched");
  }
  World& world() { return *world_; }
  server::RoomIndex index() const { return room_; }
  const receive::View& view() const { return *world_->server(ServerIndex{0}).view(room_); }

 private:
  rules::Version text_;
  std::unique_ptr<Monitor> monitor_;
  std::unique_ptr<World> world_;
  server::RoomIndex room_;
};

std::string users(int creator, int other) {
  return "{\"users\":{\"" + kCreator + "\":" + std::to_string(creator) + ",\"" + kOther +
         "\":" + std::to_string(other) + "}}";
}

TEST(Steps, PeersDoNotKickEachOther) {
  const std::string anybody =
      "edit rules  draft \"test\"\n  replace member.leave.kick: allow if power(sender) >= kick_level\n";
  for (const std::string& edits : {std::string(), anybody}) {
    Room room(edits);
    room.levels(kCreator, users(100, 100));
    room.member(kCreator, kThird, "leave");
    EXPECT_EQ(room.tally("peers").asked, 2u);  // levels are changed once, one is kicked
    EXPECT_EQ(room.tally("peers").violated, 0u);
    EXPECT_EQ(room.member(kOther, kCreator, "leave").has_value(), !edits.empty());
    EXPECT_EQ(room.tally("peers").violated, edits.empty() ? 0u : 1u);
  }
}

TEST(Steps, PeersDoNotLowerEachOther) {
  for (const std::string& edits :
       {std::string(), std::string("edit rules  draft \"test\"\n  remove power_levels.users_changed\n")}) {
    Room room(edits);
    room.levels(kCreator, users(100, 100));
    EXPECT_EQ(room.levels(kOther, users(10, 100)).has_value(), !edits.empty());
    EXPECT_EQ(room.tally("peers").violated, edits.empty() ? 0u : 1u);
    EXPECT_GT(room.tally("peers").asked, 0u);
  }
}

TEST(Steps, NobodyGivesMorePowerThanTheyHave) {
  const std::string own =
      "edit rules  draft \"test\"\n  replace power_levels.users_added.new: reject if new is level "
      "and new > power(sender) and user != sender\n";
  for (const std::string& edits : {std::string(), own}) {
    Room room(edits);
    room.levels(kCreator, users(100, 50));
    EXPECT_EQ(room.tally("no-escalation").asked, 1u);  // the first levels say nothing
    EXPECT_EQ(room.tally("no-escalation").violated, 0u);
    EXPECT_EQ(room.levels(kOther, users(100, 90)).has_value(), !edits.empty());
    EXPECT_EQ(room.tally("no-escalation").violated, edits.empty() ? 0u : 1u);
  }
}

TEST(Steps, ACreatorLosesPowerInVersion11AndCannotIn12) {
  Room eleven;
  eleven.levels(kCreator, users(50, 50));
  EXPECT_EQ(eleven.tally("creators-keep-power").violated, 1u);
  Room twelve({}, "12");
  twelve.levels(kCreator, "{\"users\":{\"" + kOther + "\":100}}");
  EXPECT_EQ(twelve.tally("creators-keep-power").asked, 1u);
  EXPECT_EQ(twelve.tally("creators-keep-power").violated, 0u);
}

TEST(Steps, ARuleThatReadsWhatIsNotSelectedIsSeen) {
  const std::string named =
      "edit rules  draft \"test\"\n  insert named before allow: reject if type = \"m.room.topic\" "
      "and state[\"m.room.name\", \"\"] is present\n";
  for (const std::string& edits : {std::string(), named}) {
    Room room(edits);
    room.act(state_act(kCreator, "m.room.name", "", R"({"name":"a"})"));
    room.act(state_act(kCreator, "m.room.topic", "", R"({"topic":"a"})"));
    EXPECT_GT(room.tally("closed-selection").asked, 5u);
    EXPECT_EQ(room.tally("closed-selection").violated, edits.empty() ? 0u : 1u);
  }
}

/// A topic from the future and one after it; somebody goes on from the first, so that the two are merged.
void fork_at_a_topic(Room& room, const std::string& by) {
  server::Act first = state_act(kCreator, "m.room.topic", "", R"({"topic":"first"})");
  first.origin_server_ts = server::kFirstTimestamp + kernel::kDay / kernel::kMillisecond;
  const auto made = room.act(first);
  ASSERT_TRUE(made);
  const graph::State after = room.view().after(*made);
  ASSERT_TRUE(room.act(state_act(kCreator, "m.room.topic", "", R"({"topic":"second"})")));
  server::Act message = server::message_act(by, "from the past");
  message.prev_events = std::vector{*made};
  message.selected_from = after;
  ASSERT_TRUE(room.act(message));
  EXPECT_EQ(room.view().current("m.room.topic", ""), *made);
}

TEST(Steps, AUserWithoutPowerBringsAnOldTopicBack) {
  Room room;
  room.levels(kCreator, users(100, 50));
  fork_at_a_topic(room, kThird);
  EXPECT_EQ(room.tally("no-influence").violated, 3u);  // on each server
  EXPECT_EQ(room.tally("no-influence").first[0].type, "m.room.topic");
  Room entitled;
  entitled.levels(kCreator, users(100, 50));
  fork_at_a_topic(entitled, kOther);
  EXPECT_EQ(entitled.tally("no-influence").asked, 3u);
  EXPECT_EQ(entitled.tally("no-influence").violated, 0u);
}

TEST(Steps, TheLastOneWithPowerIsNotSentAwayButMayLeave) {
  const std::string anybody =
      "edit rules  draft \"test\"\n  replace member.leave.kick: allow if power(sender) >= kick_level\n";
  const std::string alone =
      "{\"users\":{\"" + kCreator + "\":100,\"" + kOther + "\":50},\"events\":{\"m.room.power_levels\":100}}";
  Room locked(anybody);
  locked.levels(kCreator, alone);
  EXPECT_EQ(locked.tally("no-lockout").violated, 0u);
  ASSERT_TRUE(locked.member(kOther, kCreator, "leave"));
  EXPECT_GT(locked.tally("no-lockout").violated, 0u);
  Room left;
  left.levels(kCreator, alone);
  ASSERT_TRUE(left.member(kCreator, kCreator, "leave"));
  EXPECT_GT(left.tally("no-lockout").asked, 0u);
  EXPECT_EQ(left.tally("no-lockout").violated, 0u);
}

TEST(Steps, WorkIsBoundedUnlessAllThatIsThereIsCheckedAnew) {
  const std::string all =
      "edit resolution  draft \"test\"\n  insert everything = union of s for s in states\n  replace result = "
      "apply(topological(everything along auth_events least e: (e.origin_server_ts, e.event_id)) to {})\n";
  for (const std::string& edits : {std::string(), all}) {
    Room room(edits);
    room.levels(kCreator, users(100, 50));
    fork_at_a_topic(room, kOther);
    EXPECT_GT(room.tally("bounded-work").asked, 0u);
    EXPECT_EQ(room.tally("bounded-work").violated > 0, !edits.empty());
    EXPECT_GT(room.tally("pure").asked, 0u);
    EXPECT_EQ(room.tally("pure").violated, 0u);
  }
}

TEST(Steps, AWayToResolveThatTakesTheFirstStateSetIsNotPure) {
  const std::vector<graph::State> states{{1}, {2}};
  const auto first = [](std::span<const graph::State> sets) -> base::Result<graph::State> { return sets[0]; };
  EXPECT_EQ(properties::pure(first, states, graph::State{1}), properties::Answer::kBroken);
  const auto least = [](std::span<const graph::State> sets) -> base::Result<graph::State> {
    return *std::ranges::min_element(sets);
  };
  EXPECT_EQ(properties::pure(least, states, graph::State{1}), properties::Answer::kHolds);
}

TEST(Steps, HypothesesAreCountedAndARunSaysWhyItIsNotAskedARest) {
  Room room;
  for (const int level : {50, 10, 50}) room.levels(kCreator, users(100, level));
  EXPECT_EQ(room.tally("no-escalation").asked, 3u);
  EXPECT_EQ(room.tally("no-escalation").asked_no_revocation, 2u);  // what was lowered is a revocation
  fork_at_a_topic(room, kOther);
  EXPECT_LT(room.tally("no-influence").asked_honest_clock, room.tally("no-influence").asked);
  for (const char* name :
       {"same-rules:12", "tie-break", "depth-free", "timestamp-free", "chain-identity", "P-REDACT"}) {
    const auto refused = properties::open_of_run(name);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error()[0].code, base::ErrorCode::kFormat) << name;
    EXPECT_FALSE(refused.error()[0].hint.empty()) << name;
  }
  EXPECT_EQ(properties::open_of_run("none").error()[0].code, base::ErrorCode::kUnknownName);
  EXPECT_TRUE(properties::open_of_run("P-PEER"));
}

}  // namespace
}  // namespace stateroom::monitor
