#include <fmt/core.h>

#include "bench/goals/measure.h"
#include "bench/goals/rows.h"
#include "bench/goals/table.h"
#include "bench/goals/written_rules.h"
#include "bench/rooms.h"

namespace stateroom::bench {

namespace {

using graph::EventIndex;
using graph::State;
using testing::Lab;

constexpr std::uint32_t kUsers = 100;

/// A room whose power levels name a hundred users, and an event of each kind that is asked for. "$levels" and "$other"
/// are power levels that say nearly the same: the states that have one or the other let no decision be remembered.
std::string room_of_kinds(const event::EventFormat& format) {
  Writer room(format);
  room.base();
  std::string users = R"({"users":{"@admin:x":100,"@mod:x":50)";
  for (std::uint32_t u = 0; u < kUsers; ++u) users += ",\"@u" + std::to_string(u) + ":x\":" + std::to_string(u % 40);
  const std::string common = room.auth({"$create", "$join", "$levels"});
  const auto levels = [&](const std::string& id, const std::string& type) {
    room.add(id, "m.room.power_levels", "", "@admin:x", users + R"(},"events":{")" + type + R"(":50}})",
             quoted("$rules"), common);
  };
  levels("$before", "a");
  levels("$other", "b");
  room.member("$member", 1, "", quoted("$before"), quoted("$before"));
  room.member("name", 1, "another name", quoted("$member"), quoted("$before") + "," + quoted("$member"));
  room.add("topic", "m.room.topic", "", "@admin:x", R"({"topic":"t"})", quoted("$member"), common);
  room.add("message", "m.room.message", "none", "@u1:x", R"({"body":"b"})", quoted("$member"), common);
  room.add("ban", "m.room.member", "@u1:x", "@admin:x", R"({"membership":"ban"})", quoted("$member"), common);
  room.add("kick", "m.room.member", "@u1:x", "@admin:x", R"({"membership":"leave"})", quoted("$member"), common);
  levels("levels", "c");
  return std::move(room).done();
}

}  // namespace

void rule_rows() {
  Lab lab("11", room_of_kinds(testing::program("11")->version().format));
  const WrittenRules written(*lab.room, lab.store);
  const State states[] = {lab.state({"$create", "$join", "$before", "$rules", "$member"}),
                          lab.state({"$create", "$join", "$other", "$rules", "$member"})};
  const graph::State before = states[0];
  Table table({"a decision of version 11", "goal", "rules from text", "remembered", "by hand in C++", "text : hand"});
  for (const char* kind : {"message", "name", "topic", "kick", "ban", "levels"}) {
    const EventIndex event = lab.room->find(kind);
    constexpr int kCalls = 500;
    const auto ask = [&](State state) {
      return lab.evaluator->authorise(event, rules::StateView::of(lab.store, state), true).allowed;
    };
    for (const State state : states) {
      base::require(ask(state) == written.allowed(event, state), std::string("both say the same of a ") + kind);
    }
    base::require(ask(before), std::string("the rules allow a ") + kind);
    int sum = 0;
    const Times text = measure([&] {
      for (int i = 0; i < kCalls; ++i) sum += ask(states[i % 2]) ? 1 : 0;
    });
    const Times remembered = measure([&] {
      for (int i = 0; i < kCalls; ++i) sum += ask(before) ? 1 : 0;
    });
    const Times hand = measure([&] {
      for (int i = 0; i < kCalls; ++i) sum += written.allowed(event, states[i % 2]) ? 1 : 0;
    });
    base::require(sum > 0, "something was allowed");
    table.row({kind, "2x", time_text(text.median / kCalls), time_text(remembered.median / kCalls),
               time_text(hand.median / kCalls), ratio_text(text.median / hand.median)});
  }
  table.print();
}

}  // namespace stateroom::bench
