// Questions about one event: what a version's rules promise for every event in every state.
//
// In:  a property by name; the version, and for `same-rules` another one.
// Out: Proved, Refuted with events that show it, or Unknown with the reason.
// Promise: a refutation is a state and an event that were built as signed PDUs, decided by the evaluator, and found as
//          the model says, rule by rule; a model that does not come out so is Unknown (encoding) and never a finding. A
//          proof names its hypotheses, and that they hold together was asked. Effort is bounded by the solver's own
//          count of steps (`rlimit`), not by time, so that the same question has the same answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/rules/program.h"
#include "model/rules/version_text.h"

namespace stateroom::prove {

/// A version that is asked about.
struct Subject {
  rules::Version text;
  std::shared_ptr<const rules::CoreVersion> core;
  std::shared_ptr<const rules::Program> program;
};

enum class Verdict : std::uint8_t { kProved, kRefuted, kUnknown };
std::string_view name(Verdict verdict);  // "proved", "refuted", "unknown"

enum class Reason : std::uint8_t { kNone, kLimit, kEncoding, kSolver };
std::string_view name(Reason reason);  // "", "limit", "encoding", "solver"

/// What one version says of the events of a finding, as its own signed PDUs.
struct Side {
  std::string version;
  bool allowed = false;
  std::string label, number;          // of the rule that decided; "format" where the form decides
  std::vector<std::string> state;     // PDUs
  std::vector<std::string> others;    // PDUs that the event cites and the state does not hold
  std::vector<std::string> rejected;  // ids of those that were rejected
  std::string event;                  // PDU
};

struct Finding {
  std::string words;  // what it shows
  std::vector<Side> sides;
  std::vector<std::string> assumed;  // answers of the host that it rests on: "verifies is false"
};

struct Options {
  std::uint64_t rlimit = 50'000'000;  // steps of the solver, a question
  std::string smt2_directory;         // every question is written there; empty: none
  bool directions = false;  // same-rules: one finding for each version that alone allows, not each pair of rules
  bool either = false;      // same-rules: over what is legal in either version, not in both
  /// The condition of the rule with this label may be anything (empty: none), and one plain question is asked: its
  /// answer has a verdict and steps, and no finding. Not of live-rules.
  std::optional<std::string> relaxed;
  std::set<std::string> decided;  // live-rules: labels of rules that the engine has seen decide; they are not asked
  std::function<bool(std::uint32_t done, std::uint32_t of)> progress;  // false: stop; may be empty
};

/// A part of a property that is proved or refuted on its own.
struct Part {
  std::string name, statement;
  Verdict verdict = Verdict::kUnknown;
};

struct Answer {
  std::string property;
  Verdict verdict = Verdict::kUnknown;
  Reason reason = Reason::kNone;
  std::string detail;                   // of Unknown, in words
  std::vector<std::string> hypotheses;  // by name
  std::vector<std::string> translated;  // fields that two versions have in different forms, and how they are compared
  std::vector<Part> parts;              // of a property that has some
  std::vector<Finding> findings;        // refutations; for same-rules one a pair of deciding rules
  std::vector<std::string> mismatches;  // models that did not come out so when replayed: mistakes of ours, no findings
  std::uint32_t questions = 0;          // put to the solver
  std::uint64_t steps = 0;              // that it took
};

/// The properties about one event that can be asked for; `same-rules:V` as "same-rules".
struct Property {
  std::string name, id, statement;
};
const std::vector<Property>& properties();

/// `other`: the version of `same-rules`, else null. A property that is no question about one event is kUnknown
/// (encoding).
Answer prove(const std::string& property, const Subject& version, const Subject* other, const Options& options = {});

/// "Z3 5.4.1"
std::string solver_version();

}  // namespace stateroom::prove
