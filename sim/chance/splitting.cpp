#include "sim/chance/splitting.h"

#include <algorithm>
#include <cmath>

#include "sim/kernel/random.h"

namespace stateroom::chance {
namespace {

using explore::Kind;

/// One run with all its copies.
class Tree {
 public:
  Tree(Partition& partition, kernel::Random random, std::uint32_t copies, Estimate& out)
      : partition_(partition), random_(std::move(random)), copies_(copies), out_(out) {}

  /// The weight of the copies that break the property.
  base::Result<double> run() { return from(partition_.begin(), 0, 1.0); }

 private:
  base::Result<double> from(Tips tips, std::uint32_t level, double weight) {
    const std::size_t size = partition_.stage().size();
    for (;;) {
      const auto next = step(tips);
      if (!next) return std::unexpected(next.error());
      if (*next == Step::kHeal) return end(tips, weight);
      if (*next == Step::kNothing) continue;
      const std::uint32_t now = copies_ > 1 ? partition_.distance(tips) : 0;
      if (now <= level) continue;
      double out = 0;
      const std::size_t here = partition_.stage().size();
      for (std::uint32_t copy = 0; copy < copies_; ++copy) {
        partition_.stage().cut(here);
        const auto one = from(tips, now, weight / copies_);
        if (!one) return one;
        out += *one;
      }
      partition_.stage().cut(size);
      return out;
    }
  }

  enum class Step : std::uint8_t { kHeal, kNothing, kActed };
  base::Result<Step> step(Tips& tips) {
    const Behaviour& behaviour = partition_.behaviour();
    std::uint64_t drawn = random_.below(behaviour.total());
    std::size_t kind = 0;
    for (; kind < explore::kKinds && drawn >= behaviour.a_day[kind]; ++kind) drawn -= behaviour.a_day[kind];
    if (kind == explore::kKinds) return Step::kHeal;
    const std::vector<Move> moves = partition_.moves(tips, static_cast<Kind>(kind));
    if (moves.empty()) return Step::kNothing;
    const auto next = partition_.go(tips, random_.pick(moves));
    if (!next) return std::unexpected(next.error());
    if (!*next) return Step::kNothing;
    tips = **next;
    return Step::kActed;
  }

  base::Result<double> end(const Tips& tips, double weight) {
    ++out_.ends;
    const auto broken = partition_.breaks(tips);
    if (!broken) return std::unexpected(broken.error());
    out_.broken += *broken ? 1 : 0;
    return *broken ? weight : 0.0;
  }

  Partition& partition_;
  kernel::Random random_;
  std::uint32_t copies_;
  Estimate& out_;
};

}  // namespace

base::Result<Estimate> estimate(Partition& partition, const SplittingOptions& options) {
  Estimate out;
  double sum = 0, squares = 0;
  for (; out.runs < options.runs; ++out.runs) {
    Tree tree(partition, kernel::Random(options.seed, "chance/run/" + std::to_string(out.runs)),
              std::max(options.copies, 1u), out);
    const auto weight = tree.run();
    if (!weight) return std::unexpected(weight.error());
    sum += *weight;
    squares += *weight * *weight;
  }
  const auto runs = static_cast<double>(out.runs);
  out.probability = sum / runs;
  const double variance = std::max(0.0, (squares - sum * sum / runs) / std::max(1.0, runs - 1));
  const double half = options.quantile * std::sqrt(variance / runs);
  out.low = std::max(0.0, out.probability - half);
  // Where nothing broke, what would have been missed in so many runs all the same (1 of 100 times).
  out.high = sum > 0 ? std::min(1.0, out.probability + half) : std::min(1.0, -std::log(0.01) / runs);
  return out;
}

}  // namespace stateroom::chance
