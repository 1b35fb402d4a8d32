// Functions of strings and the host's answers. What follows from a string alone is computed once a string.
#include "model/event/format.h"
#include "model/rules/machine.h"

namespace stateroom::rules {

namespace {

constexpr std::uint32_t kUnknown = 0xFFFFFFFE;  // not asked yet; StringId::none() is "absent"

template <class T>
T& remembered(std::vector<T>& memo, StringId text, std::size_t strings, T unknown) {
  if (text.at() >= memo.size()) memo.resize(strings, unknown);
  return memo[text.at()];
}

}  // namespace

Value Evaluator::Data::server(StringId text) {
  if (!text.valid()) return {};
  std::uint32_t& known = remembered(servers_, text, room.strings().size(), kUnknown);
  if (known == kUnknown) {
    const auto part = event::server_part(room.strings().text(text));
    known = part ? room.strings().intern(*part).value() : StringId::none().value();
  }
  return Value::of(StringId{known});
}

Value Evaluator::Data::opaque(StringId text) {
  if (!text.valid()) return {};
  std::uint32_t& known = remembered(opaques_, text, room.strings().size(), kUnknown);
  if (known == kUnknown) {
    const std::string_view whole = room.strings().text(text);
    known = room.strings().intern(whole.substr(whole.empty() ? 0 : 1)).value();
  }
  return Value::of(StringId{known});
}

// The text up to the first `stop` behind the first `after`; all of it if either is missing.
Value Evaluator::Data::prefix(const Node& node, const Frame& frame) {
  const StringId text = value(node.a, frame).string();
  const StringId stop = value(node.b, frame).string();
  const StringId after = value(node.c, frame).string();
  if (!text.valid() || !stop.valid() || !after.valid()) return {};
  const auto compute = [&] {
    const std::string_view whole = room.strings().text(text);
    const std::size_t from = whole.find(room.strings().text(after));
    if (from == std::string_view::npos) return text;
    const std::size_t end = whole.find(room.strings().text(stop), from);
    return end == std::string_view::npos ? text : room.strings().intern(whole.substr(0, end));
  };
  if (node.number == 0) return Value::of(compute());
  auto& memo = prefixes_[static_cast<std::size_t>(node.number - 1)];
  std::uint32_t& known = remembered(memo, text, room.strings().size(), kUnknown);
  if (known == kUnknown) known = compute().value();
  return Value::of(StringId{known});
}

Value Evaluator::Data::concatenate(StringId a, StringId b) {
  if (!a.valid() || !b.valid()) return {};
  std::string text(room.strings().text(a));
  text += room.strings().text(b);
  return Value::of(room.strings().intern(text));
}

bool Evaluator::Data::matches(StringId text, std::uint32_t identifier) {
  if (!text.valid()) return false;
  std::uint8_t& known = remembered(matches_[identifier], text, room.strings().size(), std::uint8_t{2});
  if (known == 2) {
    known = event::matches(room.format(), code_.identifiers[identifier], room.strings().text(text)) ? 1 : 0;
  }
  return known == 1;
}

bool Evaluator::Data::recognised(StringId version) {
  if (!version.valid()) return false;
  std::uint8_t& known = remembered(recognised_, version, room.strings().size(), std::uint8_t{2});
  if (known == 2) {
    const std::string_view text = room.strings().text(version);
    known = !oracles_.recognised_version || oracles_.recognised_version(text) ? 1 : 0;
  }
  return known == 1;
}

bool Evaluator::Data::oracle(const Node& node, const Frame& frame) {
  if (node.op == Op::kSelected) {
    const EventIndex cited = value(node.a, frame).event();
    return cited.valid() && selected(frame.event, cited);
  }
  if (node.op == Op::kSignedBy) {
    const StringId by = value(node.a, frame).string();
    if (!by.valid()) return false;
    return !oracles_.signed_by || oracles_.signed_by(frame.event, room.strings().text(by), code_.literals[node.b]);
  }
  if (node.op == Op::kSignedWith) {
    const StringId by = value(node.a, frame).string();
    const StringId version = value(node.b, frame).string();
    if (!by.valid() || !version.valid() || !value(node.c, frame).ok()) return false;
    if (!oracles_.signed_with) return true;
    const Node& keys = code_.nodes[node.c];
    const EventIndex holder = keys.op == Op::kColumn ? value(keys.a, frame).event() : EventIndex::none();
    return oracles_.signed_with(frame.event, room.strings().text(by), room.strings().text(version), holder);
  }
  if (!value(node.a, frame).ok()) return false;
  // No key verifies nothing.
  if (!each(node.b, frame, [](const Value& key, const Value&) { return key.ok(); })) return false;
  if (!oracles_.verifies) return true;
  const EventIndex holder = node.c == Node::kNone ? EventIndex::none() : value(node.c, frame).event();
  return oracles_.verifies(frame.event, holder);
}

}  // namespace stateroom::rules
