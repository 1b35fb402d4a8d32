// A solver at work on one world: limits, files, models that can be written as events. (Z3's types are in this header.)
#pragma once

#include <optional>
#include <string>

#include "model/prove/decode.h"
#include "model/prove/prove.h"
#include "model/prove/world.h"

namespace stateroom::prove {

class Solving {
 public:
  /// Closes the world. `name` begins the names of the files.
  Solving(World& world, std::string name, const Options& options, Answer& answer);

  void add(const z3::expr& fact) { solver_.add(fact); }
  /// Facts that a world was given since.
  void close();
  z3::check_result check(const z3::expr& goal);
  /// One question whose answer is the verdict: nobody can meet the goal, or somebody can.
  void settle(const z3::expr& goal);
  /// After `check` was sat: a situation whose strings are easy to write if there is one, and the model.
  struct Found {
    z3::model model;
    Situation situation;
  };
  std::optional<Found> find(const z3::expr& goal);
  /// Why a check was neither sat nor unsat.
  std::string why() const { return solver_.reason_unknown(); }
  bool gave_up() const { return gave_up_; }

 private:
  z3::check_result ask();
  World& world_;
  std::string name_;
  const Options& options_;
  Answer& answer_;
  z3::solver solver_;
  bool gave_up_ = false;
};

}  // namespace stateroom::prove
