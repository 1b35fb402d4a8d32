#include "tests/model/resolve/scenario.h"

#include <algorithm>
#include <filesystem>

#include "model/base/error.h"
#include "model/json/value.h"
#include "tests/model/resolve/support.h"

namespace stateroom::testing {
namespace {

const std::string kFolder = std::string(STATEROOM_SOURCE_DIR) + "/tests/scenarios/";

}  // namespace

std::string scenario(const std::string& name, const std::string& version) {
  return read_file(kFolder + name + "." + version + ".json");
}

std::vector<std::string> scenarios() {
  std::vector<std::string> out;
  for (const auto& file : std::filesystem::directory_iterator(kFolder)) {
    const std::string name = file.path().filename();
    if (name.ends_with(".11.json")) out.push_back(name.substr(0, name.find('.')));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::map<std::string, std::string> names_of(const std::string& bytes) {
  const auto document = json::parse(bytes);
  base::require(document.has_value(), "a scenario is JSON");
  std::map<std::string, std::string> out;
  for (const json::Value name : json::root(**document).get("about").get("names").children()) {
    out.emplace(name.own_key(), name.string());
  }
  return out;
}

}  // namespace stateroom::testing
