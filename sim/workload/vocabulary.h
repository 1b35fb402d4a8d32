// What a room version's text speaks about: the words that histories of it are made of.
//
// In:  an elaborated version. Out: event types, and for each content field the literals that its rules compare it with.
// Promise: nothing depends on a version's name; a candidate that reads one more field or knows one more membership gets
// histories with it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/rules/core.h"

namespace stateroom::workload {

struct Vocabulary {
  std::vector<std::string> event_types;  // named by rules or content sections, in bytewise order
  std::map<graph::ColumnIndex, std::vector<std::string>> literals;  // strings that a column is compared with
  bool state_key_prefix = false;                                    // rules look at a part of the state_key

  std::vector<std::string> literals_of(const graph::ColumnPlan& plan, std::string_view type,
                                       std::string_view field) const;
};

Vocabulary vocabulary_of(const rules::CoreVersion& version);

}  // namespace stateroom::workload
