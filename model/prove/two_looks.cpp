#include "model/prove/two_looks.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/prove/encoder.h"
#include "model/prove/replay.h"
#include "model/prove/shrink.h"
#include "model/prove/solving.h"

namespace stateroom::prove {

namespace {

using rules::CoreRule;

bool selects_create(const std::vector<CoreRule>& selection) {
  return std::ranges::any_of(selection, [](const CoreRule& rule) {
    return (rule.leaf && rule.condition->kind == rules::CoreKind::kSlot && rule.condition->text == "m.room.create") ||
           selects_create(rule.children);
  });
}

bool has_creator(const Subject& version) { return version.core->plan.find("m.room.create", {"creator"}).valid(); }

bool derives_room_id(const Subject& version) {
  const event::FormatField* field = version.core->format.field("room_id");
  return field != nullptr && field->when;
}

/// How one version sees what the other has in another form.
Look look_of(const Subject& version, const Subject& other) {
  Look look;
  look.create_not_cited = !selects_create(version.core->auth_events) && selects_create(other.core->auth_events);
  look.create_has_no_room = derives_room_id(version) && !derives_room_id(other);
  look.creator_is_sender = has_creator(version) && !has_creator(other);
  return look;
}

/// A version's look at the event, and how what a model says becomes events for it.
struct Looking {
  const Subject* subject = nullptr;
  Look look;
  Form form;
};

class TwoLooks {
 public:
  TwoLooks(std::string property, Looking one, Looking two, const Options& options)
      : property_(std::move(property)),
        sides_{std::move(one), std::move(two)},
        options_(options),
        encoders_{Encoder(*sides_[0].subject->core, world_, sides_[0].look),
                  Encoder(*sides_[1].subject->core, world_, sides_[1].look)} {}

  Answer run() {
    answer_.hypotheses = {"well-formed-state", "limits"};
    for (const Looking& side : sides_) translated(*side.subject, side.look);
    const z3::expr goal = encode();
    Solving solving(world_, fmt::format("{}-{}", property_, sides_[0].subject->text.name), options_, answer_);
    if (options_.relaxed) {
      solving.settle(goal);
      return std::move(answer_);
    }
    const z3::check_result possible = solving.check(world_.truth(true));
    if (possible != z3::sat)
      return unknown(possible == z3::unsat ? Reason::kEncoding : Reason::kLimit,
                     possible == z3::unsat ? "no event and state meet the hypotheses" : solving.why());
    while (auto found = solving.find(goal)) {
      take(*found, solving);
      if (options_.progress && !options_.progress(static_cast<std::uint32_t>(answer_.findings.size()), 0))
        return unknown(Reason::kLimit, "stopped");
    }
    if (solving.gave_up()) return unknown(Reason::kLimit, solving.why());
    if (mismatches_ > 0) return unknown(Reason::kEncoding, detail_);
    answer_.verdict = answer_.findings.empty() ? Verdict::kProved : Verdict::kRefuted;
    return std::move(answer_);
  }

 private:
  void translated(const Subject& version, const Look& look) {
    const std::string& name = version.text.name;
    if (look.create_not_cited)
      answer_.translated.push_back(
          fmt::format("auth_events: in {} without the create event, which the other cites", name));
    if (look.create_has_no_room)
      answer_.translated.push_back(
          fmt::format("room_id: a create event of {} has none; all events are of one room", name));
    if (look.creator_is_sender)
      answer_.translated.push_back(fmt::format("creator: in {} the create event names its sender", name));
  }

  // The formula that the two decide differently.
  z3::expr encode() {
    std::vector<z3::expr>& verdicts = verdicts_;
    verdicts = {encoders_[0].allowed(), encoders_[1].allowed()};
    for (Encoder& encoder : encoders_) encoder.require_well_formed();
    if (sides_[0].look.create_not_cited || sides_[1].look.create_not_cited) {
      Encoder& citing = encoders_[sides_[0].look.create_not_cited ? 1 : 0];
      world_.require(citing.cites_create_once());
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const z3::expr legal = encoders_[i].legal(encoders_[i].the_event());
      legal_.push_back(world_.named("legal in " + sides_[i].subject->text.name, legal));
      encoders_[i].require_legal_state();
      if (!options_.either) world_.require(legal_[i]);
      if (options_.either) verdicts[i] = verdicts[i] && legal_[i];
    }
    if (options_.either) world_.require(legal_[0] || legal_[1]);
    return verdicts[0] != verdicts[1];
  }

  struct Deciding {
    std::string label;
    z3::expr by;
  };
  Deciding deciding(std::size_t i, const z3::model& model) {
    if (options_.either && !model.eval(legal_[i], true).is_true()) return {"format", !legal_[i]};
    const auto& decides = encoders_[i].decides();
    for (std::size_t k = 0; k < decides.size(); ++k) {
      if (model.eval(decides[k], true).is_true()) return {encoders_[i].rules()[k].label, decides[k]};
    }
    base::require(false, "some rule decides every event");
    return {"", world_.truth(false)};
  }

  /// The sides as the versions decide them; none: an event cannot be made, or a rule decides that is not `wanted`.
  base::Result<Finding> replayed(const Situation& situation, const std::string (&wanted)[2]) const {
    Finding finding;
    for (std::size_t i = 0; i < 2; ++i) {
      if (wanted[i] == "format") {
        finding.sides.push_back(Side{sides_[i].subject->text.name, false, "format", "", {}, {}, {}, ""});
        continue;
      }
      const auto made = replay(situation, *sides_[i].subject, sides_[i].form);
      if (!made) return std::unexpected(made.error());
      finding.sides.push_back(side_of(*made, *sides_[i].subject));
      const Side& side = finding.sides.back();
      if (side.label != wanted[i])
        return base::fail(base::ErrorCode::kInternal, fmt::format("{} decides by {}", side.version, side.label));
    }
    if (finding.sides[0].allowed == finding.sides[1].allowed)
      return base::fail(base::ErrorCode::kInternal, "both decide alike");
    return finding;
  }

  void take(const Solving::Found& found, Solving& solving) {
    z3::expr pair = world_.truth(true);
    std::string labels[2];
    for (std::size_t i = 0; i < 2; ++i) {
      const Deciding by = deciding(i, found.model);
      labels[i] = by.label;
      pair = pair && by.by;
    }
    solving.add(!pair);
    const auto first = replayed(found.situation, labels);
    if (!first) {
      ++mismatches_;
      const std::string what = fmt::format("{} / {}: {}", labels[0], labels[1], first.error().message);
      detail_ = fmt::format("{} models do not replay; the last: {}", mismatches_, what);
      answer_.mismatches.push_back(what);
      return;
    }
    const Situation small =
        shrink(found.situation, [&](const Situation& smaller) { return replayed(smaller, labels).has_value(); });
    Finding finding = *replayed(small, labels);
    for (const auto& [asked, holds] : small.oracles) finding.assumed.push_back(fmt::format("{} is {}", asked, holds));
    finding.words = words(finding);
    if (options_.directions) {
      const std::size_t allows = finding.sides[0].allowed ? 0 : 1;
      solving.add(!verdicts_[allows] || verdicts_[1 - allows]);
    }
    answer_.findings.push_back(std::move(finding));
  }

  std::string words(const Finding& finding) const {
    const auto one = [&](std::size_t i) {
      const Side& side = finding.sides[i];
      return fmt::format("{}{} {} it ({}{}{})", side.version, words_of(sides_[i].form.change),
                         side.allowed ? "allows" : "rejects", side.number, side.number.empty() ? "" : " ", side.label);
    };
    return fmt::format("{}, {}", one(0), one(1));
  }
  static std::string_view words_of(Change change) {
    switch (change) {
      case Change::kNone:
        return "";
      case Change::kRedacted:
        return " after redaction";
      case Change::kSelection:
        return " in what the selection takes of the state";
      case Change::kDepth:
        return " with another depth";
      case Change::kTimestamp:
        return " with another origin_server_ts";
    }
    base::require(false, "a change of no kind");
    return {};
  }

  Answer unknown(Reason reason, std::string detail) {
    // What was found and replayed stands, whatever is open beside it.
    answer_.verdict = answer_.findings.empty() ? Verdict::kUnknown : Verdict::kRefuted;
    answer_.reason = reason;
    answer_.detail = std::move(detail);
    return std::move(answer_);
  }

  std::string property_;
  Looking sides_[2];
  const Options& options_;
  World world_;
  Encoder encoders_[2];
  Answer answer_;
  std::vector<z3::expr> verdicts_, legal_;
  std::uint32_t mismatches_ = 0;
  std::string detail_;
};

Answer ask(const std::string& property, Looking one, Looking two, const Options& options) {
  for (Looking* side : {&one, &two}) side->look.relaxed = options.relaxed.value_or("");
  try {
    return TwoLooks(property, std::move(one), std::move(two), options).run();
  } catch (const Unsupported& unsupported) {
    Answer answer;
    answer.reason = Reason::kEncoding;
    answer.detail = unsupported.what();
    return answer;
  }
}

/// Whether a resolution's text reads the field; `keys_count`: as the first component of an order too, not only after
/// it.
bool reads(const Core& core, const std::string& field, bool ties_only) {
  if (core.kind == rules::CoreKind::kEventField && core.text == field) return true;
  for (const CorePtr& arg : core.args) {
    if (reads(*arg, field, ties_only)) return true;
  }
  for (std::size_t i = 0; i < core.keys.size(); ++i) {
    const Core& key = *core.keys[i].value;
    const bool plain = key.kind == rules::CoreKind::kEventField && key.text == field;
    if (plain && ties_only && i > 0) continue;
    if (reads(key, field, ties_only)) return true;
  }
  return false;
}

}  // namespace

Answer same_rules(const Subject& version, const Subject& other, const Options& options) {
  const auto looking = [](const Subject& of, const Subject& beside) {
    const Look look = look_of(of, beside);
    return Looking{&of, look, Form{look.create_not_cited, look.creator_is_sender, Change::kNone}};
  };
  return ask("same-rules-" + other.text.name, looking(version, other), looking(other, version), options);
}

Answer redaction_stable(const Subject& version, const Options& options) {
  Looking redacted{&version, {}, {}};
  redacted.look.redacted = true;
  redacted.form.change = Change::kRedacted;
  return ask("redaction-stable", {&version, {}, {}}, redacted, options);
}

Answer closed_selection(const Subject& version, const Options& options) {
  Looking selection{&version, {}, {}};
  selection.look.selection = true;
  selection.form.change = Change::kSelection;
  return ask("closed-selection", {&version, {}, {}}, selection, options);
}

Answer free_of(const std::string& field, const Subject& version, const Options& options) {
  const bool depth = field == "depth";
  Looking other{&version, {}, {}};
  (depth ? other.look.depth : other.look.ts) = "'";
  other.form.change = depth ? Change::kDepth : Change::kTimestamp;
  Answer answer = ask(field + "-free", {&version, {}, {}}, other, options);
  for (const rules::CoreName& name : version.core->resolution) {
    if (answer.verdict != Verdict::kProved || !reads(*name.value, field, !depth)) continue;
    answer.verdict = Verdict::kUnknown;
    answer.reason = Reason::kEncoding;
    answer.detail = fmt::format("no verdict depends on {}; the resolution reads it in `{}`", field, name.name);
  }
  return answer;
}

}  // namespace stateroom::prove
