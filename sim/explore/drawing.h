// Histories drawn at random, one event after the other.
//
// In:  a stage on which a beginning stands, the study, terms, a stream of numbers.
// Out: one more event on the stage, which keeps to the terms. In each drawing a random part of what people can do is
//      left out.
#pragma once

#include <bitset>
#include <optional>
#include <vector>

#include "sim/explore/search.h"

namespace stateroom::explore {

class Drawing {
 public:
  Drawing(Stage& stage, Study& study, const properties::Terms& terms, kernel::Random random);
  /// One more event; false if nothing that was tried keeps to the terms. Error: kLimit.
  base::Result<bool> add();
  /// Another act at the place of an event, by whom the rules let there; none if there is no other. Errors: as `add`.
  base::Result<std::optional<std::uint32_t>> other_act(std::span<const std::uint32_t> prev);
  kernel::Random& random() { return random_; }

 private:
  std::vector<std::uint32_t> prev();
  std::optional<Study::Idea> pick(State before);
  std::vector<std::uint32_t> odd(std::vector<std::uint32_t> auth);
  std::int64_t time();

  Stage& stage_;
  Study& study_;
  const properties::Terms& terms_;
  kernel::Random random_;
  std::bitset<kKinds> on_;
  std::uint64_t forks_of_100_ = 0, merges_of_100_ = 0, odd_of_100_ = 0;
};

}  // namespace stateroom::explore
