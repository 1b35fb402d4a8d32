// Lowers the sections of rules: a rule's leaf to a step, a block to jumps.
#include "model/rules/compile.h"

#include <algorithm>

#include "model/rules/compiled.h"
#include "model/rules/test_text.h"

namespace stateroom::rules {

namespace {

constexpr std::uint32_t kNone = Node::kNone;

class RuleCompiler {
 public:
  explicit RuleCompiler(Program::Data& data) : data_(data) {}

  void rules(const std::vector<CoreRule>& siblings) {
    // `skip if` leaves the block that holds it: its target is known when the block ends.
    std::vector<std::uint32_t> leaving;
    for (const CoreRule& rule : siblings) {
      const std::uint32_t head = when(rule);
      if (rule.each) {
        each(rule);
      } else if (rule.leaf) {
        if (const auto at = leaf(rule); data_.steps[at].kind == Step::Kind::kSkip) leaving.push_back(at);
      } else {
        rules(rule.children);
      }
      if (head != kNone) data_.steps[head].target = here();
    }
    for (const std::uint32_t at : leaving) data_.steps[at].target = here();
  }

  void selection(const std::vector<CoreRule>& siblings) {
    for (const CoreRule& rule : siblings) {
      const auto head = static_cast<std::uint32_t>(data_.selection.size());
      if (rule.when) {
        SelectStep step;
        step.condition = data_.code.lower(*rule.when);
        data_.selection.push_back(step);
      }
      if (rule.leaf) {
        name(rule);
        select(*rule.condition);
      }
      selection(rule.children);
      if (rule.when) data_.selection[head].target = static_cast<std::uint32_t>(data_.selection.size());
    }
  }

  /// Labels of leaves that are not rules of authorisation.
  void names(const std::vector<CoreRule>& siblings) {
    for (const CoreRule& rule : siblings) {
      if (rule.leaf) name(rule);
      names(rule.children);
    }
  }

 private:
  std::uint32_t here() const { return static_cast<std::uint32_t>(data_.steps.size()); }
  std::uint32_t name(const CoreRule& rule) {
    data_.labels.push_back(rule.path);
    data_.numbers.push_back(rule.number);
    return static_cast<std::uint32_t>(data_.labels.size() - 1);
  }
  std::uint8_t reads(std::uint32_t node) const {
    return node == kNone ? std::uint8_t{0} : data_.code.nodes[node].reads;
  }

  std::uint32_t when(const CoreRule& rule) {
    if (!rule.when) return kNone;
    Step step;
    step.kind = Step::Kind::kWhen;
    step.condition = data_.code.lower(*rule.when);
    step.reads = reads(step.condition);
    data_.steps.push_back(step);
    return here() - 1;
  }

  std::uint32_t leaf(const CoreRule& rule) {
    Step step;
    switch (*rule.leaf) {
      case LeafKind::kAllow:
        step.kind = Step::Kind::kAllow;
        break;
      case LeafKind::kAllowIff:
        step.kind = Step::Kind::kIff;
        break;
      case LeafKind::kSkip:
        step.kind = Step::Kind::kSkip;
        break;
      case LeafKind::kReject:
      case LeafKind::kSelect:
      case LeafKind::kDrop:
      case LeafKind::kRedact:
      case LeafKind::kRejectUnless:
      case LeafKind::kSoftFail:
        base::require(*rule.leaf == LeafKind::kReject, "the section `rules` has no such leaf: " + rule.path);
        step.kind = Step::Kind::kReject;
        break;
    }
    if (rule.condition) step.condition = data_.code.lower(*rule.condition);
    step.rule = name(rule);
    settle(step);
    return here() - 1;
  }

  // The rules below `for each` in text order, each over all entries.
  void each(const CoreRule& rule) {
    std::vector<std::uint32_t> locals = rule.binders;
    locals.resize(3, kNone);
    const std::uint32_t domain = data_.code.lower(*rule.each);
    const std::uint32_t places = data_.code.places(locals);
    for (const CoreRule& child : rule.children) {
      Step step;
      step.kind = Step::Kind::kEach;
      step.domain = domain;
      step.locals = places;
      base::require(child.leaf == LeafKind::kReject, "`for each` holds only `reject if`: " + child.path);
      if (child.condition) step.condition = data_.code.lower(*child.condition);
      step.rule = name(child);
      settle(step);
    }
  }

  void settle(Step& step) {
    step.reads = static_cast<std::uint8_t>(reads(step.condition) | reads(step.domain));
    const bool is_static = (step.reads & (kReadsState | kReadsById)) == 0;
    const bool rejects = step.kind == Step::Kind::kReject || step.kind == Step::Kind::kEach;
    step.on_receipt = rejects && is_static && (step.reads & kReadsEdges) != 0;
    data_.steps.push_back(step);
  }

  void select(const Core& slot) {
    if (slot.kind != CoreKind::kSlot) return;  // event(…) is no slot of the state, and nothing to cite
    SelectStep step;
    step.type = data_.code.literal(slot.text);
    step.key = data_.code.lower(*slot.args.at(0));
    data_.selection.push_back(step);
  }

  Program::Data& data_;
};

// Gives each condition that may be left of a step a test: what was compiled from its text, else the interpreter.
class TestFinder {
 public:
  TestFinder(Program::Data& data, CompiledTests compiled) : data_(data), compiled_(compiled) {}

  void add(const Step& step) {
    if (step.domain != kNone) {
      const auto [at, fresh] = data_.tests.try_emplace(TestKey{step.domain, step.condition, step.locals});
      if (!fresh) return;
      at->second.noting = {&Compiled::each, operands({step.domain, step.condition, step.locals})};
      at->second.fast = find(each_text(data_.code, data_.version->plan, step)).value_or(at->second.noting);
    } else if (step.condition != kNone) {
      for (const std::uint32_t condition : data_.code.remains(step.condition)) {
        const auto [at, fresh] = data_.tests.try_emplace(TestKey{kNone, condition, kNone});
        if (!fresh) continue;
        at->second.noting = {&Compiled::condition, operands({condition})};
        at->second.fast = find(condition_text(data_.code, data_.version->plan, condition)).value_or(at->second.noting);
      }
    }
  }

 private:
  std::uint32_t operands(const std::vector<std::uint32_t>& values) {
    data_.operands.insert(data_.operands.end(), values.begin(), values.end());
    return static_cast<std::uint32_t>(data_.operands.size() - values.size());
  }
  std::optional<Test::Way> find(const std::optional<TestText>& written) {
    if (!written) return std::nullopt;
    const auto found = std::ranges::lower_bound(compiled_, written->text, {}, &CompiledTest::text);
    if (found == compiled_.end() || found->text != written->text) return std::nullopt;
    return Test::Way{found->run, operands(written->operands)};
  }

  Program::Data& data_;
  CompiledTests compiled_;
};

}  // namespace

Program::Program() = default;
Program::~Program() = default;

std::shared_ptr<const Program> Program::compile(std::shared_ptr<const CoreVersion> version, CompiledTests compiled) {
  std::shared_ptr<Program> program(new Program());
  program->data_ = std::make_unique<Data>(version);
  Data& data = *program->data_;
  RuleCompiler compiler(data);
  compiler.rules(version->rules);
  compiler.selection(version->auth_events);
  compiler.names(version->receipt);
  data.code.sites_open = false;
  TestFinder finder(data, compiled);
  for (const Step& step : data.steps) finder.add(step);
  if (data.version->key_valid) data.code.lower(*data.version->key_valid);  // so that an evaluator finds it there
  return program;
}

const CoreVersion& Program::version() const { return *data_->version; }
std::uint32_t Program::rule_count() const { return static_cast<std::uint32_t>(data_->labels.size()); }
const std::string& Program::label(RuleIndex rule) const { return data_->labels.at(rule.at()); }
const std::string& Program::number(RuleIndex rule) const { return data_->numbers.at(rule.at()); }
const Program::Data& Program::data() const { return *data_; }

}  // namespace stateroom::rules
