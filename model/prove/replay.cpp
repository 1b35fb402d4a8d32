#include "model/prove/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "model/event/builder.h"

namespace stateroom::prove {

namespace {

using base::EventIndex;
using event::Draft;
using event::Event;

bool cites_create(const std::vector<rules::CoreRule>& selection) {
  return std::ranges::any_of(selection, [](const rules::CoreRule& rule) {
    return (rule.leaf && rule.condition->kind == rules::CoreKind::kSlot && rule.condition->text == "m.room.create") ||
           cites_create(rule.children);
  });
}

class Replay {
 public:
  Replay(const Situation& situation, const Subject& version, const Form& form)
      : situation_(situation), version_(version), form_(form), format_(version.core->format) {}

  base::Result<Replayed> run(const LookAt& look) {
    name_servers();
    for (const SituationEvent& entry : situation_.state) {
      auto made = build(entry, {});
      if (!made) return std::unexpected(made.error());
      if (room_id_.empty() && entry.type == "m.room.create") room_id_ = event::room_id_of(*made);
      if (entry.rejected) rejected_.insert(made->event_id);
      state_.push_back(std::move(*made));
    }
    if (room_id_.empty()) room_id_ = situation_.room_id;
    std::vector<std::pair<std::string, std::vector<const Event*>>> edges;
    for (const std::string& field : format_.edge_fields) {
      edges.emplace_back(field, std::vector<const Event*>{});
      const auto list = situation_.lists.find(field);
      if (list == situation_.lists.end()) continue;
      for (const SituationEvent& entry : list->second) {
        if (form_.create_not_cited && field == "auth_events" && entry.type == "m.room.create") continue;
        const Event* cited = find(entry);
        if (cited == nullptr) {
          auto made = build(entry, {});
          if (!made) return std::unexpected(made.error());
          others_.push_back(std::move(*made));
          cited = &others_.back();
          if (!entry.known) unknown_.insert(cited->event_id);
          if (entry.rejected) rejected_.insert(cited->event_id);
        }
        edges.back().second.push_back(cited);
      }
    }
    auto event = build(situation_.event, edges);
    if (!event) return std::unexpected(event.error());
    if (form_.change == Change::kRedacted) {
      const auto bytes = event::redacted_json(event->json, format_);
      if (!bytes) return std::unexpected(bytes.error());
      const auto document = json::parse(*bytes, "redacted");
      if (!document) return std::unexpected(document.error());
      event = event::decode_event(*document, json::root(**document), format_, std::nullopt, false, "redacted");
      if (!event) return std::unexpected(event.error());
    }
    return decide(std::move(*event), look);
  }

 private:
  void name_servers() {
    const auto add = [&](const std::string& user) {
      const auto server = event::server_part(user);
      if (server && servers_.insert(std::string(*server)).second) keys_.push_back(event::signing_key(*server, "prove"));
    };
    add(creator());
    add(situation_.event.sender);
    for (const SituationEvent& entry : situation_.state) add(entry.sender);
    for (const auto& [field, list] : situation_.lists) {
      for (const SituationEvent& entry : list) add(entry.sender);
    }
  }

  std::string creator() const {
    for (const SituationEvent& entry : situation_.state) {
      if (entry.type == "m.room.create" && !entry.sender.empty()) return entry.sender;
    }
    return "@creator:example.org";
  }

  // What the solver had no word about is as an honest event has it.
  base::Result<Event> build(const SituationEvent& of,
                            const std::vector<std::pair<std::string, std::vector<const Event*>>>& edges) {
    Draft draft;
    draft.type = of.type;
    draft.state_key = of.state_key;
    draft.sender = of.sender.empty() ? creator() : of.sender;
    draft.room_id = of.other_room ? "!other:example.org" : room_id_.empty() ? situation_.room_id : room_id_;
    draft.content_json = content(of, draft.sender);
    if (draft.content_json.empty()) return base::fail(base::ErrorCode::kFormat, "a content that is no object");
    const bool asked = &of == &situation_.event;
    draft.depth = asked && form_.change == Change::kDepth ? of.other_depth : of.depth;
    draft.origin_server_ts = asked && form_.change == Change::kTimestamp ? of.other_ts : of.origin_server_ts;
    // No two of the other events are one event.
    if (!asked) draft.origin_server_ts = static_cast<std::int64_t>(1000 + count_);
    if (of.type == "m.room.redaction") draft.redacts = of.redacts.value_or("$redacted:example.org");
    draft.event_id_localpart = fmt::format("e{}", ++count_);
    draft.edges = edges;
    if (edges.empty()) {
      for (const std::string& field : format_.edge_fields) draft.edges.emplace_back(field, std::vector<const Event*>{});
      for (auto& [field, events] : draft.edges) {
        const bool cites = field != "auth_events" || cites_create(version_.core->auth_events);
        if (!state_.empty() && cites) events.push_back(&state_.front());
      }
    }
    const bool derived = format_.field("room_id") != nullptr && format_.field("room_id")->when;
    if (asked && derived && of.type == "m.room.create" && situation_.has_room_id)
      draft.extra.emplace_back("room_id", json::quoted(situation_.room_id));
    std::vector<std::string> cosigners;
    for (const auto& [answer, holds] : situation_.oracles) {
      const std::string server = answer.substr(answer.rfind(' ') + 1);
      if (holds && answer.starts_with("signed_by") && servers_.contains(server) &&
          server != event::server_part(draft.sender))
        cosigners.push_back(server);
    }
    return event::build(draft, format_, keys_, cosigners);
  }

  std::string content(const SituationEvent& of, const std::string& sender) const {
    if (of.type != "m.room.create") return of.content;
    // The create event of the state names its version, and its creator where the version has the field.
    const bool of_state = &of != &situation_.event;
    std::string extra;
    const bool creator_field = version_.core->plan.find("m.room.create", {"creator"}).valid();
    if (creator_field && form_.creator_is_sender) extra += fmt::format("\"creator\":{}", json::quoted(sender));
    if (of_state && of.content.find("\"room_version\"") == std::string::npos)
      extra += fmt::format("{}\"room_version\":{}", extra.empty() ? "" : ",", json::quoted(version_.text.identifier));
    if (extra.empty()) return of.content;
    return fmt::format("{{{}{}{}", extra, of.content == "{}" ? "" : ",", of.content.substr(1));
  }

  const Event* find(const SituationEvent& entry) const {
    if (!entry.known || entry.other_room || !entry.state_key) return nullptr;
    for (std::size_t i = 0; i < state_.size(); ++i) {
      if (state_[i].type == entry.type && state_[i].state_key == entry.state_key &&
          rejected_.contains(state_[i].event_id) == entry.rejected)
        return &state_[i];
    }
    return nullptr;
  }

  rules::Oracles oracles() const {
    rules::Oracles out;
    const auto answer = [this](const std::string& asked, bool otherwise) {
      const auto at = situation_.oracles.find(asked);
      return at == situation_.oracles.end() ? otherwise : at->second;
    };
    out.signed_by = [answer](EventIndex, std::string_view server, std::string_view object) {
      return answer(fmt::format("signed_by {} {}", object == "signed_object" ? "" : object, server),
                    answer(fmt::format("signed_by {} {}", object, server), false));
    };
    out.signed_with = [answer](EventIndex, std::string_view server, std::string_view key, EventIndex) {
      return answer(fmt::format("signed_with {} {}", server, key), false);
    };
    out.verifies = [answer](EventIndex, EventIndex) { return answer("verifies", false); };
    out.recognised_version = [answer](std::string_view version) {
      return answer(fmt::format("recognised_version {}", version), false);
    };
    return out;
  }

  base::Result<Replayed> decide(Event event, const LookAt& look) {
    std::vector<Event> all(state_.begin(), state_.end());
    for (const Event& other : others_) {
      if (!unknown_.contains(other.event_id)) all.push_back(other);
    }
    all.push_back(event);
    const std::string id = event.event_id;
    auto room = graph::Room::build(std::move(all), format_);
    if (!room) return std::unexpected(room.error());
    for (const std::string& one : rejected_) {
      if (const EventIndex at = (*room)->find(one); at.valid()) (*room)->set_rejected(at, true);
    }
    if (situation_.event.rejected) (*room)->set_rejected((*room)->find(id), true);
    graph::StateStore store;
    std::vector<graph::StateStore::Entry> entries;
    for (const Event& entry : state_) {
      const EventIndex at = (*room)->find(entry.event_id);
      entries.emplace_back((*room)->key(at), at);
    }
    rules::Evaluator evaluator(version_.program, **room, oracles());
    if (form_.change == Change::kSelection) {
      const auto taken = evaluator.selection_keys((*room)->find(id));
      std::erase_if(entries, [&](const auto& entry) { return std::ranges::find(taken, entry.first) == taken.end(); });
    }
    const graph::State state = store.from(std::move(entries));
    const rules::Decision decision = evaluator.authorise((*room)->find(id), rules::StateView::of(store, state));
    if (look) look(**room, store, (*room)->find(id), state);
    return Replayed{{state_.begin(), state_.end()},
                    {others_.begin(), others_.end()},
                    {rejected_.begin(), rejected_.end()},
                    std::move(event),
                    decision};
  }

  const Situation& situation_;
  const Subject& version_;
  Form form_;
  const event::EventFormat& format_;
  std::vector<event::SigningKey> keys_;
  std::set<std::string> servers_, rejected_, unknown_;
  std::deque<Event> state_, others_;  // edges point into them
  std::string room_id_;
  std::size_t count_ = 0;
};

}  // namespace

base::Result<Replayed> replay(const Situation& situation, const Subject& version, const Form& form,
                              const LookAt& look) {
  return Replay(situation, version, form).run(look);
}

Side side_of(const Replayed& replayed, const Subject& version) {
  Side out;
  out.version = version.text.name;
  out.allowed = replayed.decision.allowed;
  out.label = version.program->label(replayed.decision.rule);
  out.number = version.program->number(replayed.decision.rule);
  for (const Event& entry : replayed.state) out.state.push_back(json::to_text(entry.json));
  for (const Event& other : replayed.others) out.others.push_back(json::to_text(other.json));
  out.rejected = replayed.rejected;
  out.event = json::to_text(replayed.event.json);
  return out;
}

}  // namespace stateroom::prove
