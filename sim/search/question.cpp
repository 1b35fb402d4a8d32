#include "sim/search/question.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/search/scenarios.h"

namespace stateroom::search {

using workload::Signing;
using workload::Staged;
using workload::Step;

std::string_view name(QuestionKind kind) {
  switch (kind) {
    case QuestionKind::kVerdict:
      return "verdict";
    case QuestionKind::kCiting:
      return "citing";
    case QuestionKind::kSelection:
      return "selection";
    case QuestionKind::kRedaction:
      return "redaction";
    case QuestionKind::kPdu:
      return "pdu";
    case QuestionKind::kMerge:
      return "merge";
    case QuestionKind::kReceipt:
      return "receipt";
  }
  base::require(false, "a question of no kind");
  return {};
}

Differences ask(const std::vector<QuestionPtr>& questions, const ProgramPtr& base, const ProgramPtr& candidate) {
  Differences out;
  out.asked = questions.size();
  for (const QuestionPtr& question : questions) {
    const auto one = question->answer(base), two = question->answer(candidate);
    if (!one || !two) continue;
    if (*one != *two) {
      out.found.push_back({question, *one, *two});
    } else if (question->kind() == QuestionKind::kCiting) {
      out.alike.push_back(question);
    }
  }
  return out;
}

namespace {

std::string_view verdict(bool allowed) { return allowed ? "allowed" : "rejected"; }

std::string text_of(const workload::Key& key) {
  return key.second.empty() ? key.first : fmt::format("{} {}", key.first, key.second);
}

/// An event in a state of a small room, under whatever version is asked.
class InRoom : public Question {
 public:
  InRoom(std::vector<Step> room, StateOfSteps state, Step event, std::string words)
      : room_(std::move(room)), state_(std::move(state)), event_(std::move(event)), words_(std::move(words)) {}
  std::string words() const override { return words_; }

  std::optional<QuestionFiles> files(const ProgramPtr& program) const override {
    const auto staged = workload::stage(Plan{0, room_}, program);
    if (!staged) return std::nullopt;
    const auto cited = cites(*staged);
    if (!cited || !staged->scene->append(event_, *cited)) return std::nullopt;
    QuestionFiles out;
    for (const auto& [key, step] : state_) out.events.push_back(json::to_text(staged->scene->events()[step].json));
    out.event = json::to_text(staged->scene->events().back().json);
    return out;
  }

 protected:
  base::Result<Staged> staged(const ProgramPtr& program) const {
    return workload::stage(Plan{0, room_}, program, Signing::kUnsigned);
  }
  /// What the version selects, or what the event's maker chooses.
  virtual std::optional<std::vector<std::uint32_t>> cites(const Staged& staged) const {
    const auto trial = staged.scene->judge(state_, std::span(&event_, 1));
    if (!trial) return std::nullopt;
    return (*trial)[0].selection;
  }
  std::optional<rules::Decision> decide(const Staged& staged) const {
    auto cited = cites(staged);
    if (!cited) return std::nullopt;
    Step step = event_;
    step.auth = std::move(*cited);
    const auto trial = staged.scene->judge(state_, std::span(&step, 1));
    if (!trial) return std::nullopt;
    return (*trial)[0].decision;
  }

  std::vector<Step> room_;
  StateOfSteps state_;
  Step event_;
  std::string words_;
};

std::string words_of(const Witness& witness) { return fmt::format("{}", fmt::join(witness.deviations, "; ")); }

class VerdictQuestion final : public InRoom {
 public:
  explicit VerdictQuestion(const Witness& witness)
      : InRoom(witness.room, witness.state, witness.event, words_of(witness)),
        labels_{witness.base_label, witness.candidate_label} {}
  QuestionKind kind() const override { return QuestionKind::kVerdict; }
  bool decided_by(std::string_view label) const override {
    return std::any_of(labels_.begin(), labels_.end(), [&](const std::string& one) {
      return one == label || (one.starts_with(label) && one.substr(label.size()).starts_with("."));
    });
  }
  std::optional<std::string> answer(const ProgramPtr& program) const override {
    const auto made = staged(program);
    if (!made) return std::nullopt;
    const auto decision = decide(*made);
    if (!decision) return std::nullopt;
    return std::string(verdict(decision->allowed));
  }

 private:
  std::vector<std::string> labels_;
};

/// The auth_events are other ones than those selected, or the event names another room.
class CitingQuestion final : public InRoom {
 public:
  enum class Change : std::uint8_t { kNone, kNothing, kWithout, kWith, kTwice };
  CitingQuestion(std::vector<Step> room, StateOfSteps state, Step event, Change change, std::uint32_t step,
                 std::string words)
      : InRoom(std::move(room), std::move(state), std::move(event), std::move(words)), change_(change), step_(step) {}
  QuestionKind kind() const override { return QuestionKind::kCiting; }
  std::optional<std::string> answer(const ProgramPtr& program) const override {
    const auto made = staged(program);
    if (!made) return std::nullopt;
    const auto decision = decide(*made);
    if (!decision) return std::nullopt;
    return std::string(verdict(decision->allowed));
  }

 protected:
  std::optional<std::vector<std::uint32_t>> cites(const Staged& staged) const override {
    auto out = InRoom::cites(staged);
    if (!out) return out;
    const bool there = std::ranges::find(*out, step_) != out->end();
    if (change_ == Change::kNothing) out->clear();
    if (change_ == Change::kWithout) std::erase(*out, step_);
    if (change_ == Change::kTwice && there) out->push_back(step_);
    if (change_ == Change::kWith && !there) out->push_back(step_);
    return out;
  }

 private:
  Change change_;
  std::uint32_t step_;
};

class SelectionQuestion final : public InRoom {
 public:
  using InRoom::InRoom;
  QuestionKind kind() const override { return QuestionKind::kSelection; }
  std::optional<std::string> answer(const ProgramPtr& program) const override {
    const auto made = staged(program);
    if (!made) return std::nullopt;
    const auto cited = cites(*made);
    if (!cited) return std::nullopt;
    std::vector<std::string> keys;
    for (const std::uint32_t step : *cited) keys.push_back(text_of({room_[step].type, *room_[step].state_key}));
    return keys.empty() ? "nothing" : fmt::format("{}", fmt::join(keys, ", "));
  }
};

/// Whether a redaction takes effect: the section `redaction` of the text.
class RedactionQuestion final : public InRoom {
 public:
  using InRoom::InRoom;
  QuestionKind kind() const override { return QuestionKind::kRedaction; }
  std::optional<std::string> answer(const ProgramPtr& program) const override {
    const auto& names = program->version().redaction;
    const auto applies = std::ranges::find(names, "applies", &rules::CoreName::name);
    if (applies == names.end()) return std::nullopt;
    const auto made = staged(program);
    if (!made) return std::nullopt;
    auto trial = made->scene->trials(std::span(&event_, 1));
    if (!trial) return std::nullopt;
    const std::string id = (*trial)[0].event_id;
    std::vector<event::Event> events = made->scene->events();
    events.push_back(std::move((*trial)[0]));
    const auto room = graph::Room::build(std::move(events), program->version().format);
    if (!room) return std::nullopt;
    graph::StateStore store;
    std::vector<graph::StateStore::Entry> entries;
    for (const auto& [key, step] : state_) {
      const base::EventIndex entry = (*room)->find(std::string_view(made->scene->events()[step].event_id));
      entries.emplace_back((*room)->key(entry), entry);
    }
    rules::Evaluator evaluator(program, **room);
    const auto view = rules::StateView::of(store, store.from(std::move(entries)));
    const std::vector<base::EventIndex> locals(program->version().locals);
    const bool yes = evaluator.boolean(applies->value, (*room)->find(std::string_view(id)), view, locals);
    return yes ? "it applies" : "it does not apply";
  }
};

/// The state `study`, alone.
struct Study {
  std::vector<Step> room;
  StateOfSteps state;
  std::vector<WordedStep> events;
};

Study study_of(const ProgramPtr& base, const ProgramPtr& candidate) {
  Scenario first = std::move(scenarios(base->version(), candidate->version()).front());
  std::uint32_t last = 0;
  for (const auto& [key, step] : first.study) last = std::max(last, step);
  first.room.resize(last + 1);
  return {std::move(first.room), std::move(first.study), std::move(first.events)};
}

Step next_step(const Study& study, std::string type, const std::string& sender, std::string content) {
  Step out;
  out.type = std::move(type);
  out.state_key = "";
  out.sender = sender;
  out.content = std::move(content);
  out.origin_server_ts = study.room.back().origin_server_ts;
  out.prev = {static_cast<std::uint32_t>(study.room.size() - 1)};
  out.before = study.state;
  return out;
}

/// Create events whose creator is not their sender, and what such a creator may do while there are no power levels.
void add_creators(std::vector<Witness>& out, const Study& study) {
  const std::string anna = study.room[0].sender, boris = study.room[4].sender, chloe = study.room[5].sender;
  const auto add = [&](const Study& room, Step event, std::vector<std::string> words) {
    event.before = room.state;
    out.push_back({{}, {}, {}, {}, false, 1, std::move(words), std::move(event), room.state, room.room});
  };
  for (const std::string& creator : {std::string(), boris}) {
    Step create = study.room[0];
    create.creator = creator;
    add(study, create,
        {"A sends an m.room.create that names " + std::string(creator.empty() ? "nobody" : "B") + " as its creator"});
  }
  Study other = study;
  other.room[0].creator = boris;
  std::erase_if(other.state, [](const auto& entry) { return entry.first.first == "m.room.power_levels"; });
  for (const auto& [sender, who] : {std::pair(anna, "A"), std::pair(boris, "B")}) {
    Step ban = next_step(other, "m.room.member", sender, R"({"membership":"ban"})");
    ban.state_key = chloe;
    add(other, std::move(ban),
        {"A's create event names B as its creator", "there are no power levels", std::string(who) + " bans C"});
  }
}

/// Levels that no double holds: canonical JSON of later versions has no such numbers.
void add_levels(std::vector<Witness>& out, const Study& study) {
  const std::string anna = study.room[0].sender, boris = study.room[4].sender;
  for (const auto& [words, content] :
       {std::pair(std::string("`ban` 1e400"), fmt::format(R"({{"users":{{"{}":100}},"ban":1e400}})", anna)),
        std::pair(std::string("B at 1e400"), fmt::format(R"({{"users":{{"{}":100,"{}":1e400}}}})", anna, boris)),
        std::pair(std::string("B at 50.5"), fmt::format(R"({{"users":{{"{}":100,"{}":50.5}}}})", anna, boris))}) {
    Study room = study;
    std::erase_if(room.state, [](const auto& entry) { return entry.first.first == "m.room.power_levels"; });
    Step step = next_step(room, "m.room.power_levels", anna, content);
    step.before = room.state;
    out.push_back({{},
                   {},
                   {},
                   {},
                   false,
                   1,
                   {"there are no power levels", "A sends power levels with " + words},
                   std::move(step),
                   room.state,
                   room.room});
  }
}

/// A level in force that only some readers take for a number: B's 75, spelled so, when B bans C.
void add_spellings(std::vector<Witness>& out, const Study& study) {
  const std::string anna = study.room[0].sender, boris = study.room[4].sender, chloe = study.room[5].sender;
  for (const std::string spelling : {R"("75")", R"(" +75 ")", R"("7_5")", R"("\u0667\u0665")", R"("75.5")"}) {
    Study room = study;
    Step levels = next_step(room, "m.room.power_levels", anna,
                            fmt::format(R"({{"users":{{"{}":100,"{}":{}}}}})", anna, boris, spelling));
    room.state[{"m.room.power_levels", ""}] = static_cast<std::uint32_t>(room.room.size());
    room.room.push_back(std::move(levels));
    Step ban = next_step(room, "m.room.member", boris, R"({"membership":"ban"})");
    ban.state_key = chloe;
    std::vector<std::string> words{fmt::format("the power levels hold {} for B", spelling), "B bans C"};
    out.push_back({{}, {}, {}, {}, false, 1, std::move(words), std::move(ban), room.state, room.room});
  }
}

/// Who may ban and who may kick are not the same where the levels say so.
void add_unban(std::vector<Witness>& out, const Study& study) {
  const std::string anna = study.room[0].sender, boris = study.room[4].sender, chloe = study.room[5].sender;
  Study room = study;
  const auto put = [&](Step step) {
    room.state[{step.type, *step.state_key}] = static_cast<std::uint32_t>(room.room.size());
    room.room.push_back(std::move(step));
  };
  put(next_step(room, "m.room.power_levels", anna,
                fmt::format(R"({{"users":{{"{}":100,"{}":60}},"kick":50,"ban":75}})", anna, boris)));
  Step ban = next_step(room, "m.room.member", anna, R"({"membership":"ban"})");
  ban.state_key = chloe;
  put(std::move(ban));
  for (const auto& [sender, who] : {std::pair(anna, "A"), std::pair(boris, "B")}) {
    Step unban = next_step(room, "m.room.member", sender, R"({"membership":"leave"})");
    unban.state_key = chloe;
    std::vector<std::string> words{"to ban takes 75 and to kick 50; B has 60; C is banned",
                                   std::string(who) + " unbans C"};
    out.push_back({{}, {}, {}, {}, false, 1, std::move(words), std::move(unban), room.state, room.room});
  }
}

}  // namespace

QuestionPtr question_of(Witness witness) { return std::make_shared<VerdictQuestion>(witness); }

Differences ask_selections(const ProgramPtr& base, const ProgramPtr& candidate) {
  const Study study = study_of(base, candidate);
  std::vector<Step> events;
  for (const WordedStep& event : study.events) events.push_back(event.step);
  std::vector<std::vector<std::vector<std::uint32_t>>> selected;
  for (const ProgramPtr& program : {base, candidate}) {
    selected.emplace_back();
    const auto staged = workload::stage(Plan{0, study.room}, program, Signing::kUnsigned);
    if (!staged) return {};
    const auto trials = staged->scene->judge(study.state, events);
    if (!trials) return {};
    for (const workload::Trial& trial : *trials) selected.back().push_back(trial.selection);
  }
  // All are asked at once; of those that differ, the first for each pair of selections is a question.
  std::set<std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>> seen;
  std::vector<QuestionPtr> questions;
  for (std::size_t e = 0; e < events.size(); ++e) {
    if (selected[0][e] == selected[1][e] || !seen.emplace(selected[0][e], selected[1][e]).second) continue;
    questions.push_back(std::make_shared<SelectionQuestion>(study.room, study.state, events[e], study.events[e].words));
  }
  Differences out = ask(questions, base, candidate);
  out.asked = events.size();
  return out;
}

namespace {

/// An invite by third party cites the m.room.third_party_invite that it names.
void add_invite_by_token(std::vector<QuestionPtr>& out, Study study) {
  const std::string anna = study.room[0].sender;
  const std::string dora = "@dora:delta.example";
  Step token = next_step(study, "m.room.third_party_invite", anna, R"({"public_key":"AAAA","key_validity_url":"x"})");
  token.state_key = "token";
  const auto at = static_cast<std::uint32_t>(study.room.size());
  study.room.push_back(std::move(token));
  study.state[{"m.room.third_party_invite", "token"}] = at;
  const std::string signed_part =
      fmt::format(R"({{"mxid":"{}","token":"token","signatures":{{"id.example":{{"ed25519:0":"AAAA"}}}}}})", dora);
  Step invite =
      next_step(study, "m.room.member", anna,
                fmt::format(R"({{"membership":"invite","third_party_invite":{{"signed":{}}}}})", signed_part));
  invite.state_key = dora;
  for (const auto& [change, how] : {std::pair(CitingQuestion::Change::kWith, " and cites the token"),
                                    std::pair(CitingQuestion::Change::kWithout, " and does not cite the token")}) {
    out.push_back(std::make_shared<CitingQuestion>(study.room, study.state, invite, change, at,
                                                   std::string("A invites D by a token") + how));
  }
}

std::vector<QuestionPtr> citing_questions(const ProgramPtr& base, const ProgramPtr& candidate) {
  using Change = CitingQuestion::Change;
  const Study study = study_of(base, candidate);
  const std::string sender = study.room.back().sender;
  const auto last = static_cast<std::uint32_t>(study.room.size() - 1);
  std::vector<std::pair<std::string, Step>> events(3);
  events[0] = {"C sends a message", {}};
  events[0].second.type = "m.room.message";
  events[1] = {"C leaves", {}};
  events[1].second.type = "m.room.member";
  events[1].second.content = R"({"membership":"leave"})";
  events[1].second.state_key = sender;
  events[2] = {"A sets the topic", {}};
  events[2].second.type = "m.room.topic";
  events[2].second.state_key = "";
  std::vector<QuestionPtr> questions;
  for (auto& [words, step] : events) {
    step.sender = words.starts_with("A") ? study.room[0].sender : sender;
    step.origin_server_ts = study.room.back().origin_server_ts;
    step.prev = {last};
    step.before = study.state;
    const auto add = [&](StateOfSteps state, Step event, Change change, std::uint32_t cited, std::string how) {
      questions.push_back(
          std::make_shared<CitingQuestion>(study.room, std::move(state), std::move(event), change, cited, words + how));
    };
    for (const std::string room : {"!other:alpha.example", "!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
      Step elsewhere = step;
      elsewhere.room_id = room;
      add(study.state, elsewhere, Change::kNone, 0, fmt::format(" with the room_id `{}`", room));
      add(study.state, elsewhere, Change::kNothing, 0, fmt::format(" with the room_id `{}` and cites nothing", room));
    }
    Study other = study, refused = study, uncreated = study;
    uncreated.room.front().rejected = true;
    other.room.back().room_id = "!other:alpha.example";
    refused.room.back().rejected = true;
    for (const auto& [made, how] :
         {std::pair(&other, " and cites an event of another room"), std::pair(&refused, " and cites a rejected event"),
          std::pair(&uncreated, "; the create event was rejected")})
      questions.push_back(
          std::make_shared<CitingQuestion>(made->room, study.state, step, Change::kNone, 0, words + how));
    for (const auto& [key, cited] : study.state) {
      add(study.state, step, Change::kWithout, cited, fmt::format(" and does not cite `{}`", text_of(key)));
      add(study.state, step, Change::kWith, cited, fmt::format(" and cites `{}` too", text_of(key)));
      add(study.state, step, Change::kTwice, cited, fmt::format(" and cites `{}` twice", text_of(key)));
      StateOfSteps less = study.state;
      less.erase(key);
      add(less, step, Change::kNone, 0, fmt::format("; the state has no `{}`", text_of(key)));
    }
  }
  add_invite_by_token(questions, study);
  return questions;
}

std::vector<QuestionPtr> redaction_questions(const ProgramPtr& base, const ProgramPtr& candidate) {
  const Study study = study_of(base, candidate);
  std::vector<QuestionPtr> questions;
  const auto name = [](const std::string& user) { return user.substr(1, user.find(':') - 1); };
  for (const std::string sender : {"@anna:alpha.example", "@boris:beta.example", "@chloe:gamma.example",
                                   "@dora:alpha.example", "@emil:beta.example"}) {
    for (const std::uint32_t target : {1U, 4U}) {
      Step step;
      step.type = "m.room.redaction";
      step.sender = sender;
      step.redacts = target;
      step.origin_server_ts = study.room.back().origin_server_ts;
      step.prev = {static_cast<std::uint32_t>(study.room.size() - 1)};
      step.before = study.state;
      const std::string words = fmt::format("{} redacts an event of {}", name(sender), name(study.room[target].sender));
      questions.push_back(std::make_shared<RedactionQuestion>(study.room, study.state, std::move(step), words));
    }
  }
  return questions;
}

}  // namespace

Differences ask_citing(const ProgramPtr& base, const ProgramPtr& candidate) {
  return ask(citing_questions(base, candidate), base, candidate);
}

namespace {

std::vector<Witness> unusual_events(const ProgramPtr& base, const ProgramPtr& candidate) {
  const Study study = study_of(base, candidate);
  std::vector<Witness> out;
  add_creators(out, study);
  add_levels(out, study);
  add_spellings(out, study);
  add_unban(out, study);
  return out;
}

}  // namespace

Differences ask_verdicts(const ProgramPtr& base, const ProgramPtr& candidate) {
  std::vector<Witness> all = unusual_events(base, candidate);
  Differences out;
  out.asked = all.size();
  // The rules may judge what canonical JSON lets nobody hash or sign.
  const auto answer = [](const QuestionPtr& question, const ProgramPtr& program) -> std::string {
    return question->files(program) ? question->answer(program).value_or("") : "no such event can be made";
  };
  for (Witness& witness : all) {
    const QuestionPtr question = question_of(std::move(witness));
    std::string one = answer(question, base), two = answer(question, candidate);
    if (one != two) out.found.push_back({question, std::move(one), std::move(two)});
  }
  return out;
}

Differences ask_redactions(const ProgramPtr& base, const ProgramPtr& candidate) {
  return ask(redaction_questions(base, candidate), base, candidate);
}

std::vector<QuestionPtr> questions(QuestionKind kind, const ProgramPtr& version) {
  switch (kind) {
    case QuestionKind::kCiting:
      return citing_questions(version, version);
    case QuestionKind::kRedaction:
      return redaction_questions(version, version);
    case QuestionKind::kReceipt:
      return receipt_questions(version);
    case QuestionKind::kVerdict: {
      std::vector<QuestionPtr> out;
      for (Witness& witness : unusual_events(version, version)) {
        QuestionPtr question = question_of(std::move(witness));
        if (question->files(version)) out.push_back(std::move(question));  // else nobody could hash or sign it
      }
      return out;
    }
    case QuestionKind::kSelection:
    case QuestionKind::kPdu:
    case QuestionKind::kMerge:
      break;
  }
  base::require(false, "questions of this kind are made of two versions");
  return {};
}

}  // namespace stateroom::search
