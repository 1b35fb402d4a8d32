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

std::string_view name(Scope scope) {
  switch (scope) {
    case Scope::kMerge:
      return "merge";
    case Scope::kRun:
      return "run";
    case Scope::kStep:
      return "step";
  }
  return "";
}

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

const std::vector<Property>& of_runs() {
  static const std::vector<Property> properties = [] {
    std::vector<Property> out = all();
    const auto add = [&](const char* name, const char* id, const char* says, const char* formula) {
      out.push_back({name, id, Scope::kStep, says, formula, nullptr});
    };
    add("pure", "P-PURE", "the result does not depend on order or repetition of the state sets, nor on arrival",
        "for every merge of S1, ..., Sn: resolve(Sn, ..., S1, S1) = resolve(S1, ..., Sn)");
    add("bounded-work", "P-WORK", "work is bounded by what differs",
        "for every merge: checks of rules <= 2 |entries, auth difference and what lies between differing entries|");
    add("peers", "P-PEER", "nobody demotes, kicks or bans a user of equal or higher power",
        "for every accepted event: if it removes or lowers a user u other than its sender s, power(u) < power(s) "
        "before");
    add("no-escalation", "P-ESC", "nobody gains power that nobody entitled gave",
        "for every accepted event of s that raises a level of power levels: the new level is at most power(s) before");
    add("creators-keep-power", "P-CREATOR", "creators cannot lose power",
        "for every accepted event: no creator's level is lower after it");
    add("closed-selection", "",
        "rules give the same verdict in the whole state and in what the selection takes from it",
        "for every received event e with the state S before it: allowed(e, S) = allowed(e, selection(e, S))");
    add("no-influence", "P-NONINT", "users below a power do not change entries that they may not send",
        "for every received event e: if the current state changes at another key than e's, no membership, then "
        "power(sender of e) is at least the level that the entry's type needs");
    add("no-lockout", "A6", "whoever could restore power still can",
        "for every received event e: if a joined user could set power levels before, one can after, or e is one's own");
    return out;
  }();
  return properties;
}

namespace {

const Property* find_in(const std::vector<Property>& properties, std::string_view name_or_id) {
  if (name_or_id.empty()) return nullptr;
  const auto at = std::ranges::find_if(
      properties, [&](const Property& one) { return one.name == name_or_id || one.id == name_or_id; });
  return at == properties.end() ? nullptr : &*at;
}

struct Unwatched {
  std::string_view name, id, why, hint;
};
/// Why a run says nothing of these, and who does.
constexpr std::array<Unwatched, 7> kUnwatched{{
    {"chain-identity", "L1",
     "servers merge states of which none comes after another, so that no chain is resolved in a run",
     "`stateroom prove` and `search --hypothesis linear-history` ask it"},
    {"redaction-stable", "P-REDACT",
     "it compares an event with its redaction, which no server of a run puts in its place",
     "`stateroom prove redaction-stable` asks it of every event"},
    {"depth-free", "P-DEPTH", "it compares histories that differ in depth alone, and a run is one history",
     "`stateroom prove depth-free` asks it of every event"},
    {"timestamp-free", "P-TS", "it compares histories that differ in timestamps alone, and a run is one history",
     "`stateroom prove timestamp-free` asks it of every event"},
    {"tie-break", "S5", "it compares what an author could have made, and in a run one of these events is made",
     "an adversary with `grind-first` or `grind-last` chooses; `back-date` and `forward-date` choose timestamps"},
    {"same-rules", "X1", "it compares two versions, and a room of a run has one",
     "`stateroom prove same-rules:V` asks it; `stateroom replay RUN --version V` runs a run under V"},
    {"same-result", "X3", "it compares two versions, and a room of a run has one",
     "`stateroom prove same-result:V` asks it; `stateroom replay RUN --version V` runs a run under V"},
}};

std::expected<Property, rules::Errors> open_in(const std::vector<Property>& known, std::string_view name_or_path,
                                               const base::Limits& limits);

}  // namespace

const Property* find(std::string_view name_or_id) { return find_in(all(), name_or_id); }

std::expected<Property, rules::Errors> open(std::string_view name_or_path, const base::Limits& limits) {
  return open_in(all(), name_or_path, limits);
}

std::expected<Property, rules::Errors> open_of_run(std::string_view name_or_path, const base::Limits& limits) {
  const std::string_view name = name_or_path.substr(0, name_or_path.find(':'));
  const auto at =
      std::ranges::find_if(kUnwatched, [&](const Unwatched& one) { return one.name == name || one.id == name; });
  if (at != kUnwatched.end()) {
    return std::unexpected(rules::Errors{{base::ErrorCode::kFormat,
                                          fmt::format("a run is not asked `{}`: {}", at->name, at->why),
                                          {},
                                          std::string(at->hint)}});
  }
  return open_in(of_runs(), name_or_path, limits);
}

namespace {

std::expected<Property, rules::Errors> open_in(const std::vector<Property>& properties, std::string_view name_or_path,
                                               const base::Limits& limits) {
  if (name_or_path.find('/') != std::string_view::npos || name_or_path.ends_with(kSuffix)) {
    const std::string path(name_or_path);
    auto bytes = read(path, limits.text_bytes_max);
    if (!bytes) return std::unexpected(rules::Errors{bytes.error()});
    auto text = rules::parse_property(*bytes, path, limits);
    if (!text) return std::unexpected(std::move(text.error()));
    return of_text(std::move(*text));
  }
  if (const Property* known = find_in(properties, name_or_path)) return *known;
  std::vector<std::string> names;
  for (const Property& one : properties) names.push_back(one.name);
  const std::string near = rules::nearest(name_or_path, names);
  return std::unexpected(rules::Errors{{base::ErrorCode::kUnknownName,
                                        "there is no property `" + std::string(name_or_path) + "`",
                                        {},
                                        near.empty() ? "the properties are " + fmt::format("{}", fmt::join(names, ", "))
                                                     : "did you mean `" + near + "`?"}});
}

}  // namespace

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
