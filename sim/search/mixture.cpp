#include "sim/search/mixture.h"

#include <algorithm>

#include "model/rules/elaborate.h"
#include "model/rules/print.h"
#include "model/versions/compiled_tests.h"

namespace stateroom::search {
namespace {

using rules::Path;
using rules::Rule;
using rules::SectionKind;
using rules::SectionName;

/// The chosen edits of one section by label.
using Chosen = std::map<std::string, const rules::Edit*>;

template <class Item, class Same>
bool holds(const std::vector<Item>& list, const Item& wanted, Same same) {
  return std::any_of(list.begin(), list.end(), [&](const Item& item) { return same(item, wanted); });
}

/// Puts an item of `after` where it stands there: behind the nearest one before it that is in `list` too.
template <class Item, class Same>
void place(std::vector<Item>& list, const std::vector<Item>& after, std::size_t at, Item item, Same same) {
  auto position = list.begin();
  for (std::size_t i = at; i-- > 0;) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const Item& one) { return same(one, after[i]); });
    if (found == list.end()) continue;
    position = found + 1;
    break;
  }
  list.insert(position, std::move(item));
}

template <class E>
std::vector<E> mix(const std::vector<E>& before, const std::vector<E>& after, const Chosen& chosen) {
  const auto same = [](const E& a, const E& b) {
    return rules::path_of(rules::Entry(a)) == rules::path_of(rules::Entry(b));
  };
  const auto is_chosen = [&](const E& entry) {
    return chosen.contains(rules::join(rules::path_of(rules::Entry(entry))));
  };
  std::vector<E> out;
  for (const E& entry : before) {
    const auto other = std::find_if(after.begin(), after.end(), [&](const E& one) { return same(one, entry); });
    if (!is_chosen(entry)) {
      out.push_back(entry);
    } else if (other != after.end()) {
      out.push_back(*other);
    }
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (is_chosen(after[i]) && !holds(before, after[i], same)) place(out, after, i, after[i], same);
  }
  return out;
}

std::vector<Rule> mix(const std::vector<Rule>& before, const std::vector<Rule>& after, const Chosen& chosen) {
  const auto same = [](const Rule& a, const Rule& b) { return a.label == b.label; };
  const auto edit_of = [&](const Rule& rule) {
    const auto found = chosen.find(rules::join(rule.path));
    return found == chosen.end() ? nullptr : found->second;
  };
  std::vector<Rule> out;
  std::vector<std::pair<std::size_t, Rule>> to_place;
  for (const Rule& rule : before) {
    const auto other = std::find_if(after.begin(), after.end(), [&](const Rule& one) { return same(one, rule); });
    const rules::Edit* edit = edit_of(rule);
    if (other == after.end()) {
      if (edit == nullptr) out.push_back(rule);
      continue;
    }
    Rule mixed = edit == nullptr ? rule : *other;
    if (rule.is_block() && other->is_block()) mixed.children = mix(rule.children, other->children, chosen);
    if (edit != nullptr && edit->moved) {
      to_place.emplace_back(static_cast<std::size_t>(other - after.begin()), std::move(mixed));
    } else {
      out.push_back(std::move(mixed));
    }
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (edit_of(after[i]) != nullptr && !holds(before, after[i], same)) to_place.emplace_back(i, after[i]);
  }
  std::stable_sort(to_place.begin(), to_place.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [at, rule] : to_place) place(out, after, at, std::move(rule), same);
  return out;
}

}  // namespace

EditSet Mixtures::all() const {
  EditSet out;
  for (std::size_t i = 0; i < edits_.size(); ++i) out.insert(i);
  return out;
}

rules::Version Mixtures::text(const EditSet& chosen) const {
  std::map<std::string, Chosen> by_section;
  for (const std::size_t i : chosen) by_section[edits_[i].section.text()][edits_[i].label] = &edits_[i];
  const auto of = [&](SectionKind kind, const std::string& argument = {}) -> const Chosen& {
    return by_section[SectionName{kind, argument}.text()];
  };
  rules::Version out = base_;
  out.types = mix(base_.types, candidate_.types, of(SectionKind::kTypes));
  out.identifiers = mix(base_.identifiers, candidate_.identifiers, of(SectionKind::kIdentifiers));
  out.format = mix(base_.format, candidate_.format, of(SectionKind::kFormat));
  out.limits = mix(base_.limits, candidate_.limits, of(SectionKind::kLimits));
  out.canonical_json = mix(base_.canonical_json, candidate_.canonical_json, of(SectionKind::kCanonicalJson));
  out.signatures = mix(base_.signatures, candidate_.signatures, of(SectionKind::kSignatures));
  for (const auto& [type, fields] : candidate_.content)
    out.content[type] = mix(out.content[type], fields, of(SectionKind::kContent, type));
  for (const auto& [type, fields] : base_.content) {
    if (!candidate_.content.contains(type)) out.content[type] = mix(fields, {}, of(SectionKind::kContent, type));
  }
  std::erase_if(out.content, [](const auto& one) { return one.second.empty(); });
  out.definitions = mix(base_.definitions, candidate_.definitions, of(SectionKind::kDefinitions));
  out.auth_events = mix(base_.auth_events, candidate_.auth_events, of(SectionKind::kAuthEvents));
  out.rules = mix(base_.rules, candidate_.rules, of(SectionKind::kRules));
  out.redaction = mix(base_.redaction, candidate_.redaction, of(SectionKind::kRedaction));
  out.receipt = mix(base_.receipt, candidate_.receipt, of(SectionKind::kReceipt));
  out.state_before = mix(base_.state_before, candidate_.state_before, of(SectionKind::kStateBefore));
  out.resolution = mix(base_.resolution, candidate_.resolution, of(SectionKind::kResolution));
  return out;
}

ProgramPtr Mixtures::program(const EditSet& chosen) {
  const auto [at, fresh] = known_.try_emplace(chosen);
  if (!fresh) return at->second;
  const auto core = rules::elaborate(text(chosen));
  if (core) at->second = rules::Program::compile(*core, versions::compiled_tests());
  return at->second;
}

}  // namespace stateroom::search
