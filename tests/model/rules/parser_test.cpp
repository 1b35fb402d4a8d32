#include "model/rules/parser.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "model/rules/flatten.h"
#include "model/versions/registry.h"

namespace stateroom::rules {
namespace {

constexpr std::string_view kHead = "room version \"x\" extends \"12\"\n";

Errors errors_of(std::string_view text) {
  const auto file = parse(text, "x.room");
  return file ? Errors{} : file.error();
}

TEST(Parser, AnErrorSaysWhereWhatAndWhatElse) {
  const Errors errors = errors_of(std::string(kHead) + "edit rules  msc 1\n  insert a first: alow if b\n");
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].code, base::ErrorCode::kSyntax);
  EXPECT_EQ(errors[0].where, "x.room:3:19");
  EXPECT_EQ(errors[0].message, "found `alow`, expected `allow`, `reject`, `skip if`, `when` or `for each`");
  EXPECT_EQ(errors[0].hint, "did you mean `allow`?");
}

TEST(Parser, SeveralErrorsAreReportedInOneRun) {
  const Errors errors =
      errors_of(std::string(kHead) +
                "edit rules  msc 1\n  insert a first: alow\n  insert b last: reject if (c\n  insert d last: reject\n"
                "edit definition  msc 1\n  insert e = 1\nedit limits  msc 1\n  insert f 1 byte\n");
  ASSERT_EQ(errors.size(), 4u);
  EXPECT_EQ(errors[0].where.substr(0, 9), "x.room:3:");
  EXPECT_EQ(errors[1].where.substr(0, 9), "x.room:4:");
  EXPECT_EQ(errors[2].where.substr(0, 9), "x.room:6:");
  EXPECT_EQ(errors[3].where.substr(0, 9), "x.room:9:");
}

TEST(Parser, ConstantsAreComputedWithin64Bits) {
  const auto value = [](const std::string& text) {
    const auto entry = parse_entry({SectionKind::kLimits, {}}, "a " + text + " bytes", "x");
    return entry ? std::optional(std::get<LimitEntry>(*entry).most.value) : std::nullopt;
  };
  EXPECT_EQ(value("2**63-1"), 9223372036854775807);
  EXPECT_EQ(value("-(2**53)+1"), -9007199254740991);
  EXPECT_EQ(value("2**63"), std::nullopt);
  EXPECT_EQ(value("10**64"), std::nullopt);
  EXPECT_EQ(value("99999999999999999999"), std::nullopt);
}

TEST(Parser, CommentsAreKeptWithTheirLines) {
  const auto file = parse("# one\nroom version \"x\"   # two\n", "x");
  ASSERT_TRUE(file.has_value());
  ASSERT_EQ(file->comments.size(), 2u);
  EXPECT_TRUE(file->comments[0].alone);
  EXPECT_FALSE(file->comments[1].alone);
  EXPECT_EQ(file->comments[1].text, "# two");
  EXPECT_EQ(file->comments[1].line, 2u);
}

TEST(Parser, DeepTextsAreRefusedAndNotFollowed) {
  const std::size_t many = 100'000;
  std::string chain = "a";
  for (std::size_t i = 0; i < many; ++i) chain += " or a";
  const auto nested = [&](char open, char close) { return std::string(many, open) + "a" + std::string(many, close); };
  std::string nots, paths = "a";
  for (std::size_t i = 0; i < many; ++i) nots += "not ";
  for (std::size_t i = 0; i < many; ++i) paths += ".a";
  for (const std::string& text : {nested('(', ')'), nested('{', '}'), nested('[', ']'), chain, nots + "a", paths}) {
    const auto expr = parse_expression(text, "x");
    ASSERT_FALSE(expr.has_value());
    EXPECT_EQ(expr.error().front().code, base::ErrorCode::kLimit) << text.substr(0, 20) << expr.error().front().message;
  }
  std::string blocks;
  for (std::size_t i = 0; i < 1000; ++i) blocks += std::string(i * 2, ' ') + "a:\n";
  EXPECT_FALSE(parse_entry({SectionKind::kRules, {}}, blocks, "x").has_value());
}

TEST(Parser, ATextBeyondTheLimitIsRefused) {
  const Errors errors = errors_of(std::string((1u << 20) + 1, ' '));
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors.front().code, base::ErrorCode::kLimit);
}

TEST(Parser, AnEmptyTextIsAnErrorOnItsFirstLine) {
  for (const char* text : {"", "\n", "# nothing\n", "  ", "\xEF\xBB\xBF"}) {
    const Errors errors = errors_of(text);
    ASSERT_FALSE(errors.empty());
    EXPECT_EQ(errors.front().where.substr(0, 9), "x.room:1:");
  }
}

TEST(Parser, NoMoreErrorsThanTheLimitAreKept) {
  std::string text(kHead);
  for (int i = 0; i < 1000; ++i) text += "nonsense\n";
  EXPECT_LE(errors_of(text).size(), base::Limits{}.text_errors_max);
}

// Texts of the package with bytes changed, dropped, doubled and moved: each gives a version or errors.
TEST(Parser, MutatedTextsNeverCrash) {
  const versions::Registry registry(STATEROOM_SOURCE_DIR "/model/versions");
  const char* given = std::getenv("STATEROOM_SEED");
  const unsigned long seed = given != nullptr ? std::stoul(given) : 1;
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % (n == 0 ? 1 : n)); };
  const std::string signs = "(){}[]:=.,\"# \n|&*-+<>!a0\t\x80";
  std::size_t loaded = 0, refused = 0;
  for (const std::string& name : registry.names()) {
    const std::string whole = *registry.text(name);
    for (int round = 0; round < 60; ++round) {
      std::string text = whole;
      for (std::size_t change = 0; change <= below(4); ++change) {
        const std::size_t at = below(text.size()), length = below(60);
        switch (below(4)) {
          case 0:
            text[at] = signs[below(signs.size())];
            break;
          case 1:
            text.erase(at, length);
            break;
          case 2:
            text.insert(at, text.substr(below(text.size()), length));
            break;
          case 3:
            text.insert(at, 1, signs[below(signs.size())]);
            break;
        }
        if (text.empty()) text = " ";
      }
      const auto file = parse(text, name);
      if (file && flatten(*file, registry)) {
        ++loaded;
      } else {
        ++refused;
      }
      if (!file) {
        EXPECT_FALSE(file.error().empty()) << "seed " << seed;
      }
    }
  }
  EXPECT_GT(refused, 0u) << "seed " << seed;
  EXPECT_GT(loaded, 0u) << "seed " << seed;
}

}  // namespace
}  // namespace stateroom::rules
