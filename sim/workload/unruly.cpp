#include "sim/workload/unruly.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/base/encode.h"

namespace stateroom::workload {
namespace {

using json::quoted;

// One of every type, at the edges of what is a number, and what some take for a number.
constexpr std::array<std::string_view, 16> kOddLevels{
    "\"50\"", "\" 50 \"", "\"+5\"", "\"100\"", "\"1_0\"", "\"abc\"", "\"\"",    "null",
    "true",   "[]",       "{}",     "-1",      "-50",     "101",     "1000000", "9007199254740991"};
// Only where a version's canonical JSON takes them.
constexpr std::array<std::string_view, 5> kBoundlessLevels{"50.7", "1e2", "-0.5", "9007199254740993",
                                                           "99999999999999999999"};
constexpr std::array<std::string_view, 5> kNoMaps{"null", "[]", "\"none\"", "50", ""};
constexpr std::array<std::string_view, 5> kOddWords{"\"sideways\"", "null", "7", "\"\"", "[\"join\"]"};
constexpr std::array<std::string_view, 3> kOddKeys{"other", "@anna:alpha.example", "@boris:beta.example"};

std::string with_entry(const std::map<std::string, std::int64_t>& levels, const std::string& name,
                       std::string_view value) {
  std::string out = "{";
  for (const auto& [key, level] : levels) {
    if (key != name) out += fmt::format("{}:{},", quoted(key), level);
  }
  return out + fmt::format("{}:{}}}", quoted(name), value);
}

}  // namespace

Unruly::Unruly(const rules::CoreVersion& version, std::uint64_t seed, std::uint32_t of_100)
    : version_(version), of_100_(of_100), random_(seed, "workload/unruly"), citing_(seed, "workload/citing") {}

std::string Unruly::odd_level() {
  const bool bounded = version_.format.canonical_json.enforced;
  if (!bounded && random_.chance(1, 4)) return std::string(random_.pick(kBoundlessLevels));
  return std::string(random_.pick(kOddLevels));
}

void Unruly::spoil_levels(PowerLevels& levels) {
  constexpr std::array<const char*, 8> kMembers{"users_default", "events_default", "state_default", "ban",
                                                "kick",          "invite",         "redact",        "users"};
  constexpr std::array<const char*, 3> kMaps{"users", "events", "notifications"};
  const std::uint64_t hand = random_.below(10);
  if (hand < 4) {
    const std::string name = random_.pick(kMembers);
    levels.raw[name] = name == "users" ? with_entry(levels.users, "@dora:alpha.example", odd_level()) : odd_level();
  } else if (hand < 6) {
    levels.raw["events"] = with_entry(levels.events, "m.room.topic", odd_level());
  } else if (hand < 7) {
    levels.raw["notifications"] = with_entry(levels.notifications, "room", odd_level());
  } else if (hand < 8) {
    levels.raw[random_.pick(kMaps)] = std::string(random_.pick(kNoMaps));
  } else {
    levels.raw.clear();  // somebody mends it
  }
}

void Unruly::change(Step& idea) {
  if (!random_.chance(of_100_, 100)) return;
  if (idea.levels) {
    if (random_.chance(1, 4)) {
      idea.state_key = std::string(random_.pick(kOddKeys));
    } else {
      spoil_levels(*idea.levels);
    }
  } else if (idea.type == "m.room.member") {
    if (random_.chance(1, 4)) idea.content = fmt::format("{{\"membership\":{}}}", random_.pick(kOddWords));
  } else if (idea.type == "m.room.join_rules" && random_.chance(1, 2)) {
    idea.content = fmt::format("{{\"join_rule\":{}}}", random_.pick(kOddWords));
  } else if (!idea.state_key) {
    idea.state_key = "";
  } else if (random_.chance(1, 3)) {
    idea.type = "m.room.aliases";
    idea.state_key = std::string(event::server_part(idea.sender).value_or(""));
    idea.content = R"({"aliases":[]})";
  } else {
    idea.state_key = std::string(random_.pick(kOddKeys));
  }
}

std::vector<Step> Unruly::beginning(std::vector<Step> usual, const std::vector<std::string>& people) {
  if (of_100_ == 0) return usual;
  if (version_.plan.find("m.room.create", {"additional_creators"}).valid() && people.size() > 1 && random_.chance(1, 3))
    usual[0].content = fmt::format("{{\"additional_creators\":[{}]}}", quoted(people[1]));
  if (random_.chance(1, 24)) usual[0].content = R"({"m.federate":false})";
  if (people.size() > 1 && random_.chance(1, 5)) {
    const auto rules =
        std::find_if(usual.begin(), usual.end(), [](const Step& step) { return step.type == "m.room.join_rules"; });
    rules->type = "m.room.member";  // who is to join is invited instead
    rules->state_key = people[1];
    rules->content = R"({"membership":"invite"})";
  }
  return usual;
}

std::optional<std::vector<std::uint32_t>> Unruly::cite(const std::vector<std::uint32_t>& selection,
                                                       const std::vector<Step>& steps) {
  if (selection.empty() || !citing_.chance(of_100_, 100)) return std::nullopt;
  std::vector<std::uint32_t> out = selection;
  const std::size_t place = citing_.below(out.size());
  const Step& cited = steps[out[place]];
  if (cited.type == "m.room.create") return std::nullopt;
  std::vector<std::uint32_t> others;
  for (std::uint32_t s = 0; s < steps.size(); ++s) {
    if (s != out[place] && steps[s].type == cited.type && steps[s].state_key == cited.state_key) others.push_back(s);
  }
  if (others.empty() || citing_.chance(1, 3)) {
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(place));
  } else {
    out[place] = citing_.pick(others);
  }
  return out;
}

}  // namespace stateroom::workload
