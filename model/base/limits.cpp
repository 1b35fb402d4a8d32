#include "model/base/limits.h"

#include <algorithm>
#include <array>
#include <limits>
#include <variant>

namespace stateroom::base {

namespace {

struct Named {
  std::string_view name;
  std::variant<std::uint32_t LimitValues::*, std::uint64_t LimitValues::*> member;
};

constexpr std::array kNamed{
    Named{"input_bytes_max", &LimitValues::input_bytes_max},
    Named{"json_depth_max", &LimitValues::json_depth_max},
    Named{"json_keys_max", &LimitValues::json_keys_max},
    Named{"events_max", &LimitValues::events_max},
    Named{"state_sets_max", &LimitValues::state_sets_max},
    Named{"text_bytes_max", &LimitValues::text_bytes_max},
    Named{"text_depth_max", &LimitValues::text_depth_max},
    Named{"text_nodes_max", &LimitValues::text_nodes_max},
    Named{"text_errors_max", &LimitValues::text_errors_max},
    Named{"lineage_max", &LimitValues::lineage_max},
    Named{"resolution_steps_max", &LimitValues::resolution_steps_max},
    Named{"paths_steps_max", &LimitValues::paths_steps_max},
};

LimitValues& of_process() {
  static LimitValues values;
  return values;
}

}  // namespace

Limits::Limits() : LimitValues(of_process()) {}

std::vector<std::pair<std::string, std::uint64_t>> process_limits() {
  std::vector<std::pair<std::string, std::uint64_t>> out;
  for (const Named& limit : kNamed) {
    const auto value = std::visit([](auto member) { return std::uint64_t{of_process().*member}; }, limit.member);
    out.emplace_back(limit.name, value);
  }
  return out;
}

Result<void> set_process_limit(std::string_view name, std::uint64_t value) {
  const auto found = std::ranges::find(kNamed, name, &Named::name);
  if (found == kNamed.end()) {
    std::string all;
    for (const Named& limit : kNamed) all += (all.empty() ? "`" : ", `") + std::string(limit.name) + "`";
    return fail(ErrorCode::kUnknownName, "found no limit `" + std::string(name.substr(0, 200)) + "`", {},
                "the limits are " + all);
  }
  return std::visit(
      [&]<class Number>(Number LimitValues::*member) -> Result<void> {
        constexpr std::uint64_t kMost = std::numeric_limits<Number>::max();
        if (value == 0 || value > kMost) {
          return fail(ErrorCode::kLimit, "`" + std::string(name) + "` is a number from 1 to " + std::to_string(kMost) +
                                             ", not " + std::to_string(value));
        }
        of_process().*member = static_cast<Number>(value);
        return {};
      },
      found->member);
}

Error with_limit_hint(Error error) {
  if (error.code != ErrorCode::kLimit || !error.hint.empty()) return error;
  for (const Named& limit : kNamed) {
    if (error.message.find(limit.name) == std::string::npos) continue;
    const std::string name(limit.name);
    error.hint =
        "`stateroom --limit " + name + "=N COMMAND` raises it, in Python `stateroom.set_limit(\"" + name + "\", N)`";
    break;
  }
  return error;
}

}  // namespace stateroom::base
