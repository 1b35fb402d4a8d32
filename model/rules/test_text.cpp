#include "model/rules/test_text.h"

#include <map>
#include <utility>

namespace stateroom::rules {

namespace {

constexpr std::uint32_t kNone = Node::kNone;
constexpr std::uint32_t kNodesMax = 500;
constexpr std::int64_t kNumberMax = 1'000'000'000;

std::string_view name(EventMember member) {
  switch (member) {
    case EventMember::kType:
      return "kType";
    case EventMember::kSender:
      return "kSender";
    case EventMember::kRoomId:
      return "kRoomId";
    case EventMember::kStateKey:
      return "kStateKey";
    case EventMember::kEventId:
      return "kEventId";
    case EventMember::kOriginServerTs:
      return "kOriginServerTs";
    case EventMember::kDepth:
      return "kDepth";
    case EventMember::kRejected:
      return "kRejected";
  }
  return {};
}

class Writer {
 public:
  Writer(const Code& code, const graph::ColumnPlan& plan) : code_(code), plan_(plan) {}

  std::optional<TestText> done(std::string text) && {
    if (nodes_ > kNodesMax || !compiles_) return std::nullopt;
    return TestText{std::move(text), std::move(operands_)};
  }

  std::string truth(std::uint32_t at);
  std::string changes(const Step& step);

 private:
  enum class Kind : std::uint8_t { kSite, kColumn, kLiteral, kLocal, kMemo, kIdentifier, kNode, kPlace, kCount };

  /// The operand of a value. Equal ones are one, so that the compiler sees that the same is read.
  std::string operand(Kind kind, std::uint32_t value) {
    const auto [at, fresh] = known_.try_emplace({kind, value}, operands_.size());
    if (fresh) operands_.push_back(value);
    return "o[" + std::to_string(at->second) + "]";
  }
  std::string on_machine(const char* function, Kind kind, std::uint32_t value) {
    return std::string("Compiled::") + function + "(m, " + operand(kind, value) + ")";
  }
  /// What is computed here, and not left to the evaluator.
  std::string compiled(std::string text) {
    compiles_ = true;
    return text;
  }
  std::string interpreted(const char* how, std::uint32_t at) {
    return std::string("Compiled::") + how + "(m, frame, " + operand(Kind::kNode, at) + ")";
  }
  std::string two(const char* function, std::uint32_t a, std::uint32_t b) {
    std::string first = value(a);
    return compiled(std::string(function) + "(" + first + ", " + value(b) + ")");
  }
  std::string both(const Node& node, const char* between) {
    std::string first = truth(node.a);
    return "(" + first + between + truth(node.b) + ")";
  }

  std::string event(std::uint32_t at);
  std::string value(std::uint32_t at);
  std::string column(const Node& node);
  std::string choice(const Node& node);
  std::string member_of(std::uint32_t set);

  const Code& code_;
  const graph::ColumnPlan& plan_;
  std::map<std::pair<Kind, std::uint32_t>, std::size_t> known_;
  std::vector<std::uint32_t> operands_;
  std::uint32_t nodes_ = 0;
  bool compiles_ = false;
};

std::string Writer::event(std::uint32_t at) {
  const Node& node = code_.nodes[at];
  if (node.op == Op::kThisEvent) return "frame.event";
  if (node.op != Op::kSite) return value(at) + ".event()";
  const std::string site = operand(Kind::kSite, node.a);
  return code_.sites[node.a].by_id ? "Compiled::by_id(m, frame, " + site + ")" : "Compiled::slot(m, " + site + ")";
}

std::string Writer::column(const Node& node) {
  const std::string of = event(node.a);
  const bool text = is_text(plan_[graph::ColumnIndex{node.b}]);
  return std::string("Compiled::") + (text ? "text" : "number") + "(m, " + of + ", " + operand(Kind::kColumn, node.b) +
         ")";
}

// `number` of such a node is its memo + 1.
std::string Writer::choice(const Node& node) {
  std::string text;
  if (node.op == Op::kIf) {
    text = truth(node.a);
    text = "(" + text + " ? " + value(node.b);
    text += " : " + value(node.c) + ")";
  } else {
    text = value(node.a);
    text = "Compiled::otherwise(" + text + ", [&] { return " + value(node.b) + "; })";
  }
  if (node.number == 0) return text;
  return "Compiled::memo(m, " + operand(Kind::kMemo, static_cast<std::uint32_t>(node.number - 1)) + ", [&] { return " +
         text + "; })";
}

// Whether `wanted` is in a set, where the set is listed.
std::string Writer::member_of(std::uint32_t set) {
  const Node& node = code_.nodes[set];
  const auto sides = [&](const char* between) {
    std::string first = member_of(node.a);
    return "(" + first + between + member_of(node.b) + ")";
  };
  if (node.op == Op::kUnion) return sides(" || ");
  if (node.op == Op::kMeet) return sides(" && ");
  if (node.op == Op::kMinus) return sides(" && !");
  if (node.op != Op::kStringSet) return "Compiled::contains(m, frame, wanted, " + operand(Kind::kNode, set) + ")";
  std::string text = "(false";
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(node.number); ++i) {
    text += " || equal(" + value(code_.extra[node.c + i]) + ", wanted)";
  }
  return text + ")";
}

std::string Writer::value(std::uint32_t at) {
  const Node& node = code_.nodes[at];
  if (++nodes_ > kNodesMax) return {};
  switch (node.op) {
    case Op::kNumber:
      if (node.number > kNumberMax || node.number < -kNumberMax) return interpreted("value", at);
      return "Value::of(std::int64_t{" + std::to_string(node.number) + "})";
    case Op::kLiteral:
      return on_machine("literal", Kind::kLiteral, node.a);
    case Op::kInfinite:
      return "Compiled::infinite()";
    case Op::kThisEvent:
    case Op::kSite:
      return compiled("Value::of(" + event(at) + ")");
    case Op::kLocal:
      return on_machine("local", Kind::kLocal, node.a);
    case Op::kLet: {
      const std::string bound = value(node.b);
      return "Compiled::let(m, " + operand(Kind::kLocal, node.a) + ", " + bound + ", [&] { return " + value(node.c) +
             "; })";
    }
    case Op::kField: {
      const auto member = name(static_cast<EventMember>(node.b));
      return compiled("Compiled::member<EventMember::" + std::string(member) + ">(m, " + event(node.a) + ")");
    }
    case Op::kColumn:
      return compiled(column(node));
    case Op::kMapEntry: {
      const Node& map = code_.nodes[node.a];
      const std::string of = event(map.a);
      const std::string of_column = operand(Kind::kColumn, map.b);
      return compiled("Compiled::entry(m, " + of + ", " + of_column + ", " + value(node.b) + ".string())");
    }
    case Op::kIf:
    case Op::kDefault:
      return choice(node);
    case Op::kServer:
      return "Compiled::server(m, " + value(node.a) + ")";
    case Op::kSlot:
    case Op::kEventById:
    case Op::kListSlot:
    case Op::kOpaque:
    case Op::kSize:
    case Op::kPrefix:
    case Op::kConcatenate:
    case Op::kPlus:
    case Op::kCount:
    case Op::kIdRank:
    case Op::kSha1Rank:
    case Op::kKeyFact:
    case Op::kGiven:
    case Op::kEdges:
    case Op::kRivals:
    case Op::kFamily:
    case Op::kChanges:
    case Op::kLevels:
    case Op::kLeaves:
    case Op::kStringSet:
    case Op::kUnion:
    case Op::kMeet:
    case Op::kMinus:
      return interpreted("value", at);
    case Op::kPresent:
    case Op::kAbsent:
    case Op::kIllTyped:
    case Op::kIsValue:
    case Op::kBeyondDouble:
    case Op::kIsEmpty:
    case Op::kMatches:
    case Op::kRecognised:
    case Op::kEqual:
    case Op::kNotEqual:
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kGreater:
    case Op::kGreaterEqual:
    case Op::kIn:
    case Op::kStartsWith:
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
    case Op::kAny:
    case Op::kAll:
    case Op::kNo:
    case Op::kSelected:
    case Op::kSignedBy:
    case Op::kSignedWith:
    case Op::kVerifies:
      break;
  }
  return "Compiled::truth(" + truth(at) + ")";
}

std::string Writer::truth(std::uint32_t at) {
  const Node& node = code_.nodes[at];
  if (++nodes_ > kNodesMax) return {};
  switch (node.op) {
    case Op::kPresent:
      return compiled("(" + value(node.a) + ".status != CellStatus::kAbsent)");
    case Op::kAbsent:
      return compiled("(" + value(node.a) + ".status == CellStatus::kAbsent)");
    case Op::kIllTyped:
      return compiled("(" + value(node.a) + ".status == CellStatus::kIllTyped)");
    case Op::kIsValue:
      return compiled(value(node.a) + ".ok()");
    case Op::kBeyondDouble:
      return compiled(value(node.a) + ".beyond_double");
    case Op::kMatches: {
      const std::string text = value(node.a);
      return compiled("Compiled::matches(m, " + text + ", " + operand(Kind::kIdentifier, node.b) + ")");
    }
    case Op::kEqual:
      return two("equal", node.a, node.b);
    case Op::kNotEqual:
      return "!" + two("equal", node.a, node.b);
    case Op::kLess:
      return two("less", node.a, node.b);
    case Op::kGreater:
      return two("less", node.b, node.a);
    case Op::kLessEqual:
      return two("Compiled::less_equal", node.a, node.b);
    case Op::kGreaterEqual:
      return two("Compiled::less_equal", node.b, node.a);
    case Op::kIn: {
      const std::string wanted = value(node.a);
      return compiled("Compiled::in(" + wanted + ", [&]([[maybe_unused]] const Value& wanted) { return " +
                      member_of(node.b) + "; })");
    }
    case Op::kAnd:
      return both(node, " && ");
    case Op::kOr:
      return both(node, " || ");
    case Op::kNot:
      return "!" + truth(node.a);
    case Op::kIsEmpty:
    case Op::kRecognised:
    case Op::kStartsWith:
    case Op::kAny:
    case Op::kAll:
    case Op::kNo:
    case Op::kSelected:
    case Op::kSignedBy:
    case Op::kSignedWith:
    case Op::kVerifies:
      return interpreted("holds", at);
    case Op::kNumber:
    case Op::kLiteral:
    case Op::kInfinite:
    case Op::kThisEvent:
    case Op::kLocal:
    case Op::kLet:
    case Op::kField:
    case Op::kColumn:
    case Op::kMapEntry:
    case Op::kSite:
    case Op::kSlot:
    case Op::kEventById:
    case Op::kListSlot:
    case Op::kIf:
    case Op::kDefault:
    case Op::kServer:
    case Op::kOpaque:
    case Op::kSize:
    case Op::kPrefix:
    case Op::kConcatenate:
    case Op::kPlus:
    case Op::kCount:
    case Op::kIdRank:
    case Op::kSha1Rank:
    case Op::kKeyFact:
    case Op::kGiven:
    case Op::kEdges:
    case Op::kRivals:
    case Op::kFamily:
    case Op::kChanges:
    case Op::kLevels:
    case Op::kLeaves:
    case Op::kStringSet:
    case Op::kUnion:
    case Op::kMeet:
    case Op::kMinus:
      break;
  }
  return "Compiled::is_true(" + value(at) + ")";
}

// Fields and entries that changed, one after the other, until the condition holds for one.
std::string Writer::changes(const Step& step) {
  const Node& domain = code_.nodes[step.domain];
  const std::string before = event(domain.a);
  const std::string after = event(domain.b);
  std::string text = "Compiled::any_change(m, " + before + ", " + after;
  text += ", " + operand(Kind::kPlace, domain.c);
  text += ", " + operand(Kind::kCount, static_cast<std::uint32_t>(domain.number));
  text += ", " + operand(Kind::kPlace, step.locals);
  return compiled(text + ", [&] { return " + truth(step.condition) + "; })");
}

}  // namespace

std::optional<TestText> condition_text(const Code& code, const graph::ColumnPlan& plan, std::uint32_t condition) {
  if (decided_by_event(code.nodes[condition].reads)) return std::nullopt;
  Writer writer(code, plan);
  std::string text = writer.truth(condition);
  return std::move(writer).done(std::move(text));
}

std::optional<TestText> each_text(const Code& code, const graph::ColumnPlan& plan, const Step& step) {
  if (step.condition == kNone || code.nodes[step.domain].op != Op::kChanges) return std::nullopt;
  Writer writer(code, plan);
  std::string text = writer.changes(step);
  return std::move(writer).done(std::move(text));
}

}  // namespace stateroom::rules
