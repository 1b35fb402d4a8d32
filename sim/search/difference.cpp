#include "sim/search/difference.h"

#include <algorithm>
#include <set>

namespace stateroom::search {
namespace {

using workload::Signing;
using workload::Step;

/// Does a plan still show what was found?
base::Result<bool> shows(const Shrunk& shrunk, const ProgramPtr& base, const ProgramPtr& candidate,
                         const ProgramPtr& control) {
  const auto left = workload::stage(shrunk.plan, base, Signing::kUnsigned);
  if (!left) return std::unexpected(left.error());
  for (std::size_t s = 0; s < shrunk.plan.steps.size(); ++s) {
    if (!shrunk.plan.steps[s].rejected && !left->decisions[s].allowed) return false;
  }
  const auto right = workload::stage(shrunk.plan, candidate, Signing::kUnsigned);
  if (!right) return std::unexpected(right.error());
  const auto one = left->scene->resolve(shrunk.state_sets, false);
  if (!one) return std::unexpected(one.error());
  const auto two = right->scene->resolve(shrunk.state_sets, false);
  if (!two) return std::unexpected(two.error());
  if (one->state == two->state || !control) return one->state != two->state;
  const auto third = workload::stage(shrunk.plan, control, Signing::kUnsigned);
  if (!third) return std::unexpected(third.error());
  const auto three = third->scene->resolve(shrunk.state_sets, false);
  if (!three) return std::unexpected(three.error());
  return one->state != three->state;
}

StateOfSteps without(const StateOfSteps& state, std::uint32_t gone) {
  StateOfSteps out;
  for (const auto& [key, step] : state) {
    if (step != gone) out[key] = step - (step > gone ? 1 : 0);
  }
  return out;
}

/// The history without one step: who came after it comes after what it came after.
Shrunk without(const Shrunk& from, std::uint32_t gone) {
  Shrunk out;
  out.plan.seed = from.plan.seed;
  const std::vector<std::uint32_t>& before = from.plan.steps[gone].prev;
  for (std::uint32_t s = 0; s < from.plan.steps.size(); ++s) {
    if (s == gone) continue;
    Step step = from.plan.steps[s];
    std::set<std::uint32_t> prev;
    for (const std::uint32_t p : step.prev) {
      if (p == gone) {
        prev.insert(before.begin(), before.end());
      } else {
        prev.insert(p - (p > gone ? 1 : 0));
      }
    }
    step.prev.assign(prev.begin(), prev.end());
    if (step.redacts) step.redacts = *step.redacts - (*step.redacts > gone ? 1 : 0);
    step.before = without(step.before, gone);
    out.plan.steps.push_back(std::move(step));
  }
  for (const StateOfSteps& set : from.state_sets) out.state_sets.push_back(without(set, gone));
  return out;
}

bool redacted(const Plan& plan, std::uint32_t step) {
  return std::any_of(plan.steps.begin(), plan.steps.end(), [&](const Step& s) { return s.redacts == step; });
}

}  // namespace

base::Result<Difference> compare(const Plan& plan, const ProgramPtr& base, const ProgramPtr& candidate) {
  const auto left = workload::stage(plan, base, Signing::kUnsigned);
  if (!left) return std::unexpected(left.error());
  return compare(plan, *left, candidate);
}

base::Result<Difference> compare(const Plan& plan, const workload::Staged& left, const ProgramPtr& candidate,
                                 const ProgramPtr& control) {
  const auto right = workload::stage(plan, candidate, Signing::kUnsigned);
  if (!right) return std::unexpected(right.error());
  Difference out;
  std::set<std::vector<std::uint32_t>> merges;
  std::vector<bool> cited(plan.steps.size(), false);
  for (std::uint32_t s = 0; s < plan.steps.size(); ++s) {
    if (left.decisions[s].allowed != right->decisions[s].allowed)
      out.verdicts.push_back({s, left.decisions[s], right->decisions[s]});
    if (plan.steps[s].prev.size() > 1) merges.insert(plan.steps[s].prev);
    if (plan.steps[s].rejected) continue;
    for (const std::uint32_t p : plan.steps[s].prev) cited[p] = true;
  }
  std::vector<std::uint32_t> last;
  for (std::uint32_t s = 0; s < plan.steps.size(); ++s) {
    if (!cited[s] && !plan.steps[s].rejected) last.push_back(s);
  }
  if (last.size() > 1) merges.insert(last);
  std::optional<workload::Staged> third;  // under the control
  for (const auto& merge : merges) {
    const auto one = left.scene->state_after(merge);
    if (!one) return std::unexpected(one.error());
    const auto two = right->scene->state_after(merge);
    if (!two) return std::unexpected(two.error());
    ++out.merges_asked;
    if (*one == *two) continue;
    if (control && !third) {
      auto staged = workload::stage(plan, control, Signing::kUnsigned);
      if (!staged) return std::unexpected(staged.error());
      third = std::move(*staged);
    }
    if (third) {
      const auto three = third->scene->state_after(merge);
      if (!three) return std::unexpected(three.error());
      if (*one == *three) continue;
    }
    out.merges.push_back(merge);
  }
  return out;
}

base::Result<Shrunk> shrink(const Plan& plan, const std::vector<std::uint32_t>& merge, const ProgramPtr& base,
                            const ProgramPtr& candidate, std::uint32_t tries, const ProgramPtr& control) {
  Shrunk best;
  best.plan = plan;
  for (const std::uint32_t step : merge) {
    StateOfSteps after = plan.steps[step].before;
    if (plan.steps[step].state_key) after[{plan.steps[step].type, *plan.steps[step].state_key}] = step;
    best.state_sets.push_back(std::move(after));
  }
  const auto attempt = [&](Shrunk smaller) -> base::Result<bool> {
    if (tries == 0) return false;
    --tries;
    auto still = shows(smaller, base, candidate, control);
    if (still && *still) best = std::move(smaller);
    return still;
  };
  for (bool changed = true; changed && tries > 0;) {
    changed = false;
    for (std::uint32_t s = static_cast<std::uint32_t>(best.plan.steps.size()); s-- > 1;) {
      if (s >= best.plan.steps.size() || redacted(best.plan, s)) continue;
      const auto done = attempt(without(best, s));
      if (!done) return std::unexpected(done.error());
      changed = changed || *done;
    }
    for (std::size_t set = best.state_sets.size(); set-- > 0 && best.state_sets.size() > 2;) {
      Shrunk smaller = best;
      smaller.state_sets.erase(smaller.state_sets.begin() + static_cast<std::ptrdiff_t>(set));
      const auto done = attempt(std::move(smaller));
      if (!done) return std::unexpected(done.error());
      changed = changed || *done;
    }
  }
  return best;
}

}  // namespace stateroom::search
