// What a program holds: the rules of one version as steps over flat expressions.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/rules/code.h"
#include "model/rules/program.h"

namespace stateroom::rules {

struct Program::Data {
  explicit Data(std::shared_ptr<const CoreVersion> of) : version(std::move(of)), code(*version) {}
  std::shared_ptr<const CoreVersion> version;
  Code code;
  std::vector<Step> steps;            // section `rules`
  std::vector<SelectStep> selection;  // section `auth events`
  std::vector<std::string> labels;    // by RuleIndex: rules, auth events, receipt
  std::vector<std::string> numbers;
};

}  // namespace stateroom::rules
