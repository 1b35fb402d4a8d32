// Stages for tests.
#pragma once

#include <memory>
#include <string>

#include "model/rules/flatten.h"
#include "sim/explore/search.h"

namespace stateroom::explore {

/// The program of a version that comes with the library, with a property.
std::shared_ptr<const rules::Program> program(const std::string& version, const std::string& property,
                                              const rules::LoadOptions& options = {});
/// A stage with the prefix `study`.
struct Studied {
  Studied(const std::string& version, const std::string& property, const rules::LoadOptions& options = {});
  std::unique_ptr<Stage> stage;
  Study study;
};
properties::Terms terms(std::initializer_list<std::string_view> hypotheses, std::uint32_t stale = 0);
/// Act of a person of the study by number.
std::uint32_t act(Stage& stage, const std::string& type, const std::string& state_key, std::size_t actor,
                  const std::string& content);
/// Puts an event on the stage after others; it must stand.
std::uint32_t put(Stage& stage, std::uint32_t act, std::vector<std::uint32_t> prev);

}  // namespace stateroom::explore
