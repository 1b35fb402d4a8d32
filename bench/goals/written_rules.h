// Rules of version 11 written by hand in C++, to measure the evaluator of texts against. Nothing else uses them.
//
// In:  an event of a room and a state of it.
// Out: whether the rules behind those on auth_events allow the event: membership "join", "leave" and "ban", and all
//      other events but m.room.create and m.room.third_party_invite.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "model/graph/room.h"
#include "model/graph/state.h"

namespace stateroom::bench {

class WrittenRules {
 public:
  WrittenRules(graph::Room& room, const graph::StateStore& store);
  bool allowed(graph::EventIndex event, graph::State state) const;

 private:
  /// What the rules read of a state, each looked up once a call.
  struct Reads {
    graph::EventIndex create, levels, join_rules, sender, target;
  };
  /// A map of levels, or one level.
  using Column = graph::ColumnIndex;

  graph::StringId text(const std::string& text) const { return room_.strings().intern(text); }
  Column column(const std::string& type, const std::vector<std::string>& path) const;
  graph::EventIndex entry(graph::State state, graph::StringId type, graph::StringId key) const;
  graph::StringId membership(graph::EventIndex member) const;
  std::int64_t level(graph::EventIndex levels, Column column, std::int64_t otherwise) const;
  const graph::MapEntry* find(graph::EventIndex levels, Column map, graph::StringId key) const;
  std::int64_t power(const Reads& reads, graph::StringId user) const;
  std::int64_t required(graph::EventIndex event, const Reads& reads) const;
  bool member_allowed(graph::EventIndex event, const Reads& reads) const;
  bool join_allowed(graph::EventIndex event, const Reads& reads) const;
  bool levels_allowed(graph::EventIndex event, const Reads& reads) const;
  bool well_formed(graph::EventIndex event) const;
  bool change_allowed(Column column, graph::EventIndex event, const Reads& reads, std::int64_t own) const;
  bool entries_allowed(Column map, graph::EventIndex event, const Reads& reads, std::int64_t own, bool users) const;

  graph::Room& room_;
  const graph::StateStore& store_;
  graph::EdgeField prev_events_;
  graph::StringId member_, levels_, create_, rules_, empty_, join_, leave_, ban_, invite_, public_, knock_;
  Column membership_, join_rule_, federate_, users_, events_, notifications_;
  Column users_default_, events_default_, state_default_, ban_level_, kick_level_;
  std::array<Column, 7> levels_of_everybody_;
};

}  // namespace stateroom::bench
