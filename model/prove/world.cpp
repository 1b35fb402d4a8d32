#include "model/prove/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/base/error.h"

namespace stateroom::prove {

namespace {

std::string_view suffix(Aspect aspect) {
  switch (aspect) {
    case Aspect::kThere:
      return "there";
    case Aspect::kKnown:
      return "known";
    case Aspect::kField:
      return "";
    case Aspect::kHasField:
      return "has";
    case Aspect::kKind:
      return "kind";
    case Aspect::kNumber:
      return "number";
    case Aspect::kText:
      return "text";
    case Aspect::kTruth:
      return "truth";
    case Aspect::kHas:
      return "contains";
    case Aspect::kBad:
      return "bad";
  }
  base::require(false, "an aspect of no kind");
  return {};
}

z3::expr_vector vector_of(z3::context& context, const Terms& terms) {
  z3::expr_vector out(context);
  for (const z3::expr& term : terms) out.push_back(term);
  return out;
}

}  // namespace

std::string Meaning::name() const {
  std::string out = of == Of::kEvent  ? "event"
                    : of == Of::kSlot ? fmt::format("state[{}]", holder)
                                      : fmt::format("{}[{}]", holder, position);
  if (!path.empty())
    out += fmt::format(".{}{}", event_type.empty() ? "" : event_type + ":content.", fmt::join(path, "."));
  if (entry) out += "[]";
  if (!field.empty()) out += "." + field;
  if (const std::string_view what = suffix(aspect); !what.empty()) out += fmt::format("#{}", what);
  return out + variant;
}

World::World() : text_(context_.uninterpreted_sort("Text")) {}

z3::expr World::apply(const std::string& name, const Terms& args, const z3::sort& range) {
  if (args.empty()) return context_.constant(name.c_str(), range);
  auto at = functions_.find(name);
  if (at == functions_.end()) {
    z3::sort_vector domain(context_);
    for (const z3::expr& arg : args) domain.push_back(arg.get_sort());
    at = functions_.emplace(name, context_.function(name.c_str(), domain, range)).first;
  }
  return at->second(vector_of(context_, args));
}

z3::sort World::range_of(const Meaning& meaning) {
  switch (meaning.aspect) {
    case Aspect::kThere:
    case Aspect::kKnown:
    case Aspect::kHasField:
    case Aspect::kTruth:
    case Aspect::kHas:
    case Aspect::kBad:
      return context_.bool_sort();
    case Aspect::kKind:
    case Aspect::kNumber:
      return context_.int_sort();
    case Aspect::kText:
      return text_;
    case Aspect::kField:
      if (meaning.field == "rejected") return context_.bool_sort();
      if (meaning.field == "depth" || meaning.field == "origin_server_ts") return context_.int_sort();
      return text_;
  }
  base::require(false, "an aspect of no kind");
  return text_;
}

z3::expr World::symbol(const Meaning& meaning, const Terms& args) {
  const z3::sort range = range_of(meaning);
  z3::expr term = apply(meaning.name(), args, range);
  if (!applied_.insert(term.id()).second) return term;
  applications_.push_back({meaning, args, term});
  if (meaning.aspect == Aspect::kKind) require(term >= 0 && term < kJsonKinds);
  if (range.id() == text_.id()) text(term);
  return term;
}

z3::expr World::oracle(const std::string& name, const Terms& args) {
  z3::expr term = apply("host:" + name, args, context_.bool_sort());
  if (applied_.insert(term.id()).second) oracles_.push_back({name, args, term});
  return term;
}

z3::expr World::constant(const std::string& name) {
  z3::expr term = context_.constant(name.c_str(), text_);
  text(term);
  key(term);
  return term;
}

z3::expr World::asked(const std::string& name) { return asked_.emplace(name, constant("the " + name)).first->second; }

z3::expr World::literal(const std::string& text_of) {
  if (const auto at = literals_.find(text_of); at != literals_.end()) return at->second;
  z3::expr term = context_.constant(fmt::format("\"{}\"", text_of).c_str(), text_);
  literals_.emplace(text_of, term);
  literal_of_.emplace(term.id(), text_of);
  text(term);
  return term;
}

void World::text(const z3::expr& term) {
  if (text_ids_.insert(term.id()).second) texts_.push_back(term);
}

void World::key(const z3::expr& term) {
  text(term);
  if (key_ids_.insert(term.id()).second) keys_.push_back(term);
}

z3::expr World::holds(const std::string& predicate, const z3::expr& argument,
                      const std::function<bool(std::string_view)>& decide, const std::vector<std::string>& implies) {
  predicates_.try_emplace(predicate, Predicate{decide, implies});
  z3::expr term = apply(predicate, {argument}, context_.bool_sort());
  text(argument);
  if (applied_.insert(term.id()).second) held_.push_back({predicate, argument, term});
  return term;
}

World::TextOrNot World::call(const std::string& function, const z3::expr& argument, const TextFunction& compute) {
  text_functions_.try_emplace(function, compute);
  TextOrNot out{apply(function + "?", {argument}, context_.bool_sort()), apply(function, {argument}, text_)};
  text(argument);
  if (applied_.insert(out.text.id()).second) {
    text(out.text);
    calls_.push_back({function, argument, out.there, out.text});
  }
  return out;
}

z3::expr World::size(const z3::expr& argument) {
  sizes_asked_ = true;
  z3::expr term = apply("size", {argument}, context_.int_sort());
  text(argument);
  if (applied_.insert(term.id()).second) {
    require(term >= 0);
    sizes_.emplace_back(argument, term);
  }
  return term;
}

z3::expr World::exists(const std::string& name, Body body) {
  // Two versions mostly say the same: bodies that are one formula at a placeholder have one Boolean and one witness.
  const z3::expr formula = body(context_.constant("placeholder", text_)).simplify();
  kept_.push_back(formula);
  if (const auto at = same_body_.find(formula.id()); at != same_body_.end()) return quantifiers_[at->second].holds;
  same_body_.emplace(formula.id(), quantifiers_.size());
  const std::string number = std::to_string(quantifiers_.size());
  z3::expr holds = context_.bool_const(fmt::format("any {} {}", number, name).c_str());
  quantifiers_.push_back({holds, constant(fmt::format("witness {} {}", number, name)), std::move(body)});
  return holds;
}

z3::expr World::named(const std::string& name, const z3::expr& formula) {
  if (formula.is_const()) return formula;
  if (const auto at = named_.find(formula.id()); at != named_.end()) return at->second;
  z3::expr term = context_.bool_const(fmt::format("{} {}", ++names_, name).c_str());
  require(term == formula);
  kept_.push_back(formula);
  named_.emplace(formula.id(), term);
  return term;
}

// What is computed of literals: predicates, functions, sizes. The values of functions are literals of their own.
bool World::facts_of_literals() {
  const std::size_t before = facts_.size();
  const std::map<std::string, z3::expr> literals = literals_;
  for (const auto& [value, term] : literals) {
    for (const auto& [name, predicate] : predicates_) {
      if (!done_.insert(name + "\n" + value).second) continue;
      require(apply(name, {term}, context_.bool_sort()) == truth(predicate.decide(value)));
    }
    for (const auto& [name, compute] : text_functions_) {
      if (!done_.insert(name + "\n" + value).second) continue;
      const auto result = compute(value);
      require(apply(name + "?", {term}, context_.bool_sort()) == truth(result.has_value()));
      if (!result || derived_.contains(value)) continue;
      if (!literals_.contains(*result)) derived_.insert(*result);
      require(apply(name, {term}, text_) == literal(*result));
    }
    if (sizes_asked_ && done_.insert("size\n" + value).second)
      require(apply("size", {term}, context_.int_sort()) == integer(static_cast<std::int64_t>(value.size())));
  }
  if (distinct_ != literals_.size() && literals_.size() > 1) {
    distinct_ = literals_.size();
    Terms all;
    for (const auto& [value, term] : literals_) all.push_back(term);
    require(z3::distinct(vector_of(context_, all)));
  }
  return facts_.size() != before;
}

bool World::facts_of_texts() {
  const std::size_t before = facts_.size();
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    const z3::expr term = texts_[i];
    if (literal_of_.contains(term.id())) continue;
    for (const auto& [name, predicate] : predicates_) {
      for (const std::string& other : predicate.implies) {
        if (!done_.insert(fmt::format("{}\n{}\n#{}", name, other, term.id())).second) continue;
        require(z3::implies(apply(name, {term}, context_.bool_sort()), apply(other, {term}, context_.bool_sort())));
      }
    }
  }
  return facts_.size() != before;
}

bool World::instances() {
  bool more = false;
  for (std::size_t q = 0; q < quantifiers_.size(); ++q) {
    // Copies: a body may name more keys and quantifiers.
    const Body body = quantifiers_[q].body;
    const z3::expr holds = quantifiers_[q].holds, witness = quantifiers_[q].witness;
    if (!quantifiers_[q].witnessed) {
      quantifiers_[q].witnessed = more = true;
      require(z3::implies(holds, body(witness)));
    }
    while (quantifiers_[q].refuted_at < keys_.size()) {
      more = true;
      const z3::expr key = keys_[quantifiers_[q].refuted_at++];
      require(z3::implies(!holds, !body(key)));
    }
  }
  for (std::size_t f = 0; f < for_all_.size(); ++f) {
    const Body body = for_all_[f].body;
    while (for_all_[f].at < keys_.size()) {
      more = true;
      const z3::expr key = keys_[for_all_[f].at++];
      require(body(key));
    }
  }
  return more;
}

Terms World::close() {
  for (bool more = true; more;) {
    more = instances();
    more = facts_of_literals() || more;
    more = facts_of_texts() || more;
  }
  Terms out(facts_.begin() + static_cast<std::ptrdiff_t>(given_), facts_.end());
  given_ = facts_.size();
  return out;
}

}  // namespace stateroom::prove
