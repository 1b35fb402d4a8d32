// What a version makes of the bytes of one PDU: its format, id, hashes, redaction, signatures.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/base/encode.h"
#include "sim/search/question.h"

namespace stateroom::search {
namespace {

using json::quoted;
using workload::Signing;
using workload::Step;

/// Top-level members, each as JSON.
using Members = std::map<std::string, std::string>;

std::string text_of(const Members& members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    if (out.size() > 1) out += ',';
    out += quoted(name) + ":" + value;
  }
  return out + "}";
}

enum class Aspect : std::uint8_t { kFormat, kId, kContentHash, kRedacted, kSigned, kSigners, kEdges, kKeys };
constexpr Aspect kAspects[] = {Aspect::kFormat, Aspect::kRedacted, Aspect::kId,    Aspect::kContentHash,
                               Aspect::kSigned, Aspect::kSigners,  Aspect::kEdges, Aspect::kKeys};

std::string_view words_of(Aspect aspect) {
  switch (aspect) {
    case Aspect::kFormat:
      return "its form";
    case Aspect::kId:
      return "its event id";
    case Aspect::kContentHash:
      return "its content hash";
    case Aspect::kRedacted:
      return "what redaction leaves of it";
    case Aspect::kSigned:
      return "the bytes that are signed";
    case Aspect::kSigners:
      return "which servers have to sign it";
    case Aspect::kEdges:
      return "which events it cites";
    case Aspect::kKeys:
      return "which keys are valid for its signatures";
  }
  return "";
}

std::string said(const base::Result<std::string>& result) { return result ? *result : result.error().message; }

class PduQuestion final : public Question {
 public:
  PduQuestion(std::string pdu, Aspect aspect, const std::string& words)
      : pdu_(std::move(pdu)), aspect_(aspect), words_(fmt::format("{}: {}", words, words_of(aspect))) {}
  QuestionKind kind() const override { return QuestionKind::kPdu; }
  std::string words() const override { return words_; }

  std::optional<std::string> answer(const ProgramPtr& program) const override {
    const event::EventFormat& format = program->version().format;
    const auto document = json::parse(pdu_, "pdu");
    if (!document) return std::nullopt;
    const json::Value pdu = json::root(**document);
    switch (aspect_) {
      case Aspect::kFormat: {
        const auto findings = event::check_format(pdu, format);
        return findings.empty() ? "well formed" : fmt::format("{}", fmt::join(findings, "; "));
      }
      case Aspect::kId:
        return said(event::event_id(pdu, format));
      case Aspect::kContentHash:
        return said(event::content_hash(pdu, format));
      case Aspect::kRedacted:
        return said(event::redacted_json(pdu, format));
      case Aspect::kSigned: {
        const auto bytes = event::hashed_bytes(pdu, format, "signed_object");
        return bytes ? "bytes with the SHA-256 " + base::hex(base::sha256(*bytes)) : bytes.error().message;
      }
      case Aspect::kSigners:
      case Aspect::kEdges:
      case Aspect::kKeys:
        break;
    }
    auto event = event::decode_event(*document, pdu, format, std::nullopt, false, {});
    if (!event) return event.error().message;
    return of_event(std::move(*event), program);
  }

  std::optional<QuestionFiles> files(const ProgramPtr&) const override { return QuestionFiles{{pdu_}, {}}; }

 private:
  std::string of_event(event::Event event, const ProgramPtr& program) const {
    if (aspect_ == Aspect::kEdges) {
      std::string out;
      for (const auto& list : event.edges) out += fmt::format("[{}] ", fmt::join(list, ", "));
      return out;
    }
    std::vector<event::Event> events;
    events.push_back(std::move(event));
    const auto room = graph::Room::build(std::move(events), program->version().format);
    if (!room) return room.error().message;
    return aspect_ == Aspect::kSigners ? signers(**room, program) : keys(**room, program);
  }

  static std::string signers(graph::Room& room, const ProgramPtr& program) {
    std::set<std::string> servers;
    rules::Oracles oracles;
    oracles.signed_by = [&](base::EventIndex, std::string_view server, std::string_view) {
      servers.emplace(server);
      return true;
    };
    rules::Evaluator evaluator(program, room, std::move(oracles));
    const graph::StateStore store;
    const auto view = rules::StateView::of(store, graph::StateStore::empty());
    const std::vector<base::EventIndex> locals(program->version().locals);
    for (const rules::CoreSignature& asked : program->version().signatures) {
      if (asked.unless && evaluator.boolean(asked.unless, base::EventIndex(0), view, locals)) continue;
      evaluator.boolean(asked.require, base::EventIndex(0), view, locals);
    }
    return servers.empty() ? "nobody" : fmt::format("{}", fmt::join(servers, ", "));
  }

  static std::string keys(graph::Room& room, const ProgramPtr& program) {
    rules::Evaluator evaluator(program, room);
    const std::int64_t time = room.origin_server_ts(base::EventIndex(0));
    constexpr std::int64_t kDay = 86'400'000;  // milliseconds
    std::vector<std::string> out;
    for (const std::int64_t shift : {-kDay, kDay}) {
      event::VerifyKey expired, ending;
      expired.expired_ts = time + shift;
      ending.valid_until_ts = time + shift;
      const std::string when = shift < 0 ? "a day before" : "a day after";
      if (evaluator.key_valid(base::EventIndex(0), expired)) out.push_back("one that expired " + when + " the event");
      if (evaluator.key_valid(base::EventIndex(0), ending)) out.push_back("one valid until " + when + " the event");
    }
    // A key whose end lies far ahead of the clock.
    event::VerifyKey far;
    far.valid_until_ts = time + 30 * kDay;
    if (evaluator.key_valid(base::EventIndex(0), far, time + 15 * kDay))
      out.emplace_back("one valid for 30 days, after 15");
    return out.empty() ? "none of those tried" : fmt::format("{}", fmt::join(out, ", "));
  }

  std::string pdu_;
  Aspect aspect_;
  std::string words_;
};

class Pdus {
 public:
  Pdus(const ProgramPtr& base, const ProgramPtr& candidate) : base_(base), candidate_(candidate) {}

  std::vector<QuestionPtr> all() {
    for (const auto& [program, whose] : {std::pair(base_, "base"), std::pair(candidate_, "candidate")})
      whole(program, whose);
    contents();
    fields();
    identifiers();
    limits();
    numbers();
    return std::move(out_);
  }
  std::vector<QuestionPtr> signers();

 private:
  void add(const Members& members, const std::string& words) {
    const std::string text = text_of(members);
    if (!seen_.insert(text).second) return;
    for (const Aspect aspect : kAspects) out_.push_back(std::make_shared<PduQuestion>(text, aspect, words));
  }

  /// Signed events as the version has them.
  void whole(const ProgramPtr& program, const std::string& whose) {
    workload::Scene scene(program, 0);
    const auto send = [&](std::string type, std::optional<std::string> key, std::string content, std::string words) {
      Step step;
      step.type = std::move(type);
      step.state_key = std::move(key);
      step.sender = "@anna:alpha.example";
      step.content = std::move(content);
      step.origin_server_ts = 1'700'000'000'000;
      const auto number = static_cast<std::uint32_t>(scene.steps().size());
      if (number > 0) step.prev = {number - 1};
      if (words.starts_with("a redaction")) step.redacts = 0;
      std::vector<std::uint32_t> cited;
      if (number > 0) cited.push_back(0);
      if (!scene.append(step, cited)) return;
      Members members;
      for (const json::Value member : scene.events().back().json.children())
        members[std::string(member.own_key())] = json::to_text(member);
      bodies_.emplace(words, members);
      add(members, fmt::format("{}, as the {} has it", words, whose));
    };
    send("m.room.create", "", "{}", "a create event");
    send("m.room.message", std::nullopt, R"({"body":"word"})", "a message");
    send("m.room.redaction", std::nullopt, "{}", "a redaction");
    send("m.room.topic", "", R"({"topic":"word"})", "a state event");
  }

  const Members& message() const { return bodies_.at("a message"); }

  /// For each event type that a text declares, all fields of both texts at once, and each alone.
  void contents() {
    std::map<std::string, std::map<std::string, std::set<std::string>>> fields;  // type → field → fields inside it
    for (const ProgramPtr& program : {base_, candidate_}) {
      for (const auto& [type, list] : program->version().format.content) {
        for (const event::ContentField& field : list) {
          auto& inner = fields[type][field.path[0] == "*" ? "other" : field.path[0]];
          if (field.path.size() > 1 && field.path[1] != "*") inner.insert(field.path[1]);
        }
      }
    }
    for (const auto& [type, names] : fields) {
      std::string all = "{";
      for (const auto& [name, inner] : names) {
        const std::string value = value_of(inner);
        all += fmt::format("{}{}:{}", all.size() > 1 ? "," : "", quoted(name), value);
        add(with_content(type, fmt::format("{{{}:{},\"unknown\":1}}", quoted(name), value)),
            fmt::format("{} with `{}`", type, name));
        if (inner.empty()) continue;
        for (const std::string bare : {"{}", R"({"unknown":1})"}) {
          add(with_content(type, fmt::format("{{{}:{}}}", quoted(name), bare)),
              fmt::format("{} with `{}` {}", type, name, bare));
        }
      }
      add(with_content(type, all + "}"), fmt::format("{} with all fields", type));
    }
  }
  static std::string value_of(const std::set<std::string>& inner) {
    if (inner.empty()) return "50";
    std::string out = "{";
    for (const std::string& name : inner) out += fmt::format("{}{}:\"x\"", out.size() > 1 ? "," : "", quoted(name));
    return out + ",\"unknown\":1}";
  }
  Members with_content(const std::string& type, const std::string& content) const {
    Members out = message();
    out["type"] = quoted(type);
    out["state_key"] = "\"\"";
    out["content"] = content;
    return out;
  }

  /// Each top-level field of either format: without it, and with values of other types.
  void fields() {
    std::set<std::string> names{"unknown"};
    for (const ProgramPtr& program : {base_, candidate_}) {
      for (const event::FormatField& field : program->version().format.fields) names.insert(field.path[0]);
    }
    for (const auto& [what, members] : bodies_) {
      if (what != "a message" && what != "a create event") continue;
      for (const std::string& name : names) {
        Members less = members;
        less.erase(name);
        add(less, fmt::format("{} without `{}`", what, name));
        for (const char* value : {"1", "-1", "\"x\"", "{}", "[]", "null"}) {
          Members other = members;
          other[name] = value;
          add(other, fmt::format("{} with `{}` {}", what, name, value));
        }
      }
    }
  }

  void identifiers() {
    const std::string hash(43, 'A');
    for (const std::string& room : std::vector<std::string>{"!x:alpha.example", "!" + hash, "!x", "!x:alpha example"})
      set("room_id", room);
    for (const std::string& id : std::vector<std::string>{"$x:alpha.example", "$" + hash, "$x"}) {
      set("event_id", id);
      set("redacts", id);
      Members cited = message();
      cited["prev_events"] = "[" + quoted(id) + "]";
      add(cited, fmt::format("a message that names `{}` in prev_events", id));
      cited["prev_events"] = fmt::format("[[{},{{\"sha256\":\"{}\"}}]]", quoted(id), hash);
      add(cited, fmt::format("a message that names `{}` with a hash in prev_events", id));
    }
    for (const std::string user :
         {"@a", "@:alpha.example", "@A:alpha.example", "@a b:alpha.example", "@\u00e4:alpha.example",
          "@a:alpha.example:8448", "a:alpha.example", "@a/b:alpha.example"})
      set("sender", user);
  }
  void set(const std::string& name, const std::string& value) {
    Members out = message();
    out[name] = quoted(value);
    add(out, fmt::format("a message with the {} `{}`", name, value.size() > 80 ? value.substr(0, 40) + "…" : value));
  }

  /// At each limit of either text, and one beyond.
  void limits() {
    std::map<std::string, std::set<std::uint64_t>> bytes, entries;
    for (const ProgramPtr& program : {base_, candidate_}) {
      const event::EventFormat& format = program->version().format;
      for (const auto& [name, most] : format.limits_bytes) bytes[name].insert({most, most + 1});
      for (const auto& [name, most] : format.limits_entries) entries[name].insert({most, most + 1});
      for (const auto& [name, pattern] : format.identifiers) {
        if (pattern.bytes_max && name == "user_id")
          bytes["sender"].insert({*pattern.bytes_max, *pattern.bytes_max + 1});
        if (pattern.bytes_max && name == "room_id")
          bytes["room_id"].insert({*pattern.bytes_max, *pattern.bytes_max + 1});
      }
    }
    for (const auto& [name, sizes] : bytes) {
      for (const std::uint64_t size : sizes) {
        if (size < 64 || size > 4'000'000) continue;
        Members out = message();
        if (name == "event") {
          out["content"] = "{\"body\":\"\"}";
          const std::uint64_t rest = text_of(out).size();
          if (size <= rest) continue;
          out["content"] = "{\"body\":\"" + std::string(size - rest, 'x') + "\"}";
        } else {
          const std::string start = name == "sender" ? "@" : name == "room_id" ? "!" : "";
          const std::string end = start.empty() ? "" : ":alpha.example";
          out[name] = quoted(start + std::string(size - start.size() - end.size(), 'x') + end);
        }
        add(out, fmt::format("a message with {} of {} bytes", name == "event" ? "a whole" : "`" + name + "`", size));
      }
    }
    for (const auto& [name, counts] : entries) {
      for (const std::uint64_t count : counts) {
        if (count > 10'000) continue;
        std::string list = "[";
        for (std::uint64_t i = 0; i < count; ++i) list += fmt::format("{}\"$x{:042}\"", i > 0 ? "," : "", i);
        Members out = message();
        out[name] = list + "]";
        add(out, fmt::format("a message with {} entries in `{}`", count, name));
      }
    }
  }

  void numbers() {
    for (const char* number : {"9007199254740991", "9007199254740992", "-9007199254740992", "9223372036854775808",
                               "1.0", "1.5", "1e3", "-0"}) {
      Members out = message();
      out["content"] = fmt::format("{{\"number\":{}}}", number);
      add(out, fmt::format("a message with the number {}", number));
      out = message();
      out["depth"] = number;
      add(out, fmt::format("a message with the depth {}", number));
    }
    for (const char* text : {"\"\\u0000\"", "\"\\u00e9\"", "\"\\ud83d\\ude00\""}) {
      Members out = message();
      out["content"] = fmt::format("{{\"body\":{}}}", text);
      add(out, fmt::format("a message with the text {}", text));
    }
  }

  ProgramPtr base_, candidate_;
  std::vector<QuestionPtr> out_;
  std::set<std::string> seen_;
  std::map<std::string, Members> bodies_;  // as the base has them
};

/// Members of each kind, with a `third_party_invite` and without, that are sent by a server for a user of another.
std::vector<QuestionPtr> Pdus::signers() {
  whole(base_, "version");
  out_.clear();
  for (const std::string type : {"m.room.member", "m.room.topic"}) {
    for (const std::string membership : {"invite", "join", "leave"}) {
      for (const std::string more : {"", R"(,"third_party_invite":{"signed":{}})"}) {
        const std::string content = fmt::format(R"({{"membership":"{}"{}}})", membership, more);
        const std::string words = fmt::format("an event {} with the content {}", type, content);
        Members pdu = with_content(type, content);
        pdu["state_key"] = quoted("@boris:beta.example");
        out_.push_back(std::make_shared<PduQuestion>(text_of(pdu), Aspect::kSigners, words));
      }
    }
  }
  return std::move(out_);
}

}  // namespace

std::vector<QuestionPtr> signer_questions(const ProgramPtr& version) { return Pdus(version, version).signers(); }

Differences ask_pdus(const ProgramPtr& base, const ProgramPtr& candidate) {
  return ask(Pdus(base, candidate).all(), base, candidate);
}

}  // namespace stateroom::search
