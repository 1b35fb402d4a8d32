// An explanation in words.
#include <algorithm>

#include "model/json/value.h"
#include "model/resolve/explain.h"

namespace stateroom::resolve {

namespace {

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string id(const graph::Room& room, EventIndex event) { return quoted(room.strings().text(room.event_id(event))); }

std::string ordinal(std::size_t number) {
  const std::size_t tens = number % 100, ones = number % 10;
  const char* suffix = tens >= 11 && tens <= 13 ? "th" : ones == 1 ? "st" : ones == 2 ? "nd" : ones == 3 ? "rd" : "th";
  return std::to_string(number) + suffix;
}

std::string slot(std::string_view type, std::string_view state_key) {
  return state_key.empty() ? std::string(type) : std::string(type) + " of " + std::string(state_key);
}

std::string placing_text(const graph::Room& room, const Placing& placing) {
  std::string out = "    " + placing.name + ": ";
  if (placing.count == 1) return out + "the only one\n";
  out += ordinal(placing.place + 1) + " of " + std::to_string(placing.count);
  if (!placing.before.valid()) return out + "\n";
  out += ", just after " + id(room, placing.before);
  if (placing.component.empty()) return out + ": what an event cites comes before it\n";
  return out + ": " + placing.component + " " + placing.value_before + " there, " + placing.value + " here\n";
}

std::string check_text(const CheckNote& check) {
  std::string out = "    " + check.name + ": " + (check.allowed ? "allowed" : "refused") + " by rule ";
  out += check.number.empty() ? check.label : check.number + " (" + check.label + ")";
  if (check.reads.empty()) return out + ", which read nothing of the state\n";
  out += ", having read ";
  for (std::size_t i = 0; i < check.reads.size(); ++i) {
    if (i > 0) out += ", ";
    out += slot(check.reads[i].first, check.reads[i].second);
  }
  return out + "\n";
}

/// The content, cut where it is long; escapes keep line breaks of strangers out of the text.
std::string content_text(json::Value content) {
  constexpr std::size_t kLong = 80;
  if (!content.is_object() || content.size() == 0) return "";
  std::string text = json::to_text(content);
  if (text.size() > kLong) {
    std::size_t end = kLong;
    while ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
    text = text.substr(0, end) + "…";
  }
  return ", content " + text;
}

std::string outcome_text(const Candidate& candidate) {
  if (candidate.outcome == "won") return "It is in the result.";
  if (candidate.outcome == "refused") return "The rules refused it.";
  if (candidate.outcome == "replaced") return "The rules allowed it; another event took the key later.";
  return "The rules were not asked about it.";
}

}  // namespace

std::string explain_text(const graph::Room& room, const KeyExplanation& key) {
  std::string out = slot(key.type, key.state_key) + ": ";
  const std::size_t count = key.candidates.size();
  out += count == 1 ? "one event stood for it. " : std::to_string(count) + " events competed. ";
  out += key.winner.valid() ? "The result has " + id(room, key.winner) + ".\n" : "The result has none.\n";
  for (const Candidate& candidate : key.candidates) {
    out += "  " + id(room, candidate.event) + " by " + std::string(room.strings().text(room.sender(candidate.event)));
    out += " at " + std::to_string(room.origin_server_ts(candidate.event));
    out += content_text(room.event(candidate.event).content) + ". " + outcome_text(candidate) + "\n";
    for (const Membership& in : candidate.in) {
      out += "    in " + in.name + (in.why.empty() ? "" : ": " + in.why) + "\n";
    }
    for (const Placing& placing : candidate.placings) out += placing_text(room, placing);
    for (const CheckNote& check : candidate.checks) out += check_text(check);
  }
  for (const Overlay& overlay : key.overlays) {
    out += "  At the end `" + overlay.name + "` lays `" + overlay.above_name + "` over `" + overlay.below_name + "`: ";
    out += id(room, overlay.above) + (overlay.below.valid() ? " replaces " + id(room, overlay.below) : " is put in") +
           ".\n";
  }
  return out;
}

}  // namespace stateroom::resolve
