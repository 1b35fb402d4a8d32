#include "bench/small_conflicts.h"

#include <algorithm>
#include <filesystem>

namespace stateroom::bench {

std::vector<SmallConflict> small_conflicts(const std::string& version) {
  namespace fs = std::filesystem;
  const std::string ending = "." + version + ".json";
  std::vector<SmallConflict> out;
  for (const auto& file : fs::directory_iterator(fs::path(STATEROOM_SOURCE_DIR) / "tests/scenarios")) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(ending)) continue;
    auto lab = std::make_unique<testing::Lab>(version, testing::read_file(file.path().string()));
    if (lab->room->size() < 9 || lab->room->size() > 14) continue;
    if (lab->state_sets.size() < 2 || lab->state_sets.size() > 3) continue;
    std::vector<graph::State> states;
    for (const auto& set : lab->state_sets) states.push_back(lab->state(set));
    out.push_back({name.substr(0, name.size() - ending.size()), std::move(lab), std::move(states)});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

}  // namespace stateroom::bench
