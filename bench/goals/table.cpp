#include "bench/goals/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace stateroom::bench {

namespace {

// Characters as a terminal shows them: bytes that continue a character do not count.
std::size_t shown(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string digits(double value) {
  const int whole = value < 1 ? 1 : static_cast<int>(std::floor(std::log10(value))) + 1;
  return fmt::format("{:.{}f}", value, std::max(0, 3 - whole));
}

}  // namespace

void Table::print() const {
  std::vector<std::size_t> widths(rows_.front().size(), 3);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], shown(row[i]));
  }
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    for (std::size_t cell = 0; cell < rows_[i].size(); ++cell) {
      const std::string& text = rows_[i][cell];
      fmt::print("| {}{} ", text, std::string(widths[cell] - shown(text), ' '));
    }
    fmt::print("|\n");
    if (i != 0) continue;
    for (const std::size_t width : widths) fmt::print("|{}", std::string(width + 2, '-'));
    fmt::print("|\n");
  }
  fmt::print("\n");
  std::fflush(stdout);
}

std::string time_text(double nanoseconds) {
  if (nanoseconds < 1e3) return digits(nanoseconds) + " ns";
  if (nanoseconds < 1e6) return digits(nanoseconds / 1e3) + " µs";
  if (nanoseconds < 1e9) return digits(nanoseconds / 1e6) + " ms";
  return digits(nanoseconds / 1e9) + " s";
}

std::string ratio_text(double ratio) { return digits(ratio) + "x"; }

}  // namespace stateroom::bench
