#include "sim/monitor/monitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace stateroom::monitor {

using base::EventIndex;
using base::KeyIndex;
using graph::State;
using server::World;

namespace {

/// Is `earlier` before `later` along some edges?
bool is_ancestor(const graph::Room& room, EventIndex earlier, EventIndex later) {
  if (earlier >= later) return false;
  std::vector<EventIndex> next{later};
  std::vector<bool> seen(later.at() - earlier.at() + 1, false);
  while (!next.empty()) {
    const EventIndex event = next.back();
    next.pop_back();
    for (graph::EdgeField field = 0; field < room.format().edge_fields.size(); ++field) {
      for (const EventIndex cited : room.cited(field, event)) {
        if (cited == earlier) return true;
        // What an event names has a smaller index: below `earlier` there is nothing to find.
        if (!cited.valid() || cited < earlier || seen[cited.at() - earlier.at()]) continue;
        seen[cited.at() - earlier.at()] = true;
        next.push_back(cited);
      }
    }
  }
  return false;
}

std::string id_of(const graph::Room& room, EventIndex event) {
  return event.valid() ? room.event(event).event_id : std::string();
}

}  // namespace

/// Made anew where the room was: keys were numbered anew then.
struct Monitor::Asker {
  Asker(std::shared_ptr<const rules::Program> program, graph::Room& the_room, graph::StateStore& store)
      : room(&the_room), evaluator(std::move(program), the_room), checker(evaluator, store) {}
  const graph::Room* room;
  rules::Evaluator evaluator;
  properties::Checker checker;
};

namespace {

std::set<std::string, std::less<>> of_steps(const std::vector<properties::Property>& watched) {
  std::set<std::string, std::less<>> out;
  for (const properties::Property& one : watched) {
    if (one.scope == properties::Scope::kStep) out.insert(one.name);
  }
  return out;
}

}  // namespace

Monitor::Monitor(std::vector<properties::Property> watched, Compile compile, StepWatch::TextOf text_of,
                 std::size_t finds_most)
    : compile_(std::move(compile)), steps_(of_steps(watched), std::move(text_of)), finds_most_(finds_most) {
  for (properties::Property& property : watched) tallies_.push_back({std::move(property), 0, 0, 0, 0, 0, 0, {}});
  for (const char* name : {"merges", "merges_of_three_or_more", "resets", "soft_failed_in_state"}) witnesses_[name] = 0;
}
Monitor::~Monitor() = default;

Monitor::Asker* Monitor::asker(World& world, RoomIndex room, std::size_t number) {
  receive::Ledger& ledger = world.ledger(room);
  auto& known = askers_[{room, number}];
  if (known == nullptr || known->room != &ledger.room()) {
    auto program = compile_(ledger.program().version().name, tallies_[number].property);
    known = program == nullptr ? nullptr : std::make_unique<Asker>(std::move(program), ledger.room(), ledger.store());
  }
  return known.get();
}

Tally* Monitor::tally(std::string_view name) {
  const auto at = std::ranges::find_if(tallies_, [&](const Tally& one) { return one.property.name == name; });
  return at == tallies_.end() ? nullptr : &*at;
}

void Monitor::report(Tally& tally, Find find) {
  ++tally.violated;
  tally.violated_both += find.honest_clock && find.no_revocation ? 1 : 0;
  if (tally.first.size() < finds_most_) tally.first.push_back(std::move(find));
}

/// Events come into being in the order of their indices, and what they name before them.
const Monitor::Past& Monitor::past(World& world, RoomIndex room, EventIndex event) {
  if (pasts_.size() <= room.at()) pasts_.resize(room.at() + 1);
  std::vector<Past>& all = pasts_[room.at()];
  const receive::Ledger& ledger = world.ledger(room);
  for (std::uint32_t e = static_cast<std::uint32_t>(all.size()); e <= event.value(); ++e) {
    Past own;
    own.honest_clock = properties::clock_is_honest(ledger.room(), EventIndex{e});
    for (graph::EdgeField field = 0; field < ledger.room().format().edge_fields.size(); ++field) {
      for (const EventIndex cited : ledger.room().cited(field, EventIndex{e})) {
        if (!cited.valid()) continue;
        own.honest_clock = own.honest_clock && all[cited.at()].honest_clock;
        own.no_revocation = own.no_revocation && all[cited.at()].no_revocation;
      }
    }
    all.push_back(own);
  }
  return all[event.at()];
}

void Monitor::made(World& world, RoomIndex room, ServerIndex by, EventIndex event) {
  past(world, room, event);
  const receive::View* view = world.server(by).view(room);
  if (view == nullptr || !view->has(event)) return;
  if (properties::revokes(world.ledger(room).room(), world.ledger(room).store(), view->before(event), event))
    pasts_[room.at()][event.at()].no_revocation = false;
}

Monitor::Past Monitor::past_of(World& world, RoomIndex room, State state) {
  Past out;
  for (const auto& [key, event] : world.ledger(room).store().entries(state)) {
    const Past& one = past(world, room, event);
    out.honest_clock = out.honest_clock && one.honest_clock;
    out.no_revocation = out.no_revocation && one.no_revocation;
  }
  return out;
}

Find Monitor::find_at(World& world, RoomIndex room, KeyIndex key, EventIndex had, EventIndex came, std::string words) {
  const graph::Room& events = world.ledger(room).room();
  Find out;
  out.time = world.now();
  out.room = room;
  out.type = events.strings().text(events.key_type(key));
  out.state_key = events.strings().text(events.key_state_key(key));
  out.had = id_of(events, had);
  out.came = id_of(events, came);
  out.words = std::move(words);
  return out;
}

void Monitor::resolved(World& world, RoomIndex room, std::span<const State> states, State) {
  ++witnesses_["merges"];
  if (states.size() >= 3) ++witnesses_["merges_of_three_or_more"];
  Past all;
  for (const State state : states) {
    const Past one = past_of(world, room, state);
    all.honest_clock = all.honest_clock && one.honest_clock;
    all.no_revocation = all.no_revocation && one.no_revocation;
  }
  count(world, room, steps_.resolved(world, room, states), all);
  const receive::Ledger& ledger = world.ledger(room);
  for (std::size_t number = 0; number < tallies_.size(); ++number) {
    Tally& one = tallies_[number];
    if (one.property.scope != properties::Scope::kMerge) continue;
    Asker* const asking = asker(world, room, number);
    if (asking == nullptr) continue;
    const auto answer = asking->checker.ask(states);
    if (!answer) {
      if (!error_) error_ = answer.error();
      continue;
    }
    ++one.asked;
    one.asked_honest_clock += all.honest_clock ? 1 : 0;
    one.asked_no_revocation += all.no_revocation ? 1 : 0;
    one.asked_both += all.honest_clock && all.no_revocation ? 1 : 0;
    if (answer->violations.empty()) continue;
    const KeyIndex key = ledger.room().key(answer->violations[0]);
    const EventIndex came = ledger.store().get(answer->result, key);
    EventIndex had;
    for (const State state : states) {
      const EventIndex entry = ledger.store().get(state, key);
      if (entry.valid() && entry != came) had = entry;
    }
    Find find = find_at(world, room, key, had, came, fmt::format("a merge of {} state sets", states.size()));
    find.honest_clock = all.honest_clock;
    find.no_revocation = all.no_revocation;
    for (const State state : states) {
      find.state_sets.emplace_back();
      for (const auto& [at, event] : ledger.store().entries(state)) find.state_sets.back().push_back(event);
    }
    for (std::uint32_t e = 0; e < ledger.room().size(); ++e) {
      if (ledger.room().rejected(EventIndex{e})) find.rejected.push_back(EventIndex{e});
    }
    report(one, std::move(find));
  }
}

/// What steps say: how often they were asked, under which hypotheses, and the first that break a property.
void Monitor::count(World& world, RoomIndex room, const std::vector<Seen>& seen, const Past& past) {
  for (const Seen& one : seen) {
    Tally& of = *tally(one.property);
    ++of.asked;
    of.asked_honest_clock += past.honest_clock ? 1 : 0;
    of.asked_no_revocation += past.no_revocation ? 1 : 0;
    of.asked_both += past.honest_clock && past.no_revocation ? 1 : 0;
    if (!one.broken) continue;
    Find find;
    find.time = world.now();
    find.room = room;
    find.words = one.words;
    if (one.key.valid()) find = find_at(world, room, one.key, one.had, one.came, one.words);
    find.honest_clock = past.honest_clock;
    find.no_revocation = past.no_revocation;
    report(of, std::move(find));
  }
}

void Monitor::received(World& world, RoomIndex room, ServerIndex by, EventIndex event, const receive::Verdict& verdict,
                       State before) {
  if (!world.server(by).honest()) return;
  const receive::View& view = *world.server(by).view(room);
  const Past of_event = past(world, room, event);
  count(world, room, steps_.received(world, room, by, event, verdict, before), of_event);
  if (view.current() != before && !view.in_part()) watch_current(world, room, by, before, view.current());
}

/// How a server's current state went on: an entry that is an ancestor of the one before it is a reset.
void Monitor::watch_current(World& world, RoomIndex room, ServerIndex by, State before, State after) {
  const receive::Ledger& ledger = world.ledger(room);
  const receive::View& view = *world.server(by).view(room);
  const std::array<State, 2> both{before, after};
  ledger.store().difference(both, [&](KeyIndex, std::span<const EventIndex> events) {
    const EventIndex had = events[0], came = events[1];
    if (came.valid() && view.soft_failed(came)) ++witnesses_["soft_failed_in_state"];
    if (had.valid() && (!came.valid() || is_ancestor(ledger.room(), came, had))) ++witnesses_["resets"];
  });
}

void Monitor::finish(World& world, std::span<const ServerIndex> core, bool at_rest) {
  at_rest_ = at_rest;
  if (Tally* const one = tally("converges")) ask_converges(world, core, *one);
  if (Tally* const one = tally("delivers"); one != nullptr && at_rest) ask_delivers(world, core, *one);
}

/// Servers of the core that have the same events since both are in the room, compared two by two.
void Monitor::ask_converges(World& world, std::span<const ServerIndex> core, Tally& tally) {
  for (std::uint32_t r = 0; r < world.rooms(); ++r) {
    const RoomIndex room{r};
    for (std::size_t i = 0; i < core.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) ask_converges(world, room, core[j], core[i], tally);
    }
  }
}

void Monitor::ask_converges(World& world, RoomIndex room, ServerIndex one, ServerIndex two, Tally& tally) {
  const receive::View *left = world.server(one).view(room), *right = world.server(two).view(room);
  if (left == nullptr || right == nullptr || left->in_part() || right->in_part()) return;
  const std::uint32_t events = world.ledger(room).room().size();
  for (std::uint32_t e = std::max(left->first_received().value(), right->first_received().value()); e < events; ++e) {
    if (left->has(EventIndex{e}) != right->has(EventIndex{e})) return;
  }
  ++tally.asked;
  if (left->current() == right->current()) return;
  const std::array<State, 2> both{left->current(), right->current()};
  std::optional<Find> find;
  world.ledger(room).store().difference(both, [&](KeyIndex key, std::span<const EventIndex> entries) {
    if (find) return;
    find = find_at(world, room, key, entries[0], entries[1],
                   fmt::format("{} and {} know the same events", world.server(one).name(), world.server(two).name()));
  });
  report(tally, std::move(*find));
}

namespace {

/// The first honest server, in the core or gone, that accepted an event.
std::optional<ServerIndex> who_accepted(World& world, RoomIndex room, EventIndex event,
                                        std::span<const ServerIndex> first) {
  const auto accepted = [&](ServerIndex server) {
    const receive::View* view = world.server(server).view(room);
    return view != nullptr && view->has(event) && view->outcome(event) == receive::Outcome::kAccepted;
  };
  for (const ServerIndex server : first) {
    if (accepted(server)) return server;
  }
  for (std::uint32_t s = 0; s < world.servers(); ++s) {
    if (world.server(ServerIndex{s}).honest() && accepted(ServerIndex{s})) return ServerIndex{s};
  }
  return std::nullopt;
}

}  // namespace

/// Events that an honest server accepted and one of the core received, at each other one that is in the room.
void Monitor::ask_delivers(World& world, std::span<const ServerIndex> core, Tally& tally) {
  for (std::uint32_t r = 0; r < world.rooms(); ++r) {
    const RoomIndex room{r};
    const graph::Room& events = world.ledger(room).room();
    std::vector<ServerIndex> in;
    for (const ServerIndex server : core) {
      const receive::View* view = world.server(server).view(room);
      if (view == nullptr) continue;
      const auto& joined = world.servers_in(room, view->current());
      if (std::ranges::binary_search(joined, server)) in.push_back(server);
    }
    for (std::uint32_t e = 0; e < events.size(); ++e) {
      const EventIndex event{e};
      const auto has = std::ranges::find_if(in, [&](ServerIndex server) {
        const receive::View& view = *world.server(server).view(room);
        return view.has(event) && !view.rejected(event) && view.outcome(event) != receive::Outcome::kDropped;
      });
      const auto accepted = has == in.end() ? std::nullopt : who_accepted(world, room, event, in);
      if (!accepted) continue;
      const bool soft = *accepted != *has && world.server(*has).view(room)->soft_failed(event);
      for (const ServerIndex server : in) {
        if (server == *accepted || joined_later(world, room, server, event)) continue;
        ++tally.asked;
        if (world.server(server).view(room)->knows(event)) continue;
        Find find;
        find.time = world.now();
        find.room = room;
        if (const KeyIndex key = events.key(event); key.valid()) {
          find.type = events.strings().text(events.key_type(key));
          find.state_key = events.strings().text(events.key_state_key(key));
        }
        find.had = id_of(events, event);
        find.words = fmt::format("{} accepted it, {}{} does not have it", world.server(*accepted).name(),
                                 soft ? fmt::format("{} soft-failed it, ", world.server(*has).name()) : std::string(),
                                 world.server(server).name());
        report(tally, std::move(find));
      }
    }
  }
}

/// A server that came into the room later does not fetch what was before.
bool Monitor::joined_later(World& world, RoomIndex room, ServerIndex server, EventIndex event) {
  const receive::View& view = *world.server(server).view(room);
  return !view.knows(event) && event.value() < view.first_received().value();
}

}  // namespace stateroom::monitor
