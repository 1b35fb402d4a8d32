#include "model/rules/say.h"

#include <set>

#include "model/rules/phrases.h"
#include "model/rules/print.h"

namespace stateroom::rules {
namespace {

class Speaker {
 public:
  Speaker(const Version& version, const SayOptions& options)
      : version_(version), options_(options), phrases_(version) {}

  std::string section(const SectionName& section) const {
    switch (section.kind) {
      case SectionKind::kTypes:
        return types();
      case SectionKind::kIdentifiers:
        return plain(section, version_.identifiers);
      case SectionKind::kFormat:
        return format();
      case SectionKind::kLimits:
        return limits();
      case SectionKind::kCanonicalJson:
        return canonical_json();
      case SectionKind::kSignatures:
        return signatures();
      case SectionKind::kContent:
        return content(section.argument);
      case SectionKind::kDefinitions:
      case SectionKind::kRedaction:
      case SectionKind::kStateBefore:
      case SectionKind::kResolution:
        return definitions(version_.definitions_of(section.kind));
      case SectionKind::kAuthEvents:
      case SectionKind::kRules:
      case SectionKind::kReceipt: {
        std::string out;
        for (const Rule& rule : version_.rules_of(section.kind)) out += this->rule(rule, 0, {});
        return out;
      }
      case SectionKind::kReadings:
        return readings();
    }
    return {};
  }

  /// A rule as a list item; `above`: the mark of the block around it, which is not said again.
  std::string rule(const Rule& rule, std::size_t depth, const std::string& above) const {
    const std::string mark = this->mark(rule);
    std::string out(depth * 2, ' ');
    out += "- ";
    if (!rule.number.empty()) out += "**" + rule.number + "** ";
    if (options_.labels) out += "`" + join(rule.path) + "` ";
    if (rule.leaf) {
      out += phrases_.leaf(rule);
    } else if (rule.head) {
      out += phrases_.head(*rule.head) + ":";
    } else {
      out += "On `" + rule.label + "`:";
    }
    if (!mark.empty() && mark != above) out += " " + mark;
    out += "\n";
    for (const Rule& child : rule.children) out += this->rule(child, depth + 1, mark.empty() ? above : mark);
    return out;
  }

 private:
  // "*(new: MSC4289)*" for what this text itself added, "*(changed: …)*" for what it changed.
  std::string mark(const EntryBase& entry) const {
    if (!options_.marks || version_.extends.empty()) return {};
    bool fresh = false, changed = false;
    std::set<std::string> owners;
    std::string choice;
    for (std::size_t i = 0; i < entry.origins.size(); ++i) {
      const Origin& origin = entry.origins[i];
      if (!origin.reading.empty()) choice = origin.reading;
      if (origin.version != version_.name && origin.reading.empty()) continue;
      (origin.change == ChangeKind::kInsert && i == 0 ? fresh : changed) = true;
      for (const Owner& owner : origin.owners) owners.insert(owner.text());
    }
    if (!fresh && !changed) return {};
    std::string by;
    for (const std::string& owner : owners) by += (by.empty() ? "" : ", ") + owner;
    if (by.empty() && !choice.empty()) by = "reading " + choice;
    return std::string("*(") + (fresh ? "new" : "changed") + (by.empty() ? "" : ": " + by) + ")*";
  }
  std::string marked(const EntryBase& entry) const {
    const std::string text = mark(entry);
    return text.empty() ? text : " " + text;
  }

  std::string types() const {
    std::string out;
    for (const TypeEntry& entry : version_.types) {
      out += "- `" + entry.name + "` is " + enumerate(quoted(entry.alternatives), "or") + marked(entry) + "\n";
    }
    return out;
  }

  static std::vector<std::string> quoted(const std::vector<std::string>& items) {
    std::vector<std::string> result;
    for (const std::string& item : items) result.push_back("`" + item + "`");
    return result;
  }

  template <class E>
  std::string plain(const SectionName& section, const std::vector<E>& entries) const {
    std::string out;
    for (const E& entry : entries) {
      std::string text = print(section, Entry(entry));
      while (!text.empty() && text.back() == '\n') text.pop_back();
      out += "- `" + text.substr(text.find_first_not_of(' ')) + "`" + marked(entry) + "\n";
    }
    return out;
  }

  std::string format() const {
    std::string out = "| field | type | presence | redaction |\n|---|---|---|---|\n";
    for (const FieldEntry& entry : version_.format) {
      std::string presence;
      switch (entry.presence) {
        case FieldPresence::kRequired:
          presence = "required";
          break;
        case FieldPresence::kOptional:
          presence = "optional";
          break;
        case FieldPresence::kForbidden:
          presence = "forbidden";
          break;
        case FieldPresence::kDerived:
          presence = "derived, not sent";
          break;
      }
      if (entry.when) presence += " if " + phrases_.clause(*entry.when);
      if (entry.otherwise_forbidden) presence += ", else forbidden";
      out += "| `" + (entry.path.size() == 1 ? entry.path[0] : join(entry.path)) + "` | " + phrases_.type(*entry.type) +
             " | " + presence + " | " + (entry.kept ? "kept" : "dropped") + marked(entry) + " |\n";
    }
    return out;
  }

  std::string limits() const {
    std::string out;
    for (const LimitEntry& entry : version_.limits)
      out += "- `" + entry.name + "`: at most " + entry.most.text +
             (entry.unit == LimitUnit::kBytes ? " bytes" : " entries") + marked(entry) + "\n";
    return out;
  }

  std::string canonical_json() const {
    std::string out;
    for (const SettingEntry& entry : version_.canonical_json) {
      std::string value = entry.word;
      if (entry.least) value = entry.least->text + (entry.greatest ? " to " + entry.greatest->text : "");
      out += "- " + entry.name + ": " + value + marked(entry) + "\n";
    }
    return out;
  }

  std::string signatures() const {
    std::string out;
    for (const SignatureEntry& entry : version_.signatures) {
      if (!entry.value) {
        out += "- " + entry.name + ": " + phrases_.clause(*entry.require) +
               (entry.unless ? ", unless " + phrases_.clause(*entry.unless) : "");
      } else if (entry.name == "key_valid") {
        out += "- a key is valid if " + phrases_.clause(*entry.value);
      } else {
        out += "- `" + entry.name + "` is `" + print(entry.value) + "`";
      }
      out += marked(entry) + "\n";
    }
    return out;
  }

  std::string content(const std::string& wanted) const {
    std::string out;
    for (const auto& [type, entries] : version_.content) {
      if (entries.empty() || (!wanted.empty() && wanted != type)) continue;
      if (wanted.empty()) out += "`" + type + "`\n\n";
      out += "| field | type | redaction |\n|---|---|---|\n";
      bool all = false;
      for (const ContentEntry& entry : entries) all |= entry.kept && entry.path == Path{"*"};
      for (const ContentEntry& entry : entries) {
        const std::string redaction = entry.kept_empty ? "kept as `{}`" : entry.kept || all ? "kept" : "dropped";
        out += "| `" + (entry.path.size() == 1 ? entry.path[0] : join(entry.path)) + "` | " +
               phrases_.type(*entry.type) + (entry.derived ? ", derived" : "") + " | " + redaction + marked(entry) +
               " |\n";
      }
      out += "\n";
    }
    return out;
  }

  std::string definitions(const std::vector<DefinitionEntry>& entries) const {
    std::string out;
    for (const DefinitionEntry& entry : entries) {
      out += "- *" + entry.name + "*";
      std::vector<std::string> parameters;
      for (const Parameter& parameter : entry.parameters) parameters.push_back("*" + parameter.name + "*");
      if (!parameters.empty()) out += " of " + enumerate(parameters, "and");
      const bool condition = phrases_.is_condition(*entry.expr);
      out += (condition ? " holds if " : ": ") + phrases_.phrase(*entry.expr) + marked(entry) + "\n";
    }
    return out;
  }

  std::string readings() const {
    std::string out;
    for (const ReadingEntry& reading : version_.readings) {
      out += "- `" + reading.name + "`" + marked(reading) + "\n";
      for (const Choice& choice : reading.choices) {
        out += "  - `" + choice.name + "`: " + choice.statement +
               (choice.name == reading.default_choice ? " (default)" : "");
        if (!choice.by.empty()) out += ", by " + enumerate(choice.by, "and");
        out += "\n";
      }
    }
    return out;
  }

  const Version& version_;
  SayOptions options_;
  Phrases phrases_;
};

}  // namespace

std::string say(const Version& version, const SayOptions& options) {
  const Speaker speaker(version, options);
  std::string out = "# Room version " + version.name + "\n";
  static constexpr SectionKind kOrder[] = {
      SectionKind::kTypes,         SectionKind::kIdentifiers, SectionKind::kFormat,    SectionKind::kLimits,
      SectionKind::kCanonicalJson, SectionKind::kSignatures,  SectionKind::kContent,   SectionKind::kDefinitions,
      SectionKind::kAuthEvents,    SectionKind::kRules,       SectionKind::kRedaction, SectionKind::kReceipt,
      SectionKind::kStateBefore,   SectionKind::kResolution,  SectionKind::kReadings};
  for (const SectionKind kind : kOrder) {
    std::string body = speaker.section({kind, {}});
    while (body.ends_with("\n\n")) body.pop_back();
    if (body.empty()) continue;
    std::string heading(name(kind));
    heading[0] = static_cast<char>(heading[0] - 'a' + 'A');
    out += "\n## " + heading + "\n\n" + body;
  }
  return out;
}

std::string say(const Version& version, const SectionName& section, const SayOptions& options) {
  return Speaker(version, options).section(section);
}

std::string say(const Version& version, const Rule& rule, const SayOptions& options) {
  return Speaker(version, options).rule(rule, 0, {});
}

std::string say(const Version& version, const ExprPtr& expr) { return Phrases(version).phrase(*expr); }

}  // namespace stateroom::rules
