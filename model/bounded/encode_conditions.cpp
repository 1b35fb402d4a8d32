// Conditions: comparisons, questions about values, quantifiers.
#include "model/bounded/binding.h"
#include "model/event/format.h"

namespace stateroom::bounded {

using rules::CoreKind;
using rules::TypeKind;

Literal Encoder::equal(const Choice& a, const Choice& b) {
  std::vector<Literal> out;
  for (auto one = a.begin(), other = b.begin(); one != a.end() && other != b.end();) {
    if (one->first < other->first) {
      ++one;
    } else if (other->first < one->first) {
      ++other;
    } else {
      if (!one->first.missing()) out.push_back(circuit_.all({one->second, other->second}));
      ++one;
      ++other;
    }
  }
  return circuit_.any(out);
}

namespace {

Literal at_least(Circuit& circuit, const Choice& of, const Scalar& bound) {
  Literal out = kFalse;
  for (auto one = of.rbegin(); one != of.rend() && !(one->first < bound); ++one) out = circuit.any({out, one->second});
  return out;
}

}  // namespace

// Both sides are there. A level is compared in unary: some bound is reached by the greater one alone.
Literal Encoder::less(const Choice& a, const Choice& b) {
  if (a.empty() || b.empty()) return kFalse;
  const Scalar::Kind kind = a.back().first.kind;
  if (kind == Scalar::Kind::kTimestamp && b.back().first.kind == kind && a.size() == 1 && b.size() == 1) {
    const auto one = static_cast<std::size_t>(a[0].first.number), other = static_cast<std::size_t>(b[0].first.number);
    return one == other ? kFalse : world_.earlier[one][other];
  }
  std::vector<Literal> out;
  for (const auto& [bound, when] : b) {
    if (bound.missing()) continue;
    if (bound.kind != Scalar::Kind::kInteger && bound.kind != Scalar::Kind::kInfinite)
      throw Unencodable("the order of event ids, hashes or texts: event ids are not fixed");
    out.push_back(circuit_.all({at_least(circuit_, b, bound), -at_least(circuit_, a, bound)}));
  }
  return circuit_.any(out);
}

Literal Encoder::compare(const Core& core) {
  const bool is_equality = core.kind == CoreKind::kEqual || core.kind == CoreKind::kNotEqual;
  if (core.args[0]->type.kind == TypeKind::kEvent) {
    std::vector<Literal> same;
    const EventChoice right = event(*core.args[1]);
    for (const auto& [one, when] : event(*core.args[0])) {
      for (const auto& [other, literal] : right) {
        if (one.event >= 0 && one.event == other.event) same.push_back(circuit_.all({when, literal}));
      }
    }
    const Literal out = circuit_.any(same);
    return core.kind == CoreKind::kEqual ? out : -out;
  }
  const Choice a = value(*core.args[0]), b = value(*core.args[1]);
  if (is_equality) return core.kind == CoreKind::kEqual ? equal(a, b) : -equal(a, b);
  std::vector<Literal> both;
  for (const Choice* side : {&a, &b}) {
    for (const auto& [one, when] : *side) {
      if (one.missing()) both.push_back(-when);
    }
  }
  // A missing side is never asked where the text is well typed; here both sides are made, so it reads as false.
  switch (core.kind) {
    case CoreKind::kLess:
      both.push_back(less(a, b));
      break;
    case CoreKind::kGreater:
      both.push_back(less(b, a));
      break;
    case CoreKind::kLessEqual:
      both.push_back(-less(b, a));
      break;
    default:  // NOLINT: kGreaterEqual is the last of the comparisons
      both.push_back(-less(a, b));
  }
  return circuit_.all(both);
}

Literal Encoder::is_map(const Core& core) {
  const Core& operand = *core.args[0];
  const graph::ColumnIndex index{static_cast<std::uint32_t>(operand.number)};
  const bool map = operand.type.kind == TypeKind::kMap;
  const Literal there = each_truth(event(*operand.args[0]), [&](const EventView& view) {
    if (view.event < 0 || !map) return kFalse;  // no event of these histories has a list or an object
    std::vector<Literal> out;
    const SymbolicEvent& of = world_.events[static_cast<std::size_t>(view.event)];
    for (std::size_t t = 0; t < of.types.size(); ++t) {
      if (view.type >= 0 && static_cast<std::size_t>(view.type) != t) continue;
      if (of.types[t].entries.contains(index)) out.push_back(view.type >= 0 ? kTrue : of.types[t].when);
    }
    return circuit_.any(out);
  });
  if (core.text == "absent") return -there;
  if (core.text == "ill_typed") return kFalse;
  if (core.text == "empty") refuse(core, "whether a map or list is empty");
  return there;
}

Literal Encoder::is_value(const Core& core, const Choice& of) {
  std::vector<Literal> out;
  for (const auto& [one, when] : of) {
    bool holds = false;
    if (core.text == "present") {
      holds = one.kind != Scalar::Kind::kAbsent;
    } else if (core.text == "absent") {
      holds = one.kind == Scalar::Kind::kAbsent;
    } else if (core.text == "ill_typed") {
      holds = one.kind == Scalar::Kind::kIllTyped;
    } else if (core.text == "beyond_double") {
      holds = false;
    } else if (core.text == "recognised_version") {
      holds = !one.missing();
    } else if (core.flag) {
      holds = one.kind == Scalar::Kind::kString && event::matches(version_.format, core.text, one.text);
    } else {
      holds = !one.missing();  // the checker lets a value be asked only for the type that it was decoded as
    }
    if (holds) out.push_back(when);
  }
  return circuit_.any(out);
}

Literal Encoder::is(const Core& core) {
  const Core& operand = *core.args[0];
  switch (operand.type.kind) {
    case TypeKind::kEvent: {
      const Literal there =
          each_truth(event(operand), [](const EventView& view) { return view.event >= 0 ? kTrue : kFalse; });
      return core.text == "present" ? there : -there;
    }
    case TypeKind::kMap:
    case TypeKind::kList:
    case TypeKind::kObject:
      return is_map(core);
    case TypeKind::kEventList:
    case TypeKind::kEvents:
    case TypeKind::kState:
    case TypeKind::kOrder:
    case TypeKind::kLine:
      if (core.text != "empty") refuse(core, "what is asked of a set of events");
      return -circuit_.any(events(operand).members);
    default:  // NOLINT: the others are scalars
      return is_value(core, value(operand));
  }
}

Literal Encoder::contains(const Core& set, const Choice& of) {
  switch (set.kind) {
    case CoreKind::kEmptySet:
      return kFalse;
    case CoreKind::kUnion:
      return circuit_.any({contains(*set.args[0], of), contains(*set.args[1], of)});
    case CoreKind::kStringSet: {
      std::vector<Literal> out;
      for (const CorePtr& arg : set.args) out.push_back(equal(of, value(*arg)));
      return circuit_.any(out);
    }
    case CoreKind::kColumn:
      return kFalse;  // no event of these histories has a list
    default:          // NOLINT: other sets are not of texts
      refuse(set, "a set of this form has no encoding");
  }
}

Literal Encoder::quantify(const Core& core) {
  std::vector<Literal> out;
  const bool all = core.kind == CoreKind::kAll;
  for (const Item& item : items(*core.args[0])) {
    if (item.there == kFalse) continue;
    bind(core.binders, item.values);
    const Literal holds = truth(*core.args[1]);
    out.push_back(circuit_.all({item.there, all ? -holds : holds}));
  }
  const Literal some = circuit_.any(out);
  return core.kind == CoreKind::kAny ? some : -some;
}

Literal Encoder::truth(const Core& core) {
  switch (core.kind) {
    case CoreKind::kBoolean:
      return core.number != 0 ? kTrue : kFalse;
    case CoreKind::kAnd: {
      const Literal first = truth(*core.args[0]);
      return first == kFalse ? kFalse : circuit_.all({first, truth(*core.args[1])});
    }
    case CoreKind::kOr: {
      const Literal first = truth(*core.args[0]);
      return first == kTrue ? kTrue : circuit_.any({first, truth(*core.args[1])});
    }
    case CoreKind::kNot:
      return -truth(*core.args[0]);
    case CoreKind::kIs:
      return is(core);
    case CoreKind::kEqual:
    case CoreKind::kNotEqual:
    case CoreKind::kLess:
    case CoreKind::kLessEqual:
    case CoreKind::kGreater:
    case CoreKind::kGreaterEqual:
      return compare(core);
    case CoreKind::kIn: {
      if (core.args[0]->type.kind != TypeKind::kEvent) return contains(*core.args[1], value(*core.args[0]));
      const Members set = events(*core.args[1]).members;
      return each_truth(event(*core.args[0]), [&](const EventView& view) {
        return view.event >= 0 ? set[static_cast<std::size_t>(view.event)] : kFalse;
      });
    }
    case CoreKind::kStartsWith:
      return each_truth(value(*core.args[0]), [&](const Scalar& one) {
        return one.kind == Scalar::Kind::kString && one.text.starts_with(core.text) ? kTrue : kFalse;
      });
    case CoreKind::kIf: {
      const Literal test = truth(*core.args[0]);
      if (test == kTrue) return truth(*core.args[1]);
      if (test == kFalse) return truth(*core.args[2]);
      return circuit_.choose(test, truth(*core.args[1]), truth(*core.args[2]));
    }
    case CoreKind::kAny:
    case CoreKind::kAll:
    case CoreKind::kNo:
      return quantify(core);
    case CoreKind::kGiven: {
      std::vector<Literal> out;
      for (const auto& [view, when] : event(*core.args[1])) {
        StateOf& other = state(*core.args[2]);
        const Framed framed(*this, view, &other);
        out.push_back(circuit_.all({when, truth(*core.args[0])}));
      }
      return circuit_.any(out);
    }
    case CoreKind::kNamed:
      return call(core, [this](const Core& body) { return truth(body); });
    case CoreKind::kLet:
      locals_[static_cast<std::size_t>(core.number)] =
          core.args[0]->type.kind == TypeKind::kEvent ? Local(event(*core.args[0])) : Local(value(*core.args[0]));
      return truth(*core.args[1]);
    case CoreKind::kSelected: {
      // The section `auth events` of the frame's event: by key, whatever state holds it.
      return selects(event(*core.args[0]));
    }
    case CoreKind::kSignedBy:
      return kTrue;  // signatures are not checked, as wherever no keys are given
    case CoreKind::kEventField:
    case CoreKind::kColumn:
    case CoreKind::kMapEntry:
    case CoreKind::kVariable:
    case CoreKind::kDefault:
      return each_truth(value(core), [](const Scalar& one) {
        return one.kind == Scalar::Kind::kBoolean && one.number != 0 ? kTrue : kFalse;
      });
    default:  // NOLINT: what is left has no encoding
      refuse(core, "a condition of this form has no encoding");
  }
}

}  // namespace stateroom::bounded
