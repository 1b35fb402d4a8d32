#include "model/report/json_writer.h"

namespace stateroom::report {

std::string quoted_or_null(std::string_view text) { return text.empty() ? "null" : json::quoted(text); }

JsonObject& JsonObject::add(std::string_view key, std::string_view json) {
  if (out_.size() > 1) out_ += ',';
  json::append_quoted(out_, key);
  out_ += ':';
  out_ += json;
  return *this;
}

}  // namespace stateroom::report
