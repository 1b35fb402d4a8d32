// Writes the tests of rules as C++, while the library is being built.
//
//   write_tests FOLDER OUTPUT
//
// In:  the texts of FOLDER.
// Out: OUTPUT, a C++ source with versions::compiled_tests(). Texts are checked with each choice of each reading, one at
//      a time, with each profile, and as written.
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include "model/rules/compile.h"
#include "model/rules/elaborate.h"
#include "model/rules/test_text.h"
#include "model/versions/registry.h"

namespace stateroom::versions {
namespace {

void add_texts(const rules::Version& version, std::set<std::string>& texts) {
  const auto core = rules::elaborate(version);
  if (!core) return;  // some choices go together only
  const auto program = rules::Program::compile(*core);
  const rules::Code& code = program->data().code;
  const auto add = [&](std::optional<rules::TestText> written) {
    if (written) texts.insert(std::move(written->text));
  };
  for (const rules::Step& step : program->data().steps) {
    if (step.domain != rules::Node::kNone) {
      add(rules::each_text(code, (*core)->plan, step));
    } else if (step.condition != rules::Node::kNone) {
      for (const std::uint32_t left : code.remains(step.condition)) {
        add(rules::condition_text(code, (*core)->plan, left));
      }
    }
  }
}

std::set<std::string> texts_of(const Registry& registry) {
  std::set<std::string> texts;
  for (const std::string& name : registry.names()) {
    const auto add = [&](const rules::LoadOptions& options) {
      const auto version = registry.load(name, options);
      base::require(version.has_value(), "a text that comes with the package is read: " + name);
      add_texts(*version, texts);
    };
    const auto version = registry.load(name);
    base::require(version.has_value(), "a text that comes with the package is read: " + name);
    add_texts(*version, texts);
    for (const std::string& profile : rules::profiles(*version)) add({true, profile, {}, {}});
    for (const rules::ReadingEntry& reading : version->readings) {
      for (const auto& choice : reading.choices) {
        add({true, {}, {{reading.name, choice.name}}, {}});
      }
    }
  }
  return texts;
}

std::string source_of(const std::set<std::string>& texts) {
  std::string out = "// Written by the build from the texts of room versions.\n";
  out += "#include \"model/rules/compiled.h\"\n#include \"model/versions/compiled_tests.h\"\n\n";
  out += "namespace stateroom::versions {\n\nusing namespace rules;\n\nnamespace {\n\n";
  std::size_t number = 0;
  for (const std::string& text : texts) {
    out += "bool test_" + std::to_string(number++) +
           "([[maybe_unused]] Compiled::Machine& m, [[maybe_unused]] const Frame& frame,\n"
           "    [[maybe_unused]] const std::uint32_t* o) {\n  return " +
           text + ";\n}\n\n";
  }
  out += "constexpr CompiledTest kTests[] = {\n";
  number = 0;
  for (const std::string& text : texts) out += "    {R\"(" + text + ")\", &test_" + std::to_string(number++) + "},\n";
  return out +
         "};\n\n}  // namespace\n\nrules::CompiledTests compiled_tests() { return kTests; }\n\n}  // namespace "
         "stateroom::versions\n";
}

}  // namespace
}  // namespace stateroom::versions

int main(int count, char** words) {
  if (count != 3) {
    std::cerr << "write_tests FOLDER OUTPUT\n";
    return 2;
  }
  try {
    const auto texts = stateroom::versions::texts_of(stateroom::versions::Registry(words[1]));
    std::ofstream out(words[2], std::ios::binary);
    out << stateroom::versions::source_of(texts);
    return out.good() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
