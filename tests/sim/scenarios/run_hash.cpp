// run_hash SCENARIO VERSION SEED: the hash of the log of a scenario's first hours.
#include <cstdio>
#include <string>

#include "model/rules/elaborate.h"
#include "model/versions/registry.h"
#include "sim/scenarios/run.h"

int main(int count, char** arguments) {
  using namespace stateroom;
  if (count != 4) return 2;
  const versions::Registry registry;
  for (const auto& [name, text] : scenarios::all()) {
    if (name != arguments[1]) continue;
    auto scenario = scenarios::read(text, name);
    if (!scenario) return 1;
    scenarios::RunOptions options;
    options.seed = std::stoull(arguments[3]);
    options.version = arguments[2];
    options.length = 6 * kernel::kHour;
    auto run = scenarios::Run::make(std::move(*scenario), options, [&](const std::string& version) {
      return base::Result<std::shared_ptr<const rules::Program>>(
          rules::Program::compile(*rules::elaborate(*registry.load(version))));
    });
    if (!run) return 1;
    (*run)->go();
    std::printf("%s\n", (*run)->world().log().hash().c_str());
    return 0;
  }
  return 1;
}
