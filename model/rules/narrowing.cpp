#include "model/rules/narrowing.h"

#include <vector>

namespace stateroom::rules {
namespace {

class KeyWriter {
 public:
  void write(const Core& core) {
    if (core.kind == CoreKind::kVariable) {
      for (std::size_t i = 0; i < bound_.size(); ++i) {
        if (bound_[i] == core.number) {
          out_ += "b" + std::to_string(i) + ";";
          return;
        }
      }
    }
    out_ += std::to_string(static_cast<int>(core.kind)) + "(";
    if (core.number != 0 && core.kind != CoreKind::kLet) out_ += std::to_string(core.number);
    if (core.flag) out_ += "!";
    write_text(core.text);
    write_text(core.text2);
    for (const auto column : core.columns) out_ += "c" + std::to_string(column.value());
    for (const auto binder : core.binders) bound_.push_back(binder);
    if (core.kind == CoreKind::kLet) bound_.push_back(core.number);
    for (const CorePtr& arg : core.args) write(*arg);
    for (const CoreKey& key : core.keys) {
      out_ += key.descending ? ">" : "<";
      write(*key.value);
    }
    if (core.kind == CoreKind::kLet) bound_.pop_back();
    bound_.resize(bound_.size() - core.binders.size());
    out_ += ")";
  }
  std::string take() { return std::move(out_); }

 private:
  void write_text(const std::string& text) {
    if (!text.empty()) out_ += std::to_string(text.size()) + "'" + text;
  }
  std::string out_;
  std::vector<std::int64_t> bound_;
};

bool is_type_field(const Core& core) { return core.kind == CoreKind::kEventField && core.text == "type"; }

/// `e.type = "T"` in either order: the event and the constant.
struct TypeTest {
  const Core* event = nullptr;
  const std::string* type = nullptr;
};
TypeTest type_test(const Core& comparison) {
  const Core& a = *comparison.args[0];
  const Core& b = *comparison.args[1];
  if (is_type_field(a) && b.kind == CoreKind::kString) return {a.args[0].get(), &b.text};
  if (is_type_field(b) && a.kind == CoreKind::kString) return {b.args[0].get(), &a.text};
  return {};
}

void add_equal(Facts& facts, const Core& core) {
  facts.add_value(*core.args[0]);
  facts.add_value(*core.args[1]);
  const TypeTest test = type_test(core);
  if (test.event) facts.add_event_type(*test.event, *test.type);
}

void add_is(Facts& facts, const Core& core) {
  const Core& x = *core.args[0];
  if (core.text == "present" || core.text == "ill_typed" || core.text == "beyond_double") {
    facts.add_present(x);
  } else if (core.text != "absent" && core.text != "empty") {
    facts.add_value(x);
    if (core.flag) facts.add_identifier(x, core.text);
  }
}

}  // namespace

std::string key_of(const Core& core) {
  KeyWriter writer;
  writer.write(core);
  return writer.take();
}

bool reads_frame(const Core& core) {
  switch (core.kind) {
    case CoreKind::kThisEvent:
    case CoreKind::kSlot:
    case CoreKind::kFamily:
    case CoreKind::kSelected:
    case CoreKind::kSignedBy:
    case CoreKind::kSignedWith:
    case CoreKind::kVerifies:
    case CoreKind::kSelection:
    case CoreKind::kAllowed:
    case CoreKind::kValid:
      return true;
    case CoreKind::kGiven:
      return reads_frame(*core.args[1]) || reads_frame(*core.args[2]);
    case CoreKind::kBoolean:
    case CoreKind::kString:
    case CoreKind::kInteger:
    case CoreKind::kInfinite:
    case CoreKind::kEmptySet:
    case CoreKind::kVariable:
    case CoreKind::kLet:
    case CoreKind::kEventField:
    case CoreKind::kColumn:
    case CoreKind::kMapEntry:
    case CoreKind::kEdges:
    case CoreKind::kEventById:
    case CoreKind::kListSlot:
    case CoreKind::kIs:
    case CoreKind::kEqual:
    case CoreKind::kNotEqual:
    case CoreKind::kLess:
    case CoreKind::kLessEqual:
    case CoreKind::kGreater:
    case CoreKind::kGreaterEqual:
    case CoreKind::kIn:
    case CoreKind::kStartsWith:
    case CoreKind::kAnd:
    case CoreKind::kOr:
    case CoreKind::kNot:
    case CoreKind::kIf:
    case CoreKind::kDefault:
    case CoreKind::kAny:
    case CoreKind::kAll:
    case CoreKind::kNo:
    case CoreKind::kLeaves:
    case CoreKind::kStringSet:
    case CoreKind::kServer:
    case CoreKind::kOpaque:
    case CoreKind::kSize:
    case CoreKind::kPrefix:
    case CoreKind::kCount:
    case CoreKind::kConcatenate:
    case CoreKind::kPlus:
    case CoreKind::kChanges:
    case CoreKind::kLevelsOf:
    case CoreKind::kSha1:
    case CoreKind::kRivals:
    case CoreKind::kAtKeys:
    case CoreKind::kAdmitted:
    case CoreKind::kNamed:
    case CoreKind::kStates:
    case CoreKind::kUnion:
    case CoreKind::kMeet:
    case CoreKind::kMinus:
    case CoreKind::kOverlaid:
    case CoreKind::kComprehension:
    case CoreKind::kUnionOf:
    case CoreKind::kIntersectionOf:
    case CoreKind::kDifferenceOf:
    case CoreKind::kReachable:
    case CoreKind::kBetween:
    case CoreKind::kTopological:
    case CoreKind::kSort:
    case CoreKind::kLine:
    case CoreKind::kPosition:
    case CoreKind::kApply:
    case CoreKind::kUntilRejected:
    case CoreKind::kFirstAllowed:
    case CoreKind::kStateEntry:
    case CoreKind::kSingleton:
    case CoreKind::kResolve:
    case CoreKind::kOnly:
    case CoreKind::kExtremities:
    case CoreKind::kBefore:
    case CoreKind::kKey:
    case CoreKind::kNow:
    case CoreKind::kObjectHash:
      break;
  }
  for (const CorePtr& arg : core.args)
    if (reads_frame(*arg)) return true;
  for (const CoreKey& key : core.keys)
    if (reads_frame(*key.value)) return true;
  return false;
}

const Fact* Facts::find(const std::string& key) const {
  const auto found = facts_.find(key);
  return found == facts_.end() ? nullptr : &found->second;
}

Fact& Facts::at(const Core& core) {
  std::string key = key_of(core);
  if (reads_frame(core)) of_frame_.insert(key);
  return facts_[std::move(key)];
}

void Facts::add(const Facts& other) {
  for (const auto& [key, fact] : other.facts_) {
    Fact& mine = facts_[key];
    mine.present |= fact.present;
    mine.well_typed |= fact.well_typed;
    if (!fact.event_type.empty()) mine.event_type = fact.event_type;
    if (!fact.identifier.empty()) mine.identifier = fact.identifier;
    mine.other_types.insert(fact.other_types.begin(), fact.other_types.end());
  }
  of_frame_.insert(other.of_frame_.begin(), other.of_frame_.end());
}

Facts Facts::meet(const Facts& a, const Facts& b) {
  Facts result;
  for (const auto& [key, fact] : a.facts_) {
    const Fact* other = b.find(key);
    if (!other) continue;
    Fact both;
    both.present = fact.present && other->present;
    both.well_typed = fact.well_typed && other->well_typed;
    if (fact.event_type == other->event_type) both.event_type = fact.event_type;
    if (fact.identifier == other->identifier) both.identifier = fact.identifier;
    for (const std::string& type : fact.other_types)
      if (other->other_types.contains(type) || (!other->event_type.empty() && other->event_type != type))
        both.other_types.insert(type);
    for (const std::string& type : other->other_types)
      if (!fact.event_type.empty() && fact.event_type != type) both.other_types.insert(type);
    result.facts_[key] = both;
    if (a.of_frame_.contains(key)) result.of_frame_.insert(key);
  }
  return result;
}

Facts Facts::without_frame() const {
  Facts result;
  for (const auto& [key, fact] : facts_)
    if (!of_frame_.contains(key)) result.facts_[key] = fact;
  return result;
}

void Facts::add_present(const Core& core) {
  at(core).present = true;
  // What is read from something that is absent is absent, but for the id of an event and for whether it was rejected.
  const bool field = core.kind == CoreKind::kEventField && core.text != "rejected" && core.text != "event_id";
  if (field || core.kind == CoreKind::kColumn || core.kind == CoreKind::kMapEntry || core.kind == CoreKind::kServer ||
      core.kind == CoreKind::kOpaque || core.kind == CoreKind::kSize || core.kind == CoreKind::kPrefix)
    add_present(*core.args[0]);
}

void Facts::add_well_typed(const Core& core) { at(core).well_typed = true; }

void Facts::add_value(const Core& core) {
  add_present(core);
  at(core).well_typed = true;
}

void Facts::add_event_type(const Core& event, const std::string& type) { at(event).event_type = type; }
void Facts::add_other_type(const Core& event, const std::string& type) { at(event).other_types.insert(type); }
void Facts::add_identifier(const Core& core, const std::string& identifier) { at(core).identifier = identifier; }

const Known& Narrowing::of(const CorePtr& condition) {
  const auto found = kept_.find(condition);
  return found != kept_.end() ? found->second : kept_.emplace(condition, known(condition)).first->second;
}

Known Narrowing::take(const CorePtr& condition) {
  auto kept = kept_.extract(condition);
  return kept ? std::move(kept.mapped()) : known(condition);
}

Known Narrowing::known(const CorePtr& of) {
  const Core& condition = *of;
  Known result;
  if (condition.kind == CoreKind::kAnd || condition.kind == CoreKind::kOr) {
    const Known a = take(condition.args[0]);
    const Known b = take(condition.args[1]);
    const bool is_and = condition.kind == CoreKind::kAnd;
    // `A and B` holds where both do; it fails where A fails, or where A holds and B fails. `or` is its mirror.
    Facts& both = is_and ? result.where_true : result.where_false;
    both = is_and ? a.where_true : a.where_false;
    Facts second = is_and ? a.where_true : a.where_false;
    both.add(is_and ? b.where_true : b.where_false);
    second.add(is_and ? b.where_false : b.where_true);
    (is_and ? result.where_false : result.where_true) = Facts::meet(is_and ? a.where_false : a.where_true, second);
  } else if (condition.kind == CoreKind::kNot) {
    result = take(condition.args[0]);
    std::swap(result.where_true, result.where_false);
  } else if (condition.kind == CoreKind::kIs) {
    add_is(result.where_true, condition);
    if (condition.text == "absent") result.where_false.add_present(*condition.args[0]);
    if (condition.text == "ill_typed") result.where_false.add_well_typed(*condition.args[0]);
  } else if (condition.kind == CoreKind::kEqual || condition.kind == CoreKind::kNotEqual) {
    const bool equal = condition.kind == CoreKind::kEqual;
    add_equal(equal ? result.where_true : result.where_false, condition);
    const TypeTest test = type_test(condition);
    if (test.event) (equal ? result.where_false : result.where_true).add_other_type(*test.event, *test.type);
  } else if (condition.kind == CoreKind::kIn || condition.kind == CoreKind::kStartsWith) {
    result.where_true.add_value(*condition.args[0]);
  }
  return result;
}

bool implies(const Facts& facts, const Core& condition) {
  if (condition.kind == CoreKind::kBoolean) return condition.number != 0;
  if (condition.kind == CoreKind::kAnd) return implies(facts, *condition.args[0]) && implies(facts, *condition.args[1]);
  if (condition.kind == CoreKind::kOr) return implies(facts, *condition.args[0]) || implies(facts, *condition.args[1]);
  if (condition.kind == CoreKind::kEqual || condition.kind == CoreKind::kNotEqual) {
    const TypeTest test = type_test(condition);
    const Fact* fact = test.event ? facts.find(key_of(*test.event)) : nullptr;
    if (!fact) return false;
    if (condition.kind == CoreKind::kEqual) return fact->event_type == *test.type;
    return fact->other_types.contains(*test.type) || (!fact->event_type.empty() && fact->event_type != *test.type);
  }
  if (condition.kind == CoreKind::kIs && condition.text == "present") {
    const Fact* fact = facts.find(key_of(*condition.args[0]));
    return fact && fact->present;
  }
  return false;
}

}  // namespace stateroom::rules
