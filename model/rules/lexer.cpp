#include "model/rules/lexer.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace stateroom::rules {

namespace {

constexpr std::array<std::string_view, 30> kContinuing = {
    "except", "and",     "or",    "has", "then", "else",     "default", "given",  "with", "along",
    "within", "against", "least", "to",  "at",   "overlaid", "by",      "unless", "in",   "is",
    "for",    "|",       "&",     "-",   "+",    "=",        ")",       "]",      "}",    "without"};

constexpr std::array<std::string_view, 38> kReserved = {
    "and",     "or",       "not",    "any",      "all",     "no",           "in",         "is",
    "has",     "if",       "then",   "else",     "default", "given",        "with",       "along",
    "within",  "against",  "least",  "to",       "at",      "for",          "of",         "over",
    "except",  "true",     "false",  "infinite", "union",   "intersection", "difference", "descending",
    "without", "overlaid", "starts", "jointly",  "unless",  "kept",
};

constexpr std::array<std::string_view, 5> kDoubleSigns = {"**", "->", "!=", "<=", ">="};
constexpr std::string_view kSigns = "()[]{},:.=<>|&*+-";

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

// The length of the UTF-8 sequence at `at`, or 0 if there is none.
std::size_t sequence(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(at + 1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
      (first == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

class Lexer {
 public:
  Lexer(std::string_view text, const std::string& file_name, const base::Limits& limits)
      : text_(text), file_(file_name), limits_(limits) {}

  Lexed run() {
    if (text_.size() > limits_.text_bytes_max) {
      error(base::ErrorCode::kLimit, 1, 1,
            "the text has " + std::to_string(text_.size()) + " bytes, more than text_bytes_max, " +
                std::to_string(limits_.text_bytes_max));
    } else if (text_.starts_with("\xEF\xBB\xBF")) {
      error(base::ErrorCode::kSyntax, 1, 1, "found a byte order mark before the text",
            "save the file as UTF-8 without one");
      out_.cut = 1;
    } else {
      std::size_t at = 0;
      while (at < text_.size() && !stopped_) {
        const std::size_t end = std::min(text_.find('\n', at), text_.size());
        ++line_;
        line(text_.substr(at, end - at));
        at = end + 1;
      }
    }
    finish();
    return std::move(out_);
  }

 private:
  void line(std::string_view raw) {
    if (!raw.empty() && raw.back() == '\r') raw.remove_suffix(1);
    const std::size_t indentation = std::min(raw.find_first_not_of(' '), raw.size());
    const std::size_t before = out_.tokens.size();
    if (indentation == raw.size()) out_.blank_lines.push_back(line_);
    bool layout_done = false;
    for (std::size_t at = indentation; at < raw.size();) {
      if (raw[at] == ' ') {
        ++at;
        continue;
      }
      if (raw[at] == '#') {
        comment(raw, at, out_.tokens.size() == before);
        break;
      }
      const std::size_t length = token_length(raw, at);
      if (length == 0) {
        at += bad_bytes(raw, at);
        continue;
      }
      const std::string_view text = raw.substr(at, length);
      if (!layout_done) {
        layout(indentation, text);
        layout_done = true;
        if (stopped_) return;
      }
      push(text, at);
      at += length;
    }
  }

  void push(std::string_view text, std::size_t at) {
    const TokenKind kind = text[0] == '"'    ? TokenKind::kString
                           : digit(text[0])  ? TokenKind::kInteger
                           : letter(text[0]) ? TokenKind::kWord
                                             : TokenKind::kSign;
    if (kind == TokenKind::kSign) {
      if (text == "(" || text == "[" || text == "{")
        open_.push_back({line_, static_cast<std::uint32_t>(at + 1), text[0]});
      if ((text == ")" || text == "]" || text == "}") && !open_.empty()) open_.pop_back();
    }
    out_.tokens.push_back({kind, line_, static_cast<std::uint32_t>(at + 1), text});
  }

  // The length of the token at `at`; 0 if there is none (the error is reported by bad_bytes).
  std::size_t token_length(std::string_view raw, std::size_t at) {
    const char c = raw[at];
    std::size_t end = at + 1;
    if (letter(c)) {
      while (end < raw.size() && (letter(raw[end]) || digit(raw[end]))) ++end;
      return end - at;
    }
    if (digit(c)) {
      while (end < raw.size() && digit(raw[end])) ++end;
      return end - at;
    }
    if (c == '"') {
      while (end < raw.size() && raw[end] != '"') end += raw[end] == '\\' ? 2 : 1;
      return end < raw.size() ? end + 1 - at : 0;
    }
    if (std::ranges::find(kDoubleSigns, raw.substr(at, 2)) != kDoubleSigns.end()) return 2;
    return kSigns.find(c) != std::string_view::npos ? 1 : 0;
  }

  std::size_t bad_bytes(std::string_view raw, std::size_t at) {
    const char c = raw[at];
    const std::size_t length = sequence(raw, at);
    if (c == '"') {
      error(base::ErrorCode::kSyntax, line_, at + 1, "found a string without its end, expected `\"` on the same line");
      return raw.size() - at;
    }
    if (c == '\t') {
      error(base::ErrorCode::kSyntax, line_, at + 1, "found a tab, expected spaces", "a level is two spaces");
    } else if (length == 0) {
      error(base::ErrorCode::kUtf8, line_, at + 1, "found a byte that is not UTF-8");
      return raw.size() - at;
    } else {
      const bool visible = static_cast<unsigned char>(c) > 0x20;
      error(base::ErrorCode::kSyntax, line_, at + 1,
            "found " +
                (visible ? "`" + std::string(raw.substr(at, length)) + "`" : std::string("a control character")) +
                ", expected a word, a string, a number or a sign",
            c == '\'' ? "strings stand in double quotes" : "");
    }
    return length;
  }

  void comment(std::string_view raw, std::size_t at, bool alone) {
    std::string_view text = raw.substr(at);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    for (std::size_t i = 0; i < text.size();) {
      const std::size_t length = sequence(text, i);
      if (length == 0) {
        error(base::ErrorCode::kUtf8, line_, at + i + 1, "found a byte that is not UTF-8");
        return;
      }
      i += length;
    }
    out_.comments.push_back({line_, static_cast<std::uint32_t>(at + 1), alone, std::string(text)});
  }

  // Lines and blocks before the first token of a line.
  void layout(std::size_t indentation, std::string_view first) {
    if (!open_.empty()) {
      if (indentation > indents_.back()) return;  // inside brackets a deeper line goes on
      const Open& open = open_.back();
      error(base::ErrorCode::kSyntax, open.line, open.column, std::string("found `") + open.sign + "` without its end",
            "what stands in brackets goes on in lines that are indented deeper than the first");
      open_.clear();
    }
    if (!out_.tokens.empty()) {
      if (indentation > indents_.back() && continues_line(first)) return;
      mark(TokenKind::kNewline);
    }
    if (indentation > indents_.back()) {
      deeper(indentation);
      return;
    }
    while (indentation < indents_.back()) {
      indents_.pop_back();
      mark(TokenKind::kDedent);
    }
    if (indentation != indents_.back()) {
      error(base::ErrorCode::kSyntax, line_, indentation + 1,
            "found " + std::to_string(indentation) + " spaces, expected " + std::to_string(indents_.back()) +
                " as in the lines before",
            "a level is two spaces");
    }
  }

  void deeper(std::size_t indentation) {
    if (indents_.size() > limits_.text_depth_max) {
      error(base::ErrorCode::kLimit, line_, 1,
            "blocks are nested deeper than text_depth_max, " + std::to_string(limits_.text_depth_max));
      out_.cut = static_cast<std::uint32_t>(line_);
      stopped_ = true;
      return;
    }
    if (indentation != indents_.back() + 2) {
      error(base::ErrorCode::kSyntax, line_, indentation + 1,
            "found " + std::to_string(indentation) + " spaces, expected " + std::to_string(indents_.back() + 2),
            "a level is two spaces; a line that goes on starts with a word such as `and`, `or`, `else`, `default`");
    }
    indents_.push_back(indentation);
    mark(TokenKind::kIndent);
  }

  void mark(TokenKind kind) {
    // A line's end is placed after its last token, so that `expected …` points to where something is missing.
    std::uint32_t line = line_, column = 1;
    if (kind == TokenKind::kNewline && !out_.tokens.empty()) {
      const Token& last = out_.tokens.back();
      line = last.line;
      column = last.column + static_cast<std::uint32_t>(last.text.size());
    }
    out_.tokens.push_back({kind, line, column, {}});
  }

  void finish() {
    line_ = std::max<std::uint32_t>(line_, 1);  // an empty text ends on its first line
    if (!open_.empty()) {
      const Open& open = open_.back();
      error(base::ErrorCode::kSyntax, open.line, open.column, std::string("found `") + open.sign + "` without its end");
    }
    if (!out_.tokens.empty()) mark(TokenKind::kNewline);
    for (; indents_.size() > 1; indents_.pop_back()) mark(TokenKind::kDedent);
    mark(TokenKind::kEnd);
  }

  void error(base::ErrorCode code, std::size_t line, std::size_t column, std::string message, std::string hint = {}) {
    if (out_.errors.size() >= limits_.text_errors_max) {
      stopped_ = true;
      return;
    }
    out_.errors.push_back(
        {code, std::move(message), file_ + ":" + std::to_string(line) + ":" + std::to_string(column), std::move(hint)});
  }

  struct Open {
    std::uint32_t line = 0, column = 0;
    char sign = '(';
  };

  std::string_view text_;
  const std::string& file_;
  const base::Limits& limits_;
  Lexed out_;
  std::uint32_t line_ = 0;
  std::vector<std::size_t> indents_ = {0};
  std::vector<Open> open_;
  bool stopped_ = false;
};

// Four hexadecimal digits at `at`, or -1.
int hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = text[i];
    const int nibble = digit(c)               ? c - '0'
                       : c >= 'a' && c <= 'f' ? c - 'a' + 10
                       : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                              : -1;
    if (nibble < 0) return -1;
    value = value * 16 + nibble;
  }
  return value;
}

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

// `\uXXXX` at `at` (after the `u`), with the second half of a pair; moves `at` behind it.
bool append_escaped(std::string& out, std::string_view body, std::size_t& at) {
  const int first = hex4(body, at);
  if (first < 0 || (first >= 0xDC00 && first <= 0xDFFF)) return false;
  at += 4;
  unsigned code = static_cast<unsigned>(first);
  if (first >= 0xD800 && first <= 0xDBFF) {
    if (body.substr(at, 2) != "\\u") return false;
    const int second = hex4(body, at + 2);
    if (second < 0xDC00 || second > 0xDFFF) return false;
    at += 6;
    code = 0x10000u + ((static_cast<unsigned>(first) & 0x3FFu) << 10) + (static_cast<unsigned>(second) & 0x3FFu);
  }
  append_utf8(out, code);
  return true;
}

}  // namespace

Lexed lex(std::string_view text, const std::string& file_name, const base::Limits& limits) {
  return Lexer(text, file_name, limits).run();
}

bool continues_line(std::string_view word) { return std::ranges::find(kContinuing, word) != kContinuing.end(); }

bool is_reserved(std::string_view word) { return std::ranges::find(kReserved, word) != kReserved.end(); }

bool is_word(std::string_view text) {
  if (text.empty() || !letter(text[0])) return false;
  return std::ranges::all_of(text, [](char c) { return letter(c) || digit(c); });
}

std::optional<std::string> decode_string(std::string_view token) {
  std::string out;
  const std::string_view body = token.substr(1, token.size() - 2);
  for (std::size_t at = 0; at < body.size();) {
    const char c = body[at];
    if (c != '\\') {
      const std::size_t length = sequence(body, at);
      if (length == 0 || static_cast<unsigned char>(c) < 0x20) return std::nullopt;
      out.append(body.substr(at, length));
      at += length;
      continue;
    }
    const char escape = at + 1 < body.size() ? body[at + 1] : '\0';
    at += 2;
    constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    if (const std::size_t which = kFrom.find(escape); escape != '\0' && which != std::string_view::npos) {
      out.push_back(kTo[which]);
    } else if (escape != 'u' || !append_escaped(out, body, at)) {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace stateroom::rules
