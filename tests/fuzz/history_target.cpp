// Any bytes as a file of PDUs or histories: judged, resolved, traced and explained as the command line does.
#include <string>

#include "model/event/history.h"
#include "model/json/value.h"
#include "model/report/answers.h"
#include "tests/fuzz/require.h"

namespace stateroom {
namespace {

void answers_are_json(const report::Answers& answers) {
  for (const std::string& line : answers.lines) {
    fuzz::require(json::parse(line, "answer").has_value(), "an answer is JSON");
    fuzz::require(line.find('\n') == std::string::npos, "an answer is one line");
  }
}

/// A decoded history as a file of the project's own: the PDUs as they came, with their names beside them.
std::string exported(const event::History& history) {
  std::string events, ids;
  for (const event::Event& event : history.events) {
    events += (events.empty() ? "" : ",") + json::to_text(event.json);
    ids += (ids.empty() ? "" : ",") + json::quoted(event.event_id);
  }
  return R"({"events":[)" + events + R"(],"event_ids":[)" + ids + "]}";
}

void exporting_keeps(report::Workbench& workbench, const event::HistoryItem& item) {
  const auto version = workbench.load(item.room_version.value_or(report::Workbench::otherwise()));
  if (!version) return;
  const event::EventFormat& format = (*version)->core->format;
  const auto first = event::decode(item, format, false);
  if (!first || first->events.empty()) return;
  const auto items = event::read_items(exported(*first), "exported");
  fuzz::require(items.size() == 1 && items[0].has_value(), "an exported history can be read");
  const auto second = event::decode(*items[0], format, false);
  fuzz::require(second.has_value(), "an exported history can be decoded");
  fuzz::require(exported(*second) == exported(*first), "an exported history is the same history");
  fuzz::require(first->ids != event::IdMode::kPlaceholder || second->ids == first->ids, "names stay names");
}

}  // namespace
}  // namespace stateroom

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace stateroom;
  const fuzz::Budget budget(size);
  static report::Workbench workbench;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const bool strict : {false, true}) {
    report::HistoryOptions options;
    options.strict = strict;
    answers_are_json(report::events_answers(workbench, bytes, "input", options));
    options.trace = options.explain = true;
    const report::Answers explained = report::resolve_answers(workbench, bytes, "input", options);
    answers_are_json(explained);
    fuzz::require(explained.lines == report::resolve_answers(workbench, bytes, "input", options).lines,
                  "resolving twice gives the same bytes");
  }
  for (const auto& item : event::read_items(bytes, "input")) {
    if (item) exporting_keeps(workbench, *item);
  }
  answers_are_json(report::auth_answers(workbench, bytes, "input", {}));
  return 0;
}
