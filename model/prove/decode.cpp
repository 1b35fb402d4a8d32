#include "model/prove/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/json/value.h"

namespace stateroom::prove {

namespace {

using json::quoted;

constexpr std::int64_t kExact = 9007199254740991;  // 2^53 - 1

/// Strings for the elements of the model's universe.
class Strings {
 public:
  Strings(World& world, const z3::model& model) : world_(world), model_(model) {
    for (const auto& [text, term] : world.literals()) names_[id(term)] = text;
    for (const World::Called& called : world.calls()) {
      if (!model_.eval(called.there, true).is_true()) continue;
      Facts& facts = facts_[id(called.argument)];
      if (called.function == "server") {
        facts.server = id(called.text);
        servers_.insert(id(called.text));
      } else if (called.function.starts_with("prefix") && id(called.text) != id(called.argument)) {
        facts.prefix = id(called.text);
        facts.stop = called.function.substr(10, called.function.find(" behind ") - 10);
      }
    }
    for (const World::Held& held : world.held()) {
      if (!model_.eval(held.term, true).is_true()) continue;
      Facts& facts = facts_[id(held.argument)];
      if (held.predicate == "starts with @") facts.at = true;
      if (held.predicate.starts_with("is '@'")) facts.user = true;
      if (held.predicate.starts_with("is '$'")) facts.event_id = true;
    }
    for (const auto& [text, size] : world.sizes()) {
      const z3::expr value = model_.eval(size, true);
      std::int64_t number = 0;
      if (value.is_numeral_i64(number)) facts_[id(text)].size = number;
    }
  }

  std::string of(const z3::expr& term) { return name(id(term)); }
  unsigned id(const z3::expr& term) const { return model_.eval(term, true).id(); }

 private:
  struct Facts {
    bool at = false, user = false, event_id = false;
    std::optional<unsigned> server, prefix;
    std::string stop;
    std::int64_t size = 0;
  };

  std::string name(unsigned of) {
    if (const auto at = names_.find(of); at != names_.end()) return at->second;
    names_[of] = "";  // a circle ends here
    const Facts facts = facts_[of];
    const std::size_t number = ++count_;
    std::string out;
    if (facts.prefix) {
      out = name(*facts.prefix) + facts.stop + fmt::format("k{}", number);
    } else if (facts.user || (facts.at && facts.server)) {
      const std::string server = facts.server ? name(*facts.server) : "example.org";
      out = fmt::format("@u{}", number);
      const auto rest = static_cast<std::int64_t>(out.size() + 1 + server.size());
      if (facts.size > rest && facts.size < 256) out += std::string(static_cast<std::size_t>(facts.size - rest), 'x');
      out += ":" + server;
    } else if (facts.event_id && facts.server) {
      out = fmt::format("$x{}:{}", number, name(*facts.server));
    } else if (facts.at) {
      out = fmt::format("@x{}", number);
    } else if (servers_.contains(of)) {
      out = fmt::format("s{}.example", number);
    } else {
      out = facts.server ? fmt::format("x{}:{}", number, name(*facts.server)) : fmt::format("x{}", number);
    }
    const auto size = static_cast<std::int64_t>(out.size());
    if (facts.size > size && facts.size < 100'000 && !facts.user)
      out += std::string(static_cast<std::size_t>(facts.size - size), 'x');
    return names_[of] = out;
  }

  World& world_;
  const z3::model& model_;
  std::map<unsigned, std::string> names_;
  std::map<unsigned, Facts> facts_;
  std::set<unsigned> servers_;
  std::size_t count_ = 0;
};

/// A JSON value that is put together from the symbols of one field.
struct Node {
  int kind = static_cast<int>(JsonKind::kObject);
  std::int64_t number = 0;
  std::string text;
  bool truth = false, bad = false;
  std::map<std::string, Node> members;
  std::set<std::string> elements;
  std::string element_field;  // of objects in a list

  std::string json() const {
    switch (static_cast<JsonKind>(kind)) {
      case JsonKind::kAbsent:
      case JsonKind::kNull:
        return "null";
      case JsonKind::kString:
        return quoted(text);
      case JsonKind::kInteger:
        return std::to_string(number);
      case JsonKind::kBoolean:
        return truth ? "true" : "false";
      case JsonKind::kObject:
        return object();
      case JsonKind::kList:
        return list();
      case JsonKind::kReal:
        return number < 0 || number > 0 ? fmt::format("{}.5", number) : "0.5";
      case JsonKind::kBeyondDouble:
        return "1e400";
      case JsonKind::kIntegerText:
        return quoted(std::to_string(number));
      case JsonKind::kPythonText:
        return quoted(fmt::format("{}_{}", number / 10, number % 10));
    }
    return "null";
  }
  std::string object() const {
    std::string out = "{";
    for (const auto& [key, member] : members) {
      if (member.kind == static_cast<int>(JsonKind::kAbsent)) continue;
      out += fmt::format("{}{}:{}", out.size() > 1 ? "," : "", quoted(key), member.json());
    }
    return out + "}";
  }
  std::string list() const {
    std::string out = "[";
    for (const std::string& element : elements) {
      const std::string value =
          element_field.empty() ? quoted(element) : fmt::format("{{{}:{}}}", quoted(element_field), quoted(element));
      out += (out.size() > 1 ? "," : "") + value;
    }
    if (bad) out += out.size() > 1 ? ",1" : "1";
    return out + "]";
  }
};

class Decoder {
 public:
  Decoder(World& world, const z3::model& model) : world_(world), model_(model), strings_(world, model) {}

  Situation run() {
    Situation out;
    room(out);
    out.event = event(Meaning::Of::kEvent, "", 0, std::nullopt);
    slots(out);
    lists(out);
    for (const auto& [name, term] : world_.asked()) out.asked[name] = strings_.of(term);
    for (const World::Asked& asked : world_.oracles()) {
      if (asked.name == "plain") continue;
      std::string key = asked.name;
      for (const z3::expr& arg : asked.args) key += " " + strings_.of(arg);
      out.oracles[key] = true_in(asked.term);
    }
    return out;
  }

 private:
  bool true_in(const z3::expr& term) { return model_.eval(term, true).is_true(); }
  std::int64_t number_in(const z3::expr& term) {
    std::int64_t out = 0;
    model_.eval(term, true).is_numeral_i64(out);
    return out;
  }

  void room(Situation& out) {
    out.room_id = "!room:example.org";
    for (const Application& a : world_.applications()) {
      if (a.meaning.of != Meaning::Of::kEvent || a.meaning.field != "room_id") continue;
      if (a.meaning.aspect == Aspect::kHasField) {
        out.has_room_id = true_in(a.term);
        continue;
      }
      room_ = strings_.id(a.term);
      for (const World::Called& called : world_.calls()) {
        if (called.function == "server" && strings_.id(called.argument) == *room_ && true_in(called.there))
          out.room_id = "!room:" + strings_.of(called.text);
      }
    }
  }

  void slots(Situation& out) {
    std::set<std::pair<std::string, std::string>> seen;
    for (const Application& a : world_.applications()) {
      if (a.meaning.of != Meaning::Of::kSlot || a.meaning.aspect != Aspect::kThere || !true_in(a.term)) continue;
      const std::string key = strings_.of(a.args[0]);
      if (!seen.insert({a.meaning.holder, key}).second) continue;
      SituationEvent entry = event(Meaning::Of::kSlot, a.meaning.holder, 0, strings_.id(a.args[0]));
      entry.state_key = key;
      out.state.push_back(std::move(entry));
    }
    std::ranges::sort(out.state, [](const SituationEvent& a, const SituationEvent& b) {
      const bool one = a.type != "m.room.create", two = b.type != "m.room.create";
      return std::tie(one, a.type, *a.state_key) < std::tie(two, b.type, *b.state_key);
    });
  }

  void lists(Situation& out) {
    for (const Application& a : world_.applications()) {
      if (a.meaning.of != Meaning::Of::kList || a.meaning.aspect != Aspect::kThere || !true_in(a.term)) continue;
      auto& list = out.lists[a.meaning.holder];
      if (list.size() <= a.meaning.position) list.resize(a.meaning.position + 1);
      list[a.meaning.position] = event(Meaning::Of::kList, a.meaning.holder, a.meaning.position, std::nullopt);
    }
  }

  bool is(const Application& a, Meaning::Of of, const std::string& holder, std::uint32_t position,
          std::optional<unsigned> key) const {
    return a.meaning.of == of && a.meaning.holder == holder && a.meaning.position == position &&
           a.meaning.variant.empty() && (!key || strings_.id(a.args[0]) == *key);
  }

  SituationEvent event(Meaning::Of of, const std::string& holder, std::uint32_t position, std::optional<unsigned> key) {
    SituationEvent out;
    out.type = of == Meaning::Of::kSlot ? holder : "x.other";
    out.sender = "";
    // Two create events of one content are not one event.
    if (of == Meaning::Of::kEvent) out.origin_server_ts = out.other_ts = 2;
    bool has_key = false;
    std::string state_key;
    for (const Application& a : world_.applications()) {
      const std::string& field = a.meaning.field;
      if (of == Meaning::Of::kEvent && !a.meaning.variant.empty()) {
        (field == "depth" ? out.other_depth : out.other_ts) = std::clamp<std::int64_t>(number_in(a.term), 1, kExact);
      }
      if (!is(a, of, holder, position, key)) continue;
      if (a.meaning.aspect == Aspect::kKnown) out.known = true_in(a.term);
      if (a.meaning.aspect == Aspect::kHasField && field == "state_key") has_key = true_in(a.term);
      if (a.meaning.aspect != Aspect::kField) continue;
      if (field == "type") out.type = strings_.of(a.term);
      if (field == "sender") out.sender = strings_.of(a.term);
      if (field == "state_key") state_key = strings_.of(a.term);
      if (field == "rejected") out.rejected = true_in(a.term);
      if (field == "depth") out.depth = std::clamp<std::int64_t>(number_in(a.term), 1, kExact);
      if (field == "origin_server_ts") out.origin_server_ts = std::clamp<std::int64_t>(number_in(a.term), 0, kExact);
      if (field == "room_id" && of == Meaning::Of::kList && room_) out.other_room = strings_.id(a.term) != *room_;
    }
    if (has_key) out.state_key = state_key;
    Node content;
    content.kind = static_cast<int>(JsonKind::kObject);
    Node top;
    for (const Application& a : world_.applications()) {
      if (!is(a, of, holder, position, key) || a.meaning.path.empty()) continue;
      if (a.meaning.event_type.empty()) put(top, a, key.has_value());
      if (a.meaning.event_type == out.type) put(content, a, key.has_value());
    }
    out.content = content.json();
    if (const auto redacts = top.members.find("redacts");
        redacts != top.members.end() && redacts->second.kind == static_cast<int>(JsonKind::kString))
      out.redacts = redacts->second.text;
    return out;
  }

  void put(Node& root, const Application& a, bool keyed) {
    Node* node = &root;
    for (const std::string& segment : a.meaning.path) {
      if (segment == "*") {
        node->element_field = a.meaning.path.back();
        break;
      }
      node = &node->members[segment];
    }
    const std::size_t first = keyed ? 1 : 0;
    if (a.meaning.entry) node = &node->members[strings_.of(a.args[first])];
    switch (a.meaning.aspect) {
      case Aspect::kKind:
        node->kind = static_cast<int>(number_in(a.term));
        break;
      case Aspect::kNumber:
        node->number = number_in(a.term);
        break;
      case Aspect::kText:
        node->text = strings_.of(a.term);
        break;
      case Aspect::kTruth:
        node->truth = true_in(a.term);
        break;
      case Aspect::kBad:
        node->bad = node->bad || true_in(a.term);
        break;
      case Aspect::kHas:
        if (true_in(a.term)) node->elements.insert(strings_.of(a.args[first]));
        break;
      case Aspect::kThere:
      case Aspect::kKnown:
      case Aspect::kField:
      case Aspect::kHasField:
        break;
    }
  }

  World& world_;
  const z3::model& model_;
  Strings strings_;
  std::optional<unsigned> room_;
};

}  // namespace

namespace {

z3::expr is_kind(World& world, const z3::expr& kind, JsonKind one) {
  return kind == world.integer(static_cast<int>(one));
}

// Numbers that are exact everywhere; strings that spell no number where they are read as strings.
void pleasant_values(World& world, Terms& out) {
  std::set<unsigned> levels;
  for (std::size_t i = 0; i < world.applications().size(); ++i) {
    const Application a = world.applications()[i];
    Meaning kind = a.meaning;
    kind.aspect = Aspect::kKind;
    if (a.meaning.aspect == Aspect::kText)
      out.push_back(!is_kind(world, world.symbol(kind, a.args), JsonKind::kIntegerText));
    if (a.meaning.aspect == Aspect::kNumber) {
      levels.insert(world.symbol(kind, a.args).id());
      out.push_back(a.term >= world.integer(-kExact) && a.term <= world.integer(kExact));
    }
  }
  for (const Application& a : world.applications()) {
    if (a.meaning.aspect != Aspect::kKind) continue;
    out.push_back(!is_kind(world, a.term, JsonKind::kPythonText));
    if (!levels.contains(a.term.id()))
      out.push_back(!is_kind(world, a.term, JsonKind::kReal) && !is_kind(world, a.term, JsonKind::kBeyondDouble));
  }
}

// The server of something is a server's name, which is no user and has no port.
void pleasant_servers(World& world, Terms& out) {
  const auto plain = [&world](const z3::expr& text) { return world.oracle("plain", {text}); };
  const std::vector<World::Called> calls = world.calls();
  for (const World::Called& called : calls) {
    if (called.function != "server") continue;
    out.push_back(z3::implies(called.there, plain(called.text)));
    out.push_back(z3::implies(plain(called.argument), !called.there));
  }
  // An event has its id, where ids are chosen, from the server that it is from.
  for (const Application& id : std::vector(world.applications())) {
    if (id.meaning.of != Meaning::Of::kEvent || id.meaning.field != "event_id") continue;
    for (const Application& sender : std::vector(world.applications())) {
      if (sender.meaning.of != Meaning::Of::kEvent || sender.meaning.field != "sender") continue;
      const auto from = world.call("server", sender.term, {}), named = world.call("server", id.term, {});
      out.push_back(from.there && named.there && z3::operator==(from.text, named.text));
    }
  }
  for (const World::Held& held : world.held()) {
    if (held.predicate != "spells an integer") out.push_back(z3::implies(plain(held.argument), !held.term));
  }
}

}  // namespace

Terms pleasant(World& world) {
  Terms out;
  pleasant_values(world, out);
  pleasant_servers(world, out);
  // Few events in a list, none of them unknown.
  for (const Application& a : world.applications()) {
    if (a.meaning.aspect == Aspect::kKnown) out.push_back(a.term);
    if (a.meaning.aspect == Aspect::kThere && a.meaning.of == Meaning::Of::kList && a.meaning.position > 5)
      out.push_back(!a.term);
  }
  return out;
}

Situation decode(World& world, const z3::model& model) { return Decoder(world, model).run(); }

}  // namespace stateroom::prove
