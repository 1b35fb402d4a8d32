#include "sim/monitor/step_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/resolve/resolution.h"

namespace stateroom::monitor {

using base::EventIndex;
using base::KeyIndex;
using graph::State;
using properties::Answer;
using server::RoomIndex;
using server::World;

namespace {

constexpr std::array<std::string_view, 3> kOfEvents{"peers", "no-escalation", "creators-keep-power"};
constexpr std::array<std::string_view, 2> kOfStates{"no-lockout", "no-influence"};
// A contest may try each of its candidates, and others try them once more in order.
constexpr std::uint64_t kChecksOfEach = 2;

}  // namespace

/// What is asked in one room. Made anew where the room was: keys were numbered anew then.
struct StepWatch::Room {
  Room(receive::Ledger& the_ledger)
      : ledger(the_ledger),
        room(&the_ledger.room()),
        evaluator(the_ledger.shared_program(), the_ledger.room()),
        resolver(evaluator, the_ledger.store()) {}
  receive::Ledger& ledger;
  const graph::Room* room;
  rules::Evaluator evaluator;
  resolve::Resolver resolver;
  std::map<std::string_view, std::unique_ptr<properties::StepChecker>> checkers;  // null: cannot be said
  std::vector<bool> judged, accepted;                                             // by event
};

StepWatch::StepWatch(std::set<std::string, std::less<>> watched, TextOf text_of)
    : watched_(std::move(watched)), text_of_(std::move(text_of)) {}
StepWatch::~StepWatch() = default;

StepWatch::Room& StepWatch::room(World& world, RoomIndex index) {
  receive::Ledger& ledger = world.ledger(index);
  std::unique_ptr<Room>& known = rooms_[index];
  if (known != nullptr && known->room == &ledger.room()) return *known;
  auto made = std::make_unique<Room>(ledger);
  if (known != nullptr) {
    made->judged = std::move(known->judged);
    made->accepted = std::move(known->accepted);
  }
  known = std::move(made);
  const std::string& version = ledger.program().version().name;
  const auto add = [&](std::string_view property) {
    if (!watched_.contains(property)) return;
    const auto [at, fresh] = texts_.try_emplace({version, std::string(property)});
    const rules::Version* text = fresh && text_of_ ? text_of_(version) : nullptr;
    if (text != nullptr) at->second = properties::StepText::compile(property, *text);
    if (at->second == nullptr) return;
    known->checkers[property] = std::make_unique<properties::StepChecker>(at->second, ledger.room(), ledger.store());
  };
  std::ranges::for_each(kOfEvents, add);
  std::ranges::for_each(kOfStates, add);
  return *known;
}

void StepWatch::ask_event(Room& room, EventIndex event, State before, bool accepted, std::vector<Seen>& out) {
  room.judged.resize(room.room->size());
  room.accepted.resize(room.room->size());
  const KeyIndex key = room.room->key(event);
  const auto add = [&](std::string_view property, Answer answer) {
    if (answer == Answer::kNotAsked) return;
    const EventIndex had = key.valid() ? room.ledger.store().get(before, key) : EventIndex::none();
    out.push_back({property, answer == Answer::kBroken, key, had, event, "an event that an honest server accepted"});
  };
  if (!room.judged[event.at()] && watched_.contains("closed-selection")) {
    add("closed-selection", properties::closed_selection(room.evaluator, room.ledger.store(), event, before));
    if (!out.empty()) out.back().words = "the whole state and the selection from it";
  }
  room.judged[event.at()] = true;
  if (!accepted || room.accepted[event.at()]) return;
  room.accepted[event.at()] = true;
  for (const std::string_view property : kOfEvents) {
    if (const auto at = room.checkers.find(property); at != room.checkers.end())
      add(property, at->second->event(event, before));
  }
}

void StepWatch::ask_current(Room& room, const receive::View& view, EventIndex event, State before,
                            std::vector<Seen>& out) {
  const graph::Room& events = *room.room;
  const base::StringId member = events.strings().find("m.room.member");
  const base::StringId levels = events.strings().find("m.room.power_levels");
  const auto lockout = room.checkers.find("no-lockout"), influence = room.checkers.find("no-influence");
  bool power_changed = false;
  const std::array<State, 2> both{before, view.current()};
  room.ledger.store().difference(both, [&](KeyIndex key, std::span<const EventIndex> entries) {
    const EventIndex had = entries[0], came = entries[1];
    const bool of_member = events.key_type(key) == member;
    power_changed = power_changed || of_member || events.key_type(key) == levels;
    if (influence == room.checkers.end() || of_member || key == events.key(event)) return;
    // What a server was told of a state is not what the event did.
    if (came.valid() && !view.has(came)) return;
    const Answer answer = influence->second->influence(event, before, came.valid() ? came : had);
    out.push_back(
        {"no-influence", answer == Answer::kBroken, key, had, came,
         fmt::format("{} received {} of {}", "a server", events.event(event).event_id, events.event(event).sender)});
  });
  if (lockout == room.checkers.end() || !power_changed) return;
  const Answer answer = lockout->second->lockout(event, before, view.current());
  if (answer == Answer::kNotAsked) return;
  const KeyIndex key = levels.valid() ? events.find_key(levels, events.strings().find("")) : KeyIndex::none();
  const auto entry = [&](State state) {
    return key.valid() ? room.ledger.store().get(state, key) : EventIndex::none();
  };
  out.push_back({"no-lockout", answer == Answer::kBroken, key, entry(before), entry(view.current()),
                 "nobody who is in the room can set power levels any more"});
}

std::vector<Seen> StepWatch::received(World& world, RoomIndex index, server::ServerIndex by, EventIndex event,
                                      const receive::Verdict& verdict, State current_before) {
  std::vector<Seen> out;
  Room& of = room(world, index);
  const receive::View& view = *world.server(by).view(index);
  // Who knows a part of the state judges in that part, until it judges anew.
  if (verdict.outcome == receive::Outcome::kDropped || view.in_part()) return out;
  const bool accepted = verdict.outcome == receive::Outcome::kAccepted;
  ask_event(of, event, view.before(event), accepted, out);
  // A server that joins has no current state before.
  if (current_before != State{} && view.current() != current_before) ask_current(of, view, event, current_before, out);
  return out;
}

std::vector<Seen> StepWatch::resolved(World& world, RoomIndex index, std::span<const State> states) {
  std::vector<Seen> out;
  const bool pure = watched_.contains("pure"), bounded = watched_.contains("bounded-work") && states.size() <= 64;
  if (!pure && !bounded) return out;
  Room& of = room(world, index);
  const auto result = of.resolver.resolve(states);
  if (!result) return out;  // a limit, of which the world itself speaks
  if (bounded) {
    const std::uint64_t checks = of.resolver.work().checks;
    const std::size_t differ = properties::difference_of(*of.room, of.ledger.store(), states).size();
    out.push_back({"bounded-work",
                   checks > kChecksOfEach * differ,
                   {},
                   {},
                   {},
                   fmt::format("{} checks, the state sets differ in {} events", checks, differ)});
  }
  if (pure) {
    const auto resolve = [&](std::span<const State> sets) { return of.resolver.resolve(sets); };
    const Answer answer = properties::pure(resolve, states, *result);
    if (answer != Answer::kNotAsked)
      out.push_back(
          {"pure", answer == Answer::kBroken, {}, {}, {}, "the state sets in another order, one of them twice"});
  }
  return out;
}

}  // namespace stateroom::monitor
