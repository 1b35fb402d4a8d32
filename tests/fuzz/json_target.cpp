// Any bytes as JSON: what is read can be written and read again, and canonical JSON is a fixed point.
#include <array>

#include "model/event/event.h"
#include "model/json/document.h"
#include "model/json/value.h"
#include "tests/fuzz/require.h"

namespace stateroom {
namespace {

void canonical_is_a_fixed_point(json::Value value, const event::CanonicalJson& rules) {
  const auto once = event::canonical_json(value, rules);
  if (!once) return;
  const auto read = json::parse(*once, "canonical");
  fuzz::require(read.has_value(), "canonical JSON is JSON");
  const auto twice = event::canonical_json(json::root(**read), rules);
  fuzz::require(twice.has_value() && *twice == *once, "canonical JSON of canonical JSON is the same");
}

}  // namespace
}  // namespace stateroom

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace stateroom;
  const fuzz::Budget budget(size);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = json::parse(bytes, "input");
  if (!parsed) {
    fuzz::require(!parsed.error().message.empty() && !parsed.error().where.empty(), "an error says what and where");
    return 0;
  }
  const json::Value root = json::root(**parsed);
  const std::string text = json::to_text(root);
  const auto again = json::parse(text, "written");
  fuzz::require(again.has_value(), "what was written can be read");
  fuzz::require(json::to_text(json::root(**again)) == text, "what was written is written alike again");
  using Scheme = event::CanonicalScheme;
  for (const Scheme scheme : {Scheme::kMatrix, Scheme::kRfc8785}) {
    for (const bool enforced : {false, true}) {
      event::CanonicalJson rules;
      rules.scheme = scheme;
      rules.enforced = enforced;
      canonical_is_a_fixed_point(root, rules);
    }
  }
  return 0;
}
