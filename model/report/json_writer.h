// JSON for answers: members in the order in which they are added, the same bytes for the same values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/json/value.h"

namespace stateroom::report {

/// A JSON string literal, or null for an empty text.
std::string quoted_or_null(std::string_view text);

class JsonObject {
 public:
  JsonObject& add(std::string_view key, std::string_view json);
  JsonObject& text(std::string_view key, std::string_view text) { return add(key, json::quoted(text)); }
  JsonObject& number(std::string_view key, std::int64_t number) { return add(key, std::to_string(number)); }
  JsonObject& boolean(std::string_view key, bool value) { return add(key, value ? "true" : "false"); }
  std::string done() const { return out_ + "}"; }

 private:
  std::string out_ = "{";
};

/// A JSON list of what `write` makes of each item.
template <class Items, class Write>
std::string json_list(const Items& items, Write write) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += write(item);
  }
  return out + "]";
}

}  // namespace stateroom::report
