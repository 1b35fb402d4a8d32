#include "sim/monitor/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/report/json_writer.h"

namespace stateroom::monitor {
namespace {

using base::EventIndex;
using report::json_list;
using report::JsonObject;
using report::quoted_or_null;

std::int64_t number(std::uint64_t count) { return static_cast<std::int64_t>(count); }

std::string find_json(const Find& find) {
  return JsonObject()
      .number("time_us", find.time)
      .number("room", find.room.value())
      .add("type", quoted_or_null(find.type))
      .add("state_key", find.type.empty() ? "null" : json::quoted(find.state_key))
      .add("had", quoted_or_null(find.had))
      .add("came", quoted_or_null(find.came))
      .text("where", find.words)
      .boolean("honest_clock", find.honest_clock)
      .boolean("no_revocation", find.no_revocation)
      .done();
}

/// What the state sets lead to, in the order in which it came into being.
std::set<EventIndex> past_of(const graph::Room& room, const std::vector<std::vector<EventIndex>>& sets) {
  std::set<EventIndex> seen;
  std::vector<EventIndex> next;
  for (const auto& set : sets) next.insert(next.end(), set.begin(), set.end());
  while (!next.empty()) {
    const EventIndex event = next.back();
    next.pop_back();
    if (!seen.insert(event).second) continue;
    for (graph::EdgeField field = 0; field < room.format().edge_fields.size(); ++field) {
      for (const EventIndex cited : room.cited(field, event)) {
        if (cited.valid()) next.push_back(cited);
      }
    }
  }
  return seen;
}

/// Whether some server may tell others of states that it does not have.
bool has_liars(const server::World& world) {
  for (std::uint32_t s = 0; s < world.servers(); ++s) {
    if (!world.server(ServerIndex{s}).honest()) return true;
  }
  return false;
}

base::Result<std::string> history_of(const server::World& world, const Find& find, const Tally& tally,
                                     std::uint64_t seed, const std::string& command) {
  const graph::Room& room = world.ledger(find.room).room();
  const rules::CoreVersion& version = world.ledger(find.room).program().version();
  std::vector<std::string> events, ids, rejected;
  for (const EventIndex at : past_of(room, find.state_sets)) {
    const auto event = world.maker(find.room).signed_event(at);
    if (!event) return std::unexpected(event.error());
    events.push_back(json::to_text(event->json));
    ids.push_back(event->event_id);
    if (std::ranges::binary_search(find.rejected, at)) rejected.push_back(event->event_id);
  }
  const auto quoted = [](const std::string& text) { return json::quoted(text); };
  std::vector<std::string> allow;
  if (!rejected.empty()) allow.emplace_back("rejected");
  if (has_liars(world)) allow.emplace_back("told");
  const std::string about = JsonObject()
                                .text("property", tally.property.name)
                                .text("version", version.name)
                                .text("version_sha256", version.sha256_with_errata)
                                .add("hypotheses", "[]")
                                .add("allow", json_list(allow, quoted))
                                .number("seed", number(seed))
                                .text("command", command)
                                .done();
  return JsonObject()
      .text("format", "stateroom-history/1")
      .text("room_version", version.name)
      .add("events", json_list(events, [](const std::string& event) { return event; }))
      .add("event_ids", json_list(ids, quoted))
      .add("rejected", json_list(rejected, quoted))
      .add("state_sets", json_list(find.state_sets,
                                   [&](const std::vector<EventIndex>& set) {
                                     return json_list(
                                         set, [&](EventIndex e) { return json::quoted(room.event(e).event_id); });
                                   }))
      .add("about", about)
      .done();
}

}  // namespace

std::string counts_json(const server::World& world) {
  const auto& counts = world.counts();
  const auto& network = world.network().counts();
  receive::Ledger::Counts all;
  for (std::uint32_t r = 0; r < world.rooms(); ++r) {
    const auto& one = world.ledger(RoomIndex{r}).counts();
    all.receipts += one.receipts;
    all.checks += one.checks;
    all.receipts_computed += one.receipts_computed;
    all.rules_computed += one.rules_computed;
    all.resolutions += one.resolutions;
    all.resolutions_computed += one.resolutions_computed;
  }
  return JsonObject()
      .number("events", number(counts.events))
      .number("refused", number(counts.refused))
      .number("deliveries", number(counts.deliveries))
      .number("repeated", number(counts.repeated))
      .number("transactions", number(counts.transactions))
      .number("requests", number(counts.requests))
      .number("states_asked", number(counts.states_asked))
      .number("restarts", number(counts.restarts))
      .number("soft_failed", number(counts.soft_failed))
      .number("rejected", number(counts.rejected))
      .number("dropped", number(counts.dropped))
      .number("partial_joins", number(counts.partial_joins))
      .number("resyncs", number(counts.resyncs))
      .number("rechecked", number(counts.rechecked))
      .number("corrected", number(counts.corrected))
      .number("rotations", number(counts.rotations))
      .number("key_requests", number(counts.key_requests))
      .number("unverifiable", number(counts.unverifiable))
      .number("messages", number(network.sent))
      .number("messages_lost", number(network.lost))
      .number("messages_blocked", number(network.blocked))
      .number("receipts", number(all.receipts))
      .number("checks", number(all.checks))
      .number("receipts_computed", number(all.receipts_computed))
      .number("rules_computed", number(all.rules_computed))
      .number("resolutions", number(all.resolutions))
      .number("resolutions_computed", number(all.resolutions_computed))
      .done();
}

std::vector<std::string> tallies_json(const server::World&, const Monitor& monitor) {
  std::vector<std::string> out;
  for (const Tally& one : monitor.tallies()) {
    JsonObject object;
    object.text("property", one.property.name)
        .text("id", one.property.id)
        .text("says", one.property.says)
        .text("outcome", one.violated > 0 ? "violated"
                         : one.asked > 0  ? "held"
                                          : "never asked")
        .number("asked", number(one.asked))
        .number("violated", number(one.violated));
    if (one.property.scope != properties::Scope::kRun) {
      object.number("asked_honest_clock", number(one.asked_honest_clock))
          .number("asked_no_revocation", number(one.asked_no_revocation))
          .number("asked_both", number(one.asked_both))
          .number("violated_both", number(one.violated_both));
    }
    out.push_back(object.add("first", json_list(one.first, find_json)).done());
  }
  return out;
}

std::string witnesses_json(const Monitor& monitor) {
  JsonObject out;
  for (const auto& [name, count] : monitor.witnesses()) out.number(name, number(count));
  return out.done();
}

base::Result<std::vector<std::string>> events_json(const server::World& world) {
  std::vector<std::string> out;
  for (std::uint32_t r = 0; r < world.rooms(); ++r) {
    const receive::Ledger& ledger = world.ledger(RoomIndex{r});
    for (std::uint32_t e = 0; e < ledger.room().size(); ++e) {
      const auto event = world.maker(RoomIndex{r}).signed_event(EventIndex{e});
      if (!event) return std::unexpected(event.error());
      out.push_back(JsonObject()
                        .number("room", r)
                        .text("room_version", ledger.program().version().name)
                        .text("event_id", event->event_id)
                        .add("event", json::to_text(event->json))
                        .done());
    }
  }
  return out;
}

std::vector<std::string> log_json(const server::World& world) {
  constexpr std::uint16_t kNobody = 0xFFFF;
  std::vector<std::string> out;
  for (const kernel::LogEntry& entry : world.log().entries()) {
    const auto kind = static_cast<server::Kind>(entry.kind);
    JsonObject object;
    object.number("time_us", entry.time).text("what", server::name(kind));
    if (entry.room != kNobody) object.number("room", entry.room);
    if (entry.at != kNobody) object.text("at", world.server(ServerIndex{entry.at}).name());
    if (entry.other != kNobody) object.text("other", world.server(ServerIndex{entry.other}).name());
    if (entry.room != kNobody && entry.event < world.ledger(RoomIndex{entry.room}).room().size())
      object.text("event", world.ledger(RoomIndex{entry.room}).room().event(EventIndex{entry.event}).event_id);
    if (kind == server::Kind::kReceived || kind == server::Kind::kRechecked)
      object.text("outcome", receive::name(static_cast<receive::Outcome>(entry.outcome)));
    out.push_back(object.done());
  }
  return out;
}

base::Result<std::vector<std::pair<std::string, std::string>>> find_files(const server::World& world,
                                                                          const Monitor& monitor, std::uint64_t seed,
                                                                          const std::string& command) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Tally& tally : monitor.tallies()) {
    for (std::size_t i = 0; i < tally.first.size(); ++i) {
      if (tally.first[i].state_sets.empty()) continue;
      auto text = history_of(world, tally.first[i], tally, seed, command);
      if (!text) return std::unexpected(text.error());
      out.emplace_back(fmt::format("{}-{}.json", tally.property.name, i + 1), std::move(*text));
    }
  }
  return out;
}

}  // namespace stateroom::monitor
