// Any bytes as a file of PDUs or histories: judged, resolved, traced and explained as the command line does.
#include <algorithm>
#include <string>

#include "model/json/document.h"
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

}  // namespace
}  // namespace stateroom

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace stateroom;
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
  answers_are_json(report::auth_answers(workbench, bytes, "input", {}));
  return 0;
}
