// What commands answer: JSON objects as INTERFACE lists them, and texts for people.
//
// In:  a workbench, and names or the bytes of files.
// Out: one JSON object an item, in order; an item that could not be done is `{"error": {code, message, where}}` and the
// others are
//      still done.
// Promise: the same bytes for the same input.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/event/history.h"
#include "model/report/workbench.h"

namespace stateroom::report {

struct Answers {
  std::vector<std::string> lines;  // JSON objects
  bool refused = false;            // an item could not be done: exit status 1
  bool unwelcome = false;          // something differs, warns or was rejected: exit status 3 with --check
  std::size_t inherited = 0;       // of `check`: lints that were left out, since the base has them
};

std::string error_line(const base::Error& error);

// Texts.
Answers list_errors();
Answers list_versions(Workbench& workbench);
/// Errors and lints; without `inherited`, lints that the text it extends has too are only counted.
Answers check_text(Workbench& workbench, const std::string& path, bool inherited);
Answers compare_texts(Workbench& workbench, const std::string& before, const std::string& after);
/// The flattened text of a version or one section; `markdown`: in numbered English. Error: unknown version, unknown
/// section.
base::Result<std::string> print_text(Workbench& workbench, const std::string& version, const std::string& section,
                                     bool markdown);
/// `{label, number, english, text, numbers: {version: number}, changed_by: [...], reads…}` of a rule by number or
/// label.
base::Result<std::string> rule_answer(Workbench& workbench, const std::string& version, const std::string& rule);

// Histories.
struct HistoryOptions {
  std::optional<std::string> version;
  Choice choice;
  bool strict = false;
  std::optional<std::string> keys_json;  // the bytes of a file of server keys
  bool trace = false, explain = false;
  std::optional<std::string> explain_type, explain_state_key;
  std::uint32_t time = 0;  // repetitions to time
  /// Takes the answers of each item as soon as it is done, and how many of how many are; they are not kept then, but
  /// for what the exit status follows from.
  std::function<void(const Answers& item, std::size_t done, std::size_t total)> each;
};
Answers events_answers(Workbench& workbench, const std::string& bytes, const std::string& file,
                       const HistoryOptions& options);
Answers auth_answers(Workbench& workbench, const std::string& bytes, const std::string& file,
                     const HistoryOptions& options);
Answers resolve_answers(Workbench& workbench, const std::string& bytes, const std::string& file,
                        const HistoryOptions& options);
// The same of one item that was read before.
Answers events_answers(Workbench& workbench, const event::HistoryItem& item, const HistoryOptions& options);
Answers resolve_answers(Workbench& workbench, const event::HistoryItem& item, const HistoryOptions& options);

}  // namespace stateroom::report
