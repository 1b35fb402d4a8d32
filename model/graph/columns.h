// The column plan: which fields of an event are decoded at import, once, into typed cells.
//
// One column for each declared content field of each event type, and one for each declared top-level field that is not
// among the members every event has. Fields of type `any` are no names in expressions, and maps and objects at the top
// level (`hashes`, `signatures`, `unsigned`) are what hashes and signatures go over: neither has a column. The plan
// follows from the format alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/base/index.h"
#include "model/base/interner.h"
#include "model/event/format.h"
#include "model/json/value.h"

namespace stateroom::graph {

using ColumnIndex = base::Index<struct ColumnTag>;

struct Column {
  std::string event_type;         // "" for a top-level field
  std::vector<std::string> path;  // {"third_party_invite", "signed", "mxid"}; a segment "*" gives a list of strings
  event::ValueType type;
};

class ColumnPlan {
 public:
  ColumnPlan() = default;
  explicit ColumnPlan(const event::EventFormat& format);
  const std::vector<Column>& columns() const { return columns_; }
  const Column& operator[](ColumnIndex column) const { return columns_[column.at()]; }
  /// The column of a content field (or of a parent of one, which is an object), or none.
  ColumnIndex find(std::string_view event_type, const std::vector<std::string>& path) const;
  /// The columns of one event type are first … first + count − 1.
  struct Range {
    std::uint32_t first = 0, count = 0;
  };
  Range of_type(std::string_view event_type) const;

 private:
  std::vector<Column> columns_;  // grouped by event type; "" first, then types in bytewise order
  std::vector<std::pair<std::string, Range>> ranges_;
};

enum class CellStatus : std::uint8_t { kAbsent, kIllTyped, kValue };

/// One decoded field of one event.
struct Cell {
  CellStatus status = CellStatus::kAbsent;
  bool beyond_double = false;  // ill-typed because the literal is beyond a double
  bool saturated = false;      // a level beyond 64 bits
  std::int64_t number = 0;     // kBoolean 0/1, kInteger, kLevel
  std::uint32_t first = 0;     // kString, kIdentifier: StringId; kMap: first entry; kList: first string
  std::uint32_t count = 0;     // kMap, kList (a list of other things than strings: its length, and no strings)
};

/// One entry of a map column; entries of one map are sorted by key (StringId). An entry has a status of its own: a bad
/// one hides no good one.
struct MapEntry {
  base::StringId key;
  CellStatus status = CellStatus::kAbsent;
  bool beyond_double = false;
  std::int64_t number = 0;  // of a level, integer or boolean; of a string its StringId
};

/// Where decoded maps and lists of a room live.
struct CellPool {
  std::vector<MapEntry> entries;
  std::vector<base::StringId> strings;
};

/// Decodes the field at `column.path` below `parent` (the content, or the PDU for a top-level field).
Cell decode_cell(json::Value parent, const Column& column, const event::EventFormat& format, base::Interner& strings,
                 CellPool& pool);

}  // namespace stateroom::graph
