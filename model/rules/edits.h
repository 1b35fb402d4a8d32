// A version in the making, and how one change of a text is applied to it.
//
// In:  a Draft and a part of a file.
// Out: the draft changed, records in its log, or errors; a change with an error leaves the draft as it was.
// Promise: changes apply in text order; rules keep their label paths; every entry keeps its origins.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "model/rules/parser.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

/// A flattened version together with what later edits must know about what is not in it.
struct Draft {
  Version version;
  /// `section` + path of what only an erratum would have made, when errata are left out.
  std::set<std::string> ghosts;
  /// Labels that were removed, with their canonical text then.
  std::map<std::string, std::string> removed;
};

/// How an edit is applied and recorded.
struct EditContext {
  Origin origin;  // without the kind and place of the change
  std::string included_by;
  bool skip_ghosts = false;  // leave out what edits something that only an erratum would have made
  bool record = true;        // write the log
};

/// Applies the changes of a section, an edit, or a replaced section. kTakeSection and kInclude are flatten.cpp's.
void apply_part(Draft& draft, const Part& part, const EditContext& context, Errors& errors);
/// Applies one change of an edit.
void apply_change(Draft& draft, const SectionName& section, const Change& change, const EditContext& context,
                  Errors& errors);
/// Puts the section of `from` in the place of the draft's own.
void take_section(Draft& draft, const Part& part, const Version& from, const EditContext& context);

/// What the change inserts, replaces or removes.
Path target_of(const Change& change);
/// The canonical text of an entry or rule, nullopt if the version has none of this path.
std::optional<std::string> text_of(const Version& version, const SectionName& section, const Path& path);
/// True if the section is one of rules.
bool holds_rules(SectionKind kind);
/// The name of a place in messages and in sets.
std::string key_of(const SectionName& section, const Path& path);
/// Marks what an erratum would have inserted.
void add_ghosts(Draft& draft, const Part& part);

}  // namespace stateroom::rules
