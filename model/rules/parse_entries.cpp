#include <limits>

#include "model/rules/parser_state.h"

namespace stateroom::rules {

namespace {

// The line numbers of a text stay small, so a rule's `numbered N` does too.
constexpr std::int64_t kRuleNumberMax = 100'000;

}  // namespace

Entry Parser::entry(const SectionName& section) {
  count_node();
  switch (section.kind) {
    case SectionKind::kTypes:
      return type_entry();
    case SectionKind::kIdentifiers:
      return identifier_entry();
    case SectionKind::kFormat:
      return field_entry();
    case SectionKind::kLimits:
      return limit_entry();
    case SectionKind::kCanonicalJson:
      return setting_entry();
    case SectionKind::kSignatures:
      return signature_entry();
    case SectionKind::kContent:
      return content_entry();
    case SectionKind::kDefinitions:
    case SectionKind::kRedaction:
    case SectionKind::kStateBefore:
    case SectionKind::kResolution:
      return definition_entry();
    case SectionKind::kAuthEvents:
    case SectionKind::kRules:
    case SectionKind::kReceipt:
      return rule_entry(section.kind);
    case SectionKind::kReadings:
      return reading_entry();
  }
  throw Failure{};
}

TypeEntry Parser::type_entry() {
  TypeEntry out;
  out.location = location();
  out.name = entry_name("a type's name");
  do {
    out.alternatives.push_back(word("a type's name"));
  } while (opt("|"));
  newline();
  return out;
}

IdentifierEntry Parser::identifier_entry() {
  IdentifierEntry out;
  out.location = location();
  out.name = entry_name("an identifier's name");
  if (opt("=")) {
    out.expr = expr();
  } else if (opt("chars")) {
    const Location place = location();
    out.chars = string("the characters as a string");
    if (out.chars.empty()) refuse(base::ErrorCode::kSyntax, "found no characters", place);
  } else {
    out.pattern = pattern();
    if (opt("at")) {
      take("most");
      out.bytes_max = constant();
      take("bytes");
    }
  }
  newline();
  return out;
}

std::vector<PatternNode> Parser::pattern() {
  const Nested nested(*this);
  std::vector<PatternNode> out;
  for (;;) {
    PatternNode node;
    if (at_kind(TokenKind::kString)) {
      node.text = string("a string");
    } else if (opt("[")) {
      node.kind = PatternNode::Kind::kOptional;
      node.group = pattern();
      take("]");
    } else if (at_kind(TokenKind::kWord) && !at("at")) {
      node.kind = PatternNode::Kind::kClass;
      node.text = word("a class");
    } else {
      break;
    }
    count_node();
    out.push_back(std::move(node));
  }
  if (out.empty()) expected("a pattern of strings, names and `[` … `]`");
  return out;
}

FieldEntry Parser::field_entry() {
  FieldEntry out;
  out.location = location();
  if (at_kind(TokenKind::kWord)) {
    out.path = {entry_name("a field's name")};
    while (opt(".")) out.path.push_back(segment("a name after the dot"));
  } else {
    out.path = path("a field's name");
  }
  out.type = type();
  if (opt("required")) {
    out.presence = FieldPresence::kRequired;
    if (opt("when")) {
      out.when = expr();
      if (opt("else")) {
        take("forbidden");
        out.otherwise_forbidden = true;
      }
    }
  } else if (opt("forbidden")) {
    out.presence = FieldPresence::kForbidden;
  } else if (opt("derived")) {
    out.presence = FieldPresence::kDerived;
  } else if (!opt("optional")) {
    expected("", {"required", "optional", "forbidden", "derived"});
  }
  out.kept = opt("kept");
  newline();
  return out;
}

LimitEntry Parser::limit_entry() {
  LimitEntry out;
  out.location = location();
  out.name = entry_name("what is limited");
  out.most = constant();
  if (opt("entries")) {
    out.unit = LimitUnit::kEntries;
  } else if (!opt("bytes")) {
    expected("", {"bytes", "entries"});
  }
  newline();
  return out;
}

SettingEntry Parser::setting_entry() {
  SettingEntry out;
  out.location = location();
  out.name = entry_name("a setting's name");
  if (at_kind(TokenKind::kWord)) {
    out.word = word("a word");
  } else {
    const Location place = location();
    out.least = constant();
    if (opt("to")) out.greatest = constant();
    if (out.greatest) check_range(*out.least, *out.greatest, place);
  }
  newline();
  return out;
}

SignatureEntry Parser::signature_entry() {
  SignatureEntry out;
  out.location = location();
  out.name = entry_name("a signature's name");
  if (opt("=")) {
    out.value = expr();
  } else if (opt(":")) {
    take("require");
    out.require = expr();
    if (opt("unless")) out.unless = expr();
  } else {
    expected("", {"=", ":"});
  }
  newline();
  return out;
}

ContentEntry Parser::content_entry() {
  ContentEntry out;
  out.location = location();
  if (at_kind(TokenKind::kWord)) {
    out.path = {entry_name("a field's name")};
    while (opt(".")) out.path.push_back(segment("a name after the dot"));
  } else {
    out.path = path("a field's path");
  }
  out.type = type();
  out.derived = opt("derived");
  if (opt("kept")) {
    out.kept = true;
    out.kept_empty = opt("empty");
  }
  newline();
  return out;
}

DefinitionEntry Parser::definition_entry() {
  DefinitionEntry out;
  out.location = location();
  out.name = new_name("a definition's name");
  if (opt("(")) {
    do {
      Parameter parameter;
      parameter.name = new_name("a parameter's name");
      take(":");
      parameter.type = type();
      out.parameters.push_back(std::move(parameter));
    } while (opt(","));
    take(")");
  }
  take("=");
  out.expr = expr();
  newline();
  return out;
}

ReadingEntry Parser::reading_entry() {
  ReadingEntry out;
  out.location = location();
  take("reading");
  out.name = word("the reading's name");
  take("default");
  out.default_choice = word("the name of the default choice");
  const Location place = out.location;
  block("the reading's choices, indented", [&] { out.choices.push_back(choice()); });
  if (out.choices.empty()) refuse(base::ErrorCode::kSyntax, "found a reading without a choice", place);
  return out;
}

Choice Parser::choice() {
  Choice out;
  out.location = location();
  out.name = word("a choice's name");
  out.statement = string("what the choice says, as a string");
  if (opt("by")) {
    do {
      out.by.push_back(word("a profile's name"));
    } while (opt(","));
  }
  if (at_kind(TokenKind::kNewline) && lexed_.tokens[at_ + 1].kind == TokenKind::kIndent) {
    block("an indented `edit`", [&] { out.edits.push_back(choice_part()); });
  } else {
    newline();
  }
  return out;
}

Part Parser::choice_part() {
  Part out;
  out.location = location();
  if (opt("edit")) {
    out.kind = PartKind::kEdit;
    out.section = heading();
    block("an indented `insert`, `replace` or `remove`", [&] { out.changes.push_back(change(out.section)); });
  } else if (opt("replace")) {
    take("section");
    out.section = heading();
    if (opt("from")) {
      out.kind = PartKind::kTakeSection;
      out.from = string("the name of a version as a string");
      newline();
    } else {
      out.kind = PartKind::kReplaceSection;
      entries(out);
    }
  } else {
    expected("", {"edit", "replace section"});
  }
  if (out.section.kind == SectionKind::kReadings) {
    refuse(base::ErrorCode::kSyntax, "found a choice that changes readings", out.location);
  }
  return out;
}

// ---------------------------------------------------------------------------------------------------- rules

Rule Parser::rule_entry(SectionKind section) {
  const Nested nested(*this);
  count_node();
  Rule out;
  out.location = location();
  const auto label = [&] {
    if (!at_kind(TokenKind::kWord)) expected("a rule's label");
    out.path.push_back(entry_name("a rule's label"));
  };
  label();
  while (opt(".")) {
    label();
    if (out.path.size() > limits_.text_depth_max) {
      refuse(base::ErrorCode::kLimit,
             "the label path is longer than text_depth_max, " + std::to_string(limits_.text_depth_max), location());
    }
  }
  out.label = out.path.back();
  if (at_any({"before", "after"})) {
    out.anchor = at("before") ? AnchorKind::kBefore : AnchorKind::kAfter;
    next();
    out.anchor_path = path("the label path of a sibling");
  } else if (opt("first")) {
    out.anchor = AnchorKind::kFirst;
  } else if (opt("last")) {
    out.anchor = AnchorKind::kLast;
  }
  if (opt("numbered")) {
    const Location place = location();
    const std::int64_t number = integer("a number");
    if (number < 1 || number > kRuleNumberMax) {
      refuse(base::ErrorCode::kSyntax,
             "found a rule number that is not between 1 and " + std::to_string(kRuleNumberMax), place);
    }
    out.numbered = static_cast<std::uint32_t>(number);
  } else {
    out.unnumbered = opt("unnumbered");
  }
  if (!at(":")) {
    const std::vector<std::string> words = {"before", "after", "first", "last", "numbered", "unnumbered", ":"};
    expected("", words);
  }
  next();
  rule_body(out, section);
  return out;
}

void Parser::rule_body(Rule& rule, SectionKind section) {
  const auto rules = [&] {
    const Location place = rule.location;
    const std::size_t errors = lexed_.errors.size();
    block("the block's rules, indented", [&] {
      Rule child = rule_entry(section);
      if (child.path.size() != 1) {
        refuse(base::ErrorCode::kSyntax,
               "found `" + join(child.path) + "`, expected a label of one word inside a block", child.location);
      }
      if (child.anchor != AnchorKind::kNone) {
        refuse(base::ErrorCode::kSyntax, "found a place for a rule inside a block", child.location,
               "rules of a block stand in the order of the text");
      }
      rule.children.push_back(std::move(child));
    });
    // Rules that were found wrong are no rules, and that was said.
    if (rule.children.empty() && lexed_.errors.size() == errors)
      refuse(base::ErrorCode::kSyntax, "found a block without a rule", place);
  };
  if (at_kind(TokenKind::kNewline)) {
    rules();
    return;
  }
  if (at_any({"when", "for"})) {
    rule.head = rule_head();
    if (!opt(",")) {
      if (!at_kind(TokenKind::kNewline)) expected("`,` and what the rule does, or the end of the line and a block");
      rules();
      return;
    }
  }
  leaf(rule, section);
  newline();
}

Head Parser::rule_head() {
  Head out;
  out.location = location();
  if (opt("when")) {
    out.expr = expr();
  } else if (opt("for")) {
    take("each");
    out.kind = Head::Kind::kForEach;
    out.binders = binder();
    take("in");
    out.expr = expr();
  } else {
    expected("", {"when", "for each"});
  }
  return out;
}

void Parser::leaf(Rule& rule, SectionKind section) {
  if (section == SectionKind::kAuthEvents) {
    if (!at("select")) expected("", {"select", "when"});
    next();
    rule.leaf = LeafForm::kSelect;
    rule.expr = expr();
    return;
  }
  if (section == SectionKind::kReceipt) {
    if (opt("drop")) {
      rule.leaf = LeafForm::kDropUnless;
    } else if (opt("redact")) {
      rule.leaf = LeafForm::kRedactUnless;
    } else if (opt("reject")) {
      rule.leaf = LeafForm::kRejectUnless;
    } else if (opt("soft")) {
      take("fail");
      rule.leaf = LeafForm::kSoftFailUnless;
    } else {
      expected("", {"drop", "redact", "reject", "soft fail", "when"});
    }
    take("unless");
    rule.expr = expr();
    return;
  }
  if (opt("allow")) {
    rule.leaf = LeafForm::kAllow;
    if (opt("if")) {
      rule.expr = expr();
    } else if (opt("iff")) {
      rule.leaf = LeafForm::kAllowIff;
      rule.expr = expr();
    }
  } else if (opt("reject")) {
    rule.leaf = LeafForm::kReject;
    if (opt("if")) rule.expr = expr();
  } else if (opt("skip")) {
    take("if");
    rule.leaf = LeafForm::kSkip;
    rule.expr = expr();
  } else {
    expected("", {"allow", "reject", "skip if", "when", "for each"});
  }
}

// ---------------------------------------------------------------------------------------------------- types and
// numbers

TypePtr Parser::type() {
  const Nested nested(*this);
  count_node();
  TypeNode out;
  out.location = location();
  if (opt("list")) {
    take("of");
    out.kind = TypeForm::kList;
    out.children = {type()};
  } else if (opt("map")) {
    out.kind = TypeForm::kMap;
    out.children = {type()};
    take("->");
    out.children.push_back(type());
  } else if (opt("optional")) {
    out.kind = TypeForm::kOptional;
    out.children = {type()};
  } else if (opt("(")) {
    out.kind = TypeForm::kPair;
    out.children = {type()};
    take(",");
    out.children.push_back(type());
    take(")");
  } else {
    out.name = word("a type");
    if (opt("from")) {
      out.kind = TypeForm::kRange;
      const Location place = location();
      out.least = constant();
      take("to");
      out.greatest = constant();
      check_range(out.least, out.greatest, place);
    }
    if (opt("as")) {
      TypeNode as;
      as.kind = TypeForm::kAs;
      as.location = out.location;
      as.children = {std::make_shared<const TypeNode>(std::move(out)), type()};
      return std::make_shared<const TypeNode>(std::move(as));
    }
  }
  return std::make_shared<const TypeNode>(std::move(out));
}

void Parser::check_range(const Constant& least, const Constant& greatest, const Location& place) {
  if (least.value <= greatest.value) return;
  refuse(base::ErrorCode::kType,
         "found the range from " + least.text + " to " + greatest.text + ", which holds nothing", place,
         "the smaller number stands first");
}

Constant Parser::constant() {
  const Location place = location();
  Constant out;
  const Wide value = wide_constant(out.text);
  if (value > std::numeric_limits<std::int64_t>::max() || value < std::numeric_limits<std::int64_t>::min()) {
    refuse(base::ErrorCode::kLimit, "found a number beyond 64 bits", place);
  }
  out.value = static_cast<std::int64_t>(value);
  return out;
}

// Steps on the way may leave 64 bits, as in 2**63-1.
Parser::Wide Parser::wide_constant(std::string& text) {
  const Nested nested(*this);
  const Location place = location();
  const bool negative = opt("-");
  if (negative) text += "-";
  Wide value = constant_term(text);
  if (negative) value = -value;
  while (at_any({"+", "-"})) {
    const bool plus = at("+");
    text += next().text;
    const Wide term = constant_term(text);
    value = plus ? value + term : value - term;
    if (value > kWideMax || value < -kWideMax) refuse(base::ErrorCode::kLimit, "found a number beyond 64 bits", place);
  }
  return value;
}

// A number, or `(` constant `)`; either may have `** N`.
Parser::Wide Parser::constant_term(std::string& text) {
  const Location place = location();
  Wide base = 0;
  if (opt("(")) {
    text += "(";
    base = wide_constant(text);
    text += ")";
    take(")");
  } else {
    const std::int64_t number = integer("a number");
    text += std::to_string(number);
    base = number;
  }
  if (!opt("**")) return base;
  const std::int64_t exponent = integer("an exponent");
  text += "**" + std::to_string(exponent);
  if (exponent > 64) refuse(base::ErrorCode::kLimit, "found an exponent above 64", place);
  Wide out = 1;
  for (std::int64_t i = 0; i < exponent; ++i) {
    if (__builtin_mul_overflow(out, base, &out) || out > kWideMax || out < -kWideMax) {
      refuse(base::ErrorCode::kLimit, "found a number beyond 64 bits", place);
    }
  }
  return out;
}

}  // namespace stateroom::rules
