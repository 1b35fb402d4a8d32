#include "model/prove/concrete.h"

#include <algorithm>

#include "model/event/event.h"

namespace stateroom::prove {

using base::EventIndex;
using json::Kind;

JsonCell cell_of(json::Value value) {
  JsonCell out;
  if (!value.valid()) return out;
  event::LevelSpelling every;
  every.integer = every.ascii_integer = every.python_integer = every.truncated_float = true;
  const auto level = event::decode_level(value, every);
  if (level) out.number = level->value;
  switch (value.kind()) {
    case Kind::kNull:
      out.kind = JsonKind::kNull;
      break;
    case Kind::kBoolean:
      out.kind = JsonKind::kBoolean;
      break;
    case Kind::kInteger:
    case Kind::kBigInteger:
      out.kind = JsonKind::kInteger;
      break;
    case Kind::kReal:
      out.kind = level ? JsonKind::kReal : JsonKind::kBeyondDouble;
      break;
    case Kind::kString: {
      event::LevelSpelling ascii;
      ascii.ascii_integer = true;
      out.kind = !level                              ? JsonKind::kString
                 : event::decode_level(value, ascii) ? JsonKind::kIntegerText
                                                     : JsonKind::kPythonText;
      break;
    }
    case Kind::kArray:
      out.kind = JsonKind::kList;
      break;
    case Kind::kObject:
      out.kind = JsonKind::kObject;
      break;
  }
  return out;
}

namespace {

void name_strings_of(World& world, json::Value value) {
  if (!value.valid()) return;
  if (value.is_string()) world.key(world.literal(std::string(value.string())));
  if (!value.is_object() && !value.is_array()) return;
  for (const json::Value child : value.children()) {
    if (value.is_object()) world.key(world.literal(std::string(child.own_key())));
    name_strings_of(world, child);
  }
}

class Fixing {
 public:
  Fixing(World& world, const graph::Room& room, EventIndex event, std::span<const EventIndex> state)
      : world_(world), room_(room), event_(event), state_(state) {}

  Terms run() {
    // By number: naming a literal may not move what is walked.
    for (std::size_t i = 0; i < world_.applications().size(); ++i) {
      const Application application = world_.applications()[i];
      fix(application);
    }
    for (const World::Asked& asked : world_.oracles()) out_.push_back(asked.term);
    return std::move(out_);
  }

 private:
  void fix(const Application& application) {
    const Meaning& meaning = application.meaning;
    if (meaning.of == Meaning::Of::kEvent) return event_is(application, event_, world_.truth(true), 0);
    if (meaning.of == Meaning::Of::kList) return position(application);
    z3::expr there = world_.truth(false);
    for (const EventIndex entry : state_) {
      const event::Event& of = room_.event(entry);
      if (of.type != meaning.holder) continue;
      const z3::expr here = z3::operator==(application.args[0], world_.literal(*of.state_key));
      there = there || here;
      if (meaning.aspect != Aspect::kThere) event_is(application, entry, here, 1);
    }
    if (meaning.aspect == Aspect::kThere) out_.push_back(application.term == there);
  }

  void position(const Application& application) {
    const Meaning& meaning = application.meaning;
    const graph::EdgeField field = room_.edge_field(meaning.holder);
    const auto cited = room_.cited(field, event_);
    const bool there = meaning.position < cited.size();
    if (meaning.aspect == Aspect::kThere) out_.push_back(application.term == world_.truth(there));
    if (!there) return;
    const EventIndex entry = cited[meaning.position];
    if (meaning.aspect == Aspect::kKnown) out_.push_back(application.term == world_.truth(entry.valid()));
    if (entry.valid()) event_is(application, entry, world_.truth(true), 0);
  }

  // `first`: how many arguments name the event.
  void event_is(const Application& application, EventIndex of, const z3::expr& here, std::size_t first) {
    const Meaning& meaning = application.meaning;
    if (meaning.aspect == Aspect::kField || meaning.aspect == Aspect::kHasField) return field_is(application, of, here);
    if (meaning.aspect == Aspect::kThere || meaning.aspect == Aspect::kKnown) return;
    const event::Event& event = room_.event(of);
    if (!meaning.event_type.empty() && event.type != meaning.event_type) return;
    json::Value value = meaning.event_type.empty() ? event.json : event.content;
    for (std::size_t i = 0; i < meaning.path.size() && value.valid(); ++i) {
      if (meaning.path[i] == "*") return elements_are(application, value, i + 1, here, first);
      value = value.get(meaning.path[i]);
    }
    if (meaning.entry) return entries_are(application, value, here, first);
    if (meaning.aspect == Aspect::kHas) return elements_are(application, value, meaning.path.size(), here, first);
    if (meaning.aspect == Aspect::kBad) return bad_is(application, value, here);
    value_is(application, value, here);
  }

  void value_is(const Application& application, json::Value value, const z3::expr& here) {
    const JsonCell cell = cell_of(value);
    if (application.meaning.aspect == Aspect::kKind)
      out_.push_back(z3::implies(here, application.term == world_.integer(static_cast<int>(cell.kind))));
    if (application.meaning.aspect == Aspect::kNumber)
      out_.push_back(z3::implies(here, application.term == world_.integer(cell.number)));
    if (application.meaning.aspect == Aspect::kText && value.is_string())
      out_.push_back(z3::implies(here, z3::operator==(application.term, world_.literal(std::string(value.string())))));
    if (application.meaning.aspect == Aspect::kTruth && cell.kind == JsonKind::kBoolean)
      out_.push_back(z3::implies(here, application.term == world_.truth(value.boolean())));
  }

  void entries_are(const Application& application, json::Value map, const z3::expr& here, std::size_t first) {
    z3::expr other = here;
    if (map.is_object()) {
      for (const json::Value value : map.children()) {
        const z3::expr is = z3::operator==(application.args[first], world_.literal(std::string(value.own_key())));
        value_is(application, value, here && is);
        other = other && !is;
      }
    }
    if (application.meaning.aspect == Aspect::kKind)
      out_.push_back(z3::implies(other, application.term == world_.integer(0)));
  }

  void elements_are(const Application& application, json::Value list, std::size_t after, const z3::expr& here,
                    std::size_t first) {
    z3::expr has = world_.truth(false);
    if (list.is_array()) {
      for (json::Value value : list.children()) {
        for (std::size_t i = after; i < application.meaning.path.size() && value.valid(); ++i)
          value = value.get(application.meaning.path[i]);
        if (!value.is_string()) continue;
        has = has || z3::operator==(application.args[first], world_.literal(std::string(value.string())));
      }
    }
    out_.push_back(z3::implies(here, application.term == has));
  }

  void bad_is(const Application& application, json::Value list, const z3::expr& here) {
    const Meaning& meaning = application.meaning;
    const graph::ColumnIndex column = room_.plan().find(meaning.event_type, meaning.path);
    if (!column.valid() || !list.is_array()) return;
    const event::ValueType& type = room_.plan()[column].type;
    const auto children = list.children();
    bool bad = false;
    for (const json::Value value : children)
      bad = bad || (type.element && !event::has_type(value, *type.element, room_.format()));
    out_.push_back(z3::implies(here, application.term == world_.truth(bad)));
  }

  void field_is(const Application& application, EventIndex of, const z3::expr& here) {
    const Meaning& meaning = application.meaning;
    const event::Event& event = room_.event(of);
    const bool asked = meaning.aspect == Aspect::kHasField;
    std::optional<std::string> text;
    if (meaning.field == "type") text = event.type;
    if (meaning.field == "sender") text = event.sender;
    if (meaning.field == "state_key") text = event.state_key;
    if (meaning.field == "room_id") text = event.room_id;
    if (meaning.field == "event_id") text = event.event_id;
    if (asked) {
      out_.push_back(z3::implies(here, application.term == world_.truth(text.has_value())));
    } else if (meaning.field == "rejected") {
      out_.push_back(z3::implies(here, application.term == world_.truth(room_.rejected(of))));
    } else if (meaning.field == "depth" || meaning.field == "origin_server_ts") {
      const std::int64_t number = meaning.field == "depth" ? event.depth : event.origin_server_ts;
      out_.push_back(z3::implies(here, application.term == world_.integer(number)));
    } else if (text) {
      out_.push_back(z3::implies(here, z3::operator==(application.term, world_.literal(*text))));
    }
  }

  World& world_;
  const graph::Room& room_;
  EventIndex event_;
  std::span<const EventIndex> state_;
  Terms out_;
};

}  // namespace

void name_strings(World& world, const graph::Room& room, EventIndex event, std::span<const EventIndex> state) {
  const auto of = [&](EventIndex one) {
    const event::Event& whole = room.event(one);
    for (const std::string& text : {whole.type, whole.sender, whole.event_id}) world.literal(text);
    if (whole.state_key) world.key(world.literal(*whole.state_key));
    if (whole.room_id) world.literal(*whole.room_id);
    name_strings_of(world, whole.content);
    name_strings_of(world, whole.json.get("redacts"));
  };
  of(event);
  for (const EventIndex one : state) of(one);
  for (std::size_t field = 0; field < room.format().edge_fields.size(); ++field) {
    for (const EventIndex cited : room.cited(static_cast<graph::EdgeField>(field), event)) {
      if (cited.valid()) of(cited);
    }
  }
}

Terms fix(World& world, const graph::Room& room, EventIndex event, std::span<const EventIndex> state) {
  return Fixing(world, room, event, state).run();
}

}  // namespace stateroom::prove
