// Any bytes as the text of a room version, as it is written: parsed, each entry printed, laid out, and flattened on the
// shipped texts. What it means is the target `version`'s.
#include <string>

#include "model/rules/flatten.h"
#include "model/rules/parser.h"
#include "model/rules/print.h"
#include "model/versions/registry.h"
#include "tests/fuzz/require.h"

namespace stateroom {
namespace {

void entries_read_back_as_themselves(const rules::Part& part) {
  for (const rules::Change& change : part.changes) {
    if (change.entry == nullptr) continue;
    const std::string printed = rules::print(part.section, *change.entry);
    const auto again = rules::parse_entry(part.section, printed, "printed");
    fuzz::require(again.has_value(), "a printed entry can be read");
    fuzz::require(rules::print(part.section, *again) == printed, "a printed entry reads back as itself");
  }
}

/// What an error is, without the place, which the layout moves.
std::string first_message(const rules::Errors& errors) { return errors.empty() ? "" : errors.front().message; }

void laying_out_keeps(const rules::File& file) {
  const std::string formatted = rules::format(file);
  const auto again = rules::parse(formatted, "input.room");
  fuzz::require(again.has_value(), "what was laid out can be read");
  fuzz::require(rules::format(*again) == formatted, "laying out twice is laying out once");
  fuzz::require(again->comments.size() == file.comments.size(), "laying out keeps the comments");
  static const versions::Registry shipped;
  rules::LoadOptions as_written;
  as_written.profile = "text";
  const auto version = rules::flatten(file, shipped, as_written);
  const auto version_again = rules::flatten(*again, shipped, as_written);
  fuzz::require(version.has_value() == version_again.has_value(), "laying out does not change what is wrong");
  if (version) {
    fuzz::require(rules::print(*version_again) == rules::print(*version), "laying out does not change the meaning");
  } else {
    fuzz::require(first_message(version.error()) == first_message(version_again.error()),
                  "laying out does not change what is said of it");
  }
}

}  // namespace
}  // namespace stateroom

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace stateroom;
  const fuzz::Budget budget(size);
  const auto file = rules::parse({reinterpret_cast<const char*>(data), size}, "input.room");
  if (!file) {
    fuzz::require(!file.error().empty(), "a text that is refused has an error");
    for (const base::Error& error : file.error()) {
      fuzz::require(!error.message.empty() && error.where.starts_with("input.room"), "an error says what and where");
    }
    return 0;
  }
  for (const rules::Part& part : file->parts) entries_read_back_as_themselves(part);
  laying_out_keeps(*file);
  return 0;
}
