// JSON as a flat, immutable tree.
//
// In:  bytes. simdjson reads them.
// Out: a Document that owns all nodes and strings; a Value is a light view into it.
// Promise: numbers keep their literal text, so that 1e400 and 2^70 are not lost; a key that occurs twice, a lone
// surrogate and nesting beyond the limit are errors with their place. Time and memory are linear in the bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/error.h"
#include "model/base/limits.h"

namespace stateroom::json {

enum class Kind : std::uint8_t {
  kNull,
  kBoolean,
  kInteger,     // a literal without fraction or exponent that fits a signed 64-bit integer
  kBigInteger,  // one that does not
  kReal,        // a literal with a fraction or an exponent
  kString,
  kArray,
  kObject,
};

class Document;

/// A view of one node. Cheap to copy; valid as long as its Document.
class Value {
 public:
  Value() = default;
  bool valid() const { return document_ != nullptr; }
  Kind kind() const;
  bool is_string() const { return valid() && kind() == Kind::kString; }
  bool is_object() const { return valid() && kind() == Kind::kObject; }
  bool is_array() const { return valid() && kind() == Kind::kArray; }
  bool is_integer() const { return valid() && kind() == Kind::kInteger; }

  bool boolean() const;              // kBoolean
  std::int64_t integer() const;      // kInteger; kBigInteger saturates
  double real() const;               // kReal; beyond a double: an infinity
  std::string_view string() const;   // kString, unescaped UTF-8
  std::string_view literal() const;  // any number: as it was written

  /// Elements of an array or members of an object, in source order.
  std::uint32_t size() const;
  Value at(std::uint32_t position) const;
  std::string_view key(std::uint32_t position) const;  // of a member
  /// The member `key`, or an invalid Value if there is none or this is no object. Constant or logarithmic time.
  Value get(std::string_view key) const;
  /// Children in source order; the fast way to iterate: `for (Value item : value.children())`.
  class Children;
  Children children() const;
  /// The key under which this value stands in its object; empty elsewhere.
  std::string_view own_key() const;

  const Document* document() const { return document_; }
  std::uint32_t node() const { return node_; }
  /// Deep equality of values as JSON (numbers by value, objects without order).
  friend bool same(Value left, Value right);

 private:
  friend class Document;
  friend Value root(const Document& document);
  Value(const Document* document, std::uint32_t node) : document_(document), node_(node) {}
  const Document* document_ = nullptr;
  std::uint32_t node_ = 0;
};

class Value::Children {
 public:
  class Iterator {
   public:
    Iterator(const Document* document, const std::uint32_t* place) : document_(document), place_(place) {}
    Value operator*() const { return Value(document_, *place_); }
    Iterator& operator++() {
      ++place_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return place_ == other.place_; }

   private:
    const Document* document_;
    const std::uint32_t* place_;
  };
  Iterator begin() const { return {document_, first_}; }
  Iterator end() const { return {document_, last_}; }

 private:
  friend class Value;
  Children(const Document* document, const std::uint32_t* first, const std::uint32_t* last)
      : document_(document), first_(first), last_(last) {}
  const Document* document_;
  const std::uint32_t* first_;
  const std::uint32_t* last_;
};

/// Reads one JSON value. `where` names the input in errors (`FILE`); places are `FILE:LINE:COLUMN` (columns count
/// bytes, from 1).
base::Result<std::shared_ptr<const Document>> parse(std::string_view bytes, std::string_view where = {},
                                                    const base::Limits& limits = {});

/// The root of a document.
Value root(const Document& document);

/// Compact JSON of a value as it was read (source order, literals kept). Not canonical.
std::string to_text(Value value);

/// A JSON string literal with the escapes that canonical JSON prescribes, quotes included.
void append_quoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);

}  // namespace stateroom::json
