// What happens in a room, apart from any event format: who does what after which events.
//
// In:  a plan, made by `make` (workload.h) or by hand, and the program of a room version.
// Out: the plan as signed PDUs of that version, with the auth_events that its text selects.
// Promise: nothing but the version's text decides the form: where `redacts` stands, whether the create event names its
//          creator, what a room id is, which edges an event has.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/event/builder.h"
#include "model/resolve/resolution.h"
#include "model/rules/program.h"

namespace stateroom::workload {

/// (type, state_key)
using Key = std::pair<std::string, std::string>;
/// key → number of the step whose event is the entry.
using StateOfSteps = std::map<Key, std::uint32_t>;

struct PowerLevels {
  std::map<std::string, std::int64_t> users, events, notifications, scalars;
  std::map<std::string, std::string> raw;  // further members as JSON, over those above; empty: left out
  std::string json() const;
};

/// One event. Steps are numbered from 0, the create event; `prev` and `redacts` name earlier steps.
struct Step {
  std::string type;
  std::optional<std::string> state_key;
  std::string sender;
  std::string content = "{}";         // JSON; of the create event without `creator` and `room_version`
  std::optional<PowerLevels> levels;  // of m.room.power_levels: replaces content
  std::int64_t origin_server_ts = 0;  // milliseconds
  std::vector<std::uint32_t> prev;
  std::optional<std::uint32_t> redacts;
  std::vector<std::string> cosigners;  // servers that sign besides the sender's
  std::string name;                    // of formats whose event id is a field; empty: its number
  /// Whom a create event names as its creator, where the version has that; none: its sender; empty: nobody.
  std::optional<std::string> creator;
  std::optional<std::int64_t> depth;  // none: one more than that of the deepest of `prev`
  /// Steps that auth_events names, for a maker who does not follow the text's selection; rules on auth_events are asked
  /// then. Nothing where the text derives the list.
  std::optional<std::vector<std::uint32_t>> auth;
  std::optional<std::string> room_id;  // of an event that names another room than its own
  bool rejected = false;               // made although the rules refuse it
  StateOfSteps before;                 // the state that its server had
};

struct Plan {
  std::uint64_t seed = 0;
  std::vector<Step> steps;
};

/// Verdict on a step that is not built yet, and what the version's auth events selection takes for it.
struct Trial {
  rules::Decision decision;
  std::vector<std::uint32_t> selection;  // steps, in the order of their keys
};

/// A named value of a resolution, events as steps.
struct NamedSteps {
  std::string name;
  std::string kind;                  // "state", "set", "order", "function"
  std::vector<std::uint32_t> steps;  // a set or state by number, an order in order
  std::vector<std::string> values;   // of a function: one for each of `steps`
  std::vector<resolve::TraceKey> keys;
};

/// A check that a resolution made.
struct CheckedStep {
  std::string name;  // the named value
  std::uint32_t step = 0;
  bool allowed = false;
  std::string label, number;
};

struct Resolved {
  StateOfSteps state;
  std::vector<NamedSteps> values;
  std::vector<CheckedStep> checks;
};

/// Which steps come before which along `prev`.
class Descent {
 public:
  void add(const Step& step);
  /// Is `earlier` reached from `step`, or the step itself?
  bool reaches(std::uint32_t step, std::uint32_t earlier) const {
    return earlier < reached_[step].size() && reached_[step][earlier];
  }
  /// The last state events before a step that is not added yet: what it would cite as `prev_state_events`.
  std::vector<std::uint32_t> state_extremities(const Step& step, std::span<const Step> steps) const;

 private:
  std::vector<std::vector<bool>> reached_;  // by step: itself and those before it
};

/// Are events signed? Ids and verdicts do not depend on it; what goes into a file is.
enum class Signing : std::uint8_t { kSigned, kUnsigned };

/// Builds a plan step by step under one version.
class Scene {
 public:
  /// The servers of the workload have keys in it.
  Scene(std::shared_ptr<const rules::Program> program, std::uint64_t seed, Signing signing = Signing::kSigned);
  /// A scene of other servers: no two keys are of one server, and the first one's names the room.
  Scene(std::shared_ptr<const rules::Program> program, std::uint64_t seed, std::vector<event::SigningKey> keys,
        Signing signing = Signing::kSigned);
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  class Hearing;
  /// Judges steps that were not appended, each in the state given and after the events that it names in `prev`.
  base::Result<std::vector<Trial>> judge(const StateOfSteps& state, std::span<const Step> steps) const;
  /// Steps that were not appended as events without auth_events, under names of their own: "$trial0:SERVER" ….
  base::Result<std::vector<event::Event>> trials(std::span<const Step> steps) const;
  /// Builds and appends a step with these auth_events.
  base::Result<void> append(Step step, std::vector<std::uint32_t> selection);
  /// Judges and appends the steps of a whole plan, in one room; the scene must be new. The verdict on each step.
  base::Result<std::vector<rules::Decision>> play(const Plan& plan);
  /// Resolves state sets; without `trace` only the state is filled.
  base::Result<Resolved> resolve(std::span<const StateOfSteps> sets, bool trace) const;
  /// The state after these steps, resolved where they are several.
  base::Result<StateOfSteps> state_after(std::span<const std::uint32_t> extremities) const;

  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<event::Event>& events() const { return events_; }
  const std::vector<event::SigningKey>& keys() const { return keys_; }
  /// Steps that the auth_events of a step name, also where the text derives them.
  const std::vector<std::vector<std::uint32_t>>& auth() const { return auth_; }
  const rules::Program& program() const { return *program_; }
  StateOfSteps after(std::uint32_t step) const;

 private:
  struct Stage;
  class Rehearsal;
  base::Result<event::Event> sketch(const Step& step, const std::string& id, std::span<const std::string> ids,
                                    const std::vector<std::uint32_t>& state_extremities) const;
  std::string json(const Step& step, std::span<const std::string> ids,
                   const std::vector<std::uint32_t>& state_extremities) const;
  std::string content(const Step& step) const;
  base::Result<Stage*> whole() const;

  std::shared_ptr<const rules::Program> program_;
  std::uint64_t seed_ = 0;
  std::vector<event::SigningKey> keys_;
  Signing signing_;
  std::string room_id_;
  std::vector<Step> steps_;
  std::vector<event::Event> events_;
  std::vector<std::string> ids_;  // of the events
  std::vector<std::vector<std::uint32_t>> auth_;
  Descent descent_;
  mutable std::unique_ptr<Stage> whole_;  // all events, until one more is appended
};

/// Steps that were not appended, in one room with a scene's events, to be asked about in many states. The scene's
/// program must outlive it; what is appended later is not in it.
class Scene::Hearing {
 public:
  static base::Result<Hearing> of(const Scene& scene, std::span<const Step> steps);
  Hearing(Hearing&&) noexcept;
  ~Hearing();
  /// The verdict on each step in a state of the scene's steps.
  std::vector<rules::Decision> decide(const StateOfSteps& state);

 private:
  friend class Scene;
  Hearing();
  /// Beside these of the scene's events alone.
  static base::Result<Hearing> beside(const Scene& scene, const std::set<std::uint32_t>& needed,
                                      std::span<const Step> steps);
  std::vector<Trial> judge(const StateOfSteps& state);

  struct Asked {
    base::EventIndex event;
    bool chosen = false;  // has auth_events of its own
  };
  std::unique_ptr<Stage> stage_;
  std::vector<Asked> asked_;  // one for each step
};

/// The servers of a plan's people and a signing key for each, the same for every seed.
const std::vector<std::string>& servers();
const std::vector<event::SigningKey>& signing_keys();

/// A plan under a version: its events, and the verdict on each step in the state that its server had.
struct Staged {
  std::unique_ptr<Scene> scene;
  std::vector<rules::Decision> decisions;
};

/// A plan as events of another version. What only its rules refuse for its form is said otherwise: a creator whom the
/// version does not let stand in `users` of a power levels event is taken out of it.
base::Result<Staged> stage(const Plan& plan, std::shared_ptr<const rules::Program> program,
                           Signing signing = Signing::kSigned);
/// The events of `stage`.
base::Result<std::vector<event::Event>> realise(const Plan& plan, std::shared_ptr<const rules::Program> program);

}  // namespace stateroom::workload
