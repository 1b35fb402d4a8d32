#include "model/rules/version_text.h"

#include <algorithm>
#include <set>

namespace stateroom::rules {

namespace {

template <class T>
const T* by_name(const std::vector<T>& entries, std::string_view wanted) {
  const auto found = std::ranges::find(entries, wanted, &T::name);
  return found == entries.end() ? nullptr : &*found;
}

void walk_into(const std::vector<Rule>& rules, std::uint32_t depth, std::vector<PlacedRule>& out) {
  for (const Rule& rule : rules) {
    out.push_back({&rule, depth});
    walk_into(rule.children, depth + 1, out);
  }
}

}  // namespace

const DefinitionEntry* Version::definition(std::string_view wanted) const { return by_name(definitions, wanted); }

const ReadingEntry* Version::reading(std::string_view wanted) const { return by_name(readings, wanted); }

const SignatureEntry* Version::signature(std::string_view wanted) const { return by_name(signatures, wanted); }

const Rule* Version::rule(std::string_view path) const { return find_rule(rules, path); }

const std::vector<Rule>& Version::rules_of(SectionKind kind) const {
  base::require(kind == SectionKind::kRules || kind == SectionKind::kAuthEvents || kind == SectionKind::kReceipt,
                "the section holds no rules");
  return kind == SectionKind::kRules ? rules : kind == SectionKind::kAuthEvents ? auth_events : receipt;
}

const std::vector<DefinitionEntry>& Version::definitions_of(SectionKind kind) const {
  if (kind == SectionKind::kDefinitions) return definitions;
  if (kind == SectionKind::kRedaction) return redaction;
  if (kind == SectionKind::kStateBefore) return state_before;
  base::require(kind == SectionKind::kResolution, "the section holds no definitions");
  return resolution;
}

const Rule* find_rule(const std::vector<Rule>& rules, std::string_view path) {
  const std::vector<Rule>* list = &rules;
  for (;;) {
    const std::size_t dot = path.find('.');
    const auto found = std::ranges::find(*list, path.substr(0, dot), &Rule::label);
    if (found == list->end()) return nullptr;
    if (dot == std::string_view::npos) return &*found;
    list = &found->children;
    path.remove_prefix(dot + 1);
  }
}

std::vector<PlacedRule> walk(const std::vector<Rule>& rules) {
  std::vector<PlacedRule> out;
  walk_into(rules, 0, out);
  return out;
}

std::map<std::string, std::string> profile_choices(const Version& version, std::string_view profile) {
  std::map<std::string, std::string> out;
  for (const ReadingEntry& reading : version.readings) {
    std::string& chosen = out[reading.name];
    chosen = reading.default_choice;
    for (const Choice& choice : reading.choices) {
      if (std::ranges::find(choice.by, profile) != choice.by.end()) {
        chosen = choice.name;
        break;
      }
    }
  }
  return out;
}

std::vector<std::string> profiles(const Version& version) {
  std::set<std::string> out;
  for (const ReadingEntry& reading : version.readings) {
    for (const Choice& choice : reading.choices) out.insert(choice.by.begin(), choice.by.end());
  }
  return {out.begin(), out.end()};
}

}  // namespace stateroom::rules
