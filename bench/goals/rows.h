// The rows of the table of goals. Each function prints a table of its own.
#pragma once

namespace stateroom::bench {

/// Resolution of large rooms, beside ruma-state-res and the lower bound.
void resolution_rows();
/// Resolution of small conflicts, beside ruma-state-res.
void small_conflict_rows();
/// The same difference in rooms of growing size, with states that the engine made.
void growth_rows();
/// The state before every event of a room with a thousand merges: time and memory.
void walk_rows();
/// A rule from text beside rules written by hand.
void rule_rows();
/// Hostile rooms of growing size: time and memory, and the exponents against the bound that is promised.
void hostile_rows();
/// Import, with names from outside and strict.
void import_rows();

}  // namespace stateroom::bench
