// The one place where TOML is read.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>

#include "model/rules/nearest.h"
#include "sim/scenarios/scenario.h"

namespace stateroom::scenarios {

std::span<const std::pair<std::string_view, std::string_view>> embedded_texts();

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::uint32_t kServersMost = 1000, kUsersMost = 100'000;
constexpr std::int64_t kDaysMost = 10'000;

/// One table of the file. What is asked for is taken; `finish` complains of the rest.
class Table {
 public:
  Table(const toml::table& table, std::string_view file, std::vector<Error>& errors)
      : table_(table), file_(file), errors_(errors) {}

  std::string place(const toml::node& node) const {
    return fmt::format("{}:{}:{}", file_, node.source().begin.line, node.source().begin.column);
  }
  std::string place() const { return place(table_); }
  void complain(const toml::node& node, std::string message, std::string hint = {}) {
    errors_.push_back({ErrorCode::kFormat, std::move(message), place(node), std::move(hint)});
  }

  const toml::node* take(std::string_view key) {
    known_.emplace_back(key);
    return table_.get(key);
  }
  /// A whole number from `least` to `most`.
  template <class Number>
  void number(std::string_view key, Number& out, std::int64_t least, std::int64_t most) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < least || *value > most)
      return complain(*node, fmt::format("`{}` is a whole number from {} to {}", key, least, most));
    out = static_cast<Number>(*value);
  }
  /// A number with a fraction, in thousandths.
  void thousandths(std::string_view key, std::int64_t& out, double most) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    const auto value = node->value<double>();
    if (!node->is_number() || !value || !(*value >= 0) || *value > most)
      return complain(*node, fmt::format("`{}` is a number from 0 to {}", key, most));
    out = std::llround(*value * 1000);
  }
  void hours(std::string_view key, Time& out) {
    std::int64_t value = out / (kernel::kHour / 1000);
    thousandths(key, value, static_cast<double>(kDaysMost * 24));
    out = value * (kernel::kHour / 1000);
  }
  void minutes(std::string_view key, Time& out) {
    std::int64_t value = out / (kernel::kMinute / 1000);
    thousandths(key, value, static_cast<double>(kDaysMost * 24 * 60));
    out = value * (kernel::kMinute / 1000);
  }
  void boolean(std::string_view key, bool& out) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    if (const auto value = node->value_exact<bool>()) {
      out = *value;
    } else {
      complain(*node, fmt::format("`{}` is true or false", key));
    }
  }
  void text(std::string_view key, std::string& out) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    if (const auto value = node->value_exact<std::string>()) {
      out = *value;
    } else {
      complain(*node, fmt::format("`{}` is a text", key));
    }
  }
  void numbers(std::string_view key, std::vector<std::uint32_t>& out, std::int64_t most) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    if (!node->is_array()) return complain(*node, fmt::format("`{}` is a list of whole numbers", key));
    for (const toml::node& item : *node->as_array()) {
      const auto value = item.value_exact<std::int64_t>();
      if (!value || *value < 0 || *value > most)
        return complain(item, fmt::format("`{}` holds whole numbers from 0 to {}", key, most));
      out.push_back(static_cast<std::uint32_t>(*value));
    }
  }
  /// One of some words.
  template <class Words>
  std::optional<std::size_t> word(std::string_view key, const Words& words) {
    const toml::node* node = take(key);
    if (node == nullptr) return std::nullopt;
    const auto value = node->value_exact<std::string>();
    std::vector<std::string> names(words.begin(), words.end());
    if (value) {
      if (const auto at = std::ranges::find(names, *value); at != names.end())
        return static_cast<std::size_t>(at - names.begin());
    }
    std::string near = value ? rules::nearest(*value, names) : "";
    complain(*node, fmt::format("`{}` is one of {}", key, fmt::join(names, ", ")),
             near.empty() ? "" : fmt::format("did you mean `{}`?", near));
    return std::nullopt;
  }
  /// Calls `each` with each table of a list of tables, or with the one table.
  template <class Each>
  void tables(std::string_view key, Each&& each) {
    const toml::node* node = take(key);
    if (node == nullptr) return;
    if (node->is_table()) {
      Table one(*node->as_table(), file_, errors_);
      each(one);
      return one.finish();
    }
    if (!node->is_array()) return complain(*node, fmt::format("`{}` is a table", key));
    for (const toml::node& item : *node->as_array()) {
      if (!item.is_table()) {
        complain(item, fmt::format("`{}` is a list of tables", key));
        continue;
      }
      Table one(*item.as_table(), file_, errors_);
      each(one);
      one.finish();
    }
  }
  void finish() {
    for (const auto& [key, node] : table_) {
      const std::string name(key.str());
      if (std::ranges::find(known_, name) != known_.end()) continue;
      const std::string near = rules::nearest(name, known_);
      errors_.push_back(
          {ErrorCode::kUnknownName, fmt::format("`{}` means nothing here", name),
           fmt::format("{}:{}:{}", file_, key.source().begin.line, key.source().begin.column),
           near.empty() ? fmt::format("known: {}", fmt::join(known_, ", ")) : fmt::format("did you mean `{}`?", near)});
    }
  }

 private:
  const toml::table& table_;
  std::string file_;
  std::vector<Error>& errors_;
  std::vector<std::string> known_;
};

/// A value as JSON: what a content is written as.
std::string json_of(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    std::string out = "{";
    for (const auto& [key, value] : *table)
      out += fmt::format("{}{}:{}", out.size() > 1 ? "," : "", json::quoted(key.str()), json_of(value));
    return out + "}";
  }
  if (const auto* array = node.as_array()) {
    std::string out = "[";
    for (const toml::node& item : *array) out += (out.size() > 1 ? "," : "") + json_of(item);
    return out + "]";
  }
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
  return json::quoted(node.value<std::string>().value_or(""));
}

void read_link(Table& table, network::Link& link) {
  table.number("loss_of_1000", link.loss_of_1000, 0, 1000);
  table.number("duplicate_of_1000", link.duplicate_of_1000, 0, 1000);
  table.number("late_of_1000", link.late_of_1000, 0, 1000);
  std::int64_t late_ms = link.late_us_max / kernel::kMillisecond;
  table.number("late_ms_most", late_ms, 0, 86'400'000);
  link.late_us_max = late_ms * kernel::kMillisecond;
  const toml::node* node = table.take("latency_ms");
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  Time last = 0;
  bool good = list != nullptr && list->size() == link.latency.quantiles.size();
  for (std::size_t i = 0; good && i < list->size(); ++i) {
    const auto value = (*list)[i].value_exact<std::int64_t>();
    good = value && *value >= last && *value <= 86'400'000;
    if (good) link.latency.quantiles[i] = (last = *value) * kernel::kMillisecond;
  }
  if (!good)
    table.complain(*node, "`latency_ms` is five whole numbers, none less than the one before",
                   "the least latency, then what half, 90 %, 99 % and all messages need at most");
}

void read_room(Table& table, const Scenario& scenario, RoomPart& room) {
  room.where = table.place();
  room.users = scenario.servers;
  table.text("version", room.version);
  table.number("users", room.users, 1, kUsersMost);
  table.number("joined", room.joined, 0, room.users);
  table.number("moderators", room.moderators, 0, room.users - 1);
  constexpr std::array<std::string_view, 5> kJoinRules{"public", "invite", "knock", "restricted", "knock_restricted"};
  if (const auto rule = table.word("join_rule", kJoinRules)) room.join_rule = kJoinRules[*rule];
  table.boolean("partial_joins", room.partial_joins);
  table.minutes("resync_minutes", room.resync);
  table.tables("a_day", [&](Table& rates) {
    for (const workload::Doing doing : workload::all_doings())
      rates.thousandths(workload::name(doing), room.rates[static_cast<std::size_t>(doing)], 1e7);
  });
}

void read_fault(Table& table, const Scenario& scenario, FaultPart& fault) {
  constexpr std::array<std::string_view, 5> kKinds{"partition", "isolate", "one_way", "swizzle", "restart"};
  if (const auto kind = table.word("kind", kKinds)) fault.kind = static_cast<FaultKind>(*kind);
  table.hours("begin_hours", fault.begin);
  fault.length = kernel::kHour;
  table.hours("hours", fault.length);
  Time every = 0;
  table.hours("every_hours", every);
  if (every > 0) fault.every = std::max(every, fault.length);
  table.numbers("servers", fault.servers, scenario.servers - 1);
}

void read_act(Table& table, const Scenario& scenario, ActPart& act) {
  table.hours("at_hours", act.at);
  table.number("room", act.room, 0, static_cast<std::int64_t>(scenario.rooms.size()) - 1);
  table.number("user", act.user, 0, kUsersMost);
  table.text("type", act.type);
  if (const toml::node* node = table.take("state_key")) {
    if (const auto number = node->value_exact<std::int64_t>()) {
      act.state_key = user_id(static_cast<std::uint32_t>(*number), scenario.servers);
    } else if (const auto text = node->value_exact<std::string>()) {
      act.state_key = *text;
    } else {
      table.complain(*node, "`state_key` is a text, or the number of a user");
    }
  }
  const toml::node* content = table.take("content");
  if (content != nullptr && content->is_table()) {
    act.content = json_of(*content);
  } else if (content != nullptr) {
    table.complain(*content, "`content` is a table");
  }
}

void read_rotation(Table& table, const Scenario& scenario, RotationPart& rotation) {
  table.number("server", rotation.server, 0, static_cast<std::int64_t>(scenario.servers) - 1);
  table.hours("at_hours", rotation.at);
}

void read_adversary(Table& table, const Scenario& scenario, AdversaryPart& part) {
  table.number("room", part.room, 0, static_cast<std::int64_t>(scenario.rooms.size()) - 1);
  if (const toml::node* node = table.take("capabilities")) {
    std::vector<std::string> names;
    for (const adversary::Capability one : adversary::all_capabilities()) names.emplace_back(adversary::name(one));
    const toml::array* list = node->as_array();
    for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const auto word = (*list)[i].value_exact<std::string>();
      const auto at = word ? std::ranges::find(names, *word) : names.end();
      if (at != names.end()) {
        part.options.capabilities.push_back(
            adversary::all_capabilities()[static_cast<std::size_t>(at - names.begin())]);
        continue;
      }
      const std::string near = word ? rules::nearest(*word, names) : "";
      table.complain((*list)[i], fmt::format("a capability is one of {}", fmt::join(names, ", ")),
                     near.empty() ? "" : fmt::format("did you mean `{}`?", near));
    }
    if (list == nullptr) table.complain(*node, "`capabilities` is a list of names");
  }
  table.number("user", part.options.user, 0, kUsersMost);
  table.hours("begin_hours", part.options.begin);
  table.thousandths("a_day", part.options.rate, 1e6);
  table.hours("delay_hours", part.options.delay);
}

}  // namespace

std::string user_id(std::uint32_t user, std::uint32_t servers) {
  return fmt::format("@u{}:s{}.example", user, user % servers);
}

std::vector<std::pair<std::string_view, std::string_view>> all() {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  for (const auto& [path, text] : embedded_texts()) out.emplace_back(path.substr(0, path.rfind('.')), text);
  return out;
}

std::expected<Scenario, std::vector<Error>> read(std::string_view text, std::string_view where) {
  std::vector<Error> errors;
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const auto& begin = parsed.error().source().begin;
    errors.push_back({ErrorCode::kFormat, std::string(parsed.error().description()),
                      fmt::format("{}:{}:{}", where, begin.line, begin.column), "a scenario is a TOML file"});
    return std::unexpected(std::move(errors));
  }
  Scenario out;
  out.text = text;
  Table table(parsed.table(), where, errors);
  table.text("name", out.name);
  table.text("about", out.about);
  std::int64_t days = 1000;
  table.thousandths("days", days, static_cast<double>(kDaysMost));
  out.length = days * (kernel::kDay / 1000);
  table.hours("heal_hours", out.heal);
  table.number("servers", out.servers, 1, kServersMost);
  table.numbers("gone", out.gone, out.servers - 1);
  table.number("clocks_differ_ms", out.skew_ms_most, 0, 86'400'000);
  table.tables("link", [&](Table& link) { read_link(link, out.link); });
  table.tables("room", [&](Table& room) { read_room(room, out, out.rooms.emplace_back()); });
  table.tables("fault", [&](Table& fault) { read_fault(fault, out, out.faults.emplace_back()); });
  table.tables("act", [&](Table& act) { read_act(act, out, out.acts.emplace_back()); });
  table.hours("key_validity_hours", out.key_validity);
  table.tables("rotation", [&](Table& rotation) { read_rotation(rotation, out, out.rotations.emplace_back()); });
  table.tables("adversary", [&](Table& part) { read_adversary(part, out, out.adversaries.emplace_back()); });
  table.finish();
  if (out.rooms.empty())
    errors.push_back({ErrorCode::kFormat, "a scenario has a room", fmt::format("{}:1:1", where), "write [[room]]"});
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return out;
}

}  // namespace stateroom::scenarios
