#include "sim/server/maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace stateroom::server {
namespace {

/// Honest servers cite so many forward extremities at most.
constexpr std::size_t kPrevEventsMost = 10;

}  // namespace

/// Which keys the text selects for an event, before there is the event: of a sketch that has its type, key, sender and
/// content. Sketches stand in a room of their own with the keys of the real one, and equal ones are asked once.
class Maker::Selections {
 public:
  explicit Selections(receive::Ledger& ledger) : ledger_(ledger) {}

  base::Result<std::vector<base::KeyIndex>> of(const Act& act, const std::string& room_id) {
    if (renumberings_ != ledger_.counts().renumberings || room_ == nullptr) start();
    // The content matters only where the text declares fields of it.
    const bool plain = ledger_.room().plan().of_type(act.type).count == 0;
    const auto [at, fresh] = known_.try_emplace({act.type, act.state_key, act.sender, plain ? "" : act.content});
    if (!fresh) return at->second;
    std::string pdu = fmt::format("{{\"type\":{},\"sender\":{},\"room_id\":{},\"content\":{}", json::quoted(act.type),
                                  json::quoted(act.sender), json::quoted(room_id), act.content);
    if (act.state_key) pdu += ",\"state_key\":" + json::quoted(*act.state_key);
    const auto document = json::parse(pdu + "}", "act");
    if (!document) return std::unexpected(document.error());
    auto event = event::decode_event(*document, json::root(**document), ledger_.room().format(),
                                     fmt::format("$sketch{}:x", known_.size()), false, {});
    if (!event) return std::unexpected(event.error());
    const auto index = room_->append(std::move(*event));
    if (!index) return std::unexpected(index.error());
    base::require(index->valid(), "a sketch has a key of the room");
    return known_[{act.type, act.state_key, act.sender, plain ? "" : act.content}] = evaluator_->selection_keys(*index);
  }

 private:
  void start() {
    renumberings_ = ledger_.counts().renumberings;
    known_.clear();
    const graph::Room& real = ledger_.room();
    receive::Ledger::Keys keys;
    for (std::uint32_t k = 0; k < real.key_count(); ++k) {
      const base::KeyIndex key{k};
      keys.emplace_back(real.strings().text(real.key_type(key)), real.strings().text(real.key_state_key(key)));
    }
    evaluator_.reset();
    room_ = graph::Room::empty(real.format(), std::move(keys));
    evaluator_ = std::make_unique<rules::Evaluator>(ledger_.shared_program(), *room_);
  }

  receive::Ledger& ledger_;
  std::uint64_t renumberings_ = 0;
  std::unique_ptr<graph::Room> room_;
  std::unique_ptr<rules::Evaluator> evaluator_;
  std::map<std::tuple<std::string, std::optional<std::string>, std::string, std::string>, std::vector<base::KeyIndex>>
      known_;
};

Maker::Maker(receive::Ledger& ledger, std::uint32_t room, const std::vector<event::SigningKey>& keys, KeyOf key_of)
    : ledger_(ledger),
      room_(room),
      keys_(keys),
      key_of_(std::move(key_of)),
      room_id_(fmt::format("!room{}:{}", room, keys.front().server)),
      selections_(std::make_unique<Selections>(ledger)) {}
Maker::~Maker() = default;

std::vector<const event::Event*> Maker::pointers(std::span<const EventIndex> events) const {
  std::vector<const event::Event*> out;
  for (const EventIndex event : events) out.push_back(&ledger_.room().event(event));
  return out;
}

std::vector<EventIndex> Maker::prev_events(const receive::View& view, const Act& act) const {
  if (act.prev_events) return *act.prev_events;
  const auto all = view.forward_extremities();
  std::vector<EventIndex> out(all.begin(), all.end());
  // The latest ones, where there are too many.
  if (out.size() > kPrevEventsMost) out.erase(out.begin(), out.end() - kPrevEventsMost);
  return out;
}

/// Where ids are hashes they follow from the content; where they are chosen, their first character is another one.
base::Result<event::Event> Maker::ground(const event::Draft& draft, const Act& act) const {
  constexpr std::string_view kCharacters = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
  std::optional<event::Event> best;
  for (std::size_t n = 0; n < kCharacters.size(); ++n) {
    event::Draft variation = draft;
    variation.content_json.insert(1, fmt::format("\"variation\":{}{}", n, draft.content_json == "{}" ? "" : ","));
    variation.event_id_localpart.insert(0, 1, kCharacters[n]);
    auto event = event::build(variation, ledger_.room().format(), keys_, act.cosigners);
    if (!event) return event;
    const bool before = best && event->event_id < best->event_id;
    if (!best || before == (*act.grind == Grind::kFirst)) best = std::move(*event);
  }
  return std::move(*best);
}

base::Result<EventIndex> Maker::make(const receive::View& view, const Act& act, std::int64_t origin_server_ts) {
  if (act.state_key) ledger_.reserve({{act.type, *act.state_key}});
  const event::EventFormat& format = ledger_.room().format();
  event::Draft draft;
  draft.type = act.type;
  draft.state_key = act.state_key;
  draft.sender = act.sender;
  draft.room_id = room_id_;
  draft.content_json = act.content;
  draft.origin_server_ts = act.origin_server_ts.value_or(origin_server_ts);
  draft.sign = false;
  const std::vector<EventIndex> prev = prev_events(view, act);
  for (const EventIndex one : prev) draft.depth = std::max(draft.depth, ledger_.room().depth(one) + 1);
  draft.depth = act.depth.value_or(draft.depth);
  if (act.redacts) draft.redacts = ledger_.room().event(*act.redacts).event_id;
  draft.event_id_localpart = fmt::format("r{}e{}", room_, ledger_.room().size());
  std::vector<EventIndex> auth;
  if (act.auth_events) {
    auth = *act.auth_events;
  } else {
    auto keys = selections_->of(act, room_id_);
    if (!keys) return std::unexpected(keys.error());
    std::ranges::sort(*keys);
    for (const base::KeyIndex key : *keys) {
      if (const EventIndex entry = ledger_.store().get(act.selected_from.value_or(view.current()), key); entry.valid())
        auth.push_back(entry);
    }
  }
  for (const std::string& field : format.edge_fields) {
    const auto along = view.extremities();
    draft.edges.emplace_back(field, field == "prev_events"   ? pointers(prev)
                                    : field == "auth_events" ? pointers(auth)
                                                             : pointers(along));
  }
  auto event = act.grind ? ground(draft, act) : event::build(draft, format, keys_, act.cosigners);
  if (!event) return std::unexpected(event.error());
  if (ledger_.room().size() == 0) room_id_ = event::room_id_of(*event);
  receive::Facts facts = act.facts;
  if (facts.signers.empty() && !act.cosigners.empty()) {
    facts.signers = act.cosigners;
    facts.signers.emplace_back(event::server_part(act.sender).value_or(""));
    std::ranges::sort(facts.signers);
    // Who lets somebody of the own server in signs once.
    facts.signers.erase(std::unique(facts.signers.begin(), facts.signers.end()), facts.signers.end());
  }
  return ledger_.add(std::move(*event), std::move(facts));
}

base::Result<event::Event> Maker::signed_event(EventIndex at) const {
  const event::Event& event = ledger_.room().event(at);
  const event::EventFormat& format = ledger_.room().format();
  const auto bytes = event::hashed_bytes(event, format, "signed_object");
  if (!bytes) return std::unexpected(bytes.error());
  std::string members;
  for (const std::string& server : ledger_.signers(at)) {
    const event::SigningKey* const key = key_of_(server, at);
    if (key == nullptr) continue;
    members += fmt::format("{}{}:{{{}:\"{}\"}}", members.empty() ? "" : ",", json::quoted(server),
                           json::quoted(key->key_id), event::sign(*key, *bytes));
  }
  std::string pdu = json::to_text(event.json);
  pdu.insert(pdu.size() - 1, ",\"signatures\":{" + members + "}");
  const auto document = json::parse(pdu, "event");
  if (!document) return std::unexpected(document.error());
  return event::decode_event(*document, json::root(**document), format, std::nullopt, false, {});
}

}  // namespace stateroom::server
