// Every limit that bounds time or memory, in one place. A limit that is exceeded is Error::kLimit with the limit's
// name.
//
// A process may raise or lower them once, before it begins: `Limits` that nobody changed are those of the process.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/base/error.h"

namespace stateroom::base {

struct LimitValues {
  std::uint64_t input_bytes_max = 1ull << 32;  // one input file
  std::uint32_t json_depth_max = 256;          // nesting of arrays and objects
  std::uint32_t json_keys_max = 4'000'000;     // members of one object
  std::uint32_t events_max = 20'000'000;       // events of one history
  std::uint32_t state_sets_max = 4096;         // inputs of one resolution
  std::uint32_t text_bytes_max = 1u << 20;     // one room version text
  std::uint32_t text_depth_max = 100;          // nesting of expressions and blocks in a text
  std::uint32_t text_nodes_max = 20'000;  // nodes of a text after its definitions are inlined; version 12 has 1,500
  std::uint32_t text_errors_max = 50;     // errors reported for one text
  std::uint32_t lineage_max = 64;         // texts that extend each other
  std::uint64_t resolution_steps_max = 20'000'000'000;  // events looked at and rules asked in one resolution
  std::uint64_t paths_steps_max = 2'000'000'000;        // of them, those that follow `paths of`: a walk from each event
};

struct Limits : LimitValues {
  Limits();
};

/// Name and value of each limit of the process, in the order above.
std::vector<std::pair<std::string, std::uint64_t>> process_limits();
/// Sets a limit of the process. Not while other threads read input. Errors: kUnknownName; kLimit for 0, and for what
/// the limit cannot hold.
Result<void> set_process_limit(std::string_view name, std::uint64_t value);
/// The error, with how to raise the limit as its hint where it names one and has none.
Error with_limit_hint(Error error);

}  // namespace stateroom::base
