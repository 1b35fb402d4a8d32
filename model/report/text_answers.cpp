// Answers about texts: check, compare, print, rule, format.
#include <fmt/format.h>

#include <algorithm>

#include "model/properties/property.h"
#include "model/report/answers.h"
#include "model/report/json_writer.h"
#include "model/rules/check.h"
#include "model/rules/compare.h"
#include "model/rules/print.h"
#include "model/rules/reads.h"
#include "model/rules/say.h"

namespace stateroom::report {
namespace {

using base::ErrorCode;
using rules::Diagnostic;
using rules::SectionKind;

constexpr SectionKind kSections[] = {SectionKind::kTypes,       SectionKind::kIdentifiers,   SectionKind::kFormat,
                                     SectionKind::kLimits,      SectionKind::kCanonicalJson, SectionKind::kSignatures,
                                     SectionKind::kContent,     SectionKind::kDefinitions,   SectionKind::kAuthEvents,
                                     SectionKind::kRules,       SectionKind::kRedaction,     SectionKind::kReceipt,
                                     SectionKind::kStateBefore, SectionKind::kResolution,    SectionKind::kReadings};

std::optional<rules::SectionName> section_of(std::string_view name) {
  for (const SectionKind kind : kSections) {
    if (rules::name(kind) == name) return rules::SectionName{kind, {}};
  }
  return std::nullopt;
}

std::string diagnostic_line(const std::string& path, const Diagnostic& found) {
  return JsonObject()
      .text("file", found.file.empty() ? path : found.file)
      .number("line", found.line)
      .number("column", found.column)
      .text("severity", rules::name(found.severity))
      .text("code", found.code)
      .text("message", found.message)
      .text("hint", found.hint)
      .done();
}

std::string owners(const std::vector<std::string>& names) {
  return json_list(names, [](const std::string& name) { return json::quoted(name); });
}

}  // namespace

namespace {

/// A property's text, also under each stable version of the registry: which of them cannot compute it.
std::vector<Diagnostic> check_property(Workbench& workbench, const std::string& path) {
  std::vector<Diagnostic> found;
  const auto property = properties::open(path);
  if (!property) {
    for (const base::Error& error : property.error()) found.push_back(rules::diagnostic(error));
    return found;
  }
  const auto versions = workbench.registry().list();
  if (!versions) return found;
  for (const versions::Listing& version : *versions) {
    if (version.status != "stable" || version.lts) continue;
    const auto loaded = workbench.load(version.name);
    if (!loaded) continue;
    const auto program = properties::compile((*loaded)->text, *property->text);
    if (program) continue;
    for (Diagnostic diagnostic : program.error()) {
      diagnostic.message = "in version " + version.name + ": " + diagnostic.message;
      found.push_back(std::move(diagnostic));
    }
  }
  return found;
}

}  // namespace

Answers check_text(Workbench& workbench, const std::string& path, bool inherited) {
  Answers out;
  std::vector<Diagnostic> found;
  if (path.ends_with(".property")) {
    found = check_property(workbench, path);
    rules::sort_and_unique(found);
  } else if (const auto file = workbench.registry().open(path); !file) {
    for (const base::Error& error : file.error()) found.push_back(rules::diagnostic(error));
    rules::sort_and_unique(found);
  } else {
    found = rules::check(**file, workbench.registry());
    const std::size_t all = found.size();
    if (!inherited) found = rules::new_among(std::move(found), rules::lints_of_base(**file, workbench.registry()));
    out.inherited = all - found.size();
  }
  for (const Diagnostic& diagnostic : found) {
    out.lines.push_back(diagnostic_line(path, diagnostic));
    out.refused = out.refused || diagnostic.severity == rules::Severity::kError;
  }
  out.unwelcome = !found.empty();
  return out;
}

Answers compare_texts(Workbench& workbench, const std::string& before, const std::string& after) {
  Answers out;
  const auto a = workbench.registry().load(before);
  const auto b = workbench.registry().load(after);
  for (const auto* side : {&a, &b}) {
    if (side->has_value()) continue;
    for (const base::Error& error : side->error()) out.lines.push_back(error_line(error));
    out.refused = true;
  }
  if (out.refused) return out;
  for (const rules::Edit& edit : rules::compare(*a, *b, &workbench.registry())) {
    out.lines.push_back(JsonObject()
                            .text("section", edit.section.text())
                            .text("label", edit.label)
                            .text("change", rules::name(edit.change))
                            .add("owner", owners(edit.owners))
                            .add("number_before", quoted_or_null(edit.number_before))
                            .add("number_after", quoted_or_null(edit.number_after))
                            .add("before", quoted_or_null(edit.before))
                            .add("after", quoted_or_null(edit.after))
                            .add("affects", owners(edit.affects))
                            .done());
  }
  out.unwelcome = !out.lines.empty();
  return out;
}

base::Result<std::string> print_text(Workbench& workbench, const std::string& version, const std::string& section,
                                     bool markdown) {
  const auto text = workbench.registry().load(version);
  if (!text) return std::unexpected(text.error().front());
  if (section.empty()) return markdown ? rules::say(*text) : rules::print(*text);
  const auto name = section_of(section);
  if (!name) {
    std::string known;
    for (const SectionKind kind : kSections) known += (known.empty() ? "" : ", ") + std::string(rules::name(kind));
    return base::fail(ErrorCode::kUnknownName, fmt::format("a room version has no section `{}`", section), {}, known);
  }
  return markdown ? rules::say(*text, *name) : rules::print_section(*text, *name);
}

base::Result<std::string> rule_answer(Workbench& workbench, const std::string& version, const std::string& wanted) {
  const auto loaded = workbench.load(version);
  if (!loaded) return std::unexpected(loaded.error().front());
  const rules::Version& text = (*loaded)->text;
  const rules::Rule* found = nullptr;
  for (const rules::PlacedRule& placed : rules::walk(text.rules)) {
    if (placed.rule->number == wanted || rules::join(placed.rule->path) == wanted) found = placed.rule;
  }
  if (found == nullptr) {
    return base::fail(ErrorCode::kUnknownName, fmt::format("version {} has no rule `{}`", text.name, wanted), {},
                      fmt::format("`stateroom print {} --section rules --markdown` lists them", text.name));
  }
  const std::string label = rules::join(found->path);
  JsonObject numbers;
  for (const std::string& name : workbench.registry().names()) {
    const auto other = workbench.registry().load(name);
    const rules::Rule* same = other ? other->rule(label) : nullptr;
    if (same != nullptr) numbers.add(name, quoted_or_null(same->number));
  }
  std::vector<std::string> reads;
  for (const rules::RuleReads& use : rules::rule_reads(*(*loaded)->core)) {
    if (use.label != label && !use.label.starts_with(label + ".")) continue;
    for (const auto* names : {&use.event, &use.state, &use.oracles}) {
      for (const std::string& name : *names) {
        if (std::find(reads.begin(), reads.end(), name) == reads.end()) reads.push_back(name);
      }
    }
  }
  return JsonObject()
      .text("version", text.name)
      .text("label", label)
      .add("number", quoted_or_null(found->number))
      .text("english", rules::say(text, *found))
      .text("text", rules::print({SectionKind::kRules, {}}, *found))
      .add("numbers", numbers.done())
      .add("changed_by", json_list(found->origins,
                                   [](const rules::Origin& origin) {
                                     std::vector<std::string> names;
                                     for (const rules::Owner& owner : origin.owners)
                                       names.push_back(rules::owner_name(owner));
                                     return JsonObject()
                                         .text("version", origin.version)
                                         .text("change", rules::name(origin.change))
                                         .add("owner", owners(names))
                                         .boolean("erratum", origin.erratum)
                                         .done();
                                   }))
      .add("reads", owners(reads))
      .done();
}

}  // namespace stateroom::report
