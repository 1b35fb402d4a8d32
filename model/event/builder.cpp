#include "model/event/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/base/encode.h"

namespace stateroom::event {
namespace {

using base::ErrorCode;
using json::quoted;

/// The members of a PDU as JSON text, in order of writing.
class Members {
 public:
  void set(std::string_view name, std::string text) {
    for (auto& [known, value] : members_) {
      if (known == name) {
        value = std::move(text);
        return;
      }
    }
    members_.emplace_back(name, std::move(text));
  }
  std::string text() const {
    std::string out = "{";
    for (const auto& [name, value] : members_) {
      if (out.size() > 1) out += ',';
      json::append_quoted(out, name);
      out += ':';
      out += value;
    }
    return out + "}";
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

/// Are references of this field pairs of an id and hashes?
bool is_pairs(const FormatField& field) {
  const ValueType* item = field.type.element.get();
  return item != nullptr && item->base == ValueType::Base::kEvent && item->element != nullptr &&
         item->element->base == ValueType::Base::kPair;
}

base::Result<std::string> reference_list(const std::vector<const Event*>& events, const FormatField& field,
                                         const EventFormat& format) {
  std::string out = "[";
  for (const Event* event : events) {
    if (out.size() > 1) out += ',';
    if (!is_pairs(field)) {
      out += quoted(event->event_id);
      continue;
    }
    const auto bytes = hashed_bytes(*event, format, "reference_hash");
    if (!bytes) return std::unexpected(bytes.error());
    out += fmt::format("[{},{{\"sha256\":\"{}\"}}]", quoted(event->event_id), base::base64(base::sha256(*bytes)));
  }
  return out + "]";
}

bool has_field(const EventFormat& format, std::string_view name) {
  const FormatField* field = format.field(name);
  return field != nullptr && field->presence != Presence::kForbidden && field->presence != Presence::kDerived;
}

/// Reads the content, so that a draft cannot write members outside it, and writes `redacts` into it where the format
/// has that there.
base::Result<std::string> content_of(const Draft& draft, const EventFormat& format) {
  const auto document = json::parse(draft.content_json, "content");
  if (!document) return std::unexpected(document.error());
  if (!draft.redacts || has_field(format, "redacts")) return draft.content_json;
  const json::Value content = json::root(**document);
  if (!content.is_object()) return base::fail(ErrorCode::kFormat, "`redacts` needs a content that is an object");
  std::string out = "{" + quoted("redacts") + ":" + quoted(*draft.redacts);
  for (const json::Value member : content.children()) {
    if (member.own_key() != "redacts") out += "," + quoted(member.own_key()) + ":" + json::to_text(member);
  }
  return out + "}";
}

struct Unsigned {
  Members members;
  std::shared_ptr<const json::Document> document;  // of the members so far

  base::Result<json::Value> read() {
    auto parsed = json::parse(members.text(), "draft");
    if (!parsed) return std::unexpected(parsed.error());
    document = std::move(*parsed);
    return json::root(*document);
  }
};

base::Result<Unsigned> members_of(const Draft& draft, const EventFormat& format) {
  Unsigned out;
  Members& members = out.members;
  members.set("type", quoted(draft.type));
  members.set("sender", quoted(draft.sender));
  if (draft.state_key) members.set("state_key", quoted(*draft.state_key));
  bool in_room = has_field(format, "room_id");
  if (in_room && format.field("room_id")->when) {  // only then is what stands there read
    const auto so_far = out.read();
    if (!so_far) return std::unexpected(so_far.error());
    in_room = asks_for_room_id(*so_far, format);
  }
  if (in_room) members.set("room_id", quoted(draft.room_id));
  auto content = content_of(draft, format);
  if (!content) return std::unexpected(content.error());
  members.set("content", *content);
  if (has_field(format, "depth")) members.set("depth", std::to_string(draft.depth));
  members.set("origin_server_ts", std::to_string(draft.origin_server_ts));
  for (const std::string& name : format.edge_fields) {
    if (name == format.derived_edge_field) continue;
    const auto given =
        std::find_if(draft.edges.begin(), draft.edges.end(), [&](const auto& edge) { return edge.first == name; });
    const auto list = reference_list(given == draft.edges.end() ? std::vector<const Event*>{} : given->second,
                                     *format.field(name), format);
    if (!list) return std::unexpected(list.error());
    members.set(name, *list);
  }
  if (draft.redacts && has_field(format, "redacts")) members.set("redacts", quoted(*draft.redacts));
  if (format.event_id == EventIdSource::kField) {
    const auto server = server_part(draft.sender);
    if (!server) return base::fail(ErrorCode::kFormat, fmt::format("the sender `{}` has no server", draft.sender));
    if (draft.event_id_localpart.empty())
      return base::fail(ErrorCode::kFormat, "this format needs a name for the event");
    members.set("event_id", quoted(fmt::format("${}:{}", draft.event_id_localpart, *server)));
  }
  for (const auto& [name, text] : draft.extra) members.set(name, text);
  return out;
}

/// The member `signatures` of a PDU with hashes: of the sender's server and of the cosigners, in order of their names.
base::Result<std::string> signatures(json::Value pdu, const Draft& draft, const EventFormat& format,
                                     const std::vector<SigningKey>& keys, const std::vector<std::string>& cosigners) {
  const auto bytes = hashed_bytes(pdu, format, "signed_object");
  if (!bytes) return std::unexpected(bytes.error());
  std::set<std::string> servers(cosigners.begin(), cosigners.end());
  if (const auto server = server_part(draft.sender)) servers.emplace(*server);
  std::string out = "{";
  for (const std::string& server : servers) {
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const SigningKey& k) { return k.server == server; });
    if (key == keys.end())
      return base::fail(ErrorCode::kSignature, fmt::format("there is no signing key of `{}`", server));
    if (out.size() > 1) out += ',';
    out += fmt::format("{}:{{{}:\"{}\"}}", quoted(server), quoted(key->key_id), sign(*key, *bytes));
  }
  return out + "}";
}

}  // namespace

base::Result<Event> build(const Draft& draft, const EventFormat& format, const std::vector<SigningKey>& keys,
                          const std::vector<std::string>& cosigners) {
  auto made = members_of(draft, format);
  if (!made) return std::unexpected(made.error());
  // What a text leaves of `hashes` when it hashes the content is there from the start.
  made->members.set("hashes", "{}");
  auto value = made->read();
  if (!value) return std::unexpected(value.error());
  const auto hash = content_hash(*value, format);
  if (!hash) return std::unexpected(hash.error());
  made->members.set("hashes", fmt::format("{{\"sha256\":\"{}\"}}", *hash));
  value = made->read();
  if (!value) return std::unexpected(value.error());
  if (draft.sign) {
    auto all = signatures(*value, draft, format, keys, cosigners);
    if (!all) return std::unexpected(all.error());
    made->members.set("signatures", std::move(*all));
    value = made->read();
    if (!value) return std::unexpected(value.error());
  }
  return decode_event(made->document, *value, format, std::nullopt, false, {});
}

bool asks_for_room_id(json::Value pdu, const EventFormat& format) {
  if (!has_field(format, "room_id")) return false;
  const FormatField* field = format.field("room_id");
  return !field->when || field->when(pdu);
}

std::string room_id_of(const Event& create) {
  if (create.room_id) return *create.room_id;
  return "!" + create.event_id.substr(std::min<std::size_t>(1, create.event_id.size()));
}

}  // namespace stateroom::event
