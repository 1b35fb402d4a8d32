#include "model/event/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/event_formats.h"

namespace stateroom::event {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const char* const kCreate = R"({"type":"m.room.create","state_key":"","event_id":"$c","content":{"room_version":"9"}})";
const char* const kMember =
    R"({"type":"m.room.member","state_key":"@a:s","event_id":"$m","prev_events":["$c"],"content":{}})";

std::string history(std::string_view members) {
  return "{\"events\":[" + std::string(kCreate) + "," + kMember + "]" + std::string(members) + "}";
}

/// The one item of an input, which must be there.
HistoryItem item_of(const std::string& text) {
  auto items = read_items(text, "f");
  EXPECT_EQ(items.size(), 1u) << text;
  EXPECT_TRUE(items.at(0)) << text << ": " << items[0].error().message;
  return items[0].value_or(HistoryItem{});
}

std::vector<std::string> wheres(const HistoryItem& item) {
  std::vector<std::string> out;
  for (const auto& pdu : item.pdus) out.push_back(pdu.where);
  return out;
}

TEST(ReadItems, OneHistory) {
  const HistoryItem item = item_of(history(
      R"(,"format":"stateroom-history/1","room_version":"10","rejected":["$m"],"state_sets":[["$c"],[]],"about":{"seed":1})"));
  EXPECT_EQ(item.room_version, "10");
  EXPECT_THAT(item.rejected, ElementsAre("$m"));
  EXPECT_THAT(*item.state_sets, ElementsAre(ElementsAre("$c"), IsEmpty()));
  EXPECT_EQ(item.about.get("seed").integer(), 1);
  EXPECT_THAT(wheres(item), ElementsAre("f#/events/0", "f#/events/1"));
}

TEST(ReadItems, TheVersionIsTheFilesElseTheCreateEventsElseNone) {
  EXPECT_EQ(item_of(history("")).room_version, "9");
  EXPECT_EQ(item_of(kMember).room_version, std::nullopt);
  EXPECT_EQ(item_of(R"({"type":"m.room.create","state_key":"","content":{"room_version":9}})").room_version,
            std::nullopt);
}

TEST(ReadItems, OnePduArraysAndLinesOfThemAreOneHistory) {
  const std::string c = kCreate, m = kMember;
  EXPECT_THAT(wheres(item_of(c)), ElementsAre("f"));
  EXPECT_THAT(wheres(item_of("[" + c + "," + m + "]")), ElementsAre("f#/0", "f#/1"));
  EXPECT_THAT(wheres(item_of("\n" + c + "\r\n\n" + m)), ElementsAre("f:2:1", "f:4:1"));
  EXPECT_EQ(item_of(c + "\n" + m + "\n").room_version, "9");
  EXPECT_THAT(item_of("[]").pdus, IsEmpty());
}

TEST(ReadItems, ArraysAndLinesOfHistoriesAreManyItems) {
  const std::string one = history(""), two = history(R"(,"room_version":"2")");
  for (const std::string& text : {"[" + one + "," + two + "]", one + "\n" + two}) {
    const auto items = read_items(text, "f");
    ASSERT_THAT(items, SizeIs(2));
    EXPECT_EQ(items[0]->room_version, "9");
    EXPECT_EQ(items[1]->room_version, "2");
  }
}

TEST(ReadItems, AnItemThatCannotBeReadLeavesTheOthers) {
  const std::string good = history("");
  const auto in_array = read_items("[" + good + R"(,{"events":1},)" + good + "]", "f");
  ASSERT_THAT(in_array, SizeIs(3));
  EXPECT_TRUE(in_array[0] && in_array[2]);
  EXPECT_EQ(in_array[1].error().where, "f#/1/events");
  for (const std::string& text : {good + "\n{\"events\":[}\n" + good, "{\"events\":[}\n" + good + "\n" + good}) {
    const auto items = read_items(text, "f");
    EXPECT_EQ(std::count_if(items.begin(), items.end(), [](const auto& item) { return item.has_value(); }), 2) << text;
    ASSERT_THAT(items, SizeIs(3));
    EXPECT_EQ(items[2].error().code, ErrorCode::kJson);
    EXPECT_THAT(items[2].error().where, testing::StartsWith(text.starts_with("{\"events\":[}") ? "f:1:" : "f:2:"));
  }
}

TEST(ReadItems, ALineThatIsNoPduMakesNoHistoryOfTheOthers) {
  const auto items = read_items(std::string(kCreate) + "\n{\"type\":\n" + kMember, "f");
  ASSERT_THAT(items, SizeIs(1));
  ASSERT_FALSE(items[0]);
  EXPECT_THAT(items[0].error().where, testing::StartsWith("f:2:"));
}

TEST(ReadItems, MixedIsAnError) {
  const std::string h = history("");
  for (const std::string& text : {"[" + h + "," + kMember + "]", std::string(kMember) + "\n" + h, "[[]," + h + "]"}) {
    const auto items = read_items(text, "f");
    ASSERT_THAT(items, SizeIs(1)) << text;
    ASSERT_FALSE(items[0]) << text;
    EXPECT_EQ(items[0].error().code, ErrorCode::kMixed) << text;
  }
}

TEST(ReadItems, FederationAnswers) {
  const std::string c = kCreate, m = kMember;
  EXPECT_THAT(wheres(item_of(R"({"origin":"s","pdus":[)" + m + R"(],"auth_chain":[)" + c + "]}")),
              ElementsAre("f#/auth_chain/0", "f#/pdus/0"));
  EXPECT_THAT(wheres(item_of(R"({"state":[)" + c + R"(],"auth_chain":[],"event":)" + m + "}")),
              ElementsAre("f#/state/0", "f#/event"));
  EXPECT_THAT(wheres(item_of(R"({"auth_chain":[)" + c + "]}")), ElementsAre("f#/auth_chain/0"));
  EXPECT_THAT(wheres(item_of(R"([200,{"state":[)" + c + R"(],"auth_chain":[)" + m + "]}]")),
              ElementsAre("f#/1/auth_chain/0", "f#/1/state/0"));
  EXPECT_EQ(item_of(R"({"pdus":[)" + c + "]}").room_version, "9");
}

TEST(ReadItems, DumpsWithTheEventInAMember) {
  for (
      const std::string& line :
      {R"({"event_id":"$x","json":)" + std::string(kCreate) + "}",
       R"({"event_id":"$x","event_json":)" + std::string(kCreate) + "}",
       std::string(
           R"({"event_id":"$x","json":"{\"type\":\"m.room.create\",\"state_key\":\"\",\"content\":{\"room_version\":\"9\"}}"})")}) {
    const HistoryItem item = item_of(line + "\n" + line);
    ASSERT_THAT(item.pdus, SizeIs(2)) << line;
    EXPECT_EQ(item.pdus[0].given_id, "$x");
    EXPECT_EQ(item.pdus[0].json.get("type").string(), "m.room.create");
    EXPECT_EQ(item.room_version, "9");
  }
  const auto broken = read_items(R"({"json":"{\"type\":"})", "f");
  ASSERT_FALSE(broken.at(0));
  EXPECT_EQ(broken[0].error().code, ErrorCode::kJson);
}

TEST(ReadItems, MembersOfAHistoryOfTheWrongShapeHaveTheirPlace) {
  for (const auto& [members, where] :
       std::initializer_list<std::pair<const char*, const char*>>{{R"(,"format":"stateroom-history/2")", "f#/format"},
                                                                  {R"(,"room_version":9)", "f#/room_version"},
                                                                  {R"(,"event_ids":["$c"])", "f#/event_ids"},
                                                                  {R"(,"event_ids":["$c",1])", "f#/event_ids"},
                                                                  {R"(,"rejected":"$c")", "f#/rejected"},
                                                                  {R"(,"state_sets":["$c"])", "f#/state_sets/0"},
                                                                  {R"(,"state_sets":[[],[1]])", "f#/state_sets/1"},
                                                                  {R"(,"keys":{"s":1})", "f#/keys"}}) {
    const auto items = read_items(history(members), "f");
    ASSERT_FALSE(items.at(0)) << members;
    EXPECT_EQ(items[0].error().where, where);
  }
  for (const char* text : {"1", "null", "\"x\"", "[1]", "[[]]", R"({"events":[1]})"})
    EXPECT_FALSE(read_items(text, "f").at(0)) << text;
}

TEST(ReadItems, HostileInputIsOneErrorWithItsPlace) {
  std::string deep(100000, '[');
  for (const auto& [text, code] : std::initializer_list<std::pair<std::string, ErrorCode>>{
           {"", ErrorCode::kJson},
           {std::string(kCreate).substr(0, 40), ErrorCode::kJson},
           {R"({"type":"X","content":)" + deep + std::string(100000, ']') + "}", ErrorCode::kLimit},
           {R"({"type":"X","type":"Y"})", ErrorCode::kDuplicateKey},
           {R"({"type":"\ud800"})", ErrorCode::kUtf8},
           {"{\"type\":\"\xff\"}", ErrorCode::kUtf8},
           {R"({"type":"X"} x)", ErrorCode::kJson}}) {
    const auto items = read_items(text, "f");
    ASSERT_THAT(items, SizeIs(1));
    ASSERT_FALSE(items[0]) << text.substr(0, 60);
    EXPECT_EQ(items[0].error().code, code) << text.substr(0, 60) << items[0].error().message;
    EXPECT_THAT(items[0].error().where, testing::StartsWith("f"));
  }
}

TEST(ReadItems, RefusesMoreThanTheLimits) {
  base::Limits limits;
  limits.events_max = 1;
  EXPECT_EQ(read_items(history(""), "f", limits).at(0).error().code, ErrorCode::kLimit);
  limits = {};
  limits.state_sets_max = 1;
  EXPECT_EQ(read_items(history(R"(,"state_sets":[[],[]])"), "f", limits).at(0).error().code, ErrorCode::kLimit);
}

base::Result<History> decoded(const std::string& text, bool strict = false,
                              const EventFormat& format = support::format_6()) {
  return decode(item_of(text), format, strict);
}

TEST(Decode, PlaceholderModeIsTheDefaultWhereAllEventsHaveNames) {
  const auto named = decoded(history(R"(,"rejected":["$m"],"state_sets":[["$c","$m"]])"));
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_EQ(named->ids, IdMode::kPlaceholder);
  EXPECT_EQ(named->events[1].event_id, "$m");
  EXPECT_THAT(named->events[1].edges[0], ElementsAre("$c"));
  EXPECT_TRUE(named->events[1].rejected_outside);
  EXPECT_FALSE(named->events[0].rejected_outside);
  EXPECT_TRUE(named->has_state_sets);
  EXPECT_THAT(named->notes, IsEmpty());
}

TEST(Decode, NamesBesideTheEventsWinOverMembers) {
  const auto named = decoded(history(R"(,"event_ids":["$1","$2"])"));
  ASSERT_TRUE(named);
  EXPECT_EQ(named->events[0].event_id, "$1");
  EXPECT_EQ(named->events[1].event_id, "$2");
}

TEST(Decode, IdsAreComputedWhereANameIsMissingAndANoteSaysSo) {
  const auto mixed = decoded("[" + std::string(kCreate) + R"(,{"type":"X","content":{}}])");
  ASSERT_TRUE(mixed);
  EXPECT_EQ(mixed->ids, IdMode::kComputed);
  EXPECT_EQ(mixed->events[0].event_id, event_id(mixed->events[0].json, support::format_6()).value());
  EXPECT_THAT(mixed->notes, SizeIs(1));
}

TEST(Decode, PlainIdsAsEdgesAreTakenInEveryFormat) {
  const auto plain = decoded(history(""), false, support::format_1());
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->ids, IdMode::kPlaceholder) << "events whose format has the field have names";
  EXPECT_THAT(plain->events[1].edges[0], ElementsAre("$c"));
}

std::vector<std::string> rooms(const std::string& members, const EventFormat& format) {
  const History drawn = *decode(item_of(members), format, false);
  std::vector<std::string> out;
  for (const Event& event : drawn.events) out.push_back(event.room_id.value_or("none"));
  return out;
}

TEST(Decode, ADrawingWithoutRoomIdsIsOfOneRoom) {
  const std::string create =
      R"({"events":[{"type":"m.room.create","state_key":"","event_id":"$c","sender":"@a:s.example:1"%},)";
  const auto with = [&](std::string_view create_room, std::string_view message_room) {
    std::string text = create + R"({"type":"m","event_id":"$m","prev_events":["$c"]%}]})";
    text.replace(text.rfind('%'), 1, message_room);
    return text.replace(text.find('%'), 1, create_room);
  };
  const std::string_view room = R"(,"room_id":"!r:x")";
  EXPECT_THAT(rooms(with("", ""), support::format_1()), ElementsAre("!room:s.example:1", "!room:s.example:1"));
  EXPECT_THAT(rooms(with(room, ""), support::format_1()), ElementsAre("!r:x", "!r:x"));
  EXPECT_THAT(rooms(with("", room), support::format_1()), ElementsAre("!r:x", "!r:x"));
  EXPECT_THAT(rooms(with("", R"(,"room_id":5)"), support::format_1()),
              ElementsAre("!room:s.example:1", "none"));  // it is judged
  EXPECT_THAT(rooms(with("", ""), support::format_12()), ElementsAre("none", "!c"));
  EXPECT_THAT(rooms(with(room, ""), support::format_12()), ElementsAre("!r:x", "!r:x"));  // which rule 1.2 refuses
  EXPECT_THAT(rooms(std::string(R"({"events":[)") + kMember + "]}", support::format_1()), ElementsAre("none"));
}

TEST(Decode, ARejectedMemberIsTakenOutInPlaceholderModeOnly) {
  const std::string event = R"({"type":"X","event_id":"$x:s","rejected":true,"content":{}})";
  for (const EventFormat& format : {support::format_1(), support::format_6()})
    EXPECT_TRUE(decoded(event, false, format)->events[0].rejected_outside);
  EXPECT_FALSE(decoded(event, true)->events[0].rejected_outside);
  EXPECT_FALSE(decoded(R"({"type":"X","event_id":"$x:s","rejected":1,"content":{}})")->events[0].rejected_outside);
}

TEST(Decode, StrictModeComputesIdsAndChecksTheFormat) {
  const auto strict = decoded(history(""), true);
  ASSERT_TRUE(strict);
  EXPECT_EQ(strict->ids, IdMode::kStrict);
  EXPECT_EQ(strict->events[0].event_id, event_id(strict->events[0].json, support::format_6()).value());
  EXPECT_FALSE(strict->events[0].ill_formed.empty());
  const auto misnamed = decoded(history(R"(,"event_ids":["$1","$2"])"), true);
  ASSERT_FALSE(misnamed);
  EXPECT_EQ(misnamed.error().code, ErrorCode::kEventId);
  EXPECT_EQ(misnamed.error().where, "f#/events/0");
}

TEST(Decode, ARepeatedEventIsANoteAndAnotherUnderItsNameAnError) {
  const auto repeated = decoded("[" + std::string(kCreate) + "," + kCreate + "]");
  ASSERT_TRUE(repeated);
  EXPECT_THAT(repeated->events, SizeIs(1));
  EXPECT_THAT(repeated->notes, ElementsAre("the event `$c` is there more than once"));
  const auto other = decoded("[" + std::string(kCreate) + R"(,{"type":"X","event_id":"$c"}])");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kDuplicateEvent);
  EXPECT_EQ(other.error().where, "f#/1");
}

TEST(Decode, TwoCreateEventsAreAnError) {
  const auto two = decoded("[" + std::string(kCreate) + R"(,{"type":"m.room.create","state_key":"","event_id":"$d"}])");
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().code, ErrorCode::kSeveralCreates);
  EXPECT_TRUE(decoded("[" + std::string(kCreate) + R"(,{"type":"m.room.create","event_id":"$d"}])"))
      << "no state event creates no room";
}

TEST(Decode, NamesThatAreNotAmongTheEventsAreErrors) {
  for (const char* members : {R"(,"rejected":["$x"])", R"(,"state_sets":[["$c"],["$x"]])"}) {
    const auto missing = decoded(history(members));
    ASSERT_FALSE(missing) << members;
    EXPECT_EQ(missing.error().code, ErrorCode::kMissingEvent);
  }
  const auto message = decoded(R"({"events":[{"type":"X","event_id":"$x"}],"state_sets":[["$x"]]})");
  EXPECT_EQ(message.error().code, ErrorCode::kFormat) << "an event without state_key is in no state";
  const auto twice = decoded(
      R"({"events":[{"type":"X","state_key":"","event_id":"$x"},{"type":"X","state_key":"","event_id":"$y"}],"state_sets":[["$x","$y"]]})");
  EXPECT_EQ(twice.error().code, ErrorCode::kFormat) << "a state has one event for a key";
}

TEST(Decode, AHugeNumberIsKeptAndJudgedByTheRules) {
  const auto event = decoded(R"({"type":"X","event_id":"$x","content":{"ban":1e400},"depth":99999999999999999999})");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->events[0].content.get("ban").literal(), "1e400");
  EXPECT_EQ(event->events[0].depth, INT64_MAX);
}

}  // namespace
}  // namespace stateroom::event
