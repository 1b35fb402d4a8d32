#include "bindings/core/merge_questions.h"

#include <fmt/format.h>

#include <utility>

#include "bindings/core/refuse.h"

namespace stateroom::bindings {

using Names = std::vector<std::string>;

report::LoadedPtr load(report::Workbench& bench, const std::string& name, const std::string& profile) {
  auto loaded = bench.load(name, {profile, {}});
  if (!loaded) throw Refusal(loaded.error().front());
  return *loaded;
}

properties::Property open_property(const std::string& name) {
  auto property = properties::open(name);
  if (!property) throw Refusal(property.error().front());
  return std::move(*property);
}

std::shared_ptr<const rules::Program> compile(const report::Loaded& version, const properties::Property& property) {
  if (property.text == nullptr) {
    throw Refusal({base::ErrorCode::kUnknownName,
                   fmt::format("`{}` is asked of whole runs of servers, not of a merge", property.name),
                   {},
                   "see `stateroom simulate --watch`"});
  }
  auto program = properties::compile(version.text, *property.text);
  if (program) return *program;
  const rules::Diagnostic& first = program.error().front();
  throw Refusal({base::ErrorCode::kName,
                 fmt::format("version {} cannot be asked `{}`: {}", version.text.name, property.name, first.message),
                 first.where(), first.hint});
}

properties::Terms terms_of(const Names& hypotheses, std::uint32_t stale) {
  properties::Terms out;
  out.stale = stale;
  for (const std::string& name : hypotheses) {
    const auto known = properties::hypothesis_of(name);
    if (!known) {
      Names names;
      for (std::size_t i = 0; i < properties::kHypotheses; ++i)
        names.emplace_back(properties::name(static_cast<properties::Hypothesis>(i)));
      throw Refusal({base::ErrorCode::kUnknownName,
                     fmt::format("there is no hypothesis `{}`", name),
                     {},
                     fmt::format("known: {}", fmt::join(names, ", "))});
    }
    out.hypotheses.push_back(*known);
  }
  return out;
}

}  // namespace stateroom::bindings
