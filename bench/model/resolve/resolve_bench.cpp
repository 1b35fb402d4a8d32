// What a resolution costs: rooms of N state events with F forks of one change of the power levels and C changes of
// names each; small conflicts; the state before each event of a room with merges; import; a version from its text.
#include <benchmark/benchmark.h>

#include "model/event/history.h"
#include "model/rules/elaborate.h"
#include "model/versions/registry.h"
#include "tests/model/resolve/support.h"

namespace stateroom::resolve {
namespace {

using stateroom::testing::Lab;

struct Writer {
  std::string out = "[";
  std::uint32_t count = 0;
  void add(const std::string& id, const std::string& type, const std::string& key, const std::string& sender,
           const std::string& content, const std::string& prev, const std::string& auth) {
    out += (count == 0 ? "" : ",") + std::string(R"({"event_id":")") + id + R"(","type":")" + type + R"(",)" +
           (key == "none" ? "" : R"("state_key":")" + key + R"(",)") + R"("sender":")" + sender +
           R"(","room_id":"!r:x","origin_server_ts":)" + std::to_string(1000 + count) + R"(,"content":)" + content +
           R"(,"prev_events":[)" + prev + R"(],"auth_events":[)" + auth + "]}";
    ++count;
  }
  void base() {
    add("$create", "m.room.create", "", "@admin:x", R"({"creator":"@admin:x","room_version":"10"})", "", "");
    add("$join", "m.room.member", "@admin:x", "@admin:x", R"({"membership":"join"})", R"("$create")", R"("$create")");
    add("$levels", "m.room.power_levels", "", "@admin:x", R"({"users":{"@admin:x":100}})", R"("$join")",
        R"("$create","$join")");
    add("$rules", "m.room.join_rules", "", "@admin:x", R"({"join_rule":"public"})", R"("$levels")",
        R"("$create","$join","$levels")");
  }
  void member(const std::string& id, std::uint32_t user, const std::string& name, const std::string& prev,
              const std::string& auth) {
    const std::string who = "@u" + std::to_string(user) + ":x";
    add(id, "m.room.member", who, who, R"({"membership":"join","displayname":")" + name + "\"}", prev,
        R"("$create","$rules",)" + auth);
  }
};

std::string in_quotes(const std::string& text) { return "\"" + text + "\""; }

std::string forked_room(std::uint32_t events, std::uint32_t forks, std::uint32_t changes) {
  Writer room;
  room.base();
  std::string last = "$rules";
  for (std::uint32_t u = 0; u + 4 < events; ++u) {
    const std::string id = "$u" + std::to_string(u);
    room.member(id, u, "", in_quotes(last), R"("$levels")");
    last = id;
  }
  for (std::uint32_t f = 0; f < forks; ++f) {
    const std::string fork = std::to_string(f);
    room.add("$levels" + fork, "m.room.power_levels", "", "@admin:x",
             R"({"users":{"@admin:x":100},"events":{"a)" + fork + R"(":50}})", in_quotes(last),
             R"("$create","$join","$levels")");
    std::string tip = "$levels" + fork;
    for (std::uint32_t c = 0; c < changes; ++c) {
      const std::uint32_t user = (f * changes + c) % (events - 4);
      const std::string id = "$n" + fork + "-" + std::to_string(c);
      room.member(id, user, "name " + fork, in_quotes(tip),
                  in_quotes("$levels" + fork) + R"(,"$u)" + std::to_string(user) + "\"");
      tip = id;
    }
  }
  return room.out + "]";
}

std::vector<State> states_of(Lab& lab, std::uint32_t events, std::uint32_t forks, std::uint32_t changes) {
  std::vector<std::string> base{"$create", "$join", "$levels", "$rules"};
  for (std::uint32_t u = 0; u + 4 < events; ++u) base.push_back("$u" + std::to_string(u));
  const State common = lab.state(base);
  std::vector<State> out;
  for (std::uint32_t f = 0; f < forks; ++f) {
    std::vector<graph::StateStore::Entry> entries;
    const auto put = [&](const std::string& id) {
      const EventIndex event = lab.room->find(id);
      entries.emplace_back(lab.room->key(event), event);
    };
    put("$levels" + std::to_string(f));
    for (std::uint32_t c = 0; c < changes; ++c) put("$n" + std::to_string(f) + "-" + std::to_string(c));
    out.push_back(lab.store.with(common, std::move(entries)));
  }
  return out;
}

void resolve_forks(benchmark::State& state, const std::string& version) {
  const auto events = static_cast<std::uint32_t>(state.range(0)), forks = static_cast<std::uint32_t>(state.range(1)),
             changes = static_cast<std::uint32_t>(state.range(2));
  Lab lab(version, forked_room(events, forks, changes));
  const std::vector<State> states = states_of(lab, events, forks, changes);
  benchmark::DoNotOptimize(lab.resolver->resolve(states));  // what a room computes once, at first use
  for (auto _ : state) benchmark::DoNotOptimize(lab.resolver->resolve(states));
  state.counters["touched"] = static_cast<double>(lab.resolver->work().events_touched);
  state.counters["checks"] = static_cast<double>(lab.resolver->work().checks);
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"state", "forks", "changes"})->Unit(benchmark::kMicrosecond);
  for (const auto& args : std::vector<std::vector<std::int64_t>>{{1000, 2, 20},
                                                                 {1000, 10, 20},
                                                                 {10000, 2, 20},
                                                                 {10000, 10, 20},
                                                                 {10000, 100, 20},
                                                                 {10000, 10, 500},
                                                                 {100000, 2, 20},
                                                                 {100000, 10, 20},
                                                                 {100000, 100, 20}}) {
    bench->Args(args);
  }
}
BENCHMARK_CAPTURE(resolve_forks, v2_0, "10")->Apply(sizes);
BENCHMARK_CAPTURE(resolve_forks, v1, "1")->Apply(sizes);

void small_conflict(benchmark::State& state, const std::string& version, const std::string& name) {
  Lab lab(version,
          stateroom::testing::read_file(std::string(STATEROOM_SOURCE_DIR) + "/tests/scenarios/" + name + ".json"));
  std::vector<State> states;
  for (const auto& set : lab.state_sets) states.push_back(lab.state(set));
  for (auto _ : state) benchmark::DoNotOptimize(lab.resolver->resolve(states));
}
BENCHMARK_CAPTURE(small_conflict, ban_against_levels_v2_0, "11", "ban_against_levels");
BENCHMARK_CAPTURE(small_conflict, problem_a_v2_0, "11", "msc4297_problem_a");
BENCHMARK_CAPTURE(small_conflict, problem_b_v2_1, "12", "msc4297_problem_b");
BENCHMARK_CAPTURE(small_conflict, mainline_v1, "1", "mainline");

// 1,000 merges of two branches of 50 events; every fifth is a change of a name, both branches change the same names.
std::string merging_room(std::uint32_t merges) {
  Writer room;
  room.base();
  std::string last = "$rules";
  for (std::uint32_t u = 0; u < 50; ++u) {
    room.member("$u" + std::to_string(u), u, "", in_quotes(last), R"("$levels")");
    last = "$u" + std::to_string(u);
  }
  std::vector<std::string> current(50);
  for (std::uint32_t u = 0; u < 50; ++u) current[u] = "$u" + std::to_string(u);
  for (std::uint32_t m = 0; m < merges; ++m) {
    std::string tips[2] = {last, last};
    std::vector<std::string> after = current;
    for (std::uint32_t side = 0; side < 2; ++side) {
      for (std::uint32_t i = 0; i < 50; ++i) {
        const std::string id = "$e" + std::to_string(m) + "-" + std::to_string(side) + "-" + std::to_string(i);
        const std::uint32_t user = (m + i) % 50;
        if (i % 5 == 0) {
          room.member(id, user, id, in_quotes(tips[side]), R"("$levels",)" + in_quotes(current[user]));
          after[user] = id;
        } else {
          room.add(id, "m.room.message", "none", "@admin:x", "{}", in_quotes(tips[side]),
                   R"("$create","$join","$levels")");
        }
        tips[side] = id;
      }
    }
    current = after;
    last = "$m" + std::to_string(m);
    room.add(last, "m.room.message", "none", "@admin:x", "{}", in_quotes(tips[0]) + "," + in_quotes(tips[1]),
             R"("$create","$join","$levels")");
  }
  return room.out + "]";
}

void state_before(benchmark::State& state) {
  Lab lab("10", merging_room(static_cast<std::uint32_t>(state.range(0))));
  WalkOptions options;
  options.keep_checks = false;
  std::size_t bytes = 0;
  std::uint64_t merges = 0;
  for (auto _ : state) {
    graph::StateStore store;
    Resolver resolver(*lab.evaluator, store);
    const auto walk = Walk::run(*lab.evaluator, store, resolver, options);
    base::require(walk.has_value(), "the room is walked");
    bytes = store.bytes();
    merges = walk->merges();
  }
  state.counters["events"] = lab.room->size();
  state.counters["merges"] = static_cast<double>(merges);
  state.counters["store_MiB"] = static_cast<double>(bytes) / (1 << 20);
}
BENCHMARK(state_before)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond)->Iterations(2);

void import_placeholders(benchmark::State& state) {
  const std::string bytes = forked_room(10000, 2, 20);
  const auto program = stateroom::testing::program("10");
  for (auto _ : state) {
    const auto items = event::read_items(bytes, "bench");
    auto history = event::decode(*items[0], program->version().format, false);
    if (history) benchmark::DoNotOptimize(graph::Room::build(std::move(history->events), program->version().format));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(import_placeholders)->Unit(benchmark::kMillisecond);

void version_from_text(benchmark::State& state) {
  for (auto _ : state) {
    const versions::Registry registry;
    const auto loaded = registry.load("12");
    const auto core = rules::elaborate(*loaded);
    benchmark::DoNotOptimize(rules::Program::compile(*core));
  }
}
BENCHMARK(version_from_text)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace stateroom::resolve
