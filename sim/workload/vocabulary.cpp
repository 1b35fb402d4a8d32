#include "sim/workload/vocabulary.h"

#include <algorithm>
#include <set>

namespace stateroom::workload {
namespace {

using rules::Core;
using rules::CoreKind;
using rules::CorePtr;
using rules::CoreRule;

class Collector {
 public:
  explicit Collector(Vocabulary& out) : out_(out) {}

  void rule(const CoreRule& rule) {
    expression(rule.when);
    expression(rule.each);
    expression(rule.condition);
    for (const CoreRule& child : rule.children) this->rule(child);
  }

  void expression(const CorePtr& core) {
    if (core == nullptr || !seen_.insert(core.get()).second) return;
    if (core->kind == CoreKind::kEqual || core->kind == CoreKind::kNotEqual || core->kind == CoreKind::kIn)
      compared(*core);
    if (core->kind == CoreKind::kPrefix) out_.state_key_prefix = true;
    if (core->kind == CoreKind::kSlot || core->kind == CoreKind::kFamily) types.insert(core->text);
    for (const CorePtr& arg : core->args) expression(arg);
    for (const rules::CoreKey& key : core->keys) expression(key.value);
  }

  std::set<std::string> types;

 private:
  static void strings(const Core& core, std::set<std::string>& found) {
    if (core.kind == CoreKind::kString) found.insert(core.text);
    if (core.kind == CoreKind::kStringSet || core.kind == CoreKind::kUnion) {
      for (const CorePtr& arg : core.args) strings(*arg, found);
    }
  }

  /// The column that a value is read from, looked for under `default` and `if`.
  static void columns(const Core& core, std::set<graph::ColumnIndex>& found) {
    if (core.kind == CoreKind::kColumn) found.insert(graph::ColumnIndex(static_cast<std::uint32_t>(core.number)));
    if (core.kind == CoreKind::kDefault || core.kind == CoreKind::kIf || core.kind == CoreKind::kGiven) {
      for (const CorePtr& arg : core.args) columns(*arg, found);
    }
  }

  static bool is_type(const Core& core) { return core.kind == CoreKind::kEventField && core.text == "type"; }

  void compared(const Core& core) {
    for (const auto& [side, other] : {std::pair(0, 1), std::pair(1, 0)}) {
      std::set<std::string> literals;
      strings(*core.args[static_cast<std::size_t>(other)], literals);
      const Core& value = *core.args[static_cast<std::size_t>(side)];
      if (is_type(value)) types.insert(literals.begin(), literals.end());
      std::set<graph::ColumnIndex> read;
      columns(value, read);
      for (const graph::ColumnIndex column : read) {
        std::vector<std::string>& known = out_.literals[column];
        known.insert(known.end(), literals.begin(), literals.end());
      }
    }
  }

  Vocabulary& out_;
  std::set<const Core*> seen_;
};

}  // namespace

std::vector<std::string> Vocabulary::literals_of(const graph::ColumnPlan& plan, std::string_view type,
                                                 std::string_view field) const {
  const auto found = literals.find(plan.find(type, {std::string(field)}));
  return found == literals.end() ? std::vector<std::string>{} : found->second;
}

Vocabulary vocabulary_of(const rules::CoreVersion& version) {
  Vocabulary out;
  Collector collector(out);
  for (const CoreRule& rule : version.rules) collector.rule(rule);
  for (const CoreRule& rule : version.auth_events) collector.rule(rule);
  for (const CoreRule& rule : version.receipt) collector.rule(rule);
  for (const rules::CoreName& name : version.resolution) collector.expression(name.value);
  for (const auto& [type, fields] : version.format.content) collector.types.insert(type);
  out.event_types.assign(collector.types.begin(), collector.types.end());
  for (auto& [column, words] : out.literals) {
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
  }
  return out;
}

}  // namespace stateroom::workload
