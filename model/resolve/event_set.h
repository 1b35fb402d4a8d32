// Set algebra over events: |, &, -, overlaid with, rivals.
//
// Promise: the cost follows the events that are not in the common states and what differs between these states.
// Source: the primitives of the language, first rows.
#pragma once

#include "model/resolve/context.h"

namespace stateroom::resolve {

bool contains(const Context& context, const Events& set, EventIndex event);
/// All members, ascending. O(members).
void members(const Context& context, const Events& set, std::vector<EventIndex>& out);
void unite(Context& context, Events& into, const Events& other);
void meet(Context& context, const Events& left, const Events& right, Events& out);
void subtract(Context& context, Events& from, const Events& other);
/// The set as a state; of several events of one key the one with the greatest index (a text that is well typed has
/// none).
State as_state(Context& context, const Events& set);
/// A state with the entries of another on top.
State overlay(Context& context, State below, State above);
/// Members of `set` at keys that `of` has.
void at_keys(Context& context, const Events& set, const Events& of, Events& out);
/// Members that share their key with another member.
void rivals(Context& context, const Events& set, Events& out);

}  // namespace stateroom::resolve
