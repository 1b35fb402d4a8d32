#include <fmt/core.h>

#include "bench/goals/measure.h"
#include "bench/goals/rows.h"
#include "bench/goals/table.h"
#include "bench/rooms.h"
#include "bench/signed_room.h"

namespace stateroom::bench {

namespace {

const event::EventFormat& format_of(const std::string& version) { return testing::program(version)->version().format; }

std::string rate_text(std::size_t events, double nanoseconds) {
  return fmt::format("{:.0f} PDUs a second", static_cast<double>(events) / nanoseconds * 1e9);
}

void placeholders(Table& table) {
  const event::EventFormat& format = format_of("12");
  const std::string bytes = forked_room(format, 100000, 2, 20);
  std::size_t events = 0;
  const Times ours = measure([&] {
    const auto room = graph::Room::build(history_of(bytes, format, false).events, format);
    events = (*room)->size();
  });
  const Times json_alone = measure([&] { base::require(json::parse(bytes).has_value(), "this is JSON"); });
  table.row({"placeholder mode, up to a room", "300000 PDUs a second", rate_text(events, ours.median),
             rate_text(events, ours.least), "JSON alone", rate_text(events, json_alone.median),
             ratio_text(ours.median / json_alone.median)});
}

void strict(Table& table) {
  const event::EventFormat& format = format_of("11");
  const Signed room = signed_room(format, 2000);
  const Alone alone(history_of(room.lines, format, true), format, room);
  // In turn, so that a slow moment of the machine slows both.
  std::vector<double> ours, theirs, ratios;
  std::uint64_t sum = 0;
  for (int i = 0; i < 9; ++i) {
    const double begin = processor_seconds();
    const event::History history = import_strictly(room, format);
    const double between = processor_seconds();
    sum += alone.run();
    const double end = processor_seconds();
    ours.push_back(1e9 * (between - begin));
    theirs.push_back(1e9 * (end - between));
    ratios.push_back(ours.back() / theirs.back());
  }
  base::require(sum > 0, "the hashes are computed");
  table.row({"strict: ids, hashes, format, signatures", "1.3x", rate_text(alone.size(), Times::of(ours).median),
             rate_text(alone.size(), Times::of(ours).least), "libsodium and SHA-256 alone",
             rate_text(alone.size(), Times::of(theirs).median), ratio_text(Times::of(ratios).median)});
}

}  // namespace

void import_rows() {
  Table table({"import", "goal", "ours", "best", "beside it", "its rate", "times its time"});
  placeholders(table);
  strict(table);
  table.print();
}

}  // namespace stateroom::bench
