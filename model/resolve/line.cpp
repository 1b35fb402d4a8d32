#include "model/resolve/line.h"

namespace stateroom::resolve {

EventIndex cited_of_key(const Context& context, EventIndex event, graph::EdgeField field, KeyIndex key) {
  if (!key.valid()) return EventIndex::none();
  for (const EventIndex cited : context.room.cited(field, event)) {
    if (cited.valid() && context.room.key(cited) == key) return cited;
  }
  return EventIndex::none();
}

void line(Context& context, EventIndex from, graph::EdgeField field, KeyIndex key, std::vector<EventIndex>& out) {
  out.clear();
  for (EventIndex event = from; event.valid(); event = cited_of_key(context, event, field, key)) out.push_back(event);
  context.touch(out.size());
}

void Places::start(Context& context, std::span<const EventIndex> line) {
  places_.start(context.room.size());
  std::uint32_t place = 0;
  for (const EventIndex event : line) places_.set(event, place++);
}

std::uint32_t Places::of(Context& context, EventIndex event, graph::EdgeField field, KeyIndex key) {
  walked_.clear();
  std::uint32_t place = kNowhere;
  for (EventIndex at = event; at.valid(); at = cited_of_key(context, at, field, key)) {
    context.touch(1);
    if (places_.has(at)) {
      place = places_.get(at);
      break;
    }
    walked_.push_back(at);
  }
  for (const EventIndex at : walked_) places_.set(at, place);
  return place;
}

}  // namespace stateroom::resolve
