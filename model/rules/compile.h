// What a program holds: the rules of one version as steps over flat expressions.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/rules/code.h"
#include "model/rules/program.h"

namespace stateroom::rules {

struct Frame;

/// Whether a step's condition holds, or holds for a member of its domain.
using TestFunction = bool (*)(Evaluator::Data& machine, const Frame& frame, const std::uint32_t* operands);

struct CompiledTest {
  std::string_view text;
  TestFunction run;
};

/// What is asked: a domain (kNone: none), a condition, the domain's locals.
using TestKey = std::array<std::uint32_t, 3>;

/// Its test, and the same by the interpreter: reads are noted by it alone.
struct Test {
  struct Way {
    TestFunction run = nullptr;
    std::uint32_t operands = 0;  // the first, in the program's
  };
  Way fast, noting;
};

struct Program::Data {
  explicit Data(std::shared_ptr<const CoreVersion> of) : version(std::move(of)), code(*version) {}
  std::shared_ptr<const CoreVersion> version;
  Code code;
  std::vector<Step> steps;  // section `rules`
  std::map<TestKey, Test> tests;
  std::vector<std::uint32_t> operands;  // of tests
  std::vector<SelectStep> selection;    // section `auth events`
  std::vector<std::string> labels;      // by RuleIndex: rules, auth events, receipt
  std::vector<std::string> numbers;
};

}  // namespace stateroom::rules
