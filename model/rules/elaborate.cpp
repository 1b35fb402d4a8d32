// Sections: the order in which a version is checked, its names, its signatures, and errors.
#include "model/rules/elaborate.h"

#include "model/rules/elaborator.h"
#include "model/rules/event_format.h"
#include "model/rules/nearest.h"
#include "model/rules/print.h"

namespace stateroom::rules {

// ---------------------------------------------------------------------------------------------------- errors

CorePtr Elaborator::report(const Location& location, base::ErrorCode code, std::string message, std::string hint) {
  Diagnostic found = error(location, code, std::move(message), std::move(hint));
  if (!active_.empty() && active_.front().second.line != 0 && code != base::ErrorCode::kLimit) {
    const std::string used = "`" + active_.back().first + "` is used at " + active_.front().second.text();
    found.hint = found.hint.empty() ? used : found.hint + "; " + used;
  }
  if (!reported_.insert(found.where() + " " + found.message).second) return nullptr;
  if (diagnostics_.size() < limits_.text_errors_max) diagnostics_.push_back(std::move(found));
  return nullptr;
}

CorePtr Elaborator::type_error(const Location& location, std::string message, std::string hint) {
  return report(location, base::ErrorCode::kType, std::move(message), std::move(hint));
}
CorePtr Elaborator::name_error(const Location& location, std::string message, std::string hint) {
  return report(location, base::ErrorCode::kName, std::move(message), std::move(hint));
}
CorePtr Elaborator::restriction(const Location& location, std::string message, std::string hint) {
  return report(location, base::ErrorCode::kRestriction, std::move(message), std::move(hint));
}

std::vector<Diagnostic> Elaborator::take_diagnostics() {
  sort_and_unique(diagnostics_);
  return std::move(diagnostics_);
}

// ---------------------------------------------------------------------------------------------------- names

void Elaborator::check_name(const std::string& name, const Location& location, bool field_allowed) {
  for (const std::string& primitive : primitive_names()) {
    if (primitive != name) continue;
    name_error(location, "`" + name + "` is a function of the language", "choose another name");
    return;
  }
  if (field_allowed) return;
  for (const FieldEntry& entry : version_.format) {
    if (entry.path.size() != 1 || entry.path[0] != name || entry.type->name == "any") continue;
    name_error(location, "`" + name + "` is a field of the event", "choose another name");
    return;
  }
  if (name == "content") name_error(location, "`content` is the content of the event", "choose another name");
}

// Names of an expression that no rule may ever use: unknown ones are errors all the same.
void Elaborator::check_uses(const ExprPtr& expr, std::set<std::string> bound, const Location& place) {
  if (!expr) return;
  if (expr->kind == ExprKind::kName || expr->kind == ExprKind::kCall) {
    bool known = bound.contains(expr->text) || version_.definition(expr->text) || expr->text == "content";
    for (const std::string& primitive : primitive_names()) known |= primitive == expr->text;
    for (const FieldEntry& entry : version_.format) known |= entry.path.front() == expr->text;
    for (const DefinitionEntry& entry : version_.state_before) known |= entry.name == expr->text;
    if (!known) {
      std::vector<std::string> names(bound.begin(), bound.end());
      for (const DefinitionEntry& entry : version_.definitions) names.push_back(entry.name);
      for (const FieldEntry& entry : version_.format) names.push_back(entry.path.front());
      const std::string near = nearest(expr->text, names);
      name_error(
          expr->location,
          "unknown " + std::string(expr->kind == ExprKind::kCall ? "function" : "name") + " `" + expr->text + "`",
          near.empty() ? "a name is a definition, a field of the event, a parameter or a bound name"
                       : "did you mean `" + near + "`?");
    }
  }
  for (const std::string& name : expr->binders) bound.insert(name);
  for (const ExprPtr& child : expr->children) check_uses(child, bound, place);
  for (const Clause& clause : expr->clauses) {
    check_uses(clause.expr, bound, place);
    std::set<std::string> inner = bound;
    inner.insert(clause.name);
    for (const SortKey& key : clause.keys) check_uses(key.expr, inner, place);
  }
}

void Elaborator::check_names() {
  std::map<std::string, std::string> owners;
  const auto declare = [&](const DefinitionEntry& entry, SectionKind section) {
    const bool derived = section == SectionKind::kStateBefore && entry.name == core_->format.derived_edge_field;
    check_name(entry.name, entry.location, derived);
    const std::string heading(name(section));
    const auto [found, fresh] = owners.emplace(entry.name, heading);
    if (!fresh)
      name_error(entry.location,
                 "`" + entry.name + "` is declared in the sections " + found->second + " and " + heading,
                 "a name is declared once");
    std::set<std::string> seen;
    for (const Parameter& parameter : entry.parameters) {
      check_name(parameter.name, entry.location, false);
      if (!seen.insert(parameter.name).second)
        name_error(entry.location, "`" + entry.name + "` has two parameters `" + parameter.name + "`");
      if (version_.definition(parameter.name))
        name_error(entry.location, "the parameter `" + parameter.name + "` is also a definition",
                   "choose another name");
      parameter_type(parameter.type);
    }
  };
  for (const SectionKind section :
       {SectionKind::kDefinitions, SectionKind::kRedaction, SectionKind::kStateBefore, SectionKind::kResolution})
    for (const DefinitionEntry& entry : version_.definitions_of(section)) declare(entry, section);
  for (const DefinitionEntry& entry : version_.definitions) {
    std::set<std::string> bound;
    for (const Parameter& parameter : entry.parameters) bound.insert(parameter.name);
    check_uses(entry.expr, bound, entry.location);
  }
  // Circles among definitions, also among those that no rule uses.
  std::map<std::string, int> state;
  const auto visit = [&](const auto& self, const DefinitionEntry& entry, std::size_t depth) -> void {
    state[entry.name] = 1;
    if (too_deep(depth, entry.location)) return;
    const auto uses = [&](const auto& again, const ExprPtr& expr) -> void {
      if (!expr) return;
      if (expr->kind == ExprKind::kName || expr->kind == ExprKind::kCall) {
        bool parameter = false;
        for (const Parameter& p : entry.parameters) parameter |= p.name == expr->text;
        const DefinitionEntry* used = parameter ? nullptr : version_.definition(expr->text);
        if (used && state[used->name] == 1)
          name_error(expr->location, "`" + used->name + "` is defined by itself", "definitions are not recursive");
        if (used && state[used->name] == 0) self(self, *used, depth + 1);
      }
      for (const ExprPtr& child : expr->children) again(again, child);
      for (const Clause& clause : expr->clauses) {
        again(again, clause.expr);
        for (const SortKey& key : clause.keys) again(again, key.expr);
      }
    };
    uses(uses, entry.expr);
    state[entry.name] = 2;
  };
  for (const DefinitionEntry& entry : version_.definitions)
    if (state[entry.name] == 0) visit(visit, entry, 0);
}

// ---------------------------------------------------------------------------------------------------- sections of
// names

Scope Elaborator::scope_of(SectionKind section) const {
  Scope scope;
  scope.section = section;
  scope.event = section != SectionKind::kResolution;
  scope.state =
      section == SectionKind::kRules || section == SectionKind::kAuthEvents || section == SectionKind::kRedaction;
  if (section == SectionKind::kRedaction) {
    Core event;
    event.kind = CoreKind::kThisEvent;
    scope.facts.add_event_type(event, "m.room.redaction");
  }
  return scope;
}

std::vector<CoreName>& Elaborator::core_names(SectionKind section) {
  if (section == SectionKind::kResolution) return core_->resolution;
  return section == SectionKind::kRedaction ? core_->redaction : core_->state_before;
}

CorePtr Elaborator::named(SectionKind section, std::size_t index) {
  const DefinitionEntry& entry = version_.definitions_of(section)[index];
  Progress& progress = progress_[section][index];
  if (progress == Progress::kActive)
    return name_error(entry.location, "`" + entry.name + "` is defined by itself",
                      "names are used in any order, but not in a circle");
  if (progress == Progress::kNew) elaborate_name(section, index);
  return core_names(section)[index].value;
}

void Elaborator::elaborate_name(SectionKind section, std::size_t index) {
  progress_[section][index] = Progress::kActive;
  const DefinitionEntry& entry = version_.definitions_of(section)[index];
  Scope scope = scope_of(section);
  CoreName result;
  result.name = entry.name;
  for (const Parameter& parameter : entry.parameters) {
    auto type = parameter_type(parameter.type);
    if (!type) continue;
    // p of `after(p)` may be an event that is not known.
    if (section == SectionKind::kStateBefore && type->kind == TypeKind::kEvent) type->may_be_unknown = true;
    const std::uint32_t number = local();
    result.parameters.push_back(number);
    result.parameter_types.push_back(*type);
    scope.names[parameter.name] = {variable(number, *type, entry.location), type->may_be_absent};
  }
  const auto active = std::exchange(active_, {});
  result.value = expression(*entry.expr, scope);
  active_ = active;
  core_names(section)[index] = std::move(result);
  progress_[section][index] = Progress::kDone;
}

void Elaborator::names_of(SectionKind section) {
  const std::size_t count = version_.definitions_of(section).size();
  for (std::size_t i = 0; i < count; ++i)
    if (progress_[section][i] == Progress::kNew) elaborate_name(section, i);
  const auto expect = [&](std::string_view wanted, TypeKind kind, bool needed) {
    for (std::size_t i = 0; i < count; ++i) {
      const DefinitionEntry& entry = version_.definitions_of(section)[i];
      if (entry.name != wanted) continue;
      CorePtr& value = core_names(section)[i].value;
      if (value) value = coerce_or_report(value, kind, entry.location, "`" + std::string(wanted) + "`");
      return;
    }
    if (needed) name_error({}, "the section " + std::string(name(section)) + " has no `" + std::string(wanted) + "`");
  };
  if (section == SectionKind::kResolution) expect("result", TypeKind::kState, true);
  if (section == SectionKind::kStateBefore) {
    expect("before", TypeKind::kState, true);
    expect("current", TypeKind::kState, false);
  }
  if (section == SectionKind::kRedaction) {
    expect("target", TypeKind::kString, false);
    expect("applies", TypeKind::kBoolean, false);
  }
}

// ---------------------------------------------------------------------------------------------------- signatures,
// format

// `sha256(canonical_json(redacted(event) without {…} except {…}))`: its names; the rest is event_format's.
void Elaborator::signature_object(const Expr& expr) {
  static const std::set<std::string, std::less<>> known = {"sha256", "canonical_json", "redacted", "event"};
  if (expr.kind == ExprKind::kName || expr.kind == ExprKind::kCall) {
    const bool found = known.contains(expr.text) || version_.signature(expr.text) != nullptr;
    if (!found) {
      const std::string near = nearest(expr.text, {known.begin(), known.end()});
      name_error(expr.location, "`" + expr.text + "` is unknown in an object of the section signatures",
                 near.empty() ? "an object is `canonical_json(event without {…})`" : "did you mean `" + near + "`?");
    }
  }
  for (const ExprPtr& child : expr.children) signature_object(*child);
}

void Elaborator::signatures() {
  const Scope scope = scope_of(SectionKind::kSignatures);
  for (const SignatureEntry& entry : version_.signatures) {
    if (entry.value && entry.name == "key_valid") {
      core_->key_valid = condition(*entry.value, scope);
    } else if (entry.value) {
      signature_object(*entry.value);
    } else {
      CoreSignature signature;
      signature.label = entry.name;
      signature.require = condition(*entry.require, scope);
      if (entry.unless) signature.unless = condition(*entry.unless, scope);
      core_->signatures.push_back(std::move(signature));
    }
  }
}

void Elaborator::format_conditions() {
  for (const event::FormatField& field : core_->format.fields)
    if (field.path.size() == 1 && field.presence == event::Presence::kRequired && !field.when)
      required_.insert(field.path[0]);
  if (!core_->format.derived_edge_field.empty()) required_.insert(core_->format.derived_edge_field);
  Scope scope = scope_of(SectionKind::kFormat);
  scope.pdu = true;
  for (const FieldEntry& entry : version_.format) {
    if (!entry.when) continue;
    const CorePtr when = condition(*entry.when, scope);
    if (when && entry.path.size() == 1) required_when_[entry.path[0]] = when;
  }
  for (const IdentifierEntry& entry : version_.identifiers) {
    if (!entry.expr) continue;
    const auto check = [&](const auto& self, const Expr& expr) -> void {
      static const std::set<std::string, std::less<>> functions = {"unpadded_base64", "unpadded_base64url", "sha256"};
      const bool call = expr.kind == ExprKind::kCall;
      if ((call && !functions.contains(expr.text)) || (expr.kind == ExprKind::kName && !version_.signature(expr.text)))
        name_error(expr.location, "`" + expr.text + "` is unknown in an identifier",
                   "an identifier is `\"$\" + unpadded_base64url(reference_hash)` or a pattern");
      for (const ExprPtr& child : expr.children) self(self, *child);
    };
    check(check, *entry.expr);
  }
}

// ---------------------------------------------------------------------------------------------------- the whole

Elaborator::Elaborator(const Version& version, const base::Limits& limits)
    : version_(version), limits_(limits), core_(std::make_shared<CoreVersion>()) {}

std::shared_ptr<const CoreVersion> Elaborator::run() {
  core_->name = version_.name;
  core_->identifier = version_.identifier;
  core_->sha256 = version_.sha256_without_errata;
  core_->sha256_with_errata = version_.sha256_with_errata;
  auto format = event_format(version_);
  if (!format) {
    for (const base::Error& found : format.error()) diagnostics_.push_back(diagnostic(found));
    return nullptr;
  }
  core_->format = std::move(*format);
  core_->plan = graph::ColumnPlan(core_->format);
  for (const SectionKind section : {SectionKind::kRedaction, SectionKind::kStateBefore, SectionKind::kResolution}) {
    core_names(section).resize(version_.definitions_of(section).size());
    progress_[section].resize(version_.definitions_of(section).size(), Progress::kNew);
  }
  check_text_types();
  check_names();
  if (!diagnostics_.empty()) return nullptr;  // with unknown or circular names all that follows would be noise
  format_conditions();
  signatures();
  names_of(SectionKind::kRedaction);
  rules(version_.auth_events, scope_of(SectionKind::kAuthEvents), core_->auth_events, true);
  rules(version_.rules, scope_of(SectionKind::kRules), core_->rules, true);
  check_last_rule();
  names_of(SectionKind::kResolution);
  names_of(SectionKind::kStateBefore);
  extremities_only_in_current();
  rules(version_.receipt, scope_of(SectionKind::kReceipt), core_->receipt, true);
  if (!diagnostics_.empty()) return nullptr;
  check_restrictions(*core_, core_->rules, diagnostics_);
  check_restrictions(*core_, core_->auth_events, diagnostics_);
  check_performable(*core_, diagnostics_);
  return diagnostics_.empty() ? core_ : nullptr;
}

std::expected<std::shared_ptr<const CoreVersion>, std::vector<Diagnostic>> elaborate(const Version& version,
                                                                                     const base::Limits& limits) {
  Elaborator elaborator(version, limits);
  auto core = elaborator.run();
  if (core) return core;
  return std::unexpected(elaborator.take_diagnostics());
}

std::uint32_t CoreVersion::resolution_name(std::string_view wanted) const {
  for (std::size_t i = 0; i < resolution.size(); ++i)
    if (resolution[i].name == wanted) return static_cast<std::uint32_t>(i);
  return static_cast<std::uint32_t>(resolution.size());
}

std::vector<std::uint32_t> CoreVersion::resolution_order() const {
  std::vector<std::uint32_t> out;
  std::vector<bool> seen(resolution.size(), false);
  const auto names_in = [&](const auto& self, const auto& each, const Core& core) -> void {
    if (core.kind == CoreKind::kNamed) each(static_cast<std::uint32_t>(core.number));
    for (const CorePtr& argument : core.args) {
      if (argument) self(self, each, *argument);
    }
    for (const CoreKey& key : core.keys) self(self, each, *key.value);
  };
  // Names form no circle, and as deep as a text may nest is as deep as this goes.
  const auto add = [&](const auto& self, std::uint32_t number) -> void {
    if (seen[number]) return;
    seen[number] = true;
    names_in(
        names_in, [&](std::uint32_t other) { self(self, other); }, *resolution[number].value);
    out.push_back(number);
  };
  for (std::uint32_t i = 0; i < resolution.size(); ++i) add(add, i);
  return out;
}

}  // namespace stateroom::rules
