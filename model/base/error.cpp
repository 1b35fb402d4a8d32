#include "model/base/error.h"

#include <fmt/format.h>

#include <array>

namespace stateroom::base {
namespace {

struct CodeText {
  ErrorCode code;
  std::string_view name;
  std::string_view description;
};

// In declaration order, which a test checks.
constexpr std::array kCodes = {
    CodeText{ErrorCode::kFile, "file", "A file cannot be read or written; check its path and rights."},
    CodeText{ErrorCode::kUtf8, "utf8", "Bytes are not UTF-8, or a string holds a lone surrogate."},
    CodeText{ErrorCode::kJson, "json", "Bytes are not JSON: cut off, a bad literal, or something after the end."},
    CodeText{ErrorCode::kDuplicateKey, "duplicate-key", "An object names a key twice; no reading of it is safe."},
    CodeText{ErrorCode::kNumber, "number", "A number that the room version's canonical JSON does not allow."},
    CodeText{ErrorCode::kLimit, "limit", "A limit is exceeded; the message names it, and options can raise it."},
    CodeText{ErrorCode::kFormat, "format",
             "A PDU or history lacks a field that it needs, or has it with a wrong type."},
    CodeText{ErrorCode::kMixed, "mixed", "PDUs and histories are mixed in one input; give them in separate files."},
    CodeText{ErrorCode::kDuplicateEvent, "duplicate-event", "Two different events have one id."},
    CodeText{ErrorCode::kMissingEvent, "missing-event", "A named event is not in the input."},
    CodeText{ErrorCode::kCycle, "cycle", "Events cite each other in a circle, which real event ids make impossible."},
    CodeText{ErrorCode::kHole, "hole", "A cited event is unknown, and --strict makes that an error."},
    CodeText{ErrorCode::kSeveralCreates, "several-creates", "Two create events claim one room."},
    CodeText{ErrorCode::kUnknownVersion, "unknown-version",
             "No room version of that name; `stateroom versions` lists them."},
    CodeText{ErrorCode::kUnknownReading, "unknown-reading",
             "No reading, choice or profile of that name; `stateroom print VERSION --section readings` lists them."},
    CodeText{ErrorCode::kUnknownName, "unknown-name", "A name that was given is not known."},
    CodeText{ErrorCode::kIdentifier, "identifier", "An identifier that the room version's grammar refuses."},
    CodeText{ErrorCode::kEventId, "event-id", "A given event id is not the one that follows from the event."},
    CodeText{ErrorCode::kSignature, "signature", "A key or signature that cannot be read."},
    CodeText{ErrorCode::kSyntax, "syntax", "A room version text does not follow the grammar."},
    CodeText{ErrorCode::kType, "type", "An expression of a text has the wrong type, or may read what is not there."},
    CodeText{ErrorCode::kName, "name", "A text uses a name that does not exist, or declares one twice."},
    CodeText{ErrorCode::kEdit, "edit", "An edit of a text does not apply to what it extends."},
    CodeText{ErrorCode::kRestriction, "restriction",
             "A text breaks a restriction that keeps questions about it decidable."},
    CodeText{ErrorCode::kInternal, "internal", "A bug of Stateroom; please report it with the input."},
};

constexpr auto kCodeList = [] {
  std::array<ErrorCode, kCodes.size()> list{};
  for (std::size_t i = 0; i < kCodes.size(); ++i) list[i] = kCodes[i].code;
  return list;
}();

const CodeText& text_of(ErrorCode code) {
  const auto position = static_cast<std::size_t>(code);
  require(position < kCodes.size() && kCodes[position].code == code,
          "the table of error codes follows their declaration");
  return kCodes[position];
}

}  // namespace

std::string_view name(ErrorCode code) { return text_of(code).name; }
std::string_view describe(ErrorCode code) { return text_of(code).description; }
std::span<const ErrorCode> all_error_codes() { return kCodeList; }

void require(bool condition, std::string_view message) {
  if (!condition) throw InternalError(fmt::format("internal error: expected that {}", message));
}

}  // namespace stateroom::base
