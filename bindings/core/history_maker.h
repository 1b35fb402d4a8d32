// Random histories of one version, as files and as questions to other implementations. No Python types here.
//
// In:  a version, seeds, and profiles under which we answer ourselves.
// Out: history files; or for each seed whose state sets differ the question, its shape and our answers.
// Promise: a seed gives the same history either way, but for signatures, which are no part of an id and which questions
//          do not have. Sixteen seeds in a row are one room with other state sets, and cost little more than one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/report/opened.h"
#include "sim/workload/question.h"

namespace stateroom::bindings {

/// What an oracle is asked, and what it says if it agrees.
struct Question {
  std::uint64_t seed = 0;
  std::uint64_t shape = 0;
  std::string line;
  std::vector<std::string> answers;  // by profile; empty where the readings give none
};

class HistoryMaker {
 public:
  explicit HistoryMaker(const std::string& version);

  /// `states`: with the state before each event.
  std::string history(std::uint64_t seed, bool states);
  /// Of the seeds from `first` on whose state sets differ.
  std::vector<Question> questions(std::uint64_t first, std::uint64_t count, const std::vector<std::string>& profiles);

 private:
  /// A room, and how it is asked.
  struct Asked {
    workload::HistoryMade made;
    std::vector<std::string> pdus;                        // by step
    std::vector<std::unique_ptr<report::Opened>> opened;  // by profile
  };
  workload::HistoryMade make(std::uint64_t room, workload::Signing signing) const;
  Asked ask(std::uint64_t room, const std::vector<std::string>& profiles);

  report::Workbench bench_;
  report::LoadedPtr loaded_;
  std::optional<workload::HistoryMade> made_;  // the last one that became a file
};

}  // namespace stateroom::bindings
