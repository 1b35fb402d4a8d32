#include <array>
#include <cstddef>

#include "model/rules/lexer.h"
#include "model/rules/print.h"
#include "model/rules/print_state.h"

namespace stateroom::rules {

namespace {

std::string indent(int depth) { return std::string(static_cast<std::size_t>(depth) * 2, ' '); }

std::string pattern(const std::vector<PatternNode>& nodes) {
  std::string out;
  for (const PatternNode& node : nodes) {
    if (&node != &nodes.front()) out += ' ';
    switch (node.kind) {
      case PatternNode::Kind::kLiteral:
        out += quote(node.text);
        break;
      case PatternNode::Kind::kClass:
        out += node.text;
        break;
      case PatternNode::Kind::kOptional:
        out += "[ " + pattern(node.group) + " ]";
        break;
    }
  }
  return out;
}

}  // namespace

std::string print(const std::vector<Owner>& owners) {
  std::string out;
  bool after_msc = false;
  for (const Owner& owner : owners) {
    if (!out.empty()) out += ' ';
    if (owner.msc != 0) {
      out += (after_msc ? "" : "msc ") + std::to_string(owner.msc);
    } else {
      out += "draft " + quote(owner.draft);
    }
    after_msc = owner.msc != 0;
  }
  return out;
}

Columns columns(const TypeEntry& entry) {
  std::string alternatives;
  for (const std::string& name : entry.alternatives) alternatives += (alternatives.empty() ? "" : " | ") + name;
  return {entry.name, alternatives};
}

Columns columns(const IdentifierEntry& entry) {
  if (entry.expr) return {entry.name, "= " + print(entry.expr)};
  if (!entry.chars.empty()) return {entry.name, "chars " + quote(entry.chars)};
  if (!entry.bytes_max) return {entry.name, pattern(entry.pattern)};
  return {entry.name, pattern(entry.pattern), "at most " + entry.bytes_max->text + " bytes"};
}

Columns columns(const FieldEntry& entry) {
  std::string presence;
  switch (entry.presence) {
    case FieldPresence::kRequired:
      presence = entry.when ? "required when " + print(entry.when) : std::string("required");
      if (entry.otherwise_forbidden) presence += " else forbidden";
      break;
    case FieldPresence::kOptional:
      presence = "optional";
      break;
    case FieldPresence::kForbidden:
      presence = "forbidden";
      break;
    case FieldPresence::kDerived:
      presence = "derived";
      break;
  }
  Columns out = {join(entry.path), print(entry.type), presence};
  if (entry.kept) out.push_back("kept");
  return out;
}

Columns columns(const LimitEntry& entry) {
  return {entry.name, entry.most.text + (entry.unit == LimitUnit::kBytes ? " bytes" : " entries")};
}

Columns columns(const SettingEntry& entry) {
  if (!entry.word.empty()) return {entry.name, entry.word};
  return {entry.name, entry.greatest ? entry.least->text + " to " + entry.greatest->text : entry.least->text};
}

Columns columns(const SignatureEntry& entry) {
  if (entry.value) return {entry.name, "= " + print(entry.value)};
  return {entry.name + ":", "require " + print(entry.require) + (entry.unless ? " unless " + print(entry.unless) : "")};
}

Columns columns(const ContentEntry& entry) {
  Columns out = {join(entry.path), print(entry.type)};
  if (entry.derived) out.push_back("derived");
  if (entry.kept) out.push_back(entry.kept_empty ? "kept empty" : "kept");
  return out;
}

Columns columns(const DefinitionEntry& entry) {
  std::string head = entry.name;
  for (const Parameter& parameter : entry.parameters) {
    head += (&parameter == &entry.parameters.front() ? "(" : ", ") + parameter.name + ": " + print(parameter.type);
  }
  if (!entry.parameters.empty()) head += ")";
  return {head, "= " + print(entry.expr)};
}

Columns columns(const Rule& rule) {
  std::string label = join(rule.path);
  switch (rule.anchor) {
    case AnchorKind::kNone:
      break;
    case AnchorKind::kBefore:
      label += " before " + join(rule.anchor_path);
      break;
    case AnchorKind::kAfter:
      label += " after " + join(rule.anchor_path);
      break;
    case AnchorKind::kFirst:
      label += " first";
      break;
    case AnchorKind::kLast:
      label += " last";
      break;
  }
  if (rule.numbered) label += " numbered " + std::to_string(*rule.numbered);
  if (rule.unnumbered) label += " unnumbered";
  label += ':';
  if (!rule.is_block()) return {label, print_leaf(rule)};
  if (!rule.head) return {label};
  return {label, print(*rule.head)};
}

Columns columns(const ReadingEntry& entry) { return {"reading " + entry.name, "default " + entry.default_choice}; }

Columns columns(const Choice& choice) {
  Columns out = {choice.name, quote(choice.statement)};
  std::string by;
  for (const std::string& name : choice.by) by += (by.empty() ? "by " : ", ") + name;
  if (!by.empty()) out.push_back(by);
  return out;
}

std::string heading(const Part& part) {
  const auto owned = [&](std::string text) {
    if (!part.owners.empty()) text += "  " + print(part.owners);
    return part.erratum ? text + " erratum" : text;
  };
  switch (part.kind) {
    case PartKind::kSection:
      return part.section.text();
    case PartKind::kEdit:
      return owned("edit " + part.section.text());
    case PartKind::kReplaceSection:
      return owned("replace section " + part.section.text());
    case PartKind::kTakeSection:
      return "replace section " + part.section.text() + " from " + quote(part.from);
    case PartKind::kInclude:
      return "include " + print(part.owners) + " from " + quote(part.from);
  }
  return {};
}

namespace {

std::string one_line(const Columns& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : " ") + part;
  return out;
}

// Writes canonical text: one line an entry, one space between its columns.
class CanonicalWriter {
 public:
  std::string take() { return std::move(out_); }

  void entry(const Entry& entry, int depth, const std::string& prefix) {
    std::visit([&](const auto& e) { write(e, depth, prefix); }, entry);
  }

  void part(const Part& part, int depth) {
    line(depth, heading(part));
    for (const Change& change : part.changes) {
      if (part.kind == PartKind::kEdit) {
        this->change(change, depth + 1);
      } else {
        entry(*change.entry, depth + 1, "");
      }
    }
  }

  template <class T>
  void write(const T& entry, int depth, const std::string& prefix) {
    line(depth, prefix + one_line(columns(entry)));
  }

  void write(const Rule& rule, int depth, const std::string& prefix) {
    line(depth, prefix + one_line(columns(rule)));
    for (const Rule& child : rule.children) {
      Rule inner = child;
      inner.path = {child.label};  // inside its block a rule has its label alone
      write(inner, depth + 1, "");
    }
  }

  void write(const ReadingEntry& reading, int depth, const std::string& prefix) {
    line(depth, prefix + one_line(columns(reading)));
    for (const Choice& choice : reading.choices) {
      line(depth + 1, one_line(columns(choice)));
      for (const Part& part : choice.edits) this->part(part, depth + 2);
    }
  }

 private:
  void line(int depth, const std::string& text) { out_ += indent(depth) + text + "\n"; }

  void change(const Change& change, int depth) {
    switch (change.kind) {
      case ChangeKind::kInsert:
        entry(*change.entry, depth, "insert ");
        return;
      case ChangeKind::kReplace:
        entry(*change.entry, depth, "replace ");
        return;
      case ChangeKind::kReplaceCondition:
        line(depth, "replace condition " + join(change.path) + ": " + print(*change.head));
        return;
      case ChangeKind::kRemove:
        line(depth, "remove " + join(change.path));
        return;
    }
  }

  std::string out_;
};

template <class T>
std::string section_text(const std::string& heading, const std::vector<T>& entries) {
  if (entries.empty()) return {};
  CanonicalWriter writer;
  for (const T& entry : entries) writer.write(entry, 1, "");
  return heading + "\n" + writer.take();
}

}  // namespace

std::string print(const SectionName&, const Entry& entry, int depth) {
  CanonicalWriter writer;
  writer.entry(entry, depth, "");
  return writer.take();
}

std::string print(const SectionName&, const Rule& rule, int depth) {
  CanonicalWriter writer;
  writer.write(rule, depth, "");
  return writer.take();
}

std::string print_section(const Version& version, const SectionName& section) {
  const std::string heading(name(section.kind));
  switch (section.kind) {
    case SectionKind::kTypes:
      return section_text(heading, version.types);
    case SectionKind::kIdentifiers:
      return section_text(heading, version.identifiers);
    case SectionKind::kFormat:
      return section_text(heading, version.format);
    case SectionKind::kLimits:
      return section_text(heading, version.limits);
    case SectionKind::kCanonicalJson:
      return section_text(heading, version.canonical_json);
    case SectionKind::kSignatures:
      return section_text(heading, version.signatures);
    case SectionKind::kContent: {
      std::string out;
      for (const auto& [type, entries] : version.content) {
        if (!section.argument.empty() && section.argument != type) continue;
        const std::string text = section_text(heading + " " + quote(type), entries);
        if (!out.empty() && !text.empty()) out += "\n";
        out += text;
      }
      return out;
    }
    case SectionKind::kDefinitions:
      return section_text(heading, version.definitions);
    case SectionKind::kAuthEvents:
      return section_text(heading, version.auth_events);
    case SectionKind::kRules:
      return section_text(heading, version.rules);
    case SectionKind::kRedaction:
      return section_text(heading, version.redaction);
    case SectionKind::kReceipt:
      return section_text(heading, version.receipt);
    case SectionKind::kStateBefore:
      return section_text(heading, version.state_before);
    case SectionKind::kResolution:
      return section_text(heading, version.resolution);
    case SectionKind::kReadings:
      return section_text(heading, version.readings);
  }
  return {};
}

std::string print(const Version& version) {
  constexpr std::array<SectionKind, 15> kOrder = {
      SectionKind::kTypes,         SectionKind::kIdentifiers, SectionKind::kFormat,    SectionKind::kLimits,
      SectionKind::kCanonicalJson, SectionKind::kSignatures,  SectionKind::kContent,   SectionKind::kDefinitions,
      SectionKind::kAuthEvents,    SectionKind::kRules,       SectionKind::kRedaction, SectionKind::kReceipt,
      SectionKind::kStateBefore,   SectionKind::kResolution,  SectionKind::kReadings};
  std::string out = "room version " + quote(version.name) + "\n";
  if (version.identifier != version.name || version.irregular) {
    out += "  identifier " + quote(version.identifier) + (version.irregular ? " irregular" : "") + "\n";
  }
  if (!version.line.empty()) out += "  line " + version.line + "\n";
  for (const SectionKind kind : kOrder) {
    const std::string text = print_section(version, {kind, {}});
    if (!text.empty()) out += "\n" + text;
  }
  return out;
}

}  // namespace stateroom::rules
