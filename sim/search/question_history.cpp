#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/resolve/state_before.h"
#include "sim/search/question.h"

namespace stateroom::search {
namespace {

using workload::Signing;
using workload::Staged;
using workload::Step;

class MergeQuestion final : public Question {
 public:
  explicit MergeQuestion(Shrunk history) : history_(std::move(history)) {}
  QuestionKind kind() const override { return QuestionKind::kMerge; }
  std::string words() const override { return "a history"; }
  std::optional<std::string> answer(const ProgramPtr& program) const override {
    const auto staged = workload::stage(history_.plan, program, Signing::kUnsigned);
    if (!staged) return std::nullopt;
    const auto resolved = staged->scene->resolve(history_.state_sets, false);
    if (!resolved) return std::nullopt;
    std::string out;
    for (const auto& [key, step] : resolved->state) out += fmt::format("{} ", step);
    return out;
  }
  std::optional<QuestionFiles> files(const ProgramPtr&) const override { return std::nullopt; }

 private:
  Shrunk history_;
};

/// What the import of the last event finds out, or what the host says of signatures.
enum class Fault : std::uint8_t { kNone, kFormat, kSignatures, kHashes, kUnsignedByPolicy };

constexpr std::uint32_t kStudySteps = 6;

/// A room whose events arrive in the order of their numbers: the last one is asked about.
class ReceiptQuestion final : public Question {
 public:
  ReceiptQuestion(std::vector<Step> steps, Fault fault, std::string words)
      : plan_{0, std::move(steps)}, fault_(fault), words_(std::move(words)) {}
  QuestionKind kind() const override { return QuestionKind::kReceipt; }
  std::string words() const override { return words_; }

  /// From now on the events are those of this version, whoever is asked.
  void fix(const ProgramPtr& version) {
    if (const auto staged = workload::stage(plan_, version, Signing::kUnsigned)) events_ = named(*staged);
  }

  std::optional<std::string> answer(const ProgramPtr& program) const override {
    std::vector<event::Event> events = events_;
    if (events.empty()) {
      const auto staged = workload::stage(plan_, program, Signing::kUnsigned);
      if (!staged) return std::nullopt;
      events = named(*staged);
    }
    const std::string create = events[0].event_id;
    const std::string last = id_of(static_cast<std::uint32_t>(plan_.steps.size() - 1));
    const auto room = graph::Room::build(std::move(events), program->version().format);
    if (!room) return std::nullopt;
    rules::Evaluator evaluator(program, **room, oracles());
    graph::StateStore store;
    resolve::Resolver resolver(evaluator, store);
    resolve::WalkOptions options;
    options.strict = options.arrival = true;
    options.valid = [&](base::EventIndex event, std::string_view fact) {
      return (*room)->event(event).event_id != last || fact != name_of(fault_);
    };
    const auto walk = resolve::Walk::run(evaluator, store, resolver, options);
    if (!walk) return std::nullopt;
    const resolve::Receipt& receipt = walk->receipts()[(*room)->find(std::string_view(last)).at()];
    const bool redacted = std::ranges::any_of(receipt.checks, [](const auto& c) { return c.outcome == "redact"; });
    std::string out = receipt.dropped       ? "dropped"
                      : receipt.rejected    ? "rejected"
                      : receipt.soft_failed ? "soft-failed"
                                            : "accepted";
    if (redacted) out += ", redacted";
    std::vector<std::string> entries;
    for (const auto& [key, event] : store.entries(walk->current())) {
      const std::string& id = (*room)->event(event).event_id;
      entries.push_back(id == create ? id_of(0) : id);
    }
    std::ranges::sort(entries);
    // Which events stand in the current state is a part of the answer that is not for reading.
    return out + "\n" + fmt::format("{}", fmt::join(entries, " "));
  }

  std::optional<QuestionFiles> files(const ProgramPtr& program) const override {
    const auto staged = workload::stage(plan_, program);
    if (!staged) return std::nullopt;
    QuestionFiles out;
    for (const event::Event& event : staged->scene->events()) out.events.push_back(json::to_text(event.json));
    return out;
  }

 private:
  static std::string id_of(std::uint32_t step) { return fmt::format("$step{:02}", step); }
  static std::string_view name_of(Fault fault) {
    switch (fault) {
      case Fault::kFormat:
        return "valid_format";
      case Fault::kSignatures:
        return "valid_signatures";
      case Fault::kHashes:
        return "valid_hashes";
      case Fault::kNone:
      case Fault::kUnsignedByPolicy:
        return "";
    }
    return "";
  }
  rules::Oracles oracles() const {
    rules::Oracles out;
    if (fault_ == Fault::kUnsignedByPolicy)
      out.signed_with = [](base::EventIndex, std::string_view, std::string_view, base::EventIndex) { return false; };
    return out;
  }
  /// The events under names in the order of their arrival, so that events side by side are met in it. The create event
  /// keeps its id, which the room's may follow from.
  std::vector<event::Event> named(const Staged& staged) const {
    std::vector<event::Event> out = staged.scene->events();
    std::map<std::string, std::string> names;
    for (std::uint32_t s = 1; s < out.size(); ++s) names[out[s].event_id] = id_of(s);
    for (event::Event& event : out) {
      if (const auto own = names.find(event.event_id); own != names.end()) event.event_id = own->second;
      for (auto& list : event.edges) {
        for (std::string& id : list) {
          if (const auto other = names.find(id); other != names.end()) id = other->second;
        }
      }
    }
    return out;
  }

  Plan plan_;
  Fault fault_;
  std::string words_;
  std::vector<event::Event> events_;  // empty: those of whoever is asked
};
using ReceiptQuestions = std::vector<std::shared_ptr<ReceiptQuestion>>;

struct Act {
  std::string words;
  Step step;
};

Act act(std::string words, std::string type, std::optional<std::string> key, std::string sender, std::string content) {
  Act out{std::move(words), {}};
  out.step.type = std::move(type);
  out.step.state_key = std::move(key);
  out.step.sender = std::move(sender);
  out.step.content = std::move(content);
  return out;
}

const std::string kA = "@anna:alpha.example", kB = "@boris:beta.example", kC = "@chloe:gamma.example",
                  kD = "@dora:alpha.example";

std::vector<Step> study() {
  std::vector<Step> out;
  for (const Act& one :
       {act("", "m.room.create", "", kA, "{}"), act("", "m.room.member", kA, kA, R"({"membership":"join"})"),
        act("", "m.room.power_levels", "", kA, "{}"), act("", "m.room.join_rules", "", kA, R"({"join_rule":"public"})"),
        act("", "m.room.member", kB, kB, R"({"membership":"join"})"),
        act("", "m.room.member", kC, kC, R"({"membership":"join"})")})
    out.push_back(one.step);
  out[2].levels = workload::PowerLevels{};
  out[2].levels->users = {{kA, 100}, {kB, 50}};
  StateOfSteps state;
  for (std::uint32_t s = 0; s < out.size(); ++s) {
    if (s > 0) out[s].prev = {s - 1};
    out[s].before = state;
    out[s].origin_server_ts = 1'700'000'000'000 + s;
    state[{out[s].type, *out[s].state_key}] = s;
  }
  return out;
}

/// What happened in the room before the event that is asked about.
struct Change {
  std::string words;
  std::vector<Step> steps;
};

Change change(std::string words, std::vector<Act> acts) {
  Change out{std::move(words), {}};
  for (Act& one : acts) out.steps.push_back(std::move(one.step));
  return out;
}

Act policy(const std::string& content) { return act("", "m.room.policy", "", kA, content); }
const std::string kPolicyOfC =
    R"({"via":"gamma.example","public_keys":{"ed25519":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})";

std::vector<Change> changes() {
  return {change("", {}), change("A bans B", {act("", "m.room.member", kB, kA, R"({"membership":"ban"})")}),
          change("A makes the room private", {act("", "m.room.join_rules", "", kA, R"({"join_rule":"invite"})")}),
          change("A sets B's power to 0", {act("", "m.room.power_levels", "", kA,
                                               R"({"users":{"@anna:alpha.example":100},"state_default":50})")}),
          change("A names a policy server", {policy(kPolicyOfC)})};
}

/// Policies that bind nobody, and what is sent under one that does.
std::vector<Change> policies() {
  const std::string key = R"("public_keys":{"ed25519":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})";
  const Act leaves = act("", "m.room.member", kC, kC, R"({"membership":"leave"})");
  return {change("A names a policy server that nobody is on", {policy(R"({"via":"delta.example",)" + key)}),
          change("C leaves and A names C's server as the policy server", {leaves, policy(kPolicyOfC)}),
          change("A names a policy server without a key", {policy(R"({"via":"gamma.example","public_keys":{}})")}),
          change("A names no policy server, but a key", {policy("{" + key)}),
          change("A names a policy server", {policy(kPolicyOfC)})};
}

std::vector<Act> acts() {
  return {act("B sends a message", "m.room.message", std::nullopt, kB, R"({"body":"word"})"),
          act("B sets the topic", "m.room.topic", "", kB, R"({"topic":"other"})"),
          act("D joins", "m.room.member", kD, kD, R"({"membership":"join"})"),
          act("C sets the topic", "m.room.topic", "", kC, R"({"topic":"other"})"),
          act("D sends a message", "m.room.message", std::nullopt, kD, R"({"body":"word"})")};
}

std::vector<Act> acts_under_policy() {
  return {act("B sends a message", "m.room.message", std::nullopt, kB, R"({"body":"word"})"),
          act("A names another policy server", "m.room.policy", "", kA, R"({"via":"beta.example"})"),
          act("A sends a policy with a state_key", "m.room.policy", "other", kA, R"({"via":"beta.example"})")};
}

/// Steps one after the other: the study, and what is appended.
class Line {
 public:
  Line() : steps_(study()) {
    state_ = steps_.back().before;
    note();
  }
  void append(Step step) {
    step.prev = {last()};
    step.before = state_;
    step.origin_server_ts = 1'700'000'000'005 + last();
    steps_.push_back(std::move(step));
    note();
  }
  std::uint32_t last() const { return static_cast<std::uint32_t>(steps_.size() - 1); }
  const StateOfSteps& state() const { return state_; }
  const std::vector<Step>& steps() const { return steps_; }

 private:
  void note() {
    const Step& step = steps_.back();
    if (step.state_key && !step.rejected) state_[{step.type, *step.state_key}] = last();
  }
  std::vector<Step> steps_;
  StateOfSteps state_;
};

void add_questions(ReceiptQuestions& out, const Change& change, const Act& one, bool beside) {
  Line line;
  const StateOfSteps before = line.state();
  for (const Step& step : change.steps) line.append(step);
  Step last = one.step;
  last.prev = {beside ? kStudySteps - 1 : line.last()};
  last.before = beside ? before : line.state();
  last.origin_server_ts = 1'700'000'000'020;
  std::vector<Step> steps = line.steps();
  steps.push_back(last);
  const std::string words =
      change.words.empty() ? one.words
                           : fmt::format("{}; {} {}", change.words, beside ? "without knowing it," : "then", one.words);
  static const std::vector<std::pair<Fault, std::string>> kFaults{
      {Fault::kNone, ""},
      {Fault::kUnsignedByPolicy, "; the policy server did not sign it"},
      {Fault::kFormat, "; its format is wrong"},
      {Fault::kSignatures, "; its signatures are wrong"},
      {Fault::kHashes, "; its content hash is wrong"}};
  for (const auto& [fault, said] : kFaults) {
    // A fault is found out before anything is asked of the room.
    const bool found_first = fault != Fault::kNone && fault != Fault::kUnsignedByPolicy;
    if (found_first && !change.words.empty()) continue;
    out.push_back(std::make_shared<ReceiptQuestion>(steps, fault, words + said));
  }
  steps.back().auth = std::vector<std::uint32_t>{0};
  out.push_back(std::make_shared<ReceiptQuestion>(steps, Fault::kNone, words + "; it cites only the create event"));
  steps.back().auth->clear();
  out.push_back(std::make_shared<ReceiptQuestion>(steps, Fault::kNone, words + "; it cites nothing"));
}

/// Events that cite what was in force before, or what was refused.
void add_stale(ReceiptQuestions& out) {
  const workload::Key levels{"m.room.power_levels", ""};
  const auto ask = [&](const Line& line, Step last, const std::string& words) {
    std::vector<Step> steps = line.steps();
    last.prev = {line.last()};
    last.before = line.state();
    last.origin_server_ts = 1'700'000'000'020;
    steps.push_back(std::move(last));
    out.push_back(std::make_shared<ReceiptQuestion>(std::move(steps), Fault::kNone, words));
  };
  const StateOfSteps old = Line().state();
  for (const Change& change : changes()) {
    Line line;
    for (const Step& step : change.steps) line.append(step);
    if (change.words.empty()) continue;
    for (const Act& one : acts()) {
      Step last = one.step;
      last.auth = std::vector{old.at(levels)};
      const workload::Key sender{"m.room.member", last.sender};
      if (old.contains(sender)) last.auth->push_back(old.at(sender));
      if (last.type == "m.room.member") last.auth->push_back(old.at({"m.room.join_rules", ""}));
      const std::string words = fmt::format("{}; then {}, citing what was in force before", change.words, one.words);
      ask(line, last, words + ", the create event left out");  // as versions want it that find it by the room id
      last.auth->insert(last.auth->begin(), 0);
      ask(line, last, words);
    }
  }
  Line line;
  Step refused =
      act("", "m.room.power_levels", "", kC, R"({"users":{"@anna:alpha.example":100,"@chloe:gamma.example":100}})")
          .step;
  refused.rejected = true;
  line.append(refused);
  for (const Act& one : acts())
    ask(line, one.step, fmt::format("C, who may not, sets the power levels; then {}", one.words));
  Step last = acts()[0].step;
  last.auth = std::vector<std::uint32_t>{0, line.last(), old.at({"m.room.member", last.sender})};
  ask(line, last, "C, who may not, sets the power levels; then B sends a message that cites them");
}

}  // namespace

QuestionPtr question_of(Shrunk history) { return std::make_shared<MergeQuestion>(std::move(history)); }

namespace {

ReceiptQuestions all_receipts() {
  ReceiptQuestions questions;
  for (const Change& change : changes()) {
    for (const Act& one : acts()) {
      add_questions(questions, change, one, true);
      if (!change.words.empty()) add_questions(questions, change, one, false);
    }
  }
  add_stale(questions);
  for (const Change& change : policies()) {
    for (const Act& one : acts_under_policy()) add_questions(questions, change, one, false);
  }
  return questions;
}

}  // namespace

std::vector<QuestionPtr> receipt_questions(const ProgramPtr& version) {
  std::vector<QuestionPtr> out;
  for (auto& question : all_receipts()) {
    question->fix(version);
    out.push_back(std::move(question));
  }
  return out;
}

Differences ask_receipts(const ProgramPtr& base, const ProgramPtr& candidate) {
  std::vector<QuestionPtr> questions;
  for (auto& question : all_receipts()) questions.push_back(std::move(question));
  return ask(questions, base, candidate);
}

}  // namespace stateroom::search
