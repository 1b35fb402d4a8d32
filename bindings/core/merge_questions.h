// What every question about merges starts with: a version, a property, what is assumed and permitted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/properties/hypotheses.h"
#include "model/properties/property.h"
#include "model/report/workbench.h"

namespace stateroom::bindings {

// Errors, thrown as Refusal: an unknown name, a text that does not check, a property of whole runs.
report::LoadedPtr load(report::Workbench& bench, const std::string& name, const std::string& profile);
properties::Property open_property(const std::string& name);
std::shared_ptr<const rules::Program> compile(const report::Loaded& version, const properties::Property& property);
properties::Terms terms_of(const std::vector<std::string>& hypotheses, std::uint32_t stale);

}  // namespace stateroom::bindings
