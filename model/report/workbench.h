// Versions as commands use them: loaded, checked and compiled once a choice of profile and readings.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "model/rules/diagnostic.h"
#include "model/rules/program.h"
#include "model/versions/registry.h"

namespace stateroom::report {

struct Loaded {
  rules::Version text;
  std::shared_ptr<const rules::CoreVersion> core;
  std::shared_ptr<const rules::Program> program;
};
using LoadedPtr = std::shared_ptr<const Loaded>;

struct Choice {
  std::string profile;                          // empty: each reading's default
  std::map<std::string, std::string> readings;  // over the profile
};

/// Several threads may use one.
class Workbench {
 public:
  const versions::Registry& registry() const { return registry_; }
  /// By name or path. Errors: all that is wrong with the text.
  std::expected<LoadedPtr, std::vector<base::Error>> load(const std::string& name_or_path, const Choice& choice = {});
  /// The version of a create event that names none: the one literal of a version's name.
  static std::string otherwise() { return "1"; }

 private:
  versions::Registry registry_;
  std::mutex mutex_;  // of loaded_
  std::map<std::string, LoadedPtr> loaded_;
};

}  // namespace stateroom::report
