#include "model/graph/columns.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace stateroom::graph {

using event::ValueType;
using Base = event::ValueType::Base;

namespace {

// Members that event::Event decodes for every event, and so have no column.
constexpr std::array<std::string_view, 8> kMembers = {"type",    "sender",   "room_id",          "state_key",
                                                      "content", "event_id", "origin_server_ts", "depth"};

bool readable(const ValueType& type) { return type.base != Base::kAny && type.base != Base::kEvent; }

bool top_level_column(const event::FormatField& field, const event::EventFormat& format) {
  const std::string& name = field.path.front();
  if (field.path.size() == 1) {
    if (std::ranges::find(kMembers, name) != kMembers.end()) return false;
    if (std::ranges::find(format.edge_fields, name) != format.edge_fields.end()) return false;
    if (field.type.base == Base::kMap || field.type.base == Base::kObject) return false;
  }
  return readable(field.type);
}

void add(std::vector<Column>& columns, std::uint32_t first, const std::string& event_type,
         const std::vector<std::string>& path, const ValueType& type) {
  const auto known =
      std::find_if(columns.begin() + first, columns.end(), [&](const Column& c) { return c.path == path; });
  if (known != columns.end()) {
    known->type = type;
  } else {
    columns.push_back({event_type, path, type});
  }
}

void add_content(std::vector<Column>& columns, const std::string& event_type,
                 const std::vector<event::ContentField>& fields) {
  const auto first = static_cast<std::uint32_t>(columns.size());
  ValueType object;
  object.base = Base::kObject;
  for (const event::ContentField& field : fields) {
    if (!readable(field.type) || field.path.empty() || field.path.back() == "*") continue;
    for (std::size_t length = 1; length < field.path.size(); ++length) {
      if (field.path[length - 1] == "*") break;
      const std::vector<std::string> parent(field.path.begin(),
                                            field.path.begin() + static_cast<std::ptrdiff_t>(length));
      if (std::none_of(columns.begin() + first, columns.end(), [&](const Column& c) { return c.path == parent; })) {
        columns.push_back({event_type, parent, object});
      }
    }
    add(columns, first, event_type, field.path, field.type);
  }
}

struct Scalar {
  CellStatus status = CellStatus::kIllTyped;
  bool beyond_double = false;
  bool saturated = false;
  std::int64_t number = 0;
};

bool is_beyond_double(json::Value value) {
  if (value.kind() != json::Kind::kReal && value.kind() != json::Kind::kBigInteger) return false;
  const std::string_view literal = value.literal();
  double number = 0;
  const auto [end, code] = std::from_chars(literal.data(), literal.data() + literal.size(), number);
  if (code != std::errc::result_out_of_range) return false;
  // Too small is out of range as well, and is no number beyond a double: it is written with a negative exponent.
  const std::size_t exponent = literal.find_first_of("eE");
  return exponent == std::string_view::npos || literal.substr(exponent + 1, 1) != "-";
}

Scalar integer_of(json::Value value, const ValueType& type) {
  Scalar out;
  const bool big = value.kind() == json::Kind::kBigInteger;
  if (value.kind() != json::Kind::kInteger && !big) return out;
  if (big && (type.least || type.greatest)) return out;
  const std::int64_t number = value.integer();
  if ((type.least && number < *type.least) || (type.greatest && number > *type.greatest)) return out;
  out.status = CellStatus::kValue;
  out.saturated = big;
  out.number = number;
  return out;
}

// A value that is no list or map. Strings are interned and give their id.
Scalar scalar_of(json::Value value, const ValueType& type, const event::EventFormat& format, base::Interner& strings) {
  Scalar out;
  switch (type.base) {
    case Base::kBoolean:
      if (value.kind() != json::Kind::kBoolean) return out;
      out.number = value.boolean() ? 1 : 0;
      break;
    case Base::kInteger:
      return integer_of(value, type);
    case Base::kLevel: {
      const auto level = event::decode_level(value, format.level);
      if (!level) {
        out.beyond_double = is_beyond_double(value);
        return out;
      }
      out.number = level->value;
      out.saturated = level->saturated;
      break;
    }
    case Base::kString:
      if (!value.is_string()) return out;
      out.number = strings.intern(value.string()).value();
      break;
    case Base::kIdentifier:
      if (!value.is_string() || !event::matches(format, type.identifier, value.string())) return out;
      out.number = strings.intern(value.string()).value();
      break;
    case Base::kAny:
    case Base::kObject:
    case Base::kList:
    case Base::kMap:
    case Base::kPair:
    case Base::kEvent:
      if (!event::has_type(value, type, format)) return out;
      break;
  }
  out.status = CellStatus::kValue;
  return out;
}

bool is_text(const ValueType& type) { return type.base == Base::kString || type.base == Base::kIdentifier; }

void decode_list(Cell& cell, json::Value value, const ValueType& type, const event::EventFormat& format,
                 base::Interner& strings, CellPool& pool) {
  cell.status = CellStatus::kIllTyped;
  if (!value.is_array()) return;
  cell.first = static_cast<std::uint32_t>(pool.strings.size());
  const bool text = type.element && is_text(*type.element);
  for (std::uint32_t i = 0; i < value.size(); ++i) {
    if (!type.element) continue;
    const Scalar element = scalar_of(value.at(i), *type.element, format, strings);
    if (element.status != CellStatus::kValue) {
      pool.strings.resize(cell.first);
      return;
    }
    if (text) pool.strings.emplace_back(static_cast<std::uint32_t>(element.number));
  }
  cell.status = CellStatus::kValue;
  cell.count = value.size();
}

void decode_map(Cell& cell, json::Value value, const ValueType& type, const event::EventFormat& format,
                base::Interner& strings, CellPool& pool) {
  cell.status = CellStatus::kIllTyped;
  if (!value.is_object()) return;
  cell.first = static_cast<std::uint32_t>(pool.entries.size());
  cell.count = value.size();
  bool good = true;
  for (std::uint32_t i = 0; i < value.size(); ++i) {
    const std::string_view key = value.key(i);
    if (type.key && type.key->base == Base::kIdentifier && !event::matches(format, type.key->identifier, key))
      good = false;
    MapEntry entry;
    entry.key = strings.intern(key);
    entry.status = CellStatus::kValue;
    if (type.element) {
      const Scalar element = scalar_of(value.at(i), *type.element, format, strings);
      entry.status = element.status;
      entry.beyond_double = element.beyond_double;
      entry.number = element.number;
      cell.saturated = cell.saturated || element.saturated;
    }
    good = good && entry.status == CellStatus::kValue;
    pool.entries.push_back(entry);
  }
  std::sort(pool.entries.begin() + cell.first, pool.entries.end(),
            [](const MapEntry& a, const MapEntry& b) { return a.key < b.key; });
  if (good) cell.status = CellStatus::kValue;
}

// `public_keys.*.public_key`: that field of every element of the array; what is ill-typed or missing is left out.
Cell decode_elements(json::Value array, const Column& column, std::size_t after, const event::EventFormat& format,
                     base::Interner& strings, CellPool& pool) {
  Cell cell;
  if (!array.is_array()) return cell;
  cell.status = CellStatus::kValue;
  cell.first = static_cast<std::uint32_t>(pool.strings.size());
  for (std::uint32_t i = 0; i < array.size(); ++i) {
    json::Value value = array.at(i);
    for (std::size_t segment = after; segment < column.path.size() && value.valid(); ++segment) {
      value = value.get(column.path[segment]);
    }
    if (!value.valid() || !is_text(column.type)) continue;
    const Scalar element = scalar_of(value, column.type, format, strings);
    if (element.status == CellStatus::kValue) pool.strings.emplace_back(static_cast<std::uint32_t>(element.number));
  }
  cell.count = static_cast<std::uint32_t>(pool.strings.size()) - cell.first;
  return cell;
}

}  // namespace

ColumnPlan::ColumnPlan(const event::EventFormat& format) {
  for (const event::FormatField& field : format.fields) {
    if (!field.path.empty() && top_level_column(field, format)) add(columns_, 0, "", field.path, field.type);
  }
  ranges_.emplace_back("", Range{0, static_cast<std::uint32_t>(columns_.size())});
  for (const auto& [event_type, fields] : format.content) {
    const auto first = static_cast<std::uint32_t>(columns_.size());
    add_content(columns_, event_type, fields);
    ranges_.emplace_back(event_type, Range{first, static_cast<std::uint32_t>(columns_.size()) - first});
  }
}

ColumnPlan::Range ColumnPlan::of_type(std::string_view event_type) const {
  const auto at = std::lower_bound(ranges_.begin(), ranges_.end(), event_type,
                                   [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  return at != ranges_.end() && at->first == event_type ? at->second : Range{};
}

ColumnIndex ColumnPlan::find(std::string_view event_type, const std::vector<std::string>& path) const {
  const Range range = of_type(event_type);
  for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
    if (columns_[i].path == path) return ColumnIndex{i};
  }
  return ColumnIndex::none();
}

Cell decode_cell(json::Value parent, const Column& column, const event::EventFormat& format, base::Interner& strings,
                 CellPool& pool) {
  Cell cell;
  json::Value value = parent;
  for (std::size_t segment = 0; segment < column.path.size(); ++segment) {
    if (!value.valid()) return cell;
    if (column.path[segment] == "*") return decode_elements(value, column, segment + 1, format, strings, pool);
    value = value.get(column.path[segment]);
  }
  if (!value.valid()) return cell;
  if (column.type.base == Base::kList) {
    decode_list(cell, value, column.type, format, strings, pool);
  } else if (column.type.base == Base::kMap) {
    decode_map(cell, value, column.type, format, strings, pool);
  } else {
    const Scalar scalar = scalar_of(value, column.type, format, strings);
    cell.status = scalar.status;
    cell.beyond_double = scalar.beyond_double;
    cell.saturated = scalar.saturated;
    if (is_text(column.type)) {
      cell.first = static_cast<std::uint32_t>(scalar.number);
    } else {
      cell.number = scalar.number;
    }
  }
  return cell;
}

}  // namespace stateroom::graph
