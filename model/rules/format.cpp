// A file as `format` writes it: the columns of print_entries.cpp, aligned, long lines broken, comments where they were.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "model/rules/lexer.h"
#include "model/rules/print.h"
#include "model/rules/print_state.h"

namespace stateroom::rules {

namespace {

constexpr std::size_t kLineBytes = 120;
constexpr std::size_t kColumnBytes = 44;  // what is longer does not push its neighbours to the right

// One line of the result before alignment.
struct Row {
  std::uint32_t line = 0;  // where it stood in the source; 0: nowhere
  int depth = 0;
  Columns parts;
  bool blank_before = false;
  std::size_t gap = 1;  // between its columns
};

class Rows {
 public:
  explicit Rows(const File& file) {
    head(file.head);
    for (const Part& part : file.parts) this->part(part, 0, part.kind != PartKind::kInclude || !after_include_);
  }
  std::vector<Row> take() { return std::move(rows_); }

 private:
  void add(const Location& place, int depth, Columns parts, bool blank_before = false) {
    rows_.push_back({place.line, depth, std::move(parts), blank_before});
  }

  void head(const FileHead& head) {
    std::string first = "room version " + quote(head.name);
    if (!head.extends.empty()) first += " extends " + quote(head.extends);
    if (head.without_errata) first += " without errata";
    add(head.location, 0, {first});
    const auto line = [&](const std::string& text) { add({}, 1, {text}); };
    if (!head.identifier.empty()) line("identifier " + quote(head.identifier) + (head.irregular ? " irregular" : ""));
    if (!head.line.empty()) line("line " + head.line);
    if (!head.status.empty()) line("status " + head.status);
    if (!head.source.empty())
      line("source " + quote(head.source) + (head.owners.empty() ? "" : " " + print(head.owners)));
  }

  void part(const Part& part, int depth, bool blank_before) {
    add(part.location, depth, {heading(part)}, blank_before && depth == 0);
    after_include_ = part.kind == PartKind::kInclude;
    for (const Change& change : part.changes) this->change(change, depth + 1, part.kind == PartKind::kEdit);
  }

  void change(const Change& change, int depth, bool edit) {
    const std::string prefix = edit ? std::string(name(change.kind)) + " " : std::string();
    if (change.kind == ChangeKind::kRemove) {
      add(change.location, depth, {prefix + join(change.path)});
    } else if (change.kind == ChangeKind::kReplaceCondition) {
      add(change.location, depth, {prefix + join(change.path) + ": " + print(*change.head)});
    } else {
      std::visit([&](const auto& entry) { this->entry(entry, change.location, depth, prefix); }, *change.entry);
    }
  }

  template <class T>
  void entry(const T& entry, const Location& place, int depth, const std::string& prefix) {
    Columns parts = columns(entry);
    parts[0] = prefix + parts[0];
    add(place, depth, std::move(parts));
    // Columns of several words stand apart; a colon or an equals sign divides by itself.
    constexpr bool kDivided = std::is_same_v<T, DefinitionEntry> || std::is_same_v<T, SignatureEntry>;
    if (!kDivided) rows_.back().gap = 2;
  }

  void entry(const Rule& rule, const Location& place, int depth, const std::string& prefix) {
    Columns parts = columns(rule);
    parts[0] = prefix + parts[0];
    // The condition of a block stands behind its label, not in the column of what its neighbours do.
    if (rule.is_block() && parts.size() == 2) parts = {parts[0] + " " + parts[1]};
    add(place, depth, std::move(parts));
    for (const Rule& child : rule.children) entry(child, child.location, depth + 1, "");
  }

  void entry(const ReadingEntry& reading, const Location& place, int depth, const std::string& prefix) {
    add(place, depth, {prefix + "reading " + reading.name + "  default " + reading.default_choice});
    for (const Choice& choice : reading.choices) {
      add(choice.location, depth + 1, columns(choice));
      rows_.back().gap = 2;
      for (const Part& part : choice.edits) this->part(part, depth + 2, false);
    }
  }

  std::vector<Row> rows_;
  bool after_include_ = false;
};

// How loosely the words of an expression hold together where a line may be broken before them: 0 is the loosest.
constexpr std::array<std::array<std::string_view, 5>, 6> kLoosest = {{{"or", "unless"},
                                                                      {"and"},
                                                                      {"then", "else", "least"},
                                                                      {"default", "given", "by"},
                                                                      {"along", "against", "to", "at", "within"},
                                                                      {"|", "overlaid", "without", "except", "has"}}};

std::size_t looseness(std::string_view word) {
  std::size_t rank = 0;
  while (rank < kLoosest.size() && std::ranges::find(kLoosest[rank], word) == kLoosest[rank].end()) ++rank;
  return rank;
}

struct Break {
  std::size_t at = 0;     // the position of a space; 0: none
  std::size_t depth = 0;  // of open brackets there
};

// Where a line is best broken, at most `limit` and after `from`; `depth` brackets are open at its start. The outermost
// and loosest place is best, of two alike the later; one near the start of the line only if there is no other. Outside
// brackets the next line starts with a word or sign that continues a line, inside also after a comma.
Break best_break(const std::string& line, std::size_t depth, std::size_t from, std::size_t limit) {
  const std::size_t near = from + (limit - std::min(limit, from)) / 3;
  std::tuple<bool, std::size_t, std::size_t> best_cost{true, line.size(), line.size()};
  Break best;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size() && i <= limit; ++i) {
    const char c = line[i];
    if (c == '\\' && in_string) {
      ++i;
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if (c == '(' || c == '[' || c == '{') ++depth;
    if ((c == ')' || c == ']' || c == '}') && depth > 0) --depth;
    if (c != ' ' || i <= from || i + 1 >= line.size()) continue;
    const std::string word = line.substr(i + 1, line.find_first_of(" (,", i + 1) - i - 1);
    const bool after_comma = depth > 0 && line[i - 1] == ',';
    if (!after_comma && (word == "=" || !continues_line(word))) continue;
    const std::tuple cost{i < near, depth, after_comma ? kLoosest.size() + 1 : looseness(word)};
    if (cost > best_cost) continue;
    best_cost = cost;
    best = {i, depth};
  }
  return best;
}

// One line, or several.
std::string broken(std::string line, std::size_t hang) {
  std::string out;
  std::size_t from = hang, depth = 0;
  while (line.size() > kLineBytes) {
    const Break found = best_break(line, depth, from, kLineBytes);
    if (found.at == 0) break;
    out += line.substr(0, line.find_last_not_of(' ', found.at) + 1) + "\n";
    line = std::string(hang, ' ') + line.substr(found.at + 1);
    from = hang + 1;
    depth = found.depth;
  }
  return out + line;
}

// The widths of the columns of the rows [begin, end), which stand at one depth one after the other.
std::vector<std::size_t> widths(const std::vector<Row>& rows, std::size_t begin, std::size_t end) {
  std::vector<std::size_t> out;
  for (std::size_t i = begin; i < end; ++i) {
    for (std::size_t c = 0; c + 1 < rows[i].parts.size(); ++c) {
      if (out.size() <= c) out.resize(c + 1, 0);
      if (rows[i].parts[c].size() <= kColumnBytes) out[c] = std::max(out[c], rows[i].parts[c].size());
    }
  }
  return out;
}

std::string indent(const Row& row) { return std::string(static_cast<std::size_t>(row.depth) * 2, ' '); }

std::string laid_out(const Row& row, const std::vector<std::size_t>& width) {
  std::string out = indent(row);
  const std::size_t indentation = out.size();
  std::size_t hang = indentation + 4, column = indentation;
  for (std::size_t c = 0; c < row.parts.size(); ++c) {
    if (c > 0) {
      column += (c - 1 < width.size() ? width[c - 1] : 0) + row.gap;
      out.resize(std::max(out.size() + row.gap, column), ' ');
      const std::size_t start = out.size() + (row.parts[c].starts_with("= ") ? 2 : 0);
      if (c == 1) hang = start <= kLineBytes / 2 ? start : indentation + 4;
    }
    out += row.parts[c];
  }
  return broken(std::move(out), hang);
}

// A row below a blank line of the source starts a new group.
void mark_blank_lines(std::vector<Row>& rows, const File& file) {
  std::uint32_t above = 0;
  for (Row& row : rows) {
    if (row.line == 0) continue;
    const auto blank = std::ranges::upper_bound(file.blank_lines, above);
    if (above != 0 && blank != file.blank_lines.end() && *blank < row.line) row.blank_before = true;
    above = row.line;
  }
}

// Hands out the comments of a file around its rows, with the blank lines among them.
class Comments {
 public:
  explicit Comments(const File& file) : file_(file) {}

  std::string above(const Row& row) {
    std::string out;
    if (row.line == 0) return out;
    bool divided = false;
    for (; has() && next().line < row.line; ++index_) {
      divided |= divide(out, next().line);
      out += indent(row) + next().text + "\n";
    }
    divided |= divide(out, row.line);
    if (row.blank_before && !divided) out.insert(0, "\n");
    return out;
  }

  // Those at the ends of a row's lines. `below`: the line of the next row, 0 if there is none.
  std::vector<std::string> behind(const Row& row, std::uint32_t below) {
    std::vector<std::string> out;
    for (; has() && !next().alone && row.line != 0 && (below == 0 || next().line < below); ++index_)
      out.push_back(next().text);
    return out;
  }

  std::string rest() {
    std::string out;
    for (; has(); ++index_) out += next().text + "\n";
    return out;
  }

 private:
  bool has() const { return index_ < file_.comments.size(); }
  const Comment& next() const { return file_.comments[index_]; }
  // A blank line if the source has one above this line.
  bool divide(std::string& out, std::uint32_t line) {
    const auto blank = std::ranges::upper_bound(file_.blank_lines, above_);
    const bool has_one = above_ != 0 && blank != file_.blank_lines.end() && *blank < line;
    if (has_one) out += "\n";
    above_ = line;
    return has_one;
  }

  const File& file_;
  std::size_t index_ = 0;
  std::uint32_t above_ = 0;
};

}  // namespace

std::string format(const File& file) {
  std::vector<Row> rows = Rows(file).take();
  mark_blank_lines(rows, file);
  Comments comments(file);
  std::string out;
  std::vector<std::size_t> width;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (i == 0 || rows[i - 1].depth != row.depth || row.blank_before) {
      std::size_t end = i + 1;
      while (end < rows.size() && rows[end].depth == row.depth && !rows[end].blank_before) ++end;
      width = widths(rows, i, end);
    }
    std::uint32_t below = 0;
    for (std::size_t j = i + 1; j < rows.size() && below == 0; ++j) below = rows[j].line;
    out += comments.above(row);
    // Its lines may be broken elsewhere now, so that only one comment has a place at an end; more stand above.
    const std::vector<std::string> behind = comments.behind(row, below);
    if (behind.size() > 1) {
      for (const std::string& comment : behind) out += indent(row) + comment + "\n";
    }
    out += laid_out(row, width) + (behind.size() == 1 ? "   " + behind[0] : "") + "\n";
  }
  return out + comments.rest();
}

}  // namespace stateroom::rules
