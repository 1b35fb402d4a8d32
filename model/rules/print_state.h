// What the canonical printer and the formatter share: the columns of each kind of line.
#pragma once

#include <string>
#include <vector>

#include "model/rules/syntax.h"

namespace stateroom::rules {

/// The parts of a line that stand under each other when a section is aligned. A first part that ends with ':' is a
/// label.
using Columns = std::vector<std::string>;

Columns columns(const TypeEntry& entry);
Columns columns(const IdentifierEntry& entry);
Columns columns(const FieldEntry& entry);
Columns columns(const LimitEntry& entry);
Columns columns(const SettingEntry& entry);
Columns columns(const SignatureEntry& entry);
Columns columns(const ContentEntry& entry);
Columns columns(const DefinitionEntry& entry);
Columns columns(const Rule& rule);
Columns columns(const ReadingEntry& entry);
Columns columns(const Choice& choice);

/// The line that opens a part: `edit rules  msc 4289 erratum`.
std::string heading(const Part& part);
/// `msc 2174 2175 draft "lm-01"`.
std::string print(const std::vector<Owner>& owners);

}  // namespace stateroom::rules
