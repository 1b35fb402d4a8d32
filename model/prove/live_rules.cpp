#include "model/prove/live_rules.h"

#include <fmt/format.h>

#include <optional>

#include "model/prove/encoder.h"
#include "model/prove/replay.h"
#include "model/prove/solving.h"

namespace stateroom::prove {

namespace {

/// All states, or those that are well formed.
class States {
 public:
  States(const Subject& version, bool well_formed, const Options& options, Answer& answer)
      : encoder_(*version.core, world_) {
    static_cast<void>(encoder_.decides());
    if (well_formed) encoder_.require_well_formed();
    world_.require(encoder_.legal(encoder_.the_event()));
    encoder_.require_legal_state();
    solving_.emplace(world_, fmt::format("live-rules-{}", version.text.name), options, answer);
  }
  const std::vector<Fire>& rules() { return encoder_.rules(); }
  std::optional<Solving::Found> decided_by(std::size_t rule) { return solving_->find(encoder_.decides()[rule]); }
  bool fires(std::size_t rule) { return solving_->check(encoder_.rules()[rule].when) == z3::sat; }
  const Solving& solving() const { return *solving_; }

 private:
  World world_;
  Encoder encoder_;
  std::optional<Solving> solving_;
};

class LiveRules {
 public:
  LiveRules(const Subject& version, const Options& options)
      : version_(version), options_(options), well_formed_(version, true, options, answer_) {}

  Answer run() {
    answer_.hypotheses = {"limits"};
    const auto count = static_cast<std::uint32_t>(well_formed_.rules().size());
    for (std::uint32_t i = 0; i < count && !gave_up(); ++i) {
      if (options_.progress && !options_.progress(i, count)) return unknown(Reason::kLimit, "stopped");
      if (!options_.decided.contains(well_formed_.rules()[i].label)) ask(i);
    }
    if (gave_up()) return unknown(Reason::kLimit, "the solver gave up");
    if (!answer_.mismatches.empty())
      return unknown(Reason::kEncoding, fmt::format("{} models do not replay", answer_.mismatches.size()));
    answer_.verdict = answer_.findings.empty() ? Verdict::kProved : Verdict::kRefuted;
    return std::move(answer_);
  }

 private:
  bool gave_up() const { return well_formed_.solving().gave_up() || (all_ && all_->solving().gave_up()); }

  void ask(std::size_t rule) {
    if (const auto found = well_formed_.decided_by(rule)) return take(rule, *found);
    if (well_formed_.solving().gave_up()) return;
    // Some rules are there for states that no room has.
    if (!all_) all_.emplace(version_, false, options_, answer_);
    if (const auto found = all_->decided_by(rule)) return take(rule, *found);
    if (all_->solving().gave_up()) return;
    const Fire& fire = well_formed_.rules()[rule];
    Finding finding;
    finding.words = fmt::format(
        "{}{}{} never decides: {}", fire.number, fire.number.empty() ? "" : " ", fire.label,
        all_->fires(rule) ? "where its condition holds an earlier rule decides" : "its condition never holds");
    answer_.findings.push_back(std::move(finding));
  }

  // The model's event, decided by the engine: the rule must be this one.
  void take(std::size_t rule, const Solving::Found& found) {
    const Fire& fire = well_formed_.rules()[rule];
    const auto made = replay(found.situation, version_, {});
    const std::string by = made ? side_of(*made, version_).label : made.error().message;
    if (by == fire.label && made->decision.allowed == fire.allows) return;
    answer_.mismatches.push_back(fmt::format("{}: {} decides by {}", fire.label, version_.text.name, by));
  }

  Answer unknown(Reason reason, std::string detail) {
    answer_.verdict = answer_.findings.empty() ? Verdict::kUnknown : Verdict::kRefuted;
    answer_.reason = reason;
    answer_.detail = std::move(detail);
    return std::move(answer_);
  }

  const Subject& version_;
  const Options& options_;
  Answer answer_;
  States well_formed_;
  std::optional<States> all_;
};

}  // namespace

Answer live_rules(const Subject& version, const Options& options) {
  try {
    return LiveRules(version, options).run();
  } catch (const Unsupported& unsupported) {
    Answer answer;
    answer.reason = Reason::kEncoding;
    answer.detail = unsupported.what();
    return answer;
  }
}

}  // namespace stateroom::prove
