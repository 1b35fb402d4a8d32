#include "model/resolve/node.h"

#include <algorithm>

namespace stateroom::resolve {

namespace {

using rules::Core;
using rules::CoreKind;
using rules::CorePtr;
using rules::TypeKind;

bool holds_events(TypeKind type) {
  return type == TypeKind::kEvents || type == TypeKind::kState || type == TypeKind::kStateList ||
         type == TypeKind::kOrder || type == TypeKind::kLine;
}

bool is_ours(const Core& core) {
  if (core.kind == CoreKind::kNamed || core.kind == CoreKind::kPosition || core.kind == CoreKind::kStateEntry)
    return true;
  return holds_events(core.type.kind) && core.kind != CoreKind::kEdges;
}

bool is_variable(const Core& core, std::uint32_t local) {
  return core.kind == CoreKind::kVariable && core.number == local;
}

bool is_chain_of(const Core& core, std::uint32_t local) {
  return core.kind == CoreKind::kReachable && core.args.size() == 1 && is_variable(*core.args[0], local);
}

// The body of an aggregate over states, behind at most one function's name; `chain` is its kReachable.
Node::Way way_of(const Core& aggregate, const std::vector<rules::CoreName>& names, const Core*& chain) {
  if (aggregate.args[1]->kind != CoreKind::kStates) return Node::Way::kPlain;
  const Core* body = aggregate.args[0].get();
  std::uint32_t local = aggregate.binders[0];
  if (is_variable(*body, local)) return Node::Way::kStates;
  if (aggregate.kind != CoreKind::kDifferenceOf) return Node::Way::kPlain;
  if (body->kind == CoreKind::kNamed && body->args.size() == 1 && is_variable(*body->args[0], local)) {
    const rules::CoreName& function = names[static_cast<std::size_t>(body->number)];
    local = function.parameters[0];
    body = function.value.get();
  }
  if (is_chain_of(*body, local)) {
    chain = body;
    return Node::Way::kChains;
  }
  if (body->kind != CoreKind::kUnion) return Node::Way::kPlain;
  for (std::size_t side = 0; side < 2; ++side) {
    if (!is_variable(*body->args[side], local) || !is_chain_of(*body->args[1 - side], local)) continue;
    chain = body->args[1 - side].get();
    return Node::Way::kInclusiveChains;
  }
  return Node::Way::kPlain;
}

KeyIndex key_of(const graph::Room& room, std::string_view type, std::string_view state_key) {
  const base::StringId type_id = room.strings().find(type);
  const base::StringId key_id = room.strings().find(state_key);
  return type_id.valid() && key_id.valid() ? room.find_key(type_id, key_id) : KeyIndex::none();
}

}  // namespace

std::unique_ptr<Node> lower(const CorePtr& core, const graph::Room& room, const std::vector<rules::CoreName>& names,
                            std::uint32_t& positions) {
  auto node = std::make_unique<Node>();
  node->core = core;
  node->kind = core->kind;
  node->ours = is_ours(*core);
  for (const CorePtr& arg : core->args) {
    node->args.push_back(lower(arg, room, names, positions));
    node->ours = node->ours || node->args.back()->ours;
  }
  for (const rules::CoreKey& key : core->keys) node->keys.push_back(lower(key.value, room, names, positions));

  const Core* edges = core.get();
  if (core->kind == CoreKind::kUnionOf || core->kind == CoreKind::kIntersectionOf ||
      core->kind == CoreKind::kDifferenceOf) {
    node->way = way_of(*core, names, edges);
  }
  const bool along = edges->kind == CoreKind::kReachable || edges->kind == CoreKind::kBetween ||
                     edges->kind == CoreKind::kTopological || edges->kind == CoreKind::kEdges;
  if (along) node->field = room.edge_field(edges->text);
  if (core->kind == CoreKind::kLine || core->kind == CoreKind::kStateEntry) {
    node->key = key_of(room, core->text, core->text2);
    node->field = room.edge_field("auth_events");
  }
  if (core->kind == CoreKind::kListSlot && core->args[1]->kind == CoreKind::kString) {
    node->key = key_of(room, core->text, core->args[1]->text);
    node->field = node->args[0]->field;
  }
  if (core->kind == CoreKind::kPosition) node->places = positions++;
  return node;
}

}  // namespace stateroom::resolve
