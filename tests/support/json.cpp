#include "tests/support/json.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace stateroom::support {

Json read_json(std::string_view text) {
  auto document = json::parse(text, "test");
  if (!document) throw std::runtime_error(document.error().where + ": " + document.error().message);
  return {*document, json::root(**document)};
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string vectors_path(std::string_view relative) {
  const char* folder = std::getenv("STATEROOM_VECTORS");
  return folder == nullptr || *folder == '\0' ? "" : std::string(folder) + "/" + std::string(relative);
}

}  // namespace stateroom::support
