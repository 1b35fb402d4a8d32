// The options that every question about a history has.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "model/report/answers.h"

namespace stateroom::bindings {

inline report::HistoryOptions options_of(std::optional<std::string> version, std::string profile,
                                         std::map<std::string, std::string> readings, bool strict,
                                         std::optional<std::string> keys) {
  report::HistoryOptions out;
  out.version = std::move(version);
  out.choice.profile = std::move(profile);
  out.choice.readings = std::move(readings);
  out.strict = strict;
  out.keys_json = std::move(keys);
  return out;
}

}  // namespace stateroom::bindings
