#include "sim/decide/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace stateroom::decide {

using bounded::Engine;
using bounded::Satisfiable;

std::string_view name(Verdict verdict) {
  constexpr std::array<std::string_view, 3> kNames{"proved", "refuted", "unknown"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::string_view name(Reason reason) {
  constexpr std::array<std::string_view, 4> kNames{"", "limit", "encoding", "solver"};
  return kNames[static_cast<std::size_t>(reason)];
}

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A question: one shape, or one of the parts into which the only shape is split.
struct Found {
  std::size_t shape = 0;
  std::vector<bounded::Literal> part{bounded::kTrue};  // a clause
  bool asks_possible = true;                           // whether histories are possible at all is asked once a shape
  Satisfiable broken = Satisfiable::kUnknown, possible = Satisfiable::kNo;
  std::shared_ptr<Scope> scope;  // with a model
  bounded::Model model;
  bool disagree = false;
};

/// All shapes of one bound, several at a time.
class Level {
 public:
  Level(const Ground& ground, const Options& options, std::uint32_t events)
      : ground_(ground), options_(options), shapes_(shapes_under(ground.prefix(), events, options.terms)) {
    bound_.events = events;
    bound_.shapes = shapes_.size();
  }

  // The threads solve; whoever called waits here and is asked now and then, so that it can be stopped by a signal.
  void run() {
    const auto start = std::chrono::steady_clock::now();
    split();
    {
      std::vector<std::jthread> threads;
      const std::size_t most = std::min<std::size_t>(std::max(1u, options_.threads), found_.size());
      working_ = most;
      for (std::size_t t = 0; t < most; ++t) threads.emplace_back([this] { work(); });
      wait();
    }
    if (error_) std::rethrow_exception(error_);
    bound_.seconds = seconds_since(start);
    bound_.vacuous = std::ranges::all_of(found_, [](const Found& one) { return one.possible == Satisfiable::kNo; });
  }

  /// The first shape of which a history breaks the property; shapes before it have none.
  Found* broken() {
    const auto at = std::ranges::find_if(found_, [](const Found& one) { return one.broken == Satisfiable::kYes; });
    return at == found_.end() ? nullptr : &*at;
  }
  bool all_proved() const {
    return std::ranges::all_of(found_, [](const Found& one) { return one.broken == Satisfiable::kNo; });
  }
  bool disagree() const { return std::ranges::any_of(found_, &Found::disagree); }
  bool stopped() const { return stopped_; }
  const Bound& bound() const { return bound_; }

 private:
  using Clauses = std::vector<std::vector<bounded::Literal>>;

  // A single shape is split into parts, so that there is work for every thread.
  void split() {
    if (shapes_.size() != 1) {
      for (std::size_t shape = 0; shape < shapes_.size(); ++shape) {
        found_.emplace_back();
        found_.back().shape = shape;
      }
      return;
    }
    only_ = std::make_shared<Scope>(ground_, shapes_[0], options_.terms);
    for (auto& part : only_->parts(options_.threads)) {
      found_.emplace_back();
      found_.back().asks_possible = found_.size() == 1;
      found_.back().part = std::move(part);
    }
  }

  void work() {
    try {
      for (std::size_t at = next_++; at < found_.size() && at < first_broken_ && !stopped_; at = next_++) ask(at);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      stopped_ = true;
    }
    const std::lock_guard lock(mutex_);
    --working_;
    changed_.notify_all();
  }

  void wait() {
    constexpr auto kEvery = std::chrono::milliseconds(50);
    std::unique_lock lock(mutex_);
    while (working_ > 0) {
      changed_.wait_for(lock, kEvery);
      if (stopped_ || !options_.go_on) continue;
      const Progress progress{bound_.events, bound_.shapes, bound_.done};
      lock.unlock();
      try {
        if (!options_.go_on(progress)) stopped_ = true;
      } catch (...) {
        stopped_ = true;
        throw;
      }
      lock.lock();
    }
  }

  void ask(std::size_t at) {
    Found& out = found_[at];
    std::shared_ptr<Scope> scope = only_ ? only_ : std::make_shared<Scope>(ground_, shapes_[out.shape], options_.terms);
    bounded::SolveOptions solving;
    solving.conflicts_max = options_.conflicts_max;
    solving.go_on = [this] { return !stopped_; };
    // That histories of this shape are possible is asked of the same clauses, the property and the part left out.
    if (out.asks_possible) out.possible = ask(*scope, Engine::kCadical, {{scope->asked()}}, solving, out.model);
    if (out.asks_possible && out.possible == Satisfiable::kNo) {
      out.broken = Satisfiable::kNo;
    } else {
      const Clauses facts{{scope->asked()}, {scope->violated()}, out.part};
      for (std::size_t e = 0; e < options_.engines.size(); ++e) {
        bounded::Model model;
        const Satisfiable says = ask(*scope, options_.engines[e], facts, solving, model);
        out.disagree = out.disagree || (e > 0 && says != out.broken);
        if (e == 0) out.broken = says;
        if (e == 0 && says == Satisfiable::kYes) out.model = std::move(model);
      }
    }
    const std::lock_guard lock(mutex_);
    const bool is_last = ++answered_ == found_.size() || !only_;
    if (is_last) ++bound_.done;
    bound_.variables =
        std::max<std::uint64_t>(bound_.variables, static_cast<std::uint64_t>(scope->circuit().variables()));
    bound_.clauses = std::max<std::uint64_t>(bound_.clauses, scope->circuit().clauses());
    if (out.broken != Satisfiable::kYes) return;
    out.scope = std::move(scope);
    if (at < first_broken_) first_broken_ = at;
  }

  static Satisfiable ask(const Scope& scope, Engine engine, const Clauses& facts, const bounded::SolveOptions& options,
                         bounded::Model& model) {
    const auto solver = bounded::make_solver(engine);
    solver->add(scope.circuit());
    for (const auto& fact : facts) solver->add(fact);
    const Satisfiable out = solver->solve({}, options);
    if (out == Satisfiable::kYes) model = solver->model();
    return out;
  }

  const Ground& ground_;
  const Options& options_;
  std::vector<Shape> shapes_;
  std::shared_ptr<Scope> only_;
  std::vector<Found> found_;
  std::size_t answered_ = 0;
  Bound bound_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> first_broken_ = static_cast<std::size_t>(-1);
  std::atomic<bool> stopped_ = false;
  std::size_t working_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::exception_ptr error_;
};

void unknown(Answer& answer, Reason reason, std::string detail) {
  answer.verdict = Verdict::kUnknown;
  answer.reason = reason;
  answer.detail = std::move(detail);
}

}  // namespace

base::Result<Answer> decide(explore::Stage& stage, explore::Study& study, const Options& options) {
  Answer out;
  const Ground ground = Ground::of(stage, study);
  try {
    for (std::uint32_t events = options.events_min; events <= options.events; ++events) {
      Level level(ground, options, events);
      level.run();
      out.bounds.push_back(level.bound());
      if (level.disagree()) {
        unknown(out, Reason::kSolver, fmt::format("two solvers disagree with {} events", events));
        return out;
      }
      if (Found* found = level.broken()) {
        auto played = replay(stage, study, *found->scope, found->model, options.terms);
        if (!played) return std::unexpected(played.error());
        out.compared = played->compared;
        out.mismatches = std::move(played->mismatches);
        if (!out.mismatches.empty() || !played->violated) {
          unknown(out, Reason::kEncoding, "a model does not come out so in the engine: a mistake of the prover");
          return out;
        }
        out.verdict = Verdict::kRefuted;
        out.find = std::move(played->find);
        return out;
      }
      if (!level.all_proved()) {
        unknown(out, level.stopped() ? Reason::kLimit : Reason::kSolver,
                level.stopped() ? fmt::format("stopped with {} events", events)
                                : fmt::format("the limit of conflicts was reached with {} events", events));
        return out;
      }
      out.proved = events;
    }
  } catch (const bounded::Unencodable& error) {
    unknown(out, Reason::kEncoding, std::string("no encoding: ") + error.what());
    return out;
  }
  if (std::ranges::all_of(out.bounds, &Bound::vacuous)) {
    unknown(out, Reason::kEncoding, "no history keeps to the hypotheses: they say nothing together");
    return out;
  }
  out.verdict = Verdict::kProved;
  return out;
}

}  // namespace stateroom::decide
