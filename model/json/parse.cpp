// Reads JSON with simdjson's On-Demand interface, which hands out numbers as they were written.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "model/json/document.h"
#include "model/json/value.h"

namespace stateroom::json {
namespace {

using base::Error;
using base::ErrorCode;
namespace ondemand = simdjson::ondemand;

std::string place(std::string_view bytes, std::size_t offset, std::string_view where) {
  const std::string_view before = bytes.substr(0, std::min(offset, bytes.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
  return fmt::format("{}{}{}:{}", where, where.empty() ? "" : ":", line, column);
}

/// The offset of the first byte that is not part of UTF-8, or the size. Only asked after simdjson found one.
std::size_t first_bad_utf8(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    std::size_t length = 1;
    while (length <= 4 && at + length <= bytes.size() && !simdjson::validate_utf8(bytes.data() + at, length)) ++length;
    if (length > 4 || at + length > bytes.size()) return at;
    at += length;
  }
  return at;
}

bool digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && text[n] >= '0' && text[n] <= '9') ++n;
  text.remove_prefix(n);
  return n > 0;
}

/// What JSON takes between tokens.
constexpr std::string_view kBlank = " \t\r\n";

enum class Literal { kNone, kInteger, kReal };

/// What kind of number the grammar of JSON sees in `text`.
Literal literal_kind(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leading_zero = text.starts_with('0');
  const std::size_t before = text.size();
  if (!digits(text) || (leading_zero && before - text.size() > 1)) return Literal::kNone;
  Literal kind = Literal::kInteger;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!digits(text)) return Literal::kNone;
    kind = Literal::kReal;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!digits(text)) return Literal::kNone;
    kind = Literal::kReal;
  }
  return text.empty() ? kind : Literal::kNone;
}

/// Gives back what a large input has taken.
struct Trim {
  std::string& buffer;
  ~Trim() {
    if (buffer.capacity() > (1u << 20)) std::string().swap(buffer);
  }
};

class Reader {
 public:
  Reader(std::string_view bytes, std::string_view where, const base::Limits& limits)
      : bytes_(bytes), where_(where), limits_(limits) {}

  base::Result<std::shared_ptr<const Document>> run() {
    if (bytes_.size() > limits_.input_bytes_max || bytes_.size() >= std::numeric_limits<std::uint32_t>::max()) {
      return base::fail(ErrorCode::kLimit,
                        fmt::format("{} bytes are more than the limit input_bytes_max", bytes_.size()),
                        std::string(where_));
    }
    static thread_local ondemand::parser parser;
    // Read from a copy with room behind it, as simdjson asks; files of lines read many small ones, so it is kept.
    static thread_local std::string padded;
    padded.reserve(bytes_.size() + simdjson::SIMDJSON_PADDING);
    padded.assign(bytes_);
    padded.append(simdjson::SIMDJSON_PADDING, '\0');
    start_ = padded.data();
    const Trim trim{padded};
    ondemand::document document;
    if (const auto code = parser.iterate(padded.data(), bytes_.size(), padded.size()).get(document);
        code != simdjson::SUCCESS) {
      return std::unexpected(of_code(code, nullptr));
    }
    auto out = std::make_shared<Document>();
    out_ = out.get();
    out_->text.reserve(bytes_.size());
    out_->nodes.reserve(bytes_.size() / 24 + 4);
    out_->children.reserve(bytes_.size() / 24 + 4);
    if (!document_root(document)) return std::unexpected(std::move(error_));
    return out;
  }

 private:
  static std::vector<std::uint32_t>& kept_stack() {
    static thread_local std::vector<std::uint32_t> stack;
    stack.clear();
    return stack;
  }

  bool document_root(ondemand::document& document) {
    out_->nodes.emplace_back();
    ondemand::json_type type{};
    if (!ok(document.type().get(type), location(document))) return false;
    bool good = false;
    switch (type) {
      case ondemand::json_type::array: {
        ondemand::array array;
        good = ok(document.get_array().get(array), location(document)) && read_array(array, 0, 1, nullptr);
        break;
      }
      case ondemand::json_type::object: {
        ondemand::object object;
        good = ok(document.get_object().get(object), location(document)) && read_object(object, 0, 1, nullptr);
        break;
      }
      case ondemand::json_type::string: {
        std::string_view text;
        good = ok(document.get_string().get(text), nullptr) && string(text, 0);
        break;
      }
      case ondemand::json_type::number:
      case ondemand::json_type::boolean:
      case ondemand::json_type::null:
        return lone_scalar();
    }
    if (!good) return false;
    const char* rest = location(document);  // none where every token was taken
    if (rest == nullptr) return true;
    return set(ErrorCode::kJson, "found something after the end of the JSON value", rest);
  }

  /// A number, true, false or null at the top: simdjson checks less there than inside an array.
  bool lone_scalar() {
    const std::size_t first = bytes_.find_first_not_of(kBlank);
    const std::size_t end = std::min(bytes_.find_first_of(kBlank, first), bytes_.size());
    if (!scalar(std::string_view(start_ + first, end - first), 0)) return false;
    const std::size_t rest = bytes_.find_first_not_of(kBlank, end);
    if (rest == std::string_view::npos) return true;
    return set(ErrorCode::kJson, "found something after the end of the JSON value", start_ + rest);
  }

  /// `token` goes up to the next structural character, blanks included.
  bool scalar(std::string_view token, std::uint32_t node) {
    token = token.substr(0, token.find_last_not_of(kBlank) + 1);
    Node& out = out_->nodes[node];
    if (token == "true" || token == "false") {
      out.kind = Kind::kBoolean;
      out.boolean = token == "true";
      return true;
    }
    if (token == "null") return true;
    const bool digit = !token.empty() && (token[0] == '-' || (token[0] >= '0' && token[0] <= '9'));
    if (digit) return number(token, node);
    return set(ErrorCode::kJson, fmt::format("found `{}`, expected a JSON value", token.substr(0, 40)), token.data());
  }

  bool read_value(ondemand::value value, std::uint32_t node, std::uint32_t depth) {
    ondemand::json_type type{};
    const char* here = location(value);
    if (!ok(value.type().get(type), here)) return false;
    switch (type) {
      case ondemand::json_type::array: {
        ondemand::array array;
        return ok(value.get_array().get(array), here) && read_array(array, node, depth + 1, here);
      }
      case ondemand::json_type::object: {
        ondemand::object object;
        return ok(value.get_object().get(object), here) && read_object(object, node, depth + 1, here);
      }
      case ondemand::json_type::number:
      case ondemand::json_type::boolean:
      case ondemand::json_type::null:
        return scalar(value.raw_json_token(), node);
      case ondemand::json_type::string: {
        std::string_view text;
        return ok(value.get_string().get(text), here,
                  "a string that is cut off or holds a lone surrogate or bad escape") &&
               string(text, node);
      }
    }
    throw base::InternalError("internal error: a JSON type that simdjson does not have");
  }

  bool deep(std::uint32_t depth, const char* here) {
    if (depth <= limits_.json_depth_max) return true;
    return set(ErrorCode::kLimit,
               fmt::format("nested deeper than the limit json_depth_max ({})", limits_.json_depth_max), here);
  }

  bool read_array(ondemand::array array, std::uint32_t node, std::uint32_t depth, const char* start) {
    if (!deep(depth, start)) return false;
    const std::size_t mark = stack_.size();
    for (auto item : array) {
      ondemand::value value;
      if (!ok(std::move(item).get(value), nullptr)) return false;
      const auto child = static_cast<std::uint32_t>(out_->nodes.size());
      out_->nodes.emplace_back();
      stack_.push_back(child);
      if (!read_value(value, child, depth)) return false;
    }
    out_->nodes[node].kind = Kind::kArray;
    close(node, mark);
    return true;
  }

  bool read_object(ondemand::object object, std::uint32_t node, std::uint32_t depth, const char* start) {
    if (!deep(depth, start)) return false;
    const std::size_t mark = stack_.size();
    for (auto item : object) {
      ondemand::field field;
      if (!ok(std::move(item).get(field), nullptr)) return false;
      const char* here = field.key().raw();
      std::string_view key;
      if (!ok(field.unescaped_key().get(key), here, "a key that holds a lone surrogate or bad escape")) return false;
      const auto child = static_cast<std::uint32_t>(out_->nodes.size());
      out_->nodes.emplace_back();
      out_->nodes[child].key_first = static_cast<std::uint32_t>(out_->text.size());
      out_->nodes[child].key_size = static_cast<std::uint32_t>(key.size());
      out_->text.append(key);
      stack_.push_back(child);
      if (stack_.size() - mark > limits_.json_keys_max) {
        return set(ErrorCode::kLimit,
                   fmt::format("an object with more keys than the limit json_keys_max ({})", limits_.json_keys_max),
                   here);
      }
      if (!read_value(field.value(), child, depth)) return false;
    }
    out_->nodes[node].kind = Kind::kObject;
    close(node, mark);
    return sort(node);
  }

  void close(std::uint32_t node, std::size_t mark) {
    out_->nodes[node].first = static_cast<std::uint32_t>(out_->children.size());
    out_->nodes[node].count = static_cast<std::uint32_t>(stack_.size() - mark);
    out_->children.insert(out_->children.end(), stack_.begin() + static_cast<std::ptrdiff_t>(mark), stack_.end());
    stack_.resize(mark);
  }

  /// Orders the members of a large object by key and refuses a key that stands twice.
  bool sort(std::uint32_t node) {
    const Node object = out_->nodes[node];
    const auto key = [this](std::uint32_t child) { return out_->key(out_->nodes[child]); };
    std::vector<std::uint32_t>& children = out_->children;
    if (object.count <= kLinear) {
      // By size first: keys that differ in it need no look at the text.
      for (std::uint32_t i = 1; i < object.count; ++i) {
        const Node& later = out_->nodes[children[object.first + i]];
        for (std::uint32_t j = 0; j < i; ++j) {
          const Node& earlier = out_->nodes[children[object.first + j]];
          if (later.key_size == earlier.key_size && out_->key(later) == out_->key(earlier))
            return twice(children[object.first + i]);
        }
      }
      return true;
    }
    const auto sorted = static_cast<std::uint32_t>(children.size());
    children.resize(children.size() + object.count);
    const auto first = children.begin() + sorted;
    std::copy_n(children.begin() + object.first, object.count, first);
    // Equal keys in the order of the text, so that the error names the later one.
    std::sort(first, children.end(), [&](std::uint32_t a, std::uint32_t b) {
      const int order = key(a).compare(key(b));
      return order != 0 ? order < 0 : a < b;
    });
    out_->nodes[node].sorted = sorted;
    const auto same_key = [&](std::uint32_t a, std::uint32_t b) { return key(a) == key(b); };
    const auto found = std::adjacent_find(first, children.end(), same_key);
    return found == children.end() || twice(*std::next(found));
  }

  bool twice(std::uint32_t child) {
    const std::string_view key = out_->key(out_->nodes[child]);
    return set(ErrorCode::kDuplicateKey, fmt::format("an object names the key `{}` twice", key.substr(0, 200)),
               key_of_node(child));
  }

  /// Where the key of a node stands: nodes are in the order of the text, so its values are counted up to it.
  /// The text has been read up to there, so its tokens are well formed.
  const char* key_of_node(std::uint32_t wanted) {
    std::uint32_t values = 0;
    const char* key = nullptr;
    for (const char* at = start_; at < start_ + bytes_.size();) {
      if (*at == '"') {
        const char* first = at++;
        for (; *at != '"'; ++at) at += *at == '\\';
        do ++at;
        while (kBlank.contains(*at));
        if (*at == ':') {
          key = first;
        } else if (values++ == wanted) {
          break;
        }
      } else if (kBlank.contains(*at) || std::string_view("]}:,").contains(*at)) {
        ++at;
      } else {
        if (values++ == wanted) break;
        const bool opens = *at == '[' || *at == '{';
        do ++at;
        while (!opens && !kBlank.contains(*at) && !std::string_view("]}:,").contains(*at));
      }
    }
    return key;
  }

  bool string(std::string_view text, std::uint32_t node) {
    Node& out = out_->nodes[node];
    out.kind = Kind::kString;
    out.first = static_cast<std::uint32_t>(out_->text.size());
    out.count = static_cast<std::uint32_t>(text.size());
    out_->text.append(text);
    return true;
  }

  bool number(std::string_view literal, std::uint32_t node) {
    const Literal kind = literal_kind(literal);
    if (kind == Literal::kNone) {
      return set(ErrorCode::kJson, fmt::format("found `{}`, expected a number", literal.substr(0, 40)), literal.data());
    }
    string(literal, node);
    Node& out = out_->nodes[node];
    if (kind == Literal::kReal) {
      out.kind = Kind::kReal;
      // Beyond a double: strtod gives an infinity, as the level rules of old room versions need it.
      out.real = std::strtod(std::string(literal).c_str(), nullptr);
      return true;
    }
    const auto read = std::from_chars(literal.data(), literal.data() + literal.size(), out.integer);
    out.kind = read.ec == std::errc() ? Kind::kInteger : Kind::kBigInteger;
    if (out.kind == Kind::kBigInteger) {
      using Limit = std::numeric_limits<std::int64_t>;
      out.integer = literal.starts_with('-') ? Limit::min() : Limit::max();
    }
    return true;
  }

  template <class T>
  const char* location(T& at) {
    const char* here = nullptr;
    return at.current_location().get(here) == simdjson::SUCCESS ? here : nullptr;
  }

  bool ok(simdjson::error_code code, const char* here, std::string_view what = {}) {
    if (code == simdjson::SUCCESS) return true;
    error_ = of_code(code, here, what);
    return false;
  }

  bool set(ErrorCode code, std::string message, const char* here) {
    error_ = Error{code, std::move(message), place_of(here), {}};
    return false;
  }

  std::string place_of(const char* here) {
    const bool known = here != nullptr && here >= start_ && here <= start_ + bytes_.size();
    const std::size_t offset = known ? static_cast<std::size_t>(here - start_) : bytes_.size();
    return place(bytes_, offset, where_);
  }

  Error of_code(simdjson::error_code code, const char* here, std::string_view what = {}) {
    if (code == simdjson::UTF8_ERROR) {
      return {ErrorCode::kUtf8, "found bytes that are not UTF-8", place(bytes_, first_bad_utf8(bytes_), where_), {}};
    }
    if (code == simdjson::DEPTH_ERROR) {
      return {ErrorCode::kLimit, "nested deeper than the limit json_depth_max", place_of(here), {}};
    }
    if (code == simdjson::STRING_ERROR && !what.empty())
      return {ErrorCode::kUtf8, fmt::format("found {}", what), place_of(here), {}};
    std::string message;
    switch (code) {
      case simdjson::EMPTY:
        message = "found nothing, expected a JSON value";
        break;
      case simdjson::UNCLOSED_STRING:
        message = "found the end of the input inside a string";
        break;
      case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
        here = nullptr;  // that is, the end
        message = "found the end of the input inside an array or object";
        break;
      case simdjson::UNESCAPED_CHARS:
        message = "found a control character inside a string";
        break;
      case simdjson::TAPE_ERROR:
        message = "found no JSON value, or a missing comma or colon";
        break;
      default:
        message = fmt::format("not JSON ({})", simdjson::error_message(code));
        break;  // simdjson's list is open
    }
    return {ErrorCode::kJson, std::move(message), place_of(here), {}};
  }

  std::string_view bytes_;
  std::string_view where_;
  const base::Limits& limits_;
  const char* start_ = nullptr;
  Document* out_ = nullptr;
  std::vector<std::uint32_t>& stack_ = kept_stack();
  Error error_;
};

}  // namespace

base::Result<std::shared_ptr<const Document>> parse(std::string_view bytes, std::string_view where,
                                                    const base::Limits& limits) {
  return Reader(bytes, where, limits).run();
}

}  // namespace stateroom::json
