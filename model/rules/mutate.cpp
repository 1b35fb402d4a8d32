#include "model/rules/mutate.h"

#include <algorithm>
#include <functional>

#include "model/rules/mutate_expressions.h"
#include "model/rules/print.h"

namespace stateroom::rules {
namespace {

/// What stands right of the label.
std::string line_of(const Rule& rule) {
  return rule.is_block() ? (rule.head ? print(*rule.head) : "a block") : print_leaf(rule);
}

class Mutator {
 public:
  explicit Mutator(const Version& version) : version_(version), substitutes_(version) {}

  std::vector<Mutant> run() {
    for (const SectionKind kind : {SectionKind::kRules, SectionKind::kAuthEvents, SectionKind::kReceipt}) {
      section_ = kind;
      rules(version_.rules_of(kind), [](std::vector<Rule> list) { return list; });
    }
    for (const SectionKind kind :
         {SectionKind::kDefinitions, SectionKind::kRedaction, SectionKind::kStateBefore, SectionKind::kResolution}) {
      section_ = kind;
      definitions(version_.definitions_of(kind));
    }
    return std::move(out_);
  }

 private:
  using Whole = std::function<std::vector<Rule>(std::vector<Rule>)>;

  /// The mutants of a list of siblings. `whole` puts a changed list into the section.
  void rules(const std::vector<Rule>& siblings, const Whole& whole) {
    for (std::size_t i = 0; i < siblings.size(); ++i) {
      const Rule& rule = siblings[i];
      const auto changed = [&](Rule other) {
        std::vector<Rule> list = siblings;
        list[i] = std::move(other);
        return whole(std::move(list));
      };
      std::vector<Rule> without = siblings;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      keep(rule, "dropped", "", whole(std::move(without)));
      if (i + 1 < siblings.size()) {
        std::vector<Rule> swapped = siblings;
        std::swap(swapped[i], swapped[i + 1]);
        keep(rule, "swapped with " + siblings[i + 1].label, line_of(rule), whole(std::move(swapped)));
      }
      if (rule.head) {
        for (Slip& slip : slips(rule.head->expr, substitutes_)) {
          Rule other = rule;
          other.head->expr = std::move(slip.expr);
          const std::string after = line_of(other);
          keep(rule, slip.operation, after, changed(std::move(other)));
        }
      }
      if (rule.expr) {
        for (Slip& slip : slips(rule.expr, substitutes_)) {
          Rule other = rule;
          other.expr = std::move(slip.expr);
          const std::string after = line_of(other);
          keep(rule, slip.operation, after, changed(std::move(other)));
        }
      }
      rules(rule.children, [&](std::vector<Rule> children) {
        Rule other = rule;
        other.children = std::move(children);
        return changed(std::move(other));
      });
    }
  }

  void definitions(const std::vector<DefinitionEntry>& entries) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      for (Slip& slip : slips(entries[i].expr, substitutes_)) {
        Mutant mutant;
        mutant.section.kind = section_;
        mutant.label = entries[i].name;
        mutant.operation = slip.operation;
        mutant.before = print(entries[i].expr);
        mutant.after = print(slip.expr);
        mutant.definitions = entries;
        mutant.definitions[i].expr = std::move(slip.expr);
        out_.push_back(std::move(mutant));
      }
    }
  }

  void keep(const Rule& rule, const std::string& operation, std::string after, std::vector<Rule> section) {
    Mutant mutant;
    mutant.section.kind = section_;
    mutant.label = join(rule.path);
    mutant.number = rule.number;
    mutant.operation = operation;
    mutant.before = line_of(rule);
    mutant.after = std::move(after);
    mutant.rules = std::move(section);
    out_.push_back(std::move(mutant));
  }

  const Version& version_;
  Substitutes substitutes_;
  SectionKind section_ = SectionKind::kRules;
  std::vector<Mutant> out_;
};

}  // namespace

std::vector<Mutant> mutants(const Version& version) { return Mutator(version).run(); }

Version apply(const Version& version, const Mutant& mutant) {
  Version out = version;
  switch (mutant.section.kind) {
    case SectionKind::kRules:
      out.rules = mutant.rules;
      break;
    case SectionKind::kAuthEvents:
      out.auth_events = mutant.rules;
      break;
    case SectionKind::kReceipt:
      out.receipt = mutant.rules;
      break;
    case SectionKind::kDefinitions:
      out.definitions = mutant.definitions;
      break;
    case SectionKind::kRedaction:
      out.redaction = mutant.definitions;
      break;
    case SectionKind::kStateBefore:
      out.state_before = mutant.definitions;
      break;
    case SectionKind::kResolution:
      out.resolution = mutant.definitions;
      break;
    case SectionKind::kTypes:
    case SectionKind::kIdentifiers:
    case SectionKind::kFormat:
    case SectionKind::kLimits:
    case SectionKind::kCanonicalJson:
    case SectionKind::kSignatures:
    case SectionKind::kContent:
    case SectionKind::kReadings:
      base::require(false, "a mutant is one of rules, definitions or resolution");
  }
  return out;
}

}  // namespace stateroom::rules
