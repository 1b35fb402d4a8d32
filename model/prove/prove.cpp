#include "model/prove/prove.h"

#include <fmt/format.h>
#include <z3++.h>

#include "model/prove/live_rules.h"
#include "model/prove/promises.h"
#include "model/prove/two_looks.h"

namespace stateroom::prove {

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kProved:
      return "proved";
    case Verdict::kRefuted:
      return "refuted";
    case Verdict::kUnknown:
      return "unknown";
  }
  base::require(false, "a verdict of no kind");
  return {};
}

std::string_view name(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "";
    case Reason::kLimit:
      return "limit";
    case Reason::kEncoding:
      return "encoding";
    case Reason::kSolver:
      return "solver";
  }
  base::require(false, "a reason of no kind");
  return {};
}

std::string solver_version() {
  unsigned major = 0, minor = 0, build = 0, revision = 0;
  Z3_get_version(&major, &minor, &build, &revision);
  return fmt::format("Z3 {}.{}.{}", major, minor, build);
}

const std::vector<Property>& properties() {
  static const std::vector<Property> all = {
      {"closed-selection", "",
       "rules give the same verdict in the whole state and in what the auth events selection takes from it"},
      {"creators-keep-power", "P-CREATOR", "creators cannot lose power"},
      {"depth-free", "P-DEPTH", "verdicts and results do not depend on depth"},
      {"live-rules", "", "every rule decides some event in some state"},
      {"no-escalation", "P-ESC", "nobody gains power that nobody entitled gave"},
      {"peers", "P-PEER", "nobody demotes, kicks or bans a user of equal or higher power"},
      {"redaction-stable", "P-REDACT", "a redacted event has the same id and the same verdict"},
      {"same-rules", "X1", "same verdicts as another version, for every event in every state"},
      {"timestamp-free", "P-TS", "verdicts and results do not depend on timestamps, beyond breaking ties"},
  };
  return all;
}

Answer prove(const std::string& property, const Subject& version, const Subject* other, const Options& options) {
  Answer answer;
  try {
    if (property == "same-rules" && other != nullptr) {
      answer = same_rules(version, *other, options);
    } else if (property == "redaction-stable") {
      answer = redaction_stable(version, options);
    } else if (property == "closed-selection") {
      answer = closed_selection(version, options);
    } else if (property == "peers") {
      answer = peers(version, options);
    } else if (property == "no-escalation") {
      answer = no_escalation(version, options);
    } else if (property == "creators-keep-power") {
      answer = creators_keep_power(version, options);
    } else if (property == "live-rules") {
      answer = live_rules(version, options);
    } else if (property == "depth-free") {
      answer = free_of("depth", version, options);
    } else if (property == "timestamp-free") {
      answer = free_of("origin_server_ts", version, options);
    } else {
      answer.reason = Reason::kEncoding;
      answer.detail = fmt::format("`{}` is no question about one event", property);
    }
  } catch (const z3::exception& error) {
    answer = Answer{};
    answer.reason = Reason::kSolver;
    answer.detail = error.msg();
  }
  answer.property = property == "same-rules" && other != nullptr ? property + ":" + other->text.name : property;
  return answer;
}

}  // namespace stateroom::prove
