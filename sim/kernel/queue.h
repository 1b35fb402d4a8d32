// Virtual time and what happens in it.
//
// In:  things to do, each at a time in microseconds.
// Out: the things in order of time; at the same time, in the order in which they were put in.
// Promise: the same puts give the same order on every machine. Put and take cost O(log n).
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/base/error.h"

namespace stateroom::kernel {

/// Microseconds since a run began.
using Time = std::int64_t;

constexpr Time kMillisecond = 1000;
constexpr Time kSecond = 1000 * kMillisecond;
constexpr Time kMinute = 60 * kSecond;
constexpr Time kHour = 60 * kMinute;
constexpr Time kDay = 24 * kHour;

template <class Item>
class Queue {
 public:
  /// Puts in what happens at `time`, which is not before now.
  void put(Time time, Item item) {
    base::require(time >= now_, "nothing happens in the past");
    heap_.push_back({time, puts_++, std::move(item)});
    std::push_heap(heap_.begin(), heap_.end(), Later{});
  }
  /// Takes out what is next, and makes its time the present; none if there is nothing.
  std::optional<Item> take() {
    if (heap_.empty()) return std::nullopt;
    std::pop_heap(heap_.begin(), heap_.end(), Later{});
    now_ = heap_.back().time;
    std::optional<Item> item(std::move(heap_.back().item));
    heap_.pop_back();
    return item;
  }
  /// When the next thing happens; none if there is nothing.
  std::optional<Time> next() const { return heap_.empty() ? std::nullopt : std::optional<Time>(heap_.front().time); }
  /// Lets time pass until `time`, before which nothing happens any more.
  void advance(Time time) {
    base::require(heap_.empty() || heap_.front().time >= time, "time passes over nothing that happens");
    now_ = std::max(now_, time);
  }
  Time now() const { return now_; }
  std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    Time time;
    std::uint64_t put;
    Item item;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const { return a.time != b.time ? a.time > b.time : a.put > b.put; }
  };
  std::vector<Entry> heap_;
  std::uint64_t puts_ = 0;
  Time now_ = 0;
};

}  // namespace stateroom::kernel
