#include "tests/sim/explore/support.h"

#include <gtest/gtest.h>

#include "model/versions/registry.h"

namespace stateroom::explore {

std::shared_ptr<const rules::Program> program(const std::string& version, const std::string& property,
                                              const rules::LoadOptions& options) {
  static const versions::Registry registry;
  const auto text = registry.load(version, options);
  const auto opened = properties::open(property);
  EXPECT_TRUE(text) << version;
  EXPECT_TRUE(opened) << property;
  auto made = properties::compile(*text, *opened->text);
  if (!made) ADD_FAILURE() << made.error().front().message;
  return *made;
}

Studied::Studied(const std::string& version, const std::string& property, const rules::LoadOptions& options)
    : stage(std::move(*Stage::make(program(version, property, options), Study::people()))),
      study(*Study::begin(*stage)) {}

properties::Terms terms(std::initializer_list<std::string_view> hypotheses, std::uint32_t stale) {
  properties::Terms out;
  for (const std::string_view name : hypotheses) out.hypotheses.push_back(*properties::hypothesis_of(name));
  out.stale = stale;
  return out;
}

std::uint32_t act(Stage& stage, const std::string& type, const std::string& state_key, std::size_t actor,
                  const std::string& content) {
  return *stage.act({type, state_key, Study::people()[actor], content});
}

std::uint32_t put(Stage& stage, std::uint32_t act, std::vector<std::uint32_t> prev) {
  const auto at = static_cast<std::uint32_t>(stage.size());
  EXPECT_TRUE(*stage.push({act, std::move(prev), std::nullopt, kFirstTimestamp + at * kBetween}));
  return at;
}

}  // namespace stateroom::explore
