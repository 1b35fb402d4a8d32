#include "model/rules/print.h"

#include <gtest/gtest.h>

#include <string>

#include "model/versions/registry.h"

namespace stateroom::rules {
namespace {

class NoTexts final : public TextSource {
 public:
  std::expected<std::shared_ptr<const File>, Errors> file(std::string_view) const override {
    return std::unexpected(Errors{{base::ErrorCode::kUnknownVersion, "none", {}, {}}});
  }
  std::vector<std::string> names() const override { return {}; }
};

TEST(Print, AFlattenedVersionReadsBackAsItself) {
  const versions::Registry registry(STATEROOM_SOURCE_DIR "/model/versions");
  for (const std::string& name : registry.names()) {
    for (const char* profile : {"text", "synapse", "specification"}) {
      LoadOptions options;
      options.profile = profile;
      const auto version = registry.load(name, options);
      ASSERT_TRUE(version.has_value()) << name;
      // Choices that were applied are part of the text; what they were chosen from is not asked again.
      const std::string text = print(*version).substr(0, print(*version).find("\nreadings\n"));
      const auto file = parse(text, name);
      ASSERT_TRUE(file.has_value()) << name << " " << file.error().front().where << " " << file.error().front().message;
      const auto again = flatten(*file, NoTexts());
      ASSERT_TRUE(again.has_value()) << name << " " << again.error().front().where << " "
                                     << again.error().front().message;
      EXPECT_EQ(print(*again), text) << name;
    }
  }
}

TEST(Print, TheReadingsOfATextReadBackAsThemselves) {
  const versions::Registry registry(STATEROOM_SOURCE_DIR "/model/versions");
  for (const std::string& name : registry.names()) {
    LoadOptions options;
    options.profile = "text";
    const auto version = registry.load(name, options);
    ASSERT_TRUE(version.has_value()) << name;
    for (const ReadingEntry& reading : version->readings) {
      const SectionName section{SectionKind::kReadings, {}};
      const std::string text = print(section, Entry(reading));
      const auto again = parse_entry(section, text, name);
      ASSERT_TRUE(again.has_value()) << text;
      EXPECT_EQ(print(section, *again), text);
    }
  }
}

TEST(Print, ParenthesesStandWhereTheTreeNeedsThem) {
  const auto same = [](std::string_view text) {
    const auto expr = parse_expression(text, "x");
    ASSERT_TRUE(expr.has_value()) << text;
    EXPECT_EQ(print(*expr), text);
  };
  for (const char* text : {"a or b and not c",
                           "(a or b) and c",
                           "a or (b or c)",
                           "(any x in l has x = 1) or b",
                           "any x in l has x = 1 or b",
                           "not (a and b)",
                           "a is not absent",
                           "x not in {\"a\", \"b\"}",
                           "(if a then b else c) default d",
                           "a default if b then c else d",
                           "a default (b default c)",
                           "a default b given e with s",
                           "(a given e with s) default b",
                           "a - (b - c)",
                           "a - b - c",
                           "a | b & c",
                           "(a | b) & c",
                           "(union of s for s in states).x",
                           "f(a to b at x, y.z)",
                           "f(g(p) for p in l)",
                           "sort(x - y least e: (descending f(e), e.event_id))",
                           "{e in x : e.type = \"a\"}",
                           "{}",
                           "[a, b]",
                           "a.\"m.federate\"",
                           "a.*.b",
                           "x without {\"a\"} except {\"b\"}",
                           "s[\"t\", \"\"]",
                           "x starts with \"@\"",
                           "\"a\\\"\\\\\\n\\u0001\"",
                           "a overlaid with {p}",
                           "f(x within y)",
                           "g(along paths of auth_events)"}) {
    same(text);
  }
}

TEST(Print, NeedlessParenthesesGo) {
  const auto expr = parse_expression("((a) or ((b and (c))))", "x");
  ASSERT_TRUE(expr.has_value());
  EXPECT_EQ(print(*expr), "a or b and c");
}

std::string parts_of(const File& file) {
  const versions::Registry registry(STATEROOM_SOURCE_DIR "/model/versions");
  LoadOptions options;
  options.profile = "text";
  const auto version = flatten(file, registry, options);
  return version ? print(*version) : version.error().front().where + version.error().front().message;
}

TEST(Format, KeepsMeaningAndCommentsAndIsItsOwnResult) {
  const versions::Registry registry(STATEROOM_SOURCE_DIR "/model/versions");
  for (const std::string& name : registry.names()) {
    const auto file = parse(*registry.text(name), name);
    ASSERT_TRUE(file.has_value()) << name;
    const std::string once = format(*file);
    const auto again = parse(once, name);
    ASSERT_TRUE(again.has_value()) << name << " " << again.error().front().where << " "
                                   << again.error().front().message;
    EXPECT_EQ(format(*again), once) << name;
    EXPECT_EQ(parts_of(*again), parts_of(*file)) << name;
    ASSERT_EQ(again->comments.size(), file->comments.size()) << name;
    for (std::size_t i = 0; i < file->comments.size(); ++i)
      EXPECT_EQ(again->comments[i].text, file->comments[i].text) << name;
  }
}

std::string formatted(std::string_view text) {
  const auto file = parse(text, "x");
  return file ? format(*file) : file.error().front().where + file.error().front().message;
}

TEST(Format, ShippedTextsAreFormatted) {
  const versions::Registry registry(STATEROOM_SOURCE_DIR "/model/versions");
  for (const std::string& name : registry.names()) EXPECT_EQ(formatted(*registry.text(name)), *registry.text(name));
}

TEST(Format, BlankLinesStayAndDivideWhatIsAligned) {
  EXPECT_EQ(formatted("# of the file\n\n\nroom version \"x\" extends \"1\"\n  status unstable\n"
                      "edit definitions\n  insert a = 1\n\n  # of b\n  insert longer = 2\n"),
            "# of the file\n\nroom version \"x\" extends \"1\"\n  status unstable\n\n"
            "edit definitions\n  insert a = 1\n\n  # of b\n  insert longer = 2\n");
}

TEST(Format, SeveralCommentsAtTheLinesOfOneEntryStandAboveIt) {
  const std::string head = "room version \"x\" extends \"1\"\n\nedit definitions\n";
  const std::string once = formatted(head + "  insert a = b   # one\n    or c   # two\n  insert d = e # three\n");
  EXPECT_EQ(once, head + "  # one\n  # two\n  insert a = b or c\n  insert d = e   # three\n");
  EXPECT_EQ(formatted(once), once);
}

TEST(Format, LongLinesBreakWhereTheExpressionIsLoosest) {
  const std::string name(30, 'n');
  const std::string names = name + ", " + name + ", " + name;
  EXPECT_EQ(formatted("room version \"x\" extends \"1\"\n\nedit definitions\n  insert a = " + name + " and " + name +
                      " or " + name + " and " + name + "\n"),
            "room version \"x\" extends \"1\"\n\nedit definitions\n  insert a = " + name + " and " + name +
                "\n             or " + name + " and " + name + "\n");
  EXPECT_EQ(formatted("room version \"x\" extends \"1\"\n\nedit definitions\n  insert a = f(" + names + ", " + name +
                      ", " + names + ", " + name + ", " + name + ")\n"),
            "room version \"x\" extends \"1\"\n\nedit definitions\n  insert a = f(" + names + ",\n             " +
                names + ",\n             " + names + ")\n")
      << "inside brackets after a comma, with the brackets still open on the second line";
}

}  // namespace
}  // namespace stateroom::rules
