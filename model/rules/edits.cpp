#include "model/rules/edits.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "model/rules/lexer.h"
#include "model/rules/print.h"

namespace stateroom::rules {

namespace {

base::Error edit_error(const Location& place, std::string message, std::string hint = {}) {
  return {base::ErrorCode::kEdit, std::move(message), place.text(), std::move(hint)};
}

std::string did_you_mean(const std::string& wanted, const std::vector<std::string>& names) {
  const std::string near = nearest(wanted, names);
  return near.empty() ? std::string() : "did you mean `" + near + "`?";
}

Path parent_of(const Path& path) { return Path(path.begin(), path.end() - 1); }

// ---------------------------------------------------------------------------------------------------- rules

struct Place {
  std::vector<Rule>* list = nullptr;
  std::size_t index = 0;
  Rule& rule() const { return (*list)[index]; }
};

std::optional<Place> find_place(std::vector<Rule>& rules, const Path& path) {
  std::vector<Rule>* list = &rules;
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    const auto found = std::ranges::find(*list, path[depth], &Rule::label);
    if (found == list->end()) return std::nullopt;
    if (depth + 1 == path.size()) return Place{list, static_cast<std::size_t>(found - list->begin())};
    list = &found->children;
  }
  return std::nullopt;
}

std::vector<std::string> all_paths(const std::vector<Rule>& rules) {
  std::vector<std::string> out;
  for (const PlacedRule& placed : walk(rules)) out.push_back(join(placed.rule->path));
  return out;
}

// Gives a rule of a file its whole path, its origins, and the same to what it holds.
void settle(Rule& rule, const Path& parent, const Origin& origin, const Rule* before) {
  rule.path = parent;
  rule.path.push_back(rule.label);
  rule.anchor = AnchorKind::kNone;
  rule.anchor_path.clear();
  for (Rule& child : rule.children) {
    const Rule* old = nullptr;
    if (before) {
      const auto found = std::ranges::find(before->children, child.label, &Rule::label);
      if (found != before->children.end()) old = &*found;
    }
    settle(child, rule.path, origin, old);
  }
  rule.origins.clear();
  if (before) rule.origins = before->origins;
  if (before && print({SectionKind::kRules, {}}, *before) == print({SectionKind::kRules, {}}, rule)) return;
  rule.origins.push_back(origin);
  if (!before) rule.origins.back().change = ChangeKind::kInsert;
}

bool labels_are_single(const std::vector<Rule>& rules, Errors& errors) {
  bool good = true;
  std::set<std::string> seen;
  for (const Rule& rule : rules) {
    if (!seen.insert(rule.label).second) {
      errors.push_back({base::ErrorCode::kName,
                        "found the label `" + rule.label + "` twice in one block",
                        rule.location.text(),
                        {}});
      good = false;
    }
    good = labels_are_single(rule.children, errors) && good;
  }
  return good;
}

class RuleEditor {
 public:
  RuleEditor(Draft& draft, const SectionName& section, const Change& change, const Origin& origin, Errors& errors)
      : draft_(draft),
        section_(section),
        change_(change),
        origin_(origin),
        errors_(errors),
        rules_(const_cast<std::vector<Rule>&>(draft.version.rules_of(section.kind))) {}

  bool apply() {
    const Path path = target_of(change_);
    if (change_.kind == ChangeKind::kInsert) return insert();
    const std::optional<Place> place = find_place(rules_, path);
    if (!place) {
      return refuse("found no rule `" + join(path) + "` in `" + std::string(name(section_.kind)) +
                        "`, expected one to " + std::string(name(change_.kind)),
                    did_you_mean(join(path), all_paths(rules_)));
    }
    switch (change_.kind) {
      case ChangeKind::kInsert:
        break;
      case ChangeKind::kReplace:
        return replace(*place);
      case ChangeKind::kReplaceCondition:
        return replace_condition(*place);
      case ChangeKind::kRemove:
        remember(place->rule(), nullptr);
        place->list->erase(place->list->begin() + static_cast<std::ptrdiff_t>(place->index));
        return true;
    }
    return true;
  }

 private:
  bool refuse(std::string message, std::string hint = {}) {
    errors_.push_back(edit_error(change_.location, std::move(message), std::move(hint)));
    return false;
  }

  // A removed label keeps its meaning: it may come back word for word only.
  void remember(const Rule& old, const Rule* now) {
    if (!now) draft_.removed[key_of(section_, old.path)] = print(section_, old);
    for (const Rule& child : old.children) {
      const Rule* same = nullptr;
      if (now) {
        const auto found = std::ranges::find(now->children, child.label, &Rule::label);
        if (found != now->children.end()) same = &*found;
      }
      remember(child, same);
    }
  }

  bool keeps_meaning(const Rule& rule) {
    const auto found = draft_.removed.find(key_of(section_, rule.path));
    if (found != draft_.removed.end() && found->second != print(section_, rule)) {
      return refuse("found the label `" + join(rule.path) + "`, which was removed, with another meaning",
                    "a label means one rule for good: take a new label");
    }
    return std::ranges::all_of(rule.children, [&](const Rule& child) { return keeps_meaning(child); });
  }

  bool insert() {
    Rule rule = std::get<Rule>(*change_.entry);
    if (!labels_are_single(rule.children, errors_)) return false;
    const AnchorKind anchor = rule.anchor;
    const Path anchor_path = rule.anchor_path;
    if (find_place(rules_, rule.path))
      return refuse("found a rule `" + join(rule.path) + "` already, expected none", "`replace` changes a rule");
    const Path parent = parent_of(rule.path);
    std::vector<Rule>* list = &rules_;
    if (!parent.empty()) {
      const std::optional<Place> place = find_place(rules_, parent);
      if (!place) return refuse("found no block `" + join(parent) + "`", did_you_mean(join(parent), all_paths(rules_)));
      if (!place->rule().is_block()) return refuse("found the rule `" + join(parent) + "`, expected a block");
      list = &place->rule().children;
    }
    const std::optional<std::size_t> at = position(*list, parent, anchor, anchor_path);
    if (!at) return false;
    settle(rule, parent, origin_, nullptr);
    if (!keeps_meaning(rule)) return false;
    list->insert(list->begin() + static_cast<std::ptrdiff_t>(*at), std::move(rule));
    return true;
  }

  std::optional<std::size_t> position(const std::vector<Rule>& list, const Path& parent, AnchorKind anchor,
                                      const Path& path) {
    switch (anchor) {
      case AnchorKind::kNone:
        // The selection of auth events is a set: the order of its lines means nothing.
        if (section_.kind == SectionKind::kAuthEvents) return list.size();
        refuse("found no place for the rule, expected `before`, `after`, `first` or `last`");
        return std::nullopt;
      case AnchorKind::kFirst:
        return 0;
      case AnchorKind::kLast:
        return list.size();
      case AnchorKind::kBefore:
      case AnchorKind::kAfter:
        break;
    }
    std::vector<std::string> siblings;
    for (const Rule& rule : list) siblings.push_back(rule.label);
    const auto found = std::ranges::find(siblings, path.back());
    if ((path.size() > 1 && parent_of(path) != parent) || found == siblings.end()) {
      const std::string near = nearest(path.back(), siblings);
      refuse("found the anchor `" + join(path) + "`, expected a rule of the same block",
             near.empty() ? std::string() : "did you mean `" + near + "`?");
      return std::nullopt;
    }
    return static_cast<std::size_t>(found - siblings.begin()) + (anchor == AnchorKind::kAfter ? 1 : 0);
  }

  bool replace(const Place& place) {
    Rule rule = std::get<Rule>(*change_.entry);
    if (!labels_are_single(rule.children, errors_)) return false;
    const Rule old = place.rule();
    settle(rule, parent_of(rule.path), origin_, &old);
    remember(old, &rule);
    place.rule() = std::move(rule);
    return true;
  }

  bool replace_condition(const Place& place) {
    Rule& rule = place.rule();
    if (!rule.is_block() || !rule.head || rule.head->kind != change_.head->kind) {
      return refuse("found no condition of this kind at `" + join(rule.path) +
                    "`, expected a block that starts with `" +
                    (change_.head->kind == Head::Kind::kWhen ? "when" : "for each") + "`");
    }
    rule.head = change_.head;
    rule.origins.push_back(origin_);
    return true;
  }

  Draft& draft_;
  const SectionName& section_;
  const Change& change_;
  const Origin& origin_;
  Errors& errors_;
  std::vector<Rule>& rules_;
};

// ---------------------------------------------------------------------------------------------------- entries

template <class T>
Path path_of_entry(const T& entry) {
  if constexpr (requires { entry.path; }) {
    return entry.path;
  } else {
    return {entry.name};
  }
}

template <class T>
bool apply_entry(std::vector<T>& table, const SectionName& section, const Change& change, const Origin& origin,
                 Errors& errors) {
  const Path path = target_of(change);
  const auto found = std::ranges::find_if(table, [&](const T& entry) { return path_of_entry(entry) == path; });
  if (change.kind == ChangeKind::kInsert) {
    if (found != table.end()) {
      errors.push_back(edit_error(
          change.location, "found `" + join(path) + "` in `" + section.text() + "` already, expected no such entry",
          "`replace` changes an entry"));
      return false;
    }
    table.push_back(std::get<T>(*change.entry));
    table.back().origins = {origin};
    return true;
  }
  if (found == table.end()) {
    std::vector<std::string> names;
    for (const T& entry : table) names.push_back(join(path_of_entry(entry)));
    errors.push_back(edit_error(change.location,
                                "found no `" + join(path) + "` in `" + section.text() + "`, expected an entry to " +
                                    std::string(name(change.kind)),
                                did_you_mean(join(path), names)));
    return false;
  }
  if (change.kind == ChangeKind::kRemove) {
    table.erase(found);
    return true;
  }
  std::vector<Origin> origins = std::move(found->origins);
  *found = std::get<T>(*change.entry);
  found->origins = std::move(origins);
  found->origins.push_back(origin);
  return true;
}

// Calls `use` with the version's table of the section.
template <class Use>
auto with_table(Version& version, const SectionName& section, const Use& use) {
  switch (section.kind) {
    case SectionKind::kTypes:
      return use(version.types);
    case SectionKind::kIdentifiers:
      return use(version.identifiers);
    case SectionKind::kFormat:
      return use(version.format);
    case SectionKind::kLimits:
      return use(version.limits);
    case SectionKind::kCanonicalJson:
      return use(version.canonical_json);
    case SectionKind::kSignatures:
      return use(version.signatures);
    case SectionKind::kContent:
      return use(version.content[section.argument]);
    case SectionKind::kDefinitions:
      return use(version.definitions);
    case SectionKind::kAuthEvents:
      return use(version.auth_events);
    case SectionKind::kRules:
      return use(version.rules);
    case SectionKind::kRedaction:
      return use(version.redaction);
    case SectionKind::kReceipt:
      return use(version.receipt);
    case SectionKind::kStateBefore:
      return use(version.state_before);
    case SectionKind::kResolution:
      return use(version.resolution);
    case SectionKind::kReadings:
      return use(version.readings);
  }
  return use(version.types);
}

// Visits the two kinds of tables: rules, and everything else.
struct ApplyTo {
  Draft& draft;
  const SectionName& section;
  const Change& change;
  const Origin& origin;
  Errors& errors;
  bool operator()(std::vector<Rule>&) const { return RuleEditor(draft, section, change, origin, errors).apply(); }
  template <class T>
  bool operator()(std::vector<T>& table) const {
    return apply_entry(table, section, change, origin, errors);
  }
};

void drop_empty_content(Version& version, const SectionName& section) {
  if (section.kind == SectionKind::kContent && version.content[section.argument].empty())
    version.content.erase(section.argument);
}

// Of a rule also what it stands in.
bool is_ghost(const Draft& draft, const SectionName& section, const Path& path) {
  if (!holds_rules(section.kind)) return draft.ghosts.contains(key_of(section, path));
  for (std::size_t length = 1; length <= path.size(); ++length) {
    const Path part(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(length));
    if (draft.ghosts.contains(key_of(section, part))) return true;
  }
  return false;
}

// The anchor of an insert as a whole path.
Path anchor_of(const Change& change) {
  if (!change.entry) return {};
  const Rule* rule = std::get_if<Rule>(change.entry.get());
  if (!rule || (rule->anchor != AnchorKind::kBefore && rule->anchor != AnchorKind::kAfter)) return {};
  Path out = parent_of(rule->path);
  out.push_back(rule->anchor_path.back());
  return out;
}

// True if the change touches what only an erratum would have made; it is left out then, and what it inserts is a ghost
// too.
bool left_out(Draft& draft, const SectionName& section, const Change& change, const EditContext& context,
              Errors& errors) {
  const Path target = target_of(change);
  const Path anchor = anchor_of(change);
  const bool touches = is_ghost(draft, section, target) || (!anchor.empty() && is_ghost(draft, section, anchor));
  if (!touches) return false;
  if (!context.skip_ghosts) {
    errors.push_back(
        edit_error(change.location, "found an edit of `" + join(is_ghost(draft, section, target) ? target : anchor) +
                                        "`, which exists only by an erratum that `without errata` leaves out"));
    return true;
  }
  if (change.kind == ChangeKind::kInsert) draft.ghosts.insert(key_of(section, target));
  if (change.kind == ChangeKind::kRemove) draft.ghosts.erase(key_of(section, target));
  return true;
}

// Rules of a section stand where they stand; only an edit needs a place.
void append(std::vector<Rule>& rules, const SectionName&, const Change& change, const Origin& origin, Errors& errors) {
  Rule rule = std::get<Rule>(*change.entry);
  if (rule.path.size() != 1 || rule.anchor != AnchorKind::kNone) {
    errors.push_back({base::ErrorCode::kSyntax,
                      "found a place for the rule `" + join(rule.path) + "`, expected a label of one word",
                      rule.location.text(), "the rules of a section stand in the order of the text"});
    return;
  }
  if (!labels_are_single(rule.children, errors)) return;
  if (std::ranges::find(rules, rule.label, &Rule::label) != rules.end()) {
    errors.push_back(
        {base::ErrorCode::kName, "found the label `" + rule.label + "` twice in one block", rule.location.text(), {}});
    return;
  }
  settle(rule, {}, origin, nullptr);
  rules.push_back(std::move(rule));
}

template <class T>
void append(std::vector<T>& table, const SectionName& section, const Change& change, const Origin& origin,
            Errors& errors) {
  apply_entry(table, section, change, origin, errors);
}

// Entries given anew: what was there before under the same name keeps its origins.
template <class T>
void replace_table(std::vector<T>& table, const Part& part, const EditContext& context, std::vector<EditRecord>& log,
                   Errors& errors) {
  const std::vector<T> before = std::move(table);
  table.clear();
  const auto find = [](const std::vector<T>& in, const Path& path) {
    return std::ranges::find_if(in, [&](const T& entry) { return path_of_entry(entry) == path; });
  };
  const auto record = [&](Origin origin, const Path& path) {
    if (context.record) log.push_back({std::move(origin), part.section, path, context.included_by});
  };
  Origin origin = context.origin;
  for (const Change& change : part.changes) {
    origin.location = change.location;
    append(table, part.section, change, origin, errors);
  }
  for (const T& entry : before) {
    if (find(table, path_of_entry(entry)) != table.end()) continue;
    origin.change = ChangeKind::kRemove;
    origin.location = part.location;
    record(origin, path_of_entry(entry));
  }
  for (T& entry : table) {
    const auto old = find(before, path_of_entry(entry));
    if (old != before.end()) {
      entry.origins.back().change = ChangeKind::kReplace;
      entry.origins.insert(entry.origins.begin(), old->origins.begin(), old->origins.end());
    }
    record(entry.origins.back(), path_of_entry(entry));
  }
}

}  // namespace

bool holds_rules(SectionKind kind) {
  return kind == SectionKind::kRules || kind == SectionKind::kAuthEvents || kind == SectionKind::kReceipt;
}

std::string key_of(const SectionName& section, const Path& path) { return section.text() + "\n" + join(path); }

Path target_of(const Change& change) { return change.entry ? path_of(*change.entry) : change.path; }

std::optional<std::string> text_of(const Version& version, const SectionName& section, const Path& path) {
  if (holds_rules(section.kind)) {
    const Rule* rule = find_rule(version.rules_of(section.kind), join(path));
    if (!rule) return std::nullopt;
    return print(section, *rule);
  }
  if (section.kind == SectionKind::kContent && !version.content.contains(section.argument)) return std::nullopt;
  return with_table(const_cast<Version&>(version), section, [&](auto& table) -> std::optional<std::string> {
    for (const auto& entry : table) {
      if (path_of_entry(entry) == path) return print(section, Entry(entry));
    }
    return std::nullopt;
  });
}

void add_ghosts(Draft& draft, const Part& part) {
  for (const Change& change : part.changes) {
    if (change.kind == ChangeKind::kInsert) draft.ghosts.insert(key_of(part.section, target_of(change)));
  }
}

void apply_change(Draft& draft, const SectionName& section, const Change& change, const EditContext& context,
                  Errors& errors) {
  if (left_out(draft, section, change, context, errors)) return;
  Origin origin = context.origin;
  origin.change = change.kind;
  origin.location = change.location;
  const bool applied = with_table(draft.version, section, ApplyTo{draft, section, change, origin, errors});
  drop_empty_content(draft.version, section);
  if (applied && context.record) {
    draft.version.log.push_back({std::move(origin), section, target_of(change), context.included_by});
  }
}

void apply_part(Draft& draft, const Part& part, const EditContext& context, Errors& errors) {
  switch (part.kind) {
    case PartKind::kEdit:
      for (const Change& change : part.changes) apply_change(draft, part.section, change, context, errors);
      return;
    case PartKind::kReplaceSection:
      with_table(draft.version, part.section,
                 [&](auto& table) { replace_table(table, part, context, draft.version.log, errors); });
      break;
    case PartKind::kSection:
      with_table(draft.version, part.section, [&](auto& table) {
        Origin origin = context.origin;
        for (const Change& change : part.changes) {
          origin.location = change.location;
          append(table, part.section, change, origin, errors);
        }
      });
      break;
    case PartKind::kTakeSection:
    case PartKind::kInclude:
      base::require(false, "the part needs another version");
      return;
  }
  drop_empty_content(draft.version, part.section);
}

void take_section(Draft& draft, const Part& part, const Version& from, const EditContext& context) {
  Version source = from;
  // Both tables are of the section's type; only the outer one says which type that is.
  void* const other = with_table(source, part.section, [](auto& table) -> void* { return &table; });
  with_table(draft.version, part.section,
             [&](auto& table) { table = std::move(*static_cast<decltype(&table)>(other)); });
  drop_empty_content(draft.version, part.section);
  if (!context.record) return;
  Origin origin = context.origin;
  origin.change = ChangeKind::kReplace;
  origin.location = part.location;
  draft.version.log.push_back({std::move(origin), part.section, {}, context.included_by});
}

}  // namespace stateroom::rules
