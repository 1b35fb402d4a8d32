#include "model/event/format.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace stateroom::event {
namespace {

using json::Kind;
using json::Value;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A DNS name, an IPv4 literal, or an IPv6 literal in brackets. Source: appendices, "Server Name".
std::size_t hostname_length(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || end < 3 || end > 46) return 0;
    const std::string_view inside = text.substr(1, end - 1);
    const auto good = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) || c == ':' || c == '.'; };
    return std::all_of(inside.begin(), inside.end(), good) ? end + 1 : 0;
  }
  std::size_t n = 0;
  while (n < text.size() && (is_alnum(text[n]) || text[n] == '-' || text[n] == '.')) ++n;
  return n <= 255 ? n : 0;
}

std::size_t run_length(std::string_view text, bool (*good)(char), std::size_t most) {
  std::size_t n = 0;
  while (n < text.size() && n < most && good(text[n])) ++n;
  return n;
}

/// True if `c` is in a class such as "a-z0-9._=/+-": ranges, and `-` itself at either end.
bool in_chars(char c, std::string_view chars) {
  for (std::size_t i = 0; i < chars.size(); ++i) {
    if (i + 2 < chars.size() && chars[i + 1] == '-') {
      if (c >= chars[i] && c <= chars[i + 2]) return true;
      i += 2;
    } else if (c == chars[i]) {
      return true;
    }
  }
  return false;
}

class Matcher {
 public:
  explicit Matcher(const EventFormat& format) : format_(format) {}

  /// The whole of `text` by the items.
  bool all(const std::vector<PatternItem>& items, std::string_view text, int depth) const {
    return match(items, 0, text, depth, [](std::string_view rest) { return rest.empty(); });
  }

 private:
  using Rest = const std::function<bool(std::string_view)>&;

  bool match(const std::vector<PatternItem>& items, std::size_t i, std::string_view text, int depth, Rest rest) const {
    if (depth > 16) return false;  // an identifier that is made of itself
    if (i == items.size()) return rest(text);
    const PatternItem& item = items[i];
    const auto next = [&](std::string_view left) { return match(items, i + 1, left, depth, rest); };
    switch (item.kind) {
      case PatternItem::Kind::kLiteral:
        return text.starts_with(item.text) && next(text.substr(item.text.size()));
      case PatternItem::Kind::kOptional:
        return match(item.group, 0, text, depth + 1, next) || next(text);
      case PatternItem::Kind::kChars: {
        std::size_t n = 0;
        while (n < text.size() && in_chars(text[n], item.text)) ++n;
        return n > 0 && next(text.substr(n));
      }
      case PatternItem::Kind::kClass:
        return of_class(item.text, items, i, text, depth, next);
    }
    return false;
  }

  bool of_class(std::string_view name, const std::vector<PatternItem>& items, std::size_t i, std::string_view text,
                int depth, Rest next) const {
    if (name == "hostname") {
      const std::size_t n = hostname_length(text);
      return n > 0 && next(text.substr(n));
    }
    if (name == "port") {
      const std::size_t n = run_length(text, is_digit, 5);
      return n > 0 && next(text.substr(n));
    }
    if (name == "base64url_43") {
      const auto good = [](char c) { return is_alnum(c) || c == '-' || c == '_'; };
      const std::size_t n = run_length(text, good, 44);
      return n == 43 && next(text.substr(n));
    }
    if (name == "text") {
      // Up to the first place where the literal that follows stands; without one, everything. May be empty, holds no
      // NUL.
      std::size_t end = text.size();
      if (i + 1 < items.size() && items[i + 1].kind == PatternItem::Kind::kLiteral) end = text.find(items[i + 1].text);
      if (end == std::string_view::npos || text.substr(0, end).find('\0') != std::string_view::npos) return false;
      return next(text.substr(end));
    }
    const auto other = format_.identifiers.find(name);
    return other != format_.identifiers.end() && match(other->second.items, 0, text, depth + 1, next);
  }

  const EventFormat& format_;
};

std::optional<Level> of_integer_text(std::string_view digits) {
  if (digits.starts_with('+')) digits.remove_prefix(1);
  Level level;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), level.value);
  if (read.ec == std::errc::result_out_of_range) {
    using Limit = std::numeric_limits<std::int64_t>;
    return Level{digits.starts_with('-') ? Limit::min() : Limit::max(), true};
  }
  return level;
}

/// Spaces, one sign, ASCII digits, spaces.
std::optional<Level> of_ascii(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(' ') - first + 1);
  std::string_view digits = text;
  if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  return of_integer_text(text);
}

struct Utf8 {
  char32_t character = 0;
  std::size_t size = 1;
};

/// The character at the start of valid UTF-8.
Utf8 character_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  char32_t value = lead & (0xFF >> (size + 1));
  for (std::size_t i = 1; i < size && i < text.size(); ++i) value = (value << 6) | (byte(i) & 0x3F);
  return {value, size};
}

/// First characters of Unicode's runs of ten decimal digits (general category Nd) outside ASCII.
constexpr char32_t kZeros[] = {0x0660,  0x06F0,  0x07C0,  0x0966,  0x09E6,  0x0A66,  0x0AE6,  0x0B66,  0x0BE6,  0x0C66,
                               0x0CE6,  0x0D66,  0x0DE6,  0x0E50,  0x0ED0,  0x0F20,  0x1040,  0x1090,  0x17E0,  0x1810,
                               0x1946,  0x19D0,  0x1A80,  0x1A90,  0x1B50,  0x1BB0,  0x1C40,  0x1C50,  0xA620,  0xA8D0,
                               0xA900,  0xA9D0,  0xA9F0,  0xAA50,  0xABF0,  0xFF10,  0x104A0, 0x10D30, 0x11066, 0x110F0,
                               0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950,
                               0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC,
                               0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0};

bool is_python_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// What Python's int() takes as text: white space around, one sign, decimal digits of any script, single `_` between
/// digits.
std::optional<Level> of_python(std::string_view text) {
  std::vector<char32_t> characters;
  while (!text.empty()) {
    const Utf8 next = character_at(text);
    characters.push_back(next.character);
    text.remove_prefix(std::min(next.size, text.size()));
  }
  while (!characters.empty() && is_python_space(characters.back())) characters.pop_back();
  std::size_t i = 0;
  while (i < characters.size() && is_python_space(characters[i])) ++i;
  std::string digits;
  if (i < characters.size() && (characters[i] == '+' || characters[i] == '-'))
    digits += static_cast<char>(characters[i++]);
  bool digit_before = false, any = false;
  for (; i < characters.size(); ++i) {
    const char32_t c = characters[i];
    if (c == '_') {
      if (!digit_before) return std::nullopt;
      digit_before = false;
      continue;
    }
    int value = -1;
    if (c >= '0' && c <= '9') value = static_cast<int>(c - '0');
    for (const char32_t zero : kZeros) {
      if (c >= zero && c < zero + 10) value = static_cast<int>(c - zero);
    }
    if (value < 0) return std::nullopt;
    digits += static_cast<char>('0' + value);
    digit_before = any = true;
  }
  if (!any || !digit_before) return std::nullopt;
  return of_integer_text(digits);
}

bool has_identifier_type(Value value, std::string_view name, const EventFormat& format) {
  return value.is_string() && matches(format, name, value.string());
}

}  // namespace

const FormatField* EventFormat::field(std::string_view name) const {
  for (const FormatField& field : fields) {
    if (field.path.size() == 1 && field.path[0] == name) return &field;
  }
  return nullptr;
}

bool matches(const EventFormat& format, std::string_view identifier, std::string_view text) {
  const auto found = format.identifiers.find(identifier);
  if (found == format.identifiers.end()) return false;
  if (found->second.bytes_max && text.size() > *found->second.bytes_max) return false;
  return Matcher(format).all(found->second.items, text, 0);
}

std::optional<std::string_view> server_part(std::string_view identifier) {
  const auto colon = identifier.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return identifier.substr(colon + 1);
}

std::optional<Level> decode_level(Value value, const LevelSpelling& spelling) {
  switch (value.kind()) {
    case Kind::kInteger:
      if (!spelling.integer) return std::nullopt;
      return Level{value.integer(), false};
    case Kind::kBigInteger:
      if (!spelling.integer) return std::nullopt;
      return Level{value.integer(), true};
    case Kind::kReal: {
      if (!spelling.truncated_float || !std::isfinite(value.real())) return std::nullopt;
      const double whole = std::trunc(value.real());
      using Limit = std::numeric_limits<std::int64_t>;
      if (whole >= 9223372036854775808.0) return Level{Limit::max(), true};
      if (whole < -9223372036854775808.0) return Level{Limit::min(), true};
      return Level{static_cast<std::int64_t>(whole), false};
    }
    case Kind::kBoolean:
      if (!spelling.python_integer) return std::nullopt;
      return Level{value.boolean() ? 1 : 0, false};
    case Kind::kString:
      if (spelling.ascii_integer) {
        if (const auto level = of_ascii(value.string())) return level;
      }
      return spelling.python_integer ? of_python(value.string()) : std::nullopt;
    case Kind::kNull:
    case Kind::kArray:
    case Kind::kObject:
      return std::nullopt;
  }
  return std::nullopt;
}

bool has_type(Value value, const ValueType& type, const EventFormat& format) {
  using Base = ValueType::Base;
  if (!value.valid()) return false;
  switch (type.base) {
    case Base::kAny:
      return true;
    case Base::kObject:
      return value.is_object();
    case Base::kString:
      return value.is_string();
    case Base::kBoolean:
      return value.kind() == Kind::kBoolean;
    case Base::kInteger:
      if (value.kind() == Kind::kBigInteger) return !type.least && !type.greatest;
      return value.is_integer() && (!type.least || value.integer() >= *type.least) &&
             (!type.greatest || value.integer() <= *type.greatest);
    case Base::kLevel:
      return decode_level(value, format.level).has_value();
    case Base::kIdentifier:
      return has_identifier_type(value, type.identifier, format);
    case Base::kList:
      if (!value.is_array()) return false;
      for (const Value item : value.children()) {
        if (!has_type(item, *type.element, format)) return false;
      }
      return true;
    case Base::kMap:
      if (!value.is_object()) return false;
      for (const Value item : value.children()) {
        if (type.key->base == Base::kIdentifier && !matches(format, type.key->identifier, item.own_key())) return false;
        if (!has_type(item, *type.element, format)) return false;
      }
      return true;
    case Base::kPair:
      return value.is_array() && value.size() == 2 && has_type(value.at(0), *type.key, format) &&
             has_type(value.at(1), *type.element, format);
    case Base::kEvent:
      return type.element == nullptr || has_type(value, *type.element, format);
  }
  return false;
}

}  // namespace stateroom::event
