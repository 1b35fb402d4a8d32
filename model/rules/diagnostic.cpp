#include "model/rules/diagnostic.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

namespace stateroom::rules {
namespace {

Diagnostic at(const Location& location) {
  Diagnostic result;
  if (location.file) result.file = *location.file;
  result.line = location.line;
  result.column = location.column;
  return result;
}

/// Takes `:NUMBER` off the end of `text`.
bool take_number(std::string_view& text, std::uint32_t& number) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return false;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (code != std::errc{} || end != digits.data() + digits.size()) return false;
  text = text.substr(0, colon);
  return true;
}

}  // namespace

std::string_view name(Severity severity) { return severity == Severity::kError ? "error" : "warning"; }

std::string Diagnostic::where() const {
  return line == 0 ? file : file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

Diagnostic error(const Location& location, base::ErrorCode code, std::string message, std::string hint) {
  Diagnostic result = at(location);
  result.code = std::string(base::name(code));
  result.message = std::move(message);
  result.hint = std::move(hint);
  return result;
}

Diagnostic warning(const Location& location, std::string_view code, std::string message, std::string hint) {
  Diagnostic result = at(location);
  result.severity = Severity::kWarning;
  result.code = std::string(code);
  result.message = std::move(message);
  result.hint = std::move(hint);
  return result;
}

Diagnostic diagnostic(const base::Error& error) {
  Diagnostic result;
  std::string_view rest = error.where;
  std::uint32_t line = 0, column = 0;
  std::string_view tried = rest;
  if (take_number(tried, column) && take_number(tried, line)) {
    rest = tried;
    result.line = line;
    result.column = column;
  }
  result.file = std::string(rest);
  result.code = std::string(base::name(error.code));
  result.message = error.message;
  result.hint = error.hint;
  return result;
}

void sort_and_unique(std::vector<Diagnostic>& diagnostics) {
  const auto key = [](const Diagnostic& d) { return std::tie(d.file, d.line, d.column, d.code, d.message, d.hint); };
  std::sort(diagnostics.begin(), diagnostics.end(),
            [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end()), diagnostics.end());
}

}  // namespace stateroom::rules
