#include "sim/search/mutation.h"

#include <fmt/format.h>

#include <utility>

#include "sim/search/suite.h"
#include "sim/workload/workload.h"

namespace stateroom::search {

Suites::Suites(ProgramPtr version) : version_(std::move(version)) {}
Suites::~Suites() = default;

base::Result<void> Suites::keep(base::Result<std::unique_ptr<Suite>> suite) {
  if (!suite) return std::unexpected(suite.error());
  suites_.push_back(std::move(*suite));
  return {};
}

base::Result<void> Suites::add_histories(const std::string& suite, std::vector<SuiteHistory> histories) {
  return keep(suite_of_histories(suite, version_, std::move(histories)));
}

base::Result<void> Suites::add_random(const std::string& suite, std::uint32_t count, std::uint64_t seed) {
  std::vector<SuiteHistory> histories;
  for (std::uint64_t s = seed; s < seed + count; ++s) {
    auto made = workload::make(version_, s);
    if (!made) return std::unexpected(made.error());
    for (std::size_t i = 0; i < made->events.size(); ++i)
      made->events[i].rejected_outside = made->plan.steps[i].rejected;
    histories.push_back({fmt::format("seed {}", s), std::move(made->events), {}});
  }
  return add_histories(suite, std::move(histories));
}

base::Result<void> Suites::add_small_scope(const std::string& suite) {
  return keep(suite_of_scenarios(suite, version_, scenarios(version_->version(), version_->version())));
}

base::Result<void> Suites::add_families(const std::string& suite, const std::vector<std::string>& families) {
  return keep(suite_of_families(suite, version_, families));
}

void Suites::add_citing(const std::string& suite) {
  std::vector<QuestionPtr> all = questions(QuestionKind::kCiting, version_);
  for (QuestionPtr& question : questions(QuestionKind::kVerdict, version_)) all.push_back(std::move(question));
  suites_.push_back(suite_of_questions(suite, version_, all));
}

void Suites::add_signers(const std::string& suite) {
  suites_.push_back(suite_of_questions(suite, version_, signer_questions(version_)));
}

void Suites::add_receipts(const std::string& suite) {
  std::vector<QuestionPtr> all = questions(QuestionKind::kRedaction, version_);
  for (QuestionPtr& question : questions(QuestionKind::kReceipt, version_)) all.push_back(std::move(question));
  suites_.push_back(suite_of_questions(suite, version_, all));
}

std::vector<std::string> Suites::names() const {
  std::vector<std::string> out;
  for (const auto& suite : suites_) out.push_back(suite->name());
  return out;
}

std::vector<std::uint64_t> Suites::sizes() const {
  std::vector<std::uint64_t> out;
  for (const auto& suite : suites_) out.push_back(suite->size());
  return out;
}

std::vector<std::optional<std::string>> Suites::ask(const ProgramPtr& mutant) const {
  std::vector<std::optional<std::string>> out;
  for (const auto& suite : suites_) {
    out.emplace_back();
    suite->tell_apart(mutant, [&](std::uint64_t number, std::string_view where) {
      out.back() = where.empty() ? suite->words(number) : fmt::format("{}: {}", suite->words(number), where);
      return false;
    });
  }
  return out;
}

std::vector<std::uint64_t> Suites::told(std::size_t suite, const ProgramPtr& program) const {
  std::vector<std::uint64_t> out;
  suites_.at(suite)->tell_apart(program, [&](std::uint64_t number, std::string_view) {
    out.push_back(number);
    return true;
  });
  return out;
}

std::optional<bool> Suites::verdict(std::size_t suite, std::uint64_t number) const {
  return suites_.at(suite)->verdict(number);
}

std::string Suites::words(std::size_t suite, std::uint64_t number) const { return suites_.at(suite)->words(number); }

std::optional<QuestionFiles> Suites::files(std::size_t suite, std::uint64_t number) const {
  return suites_.at(suite)->files(number, version_);
}

}  // namespace stateroom::search
