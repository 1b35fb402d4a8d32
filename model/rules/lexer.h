// Bytes of a text to tokens: words, strings, numbers, signs, and the lines and blocks that indentation makes.
//
// In:  UTF-8; two spaces a level; `#` starts a comment outside strings.
// Out: tokens with their places, ended by kEnd; comments and blank lines apart; errors in text order.
// Promise: as many tokens as bytes at most; indents and dedents are balanced, whatever the text is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/base/error.h"
#include "model/base/limits.h"
#include "model/rules/nearest.h"
#include "model/rules/syntax.h"

namespace stateroom::rules {

enum class TokenKind : std::uint8_t { kWord, kString, kInteger, kSign, kNewline, kIndent, kDedent, kEnd };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string_view text;  // as it stands in the text, a string with its quotes; empty for lines, blocks and the end
};

struct Lexed {
  std::vector<Token> tokens;
  std::vector<Comment> comments;
  std::vector<std::uint32_t> blank_lines;
  std::vector<base::Error> errors;
  std::uint32_t cut = 0;  // the line at which a limit ended the reading; 0: the text was read whole
};

/// The tokens' texts are views into `text`.
Lexed lex(std::string_view text, const std::string& file_name, const base::Limits& limits);

/// True if a deeper line that starts with this word or sign continues the line before it.
bool continues_line(std::string_view word);
/// True if the word means something in expressions and so cannot be a name there.
bool is_reserved(std::string_view word);
/// True for `[A-Za-z_][A-Za-z0-9_]*`.
bool is_word(std::string_view text);

/// The value of a string token with its quotes; nullopt if an escape is wrong.
std::optional<std::string> decode_string(std::string_view token);

}  // namespace stateroom::rules
