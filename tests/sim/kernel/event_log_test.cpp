#include "sim/kernel/event_log.h"

#include <gtest/gtest.h>

namespace stateroom::kernel {
namespace {

LogEntry entry(std::uint32_t number) { return {Time{1000} * number, 1, 2, 0, 3, 4, number}; }

std::string hash_of(std::uint32_t entries, std::uint32_t changed = 0) {
  EventLog log;
  for (std::uint32_t i = 1; i <= entries; ++i) log.add(entry(i == changed ? i + 1 : i));
  return log.hash();
}

TEST(EventLog, TheHashIsAFunctionOfAllEntries) {
  EXPECT_EQ(hash_of(10'000), hash_of(10'000));
  EXPECT_NE(hash_of(10'000), hash_of(10'000, 1));
  EXPECT_NE(hash_of(10'000), hash_of(10'000, 10'000));
  EXPECT_NE(hash_of(10'000), hash_of(9'999));
}

TEST(EventLog, TheHashIsPinned) {
  // SHA-256 of 32 zero bytes and the three entries.
  EXPECT_EQ(hash_of(3), "62bab36ad862ee358ed51ca0f7130e3d11e1b87246148e0cf4db523789931f87");
}

TEST(EventLog, EntriesAreKeptWhereThatIsAskedFor) {
  EventLog kept(true), other;
  kept.add(entry(1));
  other.add(entry(1));
  kept.add("text");
  other.add("text");
  EXPECT_EQ(kept.entries().size(), 1u);
  EXPECT_TRUE(other.entries().empty());
  EXPECT_EQ(kept.hash(), other.hash());
}

}  // namespace
}  // namespace stateroom::kernel
