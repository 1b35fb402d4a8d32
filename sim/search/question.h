// Questions that can be put to any version, and in which two versions differ: what attribution of an edit goes by.
//
// In:  the programs of two versions, or a witness that was found.
// Out: the answer of a version's program, as text. Two versions differ where their answers do.
// Promise: the answer is a function of the program. A question is asked in the form that the version gives its events;
//          only a PDU is the same bytes for all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/search/difference.h"
#include "sim/search/witness.h"

namespace stateroom::search {

enum class QuestionKind : std::uint8_t {
  kVerdict,    // is this event allowed in this state?
  kCiting,     // is an event allowed that cites other auth_events than those selected, or names another room?
  kSelection,  // which keys does the auth events selection take for this event?
  kRedaction,  // does this redaction apply?
  kPdu,        // what does the version's format make of these bytes?
  kMerge,      // what do these state sets resolve to?
  kReceipt,    // what do the checks on receipt make of each event, and what is the current state then?
};
std::string_view name(QuestionKind kind);

/// What a file holds of a question, PDUs as JSON.
struct QuestionFiles {
  std::vector<std::string> events;  // the state's events, or those of the history
  std::string event;                // the one that is asked about; empty for a history
};

class Question {
 public:
  virtual ~Question() = default;
  virtual QuestionKind kind() const = 0;
  virtual std::string words() const = 0;
  /// Whether the rule with this label decided when the question was found.
  virtual bool decided_by(std::string_view) const { return false; }
  /// None: no event of this version can be made for it.
  virtual std::optional<std::string> answer(const ProgramPtr& program) const = 0;
  /// None: as above, or the question's own file is written elsewhere (a merge).
  virtual std::optional<QuestionFiles> files(const ProgramPtr& program) const = 0;
};
using QuestionPtr = std::shared_ptr<const Question>;

QuestionPtr question_of(Witness witness);
QuestionPtr question_of(Shrunk history);

struct Asked {
  QuestionPtr question;
  std::string base, candidate;  // the answers
};

/// Questions of one kind that the two versions answer differently, and how many were asked.
struct Differences {
  std::vector<Asked> found;
  /// Answered alike, and kept all the same: an edit may be needed for that.
  std::vector<QuestionPtr> alike;
  std::uint64_t asked = 0;
};

/// Small scopes, in a fixed order, smallest first. In question_pdu.cpp: what a version makes of one PDU.
Differences ask_pdus(const ProgramPtr& base, const ProgramPtr& candidate);
Differences ask_selections(const ProgramPtr& base, const ProgramPtr& candidate);
Differences ask_citing(const ProgramPtr& base, const ProgramPtr& candidate);
Differences ask_redactions(const ProgramPtr& base, const ProgramPtr& candidate);
Differences ask_receipts(const ProgramPtr& base, const ProgramPtr& candidate);
/// Events that the enumeration of verdicts leaves out: create events that name somebody else or nobody as the creator,
/// and levels that only one of the two forms can hold. The other one answers that there is no such event.
Differences ask_verdicts(const ProgramPtr& base, const ProgramPtr& candidate);

/// What the checks on receipt make of this version's events, under whatever version is asked.
std::vector<QuestionPtr> receipt_questions(const ProgramPtr& version);
/// Whose signatures events must have: members that are invited by third party, or nearly so.
std::vector<QuestionPtr> signer_questions(const ProgramPtr& version);
/// All questions of a kind that are made of one version's words, whatever it answers: kVerdict, kCiting, kRedaction,
/// kReceipt.
std::vector<QuestionPtr> questions(QuestionKind kind, const ProgramPtr& version);

/// Puts questions to both versions and keeps those that they answer differently.
Differences ask(const std::vector<QuestionPtr>& questions, const ProgramPtr& base, const ProgramPtr& candidate);

}  // namespace stateroom::search
