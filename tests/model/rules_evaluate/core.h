// A small version made by hand, so that the evaluator is tested without the parser and the checker.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/rules/core.h"

namespace stateroom::testing {

using rules::Core;
using rules::CoreKind;
using rules::CorePtr;
using rules::CoreRule;
using rules::LeafKind;
using rules::TypeKind;

struct Parts {
  std::string text = {};
  std::int64_t number = 0;
  std::vector<std::uint32_t> binders = {};
  std::vector<graph::ColumnIndex> columns = {};
};

inline CorePtr core(CoreKind kind, TypeKind type, std::vector<CorePtr> args = {}, Parts parts = {}) {
  auto out = std::make_shared<Core>();
  out->kind = kind;
  out->type.kind = type;
  out->args = std::move(args);
  out->text = std::move(parts.text);
  out->number = parts.number;
  out->binders = std::move(parts.binders);
  out->columns = std::move(parts.columns);
  return out;
}

inline CorePtr text(const std::string& value) { return core(CoreKind::kString, TypeKind::kString, {}, {value}); }
inline CorePtr level(std::int64_t value) { return core(CoreKind::kInteger, TypeKind::kLevel, {}, {"", value}); }
inline CorePtr infinite() { return core(CoreKind::kInfinite, TypeKind::kLevel); }
inline CorePtr this_event() { return core(CoreKind::kThisEvent, TypeKind::kEvent); }
inline CorePtr variable(std::uint32_t local, TypeKind type) { return core(CoreKind::kVariable, type, {}, {"", local}); }
inline CorePtr field(const std::string& name, CorePtr event = this_event()) {
  const TypeKind type = name == "rejected"                              ? TypeKind::kBoolean
                        : name == "depth" || name == "origin_server_ts" ? TypeKind::kInteger
                                                                        : TypeKind::kString;
  return core(CoreKind::kEventField, type, {std::move(event)}, {name});
}
inline CorePtr edges(const std::string& name, CorePtr event = this_event()) {
  return core(CoreKind::kEdges, TypeKind::kEventList, {std::move(event)}, {name});
}
inline CorePtr slot(const std::string& type, CorePtr key = text("")) {
  return core(CoreKind::kSlot, TypeKind::kEvent, {std::move(key)}, {type});
}
inline CorePtr is(const std::string& what, CorePtr operand) {
  return core(CoreKind::kIs, TypeKind::kBoolean, {std::move(operand)}, {what});
}
inline CorePtr both(CoreKind kind, CorePtr a, CorePtr b) {
  return core(kind, TypeKind::kBoolean, {std::move(a), std::move(b)});
}
inline CorePtr equals(CorePtr a, CorePtr b) { return both(CoreKind::kEqual, std::move(a), std::move(b)); }
inline CorePtr less(CorePtr a, CorePtr b) { return both(CoreKind::kLess, std::move(a), std::move(b)); }
inline CorePtr negate(CorePtr a) { return core(CoreKind::kNot, TypeKind::kBoolean, {std::move(a)}); }
inline CorePtr any(std::vector<std::uint32_t> binders, CorePtr domain, CorePtr body) {
  return core(CoreKind::kAny, TypeKind::kBoolean, {std::move(domain), std::move(body)}, {"", 0, std::move(binders)});
}

inline CoreRule rule(const std::string& path, LeafKind leaf, CorePtr condition = nullptr, CorePtr when = nullptr) {
  CoreRule out;
  out.path = path;
  out.number = path;
  out.leaf = leaf;
  out.condition = std::move(condition);
  out.when = std::move(when);
  return out;
}
inline CoreRule block(const std::string& path, CorePtr when, std::vector<CoreRule> children) {
  CoreRule out;
  out.path = path;
  out.when = std::move(when);
  out.children = std::move(children);
  return out;
}

/// Create, members, power levels with users, ban and kick; topics need the level 50.
class SmallVersion {
 public:
  SmallVersion() {
    using event::ValueType;
    format.edge_fields = {"prev_events", "auth_events"};
    format.level.integer = true;
    ValueType string, level_type, map;
    string.base = ValueType::Base::kString;
    level_type.base = ValueType::Base::kLevel;
    map.base = ValueType::Base::kMap;
    map.key = std::make_shared<const ValueType>(string);
    map.element = std::make_shared<const ValueType>(level_type);
    format.content["m.room.member"] = {{{"membership"}, string}};
    format.content["m.room.power_levels"] = {{{"users"}, map}, {{"ban"}, level_type}, {{"kick"}, level_type}};
    plan = graph::ColumnPlan(format);
  }

  graph::ColumnIndex column(const std::string& type, const std::string& name) const { return plan.find(type, {name}); }
  CorePtr content(CorePtr event, const std::string& type, const std::string& name, TypeKind kind) const {
    return core(CoreKind::kColumn, kind, {std::move(event)}, {"", column(type, name).value()});
  }
  CorePtr membership(CorePtr user) const {
    return content(slot("m.room.member", std::move(user)), "m.room.member", "membership", TypeKind::kString);
  }
  CorePtr power(CorePtr user) const {
    const CorePtr users = content(slot("m.room.power_levels"), "m.room.power_levels", "users", TypeKind::kMap);
    const CorePtr entry = core(CoreKind::kMapEntry, TypeKind::kLevel, {users, std::move(user)});
    return core(CoreKind::kDefault, TypeKind::kLevel, {entry, level(0)});
  }
  CorePtr type_is(const std::string& type) const { return equals(field("type"), text(type)); }

  std::shared_ptr<const rules::CoreVersion> with(std::vector<CoreRule> rules) const {
    auto out = std::make_shared<rules::CoreVersion>();
    out->format = format;
    out->plan = plan;
    out->rules = std::move(rules);
    out->auth_events = {
        rule("create", LeafKind::kSelect, slot("m.room.create")),
        rule("power_levels", LeafKind::kSelect, slot("m.room.power_levels")),
        rule("target", LeafKind::kSelect, slot("m.room.member", field("state_key")), type_is("m.room.member")),
        rule("sender", LeafKind::kSelect, slot("m.room.member", field("sender"))),
    };
    out->locals = 16;
    return out;
  }

  event::EventFormat format;
  graph::ColumnPlan plan;
};

}  // namespace stateroom::testing
