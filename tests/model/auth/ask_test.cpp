#include "model/auth/ask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/programs.h"

namespace stateroom::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

using Readings = std::map<std::string, std::string>;

base::Result<Answer> ask_json(const std::string& text, const Readings& readings = {}) {
  const auto document = json::parse(text, "question");
  if (!document) return std::unexpected(document.error());
  AskOptions options;
  options.version_otherwise = "1";
  options.recognised_version = [](std::string_view version) { return version != "unheard-of"; };
  const ProgramSource programs = [&](std::string_view version) -> base::Result<std::shared_ptr<const rules::Program>> {
    return testing::program_of(std::string(version), readings);
  };
  return ask(*document, json::root(**document), "question", programs, options);
}

/// "allow 4.3.1 member.join.creator", or the error.
std::string said(const base::Result<Answer>& answer) {
  if (!answer) return std::string(base::name(answer.error().code)) + ": " + answer.error().message;
  const NamedDecision& decision = answer->decision;
  return (decision.allowed ? "allow " : "reject ") + (decision.number.empty() ? "-" : decision.number) + " " +
         decision.label;
}

struct Draft {
  std::string id, type, sender, content = "{}";
  std::optional<std::string> state_key = "";
  std::string auth = "", prev = "", more = "";
};

std::string json_of(const Draft& draft, const std::string& version) {
  const bool derived = version == "12" && draft.type == "m.room.create";
  std::string out =
      R"({"event_id": ")" + draft.id + R"(", "type": ")" + draft.type + R"(", "sender": ")" + draft.sender + R"(")";
  if (draft.state_key) out += R"(, "state_key": ")" + *draft.state_key + R"(")";
  if (!derived) out += version == "12" ? R"(, "room_id": "!c")" : R"(, "room_id": "!c:x")";
  out += R"(, "origin_server_ts": 1, "depth": 1, "prev_events": [)" + draft.prev + R"(], "auth_events": [)" +
         draft.auth + "]";
  return out + draft.more + R"(, "content": )" + draft.content + "}";
}

class Question {
 public:
  explicit Question(std::string version) : version_(std::move(version)) {
    state({"$c", "m.room.create", "@a:x", R"({"creator": "@a:x", "room_version": ")" + version_ + R"("})"});
  }
  Question& state(const Draft& draft) {
    state_.push_back(json_of(draft, version_));
    return *this;
  }
  Question& event(const Draft& draft) {
    events_.push_back(json_of(draft, version_));
    return *this;
  }
  std::string text(const Draft& asked) const {
    const auto list = [](const std::vector<std::string>& items) {
      std::string out;
      for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
      return "[" + out + "]";
    };
    return R"({"room_version": ")" + version_ + R"(", "event": )" + json_of(asked, version_) + R"(, "state": )" +
           list(state_) + R"(, "events": )" + list(events_) + "}";
  }
  std::string ask(const Draft& asked, const Readings& readings = {}) const {
    return said(ask_json(text(asked), readings));
  }

 private:
  std::string version_;
  std::vector<std::string> state_, events_;
};

Draft member(const std::string& id, const std::string& user, const std::string& membership) {
  return {id, "m.room.member", user, R"({"membership": ")" + membership + R"("})", user, R"("$c")"};
}
Draft levels(const std::string& id, const std::string& sender, const std::string& content) {
  return {id, "m.room.power_levels", sender, content, "", R"("$c")"};
}

/// @b:x, joined with power 40 by `old`, sends `now`.
std::string change_levels(const std::string& version, const std::string& old, const std::string& now,
                          const Readings& readings = {}) {
  const std::string start = R"({"events": {"m.room.power_levels": 0}, "users": {"@b:x": 40})";
  Question question(version);
  question.state(member("$b", "@b:x", "join")).state(levels("$p", "@a:x", start + old + "}"));
  Draft asked = levels("$e", "@b:x", start + now + "}");
  asked.auth = version == "12" ? R"("$p", "$b")" : R"("$c", "$p", "$b")";
  return question.ask(asked, readings);
}

// ---- Likely mistake 2: what counts as a change of power levels.

TEST(PowerLevels, ARemovedLevelIsAChange) {
  EXPECT_EQ(change_levels("11", R"(, "ban": 50)", ""), "reject 9.5.1 power_levels.levels.old");
  EXPECT_THAT(change_levels("11", "", ""), HasSubstr("allow"));
}

TEST(PowerLevels, AnotherSpellingOfTheSameLevelIsNoChange) {
  EXPECT_THAT(change_levels("9", R"(, "ban": "50")", R"(, "ban": 50)"), HasSubstr("allow"));
  EXPECT_THAT(change_levels("9", R"(, "ban": "50")", R"(, "ban": 51)"), HasSubstr("reject"));
}

// ---- Likely mistake 3: ill-typed maps and entries.

TEST(PowerLevels, ABadEntryHidesNoGoodOne) {
  Question question("9");
  question.state(member("$b", "@b:x", "join"))
      .state(levels("$p", "@a:x", R"({"events": {"m.room.topic": 60, "x": []}, "users": {"@b:x": 50}})"));
  EXPECT_EQ(question.ask({"$e", "m.room.topic", "@b:x", "{}", "", R"("$c", "$p", "$b")"}), "reject 7 required_level");
  EXPECT_THAT(question.ask({"$e", "m.room.name", "@b:x", "{}", "", R"("$c", "$p", "$b")"}), HasSubstr("allow"));
}

TEST(PowerLevels, ABooleanIsNoInteger) {
  EXPECT_EQ(change_levels("10", "", R"(, "ban": true)"), "reject 9.1 power_levels.integers");
  EXPECT_EQ(change_levels("10", "", R"(, "ban": "50")"), "reject 9.1 power_levels.integers");
}

// The level that @b:x has when `users` spells it so, found as the greatest level of an event that @b:x may send.
std::string spelled(const std::string& version, const std::string& spelling, const Readings& readings = {}) {
  for (const int required : {8, 7, 1}) {
    Question question(version);
    question.state(member("$b", "@b:x", "join"))
        .state(levels("$p", "@a:x",
                      R"({"users_default": 0, "users": {"@b:x": )" + spelling + R"(}, "events": {"t": )" +
                          std::to_string(required) + "}}"));
    if (question.ask({"$e", "t", "@b:x", "{}", std::nullopt, R"("$c", "$p", "$b")"}, readings).starts_with("allow"))
      return std::to_string(required);
  }
  return "none";
}

TEST(PowerLevels, SpellingsOfALevel) {
  struct Case {
    std::string spelling, v1, v6, v10;
  };
  // 1.5 is cut to 1 where floats were levels; what is ill-typed reads as absent.
  for (const Case& c :
       {Case{R"(" +7 ")", "7", "7", "none"}, Case{R"("1_0")", "none", "none", "none"}, Case{"1.5", "1", "none", "none"},
        Case{"1e400", "none", "none", "none"}, Case{"true", "none", "none", "none"}, Case{"7", "7", "7", "7"},
        Case{"99999999999999999999", "8", "8", "8"}}) {
    EXPECT_EQ(spelled("1", c.spelling), c.v1) << c.spelling;
    EXPECT_EQ(spelled("6", c.spelling), c.v6) << c.spelling;
    EXPECT_EQ(spelled("10", c.spelling), c.v10) << c.spelling;
  }
  const Readings python = {{"string_levels", "python"}};
  EXPECT_EQ(spelled("6", R"("1_0")", python), "8");
  EXPECT_EQ(spelled("6", "true", python), "1");
  EXPECT_EQ(spelled("5", "1.5", {{"float_levels", "none"}}), "none");
}

TEST(PowerLevels, ALevelBeyondADoubleIsRejectedWhereFloatsWereLevels) {
  EXPECT_EQ(change_levels("5", "", R"(, "ban": 1e400)"), "reject - power_levels.representable");
  EXPECT_THAT(change_levels("5", "", R"(, "ban": 1e4)"), ::testing::Not(HasSubstr("representable")));
}

// ---- Likely mistake 10: positions, not ids; and the label does not depend on the order of entries.

TEST(Create, CitedTwiceIsNotTheOnlyPreviousEvent) {
  Draft join = member("$j", "@a:x", "join");
  join.prev = R"("$c")";
  EXPECT_EQ(Question("11").ask(join), "allow 4.3.1 member.join.creator");
  join.prev = R"("$c", "$c")";
  EXPECT_EQ(Question("11").ask(join).find("member.join.creator"), std::string::npos);
}

TEST(AuthEvents, OneCitedTwiceIsADuplicate) {
  Draft join = member("$j", "@a:x", "join");
  join.prev = R"("$c")";
  join.auth = R"("$c", "$c")";
  EXPECT_EQ(Question("11").ask(join), "reject 2.1 auth_events.duplicates");
  join.auth = R"("$c", "$gone")";
  EXPECT_EQ(Question("11").ask(join), "reject 2.2 auth_events.selection");
  join.auth = "";
  EXPECT_THAT(Question("11").ask(join), HasSubstr("auth_events.create"));
}

TEST(PowerLevels, TheLabelDoesNotDependOnTheOrderOfEntries) {
  const std::string first = change_levels("12", R"(, "kick": 30, "redact": 90)", R"(, "kick": 90, "redact": 30)");
  const std::string second = change_levels("12", R"(, "redact": 90, "kick": 30)", R"(, "redact": 30, "kick": 90)");
  EXPECT_EQ(first, "reject 10.6.1 power_levels.levels.old");
  EXPECT_EQ(first, second);
}

// ---- Version 12: the create event is found by the room id, creators are above every level.

TEST(Version12, TheCreateEventIsFoundByTheRoomId) {
  Question question("12");
  question.state(member("$a", "@a:x", "join"));
  Draft topic{"$e", "m.room.topic", "@a:x", "{}", "", R"("$a")"};
  EXPECT_THAT(question.ask(topic), HasSubstr("allow"));
  std::string elsewhere = question.text(topic);
  const auto at = elsewhere.find(R"("room_id": "!c")");
  elsewhere.replace(at, 15, R"("room_id": "!d")");
  EXPECT_EQ(said(ask_json(elsewhere)), "reject 2 room");
}

TEST(Version12, CreatorsHaveEveryLevelAndStandInNoUsers) {
  Question question("12");
  question.state(member("$a", "@a:x", "join")).state(member("$b", "@b:x", "join"));
  question.state(levels("$p", "@a:x", R"({"users": {"@b:x": 100}, "ban": 9007199254740991})"));
  Draft asked = levels("$e", "@a:x", R"({"users": {"@b:x": 100, "@a:x": 100}, "ban": 9007199254740991})");
  asked.auth = R"("$p", "$a")";
  EXPECT_THAT(question.ask(asked), HasSubstr("power_levels.creators"));
  asked.content = R"({"users": {"@b:x": 0}, "ban": 5})";
  EXPECT_THAT(question.ask(asked), HasSubstr("allow"));
}

// ---- What was read.

TEST(Reads, AreSortedAndHoldAbsentEntries) {
  Question question("11");
  question.state(member("$a", "@a:x", "join"));
  const auto answer = ask_json(question.text({"$e", "m.room.topic", "@a:x", "{}", "", R"("$c", "$a")"}));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->decision.allowed);
  EXPECT_THAT(answer->decision.reads,
              ElementsAre(Pair("m.room.create", ""), Pair("m.room.member", "@a:x"), Pair("m.room.power_levels", "")));
  EXPECT_EQ(answer->event_id, "$e");
  EXPECT_EQ(answer->ids, event::IdMode::kPlaceholder);
}

// ---- Bad input.

TEST(Ask, RefusesWhatIsNoQuestion) {
  EXPECT_EQ(said(ask_json("[]")), "format: a question is an object with `event`");
  EXPECT_EQ(said(ask_json(R"({"event": 3})")), "format: `event` is no object");
  EXPECT_EQ(said(ask_json(R"({"event": {"type": "t", "sender": "@a:x"}, "state": {}})")), "format: `state` is no list");
  EXPECT_EQ(said(ask_json(R"({"event": {"type": "t", "sender": "@a:x"}, "room_version": 3})")),
            "format: `room_version` is no string");
  EXPECT_THAT(said(ask_json(Question("11")
                                .state(member("$b", "@b:x", "join"))
                                .state(member("$d", "@b:x", "leave"))
                                .text(member("$e", "@e:x", "join")))),
              HasSubstr("`$b` and `$d` for one type and state_key"));
  EXPECT_THAT(said(ask_json(Question("11")
                                .event(member("$b", "@b:x", "join"))
                                .event(member("$b", "@b:x", "leave"))
                                .text(member("$e", "@e:x", "join")))),
              HasSubstr("duplicate-event"));
  Draft circular = member("$e", "@a:x", "join");
  circular.auth = R"("$e")";
  EXPECT_THAT(said(ask_json(Question("11").text(circular))),
              HasSubstr("cycle: events name each other in a circle: `$e`, `$e`"));
}

TEST(Ask, AVersionNobodyKnowsIsRejectedByTheRules) {
  const std::string question =
      R"({"room_version": "11", "event": {"event_id": "$c", "type": "m.room.create", "state_key": "", "sender": "@a:x",
      "room_id": "!c:x", "prev_events": [], "auth_events": [], "content": {"room_version": "unheard-of"}}})";
  EXPECT_EQ(said(ask_json(question)), "reject 1.3 create.room_version");
}

// Every text is lowered, and answers for every kind of event in a state that is empty and in one that is not.
TEST(Programs, OfAllTextsAnswer) {
  const versions::Registry registry(STATEROOM_SOURCE_DIR "/model/versions");
  std::size_t asked = 0;
  for (const std::string& name : registry.names()) {
    SCOPED_TRACE(name);
    const auto program = testing::program_of(name);
    EXPECT_GT(program->rule_count(), 20u);
    for (const std::string type :
         {"m.room.create", "m.room.member", "m.room.power_levels", "m.room.topic", "m.room.redaction"}) {
      for (const bool empty : {true, false}) {
        const std::string pdu =
            R"({"event_id": "$e:x", "type": ")" + type + R"(", "state_key": "@a:x", "sender": "@a:x", "room_id": "!c:x",
            "origin_server_ts": 1, "depth": 1, "prev_events": [], "auth_events": [], "content": {"membership": "join"}})";
        const std::string joined =
            R"({"event_id": "$a:x", "type": "m.room.member", "state_key": "@a:x", "sender": "@a:x", "room_id": "!c:x",
            "origin_server_ts": 1, "depth": 1, "prev_events": [], "auth_events": [], "content": {"membership": "join"}})";
        const auto answer = ask_json(R"({"room_version": ")" + name + R"(", "event": )" + pdu + R"(, "state": [)" +
                                     (empty ? "" : joined) + "]}");
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_FALSE(answer->decision.label.empty());
        ++asked;
      }
    }
  }
  EXPECT_EQ(asked, registry.names().size() * 10);
}

}  // namespace
}  // namespace stateroom::auth
