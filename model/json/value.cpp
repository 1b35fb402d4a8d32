#include "model/json/value.h"

#include <algorithm>

#include "model/json/document.h"

namespace stateroom::json {
namespace {

const Node& node_of(const Document* document, std::uint32_t node) {
  base::require(document != nullptr, "a value that is read is valid");
  return document->nodes[node];
}

bool is_number(Kind kind) { return kind == Kind::kInteger || kind == Kind::kBigInteger || kind == Kind::kReal; }

bool same_number(Value left, Value right) {
  if (left.kind() == Kind::kReal || right.kind() == Kind::kReal) {
    const auto number = [](Value value) {
      return value.kind() == Kind::kReal ? value.real() : static_cast<double>(value.integer());
    };
    return number(left) == number(right);
  }
  if (left.kind() != right.kind()) return false;
  if (left.kind() == Kind::kInteger) return left.integer() == right.integer();
  return left.literal() == right.literal();
}

void append(std::string& out, Value value) {
  switch (value.kind()) {
    case Kind::kNull:
      out += "null";
      return;
    case Kind::kBoolean:
      out += value.boolean() ? "true" : "false";
      return;
    case Kind::kInteger:
    case Kind::kBigInteger:
    case Kind::kReal:
      out += value.literal();
      return;
    case Kind::kString:
      append_quoted(out, value.string());
      return;
    case Kind::kArray:
    case Kind::kObject: {
      const bool object = value.kind() == Kind::kObject;
      out += object ? '{' : '[';
      bool first = true;
      for (const Value child : value.children()) {
        if (!first) out += ',';
        first = false;
        if (object) {
          append_quoted(out, child.own_key());
          out += ':';
        }
        append(out, child);
      }
      out += object ? '}' : ']';
      return;
    }
  }
}

}  // namespace

Kind Value::kind() const { return node_of(document_, node_).kind; }

bool Value::boolean() const {
  base::require(kind() == Kind::kBoolean, "boolean() is asked of true or false");
  return node_of(document_, node_).boolean;
}

std::int64_t Value::integer() const {
  base::require(kind() == Kind::kInteger || kind() == Kind::kBigInteger, "integer() is asked of an integer");
  return node_of(document_, node_).integer;
}

double Value::real() const {
  base::require(kind() == Kind::kReal, "real() is asked of a literal with a fraction or an exponent");
  return node_of(document_, node_).real;
}

std::string_view Value::string() const {
  base::require(kind() == Kind::kString, "string() is asked of a string");
  return document_->string(document_->nodes[node_]);
}

std::string_view Value::literal() const {
  base::require(is_number(kind()), "literal() is asked of a number");
  return document_->string(document_->nodes[node_]);
}

std::uint32_t Value::size() const { return is_array() || is_object() ? node_of(document_, node_).count : 0; }

Value Value::at(std::uint32_t position) const {
  base::require(position < size(), "a child's position is below the size");
  return {document_, document_->children[document_->nodes[node_].first + position]};
}

std::string_view Value::key(std::uint32_t position) const { return at(position).own_key(); }

std::string_view Value::own_key() const { return document_->key(node_of(document_, node_)); }

Value::Children Value::children() const {
  if (!is_array() && !is_object()) return {nullptr, nullptr, nullptr};
  const Node& node = document_->nodes[node_];
  const std::uint32_t* first = document_->children.data() + node.first;
  return {document_, first, first + node.count};
}

Value Value::get(std::string_view wanted) const {
  if (!is_object()) return {};
  const Node* const nodes = document_->nodes.data();
  const Node& node = nodes[node_];
  if (node.count <= kLinear) {
    // By size first: most keys of an event differ in it, and import asks some thirty times an event.
    const std::uint32_t* const children = document_->children.data() + node.first;
    for (std::uint32_t i = 0; i < node.count; ++i) {
      const Node& child = nodes[children[i]];
      if (child.key_size == wanted.size() && document_->key(child) == wanted) return {document_, children[i]};
    }
    return {};
  }
  const auto first = document_->children.begin() + node.sorted;
  const auto last = first + node.count;
  const auto found = std::lower_bound(first, last, wanted, [this](std::uint32_t child, std::string_view key) {
    return document_->key(document_->nodes[child]) < key;
  });
  if (found == last || document_->key(document_->nodes[*found]) != wanted) return {};
  return {document_, *found};
}

bool same(Value left, Value right) {
  if (!left.valid() || !right.valid()) return left.valid() == right.valid();
  if (is_number(left.kind()) && is_number(right.kind())) return same_number(left, right);
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBoolean:
      return left.boolean() == right.boolean();
    case Kind::kString:
      return left.string() == right.string();
    case Kind::kArray: {
      if (left.size() != right.size()) return false;
      for (std::uint32_t i = 0; i < left.size(); ++i) {
        if (!same(left.at(i), right.at(i))) return false;
      }
      return true;
    }
    case Kind::kObject: {
      if (left.size() != right.size()) return false;
      for (const Value child : left.children()) {
        const Value other = right.get(child.own_key());
        if (!other.valid() || !same(child, other)) return false;
      }
      return true;
    }
    case Kind::kInteger:
    case Kind::kBigInteger:
    case Kind::kReal:
      break;  // compared above
  }
  throw base::InternalError("internal error: a number that is none");
}

std::string to_text(Value value) {
  std::string out;
  append(out, value);
  return out;
}

namespace {

/// The escape that canonical JSON prescribes for `"`, `\` and control characters.
void append_escape(std::string& out, char c) {
  static constexpr std::string_view kShort = "\"\"\\\\\bb\ff\nn\rr\tt";  // character, then its letter
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '\\';
  for (std::size_t i = 0; i < kShort.size(); i += 2) {
    if (kShort[i] == c) {
      out += kShort[i + 1];
      return;
    }
  }
  out += "u00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[static_cast<unsigned char>(c) & 15];
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  // Hardly any character needs an escape: what lies between two is appended at once.
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, done, i - done);
    append_escape(out, c);
    done = i + 1;
  }
  out.append(text, done);
  out += '"';
}

std::string quoted(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

Value root(const Document& document) { return Value(&document, document.root); }

}  // namespace stateroom::json
