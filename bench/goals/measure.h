// How long something takes and how much memory.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <vector>

#include "model/base/error.h"

namespace stateroom::bench {

/// Seconds of this thread on a processor, so that it matters little what else the machine does.
inline double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Nanoseconds of a call. The median is what is quoted: a busy machine moves it least.
struct Times {
  double median = 0, least = 0;
  static Times of(std::vector<double> nanoseconds) {
    base::require(!nanoseconds.empty(), "something was measured");
    std::sort(nanoseconds.begin(), nanoseconds.end());
    return {nanoseconds[nanoseconds.size() / 2], nanoseconds.front()};
  }
};

/// Measures calls, as many as fit into `seconds`, in at least five parts, after one that is not counted. Calls so short
/// that asking for the time would count are measured some at a time.
template <class Call>
Times measure(Call&& call, double seconds = 0.4) {
  constexpr double kPart = 20e-6;
  call();
  const double start = processor_seconds();
  call();
  const double once = processor_seconds() - start;
  const int calls = once < kPart ? static_cast<int>(kPart / std::max(once, 1e-7)) + 1 : 1;
  std::vector<double> out;
  for (double now = start; out.size() < 5 || now - start < seconds;) {
    const double before = processor_seconds();
    for (int i = 0; i < calls; ++i) call();
    now = processor_seconds();
    out.push_back(1e9 * (now - before) / calls);
  }
  return Times::of(std::move(out));
}

/// Runs `work`, which gives numbers, in a process of its own, and gives them with that process's greatest memory in
/// MiB. The caller should be small: the process starts with its memory.
template <std::size_t kNumbers, class Work>
std::pair<std::array<double, kNumbers>, double> apart(Work&& work) {
  int ends[2];
  base::require(pipe(ends) == 0, "a pipe");
  const pid_t child = fork();
  base::require(child >= 0, "a process");
  if (child == 0) {
    const std::array<double, kNumbers> numbers = work();
    const bool sent = write(ends[1], numbers.data(), sizeof numbers) == static_cast<ssize_t>(sizeof numbers);
    _exit(sent ? 0 : 1);
  }
  close(ends[1]);
  std::array<double, kNumbers> numbers{};
  const bool received = read(ends[0], numbers.data(), sizeof numbers) == static_cast<ssize_t>(sizeof numbers);
  close(ends[0]);
  rusage used{};
  int status = 0;
  wait4(child, &status, 0, &used);
  base::require(received && status == 0, "the process measured");
  return {numbers, static_cast<double>(used.ru_maxrss) / 1024};
}

}  // namespace stateroom::bench
