// The evaluator as others see it.
#include <algorithm>
#include <limits>

#include "model/rules/machine.h"

namespace stateroom::rules {

void ReadLog::finish() {
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
}

Evaluator::Evaluator(std::shared_ptr<const Program> program, Room& room, Oracles oracles)
    : data_(std::make_unique<Data>(std::move(program), room, std::move(oracles))) {}
Evaluator::~Evaluator() = default;

Decision Evaluator::authorise(EventIndex event, const StateView& state, bool recheck, ReadLog* reads) {
  return data_->authorise(event, state, recheck, reads);
}

std::vector<KeyIndex> Evaluator::selection_keys(EventIndex event) {
  const auto keys = data_->selection_keys(event);
  return {keys.begin(), keys.end()};
}

// Keys are numbered in bytewise order of (type, state_key).
std::vector<EventIndex> Evaluator::selection(EventIndex event, const StateView& state) {
  std::vector<KeyIndex> keys = selection_keys(event);
  std::sort(keys.begin(), keys.end());
  const Frame frame{event, &state, Node::kNone, false};
  std::vector<EventIndex> out;
  for (const KeyIndex key : keys) {
    if (const EventIndex found = data_->entry(frame, key); found.valid()) out.push_back(found);
  }
  return out;
}

bool Evaluator::selected(EventIndex event, EventIndex cited) { return data_->selected(event, cited); }

bool Evaluator::boolean(const CorePtr& expression, EventIndex event, const StateView& state,
                        std::span<const EventIndex> locals) {
  return data_->boolean(expression, event, state, locals);
}

Evaluator::Scalar Evaluator::scalar(const CorePtr& expression, EventIndex event, const StateView& state,
                                    std::span<const EventIndex> locals) {
  const Value value = data_->scalar(expression, event, state, locals);
  // A key that is missing comes first.
  if (!value.ok()) return {false, std::numeric_limits<std::int64_t>::min()};
  return {value.infinite, value.infinite ? 0 : value.number};
}

bool Evaluator::key_valid(EventIndex event, const event::VerifyKey& key, std::optional<std::int64_t> now) {
  return data_->key_valid(event, key, now);
}

Room& Evaluator::room() { return data_->room; }
const Program& Evaluator::program() const { return *data_->program; }

}  // namespace stateroom::rules
