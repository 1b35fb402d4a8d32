// Any bytes as the text of a room version, as it is meant: flattened under every profile, checked, said in English,
// compared, and if it checks, run on a small history. The one text that it can extend is small.room: an input costs
// milliseconds so.
#include <fstream>
#include <sstream>
#include <string>

#include "model/event/history.h"
#include "model/resolve/state_before.h"
#include "model/rules/check.h"
#include "model/rules/compare.h"
#include "model/rules/elaborate.h"
#include "model/rules/lint.h"
#include "model/rules/parser.h"
#include "model/rules/print.h"
#include "model/rules/reads.h"
#include "model/rules/say.h"
#include "tests/fuzz/require.h"

namespace stateroom {
namespace {

std::string bytes_of(const char* name) {
  std::ifstream in(std::string(STATEROOM_SOURCE_DIR "/tests/fuzz/") + name);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

class SmallText final : public rules::TextSource {
 public:
  SmallText() {
    auto parsed = rules::parse(bytes_of("small.room"), "small.room");
    fuzz::require(parsed.has_value(), "small.room can be read");
    file_ = std::make_shared<const rules::File>(std::move(*parsed));
  }
  std::expected<std::shared_ptr<const rules::File>, rules::Errors> file(std::string_view name) const override {
    if (name == file_->head.name) return file_;
    return std::unexpected(rules::Errors{{base::ErrorCode::kUnknownVersion, "there is one text", {}, {}}});
  }
  std::vector<std::string> names() const override { return {file_->head.name}; }

 private:
  std::shared_ptr<const rules::File> file_;
};

const SmallText& texts() {
  static const SmallText small;
  return small;
}

/// A small history with a fork, power levels and a ban, for what a text says to be run on.
const event::HistoryItem& history() {
  static const event::HistoryItem item = [] {
    const auto items = event::read_items(bytes_of("drawing.json"), "drawing");
    fuzz::require(items.size() == 1 && items[0].has_value(), "the drawing can be read");
    return *items[0];
  }();
  return item;
}

void printing_keeps(const rules::Version& version) {
  // Choices that were applied are part of the text; what they were chosen from is not asked again.
  rules::Version chosen = version;
  chosen.readings.clear();
  const std::string printed = rules::print(chosen);
  const auto file = rules::parse(printed, "printed.room");
  fuzz::require(file.has_value(), "a printed version can be read");
  const auto again = rules::flatten(*file, texts());
  fuzz::require(again.has_value(), "a printed version stands on its own");
  fuzz::require(rules::print(*again) == printed, "a printed version reads back as itself");
}

/// The verdicts and the resolved state of the small history.
void run(const std::shared_ptr<const rules::CoreVersion>& core) {
  base::Limits limits;
  limits.resolution_steps_max = 1'000'000;
  auto decoded = event::decode(history(), core->format, false);
  if (!decoded) return;
  auto room = graph::Room::build(std::move(decoded->events), core->format);
  if (!room) return;
  rules::Evaluator evaluator(rules::Program::compile(core), **room);
  graph::StateStore store;
  resolve::Resolver resolver(evaluator, store, limits);
  resolve::WalkOptions options;
  options.arrival = true;
  const auto walk = resolve::Walk::run(evaluator, store, resolver, options);
  if (!walk) return;
  for (std::uint32_t e = 0; e < (*room)->size(); ++e) {
    const base::EventIndex event{e};
    const auto before = rules::StateView::of(store, walk->receipts()[e].before);
    rules::ReadLog reads;
    const rules::Decision decision = evaluator.authorise(event, before, false, &reads);
    fuzz::require(decision.rule.valid(), "a decision names its rule");
    fuzz::require(evaluator.authorise(event, before).allowed == decision.allowed, "watching changes no decision");
    (void)evaluator.selection(event, before);
  }
  std::vector<graph::State> states;
  for (const base::EventIndex extremity : walk->extremities()) states.push_back(walk->after(extremity));
  resolve::Trace trace;
  const auto traced = resolver.resolve(states, &trace);
  const auto plain = resolver.resolve(states);
  fuzz::require(traced.has_value() == plain.has_value() && (!plain || *plain == *traced), "a trace changes no result");
}

/// Whether the text checks under these options.
bool can_be_used(const rules::File& file, const rules::LoadOptions& options) {
  const auto version = rules::flatten(file, texts(), options);
  if (!version) {
    fuzz::require(!version.error().empty(), "a text that is refused has an error");
    return false;
  }
  printing_keeps(*version);
  fuzz::require(!rules::say(*version).empty(), "a text can be said");
  const auto core = rules::elaborate(*version, options.limits);
  if (!core) {
    fuzz::require(!core.error().empty(), "a text that does not check has an error");
    return false;
  }
  rules::lint(*version, **core);
  rules::rule_reads(**core);
  run(*core);
  return true;
}

}  // namespace
}  // namespace stateroom

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace stateroom;
  const fuzz::Budget budget(size);
  const auto file = rules::parse({reinterpret_cast<const char*>(data), size}, "input.room");
  if (!file) return 0;
  rules::LoadOptions options;
  const auto version = rules::flatten(*file, texts(), options);
  if (!version) return 0;
  static const rules::Version small = *rules::load("small", texts());
  (void)rules::compare(small, *version, &texts());
  const auto found = rules::check(*file, texts());
  const bool refused =
      std::ranges::any_of(found, [](const auto& one) { return one.severity == rules::Severity::kError; });
  const bool usable = can_be_used(*file, options);
  fuzz::require(usable || refused, "what cannot be used has an error");
  for (const std::string& profile : rules::profiles(*version)) {
    options.profile = profile;
    can_be_used(*file, options);
  }
  options.profile.clear();
  options.errata = false;
  fuzz::require(can_be_used(*file, options) || refused, "what cannot be used without errata has an error");
  return 0;
}
