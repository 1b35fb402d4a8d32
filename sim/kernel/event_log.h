// What happened in a run, and a hash of it.
//
// In:  entries in the order of the run. Out: SHA-256 of them all; the entries themselves where they are kept.
// Promise: the hash is a function of the entries, the same on every machine (fields are written least byte first).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/base/encode.h"
#include "sim/kernel/queue.h"

namespace stateroom::kernel {

/// One thing that happened. What the numbers mean is its writer's, by `kind`.
struct LogEntry {
  Time time = 0;
  std::uint8_t kind = 0;
  std::uint8_t outcome = 0;
  std::uint16_t room = 0;
  std::uint16_t at = 0, other = 0;  // servers
  std::uint32_t event = 0;
};

class EventLog {
 public:
  explicit EventLog(bool keep = false) : keep_(keep) { buffer_.reserve(kBlock); }
  void add(const LogEntry& entry) {
    ++count_;
    if (keep_) entries_.push_back(entry);
    write(static_cast<std::uint64_t>(entry.time), 8);
    write(entry.kind | (std::uint64_t{entry.outcome} << 8) | (std::uint64_t{entry.room} << 16) |
              (std::uint64_t{entry.at} << 32) | (std::uint64_t{entry.other} << 48),
          8);
    write(entry.event, 4);
    if (buffer_.size() + 20 > kBlock) fold();
  }
  /// A text that the entries refer to, an event's id say.
  void add(std::string_view text);
  /// Of all entries so far, in lower-case hexadecimal.
  std::string hash() const;
  std::uint64_t count() const { return count_; }
  /// Empty unless entries are kept.
  const std::vector<LogEntry>& entries() const { return entries_; }

 private:
  static constexpr std::size_t kBlock = 1 << 16;
  void write(std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) buffer_.push_back(static_cast<char>(number >> (8 * i)));
  }
  void fold();

  bool keep_;
  std::uint64_t count_ = 0;
  std::string buffer_;  // what is not in the hash yet
  base::Sha256 hash_{};
  std::vector<LogEntry> entries_;
};

}  // namespace stateroom::kernel
