#include "model/rules/lint_lineage.h"

namespace stateroom::rules {
namespace {

// The line of the versions that the specification publishes, which name none.
constexpr std::string_view kUnnamedLine = "matrix";

std::string_view line_of(const Version& version) { return version.line.empty() ? kUnnamedLine : version.line; }

std::string_view identifier_of(const FileHead& head) { return head.identifier.empty() ? head.name : head.identifier; }

void lint_identifier(const File& file, const Version& version, const TextSource& texts, std::vector<Diagnostic>& out) {
  for (const std::string& name : texts.names()) {
    // A text that cannot be read is the business of whoever checks that one.
    const auto other = texts.file(name);
    if (!other || identifier_of((*other)->head) != version.identifier) continue;
    if (name == version.name) {
      const auto known = flatten(**other, texts);
      if (!known || known->sha256_with_errata == version.sha256_with_errata) continue;
    }
    out.push_back(
        warning(file.head.location, "shared-identifier",
                "create events that carry \"" + version.identifier + "\" are of two texts: this one and `" + name + "`",
                "servers that follow one text and the other would share a room and disagree; choose another name, or "
                "another `identifier`"));
  }
}

void lint_line(const File& file, const Version& version, const TextSource& texts, std::vector<Diagnostic>& out) {
  if (file.head.extends.empty() || file.head.without_errata) return;
  LoadOptions options;
  options.profile = "text";
  const auto base = load(file.head.extends, texts, options);
  if (!base || line_of(*base) == line_of(version)) return;
  out.push_back(
      warning(file.head.location, "crossed-line",
              "a text of the line `" + std::string(line_of(version)) + "` extends `" + base->name + "` of the line `" +
                  std::string(line_of(*base)) + "`, with what is added to that later",
              "write `extends \"" + base->name + "\" without errata`, which is that text as first published"));
}

}  // namespace

std::vector<Diagnostic> lint_lineage(const File& file, const Version& version, const TextSource& texts) {
  std::vector<Diagnostic> out;
  lint_identifier(file, version, texts, out);
  lint_line(file, version, texts, out);
  return out;
}

}  // namespace stateroom::rules
