#include "sim/workload/workload.h"

#include <algorithm>
#include <array>
#include <map>

#include "sim/workload/people.h"
#include "sim/workload/unruly.h"

namespace stateroom::workload {
namespace {

constexpr std::int64_t kFirstTime = 1'700'000'000'000;  // milliseconds
constexpr std::size_t kIdeas = 4;                       // asked for at once, the first good one is taken

class Maker {
 public:
  Maker(std::shared_ptr<const rules::Program> program, std::uint64_t seed, const WorkloadOptions& options)
      : options_(options),
        scene_(std::make_unique<Scene>(program, seed, options.signing)),
        people_(program->version(), seed, options.servers, options.people_each),
        unruly_(program->version(), seed, options.unruly_of_100),
        order_(seed, "workload/order"),
        clock_(seed, "workload/clock"),
        extremities_(options.servers),
        known_(options.servers) {}

  base::Result<void> run() {
    for (Step& step : unruly_.beginning(people_.beginning(), people_.all())) {
      if (auto done = begin(std::move(step)); !done) return done;
    }
    for (auto& known : known_) known.assign(scene_->steps().size(), true);
    for (auto& extremities : extremities_) extremities = {static_cast<std::uint32_t>(scene_->steps().size() - 1)};
    // A round may find nothing that anybody may do; the rounds are bounded all the same.
    for (std::uint32_t round = 0; round < 4 * options_.steps && scene_->steps().size() < options_.steps; ++round) {
      if (auto done = act(static_cast<std::uint32_t>(order_.below(options_.servers))); !done) return done;
    }
    return {};
  }

  HistoryMade take(std::uint64_t seed) {
    HistoryMade out{Plan{seed, scene_->steps()}, scene_->events(), {}};
    out.staged = {std::move(scene_), std::move(decisions_)};
    return out;
  }

 private:
  std::int64_t tick() {
    if (!clock_.chance(options_.equal_times_of_100, 100)) time_ += 1 + static_cast<std::int64_t>(clock_.below(1000));
    return time_;
  }

  base::Result<void> begin(Step step) {
    const auto number = static_cast<std::uint32_t>(scene_->steps().size());
    if (number > 0) {
      step.prev = {number - 1};
      step.before = scene_->after(number - 1);
    }
    step.origin_server_ts = tick();
    auto trial = scene_->judge(step.before, std::span(&step, 1));
    if (!trial) return std::unexpected(trial.error());
    if (!(*trial)[0].decision.allowed && step.levels) {
      // Some versions do not let a creator stand among the users of the power levels.
      step.levels->users.erase(step.sender);
      trial = scene_->judge(step.before, std::span(&step, 1));
      if (!trial) return std::unexpected(trial.error());
    }
    // A version may refuse one of the first events (a candidate that is being tried); the room goes on without it.
    if (!(*trial)[0].decision.allowed && number > 0) return {};
    if (!(*trial)[0].decision.allowed)
      return base::fail(base::ErrorCode::kFormat, "the rules refuse the create event of a room: " +
                                                      scene_->program().label((*trial)[0].decision.rule));
    decisions_.push_back((*trial)[0].decision);
    return scene_->append(std::move(step), std::move((*trial)[0].selection));
  }

  /// The server learns all that another one knows.
  void fetch(std::uint32_t server, std::uint32_t from) {
    auto& known = known_[server];
    for (std::size_t s = 0; s < known_[from].size(); ++s) known[s] = known[s] || known_[from][s];
    std::vector<bool> cited(known.size(), false);
    for (std::size_t s = 0; s < known.size(); ++s) {
      if (!known[s] || scene_->steps()[s].rejected) continue;
      for (const std::uint32_t p : scene_->steps()[s].prev) cited[p] = true;
    }
    extremities_[server].clear();
    for (std::uint32_t s = 0; s < known.size(); ++s) {
      if (known[s] && !cited[s] && !scene_->steps()[s].rejected) extremities_[server].push_back(s);
    }
  }

  base::Result<void> act(std::uint32_t server) {
    if (options_.servers > 1 && order_.chance(options_.merges_of_100, 100))
      fetch(server, static_cast<std::uint32_t>(order_.below(options_.servers)));
    auto found = states_.find(extremities_[server]);
    if (found == states_.end()) {
      auto state = scene_->state_after(extremities_[server]);
      if (!state) return std::unexpected(state.error());
      found = states_.emplace(extremities_[server], std::move(*state)).first;
    }
    const StateOfSteps& state = found->second;
    std::vector<Step> ideas;
    for (std::size_t i = 0; i < kIdeas; ++i) {
      ideas.push_back(people_.idea(server, state, scene_->steps()));
      unruly_.change(ideas.back());
      ideas.back().prev = extremities_[server];
      ideas.back().origin_server_ts = time_;
      ideas.back().before = state;
    }
    auto trials = scene_->judge(state, ideas);
    if (!trials) return std::unexpected(trials.error());
    const bool refused = order_.chance(options_.refused_of_100, 100);
    for (std::size_t i = 0; i < ideas.size(); ++i) {
      if ((*trials)[i].decision.allowed == refused) continue;
      ideas[i].rejected = refused;
      ideas[i].origin_server_ts = tick();
      if (repeats(ideas[i])) continue;
      if (auto done = cite(ideas[i], (*trials)[i]); !done) return done;
      const auto number = static_cast<std::uint32_t>(scene_->steps().size());
      decisions_.push_back((*trials)[i].decision);
      if (auto done = scene_->append(std::move(ideas[i]), std::move((*trials)[i].selection)); !done) return done;
      for (auto& known : known_) known.resize(number + 1, false);
      known_[server][number] = true;
      if (!refused) extremities_[server] = {number};
      break;
    }
    return {};
  }

  /// Somebody who is refused twice at the same time with the same words would make the same event.
  bool repeats(const Step& idea) const {
    const auto same = [&](const Step& step) {
      return step.type == idea.type && step.state_key == idea.state_key && step.sender == idea.sender &&
             step.content == idea.content && step.origin_server_ts == idea.origin_server_ts && step.prev == idea.prev &&
             step.redacts == idea.redacts && step.levels.has_value() == idea.levels.has_value() &&
             (!step.levels || step.levels->json() == idea.levels->json());
    };
    return std::any_of(scene_->steps().begin(), scene_->steps().end(), same);
  }

  /// Other auth events than the selection, if the rules on them hold.
  base::Result<void> cite(Step& step, Trial& trial) {
    auto cited = unruly_.cite(trial.selection, scene_->steps());
    if (!cited || !scene_->program().version().format.derived_edge_field.empty()) return {};
    Step other = step;
    other.auth = cited;
    auto judged = scene_->judge(step.before, std::span(&other, 1));
    if (!judged) return std::unexpected(judged.error());
    if ((*judged)[0].decision.allowed != trial.decision.allowed) return {};
    step.auth = cited;
    trial = {(*judged)[0].decision, *cited};
    return {};
  }

  WorkloadOptions options_;
  std::unique_ptr<Scene> scene_;
  std::vector<rules::Decision> decisions_;  // by step
  People people_;
  Unruly unruly_;
  kernel::Random order_, clock_;
  std::int64_t time_ = kFirstTime;
  std::vector<std::vector<std::uint32_t>> extremities_;  // by server
  std::vector<std::vector<bool>> known_;                 // by server, step
  std::map<std::vector<std::uint32_t>, StateOfSteps> states_;
};

}  // namespace

WorkloadOptions varied(std::uint64_t seed) {
  kernel::Random random(seed, "workload/options");
  WorkloadOptions out;
  out.steps = static_cast<std::uint32_t>(16 + random.below(33));
  out.people_each = static_cast<std::uint32_t>(1 + random.below(3));
  out.merges_of_100 = static_cast<std::uint32_t>(8 + random.below(40));
  out.refused_of_100 = static_cast<std::uint32_t>(random.below(12));
  constexpr std::array<std::uint32_t, 4> kEqualTimes{0, 25, 60, 100};
  out.equal_times_of_100 = random.pick(kEqualTimes);
  constexpr std::array<std::uint32_t, 4> kUnruly{0, 8, 16, 32};
  out.unruly_of_100 = random.pick(kUnruly);
  return out;
}

base::Result<HistoryMade> make(std::shared_ptr<const rules::Program> program, std::uint64_t seed,
                               const WorkloadOptions& options) {
  base::require(options.servers >= 1 && options.servers <= 3 && options.people_each >= 1 && options.people_each <= 3,
                "a workload has 1 to 3 servers of 1 to 3 people");
  Maker maker(std::move(program), seed, options);
  if (auto done = maker.run(); !done) return std::unexpected(done.error());
  return maker.take(seed);
}

}  // namespace stateroom::workload
