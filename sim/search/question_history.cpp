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

  std::optional<std::string> answer(const ProgramPtr& program) const override {
    const auto staged = workload::stage(plan_, program, Signing::kUnsigned);
    if (!staged) return std::nullopt;
    const std::string last = id_of(static_cast<std::uint32_t>(plan_.steps.size() - 1));
    const auto room = graph::Room::build(named(*staged), program->version().format);
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
      entries.push_back(id == staged->scene->events()[0].event_id ? id_of(0) : id);
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
};

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

std::vector<Act> changes() {
  return {act("", "", "", "", ""), act("A bans B", "m.room.member", kB, kA, R"({"membership":"ban"})"),
          act("A makes the room private", "m.room.join_rules", "", kA, R"({"join_rule":"invite"})"),
          act("A sets B's power to 0", "m.room.power_levels", "", kA,
              R"({"users":{"@anna:alpha.example":100},"state_default":50})"),
          act("A names a policy server", "m.room.policy", "", kA,
              R"({"via":"gamma.example","public_keys":{"ed25519":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})")};
}

std::vector<Act> acts() {
  return {act("B sends a message", "m.room.message", std::nullopt, kB, R"({"body":"word"})"),
          act("B sets the topic", "m.room.topic", "", kB, R"({"topic":"other"})"),
          act("D joins", "m.room.member", kD, kD, R"({"membership":"join"})"),
          act("C sets the topic", "m.room.topic", "", kC, R"({"topic":"other"})"),
          act("D sends a message", "m.room.message", std::nullopt, kD, R"({"body":"word"})")};
}

void add_questions(std::vector<QuestionPtr>& out, const Act& change, const Act& one, bool beside) {
  std::vector<Step> steps = study();
  StateOfSteps state = steps.back().before;
  state[{steps.back().type, *steps.back().state_key}] = kStudySteps - 1;
  std::string words = one.words;
  Step last = one.step;
  last.prev = {kStudySteps - 1};
  last.before = state;
  last.origin_server_ts = 1'700'000'000'010;
  if (!change.words.empty()) {
    Step before = change.step;
    before.prev = last.prev;
    before.before = state;
    before.origin_server_ts = 1'700'000'000'009;
    if (!beside) {
      last.prev = {kStudySteps};
      last.before[{before.type, *before.state_key}] = kStudySteps;
    }
    steps.push_back(std::move(before));
    words = fmt::format("{}; {} {}", change.words, beside ? "without knowing it," : "then", one.words);
  }
  steps.push_back(last);
  static const std::vector<std::pair<Fault, std::string>> kFaults{
      {Fault::kNone, ""},
      {Fault::kUnsignedByPolicy, "; the policy server did not sign it"},
      {Fault::kFormat, "; its format is wrong"},
      {Fault::kSignatures, "; its signatures are wrong"},
      {Fault::kHashes, "; its content hash is wrong"}};
  for (const auto& [fault, said] : kFaults)
    out.push_back(std::make_shared<ReceiptQuestion>(steps, fault, words + said));
  steps.back().auth = std::vector<std::uint32_t>{0};
  out.push_back(std::make_shared<ReceiptQuestion>(steps, Fault::kNone, words + "; it cites only the create event"));
}

}  // namespace

QuestionPtr question_of(Shrunk history) { return std::make_shared<MergeQuestion>(std::move(history)); }

Differences ask_receipts(const ProgramPtr& base, const ProgramPtr& candidate) {
  std::vector<QuestionPtr> questions;
  for (const Act& change : changes()) {
    for (const Act& one : acts()) {
      add_questions(questions, change, one, true);
      if (!change.words.empty()) add_questions(questions, change, one, false);
    }
  }
  return ask(questions, base, candidate);
}

}  // namespace stateroom::search
