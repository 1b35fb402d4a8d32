// Events that others have made, read from $STATEROOM_VECTORS.
#include <gtest/gtest.h>

#include "model/event/history.h"
#include "tests/support/event_formats.h"
#include "tests/support/json.h"

namespace stateroom::event {
namespace {

// mautrix/go, federation/eventauth: 21 signed events of a room of version 12 with their ids in `unsigned.event_id`.
TEST(Vectors, MautrixEventsHaveTheirIdsAndHashes) {
  const std::string path = support::vectors_path("mautrix/testroom-v12-success.jsonl");
  if (path.empty()) GTEST_SKIP() << "STATEROOM_VECTORS names no folder";
  const auto items = read_items(support::read_file(path), "mautrix");
  ASSERT_EQ(items.size(), 1u);
  ASSERT_TRUE(items[0]) << items[0].error().message;
  EXPECT_EQ(items[0]->room_version, "12");
  const EventFormat format = support::format_12();
  const auto history = decode(*items[0], format, true);
  ASSERT_TRUE(history) << history.error().message;
  ASSERT_EQ(history->events.size(), 21u);
  EXPECT_EQ(history->ids, IdMode::kStrict);
  for (const Event& event : history->events) {
    EXPECT_EQ(event.event_id, event.json.get("unsigned").get("event_id").string());
    EXPECT_EQ(content_hash(event.json, format).value(), std::string(event.json.get("hashes").get("sha256").string()))
        << event.where;
    EXPECT_TRUE(event.ill_formed.empty()) << event.where << ": " << event.ill_formed.front();
    EXPECT_EQ(verify(event.json, format, *server_part(event.sender), {}), SignatureState::kNoKey);
  }
}

// gamesguru/rezzy, tests/critique_data: inputs only.
TEST(Vectors, RezzyHistoriesAreRead) {
  if (support::vectors_path("x").empty()) GTEST_SKIP() << "STATEROOM_VECTORS names no folder";
  for (const char* file : {"01_state_reset", "02_admin_lockout", "03_phantom_join_rules"}) {
    const std::string bytes = support::read_file(support::vectors_path(std::string("rezzy/") + file + ".jsonl"));
    const auto items = read_items(bytes, file);
    ASSERT_EQ(items.size(), 1u) << file;
    ASSERT_TRUE(items[0]) << items[0].error().message;
    EXPECT_EQ(static_cast<long>(items[0]->pdus.size()),
              std::count(bytes.begin(), bytes.end(), '\n') + (bytes.back() != '\n'));
    const auto history = decode(*items[0], support::format_11(), false);
    ASSERT_TRUE(history) << file << ": " << history.error().message;
    EXPECT_EQ(history->events.size() + history->notes.size(), items[0]->pdus.size()) << "nothing is lost quietly";
  }
}

}  // namespace
}  // namespace stateroom::event
