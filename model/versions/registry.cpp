#include "model/versions/registry.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <span>
#include <system_error>
#include <utility>

#include "model/rules/lexer.h"

namespace stateroom::versions {

// Written by the build from the `.room` files of this folder: path below the folder and bytes, sorted by path.
std::span<const std::pair<std::string_view, std::string_view>> embedded_texts();

namespace {

constexpr std::string_view kSuffix = ".room";

struct Source {
  std::string path;  // as errors name it
  std::string bytes;
  bool lts = false;
};

std::string stem(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  name.remove_suffix(kSuffix.size());
  return std::string(name);
}

bool digits(std::string_view name) {
  return !name.empty() && name.size() < 10 && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

// Numbers first, by value, then the others by bytes.
struct NameOrder {
  bool operator()(const std::string& a, const std::string& b) const {
    const bool a_number = digits(a), b_number = digits(b);
    if (a_number != b_number) return a_number;
    if (a_number && a.size() != b.size()) return a.size() < b.size();
    return a < b;
  }
};

std::expected<std::string, base::Error> read(const std::filesystem::path& path, std::uint64_t bytes_max) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code)) {
    return base::fail(base::ErrorCode::kFile, "found no file of this name", path.string());
  }
  const std::uintmax_t size = std::filesystem::file_size(path, code);
  if (!code && size > bytes_max) {
    return base::fail(
        base::ErrorCode::kLimit,
        "the text has " + std::to_string(size) + " bytes, more than text_bytes_max, " + std::to_string(bytes_max),
        path.string());
  }
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.good() && !in.eof()) return base::fail(base::ErrorCode::kFile, "the file cannot be read", path.string());
  return bytes;
}

bool is_path(std::string_view name) { return name.find('/') != std::string_view::npos || name.ends_with(kSuffix); }

}  // namespace

struct Registry::State {
  std::map<std::string, Source, NameOrder> sources;
  rules::Errors unreadable;
  std::mutex mutex;
  std::map<std::string, std::expected<std::shared_ptr<const rules::File>, rules::Errors>> parsed;

  void read_folder(const std::filesystem::path& folder, bool lts) {
    std::error_code code;
    for (const auto& entry : std::filesystem::directory_iterator(folder, code)) {
      const std::string path = entry.path().string();
      if (!path.ends_with(kSuffix)) continue;
      std::expected<std::string, base::Error> bytes = read(entry.path(), base::Limits{}.text_bytes_max);
      if (bytes) {
        sources[stem(path)] = {path, std::move(*bytes), lts};
      } else {
        unreadable.push_back(std::move(bytes.error()));
      }
    }
    if (code && !lts)
      unreadable.push_back({base::ErrorCode::kFile, "found no folder of room version texts", folder.string(), {}});
  }
};

Registry::Registry() : state_(std::make_unique<State>()) {
  const char* folder = std::getenv("STATEROOM_VERSIONS");
  if (folder != nullptr && *folder != '\0') {
    state_->read_folder(folder, false);
    state_->read_folder(std::filesystem::path(folder) / "lts", true);
    return;
  }
  for (const auto& [path, bytes] : embedded_texts()) {
    state_->sources[stem(path)] = {std::string(path), std::string(bytes), path.starts_with("lts/")};
  }
}

Registry::Registry(std::filesystem::path directory) : state_(std::make_unique<State>()) {
  state_->read_folder(directory, false);
  state_->read_folder(directory / "lts", true);
}

Registry::~Registry() = default;

std::vector<std::string> Registry::names() const {
  std::vector<std::string> out;
  for (const auto& [name, source] : state_->sources) out.push_back(name);
  return out;
}

bool Registry::has(std::string_view name) const { return state_->sources.contains(std::string(name)); }

base::Result<std::string> Registry::text(std::string_view name) const {
  const auto found = state_->sources.find(std::string(name));
  if (found != state_->sources.end()) return found->second.bytes;
  if (!state_->unreadable.empty()) return std::unexpected(state_->unreadable.front());
  const std::string near = rules::nearest(name, names());
  return base::fail(base::ErrorCode::kUnknownVersion,
                    "found no room version `" + std::string(name.substr(0, 200)) + "`", {},
                    near.empty() ? "`stateroom versions` lists them" : "did you mean `" + near + "`?");
}

std::expected<std::shared_ptr<const rules::File>, rules::Errors> Registry::file(std::string_view name) const {
  const std::lock_guard lock(state_->mutex);
  const std::string key(name);
  if (const auto known = state_->parsed.find(key); known != state_->parsed.end()) return known->second;
  const base::Result<std::string> bytes = text(name);
  if (!bytes) return std::unexpected(rules::Errors{bytes.error()});
  const std::string& path = state_->sources.find(key)->second.path;
  std::expected<rules::File, rules::Errors> parsed = rules::parse(*bytes, path);
  std::expected<std::shared_ptr<const rules::File>, rules::Errors> out;
  if (!parsed) {
    out = std::unexpected(std::move(parsed.error()));
  } else if (parsed->head.name != key) {
    out = std::unexpected(rules::Errors{{base::ErrorCode::kName,
                                         "found the version \"" + parsed->head.name + "\" in a file of another name",
                                         parsed->head.location.text(), "a version's name is its file's name"}});
  } else {
    out = std::make_shared<const rules::File>(std::move(*parsed));
  }
  state_->parsed.emplace(key, out);
  return out;
}

std::expected<std::vector<std::string>, rules::Errors> Registry::lineage(std::string_view name) const {
  std::vector<std::string> out;
  for (std::string next(name); !next.empty() && out.size() < base::Limits{}.lineage_max;) {
    const auto parsed = file(next);
    if (!parsed) return std::unexpected(parsed.error());
    out.push_back(next);
    next = (*parsed)->head.extends;
  }
  return out;
}

std::expected<std::vector<Listing>, rules::Errors> Registry::list() const {
  std::vector<Listing> out;
  for (const auto& [name, source] : state_->sources) {
    const auto lines = lineage(name);
    if (!lines) return std::unexpected(lines.error());
    const rules::FileHead& head = (*file(name))->head;
    Listing listing{
        name, head.identifier.empty() ? name : head.identifier, head.extends, {}, head.status, head.source, source.lts};
    for (const std::string& step : *lines) {
      listing.line = (*file(step))->head.line;
      if (!listing.line.empty()) break;
    }
    out.push_back(std::move(listing));
  }
  return out;
}

std::expected<std::shared_ptr<const rules::File>, rules::Errors> Registry::open(std::string_view name_or_path,
                                                                                const base::Limits& limits) const {
  if (!is_path(name_or_path) || has(name_or_path)) return file(name_or_path);
  const std::expected<std::string, base::Error> bytes =
      read(std::filesystem::path(name_or_path), limits.text_bytes_max);
  if (!bytes) return std::unexpected(rules::Errors{bytes.error()});
  std::expected<rules::File, rules::Errors> parsed = rules::parse(*bytes, name_or_path, limits);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return std::make_shared<const rules::File>(std::move(*parsed));
}

std::expected<rules::Version, rules::Errors> Registry::load(std::string_view name_or_path,
                                                            const rules::LoadOptions& options) const {
  const auto parsed = open(name_or_path, options.limits);
  if (!parsed) return std::unexpected(parsed.error());
  return rules::flatten(**parsed, *this, options);
}

}  // namespace stateroom::versions
