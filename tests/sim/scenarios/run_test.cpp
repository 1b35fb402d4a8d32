#include "sim/scenarios/run.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "model/versions/registry.h"
#include "sim/monitor/monitor.h"
#include "tests/support/programs.h"

namespace stateroom::scenarios {
namespace {

base::Result<std::shared_ptr<const rules::Program>> program(const std::string& name) {
  static const versions::Registry registry;
  if (const auto text = registry.load(name); !text) return std::unexpected(text.error()[0]);
  return testing::program_of(name);
}

/// A version with a property, compiled once.
std::shared_ptr<const rules::Program> with_property(const std::string& version, const properties::Property& property) {
  static const versions::Registry registry;
  static std::map<std::pair<std::string, std::string>, std::shared_ptr<const rules::Program>> known;
  auto& program_of = known[{version, property.name}];
  if (program_of == nullptr) program_of = *properties::compile(*registry.load(version), *property.text);
  return program_of;
}

struct Ended {
  std::unique_ptr<monitor::Monitor> monitor;
  std::unique_ptr<Run> run;
  const monitor::Tally& tally(std::string_view name) const {
    for (const monitor::Tally& one : monitor->tallies()) {
      if (one.property.name == name) return one;
    }
    throw std::runtime_error("not watched");
  }
};

Ended run(std::string_view name, const std::string& version, std::uint64_t seed, std::optional<Time> length = {}) {
  Ended out;
  out.monitor = std::make_unique<monitor::Monitor>(properties::all(), &with_property);
  for (const auto& [known, text] : all()) {
    if (known != name) continue;
    RunOptions options;
    options.seed = seed;
    options.version = version;
    options.length = length;
    options.observers = {out.monitor.get()};
    auto made = Run::make(*read(text, known), options, program);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    out.run = std::move(*made);
    out.run->go();
    out.monitor->finish(out.run->world(), out.run->honest(), out.run->at_rest());
  }
  return out;
}

TEST(Run, AQuietRoomAgrees) {
  for (const std::string version : {"1", "11", "12"}) {
    const Ended ended = run("quiet-room", version, 1);
    EXPECT_TRUE(ended.run->at_rest());
    EXPECT_EQ(ended.run->world().error(), std::nullopt);
    EXPECT_GT(ended.run->world().counts().deliveries, 500u);
    EXPECT_GT(ended.tally("converges").asked, 0u);
    EXPECT_EQ(ended.tally("converges").violated, 0u) << version;
    EXPECT_GT(ended.tally("delivers").asked, 500u);
    EXPECT_EQ(ended.tally("delivers").violated, 0u) << version;
  }
}

TEST(Run, ANetsplitMakesMergesAndItsServersComeToRest) {
  const Ended ended = run("netsplit", "11", 3, kernel::kDay);
  EXPECT_TRUE(ended.run->at_rest());
  EXPECT_GT(ended.monitor->witnesses().at("merges"), 5u);
  EXPECT_GT(ended.run->world().counts().requests, 0u);
  EXPECT_GT(ended.tally("key-lost").asked, 5u);
  EXPECT_GT(ended.tally("converges").asked, 0u);
}

TEST(Run, RoomsOfAllPublishedVersionsLiveOnOneFederation) {
  const Ended ended = run("twelve-versions", "11", 2, 10 * kernel::kHour);
  ASSERT_EQ(ended.run->world().rooms(), 12u);
  EXPECT_EQ(ended.run->world().error(), std::nullopt);
  for (std::uint32_t r = 0; r < 12; ++r)
    EXPECT_GT(ended.run->world().ledger(server::RoomIndex{r}).counts().receipts, 50u) << r;
}

TEST(Run, ABannedServerDoesNotComeBackWhereItsEventsAreSoftFailed) {
  const Ended ended = run("resurrecting-banned-server", "11", 1, 12 * kernel::kHour);
  EXPECT_GT(ended.run->world().counts().soft_failed, 0u);
  EXPECT_EQ(ended.run->honest().size(), 5u);
}

TEST(Run, WhatServersTookWithAPartOfTheStateIsCorrected) {
  const Ended ended = run("partial-state-joins", "11", 1, 8 * kernel::kHour);
  EXPECT_TRUE(ended.run->at_rest());
  EXPECT_GT(ended.run->world().counts().partial_joins, 3u);
  EXPECT_GT(ended.run->world().counts().rechecked, 10u);
  EXPECT_GT(ended.run->world().counts().corrected, 0u);
}

TEST(Run, WhatIsSignedWithAKeyThatWasGivenUpIsDropped) {
  const Ended ended = run("key-rotation", "11", 1, 16 * kernel::kHour);
  EXPECT_EQ(ended.run->world().counts().rotations, 2u);
  EXPECT_GT(ended.run->world().counts().key_requests, 0u);
  EXPECT_GT(ended.run->world().counts().unverifiable, 0u);
}

TEST(Run, AVersionThatIsNotThereIsAnErrorAtItsRoom) {
  auto scenario = read("[[room]]\nversion = \"none\"\n", "f");
  ASSERT_TRUE(scenario);
  const auto made = Run::make(std::move(*scenario), {}, program);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, base::ErrorCode::kUnknownVersion);
}

std::string hash_in_a_process(const std::string& before, const std::string& scenario) {
  const std::string command = before + " " STATEROOM_RUN_HASH " " + scenario + " 12 5";
  FILE* pipe = popen(command.c_str(), "r");
  std::string out(65, '\0');
  const std::size_t read = pipe == nullptr ? 0 : std::fread(out.data(), 1, out.size(), pipe);
  if (pipe != nullptr) pclose(pipe);
  return out.substr(0, read);
}

TEST(Run, TwoProcessesWriteTheSameLog) {
  for (const std::string scenario : {"netsplit", "lying-resident-server", "twelve-versions"}) {
    // Other addresses, another environment, another working directory.
    const std::string one = hash_in_a_process("PYTHONHASHSEED=1 MALLOC_PERTURB_=7", scenario);
    const std::string other = hash_in_a_process("cd / && PYTHONHASHSEED=2 MALLOC_PERTURB_=99 LC_ALL=C", scenario);
    EXPECT_EQ(one.size(), 65u) << scenario;
    EXPECT_EQ(one, other) << scenario;
  }
}

}  // namespace
}  // namespace stateroom::scenarios
