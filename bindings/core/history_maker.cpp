#include "bindings/core/history_maker.h"

#include <algorithm>
#include <map>

#include "bindings/core/refuse.h"
#include "model/json/value.h"
#include "sim/workload/history_file.h"

namespace stateroom::bindings {
namespace {

constexpr std::uint64_t kDraws = 16;  // state sets of one room, which is most of the work

report::LoadedPtr load(report::Workbench& bench, const std::string& version, const std::string& profile) {
  auto loaded = bench.load(version, {profile, {}});
  if (!loaded) throw Refusal(loaded.error().front());
  return *loaded;
}

/// A state as an oracle says it.
std::string said(const report::Opened& opened, graph::State state) {
  std::map<std::pair<std::string, std::string>, std::string> entries;
  for (const auto& [key, event] : opened.store.entries(state))
    entries[{opened.text(opened.room->key_type(key)), opened.text(opened.room->key_state_key(key))}] = opened.id(event);
  std::string out = R"({"state":[)";
  for (const auto& [key, id] : entries) {
    if (out.back() == ']') out += ',';
    out += "[" + json::quoted(key.first) + "," + json::quoted(key.second) + "," + json::quoted(id) + "]";
  }
  return out + "]}";
}

std::string answer(report::Opened& opened, const workload::HistoryMade& made, const workload::Draw& draw) {
  const auto id = [&](std::uint32_t step) { return made.events[step].event_id; };
  for (std::uint32_t step = 0; step < made.events.size(); ++step) {
    const bool rejected = std::binary_search(draw.rejected.begin(), draw.rejected.end(), step);
    opened.room->set_rejected(opened.room->find(std::string_view(id(step))), rejected);
  }
  opened.history.state_sets.clear();
  for (const workload::StateOfSteps& set : draw.state_sets) {
    auto& ids = opened.history.state_sets.emplace_back();
    for (const auto& [key, step] : set) ids.push_back(id(step));
  }
  const auto resolved = opened.resolver->resolve(value_of(report::inputs_of(opened, report::HistoryOptions{})));
  return resolved ? said(opened, *resolved) : std::string();
}

}  // namespace

HistoryMaker::HistoryMaker(const std::string& version) : loaded_(load(bench_, version, "")) {}

workload::HistoryMade HistoryMaker::make(std::uint64_t room, workload::Signing signing) const {
  workload::WorkloadOptions options = workload::varied(room);
  options.signing = signing;
  return value_of(workload::make(loaded_->program, room, options));
}

std::string HistoryMaker::history(std::uint64_t seed, bool states) {
  const std::uint64_t room = seed / kDraws;
  if (!made_ || made_->plan.seed != room) made_ = make(room, workload::Signing::kSigned);
  const auto draw = workload::draw_of(made_->plan, static_cast<std::uint32_t>(seed % kDraws));
  return workload::history_file(*made_, loaded_->text.identifier, draw.state_sets, draw.rejected, states);
}

HistoryMaker::Asked HistoryMaker::ask(std::uint64_t room, const std::vector<std::string>& profiles) {
  Asked out{make(room, workload::Signing::kUnsigned), {}, {}};
  for (const event::Event& event : out.made.events) out.pdus.push_back(workload::named_pdu(event));
  for (const std::string& profile : profiles) {
    event::History history;
    history.events = out.made.events;
    history.has_state_sets = true;
    out.opened.push_back(
        value_of(report::open(bench_.registry(), load(bench_, loaded_->text.identifier, profile), std::move(history))));
  }
  return out;
}

std::vector<Question> HistoryMaker::questions(std::uint64_t first, std::uint64_t count,
                                              const std::vector<std::string>& profiles) {
  std::vector<Question> out;
  std::optional<Asked> asked;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const std::uint64_t room = seed / kDraws;
    if (!asked || asked->made.plan.seed != room) asked = ask(room, profiles);
    const auto draw = workload::draw_of(asked->made.plan, static_cast<std::uint32_t>(seed % kDraws));
    if (!draw.contested()) continue;
    const auto steps = workload::looked_at(asked->made, draw);
    Question one{seed,
                 workload::shape(asked->made, draw, steps),
                 workload::question(asked->made, asked->pdus, loaded_->text.identifier, draw, steps),
                 {}};
    for (const auto& opened : asked->opened) one.answers.push_back(answer(*opened, asked->made, draw));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace stateroom::bindings
