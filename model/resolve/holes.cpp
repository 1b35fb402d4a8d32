#include "model/resolve/holes.h"

#include <set>

namespace stateroom::resolve {
namespace {

using rules::Core;
using rules::CoreKind;

/// The edge fields that an expression follows.
void add_fields(const Core& core, std::set<std::string, std::less<>>& out) {
  if (core.kind == CoreKind::kReachable || core.kind == CoreKind::kBetween || core.kind == CoreKind::kTopological ||
      core.kind == CoreKind::kEdges)
    out.insert(core.text);
  // What an event cites is where a line goes on, and the state of a check where the given one has no such key.
  if (core.kind == CoreKind::kLine || core.kind == CoreKind::kApply) out.insert("auth_events");
  for (const rules::CorePtr& arg : core.args) add_fields(*arg, out);
  for (const rules::CoreKey& key : core.keys) add_fields(*key.value, out);
}

}  // namespace

std::vector<std::string> holes_of(const rules::CoreVersion& version, const graph::Room& room, const StateStore& store,
                                  std::span<const State> states) {
  if (room.holes().empty()) return {};
  std::set<std::string, std::less<>> fields;
  for (const rules::CoreName& name : version.resolution) add_fields(*name.value, fields);
  std::vector<bool> seen(room.size());
  std::vector<EventIndex> to_do;
  const auto visit = [&](EventIndex event) {
    if (seen[event.at()]) return;
    seen[event.at()] = true;
    to_do.push_back(event);
  };
  for (const State state : states) {
    for (const auto& [key, event] : store.entries(state)) visit(event);
  }
  std::set<std::string> out;
  while (!to_do.empty()) {
    const EventIndex event = to_do.back();
    to_do.pop_back();
    for (const std::string& name : fields) {
      const graph::EdgeField field = room.edge_field(name);
      const auto cited = room.cited(field, event);
      for (std::size_t i = 0; i < cited.size(); ++i) {
        if (cited[i].valid()) {
          visit(cited[i]);
        } else {
          out.insert(room.event(event).edges[field][i]);
        }
      }
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace stateroom::resolve
