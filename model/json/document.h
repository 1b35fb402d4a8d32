// The nodes behind a Value. Only model/json includes this.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/json/value.h"

namespace stateroom::json {

struct Node {
  Kind kind = Kind::kNull;
  bool boolean = false;
  std::uint32_t key_first = 0, key_size = 0;  // into `text`: the key under which the node stands
  std::uint32_t first = 0, count = 0;  // into `text`: a string or a number's literal; into `children`: array, object
  union {
    std::int64_t integer = 0;  // kInteger; kBigInteger: saturated
    double real;               // kReal
    std::uint32_t sorted;      // kObject larger than kLinear: into `children`, the members again, by key
  };
};
static_assert(sizeof(Node) == 32, "import of large files is bound by memory");

/// Objects up to this size are searched member by member.
inline constexpr std::uint32_t kLinear = 16;

class Document {
 public:
  std::vector<Node> nodes;
  std::vector<std::uint32_t> children;
  std::string text;
  std::uint32_t root = 0;

  std::string_view view(std::uint32_t first, std::uint32_t size) const { return {text.data() + first, size}; }
  std::string_view key(const Node& node) const { return view(node.key_first, node.key_size); }
  std::string_view string(const Node& node) const { return view(node.first, node.count); }
};

}  // namespace stateroom::json
