// What `check` says about a text: errors and lints with their place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/error.h"
#include "model/rules/nearest.h"
#include "model/rules/syntax.h"

namespace stateroom::rules {

enum class Severity : std::uint8_t { kError, kWarning };
std::string_view name(Severity severity);  // "error", "warning"

/// One finding. `code` is an error code ("type", "name", "restriction", "limit", "syntax" …) or a lint code
/// ("unkept-read" …).
struct Diagnostic {
  std::string file;
  std::uint32_t line = 0;    // from 1; 0: no place
  std::uint32_t column = 0;  // from 1, in bytes
  Severity severity = Severity::kError;
  std::string code;
  std::string message;  // starts in lower case, ends without a period
  std::string hint;     // what to do, or empty
  // Of a lint whose message lists things: what it is about, and the list. A text that takes one of the list away has no
  // other lint.
  std::string subject;
  std::vector<std::string> listed;
  bool operator==(const Diagnostic&) const = default;
  /// `FILE:LINE:COLUMN`, or the file alone.
  std::string where() const;
};

Diagnostic error(const Location& location, base::ErrorCode code, std::string message, std::string hint = {});
Diagnostic warning(const Location& location, std::string_view code, std::string message, std::string hint = {});
/// An error of the parser or of flattening as a diagnostic; its place is read from `where`.
Diagnostic diagnostic(const base::Error& error);

/// By file, line, column, code, message; equal ones once.
void sort_and_unique(std::vector<Diagnostic>& diagnostics);

}  // namespace stateroom::rules
