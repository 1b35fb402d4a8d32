#include "tests/model/prove/random_question.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace stateroom::prove {
namespace {

using base::EventIndex;

const std::vector<std::string> kUsers = {"@anna:alpha.example", "@boris:beta.example", "@chloe:alpha.example",
                                         "@dora:beta.example:8448", "@none"};

class Maker {
 public:
  Maker(std::uint64_t seed, const std::shared_ptr<const rules::Program>& program)
      : random_(seed), program_(program), format_(program->version().format) {}

  RandomQuestion make() {
    state();
    const std::string event = asked();
    // Once to learn what the version selects, and once more with that.
    const std::vector<std::string> nothing;
    RandomQuestion plain = build(event, nothing);
    rules::Evaluator evaluator(program_, *plain.room);
    graph::StateStore store;
    std::vector<graph::StateStore::Entry> entries;
    for (const EventIndex entry : plain.state) entries.emplace_back(plain.room->key(entry), entry);
    const auto view = rules::StateView::of(store, store.from(std::move(entries)));
    std::vector<std::string> cited;
    for (const EventIndex entry : evaluator.selection(plain.event, view))
      cited.push_back(plain.room->event(entry).event_id);
    if (one_in(6) && !cited.empty()) cited.pop_back();
    if (one_in(6)) cited.push_back(id_of(below(ids_.size())));
    if (one_in(20)) cited.push_back("$unknown:alpha.example");
    return build(event, cited);
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  template <class T>
  const T& of(const std::vector<T>& list) {
    return list[below(list.size())];
  }
  std::string user() { return kUsers[one_in(12) ? 4 : below(4)]; }
  static std::string quoted(const std::string& text) { return json::quoted(text); }

  std::string level() {
    static const std::vector<std::string> kLevels = {
        "0",          "50",   "100",  "49",    "51", "-1", "\"50\"",
        "\" +100 \"", "true", "null", "\"x\"", "[]", "{}", "9007199254740991",
        "\"5_0\""};
    if (one_in(9))
      return format_.canonical_json.enforced ? "\"1\"" : of(std::vector<std::string>{"50.7", "1e400", "0.5"});
    return one_in(3) ? of(kLevels) : kLevels[below(5)];
  }
  std::string map(const std::vector<std::string>& keys) {
    if (one_in(15)) return of(std::vector<std::string>{"[]", "1", "null"});
    std::map<std::string, std::string> members;
    for (std::uint64_t i = below(4); i > 0; --i) members[of(keys)] = level();
    return object(members);
  }
  static std::string object(const std::map<std::string, std::string>& members) {
    std::string out = "{";
    for (const auto& [key, value] : members)
      out += fmt::format("{}{}:{}", out.size() > 1 ? "," : "", quoted(key), value);
    return out + "}";
  }

  std::string levels() {
    std::map<std::string, std::string> out;
    if (!one_in(8)) out["users"] = map(kUsers);
    for (const std::string field :
         {"users_default", "events_default", "state_default", "ban", "kick", "redact", "invite"}) {
      if (one_in(4)) out[field] = level();
    }
    const std::vector<std::string> types = {"m.room.topic", "m.room.message", "m.room.power_levels", "m.room.member"};
    if (one_in(2)) out["events"] = map(types);
    if (one_in(3)) out["notifications"] = map({"room", "other"});
    return object(out);
  }
  std::string member() {
    static const std::vector<std::string> kMemberships = {"\"join\"",   "\"leave\"", "\"ban\"",
                                                          "\"invite\"", "\"knock\"", "\"other\""};
    std::map<std::string, std::string> out;
    if (!one_in(20)) out["membership"] = one_in(25) ? "1" : of(kMemberships);
    if (one_in(6)) out["join_authorised_via_users_server"] = one_in(8) ? "1" : quoted(user());
    if (one_in(5)) {
      std::map<std::string, std::string> signed_by = {{"mxid", quoted(user())}, {"token", "\"token\""}};
      if (one_in(3)) signed_by.erase(one_in(2) ? "mxid" : "token");
      const std::string whole = one_in(6) ? "{}" : "{\"signed\":" + object(signed_by) + "}";
      out["third_party_invite"] = one_in(8) ? "1" : whole;
    }
    return object(out);
  }
  std::string join_rules() {
    static const std::vector<std::string> kRules = {"\"public\"",     "\"invite\"",  "\"knock\"",
                                                    "\"restricted\"", "\"private\"", "\"knock_restricted\""};
    return one_in(12) ? "{}" : fmt::format("{{\"join_rule\":{}}}", one_in(20) ? "1" : of(kRules));
  }
  std::string create() {
    std::map<std::string, std::string> out;
    if (!one_in(10)) out["creator"] = quoted(kUsers[0]);
    if (one_in(5)) out["m.federate"] = of(std::vector<std::string>{"false", "true", "1"});
    if (one_in(4)) out["room_version"] = "\"other\"";
    if (one_in(4))
      out["additional_creators"] = of(std::vector<std::string>{"[" + quoted(kUsers[1]) + "]", "[]", "[1]"});
    return object(out);
  }
  std::string content(const std::string& type) {
    if (type == "m.room.create") return create();
    if (type == "m.room.member") return member();
    if (type == "m.room.power_levels") return levels();
    if (type == "m.room.join_rules") return join_rules();
    if (type == "m.room.third_party_invite")
      return of(std::vector<std::string>{R"({"public_key":"a"})", R"({"public_keys":[{"public_key":"b"},1,{}]})",
                                         R"({"public_keys":[]})", "{}", R"({"public_key":1})"});
    return "{}";
  }

  std::string pdu(const std::string& id, const std::string& type, const std::optional<std::string>& state_key,
                  const std::string& sender, const std::string& body, const std::vector<std::string>& prev,
                  const std::vector<std::string>& auth) {
    std::map<std::string, std::string> out = {{"type", quoted(type)},
                                              {"sender", quoted(sender)},
                                              {"content", body},
                                              {"origin_server_ts", "1"},
                                              {"depth", "1"},
                                              {"prev_events", edges(prev)},
                                              {"auth_events", edges(auth)},
                                              {"event_id", quoted(id)}};
    const bool derived = format_.field("room_id")->when != nullptr;
    const std::string room = derived ? "!create:alpha.example" : "!room:alpha.example";
    if (type != "m.room.create" || !derived || one_in(20))
      out["room_id"] = quoted(!derived && one_in(60) ? "!other:x" : room);
    if (state_key) out["state_key"] = quoted(*state_key);
    if (type == "m.room.redaction") out["redacts"] = quoted(one_in(2) ? "$r:alpha.example" : "$r:beta.example");
    return object(out);
  }
  static std::string edges(const std::vector<std::string>& ids) {
    std::string out = "[";
    for (const std::string& id : ids) out += (out.size() > 1 ? "," : "") + quoted(id);
    return out + "]";
  }

  std::string id_of(std::size_t number) const { return ids_[number]; }
  void add(const std::string& type, const std::string& key, const std::string& sender) {
    const std::string id = ids_.empty() ? "$create:alpha.example" : fmt::format("${}:alpha.example", ids_.size());
    ids_.push_back(id);
    pdus_.push_back(pdu(id, type, key, sender, content(type), {}, {}));
  }
  void state() {
    add("m.room.create", "", kUsers[0]);
    for (std::size_t i = 0; i < 4; ++i) {
      if (!one_in(4)) add("m.room.member", kUsers[i], kUsers[below(4)]);
    }
    if (!one_in(4)) add("m.room.power_levels", "", kUsers[0]);
    if (!one_in(4)) add("m.room.join_rules", "", kUsers[0]);
    if (one_in(2)) add("m.room.third_party_invite", "token", kUsers[below(4)]);
  }
  std::string asked() {
    static const std::vector<std::string> kTypes = {
        "m.room.member",       "m.room.member",  "m.room.member",    "m.room.power_levels",
        "m.room.power_levels", "m.room.topic",   "m.room.message",   "m.room.create",
        "m.room.join_rules",   "m.room.aliases", "m.room.redaction", "m.room.third_party_invite"};
    type_ = of(kTypes);
    sender_ = kUsers[below(4)];
    if (type_ == "m.room.member") {
      if (!one_in(20)) key_ = one_in(2) ? sender_ : user();
    } else if (type_ != "m.room.message" && type_ != "m.room.redaction") {
      const std::vector<std::string> keys = {"", "", "", "", sender_, user(), "alpha.example", "beta.example", "@x"};
      if (!one_in(10)) key_ = of(keys);
    }
    body_ = content(type_);
    if (type_ == "m.room.create" ? one_in(3) : true) prev_.push_back(one_in(3) ? ids_[0] : of(ids_));
    if (one_in(4)) prev_.push_back(of(ids_));
    return body_;
  }

  RandomQuestion build(const std::string& body, const std::vector<std::string>& cited) {
    std::vector<std::string> all = pdus_;
    random_question_state_ = random_;
    all.push_back(pdu("$asked:alpha.example", type_, key_, sender_, body, prev_, cited));
    random_ = random_question_state_;
    std::vector<event::Event> events;
    for (const std::string& text : all) {
      const auto document = json::parse(text);
      const json::Value value = json::root(**document);
      auto event = event::decode_event(*document, value, format_, value.get("event_id").string(), false, "test");
      EXPECT_TRUE(event) << event.error().message << text;
      events.push_back(std::move(*event));
    }
    auto room = graph::Room::build(std::move(events), format_);
    EXPECT_TRUE(room) << room.error().message;
    RandomQuestion out{std::move(*room), {}, {}};
    out.event = out.room->find("$asked:alpha.example");
    for (const std::string& id : ids_) {
      out.state.push_back(out.room->find(id));
      if (id == ids_.back() && rejects_) out.room->set_rejected(out.state.back(), true);
    }
    return out;
  }

  std::mt19937_64 random_, random_question_state_;
  std::shared_ptr<const rules::Program> program_;
  const event::EventFormat& format_;
  std::vector<std::string> ids_, pdus_, prev_;
  std::string type_, sender_, body_;
  std::optional<std::string> key_;
  bool rejects_ = one_in(20);
};

}  // namespace

RandomQuestion random_question(std::uint64_t seed, const std::shared_ptr<const rules::Program>& program) {
  return Maker(seed, program).make();
}

rules::Decision decide(const RandomQuestion& question, const std::shared_ptr<const rules::Program>& program) {
  rules::Evaluator evaluator(program, *question.room);
  graph::StateStore store;
  std::vector<graph::StateStore::Entry> entries;
  for (const EventIndex entry : question.state) entries.emplace_back(question.room->key(entry), entry);
  const auto view = rules::StateView::of(store, store.from(std::move(entries)));
  return evaluator.authorise(question.event, view);
}

}  // namespace stateroom::prove
