// A file as `format` writes it: the columns of print_entries.cpp, aligned, long lines broken, comments where they were.
#include <algorithm>
#include <cstddef>

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
      for (const Part& part : choice.edits) this->part(part, depth + 2, false);
    }
  }

  std::vector<Row> rows_;
  bool after_include_ = false;
};

// The positions in a line where it may be broken: before a word or sign that continues a line, outside strings.
std::size_t break_before(const std::string& line, std::size_t from, std::size_t limit) {
  std::size_t best = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size() && i <= limit; ++i) {
    if (line[i] == '\\' && in_string) {
      ++i;
      continue;
    }
    if (line[i] == '"') in_string = !in_string;
    if (in_string || line[i] != ' ' || i + 1 >= line.size() || i < from) continue;
    std::size_t end = i + 1;
    while (end < line.size() && line[end] != ' ' && line[end] != '(' && line[end] != ',') ++end;
    const std::string word = line.substr(i + 1, end - i - 1);
    if (word != "=" && continues_line(word)) best = i;
  }
  return best;
}

// One line, or several of which each after the first starts with a word that continues.
std::string broken(std::string line, std::size_t hang) {
  std::string out;
  std::size_t from = hang;
  while (line.size() > kLineBytes) {
    const std::size_t at = break_before(line, from, kLineBytes);
    if (at == 0) break;
    out += line.substr(0, at) + "\n";
    line = std::string(hang, ' ') + line.substr(at + 1);
    from = hang + 1;
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

std::string laid_out(const Row& row, const std::vector<std::size_t>& width) {
  const std::size_t indentation = static_cast<std::size_t>(row.depth) * 2;
  std::string out(indentation, ' ');
  std::size_t hang = indentation + 4, column = indentation;
  for (std::size_t c = 0; c < row.parts.size(); ++c) {
    if (c > 0) {
      column += (c - 1 < width.size() ? width[c - 1] : 0) + 1;
      out.resize(std::max(out.size() + 1, column), ' ');
      if (c == 1) hang = out.size() <= kLineBytes / 2 ? out.size() : indentation + 4;
    }
    out += row.parts[c];
  }
  return broken(std::move(out), hang);
}

}  // namespace

std::string format(const File& file) {
  std::vector<Row> rows = Rows(file).take();
  std::string out;
  auto comment = file.comments.begin();
  std::vector<std::size_t> width;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    if (i == 0 || rows[i - 1].depth != row.depth || row.blank_before) {
      std::size_t end = i + 1;
      while (end < rows.size() && rows[end].depth == row.depth && !rows[end].blank_before) ++end;
      width = widths(rows, i, end);
    }
    if (row.blank_before) out += "\n";
    // Comments above a line stay above it; those at the end of its lines stay at its end.
    for (; comment != file.comments.end() && row.line != 0 && comment->line < row.line; ++comment) {
      out += std::string(static_cast<std::size_t>(row.depth) * 2, ' ') + comment->text + "\n";
    }
    out += laid_out(row, width);
    std::uint32_t next = 0;
    for (std::size_t j = i + 1; j < rows.size() && next == 0; ++j) next = rows[j].line;
    bool first = true;
    while (comment != file.comments.end() && !comment->alone && row.line != 0 && (next == 0 || comment->line < next)) {
      out += (first ? "   " : " ") + comment->text;
      first = false;
      ++comment;
    }
    out += "\n";
  }
  for (; comment != file.comments.end(); ++comment) out += comment->text + "\n";
  return out;
}

}  // namespace stateroom::rules
