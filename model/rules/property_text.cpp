#include "model/rules/property_text.h"

#include <algorithm>

#include "model/base/encode.h"
#include "model/rules/parser_state.h"

namespace stateroom::rules {

std::expected<PropertyText, Errors> parse_property(std::string_view text, std::string_view file_name,
                                                   const base::Limits& limits) {
  Parser parser(text, file_name, limits);
  PropertyText property;
  parser.whole([&] { property = parser.property(); });
  Errors errors = parser.take_errors();
  if (!errors.empty()) return std::unexpected(std::move(errors));
  property.sha256 = base::hex(base::sha256(text));
  return property;
}

Version with_property(Version version, const PropertyText& property) {
  version.resolution.insert(version.resolution.end(), property.names.begin(), property.names.end());
  return version;
}

}  // namespace stateroom::rules
