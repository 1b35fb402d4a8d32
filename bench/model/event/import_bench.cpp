// What import costs: names from outside, up to a decoded history and up to a room; strict, against the hashes and
// signatures that it cannot do without.
#include <benchmark/benchmark.h>
#include <sodium.h>

#include <ctime>

#include "bench/rooms.h"
#include "model/base/encode.h"
#include "model/event/builder.h"
#include "model/event/history.h"
#include "model/graph/room.h"
#include "tests/model/resolve/support.h"

namespace stateroom::event {
namespace {

const EventFormat& format_of(const std::string& version) {
  return stateroom::testing::program(version)->version().format;
}

void count(benchmark::State& state, std::size_t events, std::size_t bytes) {
  const auto runs = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(events) * runs);
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * runs);
}

void read_json(benchmark::State& state) {
  const std::string bytes = bench::forked_room(format_of("12"), 10000, 2, 20);
  for (auto _ : state) benchmark::DoNotOptimize(json::parse(bytes));
  count(state, 10042, bytes.size());
}
BENCHMARK(read_json)->Unit(benchmark::kMillisecond);

History history_of(const std::string& bytes, const EventFormat& format, bool strict) {
  const auto items = read_items(bytes, "bench");
  auto history = decode(items.at(0).value(), format, strict);
  base::require(history.has_value(), "the history is read");
  return std::move(*history);
}

void import_placeholders(benchmark::State& state) {
  const EventFormat& format = format_of("12");
  const std::string bytes = bench::forked_room(format, 10000, 2, 20);
  std::size_t events = 0;
  for (auto _ : state) {
    const History history = history_of(bytes, format, false);
    base::require(history.ids == IdMode::kPlaceholder, "names are given");
    events = history.events.size();
  }
  count(state, events, bytes.size());
}
BENCHMARK(import_placeholders)->Unit(benchmark::kMillisecond);

void import_placeholders_to_room(benchmark::State& state) {
  const EventFormat& format = format_of("12");
  const std::string bytes = bench::forked_room(format, 10000, 2, 20);
  std::size_t events = 0;
  for (auto _ : state) {
    const auto room = graph::Room::build(history_of(bytes, format, false).events, format);
    events = (*room)->size();
  }
  count(state, events, bytes.size());
}
BENCHMARK(import_placeholders_to_room)->Unit(benchmark::kMillisecond);

/// A signed room, one PDU a line.
struct Signed {
  std::string lines;
  std::vector<SigningKey> keys{signing_key("example.org", "seed")};
  ServerKeys known;
};

Signed signed_room(const EventFormat& format, std::uint32_t messages) {
  Signed out;
  out.known["example.org"][out.keys[0].key_id] = verify_key(out.keys[0]);
  Draft draft;
  draft.sender = "@admin:example.org";
  draft.room_id = "!room:example.org";
  const auto make = [&](std::string type, std::optional<std::string> key, std::string content) {
    draft.type = std::move(type);
    draft.state_key = std::move(key);
    draft.content_json = std::move(content);
    ++draft.origin_server_ts;
    ++draft.depth;
    Event event = build(draft, format, out.keys).value();
    out.lines += json::to_text(event.json) + "\n";
    return event;
  };
  const Event create = make("m.room.create", "", R"({"creator":"@admin:example.org"})");
  draft.room_id = room_id_of(create);
  draft.edges = {{"prev_events", {&create}}, {"auth_events", {&create}}};
  Event last = make("m.room.member", draft.sender, R"({"membership":"join","displayname":"The one who made it"})");
  const Event join = last;
  for (std::uint32_t i = 0; i < messages; ++i) {
    draft.edges = {{"prev_events", {&last}}, {"auth_events", {&create, &join}}};
    last = make("m.room.message", std::nullopt,
                R"({"msgtype":"m.text","body":"a message as people write them, number )" + std::to_string(i) + "\"}");
  }
  return out;
}

/// Whole PDUs with their ids beside them, as servers' databases are written out: hashes and signatures are not looked
/// at.
void import_dump_to_room(benchmark::State& state) {
  const EventFormat& format = format_of("11");
  std::string dump;
  std::size_t events = 0;
  for (const Event& event : history_of(signed_room(format, 10000).lines, format, false).events) {
    dump += R"({"event_id":)" + json::quoted(event.event_id) + R"(,"json":)" + json::to_text(event.json) + "}\n";
  }
  for (auto _ : state) {
    History history = history_of(dump, format, false);
    base::require(history.ids == IdMode::kPlaceholder, "names are given");
    events = history.events.size();
    benchmark::DoNotOptimize(graph::Room::build(std::move(history.events), format));
  }
  count(state, events, dump.size());
}
BENCHMARK(import_dump_to_room)->Unit(benchmark::kMillisecond);

/// What strict import cannot do without: two hashes and a signature of each event, of bytes that are ready.
struct Alone {
  struct One {
    std::string content, reference, message;
    std::vector<std::uint8_t> signature;
  };
  std::vector<One> events;
  std::string key;

  Alone(const History& history, const EventFormat& format, const Signed& room) {
    key = room.known.at("example.org").at(room.keys[0].key_id).key;
    for (const Event& event : history.events) {
      const auto text = event.json.get("signatures").get("example.org").get(room.keys[0].key_id).string();
      events.push_back({hashed_bytes(event, format, "content_hash").value(),
                        hashed_bytes(event, format, "reference_hash").value(),
                        hashed_bytes(event, format, "signed_object").value(), base::base64_decode(text).value()});
    }
  }
  void run() const {
    const auto* public_key = reinterpret_cast<const unsigned char*>(key.data());
    for (const One& event : events) {
      benchmark::DoNotOptimize(base::sha256(event.content));
      benchmark::DoNotOptimize(base::sha256(event.reference));
      const auto* message = reinterpret_cast<const unsigned char*>(event.message.data());
      const bool valid =
          crypto_sign_verify_detached(event.signature.data(), message, event.message.size(), public_key) == 0;
      base::require(valid, "the event is signed");
    }
  }
};

/// Of this thread, so that it does not matter what else the machine does.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Both in turn, so that a slow moment of the machine slows both. `ratio` is the bar: 1.3.
void import_strict(benchmark::State& state) {
  const EventFormat& format = format_of("11");
  const Signed room = signed_room(format, 1000);
  const Alone alone(history_of(room.lines, format, true), format, room);
  double ours = 0, theirs = 0;
  for (auto _ : state) {
    const auto start = processor_seconds();
    const History history = history_of(room.lines, format, true);
    for (const Event& event : history.events) {
      const bool valid = verify(event, format, "example.org", room.known) == SignatureState::kValid;
      base::require(valid && event.ill_formed.empty() && !event.redacted_on_import, "the event is as it was made");
    }
    const auto between = processor_seconds();
    alone.run();
    const auto end = processor_seconds();
    state.SetIterationTime(between - start);
    ours += between - start;
    theirs += end - between;
  }
  count(state, alone.events.size(), room.lines.size());
  state.counters["alone_us_per_event"] =
      1e6 * theirs / static_cast<double>(state.iterations()) / static_cast<double>(alone.events.size());
  state.counters["ratio"] = ours / theirs;
}
BENCHMARK(import_strict)->Unit(benchmark::kMillisecond)->UseManualTime();

}  // namespace
}  // namespace stateroom::event
