#include "model/properties/property.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "model/rules/elaborate.h"
#include "model/rules/nearest.h"

namespace stateroom::properties {

// Written by the build from the `.property` files of this folder.
std::span<const std::pair<std::string_view, std::string_view>> embedded_texts();

namespace {

constexpr std::string_view kSuffix = ".property";

Property of_text(rules::PropertyText text) {
  Property out{text.name, text.id, Scope::kMerge, text.says, text.formula, nullptr};
  out.text = std::make_shared<const rules::PropertyText>(std::move(text));
  return out;
}

Property shipped(std::string_view name) {
  for (const auto& [path, bytes] : embedded_texts()) {
    if (path != std::string(name) + std::string(kSuffix)) continue;
    auto text = rules::parse_property(bytes, path);
    base::require(text.has_value(), "the texts that were compiled in are well formed");
    return of_text(std::move(*text));
  }
  base::require(false, "every property of the list has its text");
  return {};
}

std::expected<std::string, base::Error> read(const std::string& path, std::uint64_t bytes_max) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code))
    return base::fail(base::ErrorCode::kFile, "found no file of this name", path);
  if (std::filesystem::file_size(path, code) > bytes_max)
    return base::fail(base::ErrorCode::kLimit, "the text has more bytes than text_bytes_max", path);
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

}  // namespace

std::string_view name(Scope scope) { return scope == Scope::kMerge ? "merge" : "run"; }

const std::vector<Property>& all() {
  static const std::vector<Property> properties = {
      {"converges", "P-CONV", Scope::kRun,
       "servers that know the same events have the same current state, over all checks on receipt, soft failure "
       "included",
       "for servers h, g: known(h) = known(g) implies current(h) = current(g)", nullptr},
      {"delivers", "P-DELIV", Scope::kRun,
       "what one honest server has accepted every honest server gets, after healing",
       "for honest servers h, g and every event e: accepted(h, e) implies eventually known(g, e)", nullptr},
      shipped("key-lost"),
      shipped("rollback"),
      shipped("older-wins"),
      shipped("ban-holds"),
      shipped("authorised-result"),
  };
  return properties;
}

const Property* find(std::string_view name_or_id) {
  const auto at =
      std::ranges::find_if(all(), [&](const Property& one) { return one.name == name_or_id || one.id == name_or_id; });
  return at == all().end() ? nullptr : &*at;
}

std::expected<Property, rules::Errors> open(std::string_view name_or_path, const base::Limits& limits) {
  if (name_or_path.find('/') != std::string_view::npos || name_or_path.ends_with(kSuffix)) {
    const std::string path(name_or_path);
    auto bytes = read(path, limits.text_bytes_max);
    if (!bytes) return std::unexpected(rules::Errors{bytes.error()});
    auto text = rules::parse_property(*bytes, path, limits);
    if (!text) return std::unexpected(std::move(text.error()));
    return of_text(std::move(*text));
  }
  if (const Property* known = find(name_or_path)) return *known;
  std::vector<std::string> names;
  for (const Property& one : all()) names.push_back(one.name);
  const std::string near = rules::nearest(name_or_path, names);
  return std::unexpected(rules::Errors{{base::ErrorCode::kUnknownName,
                                        "there is no property `" + std::string(name_or_path) + "`",
                                        {},
                                        near.empty() ? "the properties are " + fmt::format("{}", fmt::join(names, ", "))
                                                     : "did you mean `" + near + "`?"}});
}

std::expected<std::shared_ptr<const rules::Program>, std::vector<rules::Diagnostic>> compile(
    const rules::Version& version, const rules::PropertyText& property, const base::Limits& limits) {
  auto core = rules::elaborate(rules::with_property(version, property), limits);
  if (!core) return std::unexpected(std::move(core.error()));
  return rules::Program::compile(*core);
}

Checker::Checker(rules::Evaluator& evaluator, graph::StateStore& store, const base::Limits& limits)
    : resolver_(evaluator, store, limits),
      violations_(evaluator.program().version().resolution_name(rules::kViolations)) {
  base::require(violations_ < evaluator.program().version().resolution.size(), "the program has the property's names");
}

base::Result<Checker::Answer> Checker::ask(std::span<const State> states) {
  auto result = resolver_.resolve(states);
  if (!result) return std::unexpected(result.error());
  return Answer{*result, resolver_.members_of(violations_)};
}

}  // namespace stateroom::properties
