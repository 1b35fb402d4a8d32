#include "model/report/json_writer.h"

#include "model/json/value.h"

namespace stateroom::report {

std::string json_text(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

std::string json_text_or_null(std::string_view text) { return text.empty() ? "null" : json_text(text); }

JsonObject& JsonObject::add(std::string_view key, std::string_view json) {
  if (out_.size() > 1) out_ += ',';
  out_ += json_text(key);
  out_ += ':';
  out_ += json;
  return *this;
}

}  // namespace stateroom::report
