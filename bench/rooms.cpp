#include "bench/rooms.h"

#include "model/json/value.h"

namespace stateroom::bench {

std::string quoted(const std::string& text) { return json::quoted(text); }

Writer::Writer(const event::EventFormat& format) : room_is_create_(format.field("room_id")->when != nullptr) {}

void Writer::add(const std::string& id, const std::string& type, const std::string& key, const std::string& sender,
                 const std::string& content, const std::string& prev, const std::string& auth) {
  const bool create = type == "m.room.create";
  out_ += (count_ == 0 ? "" : ",") + std::string(R"({"event_id":)") + quoted(id) + R"(,"type":)" + quoted(type);
  if (key != "none") out_ += R"(,"state_key":)" + quoted(key);
  if (!create || !room_is_create_) out_ += room_is_create_ ? R"(,"room_id":"!create")" : R"(,"room_id":"!r:x")";
  out_ += R"(,"sender":)" + quoted(sender) + R"(,"origin_server_ts":)" + std::to_string(1000 + count_) +
          R"(,"content":)" + content + R"(,"prev_events":[)" + prev + R"(],"auth_events":[)" + auth + "]}";
  ++count_;
}

std::string Writer::levels(const std::string& type) const {
  // The creator of a version that gives creators all power may not be named.
  std::string out = room_is_create_ ? R"({"users":{"@mod:x":50})" : R"({"users":{"@admin:x":100})";
  if (!type.empty()) out += R"(,"events":{)" + quoted(type) + ":50}";
  return out + "}";
}

std::string Writer::auth(const std::vector<std::string>& ids) const {
  std::string out;
  for (const std::string& id : ids) {
    if (room_is_create_ && id == "$create") continue;
    out += (out.empty() ? "" : ",") + quoted(id);
  }
  return out;
}

void Writer::base() {
  add("$create", "m.room.create", "", "@admin:x", R"({"creator":"@admin:x"})", "", "");
  add("$join", "m.room.member", "@admin:x", "@admin:x", R"({"membership":"join"})", quoted("$create"),
      auth({"$create"}));
  add("$levels", "m.room.power_levels", "", "@admin:x", levels(), quoted("$join"), auth({"$create", "$join"}));
  add("$rules", "m.room.join_rules", "", "@admin:x", R"({"join_rule":"public"})", quoted("$levels"),
      auth({"$create", "$join", "$levels"}));
}

void Writer::member(const std::string& id, std::uint32_t user, const std::string& name, const std::string& prev,
                    const std::string& more_auth) {
  const std::string who = "@u" + std::to_string(user) + ":x";
  add(id, "m.room.member", who, who, R"({"membership":"join","displayname":)" + quoted(name) + "}", prev,
      auth({"$create", "$rules"}) + "," + more_auth);
}

std::string forked_room(const event::EventFormat& format, std::uint32_t events, std::uint32_t forks,
                        std::uint32_t changes) {
  Writer room(format);
  room.base();
  std::string last = "$rules";
  for (std::uint32_t u = 0; u + 4 < events; ++u) {
    const std::string id = "$u" + std::to_string(u);
    room.member(id, u, "", quoted(last), quoted("$levels"));
    last = id;
  }
  for (std::uint32_t f = 0; f < forks; ++f) {
    const std::string fork = std::to_string(f);
    room.add("$levels" + fork, "m.room.power_levels", "", "@admin:x", room.levels("a" + fork), quoted(last),
             room.auth({"$create", "$join", "$levels"}));
    std::string tip = "$levels" + fork;
    for (std::uint32_t c = 0; c < changes; ++c) {
      const std::uint32_t user = (f * changes + c) % (events - 4);
      const std::string id = "$n" + fork + "-" + std::to_string(c);
      room.member(id, user, "name " + fork, quoted(tip),
                  quoted("$levels" + fork) + "," + quoted("$u" + std::to_string(user)));
      tip = id;
    }
  }
  return std::move(room).done();
}

std::vector<graph::State> forked_states(testing::Lab& lab, std::uint32_t events, std::uint32_t forks,
                                        std::uint32_t changes) {
  std::vector<std::string> base{"$create", "$join", "$levels", "$rules"};
  for (std::uint32_t u = 0; u + 4 < events; ++u) base.push_back("$u" + std::to_string(u));
  const graph::State common = lab.state(base);
  std::vector<graph::State> out;
  for (std::uint32_t f = 0; f < forks; ++f) {
    std::vector<graph::StateStore::Entry> entries;
    const auto put = [&](const std::string& id) {
      const graph::EventIndex event = lab.room->find(id);
      entries.emplace_back(lab.room->key(event), event);
    };
    put("$levels" + std::to_string(f));
    for (std::uint32_t c = 0; c < changes; ++c) put("$n" + std::to_string(f) + "-" + std::to_string(c));
    out.push_back(lab.store.with(common, std::move(entries)));
  }
  return out;
}

std::string merging_room(const event::EventFormat& format, std::uint32_t merges) {
  constexpr std::uint32_t kUsers = 50;
  Writer room(format);
  room.base();
  std::string last = "$rules";
  std::vector<std::string> current(kUsers);
  for (std::uint32_t u = 0; u < kUsers; ++u) {
    last = current[u] = "$u" + std::to_string(u);
    room.member(last, u, "", quoted(u == 0 ? "$rules" : current[u - 1]), quoted("$levels"));
  }
  const std::string of_admin = room.auth({"$create", "$join", "$levels"});
  for (std::uint32_t m = 0; m < merges; ++m) {
    std::string tips[2] = {last, last};
    std::vector<std::string> after = current;
    for (std::uint32_t side = 0; side < 2; ++side) {
      for (std::uint32_t i = 0; i < 50; ++i) {
        const std::string id = "$e" + std::to_string(m) + "-" + std::to_string(side) + "-" + std::to_string(i);
        const std::uint32_t user = (m + i) % kUsers;
        if (i % 5 == 0) {
          room.member(id, user, id, quoted(tips[side]), quoted("$levels") + "," + quoted(current[user]));
          after[user] = id;
        } else {
          room.add(id, "m.room.message", "none", "@admin:x", "{}", quoted(tips[side]), of_admin);
        }
        tips[side] = id;
      }
    }
    current = after;
    last = "$m" + std::to_string(m);
    room.add(last, "m.room.message", "none", "@admin:x", "{}", quoted(tips[0]) + "," + quoted(tips[1]), of_admin);
  }
  return std::move(room).done();
}

}  // namespace stateroom::bench
