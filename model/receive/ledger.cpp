#include "model/receive/ledger.h"

#include <algorithm>

#include "model/event/format.h"
#include "model/receive/asking.h"
#include "model/receive/view.h"

namespace stateroom::receive {
namespace {

using rules::Core;
using rules::CoreKind;
using rules::CorePtr;
using rules::CoreRule;

bool has_family(const CorePtr& core) {
  return core != nullptr && (core->kind == CoreKind::kFamily ||
                             std::ranges::any_of(core->args, [](const CorePtr& arg) { return has_family(arg); }));
}

bool has_family(const CoreRule& rule) {
  return has_family(rule.when) || has_family(rule.each) || has_family(rule.condition) ||
         std::ranges::any_of(rule.children, [](const CoreRule& child) { return has_family(child); });
}

void leaves_of(const CoreRule& rule, std::vector<std::string>& out) {
  if (rule.leaf) out.push_back(rule.path);
  for (const CoreRule& child : rule.children) leaves_of(child, out);
}

}  // namespace

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAccepted:
      return "accepted";
    case Outcome::kSoftFailed:
      return "soft-failed";
    case Outcome::kRejected:
      return "rejected";
    case Outcome::kDropped:
      return "dropped";
  }
  return "";
}

Ledger::Ledger(std::shared_ptr<const rules::Program> program, Keys keys, LedgerOptions options)
    : program_(std::move(program)), options_(std::move(options)) {
  const rules::CoreVersion& version = program_->version();
  // What a decision read names the entries that were there: where a rule looks through all entries of a type, one that
  // was not there matters too, and decisions are shared by whole states.
  reads_families_ = std::ranges::any_of(version.rules, [](const CoreRule& rule) { return has_family(rule); });
  for (const CoreRule& rule : version.receipt) leaves_of(rule, checks_);
  room_ = graph::Room::empty(version.format, std::move(keys));
  store_ = std::make_unique<graph::StateStore>();
  bind();
}

Ledger::~Ledger() = default;

/// Makes what works on the room and store there are.
void Ledger::bind() {
  rules::Oracles oracles;
  if (options_.oracles) {
    oracles = options_.oracles(*room_);
  } else {
    oracles.signed_by = [this](EventIndex event, std::string_view server, std::string_view) {
      const std::vector<std::string> all = signers(event);
      return std::ranges::find(all, server) != all.end();
    };
  }
  evaluator_ = std::make_unique<rules::Evaluator>(program_, *room_, std::move(oracles));
  resolver_ = std::make_unique<resolve::Resolver>(*evaluator_, *store_, options_.limits);
  asking_ = std::make_unique<Asking>(*this);
  text_ = std::make_unique<resolve::StateText>(*evaluator_, *store_, *asking_);
}

std::vector<std::string> Ledger::signers(EventIndex event) const {
  if (!facts_[event.at()].signers.empty()) return facts_[event.at()].signers;
  return {std::string(event::server_part(room_->event(event).sender).value_or(""))};
}

void Ledger::note_error() {
  if (auto error = text_->take_error(); error && !error_) error_ = std::move(error);
}

base::Result<EventIndex> Ledger::add(event::Event event, Facts facts) {
  if (event.state_key) reserve({{event.type, *event.state_key}});
  auto at = room_->append(std::move(event));
  if (!at) return at;
  base::require(at->valid(), "the room has the key of an event that is added");
  common_.emplace_back();
  facts_.push_back(std::move(facts));
  decisions_.emplace_back();
  return at;
}

void Ledger::reserve(const Keys& keys) {
  const bool all = std::ranges::all_of(keys, [this](const auto& key) {
    const base::StringId type = room_->strings().find(key.first), state_key = room_->strings().find(key.second);
    return type.valid() && state_key.valid() && room_->find_key(type, state_key).valid();
  });
  if (!all) renumber(keys);
}

State Ledger::moved(State state) {
  const auto [at, fresh] = moves_.try_emplace(state.root);
  if (!fresh) return at->second;
  std::vector<graph::StateStore::Entry> entries;
  for (const auto& [key, event] : old_store_->entries(state)) entries.emplace_back(room_->key(event), event);
  return at->second = store_->from(std::move(entries));
}

/// Keys are numbered in bytewise order, so a new one shifts others: all states are said anew, and answers about states
/// are forgotten.
void Ledger::renumber(const Keys& keys) {
  ++counts_.renumberings;
  old_room_ = std::exchange(room_, room_->renumbered(keys));
  old_store_ = std::exchange(store_, std::make_unique<graph::StateStore>());
  moves_.clear();
  bind();
  for (Common& one : common_) {
    one.before = moved(one.before);
    one.after = moved(one.after);
    one.current.reset();
    one.has_receipt = false;
    one.by_auth_events.reset();
  }
  for (View* view : views_) {
    view->current_ = moved(view->current_);
    for (auto& [event, own] : view->own_) {
      own.before = moved(own.before);
      own.after = moved(own.after);
    }
  }
  receipts_.clear();
  for (auto& known : decisions_) known.clear();
  resolved_.clear();
  currents_.clear();
  old_room_.reset();
  old_store_.reset();
  if (on_renumbered) on_renumbered([this](State state) { return moved(state); });
}

base::Result<State> Ledger::resolve(std::vector<State> states) {
  std::ranges::sort(states);
  states.erase(std::ranges::unique(states).begin(), states.end());
  if (states.empty()) return State{};
  if (states.size() == 1) return states[0];
  return resolve_sorted(states, options_.share);
}

base::Result<State> Ledger::resolve_sorted(const std::vector<State>& states, bool share) {
  ++counts_.resolutions;
  if (share) {
    if (const auto known = resolved_.find(states); known != resolved_.end()) return known->second;
  }
  ++counts_.resolutions_computed;
  counts_.state_sets_most = std::max(counts_.state_sets_most, states.size());
  auto result = resolver_->resolve(states);
  if (result && on_resolution) on_resolution(states, *result);
  if (result && share) resolved_.emplace(states, *result);
  return result;
}

const rules::Decision* Ledger::known_decision(EventIndex event, State state) const {
  for (const Known& known : decisions_[event.at()]) {
    const bool same = std::ranges::all_of(
        known.reads, [&](const auto& read) { return store_->get(state, read.first) == read.second; });
    if (same) return &known.decision;
  }
  return nullptr;
}

rules::Decision Ledger::remember(EventIndex event, const rules::StateView& view) {
  rules::ReadLog log;
  Known known;
  known.decision = evaluator_->authorise(event, view, false, &log);
  for (const auto& [type, state_key] : log.reads) {
    const base::StringId type_id = room_->strings().find(type), key_id = room_->strings().find(state_key);
    const KeyIndex key = type_id.valid() && key_id.valid() ? room_->find_key(type_id, key_id) : KeyIndex::none();
    // A key that no event of the room has is in no state.
    if (key.valid()) known.reads.emplace_back(key, store_->get(view.state, key));
  }
  decisions_[event.at()].push_back(std::move(known));
  return decisions_[event.at()].back().decision;
}

rules::Decision Ledger::authorise(EventIndex event, const rules::StateView& view, bool share) {
  const bool of_state = view.kind == rules::StateView::Kind::kState;
  if (share && of_state && !reads_families_) {
    if (const rules::Decision* known = known_decision(event, view.state)) return *known;
    ++counts_.rules_computed;
    return remember(event, view);
  }
  // In the events that it cites an event is judged once: they are the same for everybody.
  std::optional<rules::Decision>& once = common_[event.at()].by_auth_events;
  if (share && !of_state && once) return *once;
  ++counts_.rules_computed;
  const rules::Decision decision = evaluator_->authorise(event, view);
  if (share && !of_state) once = decision;
  return decision;
}

}  // namespace stateroom::receive
