// Questions as cases, each with the version's answer.
#include <utility>

#include "sim/search/suite.h"

namespace stateroom::search {
namespace {

class Questions final : public Suite {
 public:
  Questions(std::string name, const ProgramPtr& version, const std::vector<QuestionPtr>& questions)
      : Suite(std::move(name)) {
    for (const QuestionPtr& question : questions) {
      if (auto answer = question->answer(version)) cases_.emplace_back(question, std::move(*answer));
    }
  }
  std::uint64_t size() const override { return cases_.size(); }
  std::string words(std::uint64_t number) const override { return cases_.at(number).first->words(); }
  void tell_apart(const ProgramPtr& program, const Tell& tell) const override {
    for (std::size_t c = 0; c < cases_.size(); ++c) {
      if (cases_[c].first->answer(program) != cases_[c].second && !tell(c, "")) return;
    }
  }
  std::optional<QuestionFiles> files(std::uint64_t number, const ProgramPtr& version) const override {
    return cases_.at(number).first->files(version);
  }

 private:
  std::vector<std::pair<QuestionPtr, std::string>> cases_;
};

}  // namespace

std::unique_ptr<Suite> suite_of_questions(std::string name, const ProgramPtr& version,
                                          const std::vector<QuestionPtr>& questions) {
  return std::make_unique<Questions>(std::move(name), version, questions);
}

}  // namespace stateroom::search
