// Answers about histories: events, auth, resolve.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "model/auth/ask.h"
#include "model/base/encode.h"
#include "model/report/answers.h"
#include "model/report/json_writer.h"
#include "model/report/opened.h"
#include "model/resolve/explain.h"
#include "model/resolve/holes.h"
#include "model/resolve/state_before.h"
#include "model/rules/say.h"

namespace stateroom::report {
namespace {

using base::ErrorCode;
using base::EventIndex;
using graph::Room;
using graph::State;

/// The content hash of the PDU as it came: null if it has none that could be hashed.
std::string content_hash_json(const event::HistoryItem& item, const event::Event& event,
                              const event::EventFormat& format) {
  const auto hash = [](const base::Result<std::string>& bytes) {
    return bytes ? json::quoted(base::base64(base::sha256(*bytes))) : "null";
  };
  if (!event.redacted_on_import) return hash(event::hashed_bytes(event, format, "content_hash"));
  const auto pdu = std::ranges::find(item.pdus, event.where, &event::HistoryItem::Pdu::where);
  return pdu == item.pdus.end() ? "null" : hash(event::hashed_bytes(pdu->json, format, "content_hash"));
}

/// The state of each server's signature: of those that signed, and of the sender's. A drawing that has no signatures is
/// not known to be wrong.
std::map<std::string, event::SignatureState> signature_states(const Opened& opened, const event::Event& event) {
  std::map<std::string, event::SignatureState> out;
  std::vector<std::string> servers;
  if (const auto server = event::server_part(event.sender)) servers.emplace_back(*server);
  for (const json::Value server : event.json.get("signatures").children()) servers.emplace_back(server.own_key());
  const EventIndex index = opened.room->find(event.event_id);
  const bool drawn = event.ids == event::IdMode::kPlaceholder && !event.json.get("signatures").valid();
  const auto valid = [&](const event::VerifyKey& key) { return opened.evaluator->key_valid(index, key); };
  for (const std::string& server : servers) {
    out[server] =
        drawn ? event::SignatureState::kNoKey
              : event::verify(event, opened.version->core->format, server, opened.history.keys, "signed_object", valid);
  }
  return out;
}

/// The event's state is that of its worst signature: none is valid that is not known to be.
event::SignatureState worst(const std::map<std::string, event::SignatureState>& states) {
  using Signature = event::SignatureState;
  for (const Signature state : {Signature::kInvalid, Signature::kNoKey, Signature::kValid}) {
    if (std::ranges::any_of(states, [&](const auto& one) { return one.second == state; })) return state;
  }
  return Signature::kInvalid;
}

/// The answers of the items of an input, one after the other.
class Collected {
 public:
  Collected(const HistoryOptions& options, std::size_t total) : options_(options), total_(total) {}
  void add(Answers item) {
    out_.refused = out_.refused || item.refused;
    out_.unwelcome = out_.unwelcome || item.unwelcome;
    ++done_;
    if (options_.each) {
      options_.each(item, done_, std::max(done_, total_));
    } else {
      std::move(item.lines.begin(), item.lines.end(), std::back_inserter(out_.lines));
    }
  }
  Answers done() { return std::move(out_); }

 private:
  const HistoryOptions& options_;
  std::size_t done_ = 0, total_;
  Answers out_;
};

Answers refused(const base::Error& error) { return {{error_line(error)}, true, false}; }

/// Runs `one` for each item of an input; an item that cannot be done is an error line.
template <class One>
Answers each_item(const std::string& bytes, const std::string& file, const HistoryOptions& options, One one) {
  const auto items = event::read_items(bytes, file);
  Collected out(options, items.size());
  for (const auto& item : items) out.add(item ? one(*item) : refused(item.error()));
  return out.done();
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
    const rules::Decision* decision = decisive(receipt);
    const bool allowed = !receipt.rejected && !receipt.dropped;
    out.unwelcome = out.unwelcome || !allowed;
    const auto checks = json_list(receipt.checks, [](const resolve::Receipt::Check& check) {
      return JsonObject().text("name", check.name).text("outcome", check.outcome).done();
    });
    const auto signatures = signature_states(all, event);
    JsonObject by_server;
    for (const auto& [server, state] : signatures) by_server.text(server, event::name(state));
    JsonObject line;
    line.text("event_id", event.event_id)
        .text("ids", event::name(event.ids))
        .add("content_hash", content_hash_json(item, event, all.version->core->format))
        .text("content_hash_state", event::name(event::content_hash_state(event, all.version->core->format)))
        .text("signatures", event::name(worst(signatures)))
        .add("signatures_by_server", by_server.done())
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

/// The resolution's named values in English, for people who read no Markdown.
resolve::Words words_of(const rules::Version& text) {
  resolve::Words out;
  for (const rules::DefinitionEntry& entry : text.resolution) {
    std::string words = rules::say(text, entry.expr);
    std::erase(words, '*');
    out.emplace(entry.name, std::move(words));
  }
  return out;
}

/// Adds what each named value was; and who competed for each key, in which named values, where in the orders, which
/// rule decided, also in words.
std::optional<base::Error> add_explanation(JsonObject& line, Opened& all, std::span<const State> inputs, State result,
                                           const resolve::Trace& trace, const HistoryOptions& options) {
  std::optional<std::pair<std::string, std::string>> key;
  if (options.explain_type) key.emplace(*options.explain_type, options.explain_state_key.value_or(""));
  const auto found =
      resolve::explain(*all.evaluator, all.store, inputs, result, trace, words_of(all.version->text), key);
  if (!found) return found.error();
  const auto steps = json_list(found->steps, [](const resolve::Step& step) {
    return JsonObject()
        .text("name", step.name)
        .number("count", static_cast<std::int64_t>(step.count))
        .text("words", step.words)
        .done();
  });
  const auto keys = json_list(found->keys, [&](const resolve::KeyExplanation& explained) {
    return JsonObject()
        .text("type", explained.type)
        .text("state_key", explained.state_key)
        .add("winner", explained.winner.valid() ? json::quoted(all.id(explained.winner)) : "null")
        .add("candidates",
             json_list(explained.candidates, [&](const auto& candidate) { return candidate_json(all, candidate); }))
        .text("text", explained.text)
        .done();
  });
  line.add("steps", steps).add("explanation", keys);
  return std::nullopt;
}

std::optional<base::Error> resolve_one(Workbench& workbench, const event::HistoryItem& item,
                                       const HistoryOptions& options, Answers& out) {
  auto opened = open(workbench, item, options);
  if (!opened) return opened.error();
  Opened& all = **opened;
  const auto inputs = inputs_of(all, options);
  if (!inputs) return inputs.error();
  // State sets that are given hang on nothing but themselves; else the states come from every edge of the history.
  const auto holes = all.history.has_state_sets && all.room->format().derived_edge_field.empty()
                         ? resolve::holes_of(*all.version->core, *all.room, all.store, *inputs)
                         : all.room->holes();
  if (options.strict && !holes.empty()) {
    return base::Error{ErrorCode::kHole, fmt::format("the cited event `{}` is unknown", holes.front()), item.where, {}};
  }
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
    if (const auto error = add_explanation(line, all, *inputs, *result, trace, options)) return error;
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

Answers events_answers(Workbench& workbench, const event::HistoryItem& item, const HistoryOptions& options) {
  Answers out;
  if (const auto error = events_of(workbench, item, options, out)) return refused(*error);
  return out;
}

Answers resolve_answers(Workbench& workbench, const event::HistoryItem& item, const HistoryOptions& options) {
  Answers out;
  if (const auto error = resolve_one(workbench, item, options, out)) return refused(*error);
  return out;
}

Answers events_answers(Workbench& workbench, const std::string& bytes, const std::string& file,
                       const HistoryOptions& options) {
  return each_item(bytes, file, options,
                   [&](const event::HistoryItem& item) { return events_answers(workbench, item, options); });
}

Answers resolve_answers(Workbench& workbench, const std::string& bytes, const std::string& file,
                        const HistoryOptions& options) {
  return each_item(bytes, file, options,
                   [&](const event::HistoryItem& item) { return resolve_answers(workbench, item, options); });
}

namespace {

std::string auth_line(const auth::Answer& answer) {
  return JsonObject()
      .boolean("allowed", answer.decision.allowed)
      .text("label", answer.decision.label)
      .add("number", quoted_or_null(answer.decision.number))
      .add("reads", reads_json(answer.decision.reads))
      .text("room_version", answer.room_version)
      .text("ids", event::name(answer.ids))
      .done();
}

/// A question that was read, or why it could not be.
struct Question {
  std::shared_ptr<const json::Document> document;
  json::Value value;
  std::string where;
  std::optional<base::Error> error;
};

/// The questions of a file: one, a list, or one a line.
std::vector<Question> read_questions(const std::string& bytes, const std::string& file) {
  std::vector<Question> out;
  const auto whole = json::parse(bytes, file);
  if (whole && json::root(**whole).is_array()) {
    for (const json::Value question : json::root(**whole).children())
      out.push_back({*whole, question, fmt::format("{}#/{}", file, out.size()), {}});
    return out;
  }
  if (whole) return {{*whole, json::root(**whole), file, {}}};
  std::size_t number = 0, start = 0;
  while (start < bytes.size()) {
    const std::size_t end = std::min(bytes.find('\n', start), bytes.size());
    const std::string_view line = std::string_view(bytes).substr(start, end - start);
    start = end + 1;
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const auto document = json::parse(line, file);
    if (!document && number == 1) break;
    if (document) {
      out.push_back({*document, json::root(**document), fmt::format("{}:{}:1", file, number), {}});
    } else {
      out.push_back({{}, {}, {}, document.error()});
    }
  }
  if (out.empty()) out.push_back({{}, {}, {}, whole.error()});
  return out;
}

}  // namespace

Answers auth_answers(Workbench& workbench, const std::string& bytes, const std::string& file,
                     const HistoryOptions& options) {
  auth::AskOptions ask;
  ask.version = options.version;
  ask.version_otherwise = Workbench::otherwise();
  ask.strict = options.strict;
  ask.recognised_version = [&](std::string_view name) { return workbench.registry().has(name); };
  if (options.keys_json) {
    auto keys = outside_keys(options);
    if (!keys) return refused(keys.error());
    ask.keys = std::move(*keys);
  }
  const auto programs = [&](std::string_view name) -> base::Result<std::shared_ptr<const rules::Program>> {
    const auto loaded = workbench.load(std::string(name), options.choice);
    if (!loaded) return std::unexpected(loaded.error().front());
    return (*loaded)->program;
  };
  const auto one = [&](const Question& question) -> Answers {
    if (question.error) return refused(*question.error);
    const auto answer = auth::ask(question.document, question.value, question.where, programs, ask);
    if (!answer) return refused(answer.error());
    return {{auth_line(*answer)}, false, !answer->decision.allowed};
  };
  const std::vector<Question> questions = read_questions(bytes, file);
  Collected out(options, questions.size());
  for (const Question& question : questions) out.add(one(question));
  return out.done();
}

}  // namespace stateroom::report
