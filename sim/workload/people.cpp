#include "sim/workload/people.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/base/encode.h"

namespace stateroom::workload {
namespace {

using json::quoted;

constexpr std::array<std::string_view, 9> kNames{"anna", "boris", "chloe", "dora", "emil", "fay", "gil", "hana", "ivo"};
constexpr std::array<std::int64_t, 8> kLevels{0, 0, 25, 50, 50, 51, 99, 100};
constexpr std::array<std::string_view, 3> kTokens{"token1", "token2", "token3"};

std::string public_key() {
  const std::string key = event::verify_key(signing_keys().back()).key;
  return base::base64({reinterpret_cast<const unsigned char*>(key.data()), key.size()});
}

Step step(std::string type, std::optional<std::string> state_key, std::string sender, std::string content) {
  Step out;
  out.type = std::move(type);
  out.state_key = std::move(state_key);
  out.sender = std::move(sender);
  out.content = std::move(content);
  return out;
}

}  // namespace

People::People(const rules::CoreVersion& version, std::uint64_t seed, std::uint32_t servers, std::uint32_t people_each)
    : version_(version),
      vocabulary_(vocabulary_of(version)),
      who_(seed, "workload/who"),
      what_(seed, "workload/what"),
      values_(seed, "workload/values") {
  by_server_.resize(servers);
  for (std::uint32_t i = 0; i < servers * people_each; ++i) {
    const std::string user = fmt::format("@{}:{}", kNames[i % kNames.size()], workload::servers()[i % servers]);
    people_.push_back(user);
    by_server_[i % servers].push_back(user);
  }
  // What has a hand of its own below, and what is made once.
  for (const std::string& type : vocabulary_.event_types) {
    if (type != "m.room.create" && type != "m.room.member" && type != "m.room.power_levels" &&
        type != "m.room.redaction")
      types_.push_back(type);
  }
}

std::vector<Step> People::beginning() const {
  const std::string& creator = people_[0];
  std::vector<Step> out;
  out.push_back(step("m.room.create", "", creator, "{}"));
  out.push_back(step("m.room.member", creator, creator, R"({"membership":"join"})"));
  Step levels = step("m.room.power_levels", "", creator, "{}");
  levels.levels = PowerLevels{};
  levels.levels->users[creator] = 100;
  if (people_.size() > 1) levels.levels->users[people_[1]] = 50;
  out.push_back(std::move(levels));
  out.push_back(step("m.room.join_rules", "", creator, R"({"join_rule":"public"})"));
  if (people_.size() > 1) out.push_back(step("m.room.member", people_[1], people_[1], R"({"membership":"join"})"));
  return out;
}

std::string People::token_of(const StateOfSteps& state) {
  for (const auto& [key, number] : state) {
    if (key.first == "m.room.third_party_invite" && what_.chance(1, 2)) return key.second;
  }
  return std::string(values_.pick(kTokens));
}

std::string People::third_party(const std::string& target, const std::string& token) const {
  const event::SigningKey& key = signing_keys().back();
  const std::string object = fmt::format("{{\"mxid\":{},\"token\":{}}}", quoted(target), quoted(token));
  return fmt::format(
      "{{\"display_name\":\"someone\",\"signed\":{{\"mxid\":{},\"token\":{},\"signatures\":{{{}:{{{}:\"{}\"}}}}}}}}",
      quoted(target), quoted(token), quoted(key.server), quoted(key.key_id), event::sign(key, object));
}

Step People::member(const std::string& actor, const StateOfSteps& state) {
  std::vector<std::string> memberships = vocabulary_.literals_of(version_.plan, "m.room.member", "membership");
  if (memberships.empty()) memberships.push_back("join");
  const bool in = state.contains({"m.room.member", actor});
  const std::string membership = !in && what_.chance(2, 3) ? "join" : values_.pick(memberships);
  const bool self = membership == "join" || membership == "knock" || what_.chance(1, 5);
  const std::string target = self ? actor : who_.pick(people_);
  std::string content = "{\"membership\":" + quoted(membership);
  Step out = step("m.room.member", target, actor, {});
  if (membership == "invite" && what_.chance(1, 4))
    content += ",\"third_party_invite\":" + third_party(target, token_of(state));
  if (membership == "join" && what_.chance(1, 3) &&
      version_.plan.find("m.room.member", {"join_authorised_via_users_server"}).valid()) {
    const std::string authoriser = who_.pick(people_);
    content += ",\"join_authorised_via_users_server\":" + quoted(authoriser);
    out.cosigners.emplace_back(event::server_part(authoriser).value_or(servers()[0]));
  }
  if (what_.chance(1, 4)) content += fmt::format(",\"displayname\":\"name {}\"", values_.below(10));
  out.content = content + "}";
  return out;
}

Step People::power_levels(const std::string& actor, const StateOfSteps& state, const std::vector<Step>& steps) {
  Step out = step("m.room.power_levels", "", actor, "{}");
  out.levels = PowerLevels{};
  const auto found = state.find({"m.room.power_levels", ""});
  if (found != state.end() && steps[found->second].levels) out.levels = steps[found->second].levels;
  std::vector<std::string> scalars;
  bool notifications = false;
  const auto range = version_.plan.of_type("m.room.power_levels");
  for (std::uint32_t c = range.first; c < range.first + range.count; ++c) {
    const graph::Column& column = version_.plan[graph::ColumnIndex(c)];
    if (column.type.base == event::ValueType::Base::kLevel && column.path.size() == 1)
      scalars.push_back(column.path[0]);
    notifications = notifications || column.path[0] == "notifications";
  }
  const std::int64_t level = values_.pick(kLevels);
  const std::uint64_t hand = what_.below(10);
  if (hand < 5) {
    const std::string& user = who_.pick(people_);
    if (what_.chance(1, 6)) {
      out.levels->users.erase(user);
    } else {
      out.levels->users[user] = level;
    }
  } else if (hand < 7 && !scalars.empty()) {
    out.levels->scalars[values_.pick(scalars)] = level;
  } else if (hand < 8 && notifications) {
    out.levels->notifications["room"] = level;
  } else {
    out.levels->events[what_.chance(1, 2) ? std::string("m.room.topic") : values_.pick(vocabulary_.event_types)] =
        level;
  }
  return out;
}

std::string People::field(const graph::Column& column, const graph::ColumnIndex index) {
  const auto literals = vocabulary_.literals.find(index);
  if (literals != vocabulary_.literals.end() && !literals->second.empty())
    return quoted(values_.pick(literals->second));
  using Base = event::ValueType::Base;
  switch (column.type.base) {
    case Base::kString:
      return quoted(fmt::format("text{}", values_.below(3)));
    case Base::kIdentifier:
      return quoted(column.type.identifier == "server_name" ? servers()[values_.below(3)] : who_.pick(people_));
    case Base::kInteger:
    case Base::kLevel:
      return std::to_string(values_.pick(kLevels));
    case Base::kBoolean:
      return what_.chance(1, 2) ? "true" : "false";
    case Base::kList:
      return "[]";
    case Base::kAny:
    case Base::kObject:
    case Base::kMap:
    case Base::kPair:
    case Base::kEvent:
      return "{}";
  }
  return "{}";
}

/// An event of a type that the text names, with the fields that it declares.
Step People::of_text(const std::string& type, const std::string& actor, const StateOfSteps& state) {
  std::string content = "{";
  const auto range = version_.plan.of_type(type);
  for (std::uint32_t c = range.first; c < range.first + range.count; ++c) {
    const graph::Column& column = version_.plan[graph::ColumnIndex(c)];
    if (column.path.size() != 1 || column.path[0] == "*" || (content.size() > 1 && what_.chance(1, 4))) continue;
    if (content.size() > 1) content += ',';
    content += quoted(column.path[0]) + ":" + field(column, graph::ColumnIndex(c));
  }
  std::string key;
  if (type == "m.room.third_party_invite") {
    key = token_of(state);
    if (version_.plan.find(type, {"public_key"}).valid()) content = "{\"public_key\":\"" + public_key() + "\"";
  } else if (type == "m.room.aliases") {
    key = std::string(event::server_part(actor).value_or(""));
  }
  return step(type, key, actor, content + "}");
}

Step People::other(const std::string& actor) {
  const std::uint64_t number = values_.below(100);
  const std::uint64_t hand = what_.below(10);
  if (hand < 3) return step("m.room.topic", "", actor, fmt::format("{{\"topic\":\"topic {}\"}}", number));
  if (hand < 4) return step("m.room.name", "", actor, fmt::format("{{\"name\":\"name {}\"}}", number));
  if (hand < 5 && number < 30)
    return step("m.room.tombstone", "", actor, R"({"body":"moved","replacement_room":"!next:alpha.example"})");
  if (hand < 8) {
    std::string key = what_.chance(2, 3) ? actor : who_.pick(people_);
    if (what_.chance(1, 3)) key += fmt::format("_{}", number % 3);
    return step("org.example.profile", key, actor, fmt::format("{{\"colour\":{}}}", number));
  }
  return step("m.room.message", std::nullopt, actor, fmt::format("{{\"body\":\"word {}\"}}", number));
}

Step People::idea(std::uint32_t server, const StateOfSteps& state, const std::vector<Step>& steps) {
  const std::string actor = who_.pick(by_server_[server]);
  const std::uint64_t hand = what_.below(100);
  if (hand < 42) return member(actor, state);
  if (hand < 60) return power_levels(actor, state, steps);
  if (hand < 78 && !types_.empty()) {
    const std::string& type = what_.chance(1, 2) ? std::string("m.room.join_rules") : values_.pick(types_);
    return of_text(type, actor, state);
  }
  if (hand < 83) {
    Step out = step("m.room.redaction", std::nullopt, actor, "{}");
    out.redacts = static_cast<std::uint32_t>(values_.below(steps.size()));
    return out;
  }
  return other(actor);
}

}  // namespace stateroom::workload
