#include "sim/workload/redraw.h"

#include <fmt/format.h>

#include <algorithm>

namespace stateroom::workload {
namespace {

using base::ErrorCode;

/// The members of an object as JSON text, but for `left_out` and with `rewritten` for the value of a member where it is
/// given.
template <class Rewritten>
std::string object(json::Value value, std::initializer_list<std::string_view> left_out, Rewritten rewritten) {
  std::string out = "{";
  for (const json::Value member : value.children()) {
    if (std::ranges::find(left_out, member.own_key()) != left_out.end()) continue;
    if (out.size() > 1) out += ',';
    json::append_quoted(out, member.own_key());
    out += ":" + rewritten(member);
  }
  return out + "}";
}

/// What a create event says about itself follows from the version that it is drawn in.
std::string content_of(const event::Event& event) {
  if (!event.content.valid()) return "{}";
  if (event.type != "m.room.create") return json::to_text(event.content);
  return object(event.content, {"creator", "room_version"}, [](json::Value member) { return json::to_text(member); });
}

/// Power levels that do not name `user`.
std::string levels_without(json::Value content, std::string_view user) {
  const auto text = [](json::Value member) { return json::to_text(member); };
  return object(content, {}, [&](json::Value member) {
    const bool users = member.own_key() == "users" && member.is_object();
    return users ? object(member, {user}, text) : text(member);
  });
}

class Redrawing {
 public:
  Redrawing(const event::EventFormat& format, std::shared_ptr<const rules::Program> program)
      : prev_(edge_field(format, "prev_events")),
        auth_(edge_field(format, "auth_events")),
        scene_(std::move(program), 0) {}

  base::Result<void> add(const event::Event& event, const std::string& name) {
    Step step;
    step.type = event.type;
    step.state_key = event.state_key;
    step.sender = event.sender;
    step.content = content_of(event);
    step.origin_server_ts = event.origin_server_ts;
    step.rejected = event.rejected_outside;
    step.name = name;
    if (event.json.get("depth").is_integer()) step.depth = event.depth;
    auto prev = steps_of(event, prev_);
    if (!prev) return std::unexpected(prev.error());
    step.prev = std::move(*prev);
    const json::Value top = event.json.get("redacts"), inner = event.content.get("redacts");
    if (const json::Value redacts = top.is_string() ? top : inner; redacts.is_string()) {
      const auto target = number_of_.find(std::string(redacts.string()));
      if (target == number_of_.end()) return missing(event, redacts.string());
      step.redacts = target->second;
    }
    auto cited = steps_of(event, auth_);
    if (!cited) return std::unexpected(cited.error());
    for (const std::uint32_t one : *cited) {
      const Step& entry = scene_.steps()[one];
      if (entry.state_key) step.before.try_emplace({entry.type, *entry.state_key}, one);
    }
    auto trial = scene_.judge(step.before, std::span(&step, 1));
    if (!trial) return std::unexpected(trial.error());
    const bool refused = !(*trial)[0].decision.allowed && !step.rejected;
    if (step.type == "m.room.power_levels" && refused && !scene_.steps().empty()) {
      Step other = step;
      other.content = levels_without(event.content, scene_.steps().at(0).sender);
      const auto second = scene_.judge(step.before, std::span(&other, 1));
      if (!second) return std::unexpected(second.error());
      if ((*second)[0].decision.allowed) step = std::move(other);
    }
    const auto number = static_cast<std::uint32_t>(scene_.steps().size());
    number_of_.emplace(event.event_id, number);
    return scene_.append(std::move(step), (*trial)[0].selection);
  }

  const std::vector<event::Event>& events() const { return scene_.events(); }

 private:
  static std::size_t edge_field(const event::EventFormat& format, std::string_view name) {
    const auto found = std::find(format.edge_fields.begin(), format.edge_fields.end(), name);
    return static_cast<std::size_t>(found - format.edge_fields.begin());
  }
  static std::unexpected<base::Error> missing(const event::Event& event, std::string_view id) {
    return base::fail(ErrorCode::kMissingEvent,
                      fmt::format("`{}` names `{}`, which does not come before it", event.event_id, id), event.where);
  }
  base::Result<std::vector<std::uint32_t>> steps_of(const event::Event& event, std::size_t field) const {
    std::vector<std::uint32_t> out;
    if (field >= event.edges.size()) return out;
    for (const std::string& id : event.edges[field]) {
      const auto found = number_of_.find(id);
      if (found == number_of_.end()) return missing(event, id);
      out.push_back(found->second);
    }
    return out;
  }

  std::size_t prev_, auth_;
  Scene scene_;
  std::map<std::string, std::uint32_t, std::less<>> number_of_;  // by the id in the history
};

}  // namespace

base::Result<std::vector<event::Event>> redraw(const event::History& history, const event::EventFormat& format,
                                               const std::map<std::string, std::string>& names,
                                               std::shared_ptr<const rules::Program> program) {
  Redrawing redrawing(format, std::move(program));
  for (const event::Event& event : history.events) {
    const auto name = names.find(event.event_id);
    const auto added = redrawing.add(event, name == names.end() ? "" : name->second);
    if (!added) return std::unexpected(added.error());
  }
  return redrawing.events();
}

}  // namespace stateroom::workload
