#include "model/base/encode.h"

#include <gtest/gtest.h>

namespace stateroom::base {
namespace {

// The answers are those of FIPS 180 for "abc" and the empty message.
TEST(Sha256, OfKnownMessages) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha1, OfKnownMessages) { EXPECT_EQ(hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d"); }

TEST(Base64, IsUnpaddedInBothAlphabets) {
  const std::vector<std::uint8_t> bytes{0xfb, 0xff, 0xfe, 0x01};
  EXPECT_EQ(base64(bytes), "+//+AQ");
  EXPECT_EQ(base64url(bytes), "-__-AQ");
  EXPECT_EQ(base64({}), "");
}

TEST(Base64, DecodesWithAndWithoutPadding) {
  const std::vector<std::uint8_t> bytes{0xfb, 0xff, 0xfe, 0x01};
  EXPECT_EQ(base64_decode("+//+AQ"), bytes);
  EXPECT_EQ(base64_decode("+//+AQ=="), bytes);
}

TEST(Base64, IgnoresBitsBeyondTheLastByte) {
  EXPECT_EQ(base64_decode("Zh"), base64_decode("Zg"));
  EXPECT_EQ(base64_decode("Zm9="), base64_decode("Zm8"));
  // The signing key of the specification's vectors.
  EXPECT_EQ(base64_decode("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1").value_or(std::vector<std::uint8_t>{}).size(),
            32u);
}

TEST(Base64, RefusesWhatIsNone) {
  EXPECT_EQ(base64_decode("Z!"), std::nullopt);
  EXPECT_EQ(base64_decode("Z g="), std::nullopt);
  EXPECT_EQ(base64_decode(std::string_view("Zg\0", 3)), std::nullopt);
  EXPECT_EQ(base64_decode("+//+A!"), std::nullopt);
  EXPECT_EQ(base64_decode("-__-AQ"), std::nullopt) << "the alphabet for URLs is another one";
  EXPECT_EQ(base64_decode("A"), std::nullopt);
}

}  // namespace
}  // namespace stateroom::base
