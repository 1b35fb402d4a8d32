// Bounded questions: is there a small history that breaks a property, decided for all of them by a SAT solver.
//
// In:  a stage with the prefix `study` and the program of a version with a property of merges; terms; a bound.
// Out: Proved up to the bound, Refuted by a history, or Unknown with the reason and what is proved so far.
// Promise: small bounds come first, so that a refutation has the fewest events. A refutation was played on the stage,
//          every named value compared with the engine's, and the concrete checker found it broken; a model that comes
//          out otherwise is a mismatch and the answer Unknown (encoding). A proof says that histories that keep to the
//          terms exist at every bound. Effort is bounded by conflicts, so that the same question has the same answer,
//          unless somebody stops it.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/decide/replay.h"

namespace stateroom::decide {

enum class Verdict : std::uint8_t { kProved, kRefuted, kUnknown };
std::string_view name(Verdict verdict);  // "proved", "refuted", "unknown"

enum class Reason : std::uint8_t { kNone, kLimit, kEncoding, kSolver };
std::string_view name(Reason reason);  // "", "limit", "encoding", "solver"

/// One bound that was looked at.
struct Bound {
  std::uint32_t events = 0;
  std::uint64_t shapes = 0, done = 0;
  std::uint64_t variables = 0, clauses = 0;  // of the largest question
  double seconds = 0;
  bool vacuous = false;  // no history of this size keeps to the terms
};

struct Progress {
  std::uint32_t events = 0;  // the bound at work
  std::uint64_t shapes = 0, done = 0;
};

struct Options {
  properties::Terms terms;
  std::uint32_t events_min = 1, events = 6;                         // after the prefix
  std::vector<bounded::Engine> engines{bounded::Engine::kCadical};  // each asks every question, and must agree
  std::uint64_t conflicts_max = 0;                                  // a question; 0: no limit
  std::uint32_t threads = 2;
  std::function<bool(const Progress&)> go_on;  // asked now and then by the calling thread; false: stop
};

struct Answer {
  Verdict verdict = Verdict::kUnknown;
  Reason reason = Reason::kNone;
  std::string detail;
  std::vector<Bound> bounds;  // by events
  std::uint32_t proved = 0;   // all bounds up to this one are proved
  std::optional<explore::Find> find;
  std::uint64_t compared = 0;  // named values of the refutation that came out as in the engine
  std::vector<std::string> mismatches;
};

/// Error: kLimit of a resolution while a model is played.
base::Result<Answer> decide(explore::Stage& stage, explore::Study& study, const Options& options);

}  // namespace stateroom::decide
