#include "sim/kernel/event_log.h"

namespace stateroom::kernel {

namespace {

/// The hash of a block that follows what `before` is the hash of.
base::Sha256 after(const base::Sha256& before, std::string_view block) {
  std::string bytes(before.begin(), before.end());
  bytes += block;
  return base::sha256(bytes);
}

}  // namespace

void EventLog::add(std::string_view text) {
  write(text.size(), 4);
  buffer_ += text;
  if (buffer_.size() + 20 > kBlock) fold();
}

void EventLog::fold() {
  hash_ = after(hash_, buffer_);
  buffer_.clear();
}

std::string EventLog::hash() const { return base::hex(after(hash_, buffer_)); }

}  // namespace stateroom::kernel
