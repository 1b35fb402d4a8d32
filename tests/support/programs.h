// The programs of the published versions, compiled once.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "model/rules/elaborate.h"
#include "model/rules/program.h"
#include "model/versions/compiled_tests.h"
#include "model/versions/registry.h"

namespace stateroom::testing {

/// The program of a version under choices of readings. A text that does not check fails the test that asks.
inline std::shared_ptr<const rules::Program> program_of(const std::string& version,
                                                        const std::map<std::string, std::string>& readings = {}) {
  static std::map<std::pair<std::string, std::map<std::string, std::string>>, std::shared_ptr<const rules::Program>>
      known;
  auto& program = known[{version, readings}];
  if (program) return program;
  static const versions::Registry registry(STATEROOM_SOURCE_DIR "/model/versions");
  rules::LoadOptions options;
  options.readings = readings;
  const auto text = registry.load(version, options);
  base::require(text.has_value(), text ? "" : text.error().at(0).message + " " + text.error().at(0).where);
  const auto core = rules::elaborate(*text);
  base::require(core.has_value(), "the text of version " + version + " checks");
  program = rules::Program::compile(*core, versions::compiled_tests());
  return program;
}

}  // namespace stateroom::testing
