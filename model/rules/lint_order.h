// Lints about order: rules that are never reached, keys that leave events unordered, readings that have gone stale.
#pragma once

#include <vector>

#include "model/rules/core.h"
#include "model/rules/diagnostic.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

/// dead-rule and shadowed-rule.
void lint_dead(const CoreVersion& core, std::vector<Diagnostic>& out);
/// partial-order.
void lint_orders(const CoreVersion& core, std::vector<Diagnostic>& out);
/// stale-reading.
void lint_readings(const Version& version, std::vector<Diagnostic>& out);

}  // namespace stateroom::rules
