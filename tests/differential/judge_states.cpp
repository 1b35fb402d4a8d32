// Verdicts on events in given states, for comparison with what rests on none of it.
//
//   judge_states VERSION PROFILE < FAMILIES
//
// In:  a JSON object a line: {"events": [PDU with its event_id…], "states": [[id…]…], "trials": [id…],
//      "recheck": whether the rules on a trial's own edges keep the outcome that they had, as inside a resolution}.
// Out: for each line one list of lists: for each state, for each trial, "1 NUMBER" (allowed) or "0 NUMBER".
#include <iostream>
#include <string>

#include "model/resolve/resolution.h"
#include "model/rules/elaborate.h"
#include "model/versions/compiled_tests.h"
#include "model/versions/registry.h"

namespace stateroom {
namespace {

using base::EventIndex;
using ProgramPtr = std::shared_ptr<const rules::Program>;

template <class T>
T or_throw(base::Result<T> result) {
  if (!result) throw base::InternalError(result.error().where + ": " + result.error().message);
  return std::move(*result);
}

ProgramPtr program_of(const std::string& version, const std::string& profile) {
  rules::LoadOptions options;
  options.profile = profile;
  const auto text = versions::Registry().load(version, options);
  if (!text) throw base::InternalError(text.error().front().message);
  const auto core = rules::elaborate(*text);
  if (!core) throw base::InternalError(core.error().front().message);
  return rules::Program::compile(*core, versions::compiled_tests());
}

std::unique_ptr<graph::Room> room_of(const std::shared_ptr<const json::Document>& family,
                                     const event::EventFormat& format) {
  std::vector<event::Event> events;
  for (const json::Value pdu : json::root(*family).get("events").children()) {
    const std::string id(pdu.get("event_id").string());
    events.push_back(or_throw(event::decode_event(family, pdu, format, id, false, {})));
  }
  return or_throw(graph::Room::build(std::move(events), format));
}

std::vector<EventIndex> found(const graph::Room& room, json::Value ids) {
  std::vector<EventIndex> out;
  for (const json::Value id : ids.children()) {
    out.push_back(room.find(id.string()));
    if (!out.back().valid()) throw base::InternalError("no event " + std::string(id.string()));
  }
  return out;
}

std::string judge(const std::string& line, const ProgramPtr& program) {
  const auto family = or_throw(json::parse(line, "family"));
  const auto room = room_of(family, program->version().format);
  rules::Evaluator evaluator(program, *room);
  graph::StateStore store;
  const std::vector<EventIndex> trials = found(*room, json::root(*family).get("trials"));
  const bool recheck = json::root(*family).get("recheck").boolean();
  std::string out;
  for (const json::Value ids : json::root(*family).get("states").children()) {
    std::vector<std::pair<base::KeyIndex, EventIndex>> entries;
    for (const EventIndex event : found(*room, ids)) entries.emplace_back(room->key(event), event);
    const auto view = rules::StateView::of(store, store.from(std::move(entries)));
    out += out.empty() ? "[[" : ",[";
    bool first = true;
    for (const EventIndex trial : trials) {
      const rules::Decision decision = evaluator.authorise(trial, view, recheck);
      out +=
          (first ? "\"" : ",\"") + std::string(decision.allowed ? "1 " : "0 ") + program->number(decision.rule) + '"';
      first = false;
    }
    out += "]";
  }
  return out + "]";
}

}  // namespace
}  // namespace stateroom

int main(int count, char** words) {
  if (count != 3) {
    std::cerr << "judge_states VERSION PROFILE < FAMILIES\n";
    return 2;
  }
  try {
    const auto program = stateroom::program_of(words[1], words[2]);
    for (std::string line; std::getline(std::cin, line);) std::cout << stateroom::judge(line, program) << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
