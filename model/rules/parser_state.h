// The parser's inside, shared by parser.cpp (files, parts, changes), parse_entries.cpp and parse_expressions.cpp.
//
// One function a production of the grammar. A production that cannot go on throws Failure after reporting it; the
// nearest list of entries catches it and goes on with its next entry. Nothing of this leaves the folder: parse() gives
// values.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/rules/lexer.h"
#include "model/rules/parser.h"
#include "model/rules/property_text.h"

namespace stateroom::rules {

class Parser {
 public:
  Parser(std::string_view text, std::string_view file_name, const base::Limits& limits);

  /// Runs `production` and then expects the end of the text; errors are in errors().
  void whole(const std::function<void()>& production);
  Errors take_errors();
  std::vector<Comment> take_comments() { return std::move(lexed_.comments); }
  std::vector<std::uint32_t> take_blank_lines() { return std::move(lexed_.blank_lines); }

  // parser.cpp
  File file();
  PropertyText property();
  // parse_entries.cpp
  Entry entry(const SectionName& section);
  // parse_expressions.cpp
  ExprPtr expr();

 private:
  struct Failure {};  // reported already

  // Numbers on the way to a 64-bit constant; sums of two stay within its range.
  __extension__ typedef __int128 Wide;
  static constexpr Wide kWideMax = Wide{1} << 100;

  // Counts the nesting of productions for as long as it lives.
  class Nested {
   public:
    explicit Nested(Parser& parser);
    ~Nested() { --parser_.nesting_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;

   private:
    Parser& parser_;
  };

  // Tokens.
  const Token& token() const { return lexed_.tokens[at_]; }
  bool at(std::string_view text) const;
  bool at_any(std::initializer_list<std::string_view> texts) const;
  bool at_kind(TokenKind kind) const { return token().kind == kind; }
  Token next();
  bool opt(std::string_view text);
  void take(std::string_view text);
  std::string word(std::string_view what);
  std::string new_name(std::string_view what);    // a name that expressions can use
  std::string entry_name(std::string_view what);  // a name at the start of a line
  std::string string(std::string_view what);
  std::int64_t integer(std::string_view what);
  void newline();
  void block(std::string_view what, const std::function<void()>& item);
  Location location() const;
  [[noreturn]] void expected(std::string_view what, const std::vector<std::string>& words = {});
  [[noreturn]] void refuse(base::ErrorCode code, std::string message, const Location& place, std::string hint = {});
  void report(base::ErrorCode code, std::string message, const Location& place, std::string hint = {});
  std::string found() const;
  void recover(int level, std::size_t start);
  void count_node();

  // parser.cpp
  void property_line(PropertyText& property);
  FileHead file_head();
  void head_line(FileHead& head);
  void part(File& file);
  SectionName heading();
  std::vector<Owner> owners();
  Change change(const SectionName& section);
  void entries(Part& part);
  Path path(std::string_view what);
  std::string segment(std::string_view what);

  // parse_entries.cpp
  TypeEntry type_entry();
  IdentifierEntry identifier_entry();
  std::vector<PatternNode> pattern();
  FieldEntry field_entry();
  LimitEntry limit_entry();
  SettingEntry setting_entry();
  SignatureEntry signature_entry();
  ContentEntry content_entry();
  DefinitionEntry definition_entry();
  ReadingEntry reading_entry();
  Choice choice();
  Part choice_part();
  Rule rule_entry(SectionKind section);
  void rule_body(Rule& rule, SectionKind section);
  Head rule_head();
  void leaf(Rule& rule, SectionKind section);
  TypePtr type();
  Constant constant();
  void check_range(const Constant& least, const Constant& greatest, const Location& place);
  Wide wide_constant(std::string& text);
  Wide constant_term(std::string& text);

  // parse_expressions.cpp
  std::vector<std::string> binder();
  ExprPtr and_expr();
  ExprPtr not_expr();
  ExprPtr quantifier();
  ExprPtr compare();
  ExprPtr is_expr(ExprPtr left);
  TypePtr predicate();
  ExprPtr value();
  ExprPtr branch();
  ExprPtr sum();
  ExprPtr meet();
  ExprPtr postfix();
  ExprPtr primary();
  ExprPtr call(std::string name, Location location);
  Clause clause();
  ExprPtr braces();
  ExprPtr aggregate();
  ExprPtr make(Expr expr);
  ExprPtr binary(ExprKind kind, ExprPtr left, ExprPtr right);
  std::vector<ExprPtr> list_until(std::string_view end);

  const base::Limits limits_;
  std::shared_ptr<const std::string> file_;
  Lexed lexed_;
  std::size_t at_ = 0;
  int level_ = 0;  // indents taken and not yet closed
  std::uint32_t nesting_ = 0;
  std::uint32_t nodes_ = 0;
  bool stopped_ = false;  // a limit was reached: say no more
};

}  // namespace stateroom::rules
