#include "model/rules/check.h"

#include <algorithm>

#include "model/rules/elaborate.h"
#include "model/rules/lint.h"
#include "model/rules/lint_lineage.h"

namespace stateroom::rules {
namespace {

std::vector<Diagnostic> diagnostics(const Errors& errors) {
  std::vector<Diagnostic> result;
  for (const base::Error& found : errors) result.push_back(diagnostic(found));
  sort_and_unique(result);
  return result;
}

/// What is wrong with the text under these options; `found` grows by what is new.
void add(const File& file, const TextSource& texts, const LoadOptions& options, std::vector<Diagnostic>& found) {
  const auto version = flatten(file, texts, options);
  if (!version) {
    for (Diagnostic& one : diagnostics(version.error())) found.push_back(std::move(one));
    return;
  }
  const auto core = elaborate(*version, options.limits);
  if (core) return;
  found.insert(found.end(), core.error().begin(), core.error().end());
}

}  // namespace

std::vector<Diagnostic> check(const File& file, const TextSource& texts, const base::Limits& limits) {
  LoadOptions options;
  options.limits = limits;
  options.profile = "text";
  const auto written = flatten(file, texts, options);
  if (!written) return diagnostics(written.error());
  std::vector<Diagnostic> found;
  add(file, texts, options, found);
  if (found.empty()) {
    options.profile = "default";
    add(file, texts, options, found);
  }
  if (found.empty()) {
    for (const ReadingEntry& reading : written->readings) {
      for (const Choice& choice : reading.choices) {
        if (choice.name == reading.default_choice) continue;
        LoadOptions chosen = options;
        chosen.readings[reading.name] = choice.name;
        add(file, texts, chosen, found);
      }
    }
    LoadOptions first = options;
    first.errata = false;
    add(file, texts, first, found);
  }
  if (!found.empty()) {
    sort_and_unique(found);
    if (found.size() > limits.text_errors_max) found.resize(limits.text_errors_max);
    return found;
  }
  const auto version = flatten(file, texts, options);
  const auto core = version ? elaborate(*version, limits) : std::unexpected(std::vector<Diagnostic>{});
  if (!core) return found;
  return lints(file, *version, **core, texts);
}

std::vector<Diagnostic> lints(const File& file, const Version& version, const CoreVersion& core,
                              const TextSource& texts) {
  std::vector<Diagnostic> found = lint(version, core);
  for (Diagnostic& one : lint_lineage(file, version, texts)) found.push_back(std::move(one));
  sort_and_unique(found);
  return found;
}

std::vector<Diagnostic> lints_of_base(const File& file, const TextSource& texts, const base::Limits& limits) {
  if (file.head.extends.empty()) return {};
  const auto base = texts.file(file.head.extends);
  if (!base) return {};
  LoadOptions options;
  options.limits = limits;
  options.profile = "default";
  const auto version = flatten(**base, texts, options);
  const auto core = version ? elaborate(*version, limits) : std::unexpected(std::vector<Diagnostic>{});
  if (!core) return {};
  return lints(**base, *version, **core, texts);
}

std::vector<Diagnostic> new_among(std::vector<Diagnostic> found, const std::vector<Diagnostic>& known) {
  const auto covered = [](const Diagnostic& one, const Diagnostic& by) {
    if (by.code != one.code) return false;
    if (one.subject.empty()) return by.message == one.message;
    return by.subject == one.subject && std::ranges::all_of(one.listed, [&](const std::string& item) {
             return std::ranges::find(by.listed, item) != by.listed.end();
           });
  };
  std::erase_if(found, [&](const Diagnostic& one) {
    return std::ranges::any_of(known, [&](const Diagnostic& other) { return covered(one, other); });
  });
  return found;
}

std::vector<Diagnostic> check(std::string_view text, std::string_view file_name, const TextSource& texts,
                              const base::Limits& limits) {
  const auto file = parse(text, file_name, limits);
  return file ? check(*file, texts, limits) : diagnostics(file.error());
}

}  // namespace stateroom::rules
