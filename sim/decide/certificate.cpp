#include "sim/decide/certificate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>

namespace stateroom::decide {
namespace {

/// "0 1 0,2": prev_events of each event; 0 is the last event of the prefix, 1 the first one after it.
std::string text_of(const Shape& shape, std::uint32_t prefix) {
  std::string out;
  for (const auto& prev : shape) {
    std::vector<std::uint32_t> numbers;
    for (const std::uint32_t one : prev) numbers.push_back(one + 1 - prefix);
    out += fmt::format(" {}", fmt::join(numbers, ","));
  }
  return out;
}

std::string text_of(const properties::Terms& terms) {
  std::string out;
  for (const properties::Hypothesis one : terms.hypotheses)
    out += fmt::format("hypothesis {}\n", properties::name(one));
  return out + (terms.stale > 0 ? fmt::format("allow stale:{}\n", terms.stale) : std::string());
}

}  // namespace

base::Result<Certified> certify(explore::Stage& stage, explore::Study& study, const Options& options,
                                const std::vector<std::pair<std::string, std::string>>& about,
                                const std::string& folder) {
  const Ground ground = Ground::of(stage, study);
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  const std::string listing = folder + "/certificate.txt";
  std::ofstream list(listing);
  list << "stateroom-certificate/1\n";
  for (const auto& [word, value] : about) list << word << " " << value << "\n";
  list << "prefix study\nvocabulary study\nevents " << options.events << "\n" << text_of(options.terms);
  Certified out;
  bool stopped = false;
  for (std::uint32_t events = 1; events <= options.events; ++events) {
    const auto all = shapes_under(ground.prefix(), events, options.terms);
    for (std::size_t at = 0; at < all.size(); ++at) {
      Scope scope(ground, all[at], options.terms);
      const std::string name = fmt::format("{}-{:04}", events, at);
      bounded::SolveOptions solving;
      solving.conflicts_max = options.conflicts_max;
      // Asked by the solver, which works in the calling thread here.
      std::uint64_t asked = 0;
      solving.go_on = [&] {
        constexpr std::uint64_t kEvery = 256;
        if (++asked % kEvery == 1 && options.go_on && !options.go_on({events, all.size(), at})) stopped = true;
        return !stopped;
      };
      const std::vector<std::vector<bounded::Literal>> facts{{scope.asked()}, {scope.violated()}};
      const auto proved =
          bounded::prove_into(scope.circuit(), facts,
                              {folder + "/" + name + ".cnf", folder + "/" + name + ".drat", scope.names()}, solving);
      if (!proved) return std::unexpected(proved.error());
      if (*proved != bounded::Satisfiable::kNo) return out;
      list << "shape " << name << text_of(all[at], ground.prefix()) << "\n";
      ++out.shapes;
    }
  }
  list.close();
  if (!list) return base::fail(base::ErrorCode::kFile, "a certificate cannot be written here", listing);
  out.complete = true;
  return out;
}

}  // namespace stateroom::decide
