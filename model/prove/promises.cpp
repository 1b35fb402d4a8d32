#include "model/prove/promises.h"

#include <fmt/format.h>

#include <functional>

#include "model/graph/state.h"
#include "model/prove/encoder.h"
#include "model/prove/powers.h"
#include "model/prove/replay.h"
#include "model/prove/shrink.h"
#include "model/prove/solving.h"

namespace stateroom::prove {

namespace {

using Level = rules::Evaluator::Scalar;

std::string words_of(const Level& level) { return level.infinite ? "infinite power" : fmt::format("{}", level.value); }

// What the engine says of a user before and after the event.
struct Measured {
  bool kicks = false, bans = false, changes_levels = false, sends = false;
  bool creator = false, named_before = false, named_after = false;
  Level before, after, sender;
};

// The same as formulas.
struct Formulas {
  z3::expr kicks, bans, changes_levels, sends, creator, named_before, named_after;
  Value before, after, sender;
  z3::expr higher(const Value& a, const Value& b) const { return !b.infinite && (a.infinite || a.number > b.number); }
};

/// A way to break a promise, as a formula and as a check of what was measured.
struct Way {
  std::string name, statement;
  std::function<z3::expr(const Formulas&)> formula;
  std::function<bool(const Measured&)> measured;
};

class Promise {
 public:
  Promise(std::string property, const Subject& version, std::vector<Way> ways, const Options& options)
      : property_(std::move(property)),
        version_(version),
        ways_(std::move(ways)),
        options_(options),
        powers_(powers_of(version.text, std::nullopt)),
        rules_(*version.core, world_, relaxed(options)),
        before_(*powers_.core, world_),
        after_(*powers_.core, world_, after()) {}

  Answer run() {
    answer_.hypotheses = {"well-formed-state", "limits"};
    const z3::expr allowed = rules_.allowed();
    const Formulas formulas = encode();
    std::vector<z3::expr> broken;
    for (const Way& way : ways_) broken.push_back(world_.named("broken by " + way.name, way.formula(formulas)));
    Solving solving(world_, fmt::format("{}-{}", property_, version_.text.name), options_, answer_);
    if (options_.relaxed) {
      z3::expr any = world_.truth(false);
      for (const z3::expr& one : broken) any = any || one;
      solving.settle(allowed && any);
      return std::move(answer_);
    }
    const z3::check_result possible = solving.check(allowed && formulas.changes_levels);
    if (possible != z3::sat) {
      answer_.reason = possible == z3::unsat ? Reason::kEncoding : Reason::kLimit;
      answer_.detail = possible == z3::unsat ? "no event that meets the hypotheses changes power" : solving.why();
      return std::move(answer_);
    }
    for (std::size_t i = 0; i < ways_.size(); ++i) ask(ways_[i], allowed && broken[i], broken[i], solving);
    conclude();
    return std::move(answer_);
  }

 private:
  static Look relaxed(const Options& options) {
    Look look;
    look.relaxed = options.relaxed.value_or("");
    return look;
  }
  static Look after() {
    Look look;
    look.after = true;
    return look;
  }

  Value of_user(Encoder& encoder, const OfUser& asked, const Value& user) {
    encoder.bind(asked.user, user);
    return encoder.value(*asked.expression);
  }

  Formulas encode() {
    Value user(world_);
    user.text = world_.asked(kUser);
    const Value sender = rules_.field(rules_.the_event(), "sender");
    Formulas out{before_.truth(*powers_.kicks.expression),
                 before_.truth(*powers_.bans.expression),
                 before_.truth(*powers_.changes_levels.expression),
                 z3::operator==(user.text, sender.text),
                 of_user(before_, powers_.creator, user).truth,
                 of_user(before_, powers_.named, user).truth,
                 of_user(after_, powers_.named, user).truth,
                 of_user(before_, powers_.power, user),
                 of_user(after_, powers_.power, user),
                 before_.value(*powers_.sender.expression)};
    world_.require(of_user(before_, powers_.is_user, user).truth);
    rules_.require_well_formed();
    world_.require(rules_.legal(rules_.the_event()));
    rules_.require_legal_state();
    return out;
  }

  void ask(const Way& way, const z3::expr& goal, const z3::expr& broken, Solving& solving) {
    Part part{way.name, way.statement, Verdict::kProved};
    while (auto found = solving.find(goal)) {
      std::size_t by = 0;
      while (!found->model.eval(rules_.decides()[by], true).is_true()) ++by;
      solving.add(!(broken && rules_.decides()[by]));
      if (take(way, *found, rules_.rules()[by].label)) {
        part.verdict = Verdict::kRefuted;
      } else if (part.verdict == Verdict::kProved) {
        part.verdict = Verdict::kUnknown;
      }
      if (options_.progress && !options_.progress(static_cast<std::uint32_t>(answer_.findings.size()), 0)) {
        stopped_ = true;
        break;
      }
    }
    if ((solving.gave_up() || stopped_) && part.verdict == Verdict::kProved) part.verdict = Verdict::kUnknown;
    if (solving.gave_up() && answer_.detail.empty()) answer_.detail = solving.why();
    answer_.parts.push_back(std::move(part));
  }

  struct Shown {
    Finding finding;
    Measured measured;
  };
  base::Result<Shown> replayed(const Situation& situation, const Powers& powers, const Way& way,
                               const std::string& label) const {
    const std::string& user = situation.asked.at(kUser);
    Shown out;
    const auto measure = [&](graph::Room& room, graph::StateStore& store, base::EventIndex event, graph::State state) {
      out.measured = measured(powers, user, room, store, event, state);
    };
    const auto made = replay(situation, version_, {}, measure);
    if (!made) return std::unexpected(made.error());
    out.finding.sides.push_back(side_of(*made, version_));
    const Side& side = out.finding.sides.back();
    if (!side.allowed || side.label != label)
      return base::fail(base::ErrorCode::kInternal, fmt::format("{} decides by {}", side.version, side.label));
    if (!way.measured(out.measured))
      return base::fail(base::ErrorCode::kInternal, fmt::format("{} keeps `{}`", side.version, way.name));
    return out;
  }

  Measured measured(const Powers& powers, const std::string& user, graph::Room& room, graph::StateStore& store,
                    base::EventIndex event, graph::State state) const {
    rules::Evaluator evaluator(rules::Program::compile(powers.core), room);
    Measured out;
    const auto before = rules::StateView::of(store, state);
    const auto is = [&](const OfUser& asked, const rules::StateView& view) {
      return evaluator.boolean(asked.expression, event, view, {});
    };
    out.kicks = is(powers.kicks, before);
    out.bans = is(powers.bans, before);
    out.changes_levels = is(powers.changes_levels, before);
    out.creator = is(powers.creator, before);
    out.named_before = is(powers.named, before);
    out.sends = room.strings().text(room.sender(event)) == user;
    out.before = evaluator.scalar(powers.power.expression, event, before, {});
    const auto changed = out.changes_levels ? store.with(state, {{room.key(event), event}}) : state;
    const auto after = rules::StateView::of(store, changed);
    out.named_after = is(powers.named, after);
    out.after = evaluator.scalar(powers.power.expression, event, after, {});
    out.sender = evaluator.scalar(powers.sender.expression, event, before, {});
    return out;
  }

  /// Whether the model is a finding; else it is a mismatch.
  bool take(const Way& way, const Solving::Found& found, const std::string& label) {
    const std::string& user = found.situation.asked.at(kUser);
    const Powers powers = powers_of(version_.text, user);
    const auto first = replayed(found.situation, powers, way, label);
    if (!first) {
      answer_.mismatches.push_back(fmt::format("{} / {}: {}", way.name, label, first.error().message));
      return false;
    }
    const Situation small = shrink(
        found.situation, [&](const Situation& smaller) { return replayed(smaller, powers, way, label).has_value(); });
    Shown shown = *replayed(small, powers, way, label);
    for (const auto& [asked, holds] : small.oracles)
      shown.finding.assumed.push_back(fmt::format("{} is {}", asked, holds));
    shown.finding.words = words(way, shown, user);
    answer_.findings.push_back(std::move(shown.finding));
    return true;
  }

  std::string words(const Way& way, const Shown& shown, const std::string& user) const {
    const Side& side = shown.finding.sides[0];
    const Measured& m = shown.measured;
    const std::string by = fmt::format("{} allows it ({}{}{}): {}", side.version, side.number,
                                       side.number.empty() ? "" : " ", side.label, way.name);
    if (m.kicks || m.bans) return by;
    return fmt::format("{}: {} has {} before and {} after, {}", by, user, words_of(m.before), words_of(m.after),
                       m.sends ? "by an event of its own" : fmt::format("the sender has {}", words_of(m.sender)));
  }

  void conclude() {
    bool unknown = false;
    for (const Part& part : answer_.parts) unknown = unknown || part.verdict == Verdict::kUnknown;
    answer_.verdict = !answer_.findings.empty() ? Verdict::kRefuted : unknown ? Verdict::kUnknown : Verdict::kProved;
    if (!unknown) return;
    answer_.reason = answer_.detail.empty() && !stopped_ ? Reason::kEncoding : Reason::kLimit;
    if (stopped_) answer_.detail = "stopped";
    if (answer_.detail.empty())
      answer_.detail =
          fmt::format("{} models do not replay; the last: {}", answer_.mismatches.size(), answer_.mismatches.back());
  }

  static constexpr const char* kUser = "user";

  std::string property_;
  const Subject& version_;
  std::vector<Way> ways_;
  const Options& options_;
  Powers powers_;
  World world_;
  Encoder rules_, before_, after_;
  Answer answer_;
  bool stopped_ = false;
};

Answer ask(const std::string& property, const Subject& version, std::vector<Way> ways, const Options& options) {
  try {
    return Promise(property, version, std::move(ways), options).run();
  } catch (const Unsupported& unsupported) {
    Answer answer;
    answer.reason = Reason::kEncoding;
    answer.detail = unsupported.what();
    return answer;
  }
}

}  // namespace

Answer peers(const Subject& version, const Options& options) {
  const auto demotes = [](const Formulas& f) {
    return f.changes_levels && !f.sends && !f.higher(f.sender, f.before) && f.higher(f.before, f.after);
  };
  const auto demoted = [](const Measured& m) {
    return m.changes_levels && !m.sends && m.before >= m.sender && m.after < m.before;
  };
  return ask(
      "peers", version,
      {{"a kick", "nobody kicks a user of equal or higher power", [](const Formulas& f) { return f.kicks; },
        [](const Measured& m) { return m.kicks; }},
       {"a ban", "nobody bans a user of equal or higher power", [](const Formulas& f) { return f.bans; },
        [](const Measured& m) { return m.bans; }},
       {"the power of a user that has an entry", "nobody demotes a user of equal or higher power that `users` names",
        [=](const Formulas& f) { return demotes(f) && f.named_before; },
        [=](const Measured& m) { return demoted(m) && m.named_before; }},
       {"the power of a user without an entry", "nobody demotes a user of equal or higher power that has it by default",
        [=](const Formulas& f) { return demotes(f) && !f.named_before; },
        [=](const Measured& m) { return demoted(m) && !m.named_before; }}},
      options);
}

Answer no_escalation(const Subject& version, const Options& options) {
  const auto raises = [](const Formulas& f) {
    return f.changes_levels && f.higher(f.after, f.before) && f.higher(f.after, f.sender);
  };
  const auto raised = [](const Measured& m) { return m.changes_levels && m.after > m.before && m.after > m.sender; };
  return ask("no-escalation", version,
             {{"power by an entry", "no entry of `users` gives more power than the sender has",
               [=](const Formulas& f) { return raises(f) && f.named_after; },
               [=](const Measured& m) { return raised(m) && m.named_after; }},
              {"power by the default", "no user without an entry gets more power than the sender has",
               [=](const Formulas& f) { return raises(f) && !f.named_after; },
               [=](const Measured& m) { return raised(m) && !m.named_after; }}},
             options);
}

Answer creators_keep_power(const Subject& version, const Options& options) {
  const auto loses = [](const Formulas& f) { return f.changes_levels && f.creator && f.higher(f.before, f.after); };
  const auto lost = [](const Measured& m) { return m.changes_levels && m.creator && m.after < m.before; };
  return ask(
      "creators-keep-power", version,
      {{"an event of its own", "no creator lowers its own power",
        [=](const Formulas& f) { return loses(f) && f.sends; }, [=](const Measured& m) { return lost(m) && m.sends; }},
       {"an event of another", "nobody lowers the power of another who is creator",
        [=](const Formulas& f) { return loses(f) && !f.sends; },
        [=](const Measured& m) { return lost(m) && !m.sends; }}},
      options);
}

}  // namespace stateroom::prove
