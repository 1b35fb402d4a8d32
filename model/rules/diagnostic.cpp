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

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
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

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr std::size_t kNameMax = 64;  // the cost is a product of lengths
  if (name.size() > kNameMax) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kNameMax) continue;
    const std::size_t d = distance(name, candidate);
    if (d < best_distance) best = candidate, best_distance = d;
  }
  return best;
}

}  // namespace stateroom::rules
