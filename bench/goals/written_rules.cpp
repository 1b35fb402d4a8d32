#include "bench/goals/written_rules.h"

#include <algorithm>

#include "model/base/error.h"
#include "model/event/format.h"

namespace stateroom::bench {

using graph::Cell;
using graph::CellStatus;
using graph::EventIndex;
using graph::KeyIndex;
using graph::MapEntry;
using graph::State;
using graph::StringId;

WrittenRules::WrittenRules(graph::Room& room, const graph::StateStore& store)
    : room_(room),
      store_(store),
      prev_events_(room.edge_field("prev_events")),
      member_(text("m.room.member")),
      levels_(text("m.room.power_levels")),
      create_(text("m.room.create")),
      rules_(text("m.room.join_rules")),
      empty_(text("")),
      join_(text("join")),
      leave_(text("leave")),
      ban_(text("ban")),
      invite_(text("invite")),
      public_(text("public")),
      knock_(text("knock")),
      membership_(column("m.room.member", {"membership"})),
      join_rule_(column("m.room.join_rules", {"join_rule"})),
      federate_(column("m.room.create", {"m.federate"})),
      users_(column("m.room.power_levels", {"users"})),
      events_(column("m.room.power_levels", {"events"})),
      notifications_(column("m.room.power_levels", {"notifications"})),
      users_default_(column("m.room.power_levels", {"users_default"})),
      events_default_(column("m.room.power_levels", {"events_default"})),
      state_default_(column("m.room.power_levels", {"state_default"})),
      ban_level_(column("m.room.power_levels", {"ban"})),
      kick_level_(column("m.room.power_levels", {"kick"})) {
  levels_of_everybody_ = {users_default_,
                          events_default_,
                          state_default_,
                          ban_level_,
                          column("m.room.power_levels", {"redact"}),
                          kick_level_,
                          column("m.room.power_levels", {"invite"})};
}

WrittenRules::Column WrittenRules::column(const std::string& type, const std::vector<std::string>& path) const {
  const Column found = room_.plan().find(type, path);
  base::require(found.valid(), "version 11 has this field: " + path.back());
  return found;
}

EventIndex WrittenRules::entry(State state, StringId type, StringId key) const {
  const KeyIndex index = room_.find_key(type, key);
  return index.valid() ? store_.get(state, index) : EventIndex::none();
}

StringId WrittenRules::membership(EventIndex member) const {
  if (!member.valid()) return StringId::none();
  const Cell& cell = room_.cell(member, membership_);
  return cell.status == CellStatus::kValue ? StringId{cell.first} : StringId::none();
}

std::int64_t WrittenRules::level(EventIndex levels, Column column, std::int64_t otherwise) const {
  if (!levels.valid()) return otherwise;
  const Cell& cell = room_.cell(levels, column);
  return cell.status == CellStatus::kValue ? cell.number : otherwise;
}

const MapEntry* WrittenRules::find(EventIndex levels, Column map, StringId key) const {
  if (!levels.valid()) return nullptr;
  const auto entries = room_.entries(room_.cell(levels, map));
  const auto at = std::lower_bound(entries.begin(), entries.end(), key,
                                   [](const MapEntry& entry, StringId wanted) { return entry.key < wanted; });
  return at != entries.end() && at->key == key && at->status == CellStatus::kValue ? &*at : nullptr;
}

std::int64_t WrittenRules::power(const Reads& reads, StringId user) const {
  if (!reads.levels.valid()) return reads.create.valid() && room_.sender(reads.create) == user ? 100 : 0;
  const MapEntry* own = find(reads.levels, users_, user);
  return own != nullptr ? own->number : level(reads.levels, users_default_, 0);
}

std::int64_t WrittenRules::required(EventIndex event, const Reads& reads) const {
  if (const MapEntry* own = find(reads.levels, events_, room_.type(event))) return own->number;
  const bool is_state = room_.state_key(event).valid();
  return is_state ? level(reads.levels, state_default_, 50) : level(reads.levels, events_default_, 0);
}

bool WrittenRules::join_allowed(EventIndex event, const Reads& reads) const {
  const auto prev = room_.cited(prev_events_, event);
  if (prev.size() == 1 && prev[0].valid() && room_.type(prev[0]) == create_ && reads.create.valid() &&
      room_.state_key(event) == room_.sender(reads.create)) {
    return true;
  }
  const StringId now = membership(reads.sender);
  if (room_.sender(event) != room_.state_key(event) || now == ban_) return false;
  if (!reads.join_rules.valid()) return now == invite_ || now == join_;
  const Cell& rule = room_.cell(reads.join_rules, join_rule_);
  if (rule.status != CellStatus::kValue) return false;
  const StringId how{rule.first};
  if (how == invite_ || how == knock_) return now == invite_ || now == join_;
  return how == public_;
}

bool WrittenRules::member_allowed(EventIndex event, const Reads& reads) const {
  const StringId wanted = membership(event);
  if (!room_.state_key(event).valid() || !wanted.valid()) return false;
  if (wanted == join_) return join_allowed(event, reads);
  const StringId sender = room_.sender(event), target = room_.state_key(event);
  const StringId now = membership(reads.sender);
  if (wanted == leave_ && sender == target) return now == join_ || now == invite_ || now == knock_;
  if (now != join_) return false;
  const std::int64_t own = power(reads, sender);
  const std::int64_t to_ban = level(reads.levels, ban_level_, 50);
  if (wanted == ban_) return own >= to_ban && power(reads, target) < own;
  base::require(wanted == leave_, "a membership that is written by hand");
  if (membership(reads.target) == ban_ && own < to_ban) return false;
  return own >= level(reads.levels, kick_level_, 50) && power(reads, target) < own;
}

bool WrittenRules::well_formed(EventIndex event) const {
  for (const Column column : levels_of_everybody_) {
    if (room_.cell(event, column).status == CellStatus::kIllTyped) return false;
  }
  for (const Column map : {users_, events_, notifications_}) {
    const Cell& cell = room_.cell(event, map);
    if (cell.status == CellStatus::kIllTyped) return false;
    for (const MapEntry& entry : room_.entries(cell)) {
      if (entry.status != CellStatus::kValue) return false;
      if (map == users_ && !event::matches(room_.format(), "user_id", room_.strings().text(entry.key))) return false;
    }
  }
  return true;
}

bool WrittenRules::change_allowed(Column column, EventIndex event, const Reads& reads, std::int64_t own) const {
  const Cell& old = room_.cell(reads.levels, column);
  const Cell& now = room_.cell(event, column);
  if (old.status == now.status && old.number == now.number) return true;
  if (old.status == CellStatus::kValue && old.number > own) return false;
  return now.status != CellStatus::kValue || now.number <= own;
}

bool WrittenRules::entries_allowed(Column map, EventIndex event, const Reads& reads, std::int64_t own,
                                   bool users) const {
  const auto left = room_.entries(room_.cell(reads.levels, map));
  const auto right = room_.entries(room_.cell(event, map));
  for (std::size_t l = 0, r = 0; l < left.size() || r < right.size();) {
    const bool take_left = r == right.size() || (l < left.size() && left[l].key <= right[r].key);
    const bool take_right = l == left.size() || (r < right.size() && right[r].key <= left[l].key);
    const MapEntry* old = take_left ? &left[l++] : nullptr;
    const MapEntry* now = take_right ? &right[r++] : nullptr;
    if (old != nullptr && now != nullptr && old->number == now->number) continue;
    const bool itself = users && old != nullptr && old->key == room_.sender(event);
    if (old != nullptr && !itself && (users ? old->number >= own : old->number > own)) return false;
    if (now != nullptr && now->number > own) return false;
  }
  return true;
}

bool WrittenRules::levels_allowed(EventIndex event, const Reads& reads) const {
  if (!well_formed(event)) return false;
  if (!reads.levels.valid()) return true;
  const std::int64_t own = power(reads, room_.sender(event));
  for (const Column column : levels_of_everybody_) {
    if (!change_allowed(column, event, reads, own)) return false;
  }
  return entries_allowed(events_, event, reads, own, false) && entries_allowed(users_, event, reads, own, true) &&
         entries_allowed(notifications_, event, reads, own, false);
}

bool WrittenRules::allowed(EventIndex event, State state) const {
  const StringId sender = room_.sender(event), type = room_.type(event), state_key = room_.state_key(event);
  Reads reads;
  reads.create = entry(state, create_, empty_);
  reads.levels = entry(state, levels_, empty_);
  reads.sender = entry(state, member_, sender);
  if (!reads.create.valid()) return false;
  if (const Cell& federate = room_.cell(reads.create, federate_);
      federate.status == CellStatus::kValue && federate.number == 0) {
    const auto server = event::server_part(room_.strings().text(sender));
    if (server != event::server_part(room_.strings().text(room_.sender(reads.create)))) return false;
  }
  if (type == member_) {
    reads.join_rules = entry(state, rules_, empty_);
    if (state_key.valid()) reads.target = entry(state, member_, state_key);
    return member_allowed(event, reads);
  }
  if (membership(reads.sender) != join_) return false;
  if (required(event, reads) > power(reads, sender)) return false;
  if (state_key.valid() && state_key != sender && room_.strings().text(state_key).starts_with("@")) return false;
  return type != levels_ || levels_allowed(event, reads);
}

}  // namespace stateroom::bench
