#include "sim/workload/question.h"

#include <algorithm>
#include <map>
#include <set>

#include "model/base/encode.h"
#include "model/json/value.h"
#include "sim/workload/history_file.h"

namespace stateroom::workload {
namespace {

/// The text of a history in which names are numbers, by the order in which they are met.
class Drawing {
 public:
  /// Users act in an order, whatever they are called: their names come first.
  void meet(const Step& step) {
    name(step.sender);
    if (step.state_key) string(*step.state_key);
  }

  std::string string(std::string_view text) {
    if (text.starts_with('@') || text.starts_with('$') || text.starts_with('!')) return name(text);
    const auto server = servers_.find(std::string(text));
    return server != servers_.end() || text.ends_with(".example") ? server_name(text) : json::quoted(text);
  }

  std::string value(json::Value value) {
    switch (value.kind()) {
      case json::Kind::kString:
        return string(value.string());
      case json::Kind::kArray: {
        std::string out = "[";
        for (const json::Value item : value.children()) out += this->value(item) + ",";
        return out + "]";
      }
      case json::Kind::kObject:
        return object(value);
      case json::Kind::kNull:
      case json::Kind::kBoolean:
      case json::Kind::kInteger:
      case json::Kind::kBigInteger:
      case json::Kind::kReal:
        break;
    }
    return json::to_text(value);
  }

  std::string object(json::Value value) {
    std::map<std::string, std::string> members;
    for (const json::Value member : value.children()) {
      const std::string_view key = member.own_key();
      const bool of_bytes = key == "sha256" || key == "ed25519:1";
      std::string named = string(key);
      members[std::move(named)] = of_bytes ? "" : this->value(member);
    }
    std::string out = "{";
    for (const auto& [key, text] : members) out += key + ":" + text + ",";
    return out + "}";
  }

 private:
  /// A name and its server, which another name may share.
  std::string name(std::string_view text) {
    const auto colon = text.find(':');
    std::string out = std::string(1, text[0]) + number(names_, text);
    return colon == std::string_view::npos ? out : out + server_name(text.substr(colon + 1));
  }
  std::string server_name(std::string_view text) { return ":" + number(servers_, text); }

  static std::string number(std::map<std::string, std::size_t>& known, std::string_view text) {
    return std::to_string(known.emplace(text, known.size()).first->second);
  }

  std::map<std::string, std::size_t> names_, servers_;
};

std::string numbers(std::vector<std::uint32_t> steps) {
  std::sort(steps.begin(), steps.end());
  std::string out;
  for (const std::uint32_t step : steps) out += std::to_string(step) + ",";
  return out + ";";
}

std::vector<std::uint32_t> entries_of(const StateOfSteps& state) {
  std::vector<std::uint32_t> out;
  for (const auto& [key, step] : state) out.push_back(step);
  return out;
}

}  // namespace

bool Draw::contested() const {
  return std::any_of(state_sets.begin(), state_sets.end(), [&](const auto& set) { return set != state_sets[0]; });
}

Draw draw_of(const Plan& plan, std::uint32_t number) {
  return {stale(choose_state_sets(plan, number), plan, number), choose_rejected(plan, number)};
}

std::vector<std::uint32_t> looked_at(const HistoryMade& history, const Draw& draw) {
  const auto& cited = history.staged.scene->auth();
  std::vector<bool> seen(history.plan.steps.size(), false);
  for (const StateOfSteps& set : draw.state_sets) {
    for (const auto& [key, step] : set) seen[step] = true;
  }
  std::vector<std::uint32_t> out;
  // What an event cites comes before it.
  for (auto step = static_cast<std::uint32_t>(seen.size()); step-- > 0;) {
    if (history.plan.steps[step].type == "m.room.create") seen[step] = true;
    if (!seen[step]) continue;
    out.push_back(step);
    for (const std::uint32_t earlier : cited[step]) seen[earlier] = true;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::uint64_t shape(const HistoryMade& history, const Draw& draw, const std::vector<std::uint32_t>& steps) {
  const auto& plan = history.plan.steps;
  const auto& cited = history.staged.scene->auth();
  std::set<std::int64_t> times;
  for (const std::uint32_t step : steps) times.insert(plan[step].origin_server_ts);
  std::map<std::uint32_t, std::uint32_t> places;
  for (const std::uint32_t step : steps) places.emplace(step, static_cast<std::uint32_t>(places.size()));
  const auto placed = [&](const std::vector<std::uint32_t>& some) {
    std::vector<std::uint32_t> out;
    for (const std::uint32_t step : some) {
      const auto found = places.find(step);
      if (found != places.end()) out.push_back(found->second);
    }
    return numbers(std::move(out));
  };
  Drawing drawing;
  for (const std::uint32_t step : steps) drawing.meet(plan[step]);
  std::string text;
  for (const std::uint32_t step : steps) {
    const event::Event& event = history.events[step];
    text += json::quoted(event.type) + drawing.string(event.sender);
    text += event.state_key ? drawing.string(*event.state_key) : "-";
    text += event.content.valid() ? drawing.object(event.content) : "-";
    text += placed(plan[step].prev) + placed(cited[step]);
    if (plan[step].redacts) text += placed({*plan[step].redacts});
    text += std::to_string(std::distance(times.begin(), times.find(event.origin_server_ts))) + "/" +
            std::to_string(event.depth) + "\n";
  }
  std::set<std::string> sets;
  for (const StateOfSteps& set : draw.state_sets) sets.insert(placed(entries_of(set)));
  for (const std::string& set : sets) text += set + "\n";
  text += placed(draw.rejected);
  const base::Sha256 digest = base::sha256(text);
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8 | digest[i];
  return out >> 1;
}

std::string named_pdu(const event::Event& event) {
  std::string out = json::to_text(event.json);
  if (event.json.get("event_id").valid()) return out;
  out.pop_back();
  return out + ",\"event_id\":" + json::quoted(event.event_id) + "}";
}

std::string question(const HistoryMade& history, const std::vector<std::string>& pdus, std::string_view room_version,
                     const Draw& draw, const std::vector<std::uint32_t>& steps) {
  std::string out = R"({"ask":"resolve","room_version":)" + json::quoted(room_version) + ",\"events\":[";
  const auto list = [&](const auto& some, auto write) {
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (i > 0) out += ',';
      write(some[i]);
    }
    out += ']';
  };
  const auto id = [&](std::uint32_t step) { json::append_quoted(out, history.events[step].event_id); };
  list(steps, [&](std::uint32_t step) { out += pdus[step]; });
  out += ",\"state_sets\":[";
  list(draw.state_sets, [&](const StateOfSteps& set) {
    out += '[';
    list(entries_of(set), id);
  });
  std::vector<std::uint32_t> rejected;
  std::set_intersection(draw.rejected.begin(), draw.rejected.end(), steps.begin(), steps.end(),
                        std::back_inserter(rejected));
  out += ",\"rejected\":[";
  list(rejected, id);
  return out + ",\"corrected\":[]}";
}

}  // namespace stateroom::workload
