// Any bytes as the text of a room version: parsed, laid out, flattened, checked, said in English, and if it checks,
// run.
#include <fstream>
#include <sstream>
#include <string>

#include "model/report/opened.h"
#include "model/resolve/state_before.h"
#include "model/rules/check.h"
#include "model/rules/elaborate.h"
#include "model/rules/lint.h"
#include "model/rules/parser.h"
#include "model/rules/print.h"
#include "model/rules/say.h"
#include "tests/fuzz/require.h"

namespace stateroom {
namespace {

const versions::Registry& registry() {
  static const versions::Registry shipped;
  return shipped;
}

/// A small history with forks, power levels and a ban, for what a text says to be run on.
const event::HistoryItem& history() {
  static const event::HistoryItem item = [] {
    std::ifstream in(STATEROOM_SOURCE_DIR "/tests/scenarios/topic_reset.11.json");
    std::stringstream bytes;
    bytes << in.rdbuf();
    const auto items = event::read_items(bytes.str(), "topic_reset");
    fuzz::require(items.size() == 1 && items[0].has_value(), "the scenario can be read");
    return *items[0];
  }();
  return item;
}

void run(const rules::Version& text, const std::shared_ptr<const rules::CoreVersion>& core) {
  auto loaded = std::make_shared<report::Loaded>();
  loaded->text = text;
  loaded->core = core;
  loaded->program = rules::Program::compile(core);
  auto decoded = event::decode(history(), core->format, false);
  if (!decoded) return;
  auto opened = report::open(registry(), std::move(loaded), std::move(*decoded));
  if (!opened) return;
  report::Opened& all = **opened;
  const auto inputs = report::inputs_of(all, report::HistoryOptions{});
  if (!inputs) return;
  resolve::Trace trace;
  const auto once = all.resolver->resolve(*inputs, &trace);
  const auto twice = all.resolver->resolve(*inputs);
  fuzz::require(once.has_value() == twice.has_value() && (!once || *once == *twice), "a trace changes no result");
}

}  // namespace
}  // namespace stateroom

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace stateroom;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto file = rules::parse(text, "input.room");
  if (!file) {
    fuzz::require(!file.error().empty(), "a text that is refused has an error");
    return 0;
  }
  const std::string formatted = rules::format(*file);
  const auto again = rules::parse(formatted, "input.room");
  fuzz::require(again.has_value(), "what was laid out can be read");
  fuzz::require(rules::format(*again) == formatted, "laying out twice is laying out once");
  const auto version = rules::flatten(*file, registry());
  const auto version_again = rules::flatten(*again, registry());
  fuzz::require(version.has_value() == version_again.has_value(), "laying out does not change what is wrong");
  if (!version) return 0;
  const std::string printed = rules::print(*version);
  fuzz::require(rules::print(*version_again) == printed, "laying out does not change the meaning");
  fuzz::require(!rules::say(*version).empty(), "a text can be said");
  const auto core = rules::elaborate(*version);
  const auto found = rules::check(*file, registry());
  if (!core) {
    fuzz::require(!core.error().empty() && !found.empty(), "what does not check has an error");
    return 0;
  }
  rules::lint(*version, **core);
  run(*version, *core);
  return 0;
}
