#include "sim/search/attribution.h"

#include <algorithm>

namespace stateroom::search {
namespace {

using rules::SectionKind;

/// Versions with more edits than this have too many pairs of edits: only what is left of all edits is tried, for few
/// questions.
constexpr std::size_t kPairsMax = 30;
constexpr std::size_t kTogetherNear = 24, kTogetherFar = 2;  // questions

/// The kinds of question that an edit of a section can change the answer to, the most telling first.
std::vector<QuestionKind> kinds_of(SectionKind section) {
  using K = QuestionKind;
  switch (section) {
    case SectionKind::kIdentifiers:
    case SectionKind::kFormat:
      return {K::kPdu, K::kCiting, K::kVerdict};
    case SectionKind::kLimits:
    case SectionKind::kCanonicalJson:
    case SectionKind::kSignatures:
      return {K::kPdu};
    case SectionKind::kTypes:
    case SectionKind::kContent:
      return {K::kVerdict, K::kCiting, K::kPdu, K::kSelection, K::kRedaction, K::kMerge};
    case SectionKind::kDefinitions:
      return {K::kVerdict, K::kCiting, K::kSelection, K::kRedaction, K::kMerge, K::kReceipt};
    case SectionKind::kAuthEvents:
      return {K::kSelection, K::kCiting};
    case SectionKind::kRules:
      return {K::kVerdict, K::kCiting, K::kMerge};
    case SectionKind::kRedaction:
      return {K::kRedaction, K::kPdu};
    case SectionKind::kReceipt:
      return {K::kReceipt};
    case SectionKind::kStateBefore:
      return {K::kReceipt, K::kMerge};
    case SectionKind::kResolution:
      return {K::kMerge, K::kReceipt};
    case SectionKind::kReadings:
      return {};
  }
  return {};
}

}  // namespace

std::vector<std::size_t> Attribution::questions_for(std::size_t edit) const {
  const rules::Edit& of = mixtures_.edits()[edit];
  std::vector<std::size_t> out;
  for (const QuestionKind kind : kinds_of(of.section.kind)) {
    for (std::size_t q = 0; q < questions_.size(); ++q) {
      if (questions_[q]->kind() == kind) out.push_back(q);
    }
  }
  if (of.section.kind == SectionKind::kRules)
    std::stable_partition(out.begin(), out.end(), [&](std::size_t q) { return questions_[q]->decided_by(of.label); });
  return out;
}

const Attribution::Answer& Attribution::answer(const EditSet& chosen, std::size_t question) {
  const auto [at, fresh] = known_.try_emplace({chosen, question});
  if (!fresh) return at->second;
  if (const ProgramPtr program = mixtures_.program(chosen)) {
    if (auto text = questions_[question]->answer(program)) at->second = {true, std::move(*text)};
  }
  return at->second;
}

/// The base with these edits answers, and otherwise than the base.
bool Attribution::differs(const EditSet& chosen, std::size_t question) {
  const Answer& asked = answer(chosen, question);
  return asked.asked && asked != answer({}, question);
}

/// From all edits on, leaves out one after the other as long as the answer differs with this edit and not without it.
std::optional<EditSet> Attribution::together(std::size_t edit, std::size_t question) {
  const auto needed = [&](const EditSet& set) {
    EditSet less = set;
    less.erase(edit);
    return differs(set, question) && !differs(less, question);
  };
  const std::size_t count = mixtures_.edits().size();
  for (std::size_t other = 0; other < count && count <= kPairsMax; ++other) {
    if (other != edit && needed({edit, other})) return EditSet{other};
  }
  EditSet set = mixtures_.all();
  if (!needed(set)) return std::nullopt;
  // One edit may only be left out after another that uses it.
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t other = count; other-- > 0;) {
      if (other == edit || !set.contains(other)) continue;
      EditSet less = set;
      less.erase(other);
      if (!needed(less)) continue;
      set = std::move(less);
      changed = true;
    }
  }
  set.erase(edit);
  return set;
}

Shown Attribution::of(Shown::How how, std::size_t edit, std::size_t question, EditSet with) {
  EditSet rest = how == Shown::How::kWithout ? mixtures_.all() : with, whole = rest;
  rest.erase(edit);
  whole.insert(edit);
  // Where the others alone are no text, the base stands for them.
  const Answer& without = answer(rest, question);
  return {how, question, std::move(with), (without.asked ? without : answer({}, question)).text,
          answer(whole, question).text};
}

std::optional<Shown> Attribution::shown(std::size_t edit) {
  using How = Shown::How;
  const std::vector<std::size_t> order = questions_for(edit);
  for (const std::size_t q : order) {
    if (differs({edit}, q)) return of(How::kAlone, edit, q, {});
  }
  const std::size_t most = mixtures_.edits().size() <= kPairsMax ? kTogetherNear : kTogetherFar;
  std::optional<Shown> smallest;
  std::size_t tried = 0;
  for (std::size_t i = 0; i < order.size() && tried < most; ++i) {
    if (!differs(mixtures_.all(), order[i])) continue;
    ++tried;
    auto with = together(edit, order[i]);
    if (!with || (smallest && smallest->with.size() <= with->size())) continue;
    smallest = of(How::kTogether, edit, order[i], std::move(*with));
    if (smallest->with.size() == 1) break;
  }
  if (smallest) return smallest;
  EditSet rest = mixtures_.all();
  rest.erase(edit);
  for (const std::size_t q : order) {
    const Answer& less = answer(rest, q);
    if (less.asked && less != answer(mixtures_.all(), q)) return of(How::kWithout, edit, q, {});
  }
  return std::nullopt;
}

}  // namespace stateroom::search
