#include "sim/decide/shapes.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace stateroom::decide {
namespace {

/// The same shape with events renamed, in the order of the new names; empty if an event would come before its prev.
Shape renamed(const Shape& shape, std::uint32_t prefix, const std::vector<std::uint32_t>& name) {
  Shape out(shape.size());
  for (std::size_t e = 0; e < shape.size(); ++e) {
    std::vector<std::uint32_t> prev;
    for (const std::uint32_t one : shape[e]) prev.push_back(one < prefix ? one : prefix + name[one - prefix]);
    std::ranges::sort(prev);
    if (prev.back() >= prefix + name[e]) return {};
    out[name[e]] = std::move(prev);
  }
  return out;
}

bool is_least_name(const Shape& shape, std::uint32_t prefix) {
  std::vector<std::uint32_t> name(shape.size());
  std::iota(name.begin(), name.end(), 0u);
  do {
    const Shape other = renamed(shape, prefix, name);
    if (!other.empty() && other < shape) return false;
  } while (std::ranges::next_permutation(name).found);
  return true;
}

class Shapes {
 public:
  Shapes(std::uint32_t prefix, std::uint32_t events, bool numbered)
      : prefix_(prefix), events_(events), numbered_(numbered) {}

  std::vector<Shape> run() {
    extend();
    return std::move(out_);
  }

 private:
  bool reaches(std::uint32_t later, std::uint32_t earlier) const {
    return earlier < prefix_ || (later >= prefix_ && past_[later - prefix_][earlier - prefix_]);
  }

  void extend() {
    const auto size = static_cast<std::uint32_t>(shape_.size());
    if (size == events_) {
      if (ends(prefix_, shape_).size() <= 2 && (numbered_ || is_least_name(shape_, prefix_))) out_.push_back(shape_);
      return;
    }
    for (std::uint32_t one = prefix_ - 1; one < prefix_ + size; ++one) {
      put({one});
      for (std::uint32_t other = prefix_; other < one; ++other) {
        if (!reaches(one, other)) put({other, one});
      }
    }
  }

  void put(std::vector<std::uint32_t> prev) {
    std::vector<bool> past(events_, false);
    past[shape_.size()] = true;
    for (const std::uint32_t one : prev) {
      for (std::uint32_t e = 0; one >= prefix_ && e < events_; ++e) past[e] = past[e] || past_[one - prefix_][e];
    }
    shape_.push_back(std::move(prev));
    past_.push_back(std::move(past));
    extend();
    shape_.pop_back();
    past_.pop_back();
  }

  std::uint32_t prefix_, events_;
  bool numbered_;
  Shape shape_;
  std::vector<std::vector<bool>> past_;
  std::vector<Shape> out_;
};

}  // namespace

std::vector<std::uint32_t> ends(std::uint32_t prefix, const Shape& shape) {
  std::set<std::uint32_t> cited;
  for (const auto& prev : shape) cited.insert(prev.begin(), prev.end());
  std::vector<std::uint32_t> out;
  for (std::uint32_t e = prefix; e < prefix + shape.size(); ++e) {
    if (!cited.contains(e)) out.push_back(e);
  }
  return out;
}

std::vector<Shape> shapes(std::uint32_t prefix, std::uint32_t events, bool linear, bool numbered) {
  if (!linear) return Shapes(prefix, events, numbered).run();
  Shape chain;
  for (std::uint32_t e = 0; e < events; ++e) chain.push_back({prefix + e - 1});
  return {chain};
}

}  // namespace stateroom::decide
