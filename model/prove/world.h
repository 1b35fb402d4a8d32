// The symbols of a question about one event: what is free in it, and what is known of strings.
//
// In:  meanings: "the kind of the JSON value at content.users[k] of the state's m.room.power_levels".
// Out: terms of Z3, one a meaning, shared by all versions that are asked about the same world; what holds of them.
// Promise: everything is free that an event and a state may hold: any number of users and entries, every integer,
//          strings as an uninterpreted sort on which `server`, `prefix`, identifiers' patterns … are functions and
//          predicates whose values on the literals of the texts are computed. Quantifiers are decided by finite
//          instantiation: an existential one gets one Boolean, which gives a witness where it holds and is refuted at
//          every key that occurs where it does not. This is complete for the fragment that the checker enforces
//          (Q1-Q4): quantifiers do not nest, so a witness depends on no bound key; a bound key is never below a
//          function in an index (Q3), so an instance makes no new key; so a model of the instances, with every map and
//          family emptied at all other keys, is a model of the question. For functions of strings it is complete up to
//          what they really compute: a proof stands, a model counts only when it is replayed.
#pragma once

#include <z3++.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace stateroom::prove {

using Terms = std::vector<z3::expr>;

/// What stands where a field may stand, as JSON, apart from any version's types.
enum class JsonKind : std::uint8_t {
  kAbsent,
  kNull,
  kString,
  kInteger,
  kBoolean,
  kObject,
  kList,
  kReal,          // a number with a fraction or exponent
  kBeyondDouble,  // a number that no double holds
  kIntegerText,   // a string that spells an integer in ASCII
  kPythonText,    // a string that only Python's int() takes for an integer
};
constexpr int kJsonKinds = 11;

enum class Aspect : std::uint8_t {
  kThere,  // the slot has an event; the list has this position
  kKnown,  // the event of the position is known
  kField,  // a top-level member, by name
  kHasField,
  kKind,    // JsonKind of a content field, or of an entry of a map
  kNumber,  // the integer that it is or spells
  kText,    // the string
  kTruth,   // the Boolean
  kHas,     // the list has this string
  kBad,     // the list has an element of another type; `field`: the type
};

/// What a symbol stands for, so that concrete events can be put in its place and read off a model.
struct Meaning {
  enum class Of : std::uint8_t { kEvent, kSlot, kList } of = Of::kEvent;
  std::string holder;          // kSlot: the event type; kList: the edge field
  std::uint32_t position = 0;  // kList
  std::string event_type;      // of the content; "": a top-level field
  Aspect aspect = Aspect::kField;
  std::string field;
  std::vector<std::string> path;
  bool entry = false;   // of an entry of the map at `path`
  std::string variant;  // another value of the same field: "'" in a second copy of the question
  auto operator<=>(const Meaning&) const = default;
  std::string name() const;
};

/// A symbol applied: a slot's key first, then the entry's key or the element.
struct Application {
  Meaning meaning;
  Terms args;
  z3::expr term;
};

class World {
 public:
  World();
  z3::context& context() { return context_; }
  const z3::sort& text_sort() const { return text_; }
  z3::expr truth(bool value) { return context_.bool_val(value); }
  z3::expr integer(std::int64_t value) { return context_.int_val(value); }

  z3::expr literal(const std::string& text);
  /// The symbol of a meaning at its arguments.
  z3::expr symbol(const Meaning& meaning, const Terms& args = {});
  /// A free Boolean that the host would answer.
  z3::expr oracle(const std::string& name, const Terms& args);
  /// A new string constant, a key.
  z3::expr constant(const std::string& name);
  /// A free string that the question is about; a situation has what it is.
  z3::expr asked(const std::string& name);

  /// `decide` computes the predicate of a literal. `implies`: predicates that follow from it.
  z3::expr holds(const std::string& predicate, const z3::expr& text,
                 const std::function<bool(std::string_view)>& decide, const std::vector<std::string>& implies = {});
  struct TextOrNot {
    z3::expr there, text;
  };
  using TextFunction = std::function<std::optional<std::string>(std::string_view)>;
  TextOrNot call(const std::string& function, const z3::expr& text, const TextFunction& compute);
  z3::expr size(const z3::expr& text);

  /// A ground term that is a key of a map or a slot, or is looked for in a list.
  void key(const z3::expr& text);
  void require(const z3::expr& fact) { facts_.push_back(fact); }
  /// What holds for every key.
  using Body = std::function<z3::expr(const z3::expr& key)>;
  void require_for_all(Body body) { for_all_.push_back({std::move(body), 0}); }
  z3::expr exists(const std::string& name, Body body);
  /// A named Boolean that equals the formula: formulas stay small.
  z3::expr named(const std::string& name, const z3::expr& formula);

  /// All facts, instances included. To be asked again after more was encoded: gives what is new since.
  Terms close();

  const std::vector<Application>& applications() const { return applications_; }
  const std::vector<z3::expr>& keys() const { return keys_; }
  const std::vector<z3::expr>& texts() const { return texts_; }
  const std::map<std::string, z3::expr>& literals() const { return literals_; }
  struct Called {
    std::string function;
    z3::expr argument, there, text;
  };
  const std::vector<Called>& calls() const { return calls_; }
  struct Held {
    std::string predicate;
    z3::expr argument, term;
  };
  const std::vector<Held>& held() const { return held_; }
  struct Asked {
    std::string name;
    Terms args;
    z3::expr term;
  };
  const std::map<std::string, z3::expr>& asked() const { return asked_; }
  const std::vector<Asked>& oracles() const { return oracles_; }
  const std::vector<std::pair<z3::expr, z3::expr>>& sizes() const { return sizes_; }  // (text, its size)
  std::size_t quantifiers() const { return quantifiers_.size(); }

 private:
  struct Quantifier {
    z3::expr holds, witness;
    Body body;
    bool witnessed = false;
    std::size_t refuted_at = 0;  // keys
  };
  struct ForAll {
    Body body;
    std::size_t at = 0;
  };
  struct Predicate {
    std::function<bool(std::string_view)> decide;
    std::vector<std::string> implies;
  };
  z3::expr apply(const std::string& name, const Terms& args, const z3::sort& range);
  z3::sort range_of(const Meaning& meaning);
  void text(const z3::expr& term);
  bool facts_of_literals();
  bool facts_of_texts();
  bool instances();

  z3::context context_;
  z3::sort text_;
  std::map<std::string, z3::func_decl> functions_;
  std::map<std::string, z3::expr> literals_;
  std::map<unsigned, std::string> literal_of_;  // by id of the term
  std::set<std::string> derived_;               // literals that functions gave: no function is computed of them
  std::vector<Application> applications_;
  std::set<unsigned> applied_, key_ids_, text_ids_;
  std::vector<z3::expr> keys_, texts_, facts_;
  std::map<std::string, Predicate> predicates_;
  std::map<std::string, TextFunction> text_functions_;
  bool sizes_asked_ = false;
  std::vector<Called> calls_;
  std::vector<Held> held_;
  std::vector<Asked> oracles_;
  std::map<std::string, z3::expr> asked_;
  std::vector<std::pair<z3::expr, z3::expr>> sizes_;
  std::vector<Quantifier> quantifiers_;
  std::map<unsigned, std::size_t> same_body_;  // by id of a body at the placeholder: its quantifier
  std::map<unsigned, z3::expr> named_;         // by id of the formula
  std::vector<z3::expr> kept_;                 // so that no id is given twice
  std::vector<ForAll> for_all_;
  std::set<std::string> done_;  // facts of literals and texts that were given
  std::size_t given_ = 0;       // facts that `close` gave
  std::size_t distinct_ = 0;    // literals that are known to be distinct
  std::size_t names_ = 0;
};

}  // namespace stateroom::prove
