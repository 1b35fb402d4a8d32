#include "model/rules/event_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "model/rules/nearest.h"

namespace stateroom::rules {
namespace {

using base::Error;
using base::ErrorCode;
using event::EventFormat;
using event::ValueType;
using json::Value;
using Condition = std::function<bool(Value)>;

class Builder {
 public:
  explicit Builder(const Version& version) : version_(version) {}

  std::expected<EventFormat, Errors> run() {
    level();
    identifiers();
    fields();
    for (const LimitEntry& entry : version_.limits) limit(entry);
    canonical_json();
    for (const SignatureEntry& entry : version_.signatures) {
      if (entry.value != nullptr && entry.name != "key_valid") hashed_object(entry);
    }
    for (const auto& [type, entries] : version_.content) {
      for (const ContentEntry& entry : entries) {
        out_.content[type].push_back({entry.path, value_type(entry.type), entry.kept, entry.kept_empty});
      }
    }
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    return std::move(out_);
  }

 private:
  void error(ErrorCode code, const Location& location, std::string message, std::string hint = {}) {
    errors_.push_back(Error{code, std::move(message), location.text(), std::move(hint)});
  }

  void limit(const LimitEntry& entry) {
    const bool bytes = entry.unit == LimitUnit::kBytes;
    if (entry.most.value < 1)
      error(ErrorCode::kType, entry.location, "the limit `" + entry.name + "` leaves room for nothing",
            "it is at least 1");
    const bool known = (bytes && entry.name == "event") || out_.field(entry.name) != nullptr;
    if (!known)
      error(ErrorCode::kName, entry.location, "found a limit of `" + entry.name + "`, which is no field of a PDU",
            bytes ? "limits are those of fields, and of the whole `event`" : "limits are those of fields");
    (bytes ? out_.limits_bytes : out_.limits_entries)[entry.name] = static_cast<std::uint64_t>(entry.most.value);
  }

  // -- types ----------------------------------------------------------------------------------------------------------

  const TypeEntry* type_entry(std::string_view name) const {
    for (const TypeEntry& entry : version_.types) {
      if (entry.name == name) return &entry;
    }
    return nullptr;
  }

  void level() {
    if (const TypeEntry* entry = type_entry("level")) spellings(*entry, 0);
  }

  void spellings(const TypeEntry& entry, int depth) {
    for (const std::string& name : entry.alternatives) {
      if (name == "integer") {
        out_.level.integer = true;
      } else if (name == "ascii_integer") {
        out_.level.ascii_integer = true;
      } else if (name == "python_integer") {
        out_.level.python_integer = true;
      } else if (name == "truncated_float") {
        out_.level.truncated_float = true;
      } else if (const TypeEntry* other = type_entry(name); other != nullptr && depth < 8) {
        spellings(*other, depth + 1);
      } else {
        error(ErrorCode::kName, entry.location, fmt::format("found `{}`, expected a spelling of a level", name),
              "integer, ascii_integer, python_integer, truncated_float, or a type of this section");
      }
    }
  }

  ValueType named_type(std::string_view name) const {
    using Base = ValueType::Base;
    ValueType out;
    if (name == "object") {
      out.base = Base::kObject;
    } else if (name == "string") {
      out.base = Base::kString;
    } else if (name == "boolean") {
      out.base = Base::kBoolean;
    } else if (name == "integer") {
      out.base = Base::kInteger;
    } else if (name == "level") {
      out.base = Base::kLevel;
    } else if (name == "event") {
      out.base = Base::kEvent;
    } else if (out_.identifiers.contains(name)) {
      out.base = Base::kIdentifier;
      out.identifier = name;
    }
    return out;  // any other name says nothing that can be checked, as `any` does
  }

  ValueType value_type(const TypePtr& type) const {
    using Base = ValueType::Base;
    ValueType out;
    const auto child = [&](std::size_t i) { return std::make_shared<const ValueType>(value_type(type->children[i])); };
    switch (type->kind) {
      case TypeForm::kName:
        return named_type(type->name);
      case TypeForm::kRange:
        out = named_type(type->name);
        out.least = type->least.value;
        out.greatest = type->greatest.value;
        return out;
      case TypeForm::kList:
        out.base = Base::kList;
        out.element = child(0);
        return out;
      case TypeForm::kMap:
        out.base = Base::kMap;
        out.key = child(0);
        out.element = child(1);
        return out;
      case TypeForm::kOptional:
        return value_type(type->children[0]);
      case TypeForm::kPair:
        out.base = Base::kPair;
        out.key = child(0);
        out.element = child(1);
        return out;
      case TypeForm::kAs:
        out = value_type(type->children[0]);
        out.element = child(1);
        return out;
    }
    return out;
  }

  // -- identifiers ----------------------------------------------------------------------------------------------------

  static event::PatternItem item_of(const PatternNode& node) {
    using Kind = event::PatternItem::Kind;
    event::PatternItem out;
    switch (node.kind) {
      case PatternNode::Kind::kLiteral:
        out.kind = Kind::kLiteral;
        break;
      case PatternNode::Kind::kClass:
        out.kind = Kind::kClass;
        break;
      case PatternNode::Kind::kOptional:
        out.kind = Kind::kOptional;
        break;
    }
    out.text = node.text;
    for (const PatternNode& inner : node.group) out.group.push_back(item_of(inner));
    return out;
  }

  void identifiers() {
    for (const IdentifierEntry& entry : version_.identifiers) {
      event::IdentifierPattern pattern;
      if (entry.expr != nullptr) {
        derived_identifier(entry, pattern);
      } else if (!entry.chars.empty()) {
        pattern.items.push_back({event::PatternItem::Kind::kChars, entry.chars, {}});
      } else {
        for (const PatternNode& node : entry.pattern) pattern.items.push_back(item_of(node));
      }
      if (entry.bytes_max) pattern.bytes_max = static_cast<std::uint64_t>(entry.bytes_max->value);
      out_.identifiers[entry.name] = std::move(pattern);
    }
    for (const IdentifierEntry& entry : version_.identifiers) {
      const std::vector<event::PatternItem>& items = out_.identifiers[entry.name].items;
      if (!known_classes(entry, items)) continue;
      std::set<std::string_view> seen;
      if (reaches(items, entry.name, seen))
        error(ErrorCode::kName, entry.location, fmt::format("the identifier `{}` is made of itself", entry.name),
              "so no text would ever be one");
    }
  }

  /// False, and an error, if a pattern names what is neither an identifier nor a class.
  bool known_classes(const IdentifierEntry& entry, const std::vector<event::PatternItem>& items) {
    for (const event::PatternItem& item : items) {
      if (item.kind == event::PatternItem::Kind::kOptional && !known_classes(entry, item.group)) return false;
      if (item.kind != event::PatternItem::Kind::kClass || out_.identifiers.contains(item.text) ||
          std::ranges::find(event::kIdentifierClasses, item.text) != std::end(event::kIdentifierClasses)) {
        continue;
      }
      std::vector<std::string> names(std::begin(event::kIdentifierClasses), std::end(event::kIdentifierClasses));
      for (const auto& [name, pattern] : out_.identifiers) names.push_back(name);
      const std::string near = nearest(item.text, names);
      error(ErrorCode::kName, entry.location,
            fmt::format("found `{}` in the pattern of `{}`, which is no identifier and no class of characters",
                        item.text, entry.name),
            near.empty() ? fmt::format("classes are {}", fmt::join(event::kIdentifierClasses, ", "))
                         : fmt::format("did you mean `{}`?", near));
      return false;
    }
    return true;
  }

  /// Whether a text of `items` would hold one of `wanted`.
  bool reaches(const std::vector<event::PatternItem>& items, const std::string& wanted,
               std::set<std::string_view>& seen) const {
    return std::ranges::any_of(items, [&](const event::PatternItem& item) {
      if (item.kind == event::PatternItem::Kind::kOptional) return reaches(item.group, wanted, seen);
      if (item.kind != event::PatternItem::Kind::kClass) return false;
      if (item.text == wanted) return true;
      const auto other = out_.identifiers.find(item.text);
      return other != out_.identifiers.end() && seen.insert(other->first).second &&
             reaches(other->second.items, wanted, seen);
    });
  }

  /// `"$" + unpadded_base64(reference_hash)`: the sigil and any text where such an identifier is only read.
  void derived_identifier(const IdentifierEntry& entry, event::IdentifierPattern& pattern) {
    const Expr& expr = *entry.expr;
    const bool plus = expr.kind == ExprKind::kPlus && expr.children[0]->kind == ExprKind::kString;
    const Expr* call = plus ? expr.children[1].get() : nullptr;
    const bool hash = call != nullptr && call->kind == ExprKind::kCall && call->children.size() == 1 &&
                      call->children[0]->kind == ExprKind::kName && call->children[0]->text == "reference_hash";
    if (entry.name != "event_id" || !hash || (call->text != "unpadded_base64" && call->text != "unpadded_base64url")) {
      error(ErrorCode::kType, entry.location, fmt::format("`{}` cannot be derived so", entry.name),
            "event_id = \"$\" + unpadded_base64url(reference_hash)");
      return;
    }
    out_.event_id =
        call->text == "unpadded_base64" ? event::EventIdSource::kHashBase64 : event::EventIdSource::kHashBase64Url;
    pattern.items.push_back({event::PatternItem::Kind::kLiteral, expr.children[0]->text, {}});
    pattern.items.push_back({event::PatternItem::Kind::kClass, "text", {}});
    pattern.bytes_max = 255;
  }

  // -- fields ---------------------------------------------------------------------------------------------------------

  void fields() {
    for (const FieldEntry& entry : version_.format) {
      event::FormatField field;
      field.path = entry.path;
      field.type = value_type(entry.type);
      field.kept = entry.kept;
      field.otherwise_forbidden = entry.otherwise_forbidden;
      switch (entry.presence) {
        case FieldPresence::kRequired:
          field.presence = event::Presence::kRequired;
          break;
        case FieldPresence::kOptional:
          field.presence = event::Presence::kOptional;
          break;
        case FieldPresence::kForbidden:
          field.presence = event::Presence::kForbidden;
          break;
        case FieldPresence::kDerived:
          field.presence = event::Presence::kDerived;
          break;
      }
      if (entry.when != nullptr) field.when = condition(*entry.when);
      const bool edges =
          field.type.base == ValueType::Base::kList && field.type.element->base == ValueType::Base::kEvent;
      if (edges && field.path.size() == 1) {
        out_.edge_fields.push_back(field.path[0]);
        if (entry.presence == FieldPresence::kDerived) out_.derived_edge_field = field.path[0];
      }
      out_.fields.push_back(std::move(field));
    }
  }

  Condition condition(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kAnd:
        return [a = condition(*expr.children[0]), b = condition(*expr.children[1])](Value pdu) {
          return a(pdu) && b(pdu);
        };
      case ExprKind::kOr:
        return [a = condition(*expr.children[0]), b = condition(*expr.children[1])](Value pdu) {
          return a(pdu) || b(pdu);
        };
      case ExprKind::kNot:
        return [a = condition(*expr.children[0])](Value pdu) { return !a(pdu); };
      case ExprKind::kIs:
        return presence(expr);
      case ExprKind::kCompare:
        return comparison(expr);
      default:
        return unsupported(expr);  // the other kinds of an open grammar, all refused
    }
  }

  Condition unsupported(const Expr& expr) {
    error(ErrorCode::kType, expr.location, "found a condition that a format check cannot ask",
          "compare a top-level string field with a literal, or ask whether a top-level field is present");
    return [](Value) { return false; };
  }

  Condition presence(const Expr& expr) {
    const Expr& field = *expr.children[0];
    const bool asks = expr.type != nullptr && expr.type->kind == TypeForm::kName;
    if (field.kind != ExprKind::kName || !asks || (expr.type->name != "present" && expr.type->name != "absent"))
      return unsupported(expr);
    return [name = field.text, present = expr.type->name == "present"](Value pdu) {
      return pdu.get(name).valid() == present;
    };
  }

  Condition comparison(const Expr& expr) {
    const Expr& field = *expr.children[0];
    const Expr& literal = *expr.children[1];
    const bool equal = expr.comparison == Comparison::kEqual;
    if (field.kind != ExprKind::kName || literal.kind != ExprKind::kString ||
        (!equal && expr.comparison != Comparison::kNotEqual)) {
      return unsupported(expr);
    }
    return [name = field.text, text = literal.text, equal](Value pdu) {
      const Value value = pdu.get(name);
      return (value.is_string() && value.string() == text) == equal;
    };
  }

  // -- canonical json and signatures ----------------------------------------------------------------------------------

  void canonical_json() {
    event::CanonicalJson& rules = out_.canonical_json;
    for (const SettingEntry& entry : version_.canonical_json) {
      if (entry.name == "enforced" && (entry.word == "yes" || entry.word == "no")) {
        rules.enforced = entry.word == "yes";
      } else if (entry.name == "scheme" && (entry.word == "matrix" || entry.word == "rfc8785")) {
        rules.scheme = entry.word == "matrix" ? event::CanonicalScheme::kMatrix : event::CanonicalScheme::kRfc8785;
      } else if (entry.name == "integers" && entry.least && entry.greatest) {
        rules.least = entry.least->value;
        rules.greatest = entry.greatest->value;
      } else {
        const bool known = entry.name == "enforced" || entry.name == "scheme" || entry.name == "integers";
        error(known ? ErrorCode::kType : ErrorCode::kName, entry.location,
              known ? fmt::format("the setting `{}` of canonical json does not have this value", entry.name)
                    : fmt::format("found the setting `{}`, which canonical json does not have", entry.name),
              "enforced yes|no, integers A to B, scheme matrix|rfc8785");
      }
    }
  }

  std::optional<std::vector<Path>> paths_of(const Expr& set) {
    std::vector<Path> out;
    if (set.kind != ExprKind::kSet) return std::nullopt;
    for (const ExprPtr& item : set.children) {
      if (item->kind != ExprKind::kString) return std::nullopt;
      Path path;
      std::string_view rest = item->text;
      while (true) {
        const auto dot = rest.find('.');
        path.emplace_back(rest.substr(0, dot));
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
      }
      out.push_back(std::move(path));
    }
    return out;
  }

  /// `[sha256(]canonical_json([redacted(]event[)] [without {…} [except {…}]])[)]`.
  void hashed_object(const SignatureEntry& entry) {
    const auto call = [](const Expr* expr, std::string_view name) -> const Expr* {
      const bool found = expr->kind == ExprKind::kCall && expr->text == name && expr->children.size() == 1;
      return found ? expr->children[0].get() : nullptr;
    };
    const Expr* inner = entry.value.get();
    if (const Expr* hashed = call(inner, "sha256")) inner = hashed;
    inner = call(inner, "canonical_json");
    if (inner == nullptr) {
      error(ErrorCode::kType, entry.location, fmt::format("`{}` is not made of the event", entry.name),
            "canonical_json(redacted(event) without {…}), or its sha256");
      return;
    }
    event::HashedObject object;
    if (inner->kind == ExprKind::kWithout) {
      const auto without = paths_of(*inner->children[1]);
      const auto except = inner->children.size() > 2 ? paths_of(*inner->children[2]) : std::vector<Path>{};
      if (!without || !except) {
        error(ErrorCode::kType, entry.location, "found something else than a set of paths after `without` or `except`",
              "{\"unsigned\", \"hashes.*\"}");
        return;
      }
      object.without = *without;
      object.except = *except;
      inner = inner->children[0].get();
    }
    if (const Expr* redacted = call(inner, "redacted")) {
      object.redacted = true;
      inner = redacted;
    }
    if (inner->kind != ExprKind::kName || inner->text != "event") {
      error(ErrorCode::kType, entry.location, fmt::format("`{}` is not made of the event", entry.name),
            "canonical_json(redacted(event) without {…})");
      return;
    }
    out_.hashed_objects[entry.name] = std::move(object);
  }

  const Version& version_;
  EventFormat out_;
  Errors errors_;
};

}  // namespace

std::expected<EventFormat, Errors> event_format(const Version& version) { return Builder(version).run(); }

}  // namespace stateroom::rules
