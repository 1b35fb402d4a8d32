#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "model/graph/labels.h"
#include "model/graph/room.h"

namespace stateroom::graph {
namespace {

event::EventFormat format() {
  event::EventFormat out;
  out.edge_fields = {"prev_events", "auth_events"};
  return out;
}

event::Event event_of(const std::string& id, std::vector<std::string> prev, std::vector<std::string> auth,
                      std::optional<std::string> state_key = {}) {
  event::Event out;
  out.event_id = id;
  out.type = "t";
  out.sender = "@a:x";
  out.state_key = std::move(state_key);
  out.edges = {std::move(prev), std::move(auth)};
  return out;
}

/// Events whose ids lie in no order, each after the two before it, all citing the first.
std::vector<event::Event> events(std::uint32_t count) {
  std::vector<event::Event> out;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::vector<std::string> prev;
    for (std::uint32_t p = i < 2 ? 0 : i - 2; p < i; ++p) prev.push_back(out[p].event_id);
    const std::vector<std::string> auth = i == 0 ? std::vector<std::string>{} : std::vector{out[0].event_id};
    out.push_back(event_of("$" + std::to_string((i * 7919u) % 1000) + "e", prev, auth, "k" + std::to_string(i % 3)));
  }
  return out;
}

const std::vector<std::pair<std::string, std::string>> kKeys{{"t", "k2"}, {"t", "k0"}, {"t", "k1"}};

std::unique_ptr<Room> grown(const std::vector<event::Event>& all) {
  auto room = Room::empty(format(), kKeys);
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const auto at = room->append(all[i]);
    EXPECT_TRUE(at && at->value() == i);
  }
  return room;
}

TEST(Growth, AGrownRoomSaysOfItsEventsWhatABuiltOneSays) {
  const auto all = events(200);
  const auto room = grown(all);
  const auto built = *Room::build(all, format());
  ASSERT_EQ(room->size(), built->size());
  for (const event::Event& one : all) {
    const EventIndex here = room->find(one.event_id), there = built->find(one.event_id);
    EXPECT_EQ(room->key(here), built->key(there));
    for (EdgeField field = 0; field < 2; ++field) {
      std::vector<std::string> cited, expected, citing, expected_citing;
      for (const EventIndex e : room->cited(field, here)) cited.push_back(room->event(e).event_id);
      for (const EventIndex e : built->cited(field, there)) expected.push_back(built->event(e).event_id);
      for (const EventIndex e : room->citing(field, here)) citing.push_back(room->event(e).event_id);
      for (const EventIndex e : built->citing(field, there)) expected_citing.push_back(built->event(e).event_id);
      std::ranges::sort(citing);
      std::ranges::sort(expected_citing);
      EXPECT_EQ(cited, expected);
      EXPECT_EQ(citing, expected_citing);
    }
    for (const event::Event& other : all) {
      EXPECT_EQ(room->id_rank(here) < room->id_rank(room->find(other.event_id)), one.event_id < other.event_id);
      EXPECT_EQ(room->sha1_rank(here) < room->sha1_rank(room->find(other.event_id)),
                built->sha1_rank(there) < built->sha1_rank(built->find(other.event_id)));
    }
  }
}

TEST(Growth, ABuiltRoomCanGrow) {
  auto all = events(50);
  const event::Event last = all.back();
  all.pop_back();
  const auto room = *Room::build(all, format());
  ASSERT_TRUE(room->append(last));
  EXPECT_EQ(room->find(last.event_id).value(), 49u);
  for (const event::Event& one : all) {
    EXPECT_EQ(room->id_rank(room->find(one.event_id)) < room->id_rank(EventIndex{49}), one.event_id < last.event_id);
    EXPECT_EQ(room->sha1_rank(room->find(one.event_id)) == room->sha1_rank(EventIndex{49}), false);
  }
}

TEST(Growth, AKeyThatTheRoomDoesNotHaveIsAskedForByNumberingAnew) {
  const auto all = events(20);
  auto room = grown(all);
  room->set_rejected(EventIndex{4}, true);
  const event::Event other = event_of("$other", {all[19].event_id}, {}, "a");
  const auto refused = room->append(other);
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->valid());
  EXPECT_EQ(room->size(), 20u);
  const auto next = room->renumbered({{"t", "a"}});
  EXPECT_TRUE(next->rejected(EventIndex{4}));
  EXPECT_EQ(next->key_count(), 4u);
  EXPECT_EQ(next->append(other)->value(), 20u);
  EXPECT_EQ(next->key(EventIndex{20}).value(), 0u);
}

TEST(Growth, AnEventIsAppendedOnceAndItsHolesAreKnown) {
  auto room = grown(events(3));
  EXPECT_EQ(room->append(events(3)[1]).error().code, base::ErrorCode::kDuplicateEvent);
  ASSERT_TRUE(room->append(event_of("$new", {"$unknown"}, {})));
  EXPECT_EQ(room->holes(), std::vector<std::string>{"$unknown"});
}

TEST(OrderedLabels, KeepTheOrderAlsoWhereTheyAreGivenAnew) {
  OrderedLabels labels;
  std::map<std::uint32_t, std::uint64_t> given;
  std::size_t anew = 0;
  for (std::uint32_t i = 0; i < 300; ++i) {
    std::size_t placed = 0;
    // Each text comes just before the one before it: the worst case for labels.
    labels.add(std::string(300 - i, 'b'), i, [&](std::uint32_t owner, std::uint64_t label) {
      given[owner] = label;
      ++placed;
    });
    anew += placed > 1 ? 1 : 0;
    for (std::uint32_t j = 1; j <= i; ++j) ASSERT_LT(given[j], given[j - 1]);
  }
  EXPECT_GT(anew, 0u);
}

}  // namespace
}  // namespace stateroom::graph
