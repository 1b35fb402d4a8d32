// The syntax tree of a room version text: what the parser builds and the printer writes.
//
// In:  made by model/rules/parser.h from the text of one file, or by model/rules/flatten.h after edits.
// Out: read by the checker, the evaluator, the encoder, the printer and the comparison of versions.
// Promise: expressions and types are immutable and shared; everything else is plain data that is copied.
// Nothing is resolved here: a name is a string, and whether it means a parameter, a field or a definition is the
// checker's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace stateroom::rules {

/// A place in a text; lines and columns count from 1, columns in bytes. Line 0: no place.
struct Location {
  std::shared_ptr<const std::string> file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  /// `FILE:LINE:COLUMN`, or empty without a place.
  std::string text() const;
};

/// A dotted name: the label path of a rule, the path of a field. A segment "*" is the wildcard.
using Path = std::vector<std::string>;
/// The segments joined by dots, as they stand in labels ("member.join.banned"); a segment that is no word is quoted.
std::string join(const Path& path);

/// A whole number as it was written (`2**53-1`) and its value.
struct Constant {
  std::int64_t value = 0;
  std::string text;
};

// ---------------------------------------------------------------------------------------------------- types

enum class TypeForm : std::uint8_t {
  kName,      // name
  kRange,     // name `from` least `to` greatest
  kList,      // `list of` children[0]
  kMap,       // `map` children[0] `->` children[1]
  kOptional,  // `optional` children[0]
  kPair,      // `(` children[0] `,` children[1] `)`
  kAs,        // children[0] `as` children[1]; children[0] is kName or kRange
};

struct TypeNode;
using TypePtr = std::shared_ptr<const TypeNode>;

/// A type as it is written, for a field, a parameter, or after `is`.
struct TypeNode {
  TypeForm kind = TypeForm::kName;
  Location location;
  std::string name;          // kName, kRange
  Constant least, greatest;  // kRange
  std::vector<TypePtr> children;
};

// ---------------------------------------------------------------------------------------------------- expressions

enum class ExprKind : std::uint8_t {
  // leaves
  kString,   // text: the string's value
  kInteger,  // integer
  kTrue,
  kFalse,
  kInfinite,
  kName,  // text: a definition, parameter, bound variable, field of the event, or primitive without arguments
  // postfix
  kField,  // children[0] `.` text; text is "*" for the wildcard
  kIndex,  // children[0] `[` children[1], … `]`; `state["m.room.member", user]` has the name `state` as children[0]
  kCall,   // text `(` children… clauses… `)`; one child may be a kGenerator
  kGenerator,  // children[0] `for` binders[0] `in` children[1]; only as an argument
  // collections
  kList,           // `[` children… `]`
  kSet,            // `{` children… `}`, also the empty one
  kComprehension,  // `{` binders[0] `in` children[0] `:` children[1] `}`
  kAggregate,      // aggregate `of` children[0] `for` binders[0] `in` children[1]
  // logic
  kOr,  // children[0] `or` children[1], to the left: `a or b or c` is (a or b) or c
  kAnd,
  kNot,         // also around kIs and kIn for `is not` and `not in`
  kQuantifier,  // quantifier binders `in` children[0] `has` children[1]; two binders for the entries of a map
  kCompare,     // children[0] comparison children[1]
  kIs,          // children[0] `is` type; a kName type may be present, absent, ill_typed, empty or another predicate
  kIn,          // children[0] `in` children[1]
  kStartsWith,  // children[0] `starts with` text
  // values
  kIf,            // `if` children[0] `then` children[1] `else` children[2]
  kDefault,       // children[0] `default` children[1], to the left
  kGiven,         // children[0] `given` children[1] `with` children[2]
  kUnion,         // `|`
  kDifference,    // `-`
  kPlus,          // `+`
  kOverlaid,      // children[0] `overlaid with` children[1]
  kWithout,       // children[0] `without` children[1] [`except` children[2]]
  kIntersection,  // `&`
};

enum class Quantifier : std::uint8_t { kAny, kAll, kNo };
enum class Comparison : std::uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };
enum class Aggregate : std::uint8_t { kUnion, kIntersection, kDifference };

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

/// A component of the key of an order.
struct SortKey {
  bool descending = false;
  ExprPtr expr;
};

enum class ClauseKind : std::uint8_t {
  kTo,       // `to` expr
  kWithin,   // `within` expr
  kAgainst,  // `against` expr
  kAlong,    // `along` [`paths of`] name
  kAt,       // `at` paths
  kLeast,    // `least` name `: (` keys `)`
  kJointly,  // `jointly`
  kElse,     // `else` name
  kOver,     // `over` name
};

/// A clause inside the parentheses of a call, in text order.
struct Clause {
  ClauseKind kind = ClauseKind::kTo;
  Location location;
  ExprPtr expr;
  std::string name;
  bool paths_of = false;
  std::vector<Path> paths;
  std::vector<SortKey> keys;
};

struct Expr {
  ExprKind kind = ExprKind::kTrue;
  Location location;
  std::uint32_t depth = 1;  // 1 for a leaf, else one more than the deepest child
  std::string text;
  std::int64_t integer = 0;
  Quantifier quantifier = Quantifier::kAny;
  Comparison comparison = Comparison::kEqual;
  Aggregate aggregate = Aggregate::kUnion;
  TypePtr type;                      // kIs
  std::vector<std::string> binders;  // variables that children bind
  std::vector<ExprPtr> children;
  std::vector<Clause> clauses;  // kCall

  /// The clause of this kind, or nullptr.
  const Clause* clause(ClauseKind wanted) const;
};

/// The kind's name ("quantifier"), for messages and tests.
std::string_view name(ExprKind kind);
/// The operator as it is written ("<=").
std::string_view symbol(Comparison comparison);
std::string_view symbol(Quantifier quantifier);
std::string_view symbol(Aggregate aggregate);

// ---------------------------------------------------------------------------------------------------- owners and
// origins

/// Who answers for an edit: `msc 4289` or `draft "lm-01"`.
struct Owner {
  std::uint32_t msc = 0;  // 0: a draft
  std::string draft;
  bool operator==(const Owner&) const = default;
  /// "MSC4289" or the draft's name.
  std::string text() const;
};

enum class ChangeKind : std::uint8_t { kInsert, kReplace, kReplaceCondition, kRemove };
std::string_view name(ChangeKind kind);  // "insert", "replace", "replace condition", "remove"

/// Where an entry or rule of a flattened version comes from: one edit (or the section of the base) that made or changed
/// it.
struct Origin {
  std::string version;  // the text that holds the edit; for an included edit the text it was taken from
  ChangeKind change = ChangeKind::kInsert;
  std::vector<Owner> owners;  // none in the base text and in readings
  bool erratum = false;
  std::string reading;  // "reading=choice" if a choice of a reading made it
  Location location;
};

// ---------------------------------------------------------------------------------------------------- sections and
// entries

enum class SectionKind : std::uint8_t {
  kTypes,
  kIdentifiers,
  kFormat,
  kLimits,
  kCanonicalJson,
  kSignatures,
  kContent,
  kDefinitions,
  kAuthEvents,
  kRules,
  kRedaction,
  kReceipt,
  kStateBefore,
  kResolution,
  kReadings
};
std::string_view name(SectionKind kind);  // "auth events"

/// A heading: `rules`, or `content "m.room.member"` with the type as argument.
struct SectionName {
  SectionKind kind = SectionKind::kTypes;
  std::string argument;  // kContent: the event type
  bool operator==(const SectionName&) const = default;
  std::string text() const;  // as it is written
};

/// What all entries have. `origins` is empty in a file's tree; in a flattened version the first origin made the entry,
/// the others changed it, in order.
struct EntryBase {
  Location location;
  std::vector<Origin> origins;
};

/// `level  integer | string_integer`
struct TypeEntry : EntryBase {
  std::string name;
  std::vector<std::string> alternatives;
};

/// A piece of an identifier's pattern.
struct PatternNode {
  enum class Kind : std::uint8_t { kLiteral, kClass, kOptional } kind = Kind::kLiteral;
  std::string text;                // kLiteral, kClass
  std::vector<PatternNode> group;  // kOptional
};

/// `user_id "@" text ":" server_name at most 255 bytes`, `event_id = "$" + …`, or `user_localpart chars "a-z"`.
struct IdentifierEntry : EntryBase {
  std::string name;
  ExprPtr expr;  // `= expr`, else null
  std::vector<PatternNode> pattern;
  std::optional<Constant> bytes_max;
  std::string chars;  // `chars STRING`, else empty
};

enum class FieldPresence : std::uint8_t { kRequired, kOptional, kForbidden, kDerived };

/// A top-level field of the section format.
struct FieldEntry : EntryBase {
  Path path;
  TypePtr type;
  FieldPresence presence = FieldPresence::kOptional;
  ExprPtr when;                      // `required when C`, else null
  bool otherwise_forbidden = false;  // `else forbidden`
  bool kept = false;
};

enum class LimitUnit : std::uint8_t { kBytes, kEntries };

struct LimitEntry : EntryBase {
  std::string name;
  Constant most;
  LimitUnit unit = LimitUnit::kBytes;
};

/// A line of canonical json: `enforced no`, `scheme rfc8785`, `integers A to B`.
struct SettingEntry : EntryBase {
  std::string name;
  std::string word;                         // a word, else empty
  std::optional<Constant> least, greatest;  // one number: least alone
};

/// A line of signatures: `name = expr`, or `name: require C [unless D]`.
struct SignatureEntry : EntryBase {
  std::string name;
  ExprPtr value;  // `= expr`, else null
  ExprPtr require;
  ExprPtr unless;  // may be null
};

/// A field of `content "TYPE"`.
struct ContentEntry : EntryBase {
  Path path;
  TypePtr type;
  bool kept = false;
  bool kept_empty = false;
  bool derived = false;
};

struct Parameter {
  std::string name;
  TypePtr type;
};

/// A line of definitions, redaction, state before or resolution.
struct DefinitionEntry : EntryBase {
  std::string name;
  std::vector<Parameter> parameters;
  ExprPtr expr;
};

enum class LeafForm : std::uint8_t {
  kAllow,       // allow [if C]
  kAllowIff,    // allow iff C, else reject
  kReject,      // reject [if C]; in receipt `reject unless C` is kRejectUnless
  kSkip,        // skip if C: leaves the enclosing block undecided
  kSelect,      // select E (auth events)
  kDropUnless,  // receipt
  kRedactUnless,
  kRejectUnless,
  kSoftFailUnless,
};
std::string_view name(LeafForm kind);  // "allow", "allow iff", "soft fail unless"

/// The condition of a block or leaf: `when C` or `for each (a, b) in E`.
struct Head {
  enum class Kind : std::uint8_t { kWhen, kForEach } kind = Kind::kWhen;
  Location location;
  ExprPtr expr;
  std::vector<std::string> binders;  // kForEach
};

enum class AnchorKind : std::uint8_t { kNone, kBefore, kAfter, kFirst, kLast };

/// A rule of the sections rules, auth events and receipt: a leaf (with or without a head), or a block of rules.
struct Rule : EntryBase {
  std::string label;  // the last segment of the path
  Path path;          // in a flattened version the whole label path; in a file the path as written
  std::optional<Head> head;
  std::optional<LeafForm> leaf;           // none: a block
  ExprPtr expr;                           // of the leaf; null for a bare allow or reject
  std::vector<Rule> children;             // of a block
  std::optional<std::uint32_t> numbered;  // `numbered N`
  bool unnumbered = false;
  std::string number;  // "5.3.3" in a flattened version; empty if unnumbered or under an unnumbered block
  AnchorKind anchor = AnchorKind::kNone;  // only in a file, in inserts
  Path anchor_path;

  bool is_block() const { return !leaf.has_value(); }
};

struct Change;
struct Part;

/// What a choice of a reading found in the text it replaces, word for word (canonical text).
struct Pin {
  SectionName section;
  ChangeKind change = ChangeKind::kReplace;
  Path target;
  std::string replaced;
};

struct Choice {
  Location location;
  std::string name;
  std::string statement;
  std::vector<std::string> by;  // profiles
  std::vector<Part> edits;      // kEdit, kReplaceSection or kTakeSection
  std::vector<Pin> pins;        // in a flattened version
};

struct ReadingEntry : EntryBase {
  std::string name;
  std::string default_choice;
  std::vector<Choice> choices;
  /// The choice of this name, or nullptr.
  const Choice* choice(std::string_view wanted) const;
};

using Entry = std::variant<TypeEntry, IdentifierEntry, FieldEntry, LimitEntry, SettingEntry, SignatureEntry,
                           ContentEntry, DefinitionEntry, Rule, ReadingEntry>;

/// The entry's name or path as edits name it.
Path path_of(const Entry& entry);
const Location& location_of(const Entry& entry);

// ---------------------------------------------------------------------------------------------------- files

/// One line (or block) of an edit.
struct Change {
  ChangeKind kind = ChangeKind::kInsert;
  Location location;
  std::shared_ptr<const Entry> entry;  // kInsert, kReplace
  Path path;                           // kRemove, kReplaceCondition
  std::optional<Head> head;            // kReplaceCondition
};

enum class PartKind : std::uint8_t {
  kSection,         // a section of the base text
  kEdit,            // edit S owners [erratum]
  kReplaceSection,  // replace section S owners
  kTakeSection,     // replace section S from V
  kInclude,         // include owners from V
};

struct Part {
  PartKind kind = PartKind::kSection;
  Location location;
  SectionName section;  // not for kInclude
  std::vector<Owner> owners;
  bool erratum = false;
  std::string from;             // kTakeSection, kInclude: the version
  std::vector<Change> changes;  // kEdit; kSection and kReplaceSection hold their entries as inserts
};

/// The first lines of a file.
struct FileHead {
  Location location;
  std::string name;     // the file's name and the version's unique name
  std::string extends;  // empty: a base text
  bool without_errata = false;
  std::string identifier;  // as written, empty if not given
  bool irregular = false;
  std::string line;  // as written, empty if not given
  std::string status;
  std::string source;
  std::vector<Owner> owners;  // of `source`
};

/// A comment with its `#`. `alone`: nothing else stands on its line.
struct Comment {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool alone = false;
  std::string text;
};

struct File {
  FileHead head;
  std::vector<Part> parts;
  std::vector<Comment> comments;           // in text order
  std::vector<std::uint32_t> blank_lines;  // their numbers, ascending
};

}  // namespace stateroom::rules
