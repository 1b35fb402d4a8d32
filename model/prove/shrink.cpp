#include "model/prove/shrink.h"

#include <cstddef>
#include <optional>

#include "model/json/value.h"

namespace stateroom::prove {

namespace {

using json::Value;

/// The object without the member that comes `number`th, members of members included; none: it has not so many.
std::optional<std::string> without(Value object, std::size_t& number) {
  std::string out = "{";
  bool gone = false;
  for (const Value member : object.children()) {
    std::string text = json::to_text(member);
    if (!gone) {
      if (number-- == 0) {
        gone = true;
        continue;
      }
      if (member.is_object()) {
        if (auto inner = without(member, number)) {
          gone = true;
          text = *inner;
        }
      }
    }
    out += (out.size() > 1 ? "," : "") + json::quoted(member.own_key()) + ":" + text;
  }
  return gone ? std::optional(out + "}") : std::nullopt;
}

std::optional<std::string> without(const std::string& content, std::size_t number) {
  const auto document = json::parse(content);
  if (!document) return std::nullopt;
  const Value root = json::root(**document);
  return root.is_object() ? without(root, number) : std::nullopt;
}

class Shrinking {
 public:
  Shrinking(Situation situation, const std::function<bool(const Situation&)>& shows)
      : situation_(std::move(situation)), shows_(shows) {}

  Situation run() {
    entries([](Situation& s) -> std::vector<SituationEvent>& { return s.state; });
    for (const auto& [field, list] : Situation(situation_).lists)
      entries([&field](Situation& s) -> std::vector<SituationEvent>& { return s.lists.at(field); });
    content([](Situation& s) -> SituationEvent& { return s.event; });
    for (std::size_t i = 0; i < situation_.state.size(); ++i)
      content([i](Situation& s) -> SituationEvent& { return s.state[i]; });
    return std::move(situation_);
  }

 private:
  bool keep(Situation&& smaller) {
    if (!shows_(smaller)) return false;
    situation_ = std::move(smaller);
    return true;
  }

  template <class List>
  void entries(const List& list) {
    for (std::size_t i = list(situation_).size(); i-- > 0;) {
      if (list(situation_)[i].type == "m.room.create") continue;
      Situation smaller = situation_;
      list(smaller).erase(list(smaller).begin() + static_cast<std::ptrdiff_t>(i));
      keep(std::move(smaller));
    }
  }

  template <class Of>
  void content(const Of& of) {
    for (std::size_t number = 0;;) {
      const auto less = without(of(situation_).content, number);
      if (!less) return;
      Situation smaller = situation_;
      of(smaller).content = *less;
      if (!keep(std::move(smaller))) ++number;
    }
  }

  Situation situation_;
  const std::function<bool(const Situation&)>& shows_;
};

}  // namespace

Situation shrink(Situation situation, const std::function<bool(const Situation&)>& shows) {
  return Shrinking(std::move(situation), shows).run();
}

}  // namespace stateroom::prove
