#include "model/rules/reads.h"

#include <algorithm>

namespace stateroom::rules {
namespace {

std::string path_text(const Path& path) { return path.size() == 1 ? path[0] : join(path); }

std::string column_name(const CoreVersion& version, graph::ColumnIndex index) {
  const graph::Column& column = version.plan[index];
  return (column.event_type.empty() ? "" : "content.") + path_text(column.path);
}

// "m.room.member of sender", "m.room.power_levels", or the event with an id.
std::string event_name(const CoreVersion& version, const Core& event) {
  if (event.kind == CoreKind::kSlot) {
    const Core& key = *event.args[0];
    const bool empty = key.kind == CoreKind::kString && key.text.empty();
    return event.text + (empty ? "" : " of " + short_name(version, key));
  }
  if (event.kind == CoreKind::kEventById) return (event.text.empty() ? "event" : event.text) + " by its id";
  return {};
}

class Collector {
 public:
  Collector(const CoreVersion& version, RuleReads& out) : version_(version), out_(out) {}

  void walk(const Core& core) {
    if (core.kind == CoreKind::kEventField || core.kind == CoreKind::kEdges) read(*core.args[0], core.text);
    if (core.kind == CoreKind::kColumn)
      read(*core.args[0], column_name(version_, graph::ColumnIndex(static_cast<std::uint32_t>(core.number))));
    for (const graph::ColumnIndex column : core.columns)
      for (const CorePtr& event : core.args) read(*event, column_name(version_, column));
    if (core.kind == CoreKind::kSlot || core.kind == CoreKind::kEventById)
      out_.state.push_back(event_name(version_, core));
    if (core.kind == CoreKind::kFamily) out_.state.push_back("every " + core.text);
    if (core.kind == CoreKind::kSelected) out_.event.push_back("auth events selection");
    if (core.kind == CoreKind::kSignedBy) out_.oracles.push_back("signed_by");
    if (core.kind == CoreKind::kSignedWith) out_.oracles.push_back("signed_with");
    if (core.kind == CoreKind::kVerifies) out_.oracles.push_back("verifies");
    for (const CorePtr& arg : core.args) walk(*arg);
    for (const CoreKey& key : core.keys) walk(*key.value);
  }

 private:
  void read(const Core& event, const std::string& field) {
    if (event.kind == CoreKind::kThisEvent) {
      out_.event.push_back(field);
    } else if (const std::string name = event_name(version_, event); !name.empty()) {
      out_.state.push_back(name + ": " + field);
    }
  }

  const CoreVersion& version_;
  RuleReads& out_;
};

void sort_and_unique(std::vector<std::string>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

// "m.room.member of sender" says nothing beside "m.room.member of sender: content.membership".
void drop_bare(std::vector<std::string>& items) {
  const std::vector<std::string> all = items;
  std::erase_if(items, [&](const std::string& item) {
    return std::any_of(all.begin(), all.end(),
                       [&](const std::string& other) { return other.starts_with(item + ": "); });
  });
}

void collect(const CoreVersion& version, const std::vector<CoreRule>& rules, std::vector<RuleReads>& out) {
  for (const CoreRule& rule : rules) {
    RuleReads reads;
    reads.label = rule.path;
    Collector collector(version, reads);
    for (const CorePtr& part : {rule.when, rule.each, rule.condition})
      if (part) collector.walk(*part);
    for (std::vector<std::string>* items : {&reads.event, &reads.state, &reads.oracles}) sort_and_unique(*items);
    drop_bare(reads.state);
    out.push_back(std::move(reads));
    collect(version, rule.children, out);
  }
}

}  // namespace

std::string short_name(const CoreVersion& version, const Core& core) {
  if (core.kind == CoreKind::kString) return "\"" + core.text + "\"";
  const bool field = core.kind == CoreKind::kEventField || core.kind == CoreKind::kColumn;
  if (field) {
    const std::string name = core.kind == CoreKind::kEventField
                                 ? core.text
                                 : column_name(version, graph::ColumnIndex(static_cast<std::uint32_t>(core.number)));
    if (core.args[0]->kind == CoreKind::kThisEvent) return name;
    const std::string event = event_name(version, *core.args[0]);
    if (!event.empty()) return name + " of " + event;
  }
  if (core.kind == CoreKind::kPrefix) return "a prefix of " + short_name(version, *core.args[0]);
  if (core.kind == CoreKind::kServer) return "the server of " + short_name(version, *core.args[0]);
  return "…";
}

std::vector<RuleReads> rule_reads(const CoreVersion& version) {
  std::vector<RuleReads> result;
  collect(version, version.rules, result);
  return result;
}

}  // namespace stateroom::rules
