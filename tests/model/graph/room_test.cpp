#include "model/graph/room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <random>

#include "tests/model/graph/events.h"

namespace stateroom::graph {
namespace {

using event::ValueType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ValueType type_of(ValueType::Base base) {
  ValueType type;
  type.base = base;
  return type;
}

event::EventFormat format() {
  event::EventFormat out;
  out.edge_fields = {"prev_events", "auth_events"};
  out.level.integer = true;
  const auto level = std::make_shared<const ValueType>(type_of(ValueType::Base::kLevel));
  const auto string = std::make_shared<const ValueType>(type_of(ValueType::Base::kString));
  ValueType users = type_of(ValueType::Base::kMap);
  users.key = string;
  users.element = level;
  ValueType names = type_of(ValueType::Base::kList);
  names.element = string;
  out.content["m.room.power_levels"] = {{{"users"}, users}, {{"ban"}, type_of(ValueType::Base::kLevel)}};
  out.content["m.room.member"] = {{{"membership"}, type_of(ValueType::Base::kString)},
                                  {{"invite", "signed", "mxid"}, type_of(ValueType::Base::kString)},
                                  {{"*"}, type_of(ValueType::Base::kAny)}};
  out.content["keys"] = {{{"list"}, names}, {{"public", "*", "key"}, type_of(ValueType::Base::kString)}};
  event::FormatField redacts;
  redacts.path = {"redacts"};
  redacts.type = type_of(ValueType::Base::kString);
  out.fields = {redacts};
  return out;
}

event::Event plain(const std::string& id, std::vector<std::string> prev, std::vector<std::string> auth,
                   std::optional<std::string> state_key = {}) {
  event::Event out;
  out.event_id = id;
  out.type = "t";
  out.sender = "@a:x";
  out.state_key = std::move(state_key);
  out.edges = {std::move(prev), std::move(auth)};
  return out;
}

std::unique_ptr<Room> build(std::vector<event::Event> events) {
  auto room = Room::build(std::move(events), format());
  EXPECT_TRUE(room) << (room ? "" : room.error().message);
  return room ? std::move(*room) : nullptr;
}

std::vector<std::string> ids(const Room& room) {
  std::vector<std::string> out;
  for (std::uint32_t e = 0; e < room.size(); ++e) out.push_back(room.event(EventIndex{e}).event_id);
  return out;
}

TEST(Room, WhatIsNamedInAnyFieldComesBefore) {
  const auto room = build({plain("$a", {"$c"}, {}), plain("$b", {}, {"$a"}), plain("$c", {}, {})});
  EXPECT_THAT(ids(*room), ElementsAre("$c", "$a", "$b"));
  EXPECT_EQ(room->find("$b"), EventIndex{2});
  EXPECT_FALSE(room->find("$d").valid());
  EXPECT_THAT(room->cited(0, EventIndex{1}), ElementsAre(EventIndex{0}));
  EXPECT_THAT(room->cited(1, EventIndex{1}), IsEmpty());
  EXPECT_THAT(room->citing(1, EventIndex{1}), ElementsAre(EventIndex{2}));
}

TEST(Room, UnknownEventsAreHolesAndRepetitionsStay) {
  const auto room = build({plain("$a", {}, {}), plain("$b", {"$z", "$a", "$a", "$y", "$z"}, {})});
  const EventIndex hole = EventIndex::none();
  EXPECT_THAT(room->cited(0, EventIndex{1}), ElementsAre(hole, EventIndex{0}, EventIndex{0}, hole, hole));
  EXPECT_THAT(room->citing(0, EventIndex{0}), ElementsAre(EventIndex{1})) << "each once";
  EXPECT_THAT(room->holes(), ElementsAre("$y", "$z"));
}

TEST(Room, NoIndexDependsOnTheOrderOfTheInput) {
  constexpr std::uint64_t kSeed = 7;
  std::mt19937_64 random(kSeed);
  std::vector<event::Event> events;
  for (int i = 0; i < 60; ++i) {
    std::vector<std::string> prev;
    for (int k = 0; k < 3 && i > 0; ++k) {
      prev.push_back("$" + std::to_string((random() % static_cast<std::uint64_t>(i)) * 37 % 61));
    }
    events.push_back(plain("$" + std::to_string(i * 37 % 61), prev, {}, std::to_string(random() % 20)));
  }
  const auto first = build(events);
  for (int round = 0; round < 20; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
    std::shuffle(events.begin(), events.end(), random);
    const auto other = build(events);
    ASSERT_EQ(ids(*first), ids(*other));
    for (std::uint32_t i = 0; i < first->size(); ++i) {
      const EventIndex e{i};
      ASSERT_EQ(first->key(e), other->key(e));
      ASSERT_EQ(first->id_rank(e), other->id_rank(e));
      ASSERT_EQ(first->sha1_rank(e), other->sha1_rank(e));
      ASSERT_EQ(first->state_key(e), other->state_key(e));
      ASSERT_TRUE(std::ranges::equal(first->cited(0, e), other->cited(0, e)));
      ASSERT_TRUE(std::ranges::equal(first->citing(0, e), other->citing(0, e)));
    }
  }
}

TEST(Room, CyclesSelfReferencesAndRepeatedIdsAreErrors) {
  const auto code = [](std::vector<event::Event> events) {
    return Room::build(std::move(events), format()).error().code;
  };
  EXPECT_EQ(code({plain("$a", {"$a"}, {})}), base::ErrorCode::kCycle);
  EXPECT_EQ(code({plain("$a", {"$b"}, {}), plain("$b", {}, {"$a"})}), base::ErrorCode::kCycle) << "across fields";
  EXPECT_EQ(code({plain("$a", {}, {}), plain("$a", {}, {})}), base::ErrorCode::kDuplicateEvent);
  event::Event first = plain("$b", {"$c"}, {});
  first.where = "FILE#/events/0";
  const auto circle = Room::build({first, plain("$c", {"$b"}, {}), plain("$a", {}, {})}, format()).error();
  EXPECT_EQ(circle.message, "events name each other in a circle: `$b`, `$c`, `$b`");
  EXPECT_EQ(circle.where, "FILE#/events/0");
  std::vector<event::Event> many;
  for (int i = 0; i < 1000; ++i) {
    many.push_back(plain("$" + std::to_string(i), {"$" + std::to_string((i + 1) % 1000)}, {}));
  }
  EXPECT_LT(Room::build(many, format()).error().message.size(), 200u) << "ten of them are named";
  base::Limits limits;
  limits.events_max = 1;
  EXPECT_EQ(Room::build({plain("$a", {}, {}), plain("$b", {}, {})}, format(), limits).error().code,
            base::ErrorCode::kLimit);
}

TEST(Room, KeysAreNumberedByTypeAndStateKey) {
  const auto room =
      build({plain("$a", {}, {}, "z"), plain("$b", {}, {}, ""), plain("$c", {}, {}, "z"), plain("$d", {}, {})});
  ASSERT_EQ(room->key_count(), 2u);
  EXPECT_EQ(room->strings().text(room->key_state_key(KeyIndex{0})), "");
  EXPECT_EQ(room->key(room->find("$a")), KeyIndex{1});
  EXPECT_EQ(room->key(room->find("$c")), KeyIndex{1});
  EXPECT_FALSE(room->key(room->find("$d")).valid());
  const StringId type = room->strings().find("t");
  EXPECT_EQ(room->find_key(type, room->strings().find("z")), KeyIndex{1});
  EXPECT_FALSE(room->find_key(type, type).valid());
  EXPECT_EQ(room->keys_of_type(type), (std::pair{KeyIndex{0}, KeyIndex{2}}));
}

TEST(Room, ALongChainAndManyKeysAreBuiltWithoutAStack) {
  std::vector<event::Event> events;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    events.push_back(plain("$" + std::to_string(i),
                           i == 0 ? std::vector<std::string>{} : std::vector{"$" + std::to_string(i - 1)}, {},
                           std::to_string(i)));
  }
  const auto room = build(std::move(events));
  EXPECT_EQ(room->key_count(), 100'000u);
  EXPECT_EQ(room->find("$99999"), EventIndex{99'999});
}

TEST(Room, ADerivedListReplacesWhatWasWritten) {
  event::EventFormat derived = format();
  derived.derived_edge_field = "auth_events";
  auto room = Room::build({plain("$a", {}, {}), plain("$b", {"$a"}, {}), plain("$c", {"$b"}, {})}, derived);
  ASSERT_TRUE(room);
  (*room)->set_derived(EventIndex{2}, {EventIndex{0}, EventIndex{1}});
  EXPECT_THAT((*room)->cited(1, EventIndex{2}), ElementsAre(EventIndex{0}, EventIndex{1}));
  EXPECT_THAT((*room)->cited(1, EventIndex{1}), IsEmpty());
  EXPECT_THAT((*room)->citing(1, EventIndex{0}), ElementsAre(EventIndex{2}));
}

struct Decoded {
  std::unique_ptr<Room> room;
  ColumnIndex column;
  const Cell& cell() const { return room->cell(EventIndex{0}, column); }
};

Decoded decode(const std::string& type, const std::vector<std::string>& path, const std::string& content) {
  const event::EventFormat shape = format();
  Decoded out;
  out.room = build({testing::event_of(
      R"({"event_id": "$a", "type": ")" + type + R"(", "redacts": "$r", "content": )" + content + "}", shape)});
  out.column = out.room->plan().find(type, path);
  EXPECT_TRUE(out.column.valid());
  return out;
}

TEST(Columns, AreContentFieldsTheirParentsAndTopLevelFields) {
  const ColumnPlan plan(format());
  EXPECT_TRUE(plan.find("", {"redacts"}).valid());
  EXPECT_TRUE(plan.find("m.room.member", {"invite", "signed"}).valid());
  EXPECT_EQ(plan[plan.find("m.room.member", {"invite"})].type.base, ValueType::Base::kObject);
  EXPECT_FALSE(plan.find("m.room.member", {"*"}).valid());
  EXPECT_FALSE(plan.find("m.room.member", {"ban"}).valid());
  EXPECT_EQ(plan.of_type("m.room.member").count, 4u);
  EXPECT_EQ(plan.of_type("m.room.topic").count, 0u);
}

TEST(Columns, OfAnotherTypeReadAsAbsent) {
  const Decoded member = decode("m.room.member", {"membership"}, R"({"membership": "join", "ban": 3})");
  EXPECT_EQ(member.cell().status, CellStatus::kValue);
  EXPECT_EQ(member.room->strings().text(StringId{member.cell().first}), "join");
  const ColumnIndex ban = member.room->plan().find("m.room.power_levels", {"ban"});
  EXPECT_EQ(member.room->cell(EventIndex{0}, ban).status, CellStatus::kAbsent);
  EXPECT_EQ(member.room->cell(EventIndex{0}, ColumnIndex::none()).status, CellStatus::kAbsent);
  const Cell& redacts = member.room->cell(EventIndex{0}, member.room->plan().find("", {"redacts"}));
  EXPECT_EQ(member.room->strings().text(StringId{redacts.first}), "$r");
}

TEST(Columns, APathThroughWhatIsNoObjectIsAbsent) {
  EXPECT_EQ(decode("m.room.member", {"invite", "signed", "mxid"}, R"({"invite": 3})").cell().status,
            CellStatus::kAbsent);
  EXPECT_EQ(decode("m.room.member", {"invite"}, R"({"invite": 3})").cell().status, CellStatus::kIllTyped);
  EXPECT_EQ(decode("m.room.member", {"membership"}, R"({"membership": null})").cell().status, CellStatus::kIllTyped);
}

TEST(Columns, ABadEntryHidesNoGoodOne) {
  const Decoded levels =
      decode("m.room.power_levels", {"users"}, R"({"users": {"b": [], "a": 7, "c": true, "d": -1}})");
  EXPECT_EQ(levels.cell().status, CellStatus::kIllTyped);
  std::map<std::string, std::pair<CellStatus, std::int64_t>> found;
  StringId before;
  for (const MapEntry& entry : levels.room->entries(levels.cell())) {
    EXPECT_TRUE(found.empty() || before < entry.key) << "sorted by key";
    before = entry.key;
    found[std::string(levels.room->strings().text(entry.key))] = {entry.status, entry.number};
  }
  EXPECT_EQ(found["a"], (std::pair{CellStatus::kValue, std::int64_t{7}}));
  EXPECT_EQ(found["b"].first, CellStatus::kIllTyped);
  EXPECT_EQ(found["c"].first, CellStatus::kIllTyped);
  EXPECT_EQ(found["d"], (std::pair{CellStatus::kValue, std::int64_t{-1}}));
  EXPECT_EQ(decode("m.room.power_levels", {"users"}, R"({"users": []})").cell().status, CellStatus::kIllTyped);
}

TEST(Columns, LevelsBeyondTheirRange) {
  EXPECT_FALSE(decode("m.room.power_levels", {"ban"}, R"({"ban": 1.5})").cell().beyond_double);
  EXPECT_TRUE(decode("m.room.power_levels", {"ban"}, R"({"ban": 1e400})").cell().beyond_double);
  EXPECT_FALSE(decode("m.room.power_levels", {"ban"}, R"({"ban": 1e-400})").cell().beyond_double);
  const Decoded large = decode("m.room.power_levels", {"ban"}, R"({"ban": 99999999999999999999})");
  EXPECT_EQ(large.cell().status, CellStatus::kValue);
  EXPECT_TRUE(large.cell().saturated);
  EXPECT_EQ(large.cell().number, std::numeric_limits<std::int64_t>::max());
}

TEST(Columns, ListsAndWildcards) {
  const Decoded list = decode("keys", {"list"}, R"({"list": ["a", "b", "a"]})");
  EXPECT_EQ(list.room->strings_of(list.cell()).size(), 3u);
  EXPECT_EQ(decode("keys", {"list"}, R"({"list": ["a", 1]})").cell().status, CellStatus::kIllTyped);
  const Decoded keys =
      decode("keys", {"public", "*", "key"}, R"({"public": [{"key": "k"}, 1, {"key": 2}, {"key": "l"}]})");
  ASSERT_EQ(keys.room->strings_of(keys.cell()).size(), 2u) << "what is ill-typed is left out";
  EXPECT_EQ(keys.room->strings().text(keys.room->strings_of(keys.cell())[1]), "l");
}

TEST(Columns, AMillionKeysInOneMap) {
  std::string content = R"({"users": {)";
  for (int i = 0; i < 1'000'000; ++i)
    content += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":" + std::to_string(i);
  const Decoded levels = decode("m.room.power_levels", {"users"}, content + "}}");
  EXPECT_EQ(levels.cell().status, CellStatus::kValue);
  EXPECT_EQ(levels.room->entries(levels.cell()).size(), 1'000'000u);
}

}  // namespace
}  // namespace stateroom::graph
