#include "model/base/error.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>

namespace stateroom::base {
namespace {

TEST(ErrorCode, EachHasItsOwnNameAndAFullSentence) {
  std::set<std::string_view> names;
  for (const ErrorCode code : all_error_codes()) {
    EXPECT_TRUE(names.insert(name(code)).second) << name(code);
    const std::string sentence(describe(code));
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(sentence.front()))) << sentence;
    EXPECT_EQ(sentence.back(), '.') << sentence;
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::kInternal) + 1) << "kInternal is the last code";
}

TEST(Require, ThrowsInternalErrorThatSaysWhatWasExpected) {
  EXPECT_NO_THROW(require(true, "two is two"));
  try {
    require(false, "two is three");
    FAIL() << "nothing was thrown";
  } catch (const InternalError& error) {
    EXPECT_STREQ(error.what(), "internal error: expected that two is three");
  }
}

}  // namespace
}  // namespace stateroom::base
