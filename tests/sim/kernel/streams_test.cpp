#include "sim/kernel/streams.h"

#include <gtest/gtest.h>

namespace stateroom::kernel {
namespace {

TEST(Streams, AStreamDependsOnItsPathAlone) {
  const Streams one(5);
  const std::uint64_t first = one.at("network").at(3).random().next();
  one.at("something new").random().next();
  EXPECT_EQ(Streams(5).at("network").at(3).random().next(), first);
}

TEST(Streams, PlacesOfTheTreeDiffer) {
  const Streams tree(5);
  EXPECT_NE(tree.at("a").random().next(), tree.at("b").random().next());
  EXPECT_NE(tree.at("a").random().next(), tree.at("a").at("b").random().next());
  EXPECT_NE(tree.at("a").random().next(), Streams(6).at("a").random().next());
}

}  // namespace
}  // namespace stateroom::kernel
