// The format check on receipt: fields, types, identifiers, limits. Source: rooms/vN, "Event format"; client-server-api,
// "Size limits".
#include <fmt/format.h>

#include "model/event/event.h"

namespace stateroom::event {
namespace {

using json::Value;

std::string dotted(const std::vector<std::string>& path) { return fmt::format("{}", fmt::join(path, ".")); }

Value at(Value value, const std::vector<std::string>& path) {
  for (const std::string& segment : path) value = value.get(segment);
  return value;
}

std::string_view words(const ValueType& type) {
  using Base = ValueType::Base;
  switch (type.base) {
    case Base::kAny:
      return "anything";
    case Base::kObject:
      return "an object";
    case Base::kString:
      return "a string";
    case Base::kBoolean:
      return "a boolean";
    case Base::kInteger:
      return "an integer in its range";
    case Base::kLevel:
      return "a level";
    case Base::kIdentifier:
      return type.identifier;
    case Base::kList:
      return "a list of the right entries";
    case Base::kMap:
      return "an object with the right keys and values";
    case Base::kPair:
      return "a pair";
    case Base::kEvent:
      return "a reference to an event";
  }
  return "";
}

/// What a value of the wrong type is; an identifier that is only too long is told apart.
std::string misfit(std::string_view name, Value value, const ValueType& type, const EventFormat& format) {
  const auto identifier = format.identifiers.find(type.identifier);
  if (type.base == ValueType::Base::kIdentifier && value.is_string() && identifier != format.identifiers.end()) {
    const auto most = identifier->second.bytes_max;
    if (most && value.string().size() > *most) {
      return fmt::format("`{}` has {} bytes, more than {}", name, value.string().size(), *most);
    }
  }
  return fmt::format("`{}` is not {}", name, words(type));
}

/// The sizes of strings are those of their UTF-8.
void check_sizes(Value pdu, const EventFormat& format, std::vector<std::string>& findings) {
  for (const auto& [name, most] : format.limits_bytes) {
    if (name == "event") continue;
    const Value value = pdu.get(name);
    if (value.is_string() && value.string().size() > most) {
      findings.push_back(fmt::format("`{}` has {} bytes, more than {}", name, value.string().size(), most));
    }
  }
  for (const auto& [name, most] : format.limits_entries) {
    const Value value = pdu.get(name);
    if (value.is_array() && value.size() > most) {
      findings.push_back(fmt::format("`{}` has {} entries, more than {}", name, value.size(), most));
    }
  }
}

}  // namespace

std::vector<std::string> check_format(Value pdu, const EventFormat& format) {
  std::vector<std::string> findings;
  for (const FormatField& field : format.fields) {
    // What is missing inside a field that is no object itself is said of that field.
    if (field.path.size() > 1 && !at(pdu, {field.path.begin(), field.path.end() - 1}).is_object()) continue;
    const Value value = at(pdu, field.path);
    const std::string name = dotted(field.path);
    Presence presence = field.presence;
    if (presence == Presence::kRequired && field.when && !field.when(pdu)) {
      presence = field.otherwise_forbidden ? Presence::kForbidden : Presence::kOptional;
    }
    if (!value.valid()) {
      if (presence == Presence::kRequired) findings.push_back(fmt::format("`{}` is missing", name));
    } else if (presence == Presence::kForbidden || presence == Presence::kDerived) {
      findings.push_back(fmt::format("`{}` may not be there", name));
    } else if (!has_type(value, field.type, format)) {
      findings.push_back(misfit(name, value, field.type, format));
    }
  }
  check_sizes(pdu, format, findings);
  const auto canonical = canonical_json(pdu, format.canonical_json);
  if (!canonical) {
    findings.push_back(canonical.error().message);
  } else if (const auto most = format.limits_bytes.find("event");
             most != format.limits_bytes.end() && canonical->size() > most->second) {
    findings.push_back(fmt::format("the event has {} bytes, more than {}", canonical->size(), most->second));
  }
  return findings;
}

}  // namespace stateroom::event
