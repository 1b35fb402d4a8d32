// What the meaning of an entry reaches: the rules and names that use it, directly or through definitions.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "model/rules/core.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

class Dependencies {
 public:
  /// `core` may be null (a text with errors): then only names are followed.
  Dependencies(const Version& version, std::shared_ptr<const CoreVersion> core);
  /// Labels that depend on the entry `path` of `section`, in text order. Labels outside `rules` have their section
  /// before a colon.
  std::vector<std::string> on(const SectionName& section, const Path& path) const;

 private:
  struct User {
    std::string label;
    std::set<std::string> names;    // names and functions used, through definitions
    std::set<std::string> columns;  // "TYPE path" of content fields, " path" of top-level fields
    bool reads_level = false;
    std::set<std::string> identifiers;
  };
  void rules_of(const std::vector<Rule>& texts, const std::string& prefix);
  void names_of(const std::vector<DefinitionEntry>& entries, const std::string& prefix);
  void add_names(const ExprPtr& expr, std::set<std::string>& names) const;
  void add_core(const Core& core, User& user) const;
  void add_core(const std::vector<CoreRule>& rules, const std::string& prefix);
  User* user(const std::string& label);

  const Version& version_;
  std::shared_ptr<const CoreVersion> core_;
  std::vector<User> users_;
};

}  // namespace stateroom::rules
