#include "bench/goals/hostile.h"

#include "bench/rooms.h"

namespace stateroom::bench {

namespace {

std::string numbered(const std::string& name, std::uint32_t branch, std::uint32_t i) {
  return name + std::to_string(branch) + "-" + std::to_string(i);
}

HostileRoom forked(const event::EventFormat& format, std::uint32_t events, std::uint32_t forks, std::uint32_t changes) {
  HostileRoom out;
  out.json = forked_room(format, events, forks, changes);
  out.common = {"$create", "$join", "$levels", "$rules"};
  for (std::uint32_t u = 0; u + 4 < events; ++u) out.common.push_back("$u" + std::to_string(u));
  for (std::uint32_t f = 0; f < forks; ++f) {
    auto& set = out.sets.emplace_back();
    set.push_back("$levels" + std::to_string(f));
    for (std::uint32_t c = 0; c < changes; ++c) set.push_back(numbered("$n", f, c));
  }
  return out;
}

}  // namespace

HostileRoom levels_in_a_line(const event::EventFormat& format, std::uint32_t events) {
  HostileRoom out;
  out.common = {"$create", "$join", "$rules"};
  Writer room(format);
  room.base();
  for (std::uint32_t branch = 0; branch < 2; ++branch) {
    auto& set = out.sets.emplace_back();
    std::string levels = "$levels", last = "$rules";
    for (std::uint32_t i = 0; i < events / 4; ++i) {
      const std::string next = numbered("$p", branch, i), topic = numbered("$t", branch, i);
      room.add(next, "m.room.power_levels", "", "@admin:x", room.levels("m.room.topic"), quoted(last),
               room.auth({"$create", "$join", levels}));
      room.add(topic, "m.room.topic", numbered("", branch, i), "@admin:x", R"({"topic":"t"})", quoted(next),
               room.auth({"$create", "$join", next}));
      set.push_back(topic);
      levels = next;
      last = topic;
    }
    set.push_back(levels);
  }
  out.json = std::move(room).done();
  return out;
}

HostileRoom diamonds(const event::EventFormat& format, std::uint32_t events) {
  HostileRoom out;
  out.common = {"$create"};
  Writer room(format);
  room.base();
  for (std::uint32_t branch = 0; branch < 2; ++branch) {
    std::string levels = "$levels", rules = "$rules", member = "$join";
    for (std::uint32_t i = 0; i < events / 6; ++i) {
      const std::string next_levels = numbered("$p", branch, i), next_member = numbered("$m", branch, i),
                        next_rules = numbered("$r", branch, i);
      room.add(next_levels, "m.room.power_levels", "", "@admin:x", room.levels("m.room.topic"), quoted(rules),
               room.auth({"$create", member, levels}));
      room.add(next_member, "m.room.member", "@admin:x", "@admin:x",
               R"({"membership":"join","displayname":)" + quoted(next_member) + "}", quoted(next_levels),
               room.auth({"$create", member, next_levels, rules}));
      room.add(next_rules, "m.room.join_rules", "", "@admin:x", R"({"join_rule":"public"})", quoted(next_member),
               room.auth({"$create", next_member, next_levels}));
      levels = next_levels;
      member = next_member;
      rules = next_rules;
    }
    out.sets.push_back({levels, member, rules});
  }
  out.json = std::move(room).done();
  return out;
}

HostileRoom many_forks(const event::EventFormat& format, std::uint32_t forks) {
  return forked(format, 1000, forks, 20);
}

HostileRoom many_keys(const event::EventFormat& format, std::uint32_t keys) { return forked(format, keys, 2, 20); }

HostileRoom many_conflicts(const event::EventFormat& format, std::uint32_t events) {
  return forked(format, events / 2 + 4, 2, events / 2);
}

}  // namespace stateroom::bench
