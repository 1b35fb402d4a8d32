// Every text of the package loads in every profile, and says what the committed tables say: each rule's number and
// label, what redaction keeps, the fields of a PDU with their limits, and the hashes. STATEROOM_WRITE_GOLDENS=1 writes
// the tables anew; read the difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "model/rules/print.h"
#include "model/versions/registry.h"

namespace stateroom::versions {
namespace {

const Registry& registry() {
  static const Registry kRegistry(std::filesystem::path(STATEROOM_SOURCE_DIR) / "model/versions");
  return kRegistry;
}

rules::Version load(const std::string& name, const rules::LoadOptions& options = {}) {
  std::expected<rules::Version, rules::Errors> version = registry().load(name, options);
  if (version) return *std::move(version);
  for (const base::Error& error : version.error())
    ADD_FAILURE() << error.where << ": " << error.message << " " << error.hint;
  return {};
}

// Compares with a committed file, or writes it when asked to.
void expect_golden(const std::string& file, const std::string& now) {
  const std::filesystem::path path = std::filesystem::path(STATEROOM_SOURCE_DIR) / "tests/model/versions/tables" / file;
  if (std::getenv("STATEROOM_WRITE_GOLDENS") != nullptr) {
    std::ofstream(path, std::ios::binary) << now;
    return;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string committed((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_EQ(committed, now) << path;
}

std::string table(const rules::Version& version) {
  std::string out;
  const auto add = [&](const std::string& section, const std::vector<rules::Rule>& rules) {
    out += section + "\n";
    for (const rules::PlacedRule& placed : rules::walk(rules)) {
      out += (placed.rule->number.empty() ? std::string("-") : placed.rule->number) + " " +
             rules::join(placed.rule->path) + "\n";
    }
  };
  add("[rules]", version.rules);
  add("[auth events]", version.auth_events);
  add("[receipt]", version.receipt);
  out += "[kept by redaction]\n";
  for (const rules::FieldEntry& field : version.format) {
    if (field.kept) out += rules::join(field.path) + "\n";
  }
  for (const auto& [type, fields] : version.content) {
    for (const rules::ContentEntry& field : fields) {
      if (field.kept) out += type + " " + rules::join(field.path) + (field.kept_empty ? " (else empty)" : "") + "\n";
    }
  }
  const rules::SectionName format{rules::SectionKind::kFormat, {}}, limits{rules::SectionKind::kLimits, {}};
  out += "[format]\n";
  for (const rules::FieldEntry& field : version.format) out += rules::print(format, rules::Entry(field));
  out += "[limits]\n";
  for (const rules::LimitEntry& limit : version.limits) out += rules::print(limits, rules::Entry(limit));
  return out;
}

TEST(Versions, EveryTextLoadsInEveryProfileWithAndWithoutErrata) {
  const std::vector<std::string> names = registry().names();
  EXPECT_EQ(names.size(), 21u);
  for (const std::string& name : names) {
    for (const char* profile :
         {"default", "text", "specification", "synapse", "ruma", "gomatrixserverlib", "dendrite"}) {
      for (const bool errata : {true, false}) {
        rules::LoadOptions options;
        options.profile = profile;
        options.errata = errata;
        EXPECT_EQ(load(name, options).name, name) << profile;
      }
    }
  }
}

TEST(Versions, EveryChoiceOfEveryReadingLoads) {
  for (const std::string& name : registry().names()) {
    for (const rules::ReadingEntry& reading : load(name).readings) {
      for (const rules::Choice& choice : reading.choices) {
        rules::LoadOptions options;
        options.readings = {{reading.name, choice.name}};
        EXPECT_EQ(load(name, options).choices.at(reading.name), choice.name) << name;
      }
    }
  }
}

TEST(Versions, NumbersLabelsAndRedactionAreAsTheTablesSay) {
  for (const std::string& name : registry().names()) {
    rules::LoadOptions options;
    options.profile = "text";
    expect_golden(name + ".txt", table(load(name, options)));
  }
}

TEST(Versions, HashesArePinned) {
  std::string hashes;
  for (const std::string& name : registry().names()) {
    const rules::Version version = load(name);
    EXPECT_EQ(version.sha256_without_errata.size(), 64u);
    hashes += name + " " + version.sha256_without_errata + " " + version.sha256_with_errata + "\n";
  }
  expect_golden("hashes.txt", hashes);
}

TEST(Versions, HashesDoNotDependOnHowTheVersionIsLoaded) {
  rules::LoadOptions options;
  options.profile = "synapse";
  options.errata = false;
  EXPECT_EQ(load("12", options).sha256_with_errata, load("12").sha256_with_errata);
  EXPECT_EQ(load("12", options).sha256_without_errata, load("12").sha256_without_errata);
}

TEST(Versions, AnErratumIsLeftOutWhenErrataAre) {
  rules::LoadOptions options;
  options.errata = false;
  EXPECT_NE(load("11").rule("auth_events.rooms"), nullptr);
  EXPECT_EQ(load("11", options).rule("auth_events.rooms"), nullptr);
  EXPECT_EQ(load("I.1-framework").rule("auth_events.rooms"), nullptr) << "it extends 10 as first published";
  ASSERT_NE(load("12", options).rule("auth_events.rooms"), nullptr) << "12 was published with it";
  EXPECT_EQ(load("12", options).rule("auth_events.rooms")->number, "3.4");
  EXPECT_EQ(load("org.matrix.msc4242.12", options).rule("auth_events.rooms"), nullptr)
      << "the edit that removes it goes too";
}

std::string section(const std::string& name, rules::SectionKind kind) {
  return rules::print_section(load(name), {kind, {}});
}

// server-server-api, "Validating hashes and signatures on received events": versions 1 and 2 ask the domain of the
// event id for a signature if it is not the sender's.
TEST(Versions, TheDomainOfAnEventIdSignsWhereItIsNotTheSenders) {
  const std::string line = "event_id: require signed_by(server(event_id)) unless server(event_id) = server(sender)\n";
  for (const char* name : {"1", "2"})
    EXPECT_NE(section(name, rules::SectionKind::kSignatures).find(line), std::string::npos);
  EXPECT_EQ(section("3", rules::SectionKind::kSignatures).find("event_id:"), std::string::npos);
}

// MSC4242, "Soft Failure": state events are never soft-failed, for no reason.
TEST(Versions, StateDagsSoftFailNoStateEvent) {
  for (const rules::Rule& rule : load("org.matrix.msc4242.12").receipt) {
    if (rule.leaf != rules::LeafForm::kSoftFailUnless) continue;
    EXPECT_TRUE(rules::print_leaf(rule).starts_with("soft fail unless state_key is present or ")) << rule.label;
  }
}

TEST(Versions, TheSpecificationsContestOfVersionOneIsOneListForEachType) {
  rules::LoadOptions options;
  options.profile = "specification";
  const std::string text = rules::print_section(load("1", options), {rules::SectionKind::kResolution, {}});
  for (const char* name : {"power_levels_resolved", "join_rules_resolved", "members_resolved"}) {
    const std::size_t at = text.find(std::string("  ") + name + " = until_rejected(");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_TRUE(text.substr(0, text.find('\n', at)).ends_with(" jointly)")) << name;
  }
}

TEST(Versions, DendriteChoosesAsTheLibraryThatItUses) {
  rules::LoadOptions options;
  options.profile = "dendrite";
  EXPECT_EQ(load("2", options).choices.at("absence"), "agreement");
  EXPECT_EQ(load("9", options).choices.at("ill_typed_levels"), "rejected");
}

TEST(Versions, HydraIsTwelveByAnotherName) {
  const rules::Version hydra = load("org.matrix.hydra.11");
  const rules::Version twelve = load("12");
  EXPECT_EQ(table(hydra), table(twelve));
  EXPECT_TRUE(hydra.log.empty() || !hydra.log.front().origin.reading.empty());
}

TEST(Versions, IncludedEditsKeepTheirOwnersAndTheirTexts) {
  const rules::Version version = load("13-candidate");
  const rules::Rule* rule = version.rule("policy.signed");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(rule->origins.front().version, "org.matrix.msc4416.v1");
  EXPECT_EQ(rule->origins.front().owners, std::vector<rules::Owner>({{4416, {}}}));
  EXPECT_EQ(rule->number, load("org.matrix.msc4416.v1").rule("policy.signed")->number);
}

TEST(Versions, NamesStandInOrderAndAWrongOneGetsAHint) {
  const std::vector<std::string> names = registry().names();
  EXPECT_EQ(std::vector<std::string>(names.begin(), names.begin() + 3), std::vector<std::string>({"1", "2", "3"}));
  EXPECT_EQ(names[11], "12");
  const auto missing = registry().load("org.matrix.hydra.12");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().front().code, base::ErrorCode::kUnknownVersion);
  EXPECT_NE(missing.error().front().hint.find("org.matrix.hydra.11"), std::string::npos);
}

TEST(Versions, TheTextsCompiledInAreThoseOfTheCheckout) {
  ::unsetenv("STATEROOM_VERSIONS");
  const Registry embedded;
  EXPECT_EQ(embedded.names(), registry().names());
  for (const std::string& name : embedded.names()) EXPECT_EQ(*embedded.text(name), *registry().text(name)) << name;
}

}  // namespace
}  // namespace stateroom::versions
