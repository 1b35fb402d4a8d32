// What the files of the encoder share: joining of cases, frames, calls. (Included by them alone.)
#pragma once

#include <algorithm>
#include <utility>

#include "model/base/error.h"
#include "model/bounded/encoder.h"

namespace stateroom::bounded {

inline Choice constant(Scalar value) { return {{std::move(value), kTrue}}; }

/// Cases that exclude each other, put together by value.
template <class Case>
class Cases {
 public:
  explicit Cases(Circuit& circuit) : circuit_(circuit) {}
  void add(const Case& value, Literal when) {
    if (when != kFalse) cases_[value].push_back(when);
  }
  std::vector<std::pair<Case, Literal>> choice() const {
    std::vector<std::pair<Case, Literal>> out;
    for (const auto& [value, whens] : cases_) {
      const Literal when = cases_.size() == 1 ? kTrue : circuit_.any(whens);
      if (when != kFalse) out.emplace_back(value, when);
    }
    return out;
  }

 private:
  Circuit& circuit_;
  std::map<Case, std::vector<Literal>> cases_;
};
using Joined = Cases<Scalar>;
using JoinedEvents = Cases<EventView>;

/// Another event and state as those of the frame, until it dies.
class Encoder::Framed {
 public:
  Framed(Encoder& encoder, EventView event, StateOf* state)
      : encoder_(encoder), saved_(std::exchange(encoder.frame_, Frame{event, state})) {}
  ~Framed() { encoder_.frame_ = saved_; }
  Framed(const Framed&) = delete;
  Framed& operator=(const Framed&) = delete;

 private:
  Encoder& encoder_;
  Frame saved_;
};

/// The names of another section, with locals of their own, until it dies.
class Encoder::Section {
 public:
  Section(Encoder& encoder, Names names)
      : encoder_(encoder), names_(std::exchange(encoder.names_, names)), locals_(encoder.locals_) {}
  ~Section() {
    encoder_.names_ = names_;
    encoder_.locals_ = std::move(locals_);
  }
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

 private:
  Encoder& encoder_;
  Names names_;
  std::vector<Local> locals_;
};

template <class Case, class Body>
Choice Encoder::each(const std::vector<std::pair<Case, Literal>>& cases, Body&& body) {
  if (cases.size() == 1) return body(cases[0].first);
  Joined out(circuit_);
  for (const auto& [one, when] : cases) {
    for (const auto& [value, literal] : body(one)) out.add(value, circuit_.all({when, literal}));
  }
  return out.choice();
}

template <class Case, class Body>
Literal Encoder::each_truth(const std::vector<std::pair<Case, Literal>>& cases, Body&& body) {
  if (cases.size() == 1) return body(cases[0].first);
  std::vector<Literal> yes, no;
  for (const auto& [one, when] : cases) {
    const Literal holds = body(one);
    yes.push_back(circuit_.all({when, holds}));
    no.push_back(circuit_.all({when, -holds}));
  }
  // The cases are exhaustive: the side with fewer of them says the same.
  const auto of = [](const std::vector<Literal>& side) { return std::ranges::count(side, kFalse); };
  return of(no) > of(yes) ? -circuit_.any(no) : circuit_.any(yes);
}

/// The body of a name with its parameters bound.
template <class Body>
auto Encoder::call(const Core& core, Body&& body) {
  base::require(names_.all != nullptr, "a name is read in its section");
  const rules::CoreName& name = (*names_.all)[static_cast<std::size_t>(core.number)];
  std::vector<Local> values;
  for (std::size_t i = 0; i < core.args.size(); ++i) {
    const rules::TypeKind kind = name.parameter_types[i].kind;
    if (kind == rules::TypeKind::kEvent) {
      values.emplace_back(event(*core.args[i]));
    } else if (kind == rules::TypeKind::kEvents || kind == rules::TypeKind::kState || kind == rules::TypeKind::kOrder ||
               kind == rules::TypeKind::kLine) {
      values.emplace_back(events(*core.args[i]));
    } else {
      values.emplace_back(value(*core.args[i]));
    }
  }
  for (std::size_t i = 0; i < values.size(); ++i) std::swap(locals_[name.parameters[i]], values[i]);
  auto out = body(*name.value);
  for (std::size_t i = 0; i < values.size(); ++i) std::swap(locals_[name.parameters[i]], values[i]);
  return out;
}

}  // namespace stateroom::bounded
