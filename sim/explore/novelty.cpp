#include "sim/explore/novelty.h"

#include <algorithm>

namespace stateroom::explore {
namespace {

/// FNV-1a, 64 bits, of numbers and names.
class Hash {
 public:
  explicit Hash(std::string_view kind) { add(kind); }
  Hash& add(std::string_view text) {
    for (const char c : text) byte(static_cast<unsigned char>(c));
    byte(0);
    return *this;
  }
  Hash& add(std::uint64_t number) {
    for (int i = 0; i < 8; ++i) byte(static_cast<unsigned char>(number >> (8 * i)));
    return *this;
  }
  std::uint64_t value() const { return value_; }

 private:
  void byte(unsigned char one) { value_ = (value_ ^ one) * 0x100000001b3u; }
  std::uint64_t value_ = 0xcbf29ce484222325u;
};

/// Users by the order in which they appear.
class Renamed {
 public:
  std::uint64_t of(std::string_view name) {
    const auto at = std::ranges::find(names_, name);
    if (at != names_.end()) return static_cast<std::uint64_t>(at - names_.begin());
    names_.emplace_back(name);
    return names_.size() - 1;
  }

 private:
  std::vector<std::string> names_;
};

std::uint64_t shape_of(Stage& stage, const resolve::TraceValue& value) {
  std::vector<std::uint32_t> places;
  for (const EventIndex event : value.events) places.push_back(stage.place_of(event));
  std::ranges::sort(places);
  Renamed users;
  Hash out(value.name);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Act& act = stage.act(stage.act_at(places[i]));
    out.add(act.type).add(users.of(act.sender));
    if (!act.state_key.empty()) out.add(users.of(act.state_key));
    for (std::size_t j = 0; j < i; ++j) out.add(stage.reaches(places[i], places[j]) ? 1 : 0);
  }
  return out.value();
}

constexpr std::size_t kMany = 3;             // as many members as count apart
constexpr std::size_t kShapeEventsMost = 8;  // larger sets have no shape of their own: nearly each would be new

}  // namespace

base::Result<std::vector<std::uint64_t>> features_of(Stage& stage, std::span<const State> states) {
  resolve::Trace trace;
  const auto done = stage.checker().resolver().resolve(states, &trace);
  if (!done) return std::unexpected(done.error());
  std::vector<std::uint64_t> out;
  Hash together("branches");
  for (const resolve::TraceCheck& check : trace.checks) {
    const Act& act = stage.act(stage.act_at(stage.place_of(check.event)));
    out.push_back(Hash("rule")
                      .add(check.name)
                      .add(act.type)
                      .add(check.decision.rule.value())
                      .add(check.decision.allowed ? 1 : 0)
                      .value());
  }
  for (const resolve::TraceValue& value : trace.values) {
    if (value.kind == resolve::TraceValue::Kind::kFunction) continue;
    const bool conflicted = value.name.find("conflicted") != std::string::npos;
    if (conflicted && !value.events.empty() && value.events.size() <= kShapeEventsMost)
      out.push_back(shape_of(stage, value));
    if (value.kind == resolve::TraceValue::Kind::kState) continue;
    const std::size_t size = std::min(value.events.size(), kMany);
    out.push_back(Hash("size").add(value.name).add(size).value());
    together.add(size);
  }
  out.push_back(together.value());
  return out;
}

}  // namespace stateroom::explore
