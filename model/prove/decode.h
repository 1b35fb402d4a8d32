// A model of the solver as events, apart from any version's format. (Z3's types are in this header.)
//
// In:  a world and a model of it.
// Out: strings in the place of the solver's, and the events of the state, of the lists and the one that is asked about.
// Promise: what the texts of the rules can tell apart is as the model has it where strings allow it; whoever uses a
//          situation replays it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/prove/world.h"

namespace stateroom::prove {

struct SituationEvent {
  std::string type;
  std::optional<std::string> state_key;
  std::string sender;
  std::string content = "{}";  // JSON
  bool rejected = false;
  bool known = true;
  bool other_room = false;
  std::optional<std::string> redacts;
  std::int64_t depth = 1, origin_server_ts = 1;
  std::int64_t other_depth = 1, other_ts = 1;  // in the second copy of a question that has one
};

struct Situation {
  SituationEvent event;
  std::string room_id;                // of versions that do not derive it
  bool has_room_id = false;           // asked about, for create events of versions that derive it
  std::vector<SituationEvent> state;  // the create event first, then in order of type and key
  std::map<std::string, std::vector<SituationEvent>> lists;  // by edge field
  std::map<std::string, std::string> asked;                  // strings that the question is about, by name
  std::map<std::string, bool> oracles;                       // "signed_by signed_object alpha.example" → true
};

/// Facts that make strings and numbers easy to write, and leave out little: asked for first.
Terms pleasant(World& world);

Situation decode(World& world, const z3::model& model);

}  // namespace stateroom::prove
