#include "model/rules/parser.h"

#include <algorithm>
#include <array>

#include "model/rules/parser_state.h"

namespace stateroom::rules {

Parser::Parser(std::string_view text, std::string_view file_name, const base::Limits& limits)
    : limits_(limits), file_(std::make_shared<const std::string>(file_name)), lexed_(lex(text, *file_, limits_)) {}

Errors Parser::take_errors() {
  // The lexer's errors come first in the list; the reader wants them by line.
  const auto line = [&](const base::Error& error) {
    const std::size_t end = error.where.rfind(':');
    const std::size_t begin = error.where.rfind(':', end - 1);
    return std::stoull(error.where.substr(begin + 1, end - begin - 1));
  };
  std::ranges::stable_sort(lexed_.errors, {}, line);
  return std::move(lexed_.errors);
}

void Parser::whole(const std::function<void()>& production) {
  try {
    production();
    if (at_kind(TokenKind::kNewline)) next();
    if (!at_kind(TokenKind::kEnd)) expected("the end of the text");
  } catch (const Failure&) {
    // reported where it happened
  }
}

// ---------------------------------------------------------------------------------------------------- tokens

Parser::Nested::Nested(Parser& parser) : parser_(parser) {
  if (parser_.nesting_ >= parser_.limits_.text_depth_max) {
    parser_.refuse(base::ErrorCode::kLimit,
                   "the text is nested deeper than text_depth_max, " + std::to_string(parser_.limits_.text_depth_max),
                   parser_.location());
  }
  ++parser_.nesting_;
}

bool Parser::at(std::string_view text) const {
  return token().text == text && (token().kind == TokenKind::kWord || token().kind == TokenKind::kSign);
}

bool Parser::at_any(std::initializer_list<std::string_view> texts) const {
  return std::ranges::any_of(texts, [&](std::string_view text) { return at(text); });
}

Token Parser::next() {
  const Token taken = token();
  if (taken.kind == TokenKind::kIndent) ++level_;
  if (taken.kind == TokenKind::kDedent) --level_;
  if (taken.kind != TokenKind::kEnd) ++at_;
  return taken;
}

bool Parser::opt(std::string_view text) {
  if (!at(text)) return false;
  next();
  return true;
}

void Parser::take(std::string_view text) {
  if (!opt(text)) expected("", {std::string(text)});
}

std::string Parser::word(std::string_view what) {
  if (!at_kind(TokenKind::kWord)) expected(what);
  return std::string(next().text);
}

std::string Parser::new_name(std::string_view what) {
  if (at_kind(TokenKind::kWord) && is_reserved(token().text)) {
    refuse(base::ErrorCode::kSyntax,
           "found the word `" + std::string(token().text) + "`, expected " + std::string(what), location(),
           "the word has a meaning of its own in expressions");
  }
  return word(what);
}

std::string Parser::entry_name(std::string_view what) {
  if (at_kind(TokenKind::kWord) && continues_line(token().text)) {
    refuse(base::ErrorCode::kSyntax,
           "found the word `" + std::string(token().text) + "`, expected " + std::string(what), location(),
           "a line that starts with this word would continue the line before it");
  }
  return word(what);
}

std::string Parser::string(std::string_view what) {
  if (!at_kind(TokenKind::kString)) expected(what);
  std::optional<std::string> value = decode_string(token().text);
  if (!value) {
    refuse(base::ErrorCode::kSyntax, "found a string with a wrong escape, or that is not UTF-8", location(),
           "escapes are those of JSON");
  }
  next();
  return *std::move(value);
}

std::int64_t Parser::integer(std::string_view what) {
  if (!at_kind(TokenKind::kInteger)) expected(what);
  std::int64_t value = 0;
  for (const char c : token().text) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value)) {
      refuse(base::ErrorCode::kLimit, "found a number beyond 64 bits", location());
    }
  }
  next();
  return value;
}

void Parser::newline() {
  if (!at_kind(TokenKind::kNewline)) expected("the end of the line");
  next();
}

void Parser::block(std::string_view what, const std::function<void()>& item) {
  newline();
  if (!at_kind(TokenKind::kIndent)) expected(what);
  const Nested nested(*this);
  next();
  const int level = level_;
  while (!at_kind(TokenKind::kDedent)) {
    const std::size_t start = at_;
    try {
      item();
    } catch (const Failure&) {
      if (stopped_) throw;
      recover(level, start);
    }
  }
  next();
}

// Skips to the start of the next entry of the block at this level. `start` is where the failed entry began.
void Parser::recover(int level, std::size_t start) {
  if (level_ == level && at_ > start) {
    const TokenKind before = lexed_.tokens[at_ - 1].kind;
    if (before == TokenKind::kDedent || (before == TokenKind::kNewline && !at_kind(TokenKind::kIndent))) return;
  }
  while (!at_kind(TokenKind::kEnd)) {
    if (at_kind(TokenKind::kDedent) && level_ == level && level > 0) return;
    const TokenKind kind = next().kind;
    const bool line_ended = kind == TokenKind::kDedent || (kind == TokenKind::kNewline && !at_kind(TokenKind::kIndent));
    if (line_ended && level_ == level) return;
  }
}

Location Parser::location() const { return {file_, token().line, token().column}; }

std::string Parser::found() const {
  switch (token().kind) {
    case TokenKind::kWord:
    case TokenKind::kSign:
    case TokenKind::kInteger:
      return "`" + std::string(token().text.substr(0, 80)) + "`";
    case TokenKind::kString:
      return token().text.size() <= 40 ? "the string " + std::string(token().text) : std::string("a string");
    case TokenKind::kNewline:
      return "the end of the line";
    case TokenKind::kIndent:
      return "an indented line";
    case TokenKind::kDedent:
      return "the end of the block";
    case TokenKind::kEnd:
      return "the end of the text";
  }
  return {};
}

void Parser::expected(std::string_view what, const std::vector<std::string>& words) {
  std::string message = "found " + found() + ", expected " + std::string(what);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 || !what.empty()) message += i + 1 == words.size() ? " or " : ", ";
    message += "`" + words[i] + "`";
  }
  std::string hint;
  if (at_kind(TokenKind::kWord)) {
    const std::string near = nearest(token().text, words);
    if (!near.empty()) hint = "did you mean `" + near + "`?";
  }
  refuse(base::ErrorCode::kSyntax, std::move(message), location(), std::move(hint));
}

void Parser::refuse(base::ErrorCode code, std::string message, const Location& place, std::string hint) {
  report(code, std::move(message), place, std::move(hint));
  throw Failure{};
}

void Parser::report(base::ErrorCode code, std::string message, const Location& place, std::string hint) {
  if (stopped_) return;
  if (lexed_.cut != 0 && place.line >= lexed_.cut) return;  // it was not read to its end
  // What the lexer said about this line is the cause; a second error would only follow from it.
  const std::string line = *file_ + ":" + std::to_string(place.line) + ":";
  const bool said = std::ranges::any_of(lexed_.errors, [&](const base::Error& e) { return e.where.starts_with(line); });
  if (!said) lexed_.errors.push_back({code, std::move(message), place.text(), std::move(hint)});
  if (lexed_.errors.size() >= limits_.text_errors_max) stopped_ = true;
}

void Parser::count_node() {
  if (++nodes_ > limits_.text_nodes_max) {
    report(base::ErrorCode::kLimit,
           "the text has more parts than text_nodes_max, " + std::to_string(limits_.text_nodes_max), location());
    stopped_ = true;
    throw Failure{};
  }
}

// ---------------------------------------------------------------------------------------------------- files

File Parser::file() {
  File out;
  try {
    out.head = file_head();
  } catch (const Failure&) {
    if (stopped_) return out;
    recover(0, at_);
  }
  while (!at_kind(TokenKind::kEnd)) {
    const std::size_t start = at_;
    try {
      part(out);
    } catch (const Failure&) {
      if (stopped_) return out;
      recover(0, start);
      if (at_ == start) next();
    }
  }
  return out;
}

FileHead Parser::file_head() {
  FileHead head;
  head.location = location();
  if (!at("room")) expected("", {"room"});
  next();
  take("version");
  head.name = string("the version's name as a string");
  if (opt("extends")) {
    head.extends = string("the name of the version that this one extends, as a string");
    if (opt("without")) {
      take("errata");
      head.without_errata = true;
    }
  }
  if (at_kind(TokenKind::kNewline) && lexed_.tokens[at_ + 1].kind != TokenKind::kIndent) {
    next();
  } else {
    block("an indented line", [&] { head_line(head); });
  }
  return head;
}

void Parser::head_line(FileHead& head) {
  if (opt("status")) {
    if (!at_any({"stable", "unstable", "candidate"})) expected("", {"stable", "unstable", "candidate"});
    head.status = next().text;
  } else if (opt("source")) {
    head.source = string("the source as a string");
    head.owners = owners();
  } else if (opt("identifier")) {
    head.identifier = string("the identifier as a string");
    head.irregular = opt("irregular");
  } else if (opt("line")) {
    head.line = word("the line's name");
  } else {
    expected("", {"status", "source", "identifier", "line"});
  }
  newline();
}

PropertyText Parser::property() {
  PropertyText out;
  out.location = location();
  take("property");
  out.name = string("the property's name as a string");
  take("id");
  out.id = string("the property's id as a string");
  block("an indented line", [&] { property_line(out); });
  if (!lexed_.errors.empty()) return out;  // what is missing may stand where the error is
  if (out.says.empty()) refuse(base::ErrorCode::kSyntax, "the property has no line `says`", out.location);
  if (std::ranges::find(out.names, kViolations, &DefinitionEntry::name) == out.names.end()) {
    refuse(base::ErrorCode::kName, "the property has no `violations`", out.location,
           "write below `resolution` which events show that it does not hold");
  }
  return out;
}

void Parser::property_line(PropertyText& property) {
  if (opt("says")) {
    property.says = string("the statement in words, as a string");
    newline();
  } else if (opt("formula")) {
    property.formula = string("the statement in mathematics, as a string");
    newline();
  } else if (opt("resolution")) {
    block("the names of the section, indented", [&] { property.names.push_back(definition_entry()); });
  } else {
    expected("", {"says", "formula", "resolution"});
  }
}

void Parser::part(File& file) {
  Part out;
  out.location = location();
  if (opt("include")) {
    out.kind = PartKind::kInclude;
    out.owners = owners();
    if (out.owners.empty()) expected("", {"msc", "draft"});
    take("from");
    out.from = string("the name of a version as a string");
    newline();
  } else if (opt("edit")) {
    out.kind = PartKind::kEdit;
    out.section = heading();
    out.owners = owners();
    out.erratum = opt("erratum");
    block("an indented `insert`, `replace` or `remove`", [&] { out.changes.push_back(change(out.section)); });
  } else if (opt("replace")) {
    take("section");
    out.section = heading();
    if (opt("from")) {
      out.kind = PartKind::kTakeSection;
      out.from = string("the name of a version as a string");
      newline();
    } else {
      out.kind = PartKind::kReplaceSection;
      out.owners = owners();
      entries(out);
    }
  } else {
    out.section = heading();
    entries(out);
  }
  file.parts.push_back(std::move(out));
}

void Parser::entries(Part& part) {
  block("the section's entries, indented", [&] {
    Change change;
    change.location = location();
    change.entry = std::make_shared<const Entry>(entry(part.section));
    part.changes.push_back(std::move(change));
  });
}

std::vector<Owner> Parser::owners() {
  std::vector<Owner> out;
  for (;;) {
    if (opt("msc")) {
      do {
        const Location place = location();
        const std::int64_t number = integer("the MSC's number");
        if (number <= 0 || number > 1'000'000'000)
          refuse(base::ErrorCode::kSyntax, "found an MSC that has no such number", place);
        out.push_back({static_cast<std::uint32_t>(number), {}});
      } while (at_kind(TokenKind::kInteger));
    } else if (opt("draft")) {
      const Location place = location();
      out.push_back({0, string("the draft's name as a string")});
      if (out.back().draft.empty()) refuse(base::ErrorCode::kSyntax, "found a draft without a name", place);
    } else {
      return out;
    }
  }
}

SectionName Parser::heading() {
  static const std::vector<std::string> kHeadings = {
      "types",       "identifiers", "format",    "limits",  "canonical json", "signatures", "content", "definitions",
      "auth events", "rules",       "redaction", "receipt", "state before",   "resolution", "readings"};
  constexpr std::array<SectionKind, 15> kKinds = {
      SectionKind::kTypes,         SectionKind::kIdentifiers, SectionKind::kFormat,    SectionKind::kLimits,
      SectionKind::kCanonicalJson, SectionKind::kSignatures,  SectionKind::kContent,   SectionKind::kDefinitions,
      SectionKind::kAuthEvents,    SectionKind::kRules,       SectionKind::kRedaction, SectionKind::kReceipt,
      SectionKind::kStateBefore,   SectionKind::kResolution,  SectionKind::kReadings};
  for (std::size_t i = 0; i < kHeadings.size(); ++i) {
    const std::string_view heading = kHeadings[i];
    const std::size_t space = heading.find(' ');
    if (!at(heading.substr(0, space))) continue;
    next();
    if (space != std::string_view::npos) take(heading.substr(space + 1));
    SectionName out{kKinds[i], {}};
    if (out.kind == SectionKind::kContent) out.argument = string("the event type as a string");
    return out;
  }
  std::vector<std::string> words = kHeadings;
  if (level_ == 0) words.insert(words.begin(), {"edit", "replace section", "include"});
  expected("a section:", words);
}

Change Parser::change(const SectionName& section) {
  Change out;
  out.location = location();
  const bool of_rules = section.kind == SectionKind::kRules || section.kind == SectionKind::kAuthEvents ||
                        section.kind == SectionKind::kReceipt;
  if (opt("insert") || at("replace")) {
    if (opt("replace")) out.kind = ChangeKind::kReplace;
    if (out.kind == ChangeKind::kReplace && of_rules && opt("condition")) {
      out.kind = ChangeKind::kReplaceCondition;
      out.path = path("a label path");
      take(":");
      out.head = rule_head();
      newline();
      return out;
    }
    Entry made = entry(section);
    if (const Rule* rule = std::get_if<Rule>(&made);
        rule && out.kind == ChangeKind::kReplace && rule->anchor != AnchorKind::kNone) {
      refuse(base::ErrorCode::kSyntax, "found a place in a replacement", rule->location,
             "a replaced rule keeps its place; remove it and insert it elsewhere");
    }
    out.entry = std::make_shared<const Entry>(std::move(made));
    return out;
  }
  if (!at("remove")) expected("", {"insert", "replace", "remove"});
  next();
  out.kind = ChangeKind::kRemove;
  if (section.kind == SectionKind::kReadings) opt("reading");
  out.path = path("the name or label path of what is removed");
  newline();
  return out;
}

std::string Parser::segment(std::string_view what) {
  if (at_kind(TokenKind::kString)) {
    const Location place = location();
    std::string text = string(what);
    if (text == "*")
      refuse(base::ErrorCode::kSyntax, "found the wildcard in quotes, expected a name", place, "write `*`");
    return text;
  }
  if (opt("*")) return "*";
  return word(what);
}

Path Parser::path(std::string_view what) {
  Path out = {segment(what)};
  while (opt(".")) {
    out.push_back(segment("a name, a string or `*` after the dot"));
    if (out.size() > limits_.text_depth_max) {
      refuse(base::ErrorCode::kLimit,
             "the path is longer than text_depth_max, " + std::to_string(limits_.text_depth_max), location());
    }
  }
  return out;
}

// ---------------------------------------------------------------------------------------------------- interface

std::expected<File, Errors> parse(std::string_view text, std::string_view file_name, const base::Limits& limits) {
  Parser parser(text, file_name, limits);
  File file;
  parser.whole([&] { file = parser.file(); });
  file.comments = parser.take_comments();
  file.blank_lines = parser.take_blank_lines();
  Errors errors = parser.take_errors();
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return file;
}

std::expected<ExprPtr, Errors> parse_expression(std::string_view text, std::string_view file_name,
                                                const base::Limits& limits) {
  Parser parser(text, file_name, limits);
  ExprPtr out;
  parser.whole([&] { out = parser.expr(); });
  Errors errors = parser.take_errors();
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return out;
}

std::expected<Entry, Errors> parse_entry(const SectionName& section, std::string_view text, std::string_view file_name,
                                         const base::Limits& limits) {
  Parser parser(text, file_name, limits);
  Entry out;
  parser.whole([&] { out = parser.entry(section); });
  Errors errors = parser.take_errors();
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return out;
}

}  // namespace stateroom::rules
