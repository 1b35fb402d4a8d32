// A flattened room version: one text after all its bases, edits, errata and choices of readings were applied.
//
// In:  made by model/rules/flatten.h.
// Out: read by the checker, the evaluator, the encoder, `event_format`, the printer and the comparison of versions.
// Promise: every entry and rule knows its origins; rules have their label paths and numbers; nothing depends on a name
// like "12" outside the texts.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/error.h"
#include "model/rules/syntax.h"

namespace stateroom::rules {

using Errors = std::vector<base::Error>;

/// One edit that was applied, in order.
struct EditRecord {
  Origin origin;
  SectionName section;
  Path path;                // of the entry or rule
  std::string included_by;  // the text whose `include` applied it, else empty
};

struct Version {
  // Head. `name` is unique; `identifier` is what create events carry, and may be shared.
  std::string name;
  std::string identifier;
  bool irregular = false;
  std::string line;    // inherited; empty: none given
  std::string status;  // "stable", "unstable", …
  std::string source;
  std::vector<Owner> owners;         // of the head's source
  std::string extends;               // empty for a base text
  std::vector<std::string> lineage;  // names from the base text to this one

  // How it was loaded.
  bool errata = true;
  std::map<std::string, std::string> choices;  // every reading of the text and the choice that holds
  /// SHA-256 of the canonical text as written (no choice applied), lower-case hex.
  std::string sha256_without_errata;
  std::string sha256_with_errata;

  // Sections, after edits. Order is the order of the text after edits.
  std::vector<TypeEntry> types;
  std::vector<IdentifierEntry> identifiers;
  std::vector<FieldEntry> format;
  std::vector<LimitEntry> limits;
  std::vector<SettingEntry> canonical_json;
  std::vector<SignatureEntry> signatures;
  std::map<std::string, std::vector<ContentEntry>> content;  // by event type
  std::vector<DefinitionEntry> definitions;
  std::vector<Rule> auth_events;
  std::vector<Rule> rules;
  std::vector<DefinitionEntry> redaction;
  std::vector<Rule> receipt;
  std::vector<DefinitionEntry> state_before;
  std::vector<DefinitionEntry> resolution;
  std::vector<ReadingEntry> readings;

  std::vector<EditRecord> log;  // edits of this text alone (not of its bases), then choices

  const DefinitionEntry* definition(std::string_view wanted) const;  // in definitions
  const ReadingEntry* reading(std::string_view wanted) const;
  const SignatureEntry* signature(std::string_view wanted) const;
  /// The rule with this label path ("member.join.banned") in `rules`, or nullptr.
  const Rule* rule(std::string_view path) const;
  /// The sections of rules: kRules, kAuthEvents, kReceipt; of definitions: kDefinitions, kRedaction, kStateBefore,
  /// kResolution.
  const std::vector<Rule>& rules_of(SectionKind kind) const;
  const std::vector<DefinitionEntry>& definitions_of(SectionKind kind) const;
};

/// The rule with this label path in a section, or nullptr.
const Rule* find_rule(const std::vector<Rule>& rules, std::string_view path);

/// A rule and its place, for lists of all rules of a section.
struct PlacedRule {
  const Rule* rule = nullptr;
  std::uint32_t depth = 0;  // 0: top level
};
/// All rules, blocks before what they hold, in text order.
std::vector<PlacedRule> walk(const std::vector<Rule>& rules);

/// A choice for each reading of a version: what the profile names, else the default. Profiles are "specification",
/// "synapse", "ruma", "gomatrixserverlib", "dendrite" and whatever names the texts use after `by`.
std::map<std::string, std::string> profile_choices(const Version& version, std::string_view profile);
/// Every profile that the version's readings name, sorted.
std::vector<std::string> profiles(const Version& version);

}  // namespace stateroom::rules
