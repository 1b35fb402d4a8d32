// Which edit makes the difference: the smallest set of edits that is needed for an answer to change.
//
// In:  edits between two versions, and questions.
// Out: for an edit the first question that shows it, and with which other edits.
// Promise: what is said was asked: of the base with exactly these edits, and of it without this one. An edit that no
//          question shows may still make a difference.
#pragma once

#include <optional>
#include <vector>

#include "sim/search/mixture.h"
#include "sim/search/question.h"

namespace stateroom::search {

struct Shown {
  enum class How : std::uint8_t {
    kAlone,     // the base with this edit only answers otherwise than the base
    kTogether,  // the base with this edit and `with` does; without any one of them it does not, or is no text
    kWithout,   // the candidate without this edit answers otherwise than the candidate
  } how = How::kAlone;
  std::size_t question = 0;
  EditSet with;
  std::string before, after;  // the answers without and with this edit
};

class Attribution {
 public:
  Attribution(Mixtures& mixtures, std::vector<QuestionPtr> questions)
      : mixtures_(mixtures), questions_(std::move(questions)) {}
  std::optional<Shown> shown(std::size_t edit);

 private:
  struct Answer {
    bool asked = false;  // false: no text, or no event of it can be made
    std::string text;
    bool operator==(const Answer&) const = default;
  };
  const Answer& answer(const EditSet& chosen, std::size_t question);
  bool differs(const EditSet& chosen, std::size_t question);
  std::vector<std::size_t> questions_for(std::size_t edit) const;
  Shown of(Shown::How how, std::size_t edit, std::size_t question, EditSet with);
  std::optional<EditSet> together(std::size_t edit, std::size_t question);

  Mixtures& mixtures_;
  std::vector<QuestionPtr> questions_;
  std::map<std::pair<EditSet, std::size_t>, Answer> known_;
};

}  // namespace stateroom::search
