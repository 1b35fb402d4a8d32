// Canonical JSON, in Matrix's own form and in RFC 8785's. Source: appendices, "Canonical JSON"; RFC 8785, section 3.2.
#include "model/event/canonical.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stateroom::event {
namespace {

using base::ErrorCode;
using json::Kind;
using json::Value;

/// UTF-16 code units of valid UTF-8, big end first, so that comparing bytes compares units.
std::string utf16(std::string_view text) {
  std::string out;
  const auto unit = [&out](std::uint32_t u) {
    out += static_cast<char>(u >> 8);
    out += static_cast<char>(u & 0xFF);
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    std::uint32_t value = size == 1 ? lead : lead & (0xFFu >> (size + 1));
    for (std::size_t k = 1; k < size; ++k) value = (value << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    i += size;
    if (value >= 0x10000) {
      unit(0xD800 + ((value - 0x10000) >> 10));
      unit(0xDC00 + ((value - 0x10000) & 0x3FF));
    } else {
      unit(value);
    }
  }
  return out;
}

/// A number as ECMAScript prints it, which RFC 8785 asks for.
std::string ecmascript(double value) {
  if (value == 0) return "0";
  const bool negative = value < 0;
  // The shortest digits that read back, in whatever form fmt prints them.
  const std::string shortest = fmt::format("{}", std::fabs(value));
  std::string digits;
  int exponent = 0;  // value = 0.DIGITS × 10^exponent
  {
    std::string mantissa = shortest;
    int e = 0;
    if (const auto at = shortest.find('e'); at != std::string::npos) {
      e = std::atoi(shortest.c_str() + at + 1);
      mantissa = shortest.substr(0, at);
    }
    const auto point = mantissa.find('.');
    std::string whole = mantissa.substr(0, point);
    std::string fraction = point == std::string::npos ? "" : mantissa.substr(point + 1);
    digits = whole + fraction;
    exponent = static_cast<int>(whole.size()) + e;
    const auto first = digits.find_first_not_of('0');
    exponent -= static_cast<int>(first);
    digits.erase(0, first);
    digits.erase(digits.find_last_not_of('0') + 1);
  }
  const int n = static_cast<int>(digits.size());
  std::string out = negative ? "-" : "";
  if (n <= exponent && exponent <= 21) return out + digits + std::string(static_cast<std::size_t>(exponent - n), '0');
  if (0 < exponent && exponent <= 21) {
    return out + digits.substr(0, static_cast<std::size_t>(exponent)) + "." +
           digits.substr(static_cast<std::size_t>(exponent));
  }
  if (-6 < exponent && exponent <= 0)
    return out + "0." + std::string(static_cast<std::size_t>(-exponent), '0') + digits;
  const int e = exponent - 1;
  out += digits.substr(0, 1);
  if (n > 1) out += "." + digits.substr(1);
  return out + "e" + (e < 0 ? "-" : "+") + std::to_string(std::abs(e));
}

/// The digits of an integer of at most 16 digits that a literal such as 1e10 or 2.50e1 says exactly; empty if it says
/// none.
std::string integer_digits(std::string_view literal) {
  if (literal.starts_with('-')) literal.remove_prefix(1);
  const auto e = literal.find_first_of("eE");
  const std::string_view mantissa = literal.substr(0, e);
  const auto point = mantissa.find('.');
  std::string digits(mantissa.substr(0, point));
  long exponent = 0;
  if (point != std::string_view::npos) {
    digits += mantissa.substr(point + 1);
    exponent = -static_cast<long>(mantissa.size() - point - 1);
  }
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty()) return "0";
  if (e != std::string_view::npos) {
    std::string_view written = literal.substr(e + 1);
    const bool negative = written.starts_with('-');
    if (negative || written.starts_with('+')) written.remove_prefix(1);
    written.remove_prefix(std::min(written.find_first_not_of('0'), written.size()));
    if (written.size() > 9) return "";  // no literal within the limits has so many digits to make up for it
    long value = 0;
    for (const char c : written) value = value * 10 + (c - '0');
    exponent += negative ? -value : value;
  }
  const std::size_t zeros = digits.size() - digits.find_last_not_of('0') - 1;
  if (exponent < 0) {
    if (zeros < static_cast<std::size_t>(-exponent)) return "";
    digits.resize(digits.size() - static_cast<std::size_t>(-exponent));
  } else if (exponent > 16) {
    return "";
  } else {
    digits.append(static_cast<std::size_t>(exponent), '0');
  }
  return digits.size() <= 16 ? digits : "";
}

class Writer {
 public:
  Writer(const CanonicalJson& rules, std::string& out) : rules_(rules), out_(out) {}

  bool write(Value value, const Selection* selection) {
    switch (value.kind()) {
      case Kind::kNull:
        out_ += "null";
        return true;
      case Kind::kBoolean:
        out_ += value.boolean() ? "true" : "false";
        return true;
      case Kind::kInteger:
      case Kind::kBigInteger:
      case Kind::kReal:
        return number(value);
      case Kind::kString:
        json::append_quoted(out_, value.string());
        return true;
      case Kind::kArray:
        return array(value, nullptr);
      case Kind::kObject:
        return object(value, selection);
    }
    return false;
  }

  base::Error error;

 private:
  bool number(Value value) {
    if (rules_.scheme == CanonicalScheme::kRfc8785) {
      const double number =
          value.kind() == Kind::kReal ? value.real() : std::strtod(std::string(value.literal()).c_str(), nullptr);
      if (!std::isfinite(number)) return bad(value, "is beyond a double");
      out_ += ecmascript(number);
      return true;
    }
    if (!rules_.enforced) {
      // An integer in range is written as one, whatever its spelling (the specification's example 1e10); for other
      // numbers the specification fixes no form, so they stay as they were written.
      if (value.kind() == Kind::kReal && write_integral(value)) return true;
      out_ += value.literal() == "-0" ? "0" : value.literal();
      return true;
    }
    if (value.kind() == Kind::kReal) return bad(value, "has a fraction or an exponent");
    if (value.kind() == Kind::kBigInteger || value.integer() < rules_.least || value.integer() > rules_.greatest) {
      return bad(value, "is outside the range of canonical JSON");
    }
    const fmt::format_int digits(value.integer());
    out_.append(digits.data(), digits.size());
    return true;
  }

  bool write_integral(Value value) {
    const std::string digits = integer_digits(value.literal());
    if (digits.empty()) return false;
    const std::int64_t size = std::stoll(digits);
    const std::int64_t number = value.literal().starts_with('-') ? -size : size;
    if (number < rules_.least || number > rules_.greatest) return false;
    out_ += fmt::format_int(number).str();
    return true;
  }

  bool bad(Value value, std::string_view what) {
    error =
        base::Error{ErrorCode::kNumber, fmt::format("the number {} {}", value.literal().substr(0, 40), what), {}, {}};
    return false;
  }

  /// `inside` is what is written of each element that is an object; null: all of it.
  bool array(Value value, const Selection* inside) {
    out_ += '[';
    bool first = true;
    for (const Value item : value.children()) {
      if (!first) out_ += ',';
      first = false;
      if (!part(item, inside)) return false;
    }
    out_ += ']';
    return true;
  }

  /// A value of which `inside` says what is taken; null: all. A scalar has no such parts, so {} stands for it.
  bool part(Value value, const Selection* inside) {
    if (inside == nullptr) return write(value, nullptr);
    if (value.is_object()) return object(value, inside);
    if (value.is_array() && inside->each != nullptr) return array(value, inside->each.get());
    out_ += "{}";
    return true;
  }

  static bool written(Value member, std::string_view key, const Selection& selection) {
    const Selection::Member* rule = selection.member(key);
    if (rule == nullptr ? !selection.others : !rule->taken) return false;
    if (rule == nullptr || rule->inside == nullptr || !rule->drop_if_empty) return true;
    if (member.is_array()) return rule->inside->each != nullptr;
    if (!member.is_object()) return false;
    for (const Value inner : member.children()) {
      if (written(inner, inner.own_key(), *rule->inside)) return true;
    }
    return false;
  }

  bool object(Value value, const Selection* selection) {
    const std::size_t mark = members_.size();
    for (const Value member : value.children()) {
      const std::string_view key = member.own_key();
      if (selection == nullptr || written(member, key, *selection)) members_.push_back({key, member});
    }
    sort(mark);
    out_ += '{';
    const std::size_t end = members_.size();
    for (std::size_t at = mark; at < end; ++at) {
      const auto [key, member] = members_[at];  // a copy: what is inside moves the list
      if (at > mark) out_ += ',';
      json::append_quoted(out_, key);
      out_ += ':';
      if (!part(member, selection == nullptr ? nullptr : selection->inside(key))) return false;
    }
    members_.resize(mark);
    out_ += '}';
    return true;
  }

  void sort(std::size_t mark) {
    const auto first = members_.begin() + static_cast<std::ptrdiff_t>(mark);
    if (rules_.scheme == CanonicalScheme::kRfc8785) {
      std::sort(first, members_.end(), [](const auto& a, const auto& b) { return utf16(a.key) < utf16(b.key); });
      return;
    }
    // By code point, which is the order of UTF-8 bytes. What servers send is mostly canonical already.
    const auto by_key = [](const Member& a, const Member& b) { return a.key < b.key; };
    if (!std::is_sorted(first, members_.end(), by_key)) std::sort(first, members_.end(), by_key);
  }

  struct Member {
    std::string_view key;
    Value value;
  };

  const CanonicalJson& rules_;
  std::string& out_;
  std::vector<Member> members_;  // of the objects that are being written
};

}  // namespace

base::Result<std::string> canonical_json(Value value, const CanonicalJson& rules, const Selection* selection) {
  std::string out;
  Writer writer(rules, out);
  if (!writer.write(value, selection)) return std::unexpected(std::move(writer.error));
  return out;
}

base::Result<std::string> canonical_json(Value value, const CanonicalJson& rules) {
  return canonical_json(value, rules, nullptr);
}

}  // namespace stateroom::event
