// How long something takes and how much memory.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "model/base/error.h"

namespace stateroom::bench {

/// Nanoseconds of single calls. The median is what is quoted: a busy machine moves it least.
struct Times {
  double median = 0, least = 0;
  static Times of(std::vector<double> nanoseconds) {
    base::require(!nanoseconds.empty(), "something was measured");
    std::sort(nanoseconds.begin(), nanoseconds.end());
    return {nanoseconds[nanoseconds.size() / 2], nanoseconds.front()};
  }
};

/// Measures calls one by one, as many as fit into `seconds`, at least five, after one that is not counted.
template <class Call>
Times measure(Call&& call, double seconds = 0.4) {
  using Clock = std::chrono::steady_clock;
  call();
  std::vector<double> out;
  const auto start = Clock::now();
  for (auto now = start; out.size() < 5 || now - start < std::chrono::duration<double>(seconds);) {
    const auto before = Clock::now();
    call();
    now = Clock::now();
    out.push_back(std::chrono::duration<double, std::nano>(now - before).count());
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
