// The room version texts that come with the package, and those of the user.
//
// In:  a name ("11", "org.matrix.msc3757.11") or the path of a `.room` file.
// Out: parsed files and flattened versions.
// Promise: names are listed in one order (numbers first, by value, then the others by bytes); a text is read and parsed
// once. Texts are looked up in the directory given, else in the one that STATEROOM_VERSIONS names, else among those
// that were compiled into the library.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/rules/flatten.h"

namespace stateroom::versions {

/// What a list of versions shows without flattening them.
struct Listing {
  std::string name;
  std::string identifier;
  std::string extends;
  std::string line;  // inherited
  std::string status;
  std::string source;
  bool lts = false;  // of the folder lts
};

class Registry final : public rules::TextSource {
 public:
  /// Texts of STATEROOM_VERSIONS if it is set, else the compiled-in ones.
  Registry();
  /// Texts of a directory (`*.room`, and `lts/*.room`).
  explicit Registry(std::filesystem::path directory);
  ~Registry() override;

  /// All names in order.
  std::vector<std::string> names() const override;
  std::expected<std::vector<Listing>, rules::Errors> list() const;
  bool has(std::string_view name) const;
  /// The bytes of a text as they stand in its file; kUnknownVersion with the nearest names as hint.
  base::Result<std::string> text(std::string_view name) const;
  /// Name first, base text last.
  std::expected<std::vector<std::string>, rules::Errors> lineage(std::string_view name) const;

  std::expected<std::shared_ptr<const rules::File>, rules::Errors> file(std::string_view name) const override;

  /// The parsed text of a name, or of the path of a `.room` file.
  std::expected<std::shared_ptr<const rules::File>, rules::Errors> open(std::string_view name_or_path,
                                                                        const base::Limits& limits = {}) const;

  /// A flattened version by name, or by the path of a `.room` file (whatever holds a '/' or ends with ".room").
  std::expected<rules::Version, rules::Errors> load(std::string_view name_or_path,
                                                    const rules::LoadOptions& options = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stateroom::versions
