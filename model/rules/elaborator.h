// The checker's inside: one object for one version. Used by elaborate*.cpp alone.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/error.h"
#include "model/base/limits.h"
#include "model/rules/core.h"
#include "model/rules/diagnostic.h"
#include "model/rules/narrowing.h"
#include "model/rules/version_text.h"

namespace stateroom::rules {

/// What a parameter or bound name stands for.
struct Binding {
  CorePtr value;
  bool optional = false;  // a parameter of type `optional …`: it may be missing where a state is indexed
};

/// Where an expression stands: which names it sees and what is known.
struct Scope {
  SectionKind section = SectionKind::kRules;
  bool event = false;  // there is an event of the frame: its fields are names
  bool state = false;  // there is a state of the frame
  bool pdu = false;    // a condition of the section format: top-level fields alone
  bool definition = false;
  bool key = false;  // in the key of an order
  std::map<std::string, Binding> names;
  Facts facts;
  Scope with(const Facts& more) const {
    Scope result = *this;
    result.facts.add(more);
    return result;
  }
};

/// An expression that may still be a path into content.
struct Operand {
  CorePtr core;     // a value; null: see `content`, or an error that was reported
  CorePtr content;  // the event whose content it is
  Path path;        // into it
};

class Elaborator {
 public:
  Elaborator(const Version& version, const base::Limits& limits);
  std::shared_ptr<const CoreVersion> run();
  std::vector<Diagnostic> take_diagnostics();

 private:
  using Primitive = CorePtr (Elaborator::*)(const Expr&, const Scope&);

  // elaborate.cpp: sections.
  void check_names();
  void check_name(const std::string& name, const Location& location, bool field_allowed);
  void check_uses(const ExprPtr& expr, std::set<std::string> bound, const Location& place);
  void format_conditions();
  void names_of(SectionKind section);
  CorePtr named(SectionKind section, std::size_t index);
  std::vector<CoreName>& core_names(SectionKind section);
  void elaborate_name(SectionKind section, std::size_t index);
  void signatures();
  void signature_object(const Expr& expr);
  Scope scope_of(SectionKind section) const;

  // elaborate_rules.cpp.
  struct Flow {
    std::optional<Facts> after;    // known where the rules decided nothing; nullopt: they always decide
    std::optional<Facts> skipped;  // known where a `skip if` left the block
  };
  Flow rules(const std::vector<Rule>& texts, const Scope& scope, std::vector<CoreRule>& out, bool static_so_far);
  void rule(const Rule& text, const Scope& scope, CoreRule& out, Flow& flow, bool static_so_far);
  Flow body(const Rule& text, const Scope& scope, CoreRule& out, bool static_so_far);
  void for_each(const Rule& text, const Scope& scope, CoreRule& out, bool static_so_far);
  void check_last_rule();

  // elaborate_expressions.cpp, elaborate_paths.cpp, elaborate_quantifiers.cpp, elaborate_sets.cpp,
  // elaborate_values.cpp.
  CorePtr expression(const Expr& expr, const Scope& scope);
  CorePtr expression_of_kind(const Expr& expr, const Scope& scope);
  bool too_deep(std::size_t depth, const Location& location);
  CorePtr condition(const Expr& expr, const Scope& scope);  // a Boolean that is there
  CorePtr value_of(const Expr& expr, const Scope& scope, TypeKind kind, std::string_view what);
  Operand operand(const Expr& expr, const Scope& scope);
  Operand name_operand(const Expr& expr, const Scope& scope);
  Operand field_operand(const Expr& expr, const Scope& scope);
  CorePtr settle(const Operand& operand, const Expr& expr, const Scope& scope);
  CorePtr event_field(const CorePtr& event, const std::string& field, const Expr& expr, const Scope& scope);
  CorePtr content_column(const CorePtr& event, const Path& path, const Expr& expr, const Scope& scope);
  CorePtr index(const Expr& expr, const Scope& scope);
  CorePtr state_index(const Expr& expr, const Scope& scope);
  CorePtr key_argument(const Expr& expr, const Scope& scope);
  CorePtr logic(const Expr& expr, const Scope& scope);
  CorePtr quantifier(const Expr& expr, const Scope& scope);
  CorePtr leaves(const Expr& expr, const Scope& scope, std::size_t binders, std::vector<CorePtr>& elements);
  CorePtr family(const Expr& expr, const Scope& scope, std::size_t binders, std::vector<CorePtr>& elements);
  CorePtr domain(const Expr& expr, const Scope& scope, std::size_t binders, std::vector<CorePtr>& elements);
  CorePtr compare(const Expr& expr, const Scope& scope);
  CorePtr is(const Expr& expr, const Scope& scope);
  CorePtr in(const Expr& expr, const Scope& scope);
  CorePtr choice(const Expr& expr, const Scope& scope);  // if, default
  CorePtr given(const Expr& expr, const Scope& scope);
  CorePtr set(const Expr& expr, const Scope& scope);
  CorePtr set_operator(const Expr& expr, const Scope& scope);
  CorePtr plus(const Expr& expr, const Scope& scope);
  CorePtr comprehension(const Expr& expr, const Scope& scope);
  CorePtr aggregate(const Expr& expr, const Scope& scope);

  // elaborate_calls.cpp.
  CorePtr call(const Expr& expr, const Scope& scope);
  CorePtr inlined(const DefinitionEntry& definition, const Expr& expr, const Scope& scope);
  CorePtr argument(const Parameter& parameter, const Expr& expr, const Scope& scope, std::string_view function);
  bool uses_given(const DefinitionEntry& definition);
  CorePtr text_function(const Expr& expr, const Scope& scope);  // server, opaque, prefix, size, sha1
  CorePtr count(const Expr& expr, const Scope& scope);
  CorePtr event_by_id(const Expr& expr, const Scope& scope);
  CorePtr rivals(const Expr& expr, const Scope& scope);
  CorePtr admitted(const Expr& expr, const Scope& scope);
  CorePtr at_keys(const Expr& expr, const Scope& scope);
  CorePtr selected(const Expr& expr, const Scope& scope);
  CorePtr oracle(const Expr& expr, const Scope& scope);
  CorePtr levels(const Expr& expr, const Scope& scope);
  CorePtr changes(const Expr& expr, const Scope& scope);
  CorePtr allowed(const Expr& expr, const Scope& scope);

  // elaborate_resolution.cpp: primitives of resolution, state before and receipt.
  CorePtr reachable(const Expr& expr, const Scope& scope);  // auth_chain, reachable, between
  CorePtr ordered(const Expr& expr, const Scope& scope);    // topological, sort
  CorePtr line(const Expr& expr, const Scope& scope);
  CorePtr position(const Expr& expr, const Scope& scope);
  CorePtr apply(const Expr& expr, const Scope& scope);
  CorePtr contest(const Expr& expr, const Scope& scope);  // until_rejected, first_allowed
  CorePtr resolve(const Expr& expr, const Scope& scope);
  CorePtr only(const Expr& expr, const Scope& scope);
  CorePtr selection(const Expr& expr, const Scope& scope);
  CorePtr extremities(const Expr& expr, const Scope& scope);
  void extremities_only_in_current();
  bool least(const Expr& expr, const Scope& scope, Core& core);
  bool along(const Expr& expr, const Scope& scope, Core& core, bool needed);
  CorePtr clause_value(const Expr& expr, const Scope& scope, ClauseKind clause, TypeKind kind);
  const Core& expanded(const Core& core) const;  // a name without parameters as its value

  // elaborate_types.cpp.
  std::optional<CoreType> parameter_type(const TypePtr& type);
  CoreType column_type(const event::ValueType& type) const;
  CorePtr refine(const CorePtr& core, const Scope& scope);  // strengthens the type by what is known
  CorePtr coerce(const CorePtr& core, TypeKind kind);       // null: it is no such thing
  CorePtr coerce_or_report(const CorePtr& core, TypeKind kind, const Location& location, std::string_view what);
  std::string event_type_of(const Core& event, const Scope& scope) const;
  void check_text_types();

  // Nodes.
  std::shared_ptr<Core> node(CoreKind kind, const Location& location, CoreType type = {},
                             std::vector<CorePtr> args = {});
  CorePtr boolean_node(CoreKind kind, const Location& location, std::vector<CorePtr> args);
  CorePtr variable(std::uint32_t local, CoreType type, const Location& location);
  std::uint32_t local() { return core_->locals++; }
  bool arity(const Expr& expr, std::size_t least, std::size_t most);

  // Errors. All give null, so that `return type_error(…)` ends an expression.
  CorePtr report(const Location& location, base::ErrorCode code, std::string message, std::string hint = {});
  CorePtr type_error(const Location& location, std::string message, std::string hint = {});
  CorePtr name_error(const Location& location, std::string message, std::string hint = {});
  CorePtr restriction(const Location& location, std::string message, std::string hint = {});

  const Version& version_;
  const base::Limits& limits_;
  std::shared_ptr<CoreVersion> core_;
  std::vector<Diagnostic> diagnostics_;
  std::set<std::string> reported_;
  Narrowing narrowing_;
  std::size_t nodes_ = 0;
  std::uint32_t depth_ = 0;  // of expressions within expressions, through definitions
  bool exhausted_ = false;
  std::vector<std::pair<std::string, Location>> active_;  // definitions that are being inlined, with the place of use
  std::map<std::string, bool> uses_given_;
  enum class Progress : std::uint8_t { kNew, kActive, kDone };
  std::map<SectionKind, std::vector<Progress>> progress_;
  std::set<std::string> required_;                // top-level fields that every event has
  std::map<std::string, CorePtr> required_when_;  // by top-level field: its condition
};

/// "a string", "a set of events": for messages.
std::string_view describe(TypeKind kind);
/// True if a value may be missing where it is needed.
inline bool may_be_missing(const CoreType& type) { return type.may_be_absent || type.may_be_ill_typed; }

/// Q1-Q4 on the elaborated rules (restrictions.cpp); what breaks them is appended.
void check_restrictions(const CoreVersion& version, const std::vector<CoreRule>& rules,
                        std::vector<Diagnostic>& diagnostics);
/// What is well typed and no machine computes (performable.cpp); it is appended.
void check_performable(const CoreVersion& version, std::vector<Diagnostic>& diagnostics);

}  // namespace stateroom::rules
