// A room on which small histories are tried: events are put on it and taken off again, states and verdicts are kept.
//
// In:  the program of a version with a property; acts (who does what), each put after events that stand.
// Out: the state before and after each event, what the rules say, whether the property holds of state sets.
// Promise: an event that the rules refuse in the state before it does not stand. What is asked is asked of the engine
//          that everything else uses; answers are kept by (act, state) and by state sets, which changes none. The room
//          is made anew once it holds many events that were taken off.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/properties/property.h"
#include "sim/workload/plan.h"

namespace stateroom::explore {

using base::EventIndex;
using graph::State;

/// The first millisecond of every history, and what lies between two events where nothing else says.
constexpr std::int64_t kFirstTimestamp = 1'700'000'000'000, kBetween = std::int64_t{1} << 20;

/// What somebody does, apart from where in the history.
struct Act {
  std::string type, state_key, sender, content;
  bool operator==(const Act&) const = default;
  auto operator<=>(const Act&) const = default;
};

/// An event of a history: an act and its place. Events are numbered from 0, the create event.
struct Choice {
  std::uint32_t act = 0;
  std::vector<std::uint32_t> prev;                 // ascending
  std::optional<std::vector<std::uint32_t>> auth;  // none: the version's selection from the state before
  std::int64_t origin_server_ts = 0;               // milliseconds
  bool operator==(const Choice&) const = default;
};

class Stage {
 public:
  /// The creator is the sender of the create event, and the people are those who can act. Errors: those of building
  /// events; kRestriction for a version whose auth_events are derived.
  static base::Result<std::unique_ptr<Stage>> make(std::shared_ptr<const rules::Program> program,
                                                   std::vector<std::string> people);
  ~Stage();

  /// The number of an act, the same for equal ones. Error: kJson of its content.
  base::Result<std::uint32_t> act(const Act& act);
  const Act& act(std::uint32_t number) const { return acts_[number]; }
  const std::vector<std::string>& people() const { return people_; }
  const rules::Program& program() const { return *program_; }
  std::shared_ptr<const rules::Program> shared_program() const { return program_; }
  /// Signing keys of the people's servers, the creator's first.
  const std::vector<event::SigningKey>& keys() const { return keys_; }

  /// Do the rules allow the act in this state, the rules on auth_events left out?
  bool allowed(std::uint32_t act, State before);
  /// Puts an event at the end; false, and nothing stands, if the rules refuse it. Error: kLimit of a resolution.
  base::Result<bool> push(Choice choice);
  void pop();
  /// Takes off all but the create event, which has this timestamp from now on.
  base::Result<void> date_create(std::int64_t origin_server_ts);
  /// Takes off all but the first `events` events.
  void cut(std::size_t events);

  std::size_t size() const { return choices_.size(); }
  const std::vector<Choice>& choices() const { return choices_; }
  EventIndex event(std::uint32_t at) const { return places_[at].event; }
  State before(std::uint32_t at) const { return places_[at].before; }
  State after(std::uint32_t at) const { return places_[at].after; }
  /// The state in which the next event after these is judged.
  base::Result<State> state_after(std::span<const std::uint32_t> events);
  /// Is `earlier` an ancestor of `later` along prev_events, or itself?
  bool reaches(std::uint32_t later, std::uint32_t earlier) const {
    return earlier <= later && places_[later].past[earlier];
  }
  /// The place of an event that stands.
  std::uint32_t place_of(EventIndex event) const { return place_of_[event.at()]; }
  std::uint32_t act_at(std::uint32_t at) const { return choices_[at].act; }
  std::vector<std::uint32_t> selection(std::uint32_t act, State before);

  /// Whether the property holds of state sets. Error: kLimit.
  base::Result<properties::Checker::Answer> ask(std::span<const State> states);
  properties::Checker& checker();
  rules::Evaluator& evaluator();
  graph::StateStore& store();
  graph::Room& room();

  struct Counts {
    std::uint64_t events = 0, resolutions = 0, questions = 0;
  };
  const Counts& counts() const { return counts_; }
  /// Rooms so far. States of an earlier one say nothing.
  std::uint64_t generation() const { return generation_; }
  /// The localpart of an event's id, where ids are a field of the format.
  std::string name_of(std::uint32_t at) const;

 private:
  struct Built;
  struct Place {
    EventIndex event;
    State before, after;
    std::vector<bool> past;
    std::uint64_t name = 0;
  };
  Stage(std::shared_ptr<const rules::Program> program, std::vector<std::string> people);
  base::Result<void> open();
  base::Result<bool> rebuild();
  base::Result<bool> put(Choice choice, std::uint64_t name);
  void learn(std::uint32_t act);
  event::Event event_of(std::uint32_t act) const;

  std::shared_ptr<const rules::Program> program_;
  std::vector<std::string> people_;
  std::vector<event::SigningKey> keys_;
  std::unique_ptr<workload::Scene> scene_;  // with the create event alone: acts as events are made in it
  std::vector<Act> acts_;
  std::vector<event::Event> templates_;  // by act
  std::map<Act, std::uint32_t> numbers_;
  std::unique_ptr<Built> built_;
  std::vector<Choice> choices_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> place_of_;  // by event of the room
  std::int64_t create_ts_ = kFirstTimestamp;
  std::uint64_t generation_ = 0, names_ = 0;
  Counts counts_;
};

}  // namespace stateroom::explore
