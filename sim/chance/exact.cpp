#include "sim/chance/exact.h"

#include <Eigen/Sparse>
#include <Eigen/SparseLU>
#include <limits>

namespace stateroom::chance {
namespace {

using explore::Kind;
using Matrix = Eigen::SparseMatrix<double>;
using Vector = Eigen::VectorXd;

struct Transition {
  std::uint32_t from, to;
  double probability;
};

/// All histories of a partition, numbered as they are met, the empty one first.
class Chain {
 public:
  Chain(Partition& partition, std::uint64_t states_most) : partition_(partition), states_most_(states_most) {}

  base::Result<void> build() {
    const auto first = visit(partition_.begin());
    return first ? base::Result<void>{} : std::unexpected(first.error());
  }

  std::vector<Transition> transitions;  // between histories of one partition
  std::vector<double> heals;            // by state: probability that the partition heals next
  std::vector<bool> breaks, differ;     // by state

 private:
  base::Result<std::uint32_t> visit(const Tips& tips) {
    if (breaks.size() >= states_most_)
      return base::fail(base::ErrorCode::kLimit,
                        "the chain has more states than `states_most` (" + std::to_string(states_most_) + ")");
    const auto own = static_cast<std::uint32_t>(breaks.size());
    const auto broken = partition_.breaks(tips);
    if (!broken) return std::unexpected(broken.error());
    breaks.push_back(*broken);
    differ.push_back(partition_.differ(tips));
    const Behaviour& behaviour = partition_.behaviour();
    const auto total = static_cast<double>(behaviour.total());
    heals.push_back(static_cast<double>(behaviour.heals_a_day) / total);
    double stays = 0;
    for (std::size_t k = 0; k < explore::kKinds; ++k) {
      const double rate = static_cast<double>(behaviour.a_day[k]) / total;
      if (rate == 0) continue;
      const std::vector<Move> moves = partition_.moves(tips, static_cast<Kind>(k));
      if (moves.empty()) stays += rate;
      for (const Move& move : moves) {
        const double probability = rate / static_cast<double>(moves.size());
        const std::size_t size = partition_.stage().size();
        const auto next = partition_.go(tips, move);
        if (!next) return std::unexpected(next.error());
        if (!*next) {
          stays += probability;
          continue;
        }
        const auto to = visit(**next);
        if (!to) return to;
        partition_.stage().cut(size);
        transitions.push_back({own, *to, probability});
      }
    }
    if (stays > 0) transitions.push_back({own, own, stays});
    return own;
  }

  Partition& partition_;
  std::uint64_t states_most_;
};

/// Which states end the chain, and where a merge that ends nothing leads: to the first state, or nowhere.
struct Ending {
  std::vector<bool> ends;    // by state: entering it ends
  bool merges_end = false;   // every merge ends
  bool broken_ends = false;  // a merge that breaks the property ends
};

/// x with (I - Q) x = right, for the chain without the states that end it.
Vector solve(const Chain& chain, const Ending& ending, const Vector& right) {
  const auto size = static_cast<Eigen::Index>(chain.breaks.size());
  std::vector<Eigen::Triplet<double>> entries;
  for (Eigen::Index i = 0; i < size; ++i) entries.emplace_back(i, i, 1.0);
  for (const Transition& one : chain.transitions) {
    if (!ending.ends[one.from] && !ending.ends[one.to]) entries.emplace_back(one.from, one.to, -one.probability);
  }
  for (Eigen::Index i = 0; i < size; ++i) {
    const auto state = static_cast<std::size_t>(i);
    const bool ends = ending.merges_end || (ending.broken_ends && chain.breaks[state]) || ending.ends[state];
    if (!ends) entries.emplace_back(i, 0, -chain.heals[state]);
  }
  Matrix matrix(size, size);
  matrix.setFromTriplets(entries.begin(), entries.end());
  matrix.makeCompressed();
  Eigen::SparseLU<Matrix> lu;
  lu.compute(matrix);
  base::require(lu.info() == Eigen::Success, "an absorbing chain has one solution");
  Vector out = lu.solve(right);
  const double residual = (matrix * out - right).cwiseAbs().maxCoeff() / std::max(1.0, out.cwiseAbs().maxCoeff());
  base::require(residual < 1e-9, "the equations are solved");
  return out;
}

}  // namespace

base::Result<Exact> exact(Partition& partition, std::uint64_t states_most) {
  Chain chain(partition, states_most);
  if (auto done = chain.build(); !done) return std::unexpected(done.error());
  const std::size_t states = chain.breaks.size();
  const double step_days = 1000.0 / static_cast<double>(partition.behaviour().total());
  const std::vector<bool> none(states, false);
  const auto size = static_cast<Eigen::Index>(states);
  const Vector steps = Vector::Constant(size, step_days);
  Exact out;
  out.states = states;
  out.transitions = chain.transitions.size();

  Vector right = Vector::Zero(size);
  for (std::size_t i = 0; i < states; ++i) right[static_cast<Eigen::Index>(i)] = chain.breaks[i] ? chain.heals[i] : 0;
  out.broken_per_merge = solve(chain, {none, true, false}, right)[0];
  out.partition_days = solve(chain, {none, true, false}, steps)[0];

  right.setZero();
  for (const Transition& one : chain.transitions) {
    if (!chain.differ[one.from] && chain.differ[one.to]) right[one.from] += one.probability;
  }
  out.diverged_per_partition = solve(chain, {chain.differ, true, false}, right)[0];

  constexpr double kNever = std::numeric_limits<double>::infinity();
  out.days_until_divergence =
      out.diverged_per_partition > 0 ? solve(chain, {chain.differ, false, false}, steps)[0] : kNever;
  out.days_until_broken = out.broken_per_merge > 0 ? solve(chain, {none, false, true}, steps)[0] : kNever;
  return out;
}

}  // namespace stateroom::chance
