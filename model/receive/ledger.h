// What servers of one room share, so that each of them decides everything and nothing is computed twice.
//
// In:  the program of the room's version, and events as they come into being.
// Out: the room, its states, and answers that are functions of events and states alone: decisions (by the entries that
//      they read), resolutions (by their state sets), receipts (by the states before and now).
// Promise: an answer is the one that the version's text gives for that server; sharing shows in the counts alone.
//          States are handed out as indices of one store; a key that is new to the room renumbers them, and views are
//          told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/receive/known.h"
#include "model/resolve/state_text.h"

namespace stateroom::receive {

using base::EventIndex;
using base::KeyIndex;
using graph::State;

class View;

enum class Outcome : std::uint8_t { kAccepted, kSoftFailed, kRejected, kDropped };
std::string_view name(Outcome outcome);  // "accepted", "soft-failed", "rejected", "dropped"

/// What a server did with an event.
struct Verdict {
  Outcome outcome = Outcome::kAccepted;
  std::uint8_t checks = 0;  // checks of the text that were decided
  std::uint8_t check = 0;  // the number of the one that decided, among those of the text; of an accepted event the last
  rules::RuleIndex rule;   // the rule that decided; none where the check asked no rules
};

struct LedgerOptions {
  /// Answers of the rules' oracles. Default: who signed is what `add` was told.
  std::function<rules::Oracles(const graph::Room& room)> oracles;
  /// Without sharing each answer is computed by each server anew: for measurements and to test that nothing changes.
  bool share = true;
  base::Limits limits;
};

/// What is known of an event's making besides its bytes.
struct Facts {
  bool valid_format = true;
  bool valid_hashes = true;
  std::vector<std::string> signers;  // servers whose signatures verify; empty: the sender's
};

class Ledger {
 public:
  using Keys = std::vector<std::pair<std::string, std::string>>;
  /// `keys`: (type, state_key) pairs that will occur; others cost a renumbering when they come.
  Ledger(std::shared_ptr<const rules::Program> program, Keys keys, LedgerOptions options = {});
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  const rules::Program& program() const { return *program_; }
  std::shared_ptr<const rules::Program> shared_program() const { return program_; }
  graph::Room& room() { return *room_; }
  const graph::Room& room() const { return *room_; }
  graph::StateStore& store() { return *store_; }
  const graph::StateStore& store() const { return *store_; }
  rules::Evaluator& evaluator() { return *evaluator_; }
  graph::EdgeField extremity_field() const { return text_->extremity_field(); }

  /// Adds an event. Error: kDuplicateEvent.
  base::Result<EventIndex> add(event::Event event, Facts facts = {});
  /// Makes sure that the room has these keys.
  void reserve(const Keys& keys);
  /// The servers whose signatures of the event verify.
  std::vector<std::string> signers(EventIndex event) const;
  /// The names of the receipt checks that decide something, in text order.
  const std::vector<std::string>& checks() const { return checks_; }

  struct Counts {
    std::uint64_t receipts = 0, checks = 0;                   // that servers decided
    std::uint64_t receipts_computed = 0, rules_computed = 0;  // that were not known from another server
    std::uint64_t resolutions = 0, resolutions_computed = 0, renumberings = 0;
    std::size_t state_sets_most = 0;  // of one resolution
  };
  const Counts& counts() const { return counts_; }
  /// What made a resolution stop, a limit: the first one. States that follow from it are empty.
  const std::optional<base::Error>& error() const { return error_; }
  /// Told of each resolution that is computed, before its result is used.
  std::function<void(std::span<const State> states, State result)> on_resolution;
  /// Told of a renumbering, with the function that says an old state anew, for whoever keeps states besides views.
  std::function<void(const std::function<State(State)>& moved)> on_renumbered;
  /// The resolution of states as the room's version has it, shared.
  base::Result<State> resolve(std::vector<State> states);

 private:
  friend class View;
  class Asking;
  /// What holds for every server that was told nothing else.
  struct Common {
    bool known = false;
    bool rejected = false, dropped = false;
    State before, after;
    std::optional<State> current;  // where the event is the only extremity
    // The last receipt, and the states that it followed from.
    bool has_receipt = false;
    State receipt_before, receipt_current;
    Verdict verdict;
    std::optional<rules::Decision> by_auth_events;
  };
  struct ReceiptKey {
    EventIndex event;
    State before, current;
    auto operator<=>(const ReceiptKey&) const = default;
  };
  struct Known {
    std::vector<std::pair<KeyIndex, EventIndex>> reads;
    rules::Decision decision;
  };

  void bind();
  void note_error();
  void renumber(const Keys& keys);
  /// A state of the store before renumbering, in the store now.
  State moved(State state);
  base::Result<State> resolve_sorted(const std::vector<State>& states, bool share);
  rules::Decision authorise(EventIndex event, const rules::StateView& view, bool share);
  const rules::Decision* known_decision(EventIndex event, State state) const;
  rules::Decision remember(EventIndex event, const rules::StateView& view);

  std::shared_ptr<const rules::Program> program_;
  LedgerOptions options_;
  bool reads_families_ = false;
  std::vector<std::string> checks_;
  std::unique_ptr<graph::Room> room_;
  std::unique_ptr<graph::StateStore> store_;
  std::unique_ptr<rules::Evaluator> evaluator_;
  std::unique_ptr<resolve::Resolver> resolver_;
  std::unique_ptr<Asking> asking_;
  std::unique_ptr<resolve::StateText> text_;
  std::vector<Common> common_;  // by event
  std::vector<Facts> facts_;    // by event
  std::map<ReceiptKey, Verdict> receipts_;
  std::vector<std::vector<Known>> decisions_;  // by event
  std::map<std::vector<State>, State> resolved_;
  std::map<std::vector<EventIndex>, State> currents_;
  std::vector<View*> views_;
  // While states are renumbered.
  std::unique_ptr<graph::StateStore> old_store_;
  std::unique_ptr<graph::Room> old_room_;
  std::unordered_map<std::uint32_t, State> moves_;
  Counts counts_;
  std::optional<base::Error> error_;
};

}  // namespace stateroom::receive
