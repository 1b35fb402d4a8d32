// What a version's text says of one user's power, as expressions: questions that no rule of the text asks.
//
// In:  a version; the user by name, or none for a user that is free.
// Out: a CoreVersion whose rules ask, and the expressions that they ask.
// Promise: every expression is elaborated from the version's own definitions (`power`, `creators`); a text that lacks
// one is Unsupported, and nothing is guessed in its place.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "model/prove/prove.h"
#include "model/rules/core.h"

namespace stateroom::prove {

/// An expression; where the user is free, the local that stands for it.
struct OfUser {
  rules::CorePtr expression;
  std::uint32_t user = 0;
};

struct Powers {
  std::shared_ptr<const rules::CoreVersion> core;
  OfUser is_user;  // the user is a user_id
  OfUser power;    // a level
  OfUser sender;   // the sender's; no user in it
  OfUser creator;  // in `creators`
  OfUser named;    // has a level of its own in the power levels of the state
  // Of the event alone.
  OfUser kicks, bans;     // a member event by which the sender, not above its target, removes it
  OfUser changes_levels;  // it becomes the state's m.room.power_levels
};

/// `user`: the id of one user; none: it is free.
Powers powers_of(const rules::Version& text, const std::optional<std::string>& user);

}  // namespace stateroom::prove
