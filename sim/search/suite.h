// One suite of cases that are put to a version and to other programs. Only sim/search includes this.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/search/mutation.h"
#include "sim/search/question.h"
#include "sim/search/scenarios.h"

namespace stateroom::search {

/// Cases and what the version says of them, computed once. All that is `const` may be called from several threads.
class Suite {
 public:
  explicit Suite(std::string name) : name_(std::move(name)) {}
  virtual ~Suite() = default;
  const std::string& name() const { return name_; }
  virtual std::uint64_t size() const = 0;
  virtual std::string words(std::uint64_t number) const = 0;

  /// Told the number of a case, and in what the answers part if that is not plain; says whether to go on.
  using Tell = std::function<bool(std::uint64_t number, std::string_view where)>;
  /// Calls `tell` for each case that the program answers otherwise than the version, in order.
  virtual void tell_apart(const ProgramPtr& program, const Tell& tell) const = 0;
  /// What the version says where it says yes or no: an event is allowed, a redaction applies. None: of other cases.
  virtual std::optional<bool> verdict(std::uint64_t) const { return std::nullopt; }
  /// None: the case is not made of steps, or the version has no event for it.
  virtual std::optional<QuestionFiles> files(std::uint64_t number, const ProgramPtr& version) const = 0;

 private:
  std::string name_;
};

base::Result<std::unique_ptr<Suite>> suite_of_histories(std::string name, const ProgramPtr& version,
                                                        std::vector<SuiteHistory> histories);
/// Each event of the scenarios in `study` and in every state with one entry otherwise: the verdict, and in `study` what
/// the auth events selection takes.
base::Result<std::unique_ptr<Suite>> suite_of_scenarios(std::string name, const ProgramPtr& version,
                                                        std::vector<Scenario> scenarios);
/// Families of events and states, each as JSON: Suites::add_families.
base::Result<std::unique_ptr<Suite>> suite_of_families(std::string name, const ProgramPtr& version,
                                                       const std::vector<std::string>& families);
std::unique_ptr<Suite> suite_of_questions(std::string name, const ProgramPtr& version,
                                          const std::vector<QuestionPtr>& questions);

}  // namespace stateroom::search
