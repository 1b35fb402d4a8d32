#include "model/rules/affects.h"

#include <algorithm>

namespace stateroom::rules {

Dependencies::Dependencies(const Version& version, std::shared_ptr<const CoreVersion> core)
    : version_(version), core_(std::move(core)) {
  rules_of(version_.rules, "");
  rules_of(version_.auth_events, "auth events: ");
  rules_of(version_.receipt, "receipt: ");
  names_of(version_.redaction, "redaction: ");
  names_of(version_.state_before, "state before: ");
  names_of(version_.resolution, "resolution: ");
  if (!core_) return;
  add_core(core_->rules, "");
  add_core(core_->auth_events, "auth events: ");
  add_core(core_->receipt, "receipt: ");
  const auto names = [&](const std::vector<CoreName>& entries, const std::string& prefix) {
    for (const CoreName& entry : entries) {
      User* found = user(prefix + entry.name);
      if (found && entry.value) add_core(*entry.value, *found);
    }
  };
  names(core_->redaction, "redaction: ");
  names(core_->state_before, "state before: ");
  names(core_->resolution, "resolution: ");
}

void Dependencies::add_names(const ExprPtr& expr, std::set<std::string>& names) const {
  std::vector<ExprPtr> todo = {expr};
  while (!todo.empty()) {
    const ExprPtr next = todo.back();
    todo.pop_back();
    if (!next) continue;
    if (next->kind == ExprKind::kName || next->kind == ExprKind::kCall) {
      const bool fresh = names.insert(next->text).second;
      const DefinitionEntry* used = fresh ? version_.definition(next->text) : nullptr;
      if (used) todo.push_back(used->expr);
    }
    todo.insert(todo.end(), next->children.begin(), next->children.end());
    for (const Clause& clause : next->clauses) {
      todo.push_back(clause.expr);
      for (const SortKey& key : clause.keys) todo.push_back(key.expr);
    }
  }
}

void Dependencies::rules_of(const std::vector<Rule>& texts, const std::string& prefix) {
  for (const PlacedRule& placed : walk(texts)) {
    User found;
    found.label = prefix + join(placed.rule->path);
    if (placed.rule->head) add_names(placed.rule->head->expr, found.names);
    add_names(placed.rule->expr, found.names);
    users_.push_back(std::move(found));
  }
}

void Dependencies::names_of(const std::vector<DefinitionEntry>& entries, const std::string& prefix) {
  for (const DefinitionEntry& entry : entries) {
    User found;
    found.label = prefix + entry.name;
    add_names(entry.expr, found.names);
    users_.push_back(std::move(found));
  }
}

Dependencies::User* Dependencies::user(const std::string& label) {
  const auto found = std::find_if(users_.begin(), users_.end(), [&](const User& u) { return u.label == label; });
  return found == users_.end() ? nullptr : &*found;
}

void Dependencies::add_core(const Core& core, User& user) const {
  const auto column = [&](graph::ColumnIndex index) {
    const graph::Column& read = core_->plan[index];
    user.columns.insert(read.event_type + " " + join(read.path));
    const event::ValueType* type = &read.type;
    while (type->element) {
      if (type->key && !type->key->identifier.empty()) user.identifiers.insert(type->key->identifier);
      type = type->element.get();
    }
    user.reads_level |= type->base == event::ValueType::Base::kLevel;
    if (!type->identifier.empty()) user.identifiers.insert(type->identifier);
  };
  if (core.kind == CoreKind::kColumn) column(graph::ColumnIndex(static_cast<std::uint32_t>(core.number)));
  for (const graph::ColumnIndex index : core.columns) column(index);
  if (core.kind == CoreKind::kEventField || core.kind == CoreKind::kEdges) {
    user.columns.insert(" " + core.text);
    if (!core.type.identifier.empty()) user.identifiers.insert(core.type.identifier);
  }
  if (core.kind == CoreKind::kIs && core.flag) user.identifiers.insert(core.text);
  for (const CorePtr& arg : core.args) add_core(*arg, user);
  for (const CoreKey& key : core.keys) add_core(*key.value, user);
}

void Dependencies::add_core(const std::vector<CoreRule>& rules, const std::string& prefix) {
  for (const CoreRule& rule : rules) {
    if (User* found = user(prefix + rule.path)) {
      for (const CorePtr& part : {rule.when, rule.each, rule.condition})
        if (part) add_core(*part, *found);
    }
    add_core(rule.children, prefix);
  }
}

std::vector<std::string> Dependencies::on(const SectionName& section, const Path& path) const {
  const std::string name = join(path);
  const auto depends = [&](const User& user) {
    switch (section.kind) {
      case SectionKind::kDefinitions:
        return user.names.contains(name);
      case SectionKind::kTypes:
        return user.reads_level;
      case SectionKind::kIdentifiers:
        return user.identifiers.contains(name);
      case SectionKind::kFormat:
        return user.columns.contains(" " + name);
      case SectionKind::kContent:
        return user.columns.contains(section.argument + " " + name);
      case SectionKind::kAuthEvents:
        return user.names.contains("selected") || user.names.contains("selection");
      case SectionKind::kSignatures:
        return user.names.contains(name) || user.names.contains("valid_" + name);
      case SectionKind::kLimits:
      case SectionKind::kCanonicalJson:
      case SectionKind::kReadings:
      case SectionKind::kRules:
      case SectionKind::kReceipt:
        return false;
      case SectionKind::kRedaction:
        return user.label.starts_with("redaction: ") && user.names.contains(name);
      case SectionKind::kStateBefore:
        return (user.label.starts_with("state before: ") || user.label.starts_with("receipt: ")) &&
               user.names.contains(name);
      case SectionKind::kResolution:
        return user.label.starts_with("resolution: ") && user.names.contains(name);
    }
    return false;
  };
  std::vector<std::string> result;
  for (const User& user : users_)
    if (depends(user)) result.push_back(user.label);
  return result;
}

}  // namespace stateroom::rules
