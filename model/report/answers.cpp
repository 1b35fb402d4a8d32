#include "model/report/answers.h"

#include "model/base/limits.h"
#include "model/report/json_writer.h"
#include "model/rules/elaborate.h"
#include "model/versions/compiled_tests.h"

namespace stateroom::report {

std::expected<LoadedPtr, std::vector<base::Error>> Workbench::load(const std::string& name_or_path,
                                                                   const Choice& choice) {
  std::string key = name_or_path + "\n" + choice.profile;
  for (const auto& [reading, chosen] : choice.readings) key += "\n" + reading + "=" + chosen;
  const bool file = name_or_path.find('/') != std::string::npos || name_or_path.ends_with(".room");  // files may change
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = loaded_.find(key); !file && known != loaded_.end()) return known->second;
  }
  rules::LoadOptions options;
  options.profile = choice.profile;
  options.readings = choice.readings;
  auto text = registry_.load(name_or_path, options);
  if (!text) return std::unexpected(std::move(text.error()));
  const auto core = rules::elaborate(*text);
  if (!core) {
    std::vector<base::Error> errors;
    for (const rules::Diagnostic& found : core.error()) {
      base::ErrorCode code = base::ErrorCode::kType;
      for (const base::ErrorCode known : base::all_error_codes()) {
        if (base::name(known) == found.code) code = known;
      }
      errors.push_back({code, found.message, found.where(), found.hint});
    }
    return std::unexpected(std::move(errors));
  }
  auto loaded = std::make_shared<Loaded>();
  loaded->text = std::move(*text);
  loaded->core = *core;
  loaded->program = rules::Program::compile(*core, versions::compiled_tests());
  const std::lock_guard lock(mutex_);
  loaded_[key] = loaded;
  return loaded;
}

std::string error_line(const base::Error& refused) {
  const base::Error error = base::with_limit_hint(refused);
  JsonObject inner;
  inner.text("code", base::name(error.code)).text("message", error.message).text("where", error.where);
  if (!error.hint.empty()) inner.text("hint", error.hint);
  return JsonObject().add("error", inner.done()).done();
}

Answers list_errors() {
  Answers out;
  for (const base::ErrorCode code : base::all_error_codes()) {
    out.lines.push_back(JsonObject().text("code", base::name(code)).text("meaning", base::describe(code)).done());
  }
  return out;
}

Answers list_versions(Workbench& workbench) {
  Answers out;
  for (const std::string& name : workbench.registry().names()) {
    const auto text = workbench.registry().load(name);
    if (!text) {
      out.lines.push_back(error_line(text.error().front()));
      out.refused = true;
      continue;
    }
    out.lines.push_back(JsonObject()
                            .text("name", name)
                            .add("extends", quoted_or_null(text->extends))
                            .text("status", text->status)
                            .text("sha256", text->sha256_without_errata)
                            .text("sha256_with_errata", text->sha256_with_errata)
                            .done());
  }
  return out;
}

}  // namespace stateroom::report
