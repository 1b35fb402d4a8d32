#include "tests/model/rules_check/support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace stateroom::rules {
namespace {

std::string text_of(std::string_view body, std::string_view base) {
  return "room version \"test\" extends \"" + std::string(base) + "\"\n  status candidate\n\n" + std::string(body);
}

std::expected<Version, std::vector<Diagnostic>> flattened(std::string_view body, std::string_view base) {
  const auto of = [](const Errors& errors) {
    std::vector<Diagnostic> result;
    for (const base::Error& error : errors) result.push_back(diagnostic(error));
    return std::unexpected(result);
  };
  const auto file = parse(text_of(body, base), "test.room");
  if (!file) return of(file.error());
  auto version = flatten(*file, registry());
  if (!version) return of(version.error());
  return std::move(*version);
}

}  // namespace

const versions::Registry& registry() {
  static const versions::Registry all(std::filesystem::path(STATEROOM_SOURCE_DIR) / "model" / "versions");
  return all;
}

Version version(std::string_view name, std::string_view profile) {
  LoadOptions options;
  options.profile = std::string(profile);
  auto loaded = load(name, registry(), options);
  if (!loaded) {
    for (const base::Error& error : loaded.error()) ADD_FAILURE() << error.where << ": " << error.message;
    return {};
  }
  return std::move(*loaded);
}

std::shared_ptr<const CoreVersion> core(const Version& version) {
  auto result = elaborate(version);
  if (result) return *result;
  for (const Diagnostic& found : result.error()) ADD_FAILURE() << found.where() << ": " << found.message;
  return nullptr;
}

std::vector<Diagnostic> check(std::string_view body, std::string_view base) {
  const auto loaded = flattened(body, base);
  if (!loaded) return loaded.error();
  const auto result = elaborate(*loaded);
  return result ? std::vector<Diagnostic>{} : result.error();
}

Version candidate(std::string_view body, std::string_view base) {
  auto loaded = flattened(body, base);
  if (loaded) return std::move(*loaded);
  for (const Diagnostic& found : loaded.error()) ADD_FAILURE() << found.where() << ": " << found.message;
  return {};
}

Marked marked(std::string_view body) {
  Marked result{std::string(body), 0, 0};
  const std::size_t at = result.body.find("@@");
  if (at == std::string::npos) return result;
  result.body.erase(at, 2);
  const std::string before = text_of(result.body.substr(0, at), "12");
  result.line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  result.column = static_cast<std::uint32_t>(before.size() - before.rfind('\n'));
  return result;
}

}  // namespace stateroom::rules
