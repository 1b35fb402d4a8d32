// Answers about histories: events, auth, resolve.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "model/auth/ask.h"
#include "model/auth/signatures.h"
#include "model/event/history.h"
#include "model/report/answers.h"
#include "model/report/json_writer.h"
#include "model/resolve/explain.h"
#include "model/resolve/state_before.h"

namespace stateroom::report {
namespace {

using base::ErrorCode;
using base::EventIndex;
using graph::Room;
using graph::State;

/// A history under a version, ready to be asked.
struct Opened {
  LoadedPtr version;
  event::History history;
  std::unique_ptr<Room> room;
  graph::StateStore store;
  std::unique_ptr<rules::Evaluator> evaluator;
  std::unique_ptr<resolve::Resolver> resolver;

  std::string text(base::StringId id) const { return std::string(room->strings().text(id)); }
  std::string id(EventIndex event) const { return text(room->event_id(event)); }
  std::string entry(base::KeyIndex key, EventIndex event) const {
    return JsonObject()
        .text("type", text(room->key_type(key)))
        .text("state_key", text(room->key_state_key(key)))
        .text("event_id", id(event))
        .done();
  }
  std::string entries(State state) const {
    return json_list(store.entries(state), [&](const auto& pair) { return entry(pair.first, pair.second); });
  }
};

base::Result<event::ServerKeys> outside_keys(const HistoryOptions& options) {
  if (!options.keys_json) return event::ServerKeys{};
  const auto document = json::parse(*options.keys_json, "keys");
  if (!document) return std::unexpected(document.error());
  return event::read_keys(json::root(**document), "keys");
}

base::Result<std::unique_ptr<Opened>> open(Workbench& workbench, const event::HistoryItem& item,
                                           const HistoryOptions& options) {
  const std::string name = options.version.value_or(item.room_version.value_or(Workbench::otherwise()));
  const auto version = workbench.load(name, options.choice);
  if (!version) {
    base::Error error = version.error().front();
    if (error.where.empty()) error.where = options.version || !item.room_version ? item.where : item.version_where;
    return std::unexpected(error);
  }
  auto out = std::make_unique<Opened>();
  out->version = *version;
  const auto keys = outside_keys(options);
  if (!keys) return std::unexpected(keys.error());
  auto history = event::decode(item, out->version->core->format, options.strict);
  if (!history) return std::unexpected(history.error());
  out->history = std::move(*history);
  for (const auto& [server, more] : *keys) out->history.keys[server].insert(more.begin(), more.end());
  auto room = Room::build(out->history.events, out->version->core->format);
  if (!room) {
    base::Error error = room.error();
    if (error.where.empty()) error.where = item.where;
    return std::unexpected(error);
  }
  out->room = std::move(*room);
  rules::Oracles oracles;
  oracles.recognised_version = [&workbench](std::string_view wanted) { return workbench.registry().has(wanted); };
  if (!out->history.keys.empty()) {
    rules::Oracles checked = auth::oracles_from_keys(
        *out->room, out->history.keys, [pointer = out.get()](EventIndex event, const event::VerifyKey& key) {
          return pointer->evaluator->key_valid(event, key);
        });
    checked.recognised_version = oracles.recognised_version;
    oracles = std::move(checked);
  }
  out->evaluator = std::make_unique<rules::Evaluator>(out->version->program, *out->room, std::move(oracles));
  out->resolver = std::make_unique<resolve::Resolver>(*out->evaluator, out->store);
  for (const event::Event& event : out->history.events) {
    if (event.rejected_outside) out->room->set_rejected(out->room->find(event.event_id), true);
  }
  return out;
}

std::string signatures_state(const Opened& opened, const event::Event& event) {
  JsonObject out;
  for (const json::Value server : event.json.get("signatures").children()) {
    const EventIndex index = opened.room->find(event.event_id);
    const auto valid = [&](const event::VerifyKey& key) { return opened.evaluator->key_valid(index, key); };
    const auto state = event::verify(event, opened.version->core->format, server.own_key(), opened.history.keys,
                                     "signed_object", valid);
    out.text(server.own_key(), event::name(state));
  }
  return out.done();
}

/// Runs `one` for each item of an input; an item that cannot be done is an error line.
template <class One>
Answers each_item(const std::string& bytes, const std::string& file, One one) {
  Answers out;
  for (const auto& item : event::read_items(bytes, file)) {
    std::optional<base::Error> error;
    if (!item) {
      error = item.error();
    } else {
      error = one(*item, out);
    }
    if (!error) continue;
    out.lines.push_back(error_line(*error));
    out.refused = true;
  }
  return out;
}

std::optional<base::Error> events_of(Workbench& workbench, const event::HistoryItem& item,
                                     const HistoryOptions& options, Answers& out) {
  auto opened = open(workbench, item, options);
  if (!opened) return opened.error();
  Opened& all = **opened;
  resolve::WalkOptions walk_options;
  walk_options.strict = options.strict;
  const auto walk = resolve::Walk::run(*all.evaluator, all.store, *all.resolver, walk_options);
  if (!walk) return walk.error();
  for (const event::Event& event : all.history.events) {
    const EventIndex index = all.room->find(event.event_id);
    const resolve::Receipt& receipt = walk->receipts()[index.at()];
    // The decision that speaks: of the check that rejected, else of the last one that asked the rules.
    const rules::Decision* decision = nullptr;
    for (const auto& check : receipt.checks) {
      if (!check.decision.rule.valid()) continue;
      if (decision == nullptr || decision->allowed) decision = &check.decision;
    }
    const bool allowed = !receipt.rejected && !receipt.dropped;
    out.unwelcome = out.unwelcome || !allowed;
    const auto checks = json_list(receipt.checks, [](const resolve::Receipt::Check& check) {
      return JsonObject().text("name", check.name).text("outcome", check.outcome).done();
    });
    JsonObject line;
    line.text("event_id", event.event_id)
        .text("ids", event::name(event.ids))
        .text("content_hash", event::name(event::content_hash_state(event, all.version->core->format)))
        .add("signatures", signatures_state(all, event))
        .add("checks", checks)
        .boolean("allowed", allowed)
        .add("label", decision == nullptr ? "null" : json::quoted(all.version->program->label(decision->rule)))
        .add("number", decision == nullptr ? "null" : quoted_or_null(all.version->program->number(decision->rule)));
    if (!event.ill_formed.empty()) {
      line.add("ill_formed",
               json_list(event.ill_formed, [](const std::string& finding) { return json::quoted(finding); }));
    }
    out.lines.push_back(line.done());
  }
  return std::nullopt;
}

/// The state sets of the file, else the states after the forward extremities.
base::Result<std::vector<State>> inputs_of(Opened& all, const HistoryOptions& options) {
  std::vector<State> out;
  if (all.history.has_state_sets) {
    for (const auto& set : all.history.state_sets) {
      std::vector<std::pair<base::KeyIndex, EventIndex>> entries;
      for (const std::string& id : set) {
        const EventIndex event = all.room->find(id);
        entries.emplace_back(all.room->key(event), event);
      }
      out.push_back(all.store.from(std::move(entries)));
    }
    return out;
  }
  resolve::WalkOptions walk_options;
  walk_options.strict = options.strict;
  walk_options.keep_checks = false;
  const auto walk = resolve::Walk::run(*all.evaluator, all.store, *all.resolver, walk_options);
  if (!walk) return std::unexpected(walk.error());
  for (const EventIndex extremity : walk->extremities()) out.push_back(walk->after(extremity));
  return out;
}

std::string trace_json(const Opened& all, const resolve::Trace& trace) {
  JsonObject out;
  for (const resolve::TraceValue& value : trace.values) {
    switch (value.kind) {
      case resolve::TraceValue::Kind::kState:
        out.add(value.name, all.entries(value.state));
        break;
      case resolve::TraceValue::Kind::kOrder:
        out.add(value.name, json_list(value.events, [&](EventIndex event) { return json::quoted(all.id(event)); }));
        break;
      case resolve::TraceValue::Kind::kEvents: {
        std::vector<std::string> ids;
        for (const EventIndex event : value.events) ids.push_back(all.id(event));
        std::sort(ids.begin(), ids.end());
        out.add(value.name, json_list(ids, [](const std::string& id) { return json::quoted(id); }));
        break;
      }
      case resolve::TraceValue::Kind::kFunction:
        break;
    }
  }
  return out.done();
}

std::string reads_json(const std::vector<std::pair<std::string, std::string>>& reads) {
  return json_list(
      reads, [](const auto& read) { return "[" + json::quoted(read.first) + "," + json::quoted(read.second) + "]"; });
}

std::string candidate_json(const Opened& all, const resolve::Candidate& candidate) {
  const auto placing = [&](const resolve::Placing& place) {
    return JsonObject()
        .text("order", place.name)
        .number("place", static_cast<std::int64_t>(place.place))
        .number("of", static_cast<std::int64_t>(place.count))
        .add("after", place.before.valid() ? json::quoted(all.id(place.before)) : "null")
        .text("decided_by", place.component)
        .text("value", place.value)
        .text("value_before", place.value_before)
        .done();
  };
  const auto check = [](const resolve::CheckNote& note) {
    return JsonObject()
        .text("name", note.name)
        .boolean("allowed", note.allowed)
        .text("label", note.label)
        .add("number", quoted_or_null(note.number))
        .add("reads", reads_json(note.reads))
        .done();
  };
  return JsonObject()
      .text("event_id", all.id(candidate.event))
      .add("in", json_list(candidate.in, [](const resolve::Membership& in) { return json::quoted(in.name); }))
      .text("outcome", candidate.outcome)
      .add("label", quoted_or_null(candidate.label))
      .add("number", quoted_or_null(candidate.number))
      .add("placings", json_list(candidate.placings, placing))
      .add("checks", json_list(candidate.checks, check))
      .done();
}

/// Who competed for each key, in which named values, where in the orders, which rule decided; and the same in words.
base::Result<std::string> explanation_json(Opened& all, std::span<const State> inputs, State result,
                                           const resolve::Trace& trace, const HistoryOptions& options) {
  std::optional<std::pair<std::string, std::string>> key;
  if (options.explain_type) key.emplace(*options.explain_type, options.explain_state_key.value_or(""));
  const auto found = resolve::explain(*all.evaluator, all.store, inputs, result, trace, key);
  if (!found) return std::unexpected(found.error());
  return json_list(found->keys, [&](const resolve::KeyExplanation& explained) {
    return JsonObject()
        .text("type", explained.type)
        .text("state_key", explained.state_key)
        .add("winner", explained.winner.valid() ? json::quoted(all.id(explained.winner)) : "null")
        .add("candidates",
             json_list(explained.candidates, [&](const auto& candidate) { return candidate_json(all, candidate); }))
        .text("text", explained.text)
        .done();
  });
}

std::optional<base::Error> resolve_one(Workbench& workbench, const event::HistoryItem& item,
                                       const HistoryOptions& options, Answers& out) {
  auto opened = open(workbench, item, options);
  if (!opened) return opened.error();
  Opened& all = **opened;
  const auto holes = all.room->holes();
  if (options.strict && !holes.empty()) {
    return base::Error{ErrorCode::kHole, fmt::format("the cited event `{}` is unknown", holes.front()), item.where, {}};
  }
  const auto inputs = inputs_of(all, options);
  if (!inputs) return inputs.error();
  const bool explained = options.explain || options.explain_type;
  resolve::Trace trace;
  const auto result = all.resolver->resolve(*inputs, options.trace || explained ? &trace : nullptr);
  if (!result) return result.error();
  JsonObject line;
  line.text("room_version", all.version->text.name)
      .text("version_sha256", all.version->core->sha256)
      .text("profile", options.choice.profile.empty() ? "default" : options.choice.profile)
      .text("ids", event::name(all.history.ids))
      .number("state_sets", static_cast<std::int64_t>(inputs->size()))
      .add("state", all.entries(*result));
  if (!holes.empty()) line.add("holes", json_list(holes, [](const std::string& id) { return json::quoted(id); }));
  if (!all.history.notes.empty())
    line.add("notes", json_list(all.history.notes, [](const std::string& note) { return json::quoted(note); }));
  if (options.trace) line.add("trace", trace_json(all, trace));
  if (explained) {
    const auto explanation = explanation_json(all, *inputs, *result, trace, options);
    if (!explanation) return explanation.error();
    line.add("explanation", *explanation);
  }
  if (options.time > 0) {
    std::vector<double> times;
    for (std::uint32_t i = 0; i < options.time; ++i) {
      const auto start = std::chrono::steady_clock::now();
      if (const auto again = all.resolver->resolve(*inputs); !again) return again.error();
      times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(times.begin(), times.end());
    line.add("resolve_us_min", fmt::format("{:.3f}", times.front()))
        .add("resolve_us_median", fmt::format("{:.3f}", times[times.size() / 2]));
  }
  out.lines.push_back(line.done());
  return std::nullopt;
}

}  // namespace

Answers events_answers(Workbench& workbench, const std::string& bytes, const std::string& file,
                       const HistoryOptions& options) {
  return each_item(bytes, file, [&](const event::HistoryItem& item, Answers& out) {
    return events_of(workbench, item, options, out);
  });
}

Answers resolve_answers(Workbench& workbench, const std::string& bytes, const std::string& file,
                        const HistoryOptions& options) {
  return each_item(bytes, file, [&](const event::HistoryItem& item, Answers& out) {
    return resolve_one(workbench, item, options, out);
  });
}

Answers auth_answers(Workbench& workbench, const std::string& bytes, const std::string& file,
                     const HistoryOptions& options) {
  Answers out;
  const auto refuse = [&](const base::Error& error) {
    out.lines.push_back(error_line(error));
    out.refused = true;
  };
  auth::AskOptions ask;
  ask.version = options.version;
  ask.version_otherwise = Workbench::otherwise();
  ask.strict = options.strict;
  ask.recognised_version = [&](std::string_view name) { return workbench.registry().has(name); };
  if (options.keys_json) {
    auto keys = outside_keys(options);
    if (!keys) {
      refuse(keys.error());
      return out;
    }
    ask.keys = std::move(*keys);
  }
  const auto programs = [&](std::string_view name) -> base::Result<std::shared_ptr<const rules::Program>> {
    const auto loaded = workbench.load(std::string(name), options.choice);
    if (!loaded) return std::unexpected(loaded.error().front());
    return (*loaded)->program;
  };
  const auto one = [&](const std::shared_ptr<const json::Document>& document, json::Value question,
                       const std::string& where) {
    const auto answer = auth::ask(document, question, where, programs, ask);
    if (!answer) {
      refuse(answer.error());
      return;
    }
    const auth::NamedDecision& decision = answer->decision;
    out.unwelcome = out.unwelcome || !decision.allowed;
    out.lines.push_back(JsonObject()
                            .boolean("allowed", decision.allowed)
                            .text("label", decision.label)
                            .add("number", quoted_or_null(decision.number))
                            .add("reads", reads_json(decision.reads))
                            .text("room_version", answer->room_version)
                            .text("ids", event::name(answer->ids))
                            .done());
  };
  const auto whole = json::parse(bytes, file);
  if (whole && json::root(**whole).is_array()) {
    std::uint32_t i = 0;
    for (const json::Value question : json::root(**whole).children())
      one(*whole, question, fmt::format("{}#/{}", file, i++));
    return out;
  }
  if (whole) {
    one(*whole, json::root(**whole), file);
    return out;
  }
  std::size_t number = 0, start = 0;
  while (start < bytes.size()) {  // one question a line
    const std::size_t end = std::min(bytes.find('\n', start), bytes.size());
    const std::string_view line = std::string_view(bytes).substr(start, end - start);
    start = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto document = json::parse(line, file);
    if (!document) {
      refuse(number == 1 ? whole.error() : document.error());
      if (number == 1) return out;
      continue;
    }
    one(*document, json::root(**document), fmt::format("{}:{}:1", file, number));
  }
  if (out.lines.empty()) refuse(whole.error());
  return out;
}

}  // namespace stateroom::report
