#include "model/rules/lint.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "model/rules/lint_order.h"
#include "model/rules/narrowing.h"
#include "model/rules/print.h"

namespace stateroom::rules {
namespace {

void visit(const Core& core, const std::function<void(const Core&)>& use) {
  use(core);
  for (const CorePtr& arg : core.args) visit(*arg, use);
  for (const CoreKey& key : core.keys) visit(*key.value, use);
}

/// Every expression of the rules with the label of its rule, in text order.
void visit(const std::vector<CoreRule>& rules, const std::function<void(const Core&, const CoreRule&)>& use) {
  for (const CoreRule& rule : rules) {
    for (const CorePtr& part : {rule.when, rule.each, rule.condition})
      if (part) visit(*part, [&](const Core& core) { use(core, rule); });
    visit(rule.children, use);
  }
}

std::string quoted(const std::string& text) { return "`" + text + "`"; }

std::string listed(const std::vector<std::string>& items) {
  std::string result;
  for (const std::string& item : items) result += (result.empty() ? "" : ", ") + item;
  return result;
}

bool starts_with(const Path& path, const Path& prefix) {
  return prefix.size() <= path.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

/// The shortest part of `path` that redaction drops; empty if all of it is kept.
Path dropped(const std::vector<event::ContentField>& fields, const Path& path) {
  for (std::size_t length = 1; length <= path.size(); ++length) {
    const Path prefix(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(length));
    bool kept = false;
    for (const event::ContentField& field : fields) {
      if (!field.kept) continue;
      const bool all = field.path.size() == 1 && field.path[0] == "*";
      kept |= all || starts_with(prefix, field.path) || starts_with(field.path, prefix);
    }
    if (!kept) return prefix;
  }
  return {};
}

}  // namespace

std::vector<UnkeptRead> unkept_reads(const CoreVersion& core) {
  std::vector<UnkeptRead> result;
  const auto add = [&](graph::ColumnIndex index, const Core& at, const CoreRule& rule) {
    const graph::Column& column = core.plan[index];
    Path path;
    if (column.event_type.empty()) {
      const event::FormatField* field = core.format.field(column.path[0]);
      if (field && !field->kept) path = {column.path[0]};
    } else if (const auto fields = core.format.content.find(column.event_type); fields != core.format.content.end()) {
      path = dropped(fields->second, column.path);
    }
    if (path.empty()) return;
    const std::string name = path.size() == 1 ? path[0] : join(path);
    auto found = std::find_if(result.begin(), result.end(), [&](const UnkeptRead& read) {
      return read.event_type == column.event_type && read.field == name;
    });
    if (found == result.end()) found = result.insert(result.end(), {column.event_type, name, {}, at.location});
    if (std::find(found->labels.begin(), found->labels.end(), rule.path) == found->labels.end())
      found->labels.push_back(rule.path);
  };
  visit(core.rules, [&](const Core& part, const CoreRule& rule) {
    if (part.kind == CoreKind::kColumn) add(graph::ColumnIndex(static_cast<std::uint32_t>(part.number)), part, rule);
    for (const graph::ColumnIndex column : part.columns) add(column, part, rule);
  });
  std::sort(result.begin(), result.end(), [](const UnkeptRead& a, const UnkeptRead& b) {
    return std::tie(a.event_type, a.field) < std::tie(b.event_type, b.field);
  });
  return result;
}

namespace {

std::vector<SlotUse> slots(const std::vector<CoreRule>& rules) {
  std::vector<SlotUse> result;
  visit(rules, [&](const Core& part, const CoreRule& rule) {
    if (part.kind == CoreKind::kSlot) result.push_back({part.text, key_of(*part.args[0]), rule.path, part.location});
  });
  return result;
}

void lint_unkept(const CoreVersion& core, std::vector<Diagnostic>& out) {
  for (const UnkeptRead& read : unkept_reads(core)) {
    const std::string what =
        read.event_type.empty() ? quoted(read.field) : quoted(read.field) + " of " + quoted(read.event_type);
    out.push_back(warning(
        read.location, "unkept-read",
        "redaction drops " + what + ", which " + listed(read.labels) + (read.labels.size() == 1 ? " reads" : " read"),
        "a redacted event may be judged otherwise; keep the field with `kept`, or read another"));
    out.back().subject = what;
    out.back().listed = read.labels;
  }
}

void lint_families(const CoreVersion& core, std::vector<Diagnostic>& out) {
  visit(core.rules, [&](const Core& part, const CoreRule& rule) {
    if (part.kind != CoreKind::kFamily) return;
    out.push_back(
        warning(part.location, "family-read", rule.path + " reads every " + quoted(part.text) + " of the state",
                "auth events never hold them all, so neither the check on auth_events nor `apply` sees them"));
  });
}

void lint_not_selected(const CoreVersion& core, std::vector<Diagnostic>& out) {
  std::set<std::pair<std::string, std::string>> selected, said;
  for (const SlotUse& use : slots_selected(core)) selected.emplace(use.event_type, use.key);
  visit(core.rules, [&](const Core& part, const CoreRule& rule) {
    if (part.kind != CoreKind::kSlot) return;
    std::pair<std::string, std::string> slot{part.text, key_of(*part.args[0])};
    if (selected.contains(slot) || !said.insert(std::move(slot)).second) return;
    out.push_back(warning(
        part.location, "slot-not-selected",
        rule.path + " reads " + quoted(part.text) + " of the state, which the auth events selection does not have",
        "`select` it in the section auth events, under the same condition"));
  });
}

// What the heads around a rule say of single reads: the values that each may have.
using Constraints = std::map<std::string, std::set<std::string>>;

// Values that `condition` allows for the reads that it compares with constants; conjunctions only.
void constrain(const Core& condition, Constraints& out) {
  std::string key;
  std::set<std::string> values;
  if (condition.kind == CoreKind::kAnd) {
    constrain(*condition.args[0], out);
    constrain(*condition.args[1], out);
    return;
  }
  if (condition.kind == CoreKind::kEqual && condition.args[1]->kind == CoreKind::kString) {
    key = key_of(*condition.args[0]);
    values.insert(condition.args[1]->text);
  } else if (condition.kind == CoreKind::kIn && condition.args[1]->kind == CoreKind::kStringSet) {
    key = key_of(*condition.args[0]);
    for (const CorePtr& element : condition.args[1]->args) {
      if (element->kind != CoreKind::kString) return;
      values.insert(element->text);
    }
  } else {
    return;
  }
  const auto [found, fresh] = out.emplace(key, values);
  if (fresh) return;
  std::set<std::string> both;
  std::set_intersection(found->second.begin(), found->second.end(), values.begin(), values.end(),
                        std::inserter(both, both.end()));
  found->second = both;
}

struct Reader {
  std::string type, key;
  Constraints under;
};

void collect(const std::vector<CoreRule>& rules, const Constraints& under, std::vector<Reader>& out) {
  for (const CoreRule& rule : rules) {
    const auto reads = [&](const CorePtr& part, const Constraints& constraints) {
      if (!part) return;
      visit(*part, [&](const Core& core) {
        if (core.kind == CoreKind::kSlot) out.push_back({core.text, key_of(*core.args[0]), constraints});
      });
    };
    reads(rule.when, under);
    Constraints inside = under;
    if (rule.when) constrain(*rule.when, inside);
    reads(rule.each, inside);
    reads(rule.condition, inside);
    collect(rule.children, inside, out);
  }
}

bool compatible(const Constraints& under, const std::string& key, const std::string& value) {
  const auto found = under.find(key);
  return found == under.end() || found->second.contains(value);
}

void lint_not_read(const std::vector<CoreRule>& selection, const Constraints& under, const std::vector<Reader>& readers,
                   std::vector<Diagnostic>& out) {
  for (const CoreRule& rule : selection) {
    Constraints own, inside = under;
    if (rule.when) {
      constrain(*rule.when, own);
      constrain(*rule.when, inside);
    }
    lint_not_read(rule.children, inside, readers, out);
    if (!rule.condition || rule.condition->kind != CoreKind::kSlot) continue;
    const std::string& type = rule.condition->text;
    const std::string key = key_of(*rule.condition->args[0]);
    const auto read_where = [&](const Constraints& where) {
      return std::any_of(readers.begin(), readers.end(), [&](const Reader& reader) {
        if (reader.type != type || reader.key != key) return false;
        for (const auto& [what, values] : where)
          if (std::none_of(values.begin(), values.end(),
                           [&](const std::string& v) { return compatible(reader.under, what, v); }))
            return false;
        return true;
      });
    };
    std::vector<std::string> unread;
    for (const auto& [what, values] : own) {
      for (const std::string& value : values) {
        Constraints where = inside;
        where[what] = {value};
        if (!read_where(where)) unread.push_back(quoted(value));
      }
    }
    if (unread.empty() && !read_where(inside)) unread.push_back("");
    if (unread.empty()) continue;
    const std::string where = unread[0].empty() ? "" : " where its condition names " + listed(unread);
    out.push_back(warning(
        rule.location, "slot-not-read", rule.path + " selects " + quoted(type) + ", which no rule reads" + where,
        "an event cites it for nothing; narrow the condition, or leave it if the specification says so"));
    out.back().subject = rule.path + " " + type;
    out.back().listed = unread;
  }
}

void lint_edits(const Version& version, std::vector<Diagnostic>& out) {
  if (version.status == "candidate") return;
  for (const EditRecord& edit : version.log) {
    if (!edit.origin.owners.empty() || !edit.origin.reading.empty() || edit.section.kind == SectionKind::kReadings)
      continue;
    if (version.extends.empty()) continue;
    out.push_back(warning(edit.origin.location, "unowned-edit",
                          "the edit of " + quoted(join(edit.path)) + " in " + edit.section.text() + " has no owner",
                          "write `edit " + edit.section.text() + "  msc NUMBER`"));
  }
}

}  // namespace

std::vector<SlotUse> slots_read(const CoreVersion& core) { return slots(core.rules); }

std::vector<SlotUse> slots_selected(const CoreVersion& core) {
  std::vector<SlotUse> result;
  visit(core.auth_events, [&](const Core& part, const CoreRule& rule) {
    if (part.kind == CoreKind::kSlot && rule.condition.get() == &part)
      result.push_back({part.text, key_of(*part.args[0]), rule.path, part.location});
  });
  return result;
}

std::vector<Diagnostic> lint(const Version& version, const CoreVersion& core) {
  std::vector<Diagnostic> out;
  lint_unkept(core, out);
  lint_families(core, out);
  lint_not_selected(core, out);
  std::vector<Reader> readers;
  collect(core.rules, {}, readers);
  lint_not_read(core.auth_events, {}, readers, out);
  lint_dead(core, out);
  lint_orders(core, out);
  lint_edits(version, out);
  lint_readings(version, out);
  sort_and_unique(out);
  return out;
}

}  // namespace stateroom::rules
