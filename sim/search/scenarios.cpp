#include "sim/search/scenarios.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace stateroom::search {
namespace {

using json::quoted;
using workload::PowerLevels;
using workload::Step;

const std::string kA = "@anna:alpha.example", kB = "@boris:beta.example", kC = "@chloe:gamma.example",
                  kD = "@dora:alpha.example";
constexpr std::int64_t kTime = 1'700'000'000'000;  // milliseconds

/// What both texts speak about.
class Words {
 public:
  Words(const rules::CoreVersion& base, const rules::CoreVersion& candidate) {
    for (const rules::CoreVersion* version : {&base, &candidate}) {
      const workload::Vocabulary vocabulary = workload::vocabulary_of(*version);
      types.insert(vocabulary.event_types.begin(), vocabulary.event_types.end());
      for (std::uint32_t c = 0; c < version->plan.columns().size(); ++c) {
        const graph::Column& column = version->plan[graph::ColumnIndex(c)];
        if (column.event_type.empty() || column.path.size() != 1 || column.path[0] == "*") continue;
        std::set<std::string>& values = fields[column.event_type][column.path[0]];
        const auto literals = vocabulary.literals.find(graph::ColumnIndex(c));
        if (literals != vocabulary.literals.end()) {
          for (const std::string& literal : literals->second) values.insert(quoted(literal));
        }
        add_values(column.type, values);
        // Canonical JSON of later versions has no fractions: such an event could not be built.
        const bool level = column.type.base == event::ValueType::Base::kLevel;
        if (level && !base.format.canonical_json.enforced && !candidate.format.canonical_json.enforced)
          values.insert("50.5");
      }
    }
    types.insert({"m.room.topic", "org.example.other"});
  }

  std::set<std::string> types;
  std::map<std::string, std::map<std::string, std::set<std::string>>> fields;  // type → field → values as JSON

  std::vector<std::string> literals(const std::string& type, const std::string& field) const {
    const auto of_type = fields.find(type);
    if (of_type == fields.end() || !of_type->second.contains(field)) return {};
    std::vector<std::string> out;
    for (const std::string& value : of_type->second.at(field)) {
      if (value.front() == '"' && value != "\"other\"") out.push_back(value);
    }
    return out;
  }

 private:
  static void add_values(const event::ValueType& type, std::set<std::string>& values) {
    using Base = event::ValueType::Base;
    switch (type.base) {
      case Base::kString:
        values.insert({"\"other\"", "1"});
        break;
      case Base::kIdentifier:
        values.insert({quoted(kA), quoted(kB), "\"none\"", "1"});
        break;
      case Base::kInteger:
      case Base::kLevel:
        values.insert({"0", "50", "51", "100", "\"50\"", "\"x\"", "null"});
        break;
      case Base::kBoolean:
        values.insert({"true", "false", "\"x\""});
        break;
      case Base::kList:
        values.insert({"[]", "[" + quoted(kB) + "]", "[1]", "1"});
        break;
      case Base::kMap:
        values.insert({"{}", "{" + quoted(kB) + ":100}", "{\"x\":1}", "{" + quoted(kB) + ":\"x\"}", "1"});
        break;
      case Base::kObject:
      case Base::kAny:
      case Base::kPair:
      case Base::kEvent:
        values.insert({"{}", "1"});
        break;
    }
  }
};

Step step(std::string type, std::optional<std::string> state_key, std::string sender, std::string content) {
  Step out;
  out.type = std::move(type);
  out.state_key = std::move(state_key);
  out.sender = std::move(sender);
  out.content = std::move(content);
  out.origin_server_ts = kTime;
  return out;
}

PowerLevels study_levels() {
  PowerLevels out;
  out.users = {{kA, 100}, {kB, 50}};
  return out;
}

class Builder {
 public:
  Builder(const Words& words, std::string create, std::string create_words) : words_(words) {
    out_.words = std::move(create_words);
    add(step("m.room.create", "", kA, std::move(create)), true);
    add(member(kA, kA, "\"join\""), true);
    Step levels = step("m.room.power_levels", "", kA, "{}");
    levels.levels = study_levels();
    add(std::move(levels), true);
    add(step("m.room.join_rules", "", kA, R"({"join_rule":"public"})"), true);
    add(member(kB, kB, "\"join\""), true);
    add(member(kC, kC, "\"join\""), true);
    deviate();
    events();
  }
  Scenario take() { return std::move(out_); }

 private:
  static Step member(const std::string& target, const std::string& sender, const std::string& membership) {
    return step("m.room.member", target, sender, "{\"membership\":" + membership + "}");
  }

  std::uint32_t add(Step step, bool study) {
    const auto number = static_cast<std::uint32_t>(out_.room.size());
    if (number > 0) step.prev = {0};
    step.before = out_.study;
    if (study) out_.study[{step.type, *step.state_key}] = number;
    out_.room.push_back(std::move(step));
    return number;
  }

  void absent(const std::string& type, const std::string& key, const std::string& words) {
    out_.deviations.push_back({words, {type, key}, std::nullopt});
  }
  void otherwise(Step step, const std::string& words) {
    const workload::Key key{step.type, *step.state_key};
    const std::uint32_t number = add(std::move(step), false);
    out_.deviations.push_back({words, key, number});
  }
  void levels(PowerLevels levels, const std::string& words) {
    Step out = step("m.room.power_levels", "", kA, "{}");
    out.levels = std::move(levels);
    otherwise(std::move(out), words);
  }

  void deviate() {
    for (const auto& [user, who] : {std::pair(kB, "B"), std::pair(kC, "C"), std::pair(kD, "D")}) {
      for (const std::string& membership : words_.literals("m.room.member", "membership")) {
        if (user != kD && membership == "\"join\"") continue;
        otherwise(member(user, user, membership), fmt::format("the membership of {} is {}", who, membership));
      }
      if (user != kD) absent("m.room.member", user, fmt::format("{} has no membership", who));
    }
    for (const std::string& rule : words_.literals("m.room.join_rules", "join_rule")) {
      if (rule != "\"public\"")
        otherwise(step("m.room.join_rules", "", kA, "{\"join_rule\":" + rule + "}"), "the join rule is " + rule);
    }
    absent("m.room.join_rules", "", "there are no join rules");
    absent("m.room.power_levels", "", "there are no power levels");
    for (const std::int64_t level : {0, 99, 100}) {
      PowerLevels changed = study_levels();
      changed.users[kB] = level;
      levels(changed, fmt::format("B has power {}", level));
    }
    PowerLevels changed = study_levels();
    changed.users[kC] = 50;
    levels(changed, "C has power 50");
    for (const auto& [field, values] : fields_of("m.room.power_levels")) {
      for (const std::string& value : values) {
        if (field == "users" || value == "null") continue;
        PowerLevels other = study_levels();
        other.raw[field] = value;
        levels(other, fmt::format("`{}` of the power levels is `{}`", field, value));
      }
    }
    if (words_.types.contains("m.room.third_party_invite"))
      otherwise(step("m.room.third_party_invite", "token", kA, R"({"public_key":"x"})"),
                "there is a third-party invite");
  }

  std::map<std::string, std::set<std::string>> fields_of(const std::string& type) const {
    const auto found = words_.fields.find(type);
    return found == words_.fields.end() ? std::map<std::string, std::set<std::string>>{} : found->second;
  }

  static std::string who(const std::string& user) {
    return user == kA ? "A" : user == kB ? "B" : user == kC ? "C" : "D";
  }
  void event(Step step, std::string words) {
    step.prev = {static_cast<std::uint32_t>(5)};
    out_.events.push_back({std::move(words), std::move(step)});
  }

  void events() {
    for (const std::string& sender : {kA, kB, kC, kD}) {
      members(sender);
      power_levels(sender);
      for (const std::string& type : words_.types) {
        if (type == "m.room.create") {
          creates(sender);
        } else if (type == "m.room.redaction") {
          redactions(sender);
        } else if (type != "m.room.member" && type != "m.room.power_levels") {
          others(sender, type);
        }
      }
    }
  }

  void members(const std::string& sender) {
    for (const std::string& membership : words_.literals("m.room.member", "membership")) {
      for (const std::string& target : {kA, kB, kC, kD}) {
        const std::string words =
            fmt::format("{} sends an m.room.member for {} with membership {}", who(sender), who(target), membership);
        event(member(target, sender, membership), words);
        if (target != sender && membership == "\"join\"") continue;
        for (const auto& [field, values] : fields_of("m.room.member")) {
          if (field == "membership") continue;
          for (const std::string& value : values) {
            Step out = member(target, sender, membership);
            out.content.back() = ',';
            out.content += quoted(field) + ":" + value + "}";
            event(std::move(out), fmt::format("{} and `{}` {}", words, field, value));
          }
        }
        if (fields_of("m.room.member").contains("third_party_invite") && membership == "\"invite\"") {
          Step out = member(target, sender, membership);
          out.content.back() = ',';
          out.content += "\"third_party_invite\":{\"signed\":{\"mxid\":" + quoted(target) +
                         ",\"token\":\"token\",\"signatures\":{}}}}";
          event(std::move(out), words + " by a third-party invite");
        }
      }
    }
    event(step("m.room.member", sender, sender, "{}"), who(sender) + " sends an m.room.member without membership");
    event(step("m.room.member", sender, sender, R"({"membership":"other"})"),
          who(sender) + " sends an m.room.member with an unknown membership");
  }

  void power_levels(const std::string& sender) {
    const auto send = [&](const PowerLevels& levels, const std::string& words) {
      Step out = step("m.room.power_levels", "", sender, levels.json());
      event(std::move(out), fmt::format("{} sends power levels {}", who(sender), words));
    };
    for (const bool named : {true, false}) {
      PowerLevels same = study_levels();
      if (!named) same.users.erase(kA);
      send(same, named ? "as they are" : "that do not name A");
      for (const std::string& user : {kA, kB, kC}) {
        for (const std::int64_t level : {0, 50, 51, 100}) {
          PowerLevels changed = same;
          changed.users[user] = level;
          send(changed, fmt::format("{}with {} at {}", named ? "" : "without A, ", who(user), level));
        }
      }
      for (const auto& [field, values] : fields_of("m.room.power_levels")) {
        for (const std::string& value : values) {
          PowerLevels changed = same;
          changed.raw[field] = value;
          send(changed, fmt::format("{}with `{}` {}", named ? "" : "without A, ", field, value));
        }
      }
    }
  }

  void creates(const std::string& sender) {
    for (const bool first : {true, false}) {
      std::vector<std::pair<std::string, std::string>> contents{{"{}", ""}};
      for (const auto& [field, values] : fields_of("m.room.create")) {
        if (field == "creator" || field == "room_version") continue;
        for (const std::string& value : values)
          contents.emplace_back("{" + quoted(field) + ":" + value + "}", fmt::format(" with `{}` {}", field, value));
      }
      for (const auto& [content, words] : contents) {
        Step out = step("m.room.create", "", sender, content);
        if (!first) out.prev = {5};
        out_.events.push_back(
            {fmt::format("{} sends an m.room.create{}{}", who(sender), first ? "" : " after other events", words),
             out});
      }
    }
  }

  void redactions(const std::string& sender) {
    for (const std::uint32_t target : {1U, 4U}) {
      Step out = step("m.room.redaction", std::nullopt, sender, "{}");
      out.redacts = target;
      event(std::move(out), fmt::format("{} redacts an event of {}", who(sender), target == 1 ? "A" : "B"));
    }
  }

  void others(const std::string& sender, const std::string& type) {
    const std::string other = sender == kB ? kC : kB;
    const std::vector<std::optional<std::string>> keys{"",
                                                       std::nullopt,
                                                       sender,
                                                       other,
                                                       sender + "_x",
                                                       other + "_x",
                                                       kA + "_x",
                                                       "key",
                                                       "@none",
                                                       std::string(event::server_part(sender).value_or("")),
                                                       sender + "_" + std::string(300, 'x'),
                                                       std::string(300, 'x')};
    for (const auto& key : keys) {
      const std::string words = fmt::format("{} sends {} with {}", who(sender), type,
                                            !key                ? "no state_key"
                                            : key->size() > 200 ? fmt::format("a state_key of {} bytes", key->size())
                                                                : "state_key " + quoted(*key));
      event(step(type, key, sender, "{}"), words);
      if (key != "") continue;
      for (const auto& [field, values] : fields_of(type)) {
        for (const std::string& value : values)
          event(step(type, key, sender, "{" + quoted(field) + ":" + value + "}"),
                fmt::format("{} and `{}` {}", words, field, value));
      }
    }
  }

  const Words& words_;
  Scenario out_;
};

}  // namespace

std::vector<Scenario> scenarios(const rules::CoreVersion& base, const rules::CoreVersion& candidate) {
  const Words words(base, candidate);
  std::vector<Scenario> out;
  out.push_back(Builder(words, "{}", "").take());
  const auto fields = words.fields.find("m.room.create");
  if (fields == words.fields.end()) return out;
  for (const auto& [field, values] : fields->second) {
    if (field == "creator" || field == "room_version") continue;
    for (const std::string& value : values) {
      if (value == "1" || value == "\"x\"" || value == "[1]") continue;
      out.push_back(Builder(words, "{" + quoted(field) + ":" + value + "}",
                            fmt::format("the create event has `{}` {}", field, value))
                        .take());
    }
  }
  return out;
}

}  // namespace stateroom::search
