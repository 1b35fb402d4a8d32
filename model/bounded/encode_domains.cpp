// What quantifiers and `for each` range over: in a bounded world, a list.
#include <set>

#include "model/bounded/binding.h"

namespace stateroom::bounded {

using rules::CoreKind;
using rules::TypeKind;
using Base = event::ValueType::Base;

void Encoder::bind(const std::vector<std::uint32_t>& binders, const std::vector<Local>& values) {
  base::require(binders.empty() || binders.size() == values.size(), "a domain has a value for each of its names");
  for (std::size_t i = 0; i < binders.size(); ++i) locals_[binders[i]] = values[i];
}

std::vector<std::string> Encoder::keys_of(const EventChoice& holders, graph::ColumnIndex column) const {
  std::set<std::string> out;
  for (const auto& [view, when] : holders) {
    if (view.event < 0) continue;
    for (const TypeCase& as : world_.events[static_cast<std::size_t>(view.event)].types) {
      const auto found = as.entries.find(column);
      if (found == as.entries.end()) continue;
      for (const auto& [key, values] : found->second) out.insert(key);
    }
  }
  return {out.begin(), out.end()};
}

std::vector<Encoder::Item> Encoder::entries(const Core& domain) {
  const graph::ColumnIndex index{static_cast<std::uint32_t>(domain.number)};
  if (domain.type.kind != TypeKind::kMap) return {};  // no event of these histories has a list
  const EventChoice holders = event(*domain.args[0]);
  std::vector<Item> out;
  for (const std::string& key : keys_of(holders, index)) {
    Choice found = each(holders, [&](const EventView& view) { return entry_of(view, index, key); });
    const Literal there =
        each_truth(found, [](const Scalar& one) { return one.kind != Scalar::Kind::kAbsent ? kTrue : kFalse; });
    out.push_back({there, {constant(Scalar::of(key)), std::move(found)}});
  }
  return out;
}

// The fields and entries in which two contents differ. Values are compared as parsed; one that is missing differs from
// one that is there.
std::vector<Encoder::Item> Encoder::changes(const Core& domain) {
  const EventChoice before = event(*domain.args[0]), after = event(*domain.args[1]);
  const auto changed = [this](const Choice& old, const Choice& now) {
    std::vector<Literal> same;
    for (const auto& [one, when] : old) {
      for (const auto& [other, literal] : now) {
        if (one == other) same.push_back(circuit_.all({when, literal}));
      }
    }
    return -circuit_.any(same);
  };
  std::vector<Item> out;
  const auto add = [&](const std::string& name, Choice old, Choice now) {
    const Literal there = changed(old, now);
    if (there != kFalse) out.push_back({there, {constant(Scalar::of(name)), std::move(old), std::move(now)}});
  };
  for (const graph::ColumnIndex index : domain.columns) {
    const graph::Column& of = version_.plan[index];
    if (of.type.base != Base::kMap) {
      add(of.path.back(), each(before, [&](const EventView& view) { return column(view, index); }),
          each(after, [&](const EventView& view) { return column(view, index); }));
      continue;
    }
    std::vector<std::string> keys = keys_of(before, index);
    const std::vector<std::string> more = keys_of(after, index);
    keys.insert(keys.end(), more.begin(), more.end());
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (const std::string& key : keys) {
      add(key, each(before, [&](const EventView& view) { return entry_of(view, index, key); }),
          each(after, [&](const EventView& view) { return entry_of(view, index, key); }));
    }
  }
  return out;
}

std::vector<Encoder::Item> Encoder::levels(const Core& domain) {
  const EventChoice holders = event(*domain.args[0]);
  std::vector<Item> out;
  for (const graph::ColumnIndex index : domain.columns) {
    if (version_.plan[index].type.base != Base::kMap) {
      out.push_back({kTrue, {each(holders, [&](const EventView& view) { return column(view, index); })}});
      continue;
    }
    for (const std::string& key : keys_of(holders, index)) {
      Choice found = each(holders, [&](const EventView& view) { return entry_of(view, index, key); });
      const Literal there =
          each_truth(found, [](const Scalar& one) { return one.kind != Scalar::Kind::kAbsent ? kTrue : kFalse; });
      out.push_back({there, {std::move(found)}});
    }
  }
  return out;
}

std::vector<Encoder::Item> Encoder::family(const Core& domain) {
  base::require(frame_.state != nullptr, "a family is read where there is a state");
  std::vector<Item> out;
  for (const Slot& slot : world_.slots) {
    if (slot.first != domain.text) continue;
    EventChoice there, found = entry(*frame_.state, slot.first, slot.second);
    const Literal present = each_truth(found, [](const EventView& view) { return view.event >= 0 ? kTrue : kFalse; });
    out.push_back({present, {constant(Scalar::of(slot.second)), std::move(found)}});
  }
  return out;
}

std::vector<Encoder::Item> Encoder::items(const Core& domain) {
  std::vector<Item> out;
  switch (domain.kind) {
    case CoreKind::kColumn:
      return entries(domain);
    case CoreKind::kFamily:
      return family(domain);
    case CoreKind::kChanges:
      return changes(domain);
    case CoreKind::kLevelsOf:
      return levels(domain);
    case CoreKind::kLeaves:
    case CoreKind::kStringSet:
      for (const CorePtr& arg : domain.args) {
        Choice one = value(*arg);
        // A set leaves out what is missing; an explicit list asks for each of its places.
        const Literal there = domain.kind == CoreKind::kLeaves ? kTrue : each_truth(one, [](const Scalar& scalar) {
          return scalar.missing() ? kFalse : kTrue;
        });
        out.push_back({there, {std::move(one)}});
      }
      return out;
    case CoreKind::kUnion:
      if (domain.type.kind == TypeKind::kStrings) {
        out = items(*domain.args[0]);
        for (Item& item : items(*domain.args[1])) out.push_back(std::move(item));
        return out;
      }
      break;
    default:  // NOLINT: the others are sets of events, or are refused there
      break;
  }
  const Members members = events(domain).members;
  for (std::size_t e = 0; e < members.size(); ++e)
    out.push_back({members[e], {EventChoice{{EventView{static_cast<std::int32_t>(e), EventView::kNone}, kTrue}}}});
  return out;
}

}  // namespace stateroom::bounded
