// What people may think of doing: drafts of steps that nobody has judged yet. Only sim/workload includes this.
#pragma once

#include <string>
#include <vector>

#include "sim/kernel/random.h"
#include "sim/workload/plan.h"
#include "sim/workload/vocabulary.h"

namespace stateroom::workload {

class People {
 public:
  People(const rules::CoreVersion& version, std::uint64_t seed, std::uint32_t servers, std::uint32_t people_each);
  const std::vector<std::string>& all() const { return people_; }
  /// One idea of someone on this server who sees `state`; `steps` is all that happened.
  Step idea(std::uint32_t server, const StateOfSteps& state, const std::vector<Step>& steps);
  /// The first events of a room, in order: create, join, power levels, join rules, join of a second user.
  std::vector<Step> beginning() const;

 private:
  Step member(const std::string& actor, const StateOfSteps& state);
  Step power_levels(const std::string& actor, const StateOfSteps& state, const std::vector<Step>& steps);
  Step other(const std::string& actor);
  Step of_text(const std::string& type, const std::string& actor, const StateOfSteps& state);
  std::string field(const graph::Column& column, const graph::ColumnIndex index);
  std::string third_party(const std::string& target, const std::string& token) const;
  std::string token_of(const StateOfSteps& state);

  const rules::CoreVersion& version_;
  Vocabulary vocabulary_;
  std::vector<std::string> people_, types_;
  std::vector<std::vector<std::string>> by_server_;
  kernel::Random who_, what_, values_;
};

}  // namespace stateroom::workload
