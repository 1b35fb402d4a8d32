#include "sim/monitor/views.h"

#include <map>

#include "model/report/json_writer.h"

namespace stateroom::monitor {
namespace {

using base::EventIndex;
using base::KeyIndex;
using report::json_list;
using report::JsonObject;
using report::quoted_or_null;
using server::RoomIndex;
using server::ServerIndex;

struct Counts {
  std::int64_t received = 0, outliers = 0, soft_failed = 0, rejected = 0;
};

Counts counts_of(const graph::Room& room, const receive::View& view) {
  Counts out;
  for (std::uint32_t e = 0; e < room.size(); ++e) {
    const EventIndex event{e};
    if (!view.has(event)) {
      out.outliers += view.knows(event) ? 1 : 0;
      continue;
    }
    ++out.received;
    const receive::Outcome outcome = view.outcome(event);
    out.soft_failed += outcome == receive::Outcome::kSoftFailed ? 1 : 0;
    out.rejected += outcome == receive::Outcome::kRejected || outcome == receive::Outcome::kDropped ? 1 : 0;
  }
  return out;
}

std::string text_of(const graph::Room& room, base::StringId text) { return std::string(room.strings().text(text)); }

std::string server_json(const server::Server& server, const receive::View& view, const receive::Ledger& ledger,
                        RoomIndex at) {
  const graph::Room& room = ledger.room();
  const Counts counts = counts_of(room, view);
  const auto id = [&](EventIndex event) { return json::quoted(room.event(event).event_id); };
  return JsonObject()
      .text("server", server.name())
      .boolean("up", server.up())
      .boolean("honest", server.honest())
      .boolean("in_part", view.in_part())
      .number("received", counts.received)
      .number("outliers", counts.outliers)
      .number("soft_failed", counts.soft_failed)
      .number("rejected", counts.rejected)
      .number("waiting", static_cast<std::int64_t>(server.gaps(at)))
      .add("extremities", json_list(view.forward_extremities(), id))
      .add("state", json_list(ledger.store().entries(view.current()),
                              [&](const auto& entry) {
                                return JsonObject()
                                    .text("type", text_of(room, room.key_type(entry.first)))
                                    .text("state_key", text_of(room, room.key_state_key(entry.first)))
                                    .text("event_id", room.event(entry.second).event_id)
                                    .done();
                              }))
      .done();
}

/// Keys are numbered in the order of type, then state_key.
std::string divergence_json(const graph::Room& room, KeyIndex key, const std::vector<std::string>& servers,
                            std::span<const EventIndex> entries) {
  std::map<std::string, std::vector<std::string>> holders;  // by event id; empty: no entry
  for (std::size_t i = 0; i < entries.size(); ++i)
    holders[entries[i].valid() ? room.event(entries[i]).event_id : ""].push_back(servers[i]);
  return JsonObject()
      .text("type", text_of(room, room.key_type(key)))
      .text("state_key", text_of(room, room.key_state_key(key)))
      .add("held", json_list(holders,
                             [](const auto& held) {
                               return JsonObject()
                                   .add("event_id", quoted_or_null(held.first))
                                   .add("servers",
                                        json_list(held.second, [](const auto& s) { return json::quoted(s); }))
                                   .done();
                             }))
      .done();
}

std::string room_json(const server::World& world, RoomIndex at) {
  const receive::Ledger& ledger = world.ledger(at);
  std::vector<std::string> servers, names, divergences;
  std::vector<graph::State> states;
  for (std::uint32_t s = 0; s < world.servers(); ++s) {
    const server::Server& server = world.server(ServerIndex{s});
    const receive::View* view = server.view(at);
    if (view == nullptr) continue;
    servers.push_back(server_json(server, *view, ledger, at));
    names.push_back(server.name());
    states.push_back(view->current());
  }
  if (states.size() > 1) {
    ledger.store().difference(states, [&](KeyIndex key, std::span<const EventIndex> entries) {
      divergences.push_back(divergence_json(ledger.room(), key, names, entries));
    });
  }
  const auto as_it_is = [](const std::string& json) { return json; };
  return JsonObject()
      .number("room", at.value())
      .text("room_version", ledger.program().version().name)
      .number("events", ledger.room().size())
      .add("servers", json_list(servers, as_it_is))
      .add("divergences", json_list(divergences, as_it_is))
      .done();
}

}  // namespace

std::vector<std::string> views_json(const server::World& world) {
  std::vector<std::string> out;
  for (std::uint32_t r = 0; r < world.rooms(); ++r) out.push_back(room_json(world, RoomIndex{r}));
  return out;
}

}  // namespace stateroom::monitor
