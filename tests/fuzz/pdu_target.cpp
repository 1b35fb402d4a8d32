// Any JSON object as a PDU of every event format that the shipped versions have.
#include <map>
#include <string>
#include <vector>

#include "model/event/event.h"
#include "model/json/document.h"
#include "model/report/workbench.h"
#include "tests/fuzz/require.h"

namespace stateroom {
namespace {

/// One version of each kind of format, under all of which every input is tried.
const std::vector<report::LoadedPtr>& tried_versions() {
  static const std::vector<report::LoadedPtr> loaded = [] {
    static report::Workbench workbench;
    std::vector<report::LoadedPtr> out;
    for (const char* name : {"1", "3", "5", "6", "9", "11", "12", "org.matrix.msc4242.12", "I.1-framework",
                             "org.matrix.i-d.ralston-mimi-linearized-matrix.02"}) {
      auto version = workbench.load(name);
      fuzz::require(version.has_value(), "the shipped texts load");
      out.push_back(*version);
    }
    return out;
  }();
  return loaded;
}

void redaction_is_a_fixed_point(json::Value pdu, const event::EventFormat& format) {
  const auto once = event::redacted_json(pdu, format);
  if (!once) return;
  const auto read = json::parse(*once, "redacted");
  fuzz::require(read.has_value(), "a redacted PDU is JSON");
  const auto twice = event::redacted_json(json::root(**read), format);
  fuzz::require(twice.has_value() && *twice == *once, "redacting twice is redacting once");
  const auto id = event::event_id(pdu, format);
  if (!id) return;
  const auto redacted_id = event::event_id(json::root(**read), format);
  fuzz::require(redacted_id.has_value() && *redacted_id == *id, "a redacted event has the same id");
}

}  // namespace
}  // namespace stateroom

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace stateroom;
  const fuzz::Budget budget(size);
  const auto parsed = json::parse({reinterpret_cast<const char*>(data), size}, "input");
  if (!parsed) return 0;
  const json::Value pdu = json::root(**parsed);
  for (const report::LoadedPtr& version : tried_versions()) {
    const event::EventFormat& format = version->core->format;
    for (const bool strict : {false, true}) {
      const auto computed = event::decode_event(*parsed, pdu, format, std::nullopt, strict, "input");
      fuzz::require(computed || !computed.error().message.empty(), "a refused PDU has a reason");
      if (computed) fuzz::require(!computed->event_id.empty(), "an event has an id");
      if (computed) event::content_hash_state(*computed, format);
    }
    const auto placed = event::decode_event(*parsed, pdu, format, "$placeholder", false, "input");
    if (placed) fuzz::require(placed->event_id == "$placeholder", "an event has the name that it was given");
    if (!pdu.is_object()) continue;
    (void)event::check_format(pdu, format);
    (void)event::content_hash(pdu, format);
    redaction_is_a_fixed_point(pdu, format);
  }
  return 0;
}
