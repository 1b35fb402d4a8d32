#include "certificate/check.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <stdexcept>
#include <unordered_map>
#include <vector>

namespace stateroom::certificate {
namespace {

using Literals = std::vector<int>;
constexpr int kVariablesMax = 50'000'000;

[[noreturn]] void wrong(const std::string& what) { throw std::runtime_error(what); }

// ------------------------------------------------------------------------------------------- unit propagation

/// Clauses, and whether another follows from them by unit propagation alone.
class Clauses {
 public:
  /// Of the problem. False from then on everything follows.
  void add(Literals clause) {
    std::sort(clause.begin(), clause.end());
    clause.erase(std::unique(clause.begin(), clause.end()), clause.end());
    for (const int literal : clause) grow(literal);
    if (contradicted_) return;
    // Two literals that are not false yet stand first: they are watched.
    std::stable_partition(clause.begin(), clause.end(), [this](int literal) { return value(literal) >= 0; });
    if (clause.empty() || value(clause[0]) < 0) {
      contradicted_ = true;
    } else if (clause.size() == 1 || value(clause[1]) < 0) {
      if (value(clause[0]) == 0) assign(clause[0]);
      contradicted_ = contradicted_ || !propagate();
    }
    if (clause.size() < 2) return;
    const std::size_t at = clauses_.size();
    numbers_[hash(clause)].push_back(at);
    watch(clause[0], at);
    watch(clause[1], at);
    clauses_.push_back(std::move(clause));
  }

  bool follows(const Literals& clause) {
    if (contradicted_) return true;
    for (const int literal : clause) grow(literal);
    const std::size_t before = trail_.size();
    bool conflict = false;
    for (const int literal : clause) {
      if (value(literal) > 0) conflict = true;
      if (value(literal) == 0) assign(-literal);
    }
    conflict = conflict || !propagate();
    while (trail_.size() > before) {
      values_[index(trail_.back())] = values_[index(-trail_.back())] = 0;
      trail_.pop_back();
    }
    next_ = before;
    return conflict;
  }

  /// What was derived with a clause stays: all that is here follows from the problem.
  void remove(Literals clause) {
    std::sort(clause.begin(), clause.end());
    const auto found = numbers_.find(hash(clause));
    if (found == numbers_.end()) return;
    for (std::size_t i = 0; i < found->second.size(); ++i) {
      Literals& one = clauses_[found->second[i]];
      Literals sorted = one;
      std::sort(sorted.begin(), sorted.end());
      if (sorted != clause) continue;
      one.clear();  // watches of it are dropped when they are met
      found->second.erase(found->second.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }

  bool contradicted() const { return contradicted_; }
  /// No clause may name a greater variable.
  void limit(int variables) { variables_ = variables; }

 private:
  static std::size_t index(int literal) {
    return 2 * static_cast<std::size_t>(literal > 0 ? literal : -literal) + (literal > 0 ? 0 : 1);
  }
  static std::uint64_t hash(const Literals& clause) {
    std::uint64_t sum = 0, product = 1;
    for (const int literal : clause) {
      sum += index(literal);
      product *= 2 * index(literal) + 1;
    }
    return sum * 1023 + product;
  }
  void grow(int literal) {
    if (literal == 0 || literal > variables_ || literal < -variables_) wrong("a literal of no variable");
    const std::size_t size = std::max(index(literal), index(-literal)) + 1;
    if (values_.size() >= size) return;
    values_.resize(size, 0);
    watches_.resize(size);
  }
  int value(int literal) const { return values_[index(literal)]; }
  void assign(int literal) {
    values_[index(literal)] = 1;
    values_[index(-literal)] = -1;
    trail_.push_back(literal);
  }
  void watch(int literal, std::size_t clause) { watches_[index(literal)].push_back(clause); }

  /// False: some clause has no literal left.
  bool propagate() {
    bool fine = true;
    while (fine && next_ < trail_.size()) {
      const int falsified = -trail_[next_++];
      std::vector<std::size_t>& watching = watches_[index(falsified)];
      std::size_t kept = 0;
      for (std::size_t i = 0; i < watching.size(); ++i) {
        Literals& clause = clauses_[watching[i]];
        if (clause.empty() || (fine && moves(clause, falsified, watching[i]))) continue;
        watching[kept++] = watching[i];
        if (!fine || value(clause[0]) > 0) continue;
        if (value(clause[0]) < 0) {
          fine = false;
        } else {
          assign(clause[0]);
        }
      }
      watching.resize(kept);
    }
    return fine;
  }
  /// Whether another literal is watched from now on; else the first one is all that is left.
  bool moves(Literals& clause, int falsified, std::size_t number) {
    if (clause[0] == falsified) std::swap(clause[0], clause[1]);
    if (value(clause[0]) > 0) return false;
    for (std::size_t i = 2; i < clause.size(); ++i) {
      if (value(clause[i]) < 0) continue;
      std::swap(clause[1], clause[i]);
      watch(clause[1], number);
      return true;
    }
    return false;
  }

  std::vector<Literals> clauses_;
  std::vector<signed char> values_;  // by literal: 1, 0 open, -1
  std::vector<std::vector<std::size_t>> watches_;
  std::vector<int> trail_;
  std::size_t next_ = 0;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> numbers_;
  int variables_ = 0;
  bool contradicted_ = false;
};

// ----------------------------------------------------------------------------------------------------- files

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) wrong("there is no file " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// DIMACS; comments name variables and are not looked at.
std::uint64_t read_problem(const std::string& path, Clauses& into) {
  std::istringstream lines(bytes_of(path));
  std::string line;
  std::uint64_t promised = 0, count = 0;
  bool headed = false;
  while (std::getline(lines, line)) {
    if (line.empty() || line[0] == 'c') continue;
    std::istringstream words(line);
    if (line[0] == 'p') {
      std::string p, cnf;
      int variables = 0;
      headed = static_cast<bool>(words >> p >> cnf >> variables >> promised) && cnf == "cnf";
      if (variables < 0 || variables > kVariablesMax) wrong(path + ": too many variables");
      into.limit(variables);
      continue;
    }
    Literals clause;
    int literal = 0;
    bool ended = false;
    while (words >> literal && !ended) {
      if (literal == 0) {
        ended = true;
      } else {
        clause.push_back(literal);
      }
    }
    if (!ended) wrong(path + ": a clause has no end");
    into.add(std::move(clause));
    ++count;
  }
  if (!headed || count != promised) wrong(path + ": not as many clauses as its head says");
  return count;
}

/// Binary DRAT: `a` or `d`, then literals in groups of seven bits, then 0.
std::uint64_t read_proof(const std::string& path, Clauses& clauses) {
  const std::string bytes = bytes_of(path);
  std::uint64_t steps = 0;
  for (std::size_t at = 0; at < bytes.size() && !clauses.contradicted();) {
    const char kind = bytes[at++];
    if (kind != 'a' && kind != 'd') wrong(path + ": a step of another kind");
    Literals clause;
    for (;;) {
      std::uint64_t number = 0;
      for (unsigned shift = 0;; shift += 7) {
        if (at >= bytes.size() || shift > 28) wrong(path + ": the proof is cut off");
        const auto byte = static_cast<unsigned char>(bytes[at++]);
        number |= std::uint64_t{byte & 0x7FU} << shift;
        if ((byte & 0x80U) == 0) break;
      }
      if (number == 0) break;
      if (number < 2 || number / 2 > kVariablesMax) wrong(path + ": a literal of no variable");
      clause.push_back(number % 2 == 0 ? static_cast<int>(number / 2) : -static_cast<int>(number / 2));
    }
    if (kind == 'd') {
      clauses.remove(std::move(clause));
      continue;
    }
    ++steps;
    if (!clauses.follows(clause)) wrong(path + ": step " + std::to_string(steps) + " does not follow");
    clauses.add(std::move(clause));
  }
  if (!clauses.contradicted()) wrong(path + ": the proof does not come to a contradiction");
  return steps;
}

// ---------------------------------------------------------------------------------------------------- shapes

/// For each event the set of events that come before it, as bits; event 0 stands for all of the prefix.
using Pasts = std::vector<std::uint32_t>;

/// prev as bits → past as bits; refuses an event that comes after itself or cites what comes before another that it
/// cites.
Pasts pasts_of(const std::vector<std::uint32_t>& prev) {
  Pasts out{1};
  for (std::size_t e = 0; e < prev.size(); ++e) {
    std::uint32_t past = std::uint32_t{1} << (e + 1);
    for (std::size_t p = 0; p < e + 1; ++p) {
      if ((prev[e] >> p & 1U) != 0) past |= out[p];
    }
    if (prev[e] == 0 || prev[e] >> (e + 1) != 0) wrong("a shape in which an event comes before what it cites");
    for (std::size_t p = 0; p < e + 1; ++p) {
      for (std::size_t q = 0; q < e + 1; ++q) {
        const bool both = p != q && (prev[e] >> p & 1U) != 0 && (prev[e] >> q & 1U) != 0;
        if (both && (out[p] >> q & 1U) != 0) wrong("a shape with a superfluous edge");
      }
    }
    out.push_back(past);
  }
  return out;
}

/// The same for all shapes that differ in the names of events alone: the least of all renamed sets of pasts.
Pasts canonical(const Pasts& pasts) {
  std::vector<std::size_t> name(pasts.size());
  std::iota(name.begin(), name.end(), std::size_t{0});
  Pasts best;
  do {
    Pasts renamed(pasts.size(), 0);
    for (std::size_t e = 0; e < pasts.size(); ++e) {
      for (std::size_t p = 0; p < pasts.size(); ++p) {
        if ((pasts[e] >> p & 1U) != 0) renamed[name[e]] |= std::uint32_t{1} << name[p];
      }
    }
    if (best.empty() || renamed < best) best = std::move(renamed);
  } while (std::next_permutation(name.begin() + 1, name.end()));
  return best;
}

std::size_t ends_of(const Pasts& pasts) {
  std::size_t out = 0;
  for (std::size_t e = 0; e < pasts.size(); ++e) {
    bool is_end = true;
    for (std::size_t other = 0; other < pasts.size(); ++other)
      is_end = is_end && (other == e || (pasts[other] >> e & 1U) == 0);
    out += is_end ? 1 : 0;
  }
  return out;
}

void extend(std::vector<std::uint32_t>& prev, std::size_t events, bool numbered, std::set<Pasts>& into) {
  if (prev.size() == events) {
    const Pasts pasts = pasts_of(prev);
    if (ends_of(pasts) <= 2) into.insert(numbered ? pasts : canonical(pasts));
    return;
  }
  const Pasts pasts = pasts_of(prev);
  for (std::size_t one = 0; one < pasts.size(); ++one) {
    for (std::size_t other = 0; other <= one; ++other) {
      if (other != one && ((pasts[one] >> other & 1U) != 0)) continue;
      prev.push_back(std::uint32_t{1} << one | std::uint32_t{1} << other);
      extend(prev, events, numbered, into);
      prev.pop_back();
    }
  }
}

std::set<Pasts> all_shapes(std::size_t events, bool linear, bool numbered) {
  std::set<Pasts> out;
  std::vector<std::uint32_t> prev;
  if (!linear) {
    extend(prev, events, numbered, out);
    return out;
  }
  for (std::size_t e = 0; e < events; ++e) prev.push_back(std::uint32_t{1} << e);
  return {numbered ? pasts_of(prev) : canonical(pasts_of(prev))};
}

/// "0 1 0,2": prev of each event, 0 the end of the prefix, 1 the first event after it.
Pasts read_shape(const std::string& text) {
  std::istringstream words(text);
  std::string word;
  std::vector<std::uint32_t> prev;
  while (words >> word) {
    std::uint32_t bits = 0;
    std::istringstream numbers(word);
    std::string number;
    while (std::getline(numbers, number, ',')) {
      const unsigned long at = std::stoul(number);
      if (at > 30) wrong("a shape of too many events");
      bits |= std::uint32_t{1} << at;
    }
    prev.push_back(bits);
  }
  return pasts_of(prev);
}

// ---------------------------------------------------------------------------------------------- certificates

void check_into(const std::string& folder, Checked& out) {
  std::istringstream lines(bytes_of(folder + "/certificate.txt"));
  std::string line, word;
  std::getline(lines, line);
  if (line != "stateroom-certificate/1") wrong("certificate.txt is no certificate of this format");
  std::set<std::string> hypotheses;
  std::map<std::size_t, std::set<Pasts>> proved;
  const auto has = [&](const char* hypothesis) { return hypotheses.contains(hypothesis); };
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    words >> word;
    if (word == "property") words >> out.property;
    if (word == "version") words >> out.version;
    if (word == "events") words >> out.events;
    if (word == "hypothesis" && words >> word) hypotheses.insert(word);
    if (word != "shape") continue;
    std::string name, shape;
    words >> name;
    std::getline(words, shape);
    if (name.find('/') != std::string::npos) wrong("a name of a file that is a path");
    const Pasts pasts = read_shape(shape);
    Clauses clauses;
    out.clauses += read_problem(folder + "/" + name + ".cnf", clauses);
    out.steps += read_proof(folder + "/" + name + ".drat", clauses);
    ++out.shapes;
    proved[pasts.size() - 1].insert(has("honest-auth-events") ? canonical(pasts) : pasts);
  }
  if (out.events == 0 || out.events > 12) wrong("a certificate of no bound, or of one that is not counted here");
  for (std::size_t events = 1; events <= out.events; ++events) {
    if (proved[events] != all_shapes(events, has("linear-history"), !has("honest-auth-events")))
      wrong("of histories of " + std::to_string(events) + " events not every shape is proved");
  }
}

}  // namespace

Checked check(const std::string& folder) {
  Checked out;
  try {
    check_into(folder, out);
    out.accepted = true;
  } catch (const std::exception& error) {
    out.wrong = error.what();
  }
  return out;
}

}  // namespace stateroom::certificate
