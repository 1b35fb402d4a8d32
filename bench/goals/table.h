// Tables as Markdown, whose columns also stand under each other on a terminal.
#pragma once

#include <string>
#include <vector>

namespace stateroom::bench {

class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// "37 µs", "0.91 s": three significant digits and the unit that fits.
std::string time_text(double nanoseconds);
/// "12.3x".
std::string ratio_text(double ratio);

}  // namespace stateroom::bench
