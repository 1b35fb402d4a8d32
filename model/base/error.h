// Errors as values. Bad input is a value of type Error inside a Result; a bug of ours throws InternalError.
//
// In:  what went wrong, in the specification's words.
// Out: a closed code, one sentence, and the place in the input.
// Promise: no function of the model throws for bad input.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace stateroom::base {

/// Every way an input can be refused. The list is closed; `stateroom errors` prints it with `describe`.
enum class ErrorCode : std::uint8_t {
  kFile,            // a file cannot be read or written
  kUtf8,            // bytes are not UTF-8, or a string holds a lone surrogate
  kJson,            // bytes are not JSON (truncated, trailing bytes, a bad literal)
  kDuplicateKey,    // an object names a key twice
  kNumber,          // a number that canonical JSON does not allow
  kLimit,           // a limit of `Limits` is exceeded (bytes, depth, events, steps)
  kFormat,          // a PDU or history without a field that it needs, or with one of the wrong type
  kMixed,           // PDUs and histories mixed in one input
  kDuplicateEvent,  // two different events under one id
  kMissingEvent,    // a named event is not in the input
  kCycle,           // events cite each other in a circle
  kHole,            // a cited event is unknown and `strict` was asked for
  kSeveralCreates,  // two create events claim one room
  kUnknownVersion,  // no room version of that name
  kUnknownReading,  // no reading, choice or profile of that name
  kUnknownName,     // a name given on the command line is not known (property, section, label)
  kIdentifier,      // an identifier that the room version's grammar refuses
  kEventId,         // a given event id is not the event's
  kSignature,       // a key or signature that cannot be read
  kSyntax,          // a room version text does not follow the grammar
  kType,            // an expression of a text has the wrong type, or may read what is not there
  kName,            // a text uses a name that does not exist, or declares one twice
  kEdit,            // an edit of a text does not apply
  kRestriction,     // a text breaks one of the restrictions Q1-Q4 or a slot rule
  kInternal,        // a bug of Stateroom, reported instead of a crash
};

/// The code's name as commands print it, for example "duplicate-key".
std::string_view name(ErrorCode code);
/// One sentence that says what the code means and what to do.
std::string_view describe(ErrorCode code);
/// All codes in declaration order.
std::span<const ErrorCode> all_error_codes();

/// One refusal. `message` starts in lower case and ends without a period. `where` is `FILE:LINE:COLUMN`,
/// `FILE#/json/pointer`, or empty where the input has no name; `hint` says what to do, or is empty.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string where;
  std::string hint;
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for returning an error: `return fail(ErrorCode::kJson, "…", where);`
inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string where = {}, std::string hint = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(where), std::move(hint)});
}

/// A bug of ours: thrown in every build with the condition and the values. No test expects it.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws InternalError with file, line and `message` unless `condition` holds.
void require(bool condition, std::string_view message);

}  // namespace stateroom::base
