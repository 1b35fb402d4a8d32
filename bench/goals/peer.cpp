#include "bench/goals/peer.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "model/json/document.h"
#include "model/json/value.h"

namespace stateroom::bench {

namespace {

namespace fs = std::filesystem;

fs::path driver() {
  const char* folder = std::getenv("STATEROOM_ORACLES");
  const fs::path oracles = folder != nullptr ? fs::path(folder) : fs::path(STATEROOM_SOURCE_DIR) / "oracles";
  return oracles / "ruma/target/release/ruma-oracle";
}

// A PDU with its id in it, as the driver takes it.
std::string pdu(const event::Event& event) {
  std::string text = json::to_text(event.json);
  if (event.json.get("event_id").valid()) return text;
  return R"({"event_id":)" + json::quoted(event.event_id) + "," + text.substr(1);
}

void write_question(const fs::path& path, testing::Lab& lab, const std::vector<graph::State>& states,
                    std::uint32_t repeat) {
  std::ofstream out(path, std::ios::binary);
  out << R"({"ask":"resolve","chain_with_state":true,"repeat":)" << repeat << R"(,"room_version":)"
      << json::quoted(lab.program->version().name) << R"(,"events":[)";
  for (std::uint32_t e = 0; e < lab.room->size(); ++e) {
    out << (e == 0 ? "" : ",") << pdu(lab.room->event(graph::EventIndex{e}));
  }
  out << R"(],"state_sets":[)";
  for (std::size_t i = 0; i < states.size(); ++i) {
    out << (i == 0 ? "[" : ",[");
    const char* comma = "";
    for (const auto& [key, event] : lab.store.entries(states[i])) {
      out << comma << json::quoted(lab.id(event));
      comma = ",";
    }
    out << "]";
  }
  out << "]}\n";
}

Times times_of(json::Value list) {
  std::vector<double> out;
  for (const json::Value one : list.children()) out.push_back(static_cast<double>(one.integer()));
  return Times::of(std::move(out));
}

testing::NamedState state_of(json::Value list) {
  testing::NamedState out;
  for (const json::Value entry : list.children()) {
    out[{std::string(entry.at(0).string()), std::string(entry.at(1).string())}] = entry.at(2).string();
  }
  return out;
}

}  // namespace

std::string peer_missing() {
  return fs::exists(driver()) ? "" : driver().string() + " is not there: `make oracles` builds it";
}

std::optional<PeerTimes> ask_peer(testing::Lab& lab, const std::vector<graph::State>& states, std::uint32_t repeat) {
  if (!peer_missing().empty()) return std::nullopt;
  const fs::path folder = fs::temp_directory_path() / ("stateroom-goals-" + std::to_string(getpid()));
  fs::create_directories(folder);
  const fs::path question = folder / "question", answer = folder / "answer";
  write_question(question, lab, states, repeat);
  const std::string command = "'" + driver().string() + "' <'" + question.string() + "' >'" + answer.string() + "'";
  base::require(std::system(command.c_str()) == 0, "the driver runs");
  const std::string bytes = testing::read_file(answer.string());
  fs::remove_all(folder);
  const auto document = json::parse(bytes);
  base::require(document.has_value(), "the driver answers with JSON");
  const json::Value reply = json::root(**document);
  base::require(reply.get("state").is_array(), "the peer resolves: " + bytes.substr(0, 300));
  const auto ours = lab.resolver->resolve(states);
  base::require(ours.has_value(), "we resolve");
  return PeerTimes{times_of(reply.get("nanoseconds")), times_of(reply.get("nanoseconds_with_chains")),
                   state_of(reply.get("state")) == lab.named(*ours)};
}

}  // namespace stateroom::bench
